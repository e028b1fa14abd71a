// SPDX-License-Identifier: Apache-2.0
// `cairn simulate …`: simulated devices, never beside a real series. docs/simulate.md.
#pragma once

#include "app/args.hpp"

namespace cairn::app {

extern const CommandSpec simulate_kinds_command;
extern const CommandSpec simulate_rows_command;
extern const CommandSpec simulate_deploy_command;
int run_simulate_kinds(const Args& args);
int run_simulate_rows(const Args& args);
int run_simulate_deploy(const Args& args);

}  // namespace cairn::app
