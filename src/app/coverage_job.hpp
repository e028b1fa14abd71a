// SPDX-License-Identifier: Apache-2.0
// What a `cairn coverage` was asked for, as values.
#pragma once

#include <string>
#include <vector>

#include "app/coverage_setup.hpp"
#include "app/coverage_sites.hpp"
#include "app/coverage_terrain.hpp"
#include "radio/propagation.hpp"

namespace cairn::app {

struct CoverageJob {
  std::string sites;
  SiteReading reading;
  CellWishes wishes;
  TerrainWish terrain;
  radio::Propagation propagation;

  std::string tif;  // the files of the map; empty: not wanted
  std::string png;
  std::string kmz;
  std::string contours;
  std::vector<double> levels_dbm;  // of contours, and of the picture's classes

  std::string points;  // CSV of places
  std::string roads;
  std::string points_out;  // .csv or .json; empty: a table
  double spacing_m = 50;

  double radius_m = 15'000;
  double cell_m = 0;  // of the map; 0: the terrain's
  double refine_db = 3;
  std::optional<geo::TerrainArea> area;
  std::size_t threads = 0;  // 0: all processors

  bool wants_map() const { return !(tif + png + kmz + contours).empty(); }
  bool wants_points() const { return !(points + roads).empty(); }
};

// Errors name the option.
Result<CoverageJob> coverage_job(const Context& context, const Args& args);

}  // namespace cairn::app
