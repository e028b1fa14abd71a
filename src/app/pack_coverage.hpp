// SPDX-License-Identifier: Apache-2.0
// `cairn pack coverage`: which pack answers which passage of the plans.
#pragma once

#include "app/args.hpp"

namespace cairn::app {

extern const CommandSpec pack_coverage_command;
int run_pack_coverage(const Args& args);

}  // namespace cairn::app
