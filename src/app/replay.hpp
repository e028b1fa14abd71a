// SPDX-License-Identifier: Apache-2.0
// cairn replay: does a pack still prove what it claims?
#pragma once

#include "app/args.hpp"

namespace cairn::app {

extern const CommandSpec replay_command;
int run_replay(const Args& args);

}  // namespace cairn::app
