// SPDX-License-Identifier: Apache-2.0
// Points in the order of their Morton code, so that the points of any tile are one run, and the
// points of any cell of a finer grid inside the tile are one run of that run.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "codec/mvt.hpp"
#include "geo/geometry.hpp"

namespace cairn::codec {

class PointIndex {
 public:
  // Longitudes and latitudes; points with a NaN are left out.
  explicit PointIndex(std::span<const geo::Point> lon_lat);

  // Positions of the tile's points in the span given to the constructor.
  std::span<const std::uint32_t> in_tile(TileId id) const;

  // The tile's points in groups: each point alone when there are at most `limit`, otherwise one
  // group for each cell of a grid of at most `limit` cells.
  std::vector<std::span<const std::uint32_t>> groups(TileId id, std::size_t limit) const;

 private:
  std::pair<std::size_t, std::size_t> range(int z, std::uint64_t prefix) const;

  std::vector<std::uint64_t> codes_;    // sorted
  std::vector<std::uint32_t> members_;  // in the order of codes_
};

}  // namespace cairn::codec
