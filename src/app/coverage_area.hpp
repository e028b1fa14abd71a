// SPDX-License-Identifier: Apache-2.0
// Where a coverage is computed: around the sites, or what the user asks for.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "geo/terrain_prepare.hpp"
#include "radio/coverage_map.hpp"

namespace cairn::app {

// The smallest area, over the antimeridian where that is shorter, that holds all positions with a
// margin. Nothing without positions.
std::optional<geo::TerrainArea> area_of(std::span<const geo::Point> positions, double margin_m);
// With a margin more on each side.
geo::TerrainArea widened(const geo::TerrainArea& area, double margin_m);
bool holds(const geo::TerrainArea& area, geo::Point position);

// What is wrong with a position that is too far from the middle of all; empty for the others. One
// row with swapped coordinates must not make an area of half the world.
std::string far_from(geo::Point middle, geo::Point position);
// Medians of longitude (the way round that keeps them together) and latitude.
geo::Point middle_of(std::span<const geo::Point> positions);

// Pixels of an area on the terrain: at multiples of the cell, so that two maps of one terrain and
// cell lie on each other. Errors: the area lies beside the terrain, too many pixels.
Result<radio::MapFrame> frame_of(const geo::TerrainGrid& terrain, const geo::TerrainArea& area,
                                 double cell_m);

}  // namespace cairn::app
