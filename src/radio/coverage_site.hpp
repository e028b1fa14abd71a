// SPDX-License-Identifier: Apache-2.0
// Parts of coverage_map: what a map needs to know of one site, and the pixels of one tile.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "radio/coverage_map.hpp"
#include "radio/path_batch.hpp"
#include "radio/polar_lattice.hpp"

namespace cairn::radio {

// One cell, ready for pixels.
struct MapCell {
  const Cell* cell = nullptr;
  std::uint16_t index = 0;
  std::size_t band = 0;      // of its site
  double eirp_dbm = 0;       // of a resource element, in the main lobe
  double threshold_dbm = 0;  // RSRP
  double rates_dbm = 0;      // RSRP below which one of the rates fails
};

// Cells at one place and height: one lattice, one geometry.
struct MapSite {
  geo::PlanePoint at;
  double mast_m = 0;
  double antenna_amsl_m = 0;
  bool directional = false;  // some cell has an antenna pattern
  std::vector<PreparedModel> bands = {};
  std::vector<MapCell> cells = {};
  // Where the spread over locations depends on clutter: what a receiver in clutter of so many half
  // metres loses more than one in the open, [band * 256 + half metres]. Empty: nothing.
  std::vector<double> clutter_db = {};
};

// Checks cells and options; sites in the order of their first cells.
Result<std::vector<MapSite>> map_sites(const geo::TerrainGrid& terrain, std::span<const Cell> cells,
                                       const Propagation& propagation);

// Values of one site, see PolarShape.
struct SiteLattice {
  std::vector<std::vector<float>> loss_db;  // a band each; NaN: behind a hole of the terrain
  std::vector<float> horizon_mrad;          // towards the receiver or the horizon; 0: level, up
  std::vector<std::uint8_t> sight;
};

struct MapTask {
  const geo::TerrainGrid& terrain;
  const CoverageOptions& options;  // step_m is that of all paths, not 0
  const PolarShape* shape;         // null: no lattice, exact paths for all
  bool batches;                    // exact paths go eight at a time (path_batch.hpp)
};

// What one thread needs while it paints, kept between tiles.
struct PaintRoom {
  TerrainPath path;
  PathRoom paths;
  std::vector<PathLoss> losses;    // of one pixel, a band each
  std::vector<double> below_db;    // of the lattice values around it the least loss
  std::vector<double> above_db;    // and the greatest, against that between them
  std::vector<double> levels_dbm;  // of one pixel, a cell each
  std::vector<std::size_t> exact;  // pixels that ask for exact paths

  std::uint64_t receivers = 0;
  std::uint64_t exact_paths = 0;
};

// Rows and columns [first, last) of the frame.
struct MapTile {
  std::uint32_t first_column = 0;
  std::uint32_t last_column = 0;
  std::uint32_t first_row = 0;
  std::uint32_t last_row = 0;
};

// Offers the site's cells to all pixels of the tile that are within the radius. Sets `unknown` of
// those that a hole of the terrain hides. Errors: what a model does not take.
Status paint_tile(const MapTask& task, const MapSite& site, const SiteLattice& lattice,
                  const MapTile& tile, CoverageMap& map, std::span<std::uint8_t> unknown,
                  PaintRoom& room);

}  // namespace cairn::radio
