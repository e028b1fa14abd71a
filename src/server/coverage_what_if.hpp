// SPDX-License-Identifier: Apache-2.0
// What one more site would add: area, villages and pictures. Quick, so that a planner drags it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/label.hpp"
#include "core/parallel.hpp"
#include "core/result.hpp"
#include "radio/coverage_map.hpp"
#include "server/coverage_cells.hpp"
#include "server/coverage_layer.hpp"

namespace cairn::server {

struct WhatIfSite {
  geo::Point position;
  double mast_m = 30;
  std::string band;
  std::string operator_id;
  std::optional<double> azimuth_deg;  // of one sector; nothing: alike in all directions
  double power_offset_db = 0;
};

struct WhatIfVillage {
  std::string code;
  Label label;
  std::string county;  // its code
  geo::Point position;
  std::optional<double> population;
  bool estimated = false;
};

struct WhatIfGain {
  std::size_t village = 0;  // index into the villages that were given
  std::optional<double> before_dbm;
  double after_dbm = 0;
};

struct WhatIfAnswer {
  double ground_m = 0;
  std::string technology;
  double threshold_dbm = 0;
  double pixel_m = 0;
  double covered_km2 = 0;
  double gained_km2 = 0;
  double already_km2 = 0;
  std::vector<WhatIfGain> gains;  // the most people first
  double people = 0;
  std::size_t better = 0;  // villages that were covered, and hear it by 6 dB better
  bool estimated = false;
  geo::Box box;            // of the pictures, longitude and latitude
  std::string level;       // PNG bytes
  std::string difference;  // likewise
};

// The operator's stations of the band's technology are what there is before. Errors have a JSON
// pointer: a site off the relief (with a hint where longitude and latitude look swapped), a band or
// operator that nobody knows, a mast or direction out of bounds.
// `known`: the raster of that operator and technology, where it has been computed; otherwise the
// stations around are computed, as coarsely as their number wants.
Result<WhatIfAnswer> what_if(const CellSet& set, const WhatIfSite& site,
                             const std::vector<WhatIfVillage>& villages, const Workers& workers,
                             const LayerRaster* known = nullptr);

// Says what is wrong with the site, if anything is; what_if asks, too.
Status check_site(const CellSet& set, const WhatIfSite& site);

// No place of the relief: because longitude and latitude are swapped, or just so.
std::string off_relief(const CoverageTerrain& terrain, geo::Point position);

}  // namespace cairn::server
