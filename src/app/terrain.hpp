// SPDX-License-Identifier: Apache-2.0
// cairn terrain prepare, terrain info.
#pragma once

#include <string_view>

#include "app/args.hpp"
#include "geo/terrain_prepare.hpp"

namespace cairn::app {

extern const CommandSpec terrain_prepare_command;
extern const CommandSpec terrain_info_command;

int run_terrain_prepare(const Args& args);
int run_terrain_info(const Args& args);

// "west,south,east,north" in degrees.
Result<geo::TerrainArea> parse_area(std::string_view text);

}  // namespace cairn::app
