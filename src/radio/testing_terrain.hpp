// SPDX-License-Identifier: Apache-2.0
// Terrain for the tests of this module and its benchmarks: flat, or hills made of waves, around
// the plane's origin.
#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "geo/terrain.hpp"

namespace cairn::radio::testing {

// A square terrain that owns its samples; post (columns / 2, rows / 2) lies at the origin.
struct OwnedTerrain {
  std::vector<std::uint16_t> samples;
  std::vector<std::uint8_t> clutter;  // half metres
  geo::TerrainGrid grid;

  OwnedTerrain(std::uint32_t side, double cell_m) : samples(std::size_t{side} * side) {
    grid.columns = grid.rows = side;
    grid.cell_m = cell_m;
    grid.west_m = -cell_m * (side / 2);
    grid.north_m = cell_m * (side / 2);
    grid.heights = samples;
  }
  OwnedTerrain(OwnedTerrain&&) = default;  // moved vectors keep their memory
  OwnedTerrain(const OwnedTerrain&) = delete;

  void set(std::uint32_t column, std::uint32_t row, double height_m) {
    samples[std::size_t{row} * grid.columns + column] =
        static_cast<std::uint16_t>(std::lround((height_m - grid.offset_m) / grid.scale_m));
  }
  void add_clutter() {
    clutter.assign(samples.size(), 0);
    grid.clutter_half_metres = clutter;
  }
};

inline OwnedTerrain flat(std::uint32_t side, double cell_m, double height_m) {
  OwnedTerrain terrain(side, cell_m);
  for (std::uint32_t i = 0; i < side * side; ++i) terrain.set(i % side, i / side, height_m);
  return terrain;
}

// Ridges and valleys of several lengths, `relief_m` from bottom to top.
inline OwnedTerrain hills(std::uint32_t side, double cell_m, double relief_m) {
  OwnedTerrain terrain(side, cell_m);
  for (std::uint32_t row = 0; row < side; ++row) {
    for (std::uint32_t column = 0; column < side; ++column) {
      double x = column * 30.0;  // the same shape whatever the cell
      double y = row * 30.0;
      double wave = 0.5 * std::sin(x / 410 + 0.8 * std::sin(y / 700)) +
                    0.3 * std::sin(y / 290 + x / 900) + 0.2 * std::sin((x + y) / 97);
      terrain.set(column, row, 1'500 + relief_m / 2 * wave);
    }
  }
  return terrain;
}

}  // namespace cairn::radio::testing
