// SPDX-License-Identifier: Apache-2.0
// Tiles of one lattice as one raster: interpolation goes across their seams, and around the
// antimeridian. What a user has in a folder becomes one mosaic for each lattice that occurs.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "geo/raster.hpp"

namespace cairn::geo {

// A part of a mosaic: rows of values from (column, row) on.
struct RasterWindow {
  std::int64_t column = 0;
  std::int64_t row = 0;
  std::uint32_t columns = 0;
  std::uint32_t rows = 0;
  std::vector<float> values;  // NaN: a hole; RasterWindow::absent: no tile is there

  static const float absent;  // minus infinity
  float at(std::int64_t c, std::int64_t r) const {
    return values[static_cast<std::size_t>(r - row) * columns +
                  static_cast<std::size_t>(c - column)];
  }
};

// Between the four values around a place; a place next to a missing tile takes what is there, up to
// half a pixel. NaN in a hole, RasterWindow::absent where no tile is. The window must hold
// the four.
float interpolate(const RasterWindow& window, RasterPlace place);
// Mean over a box of so many pixels to each side; NaN where less than half of it is known.
float average(const RasterWindow& window, RasterPlace place, double columns_each_side,
              double rows_each_side);
// The most frequent class in such a box (of equals the smaller code), or -1.
int most_frequent(const RasterWindow& window, RasterPlace place, double columns_each_side,
                  double rows_each_side);

// Thread-safe: readers wait for one another.
class RasterMosaic {
 public:
  // The rasters stay closed but for the last used ones. Rasters that do not lie on the lattice of
  // the first are refused (`fits`).
  RasterMosaic(Raster first, RasterKind kind);
  RasterMosaic(RasterMosaic&&) noexcept;
  RasterMosaic& operator=(RasterMosaic&&) noexcept;
  ~RasterMosaic();

  bool fits(const RasterInfo& info) const;
  void add(Raster raster);

  const RasterInfo& first() const;
  std::span<const RasterInfo> tiles() const;
  // Longitudes and latitudes to places of the lattice; infinite where there is none.
  void places(std::span<const Point> positions, std::span<RasterPlace> out) const;
  // Whether any tile reaches into the window.
  bool covers(const RasterWindow& window) const;
  // Fills window.values. The first tile that covers a pixel counts.
  Status read(RasterWindow& window) const;

 private:
  struct Tiles;
  std::unique_ptr<Tiles> tiles_;
};

}  // namespace cairn::geo
