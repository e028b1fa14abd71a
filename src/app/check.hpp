// SPDX-License-Identifier: Apache-2.0
// cairn check: is a pack or region folder right?
#pragma once

#include "app/args.hpp"

namespace cairn::app {

extern const CommandSpec check_command;
int run_check(const Args& args);

}  // namespace cairn::app
