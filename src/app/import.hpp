// SPDX-License-Identifier: Apache-2.0
// cairn import: take in things, statistics and observations from a file.
#pragma once

#include "app/args.hpp"

namespace cairn::app {

extern const CommandSpec import_command;
extern const CommandSpec import_list_command;
extern const CommandSpec import_remove_command;

int run_import(const Args& args);
int run_import_list(const Args& args);
int run_import_remove(const Args& args);

}  // namespace cairn::app
