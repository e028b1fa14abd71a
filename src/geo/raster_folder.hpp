// SPDX-License-Identifier: Apache-2.0
// What of a file or folder reaches into an area, as mosaics that can be sampled.
#pragma once

#include <string>
#include <vector>

#include "core/result.hpp"
#include "geo/geometry.hpp"
#include "geo/raster_mosaic.hpp"

namespace cairn::geo {

struct RasterSet {
  std::vector<RasterMosaic> mosaics;  // finest first
  std::size_t elsewhere = 0;          // rasters that do not reach into the area
  Box reach_deg;                      // of all that were opened
  std::vector<std::string> refused;   // "file: why"; one bad tile does not stop the others
};

// Longitudes of `area_deg` may go on beyond 180. A single file that cannot be read is an error; in
// a folder (with its folders, three levels) it is refused. Tiles that are elsewhere by their name
// are not opened.
Result<RasterSet> open_rasters(const std::string& path, RasterKind kind, const Box& area_deg);

// Whether the boxes overlap, with longitudes taken around the earth.
bool overlap_around(const Box& a, const Box& b);

}  // namespace cairn::geo
