// SPDX-License-Identifier: Apache-2.0
// The profile between two points of a terrain: equally spaced, both ends included, at most
// `step_m` apart, heights bilinear. This is the exact path of a receiver; a map is measured
// against it.
#pragma once

#include <vector>

#include "core/result.hpp"
#include "geo/terrain.hpp"
#include "radio/profile.hpp"

namespace cairn::radio {

struct TerrainPath {
  std::vector<double> distance_km;
  std::vector<double> terrain_m;
  std::vector<double> clutter_m;  // empty when the terrain has none

  PathProfile profile() const { return {distance_km, terrain_m, clutter_m, {}}; }
};

// Keeps the capacity of `out`: many paths need no allocation. Errors: an end outside the terrain,
// or the first place without a height, with its longitude, latitude and distance.
Status sample_path(const geo::TerrainGrid& terrain, geo::PlanePoint from, geo::PlanePoint to,
                   double step_m, TerrainPath& out);

}  // namespace cairn::radio
