// SPDX-License-Identifier: Apache-2.0
// Coverage of an area: for every pixel who serves it best and second best, how strong, over what
// loss, in sight or not. Cells of one site and mast share the walk over the terrain; bands share
// its geometry. The same bytes for any number of workers.
//
// How a value comes about. Radials of a site lie so densely that neighbours are at most `step_m`
// apart at the edge; the loss of a pixel is interpolated between four samples of that lattice
// (radial.hpp, p1812_lanes.hpp). Pixels whose level is within `refine_db` of the threshold, and
// those where the lattice is too uneven to interpolate, take the exact path between site and pixel
// (terrain_path.hpp, p1812.hpp). So do all named points (served.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "core/parallel.hpp"
#include "core/result.hpp"
#include "geo/terrain.hpp"
#include "radio/cell.hpp"
#include "radio/propagation.hpp"

namespace cairn::radio {

// Pixel centres in the terrain's plane: x = west_m + column * cell_m, y = north_m - row * cell_m.
struct MapFrame {
  double west_m = 0;
  double north_m = 0;
  double cell_m = 0;
  std::uint32_t columns = 0;
  std::uint32_t rows = 0;

  std::size_t size() const { return std::size_t{columns} * rows; }
  bool operator==(const MapFrame&) const = default;
};

struct CoverageOptions {
  Propagation propagation;   // model, time, locations, air, receiver height
  double radius_m = 15'000;  // of a cell; farther pixels do not hear it
  double step_m = 0;         // along and between radials; 0: the terrain's cell
  double refine_db = 3;      // exact paths within so much of a budget's threshold; 0: none
};

inline constexpr std::uint16_t no_cell = 0xffff;

// Arrays of frame.size() values; NaN and no_cell where nothing is known or heard.
struct CoverageMap {
  MapFrame frame;
  std::vector<float> rsrp_dbm;  // of the best server
  std::vector<float> second_rsrp_dbm;
  std::vector<float> loss_db;         // basic transmission loss to the best server
  std::vector<std::uint16_t> server;  // index into the cells
  std::vector<std::uint16_t> second;
  std::vector<std::uint8_t> line_of_sight;  // of the best server: 0, 1; 255 where there is none

  struct Figures {
    std::uint64_t receivers = 0;  // of the fast path
    std::uint64_t exact = 0;      // exact paths
    std::uint64_t unknown = 0;    // pixels without terrain, or behind a hole of it
    std::size_t peak_bytes = 0;   // beside the map itself
  } figures;
};

// `progress` gets the done part (0..1), from any thread but one at a time; false cancels.
// Errors: no cell, a cell that is not on the terrain (with a hint when longitude and latitude
// look swapped), masts or frames out of bounds, more than 65,535 cells, cancelled.
Result<CoverageMap> coverage_map(const geo::TerrainGrid& terrain, std::span<const Cell> cells,
                                 const MapFrame& frame, const CoverageOptions& options,
                                 const Workers& workers,
                                 const std::function<bool(double)>& progress = {});

}  // namespace cairn::radio
