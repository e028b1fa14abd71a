// SPDX-License-Identifier: Apache-2.0
// A coverage map as the files that were asked for: all of them, or none.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "app/coverage_job.hpp"
#include "radio/coverage_map.hpp"

namespace cairn::app {

struct CoverageResult {
  const radio::CoverageMap& map;
  const CellPlan& plan;
  geo::LocalPlane plane;
  // Where it comes from: model, percentages, terrain, hash of all inputs …
  std::vector<std::pair<std::string, std::string>> provenance;
  std::string terrain_label;
  bool estimated = false;
};

// Writes beside the names and renames when all are complete. Beside x.tif stands x.cells.csv: the
// numbers of the server bands. `progress` false cancels (Code::conflict), and nothing stays.
// The names of what was written.
Result<std::vector<std::string>> write_coverage(const CoverageResult& result,
                                                const CoverageJob& job, Files& files,
                                                const std::function<bool(double)>& progress);

// The numbers of the server bands, a row a cell.
std::string cells_csv(const CellPlan& plan);

// Part of the known pixels, and km2, whose server is at its threshold or above.
struct CoveredArea {
  double covered_km2 = 0;
  double known_km2 = 0;
  double frame_km2 = 0;
};
CoveredArea covered_area(const radio::CoverageMap& map, const CellPlan& plan);

}  // namespace cairn::app
