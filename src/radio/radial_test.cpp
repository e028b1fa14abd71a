// SPDX-License-Identifier: Apache-2.0
#include "radio/radial.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "radio/testing.hpp"

namespace cairn::radio {
namespace {

using testing::Generator;
using testing::uniform;

TEST(Radial, HeightsAreThoseOfTheTerrainAndEndAtTheFirstHole) {
  Generator generator(1);
  std::vector<std::uint16_t> heights(200 * 150);
  for (std::uint16_t& h : heights) h = static_cast<std::uint16_t>(generator() % 30000);
  heights[40 * 200 + 150] = geo::TerrainGrid::missing;
  geo::TerrainGrid grid;
  grid.columns = 200;
  grid.rows = 150;
  grid.cell_m = 30;
  grid.west_m = -3000;
  grid.north_m = 2250;
  grid.heights = heights;
  RadialFan fan;
  fan.site = {12, -7};
  fan.step_m = 27;
  fan.samples = 120;
  for (std::size_t lane = 0; lane < radial_lanes; ++lane) {
    fan.azimuth_rad[lane] = 0.4 * static_cast<double>(lane) + 0.01;
  }
  RadialBlock block;
  extract_radials(grid, fan, block);
  ASSERT_EQ(block.samples, 120U);
  for (std::size_t lane = 0; lane < radial_lanes; ++lane) {
    std::size_t known = 0;
    for (std::size_t k = 0; k < 120; ++k) {
      double along = 27 * static_cast<double>(k);
      auto height = grid.height_m({12 + along * std::sin(fan.azimuth_rad[lane]),
                                   -7 + along * std::cos(fan.azimuth_rad[lane])});
      float got = block.terrain_m[k * radial_lanes + lane];
      if (!height) {
        EXPECT_TRUE(std::isnan(got));
        continue;
      }
      EXPECT_NEAR(got, *height, 1e-3);
      if (known == k) known = k + 1;
    }
    EXPECT_EQ(block.known[lane], known) << lane;
  }
}

}  // namespace
}  // namespace cairn::radio
