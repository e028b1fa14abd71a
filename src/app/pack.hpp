// SPDX-License-Identifier: Apache-2.0
// `cairn pack new` and `cairn pack schema`: for authors of packs.
#pragma once

#include "app/args.hpp"

namespace cairn::app {

extern const CommandSpec pack_new_command;
int run_pack_new(const Args& args);

extern const CommandSpec pack_schema_command;
int run_pack_schema(const Args& args);

}  // namespace cairn::app
