// SPDX-License-Identifier: Apache-2.0
// One band of a raster file as numbers with a place: anything that GDAL reads, .hgt tiles also
// packed (.gz, .zip). Sizes are bounded; GDAL's complaints become errors.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/result.hpp"
#include "geo/geometry.hpp"

namespace cairn::geo {

enum class RasterKind : std::uint8_t {
  heights,  // metres after conversion; what is not within -1000 .. 10000 is missing
  classes,  // codes 0 .. 255; others are missing
};

// A place in a raster: pixel centres are whole numbers.
struct RasterPlace {
  double column = 0;
  double row = 0;
};

struct RasterInfo {
  std::string path;
  std::uint32_t columns = 0;
  std::uint32_t rows = 0;
  // Of pixel centres in the raster's own coordinates: x = [0] + [1] column + [2] row, y = [3] + …
  std::array<double, 6> centres{};
  std::string crs;      // WKT
  bool lonlat = false;  // its coordinates are WGS 84 longitude and latitude
  double cell_m = 0;    // on the ground, at its middle, from north to south
  // Longitudes go on beyond 180 where it crosses the antimeridian. With the pixels' halves.
  Box extent_deg;
  std::string unit;  // of heights, as the file has it
};

// Not thread-safe: one thread at a time.
class Raster {
 public:
  // Errors name the file: not there, no raster, a .hgt of the wrong size, no georeference,
  // coordinates that are no longitude and latitude and no CRS, heights in an unknown unit.
  static Result<Raster> open(const std::string& path, RasterKind kind);
  Raster(Raster&&) noexcept;
  Raster& operator=(Raster&&) noexcept;
  ~Raster();

  const RasterInfo& info() const;
  // A window that lies inside, into rows `stride` values apart; NaN where there is no value.
  Status read(std::uint32_t column, std::uint32_t row, std::uint32_t columns, std::uint32_t rows,
              float* out, std::size_t stride);

 private:
  struct Open;
  explicit Raster(std::unique_ptr<Open> open);
  std::unique_ptr<Open> open_;
};

}  // namespace cairn::geo
