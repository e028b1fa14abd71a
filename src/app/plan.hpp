// SPDX-License-Identifier: Apache-2.0
// cairn plan list, plan check, plan show, plan report.
#pragma once

#include "app/args.hpp"

namespace cairn::app {

extern const CommandSpec plan_list_command;
extern const CommandSpec plan_check_command;
extern const CommandSpec plan_show_command;
extern const CommandSpec plan_report_command;

int run_plan_list(const Args& args);
int run_plan_check(const Args& args);
int run_plan_show(const Args& args);
int run_plan_report(const Args& args);

}  // namespace cairn::app
