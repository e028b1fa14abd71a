// SPDX-License-Identifier: Apache-2.0
#include "radio/radial.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <memory>

#include "radio/terrain_path.hpp"
#include "radio/testing.hpp"

namespace cairn::radio {
namespace {

using testing::Generator;
using testing::uniform;

// A rough grid of 200 x 150 posts with clutter.
struct Land {
  std::vector<std::uint16_t> heights;
  std::vector<std::uint8_t> clutter;
  geo::TerrainGrid grid;

  explicit Land(std::uint64_t seed) {
    Generator generator(seed);
    heights.resize(200 * 150);
    clutter.resize(200 * 150);
    for (std::uint16_t& h : heights) h = static_cast<std::uint16_t>(generator() % 40'000);
    for (std::uint8_t& c : clutter) c = static_cast<std::uint8_t>(generator() % 60);
    grid.columns = 200;
    grid.rows = 150;
    grid.cell_m = 30;
    grid.west_m = -3000;
    grid.north_m = 2250;
    grid.offset_m = -400;
    grid.heights = heights;
  }
};

RadialFan fan_of(geo::PlanePoint site, double step_m, std::size_t samples) {
  RadialFan fan;
  fan.site = site;
  fan.step_m = step_m;
  fan.samples = samples;
  for (std::size_t lane = 0; lane < radial_lanes; ++lane) {
    fan.azimuth_rad[lane] = 0.4 * static_cast<double>(lane) + 0.01;
  }
  return fan;
}

geo::PlanePoint place(const RadialFan& fan, std::size_t lane, std::size_t k) {
  double along_m = fan.step_m * static_cast<double>(k);
  return {fan.site.x_m + along_m * std::sin(fan.azimuth_rad[lane]),
          fan.site.y_m + along_m * std::cos(fan.azimuth_rad[lane])};
}

// Every sample is height_m rounded to float, or not a number where that gives nothing.
void expect_heights(const geo::TerrainGrid& grid, const RadialFan& fan, const RadialBlock& block) {
  ASSERT_EQ(block.samples, fan.samples);
  ASSERT_EQ(block.terrain_m.size(), fan.samples * radial_lanes);
  for (std::size_t lane = 0; lane < radial_lanes; ++lane) {
    std::size_t known = 0;
    for (std::size_t k = 0; k < fan.samples; ++k) {
      auto height = grid.height_m(place(fan, lane, k));
      float got = block.terrain_m[k * radial_lanes + lane];
      if (!height) {
        ASSERT_TRUE(std::isnan(got)) << lane << " " << k;
        continue;
      }
      float want = static_cast<float>(*height);
      // Places agree to a nanometre; that moves the rounding of one height in many thousands.
      ASSERT_TRUE(got == want || std::abs(got - *height) < 1e-3)
          << lane << " " << k << ": " << got << " for " << *height;
      if (known == k) known = k + 1;
    }
    EXPECT_EQ(block.known[lane], known) << lane;
  }
}

TEST(Radial, HeightsAreThoseOfTheTerrain) {
  Land land(1);
  RadialBlock block;
  std::size_t holes = 0;
  for (int round = 0; round < 20; ++round) {
    Generator generator(round);
    if (round >= 10) land.heights[generator() % land.heights.size()] = geo::TerrainGrid::missing;
    RadialFan fan = fan_of({uniform(generator, -2500, 2500), uniform(generator, -1900, 1900)},
                           uniform(generator, 5, 60), 2 + generator() % 150);
    extract_radials(land.grid, fan, block);
    expect_heights(land.grid, fan, block);
    for (std::size_t known : block.known) holes += known < fan.samples;
    EXPECT_TRUE(block.clutter_m.empty());
  }
  EXPECT_GT(holes, 20U);  // the border at least
}

TEST(Radial, ClutterIsThatOfTheNearestPost) {
  Land land(2);
  land.grid.clutter_half_metres = land.clutter;
  RadialBlock block;
  RadialFan fan = fan_of({11.3, -7.1}, 17.77, 200);
  extract_radials(land.grid, fan, block);
  expect_heights(land.grid, fan, block);
  ASSERT_EQ(block.clutter_m.size(), block.terrain_m.size());
  for (std::size_t lane = 0; lane < radial_lanes; ++lane) {
    for (std::size_t k = 0; k < fan.samples; ++k) {
      ASSERT_EQ(block.clutter_m[k * radial_lanes + lane], land.grid.clutter_m(place(fan, lane, k)))
          << lane << " " << k;
    }
  }
}

TEST(Radial, ARadialIsTheProfileBetweenItsEnds) {
  Land land(3);
  RadialBlock block;
  RadialFan fan = fan_of({40, 25}, 30, 60);
  extract_radials(land.grid, fan, block);
  for (std::size_t lane = 0; lane < radial_lanes; ++lane) {
    TerrainPath path;
    ASSERT_TRUE(sample_path(land.grid, fan.site, place(fan, lane, 59), fan.step_m, path));
    ASSERT_EQ(path.terrain_m.size(), 60U);
    for (std::size_t k = 0; k < 60; ++k) {
      EXPECT_NEAR(block.terrain_m[k * radial_lanes + lane], path.terrain_m[k], 1e-3);
    }
  }
}

TEST(Radial, SitesOnTheBorderAndOutside) {
  Land land(4);
  RadialBlock block;
  for (geo::PlanePoint site : {geo::PlanePoint{-3000, 2250}, {2970, -2220}, {-3000, 0}}) {
    RadialFan fan = fan_of(site, 30, 40);
    extract_radials(land.grid, fan, block);
    EXPECT_EQ(block.terrain_m[0], static_cast<float>(*land.grid.height_m(site)));
    std::size_t farthest = *std::max_element(block.known.begin(), block.known.end());
    EXPECT_EQ(farthest, 40U);
  }
  for (geo::PlanePoint site : {geo::PlanePoint{-3001, 0}, {1e9, 1e9}, {-1e300, 0}}) {
    extract_radials(land.grid, fan_of(site, 30, 40), block);
    for (std::size_t known : block.known) EXPECT_EQ(known, 0U);
  }
  extract_radials(geo::TerrainGrid{}, fan_of({0, 0}, 30, 40), block);
  for (std::size_t known : block.known) EXPECT_EQ(known, 0U);
}

// More posts than 32-bit byte offsets reach. Pages that nobody writes take no memory.
TEST(Radial, VeryLargeGrids) {
  constexpr std::size_t columns = 40'000;
  constexpr std::size_t rows = 30'000;
  struct Free {
    void operator()(void* p) const { std::free(p); }
  };
  std::unique_ptr<std::uint16_t, Free> heights(
      static_cast<std::uint16_t*>(std::calloc(columns * rows, sizeof(std::uint16_t))));
  if (!heights) GTEST_SKIP() << "no address space for 2.4 GB";
  geo::TerrainGrid grid;
  grid.columns = columns;
  grid.rows = rows;
  grid.cell_m = 30;
  grid.heights = {heights.get(), columns * rows};
  geo::PlanePoint site{30.0 * 39'000, -30.0 * 29'500};
  for (std::size_t row = 29'480; row < 29'520; ++row) {
    for (std::size_t column = 38'980; column < 39'020; ++column) {
      heights.get()[row * columns + column] = static_cast<std::uint16_t>(row * column % 9973);
    }
  }
  RadialBlock block;
  RadialFan fan = fan_of(site, 30, 15);
  extract_radials(grid, fan, block);
  expect_heights(grid, fan, block);
  EXPECT_EQ(block.known[0], 15U);
}

}  // namespace
}  // namespace cairn::radio
