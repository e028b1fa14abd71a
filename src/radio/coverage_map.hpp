// SPDX-License-Identifier: Apache-2.0
// Coverage of an area: for every pixel who serves it best and second best, how strong, over what
// loss, in sight or not. Cells of one site and mast share the walk over the terrain; bands share
// its geometry. The same bytes for any number of workers.
//
// How a value comes about. Radials of a site lie so densely that neighbours are at most `step_m`
// apart everywhere (polar_lattice.hpp); the loss of a pixel is interpolated between four samples of
// that lattice (radial.hpp, p1812_lanes.hpp). Pixels whose level is within `refine_db` of what
// their cell needs take the exact path between site and pixel (terrain_path.hpp, p1812.hpp) unless
// the four samples agree on which side of it they are; so do those whose samples are too uneven to
// interpolate and those within a few steps of the site. So do all named points (served.hpp), all
// pixels where these are so few that a lattice would cost more, and all of other models than
// P.1812.
//
// The best server is the cell with the greatest received power, at equal power the one with the
// lower index; the second best is any other cell, of the same site or not.
//
// Memory beside the map: one byte a pixel, and the lattice of one site at a time: 4 bytes a band
// and 1 for sight (4 more with directional antennas) for each of 1.34 receivers a step^2, that is
// 7.4 kB per km^2 of one cell's disc at 30 m for one band; and for each thread 3 kB a step of
// the radius. figures.peak_bytes has the sum.
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
  Propagation propagation = {};  // model, time, locations, air, receiver height
  double radius_m = 15'000;      // of a cell; farther pixels do not hear it
  double step_m = 0;             // along and between radials; 0: the terrain's cell
  double refine_db = 3;          // exact paths within so much of what a cell needs; 0: none
  double uneven_db = 5;          // exact paths where lattice values around a pixel differ by more
  double heard_dbm = -140;       // weaker cells are not heard: neither server nor second
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
    std::uint64_t receivers = 0;  // pixels of a site that the fast path answered
    std::uint64_t exact = 0;      // pixels of a site that took the exact path
    std::uint64_t unknown = 0;    // pixels without terrain, or behind a hole of it
    std::size_t peak_bytes = 0;   // beside the map itself
  } figures;
};

// Every map that coverage_map makes keeps these bounds.
inline constexpr std::size_t most_map_pixels = 1'000'000'000;
inline constexpr double greatest_map_radius_m = 300'000;
inline constexpr double most_radial_steps = 10'000;  // 2.1 GB of lattice

// `progress` gets the done part (0..1), from any thread but one at a time; false cancels.
// Errors: no cell, a cell that is not on the terrain (with a hint when longitude and latitude
// look swapped), masts or frames out of bounds, more than 65,535 cells, cancelled.
Result<CoverageMap> coverage_map(const geo::TerrainGrid& terrain, std::span<const Cell> cells,
                                 const MapFrame& frame, const CoverageOptions& options,
                                 const Workers& workers,
                                 const std::function<bool(double)>& progress = {});

// What another map of the same frame changes: a site more, a band less.
struct CoverageDifference {
  enum class Change : std::int8_t { lost = -1, none = 0, gained = 1 };
  std::vector<Change> change;  // of covered pixels: rsrp at or above their server's threshold
  std::vector<float> gain_db;  // after less before; NaN where either hears nobody
  std::uint64_t covered_before = 0;
  std::uint64_t covered_after = 0;
  std::uint64_t gained = 0;
  std::uint64_t lost = 0;
};
// The cells are those that the maps were made of. Errors: frames differ, servers without a cell.
Result<CoverageDifference> difference(const CoverageMap& before, std::span<const Cell> cells_before,
                                      const CoverageMap& after, std::span<const Cell> cells_after);

}  // namespace cairn::radio
