// SPDX-License-Identifier: Apache-2.0
// cairn eval and cairn explain.
#pragma once

#include "app/args.hpp"

namespace cairn::app {

extern const CommandSpec eval_command;
extern const CommandSpec explain_command;

int run_eval(const Args& args);
int run_explain(const Args& args);

}  // namespace cairn::app
