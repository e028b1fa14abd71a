// SPDX-License-Identifier: Apache-2.0
// The terrain of a command: a prepared file as it is, anything else prepared once and kept.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/context.hpp"
#include "geo/terrain_prepare.hpp"

namespace cairn::app {

// Options of commands that compute over terrain.
extern const OptionSpec dem_option;
extern const OptionSpec terrain_cell_option;
extern const OptionSpec dtm_option;
extern const OptionSpec clutter_option;
extern const OptionSpec fill_option;

// What --dem and its companions say; without --dem the relief of the home region.
struct TerrainWish {
  std::string prepared;         // a .terrain file
  geo::TerrainRequest request;  // otherwise; its area is set when it is known
};
Result<TerrainWish> terrain_wish(const Context& context, const Args& args);

// Opens it; what was prepared before from the same files, area and options is taken from the
// folder `terrain` of the data directory, and otherwise prepared there.
Result<geo::PreparedTerrain> open_terrain(const Context& context, TerrainWish wish,
                                          const geo::TerrainArea& area, const Workers& workers,
                                          const std::function<bool(double)>& progress);

// What a terrain lacks, a line each, for people: absent tiles, refused files, holes.
std::vector<std::string> terrain_notes(const geo::TerrainInfo& info);

}  // namespace cairn::app
