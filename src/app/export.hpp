// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/args.hpp"

namespace cairn::app {

extern const CommandSpec export_command;
int run_export(const Args& args);

}  // namespace cairn::app
