// SPDX-License-Identifier: Apache-2.0
#include "radio/terrain_path.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace cairn::radio {
namespace {

using geo::PlanePoint;

// Heights x / 10 + y / 20 over 40 x 30 cells of 50 m: bilinear interpolation gives them exactly.
struct Slope {
  std::vector<std::uint16_t> heights;
  std::vector<std::uint8_t> clutter;
  geo::TerrainGrid grid;

  Slope() {
    grid.plane = geo::LocalPlane({102, 28});
    grid.columns = 41;
    grid.rows = 31;
    grid.cell_m = 50;
    grid.west_m = -1000;
    grid.north_m = 750;
    grid.offset_m = 100;
    for (int row = 0; row < 31; ++row) {
      for (int column = 0; column < 41; ++column) {
        double x = -1000 + 50 * column, y = 750 - 50 * row;
        double height = 500 + x / 10 + y / 20;
        heights.push_back(static_cast<std::uint16_t>((height - 100) * 8));
        clutter.push_back(column == 20 && row == 15 ? 24 : 3);
      }
    }
    grid.heights = heights;
  }
};

TEST(TerrainPath, SamplesBothEndsAndEquallyBetween) {
  Slope slope;
  TerrainPath path;
  ASSERT_TRUE(sample_path(slope.grid, {-1000, -700}, {800, 750}, 30, path));
  double length_m = std::hypot(1800, 1450);
  std::size_t intervals = static_cast<std::size_t>(std::ceil(length_m / 30));
  ASSERT_EQ(path.distance_km.size(), intervals + 1);
  ASSERT_TRUE(path.clutter_m.empty());
  EXPECT_EQ(path.distance_km.front(), 0);
  EXPECT_DOUBLE_EQ(path.distance_km.back(), length_m / 1000);
  for (std::size_t i = 0; i <= intervals; ++i) {
    double part = static_cast<double>(i) / static_cast<double>(intervals);
    EXPECT_NEAR(path.distance_km[i], part * length_m / 1000, 1e-12);
    EXPECT_NEAR(path.terrain_m[i], 500 + (-1000 + 1800 * part) / 10 + (-700 + 1450 * part) / 20,
                0.13);
  }
  EXPECT_TRUE(check_profile(path.profile()));
}

TEST(TerrainPath, TakesClutterOfTheNearestPostAndKeepsItsRoom) {
  Slope slope;
  slope.grid.clutter_half_metres = slope.clutter;
  TerrainPath path;
  ASSERT_TRUE(sample_path(slope.grid, {-200, 0}, {200, 0}, 20, path));
  ASSERT_EQ(path.clutter_m.size(), 21U);
  EXPECT_EQ(path.clutter_m[10], 12);
  EXPECT_EQ(path.clutter_m[11], 12);
  EXPECT_EQ(path.clutter_m[12], 1.5);
  const double* room = path.terrain_m.data();
  slope.grid.clutter_half_metres = {};
  ASSERT_TRUE(sample_path(slope.grid, {-200, 0}, {190, 0}, 20, path));
  EXPECT_EQ(path.terrain_m.data(), room);
  EXPECT_EQ(path.terrain_m.size(), 21U);  // 390 m in steps of at most 20 m: 20 of 19.5 m
  EXPECT_TRUE(path.clutter_m.empty());
}

TEST(TerrainPath, AMultipleOfTheStepGetsNoIntervalMore) {
  Slope slope;
  TerrainPath path;
  for (int k = 1; k <= 40; ++k) {
    double along = k * 22.2;  // 22.2 is not a binary fraction
    double azimuth = 0.1 * k;
    PlanePoint to{along * std::sin(azimuth) * 0.8, along * std::cos(azimuth) * 0.8};
    ASSERT_TRUE(sample_path(slope.grid, {0, 0}, to, 22.2 * 0.8, path));
    EXPECT_EQ(path.distance_km.size(), static_cast<std::size_t>(k) + 1) << k;
  }
}

// Whatever is computed side by side is what height_m and clutter_m say, to the bit.
TEST(TerrainPath, EveryPointIsThatOfTheTerrain) {
  Slope slope;
  slope.grid.clutter_half_metres = slope.clutter;
  for (std::size_t i = 0; i < slope.heights.size(); ++i) {
    slope.heights[i] = static_cast<std::uint16_t>(i * 7919 % 30011);
    slope.clutter[i] = static_cast<std::uint8_t>(i * 31 % 97);
  }
  TerrainPath path;
  for (int n = 0; n < 200; ++n) {
    PlanePoint from{-1000 + 7.3 * n, -740 + 5.1 * n};
    PlanePoint to{999 - 8.7 * n, 749 - 2.9 * n};
    ASSERT_TRUE(sample_path(slope.grid, from, to, 3.0 + n, path));
    std::size_t last = path.distance_km.size() - 1;
    for (std::size_t i = 0; i <= last; ++i) {
      double part = static_cast<double>(i) / static_cast<double>(last);
      PlanePoint at{from.x_m + part * (to.x_m - from.x_m), from.y_m + part * (to.y_m - from.y_m)};
      if (i == last) at = to;
      ASSERT_EQ(path.terrain_m[i], *slope.grid.height_m(at)) << n << " " << i;
      ASSERT_EQ(path.clutter_m[i], slope.grid.clutter_m(at)) << n << " " << i;
    }
  }
}

TEST(TerrainPath, APathWithoutLengthIsOnePoint) {
  Slope slope;
  TerrainPath path;
  ASSERT_TRUE(sample_path(slope.grid, {100, 100}, {100, 100}, 30, path));
  ASSERT_EQ(path.distance_km.size(), 1U);
  EXPECT_EQ(path.distance_km[0], 0);
  EXPECT_EQ(path.terrain_m[0], 515);
}

TEST(TerrainPath, ErrorsSayWhere) {
  Slope slope;
  TerrainPath path;
  Status outside = sample_path(slope.grid, {0, 0}, {0, 1000}, 30, path);
  ASSERT_FALSE(outside);
  EXPECT_EQ(outside.error().code, Code::invalid);
  EXPECT_NE(outside.error().message.find("longitude 102.000000, latitude 28.00"), std::string::npos)
      << outside.error().message;
  slope.heights[15 * 41 + 30] = geo::TerrainGrid::missing;  // x = 500 m
  Status hole = sample_path(slope.grid, {0, 0}, {900, 0}, 30, path);
  ASSERT_FALSE(hole);
  EXPECT_EQ(hole.error().code, Code::not_found);
  EXPECT_NE(hole.error().message.find("0.450 km"), std::string::npos) << hole.error().message;
  for (double step : {0.0, -3.0, 1e-9, std::nan("")}) {
    EXPECT_FALSE(sample_path(slope.grid, {0, 0}, {100, 0}, step, path)) << step;
  }
  EXPECT_FALSE(sample_path(slope.grid, {0, 0}, {std::nan(""), 0}, 30, path));
  EXPECT_FALSE(sample_path(geo::TerrainGrid{}, {0, 0}, {0, 0}, 30, path));
}

}  // namespace
}  // namespace cairn::radio
