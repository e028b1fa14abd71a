// SPDX-License-Identifier: Apache-2.0
// cairn serve.
#pragma once

#include "app/args.hpp"

namespace cairn::app {

extern const CommandSpec serve_command;
int run_serve(const Args& args);

}  // namespace cairn::app
