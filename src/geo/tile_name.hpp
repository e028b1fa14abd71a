// SPDX-License-Identifier: Apache-2.0
// Names by which relief is distributed: the place of a tile is in its name.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cairn::geo {

struct TileName {
  enum class Family { srtm, copernicus } family = Family::srtm;
  int south_deg = 0;  // of the tile's south-west corner
  int west_deg = 0;
  int arc_seconds = 0;  // 1 or 3; 0: the name does not say

  bool operator==(const TileName&) const = default;
};

// "N28E102.hgt", "n28e102.SRTMGL1.hgt.zip", "S01W078_anything.hgt.gz", and
// "Copernicus_DSM_COG_10_N28_00_E102_00_DEM.tif" (10: 1 arc-second, 30: 3). Nothing for other
// names and for places that are not on earth.
std::optional<TileName> parse_tile_name(std::string_view file_name);

// "N28E102"
std::string tile_text(int south_deg, int west_deg);

// What a source is called on screens, by its file name: "SRTM, 3 arc-seconds", "Copernicus DEM
// GLO-30", "ETOPO5, 5 arc-minutes: coarse, …", otherwise the name itself.
std::string source_label(std::string_view file_name, double cell_m);

}  // namespace cairn::geo
