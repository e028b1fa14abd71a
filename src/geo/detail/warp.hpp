// SPDX-License-Identifier: Apache-2.0
// From the plane to longitude and latitude or web mercator, pixel by pixel.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "geo/raster_mosaic.hpp"
#include "geo/raster_write.hpp"

namespace cairn::geo::detail {

// Pixels from the outer corner (west, north) on, in degrees or mercator metres; with the plane's
// own CRS in its metres.
struct WarpGrid {
  RasterCrs crs = RasterCrs::plane;
  double west = 0;
  double north = 0;
  double width = 0;   // of a pixel
  double height = 0;  // of a pixel
  std::uint32_t columns = 0;
  std::uint32_t rows = 0;
};

// Errors in the frame itself, or nothing to write.
Status check_frame(const PlaneFrame& frame);
// Pixels about as large as the frame's, unless a side would have more than `max_side`. Errors:
// a pole within the frame, beyond mercator's 85 degrees.
Result<WarpGrid> warp_grid(const PlaneFrame& frame, RasterCrs crs, std::uint32_t max_side);
// Where the pixels of one row lie in the frame.
void warp_row(const PlaneFrame& frame, const WarpGrid& grid, std::uint32_t row,
              std::span<RasterPlace> out);
// The value there: between four where all are known, otherwise the nearest; NaN outside.
float warp_value(const PlaneFrame& frame, const RasterLayer& layer, RasterPlace place);

}  // namespace cairn::geo::detail
