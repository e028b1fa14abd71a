// SPDX-License-Identifier: Apache-2.0
// cairn log: what the log of a data directory comes to.
#pragma once

#include "app/args.hpp"

namespace cairn::app {

extern const CommandSpec log_digest_command;
int run_log_digest(const Args& args);

}  // namespace cairn::app
