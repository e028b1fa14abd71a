// SPDX-License-Identifier: Apache-2.0
#include "app/coverage_area.hpp"

#include <gtest/gtest.h>

namespace cairn::app {
namespace {

TEST(CoverageArea, HoldsAllWithItsMargin) {
  const std::vector<geo::Point> sites = {{102, 28}, {102.5, 27.5}, {101.8, 27.9}};
  const auto area = area_of(sites, 11'100);
  ASSERT_TRUE(area);
  EXPECT_NEAR(area->south_deg, 27.4, 1e-3);
  EXPECT_NEAR(area->north_deg, 28.1, 1e-3);
  EXPECT_LT(area->west_deg, 101.69);
  EXPECT_GT(area->east_deg, 102.61);
  EXPECT_FALSE(area_of({}, 1'000));
}

TEST(CoverageArea, GoesOverTheAntimeridian) {
  const std::vector<geo::Point> sites = {{179.9, 10}, {-179.9, 10}};
  const auto area = area_of(sites, 5'000);
  ASSERT_TRUE(area);
  EXPECT_GT(area->west_deg, 179.8);
  EXPECT_LT(area->east_deg, -179.8);
  EXPECT_NEAR(std::abs(middle_of(sites).x), 179.9, 1e-9);
}

TEST(CoverageArea, HoldsWhatLiesInIt) {
  EXPECT_TRUE(holds({101, 27, 102, 28}, {101.5, 27.5}));
  EXPECT_FALSE(holds({101, 27, 102, 28}, {102.5, 27.5}));
  EXPECT_FALSE(holds({101, 27, 102, 28}, {100.5, 27.5}));
  EXPECT_FALSE(holds({101, 27, 102, 28}, {101.5, 28.5}));
  EXPECT_TRUE(holds({179, -1, -179, 1}, {-179.5, 0}));
  EXPECT_TRUE(holds({179, -1, -179, 1}, {179.5, 0}));
  EXPECT_FALSE(holds({179, -1, -179, 1}, {0, 0}));
}

TEST(CoverageArea, SwappedRowsAreFar) {
  const std::vector<geo::Point> sites = {{102, 28}, {102.1, 28}, {28, 60}, {102, 28.1}};
  const geo::Point middle = middle_of(sites);
  EXPECT_EQ(far_from(middle, sites[0]), "");
  EXPECT_NE(far_from(middle, {28, 60}).find("km from the middle"), std::string::npos);
  EXPECT_EQ(far_from(middle, {28, 60}).find("swapped"), std::string::npos);
  EXPECT_NE(far_from({10, 50}, {50, 10}).find("look swapped"), std::string::npos);
}

TEST(CoverageArea, FramesLieOnEachOther) {
  geo::TerrainGrid terrain;
  terrain.plane = geo::LocalPlane({102, 28});
  terrain.columns = terrain.rows = 2'001;
  terrain.cell_m = 30;
  terrain.west_m = -30'000;
  terrain.north_m = 30'000;
  const auto small = frame_of(terrain, {101.95, 27.95, 102.05, 28.05}, 50);
  const auto large = frame_of(terrain, {101.9, 27.9, 102.1, 28.1}, 50);
  ASSERT_TRUE(small && large);
  for (const auto& frame : {*small, *large}) {
    EXPECT_EQ(std::fmod(frame.west_m, 50), 0);
    EXPECT_EQ(std::fmod(frame.north_m, 50), 0);
  }
  EXPECT_NEAR(small->columns * 50.0, 9'850, 120);
  EXPECT_GT(large->columns, small->columns);
  // Cut to the terrain.
  const auto cut = frame_of(terrain, {100, 26, 104, 30}, 30);
  ASSERT_TRUE(cut);
  EXPECT_EQ(cut->columns, 2'001U);
  EXPECT_EQ(cut->west_m, -30'000);
  EXPECT_FALSE(frame_of(terrain, {103, 27, 104, 28}, 30));
  const auto fine = frame_of(terrain, {101.8, 27.8, 102.2, 28.2}, 1);
  ASSERT_FALSE(fine);
  EXPECT_NE(fine.error().message.find("--cell"), std::string::npos);
}

}  // namespace
}  // namespace cairn::app
