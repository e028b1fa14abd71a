// SPDX-License-Identifier: Apache-2.0
// Exact paths, eight receivers of one site side by side: what sample_path and path_geometry find
// one after the other, for a fifth of the time. Points, formulas and precision are the same;
// heights and sums may differ in their last bits (1e-9 dB).
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "geo/terrain.hpp"
#include "radio/path_geometry.hpp"

namespace cairn::radio {

inline constexpr std::size_t batch_paths = 8;

struct PathBatch {
  geo::PlanePoint site;
  double tx_mast_m = 0;
  double rx_mast_m = 0;
  double step_m = 0;  // points are at most so far apart; see path_step_m
  EarthRadii radii;
};

// What a batch works in; kept between batches. One path a row of `stride` points.
struct PathRoom {
  std::size_t stride = 0;
  std::vector<double> distance_km;
  std::vector<double> terrain_m;
  std::vector<double> clutter_m;  // empty: none
};

struct BatchGeometry {
  bool known = false;      // false: a hole of the terrain on the way
  std::size_t points = 0;  // of the path; its heights stand in its row of the room
  PathGeometry path;
};

// Whether batches take this terrain: not one beyond 2 GB, nor one whose samples could mean heights
// that no model takes. Others take sample_path.
bool batches_fit(const geo::TerrainGrid& terrain);

// Both ends are on the terrain, masts and step above 0, receivers so far away that there are three
// points at least, and at most batch_paths of them.
void batch_geometry(const geo::TerrainGrid& terrain, const PathBatch& batch,
                    std::span<const geo::PlanePoint> receivers, PathRoom& room,
                    std::span<BatchGeometry> geometry);

}  // namespace cairn::radio
