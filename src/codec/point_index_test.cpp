// SPDX-License-Identifier: Apache-2.0
#include "codec/point_index.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace cairn::codec {
namespace {

TEST(PointIndex, EveryPointIsInExactlyOneTileOfEachZoom) {
  std::vector<geo::Point> points;
  for (int i = 0; i < 2000; ++i) {
    points.push_back({-170 + (i * 37 % 340) + 0.13, -80 + (i * 61 % 160) + 0.29});
  }
  points.push_back({std::nan(""), 0});
  const PointIndex index(points);
  for (const int z : {0, 1, 3, 5}) {
    std::size_t total = 0;
    for (std::uint32_t x = 0; x < (1u << z); ++x) {
      for (std::uint32_t y = 0; y < (1u << z); ++y) {
        for (const std::uint32_t i : index.in_tile({z, x, y})) {
          EXPECT_TRUE(tile_square({z, x, y}).contains(to_mercator(points[i])));
          ++total;
        }
      }
    }
    EXPECT_EQ(total, 2000u);
  }
}

TEST(PointIndex, GroupsAreSinglesBelowTheLimitAndCellsAboveIt) {
  std::vector<geo::Point> points;
  for (int i = 0; i < 100'000; ++i) {
    points.push_back({100 + (i % 317) * 0.01, 26 + (i / 317) * 0.01});
  }
  const PointIndex index(points);
  const auto cells = index.groups({0, 0, 0}, 4096);
  EXPECT_LE(cells.size(), 4096u);
  std::size_t total = 0;
  for (const auto cell : cells) total += cell.size();
  EXPECT_EQ(total, points.size());
  const geo::Point p = to_mercator(points.front());
  const TileId fine{14, static_cast<std::uint32_t>(p.x * 16384),
                    static_cast<std::uint32_t>(p.y * 16384)};
  const auto singles = index.groups(fine, 4096);
  ASSERT_FALSE(singles.empty());
  for (const auto one : singles) EXPECT_EQ(one.size(), 1u);
}

}  // namespace
}  // namespace cairn::codec
