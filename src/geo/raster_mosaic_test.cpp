// SPDX-License-Identifier: Apache-2.0
#include "geo/raster_mosaic.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/text.hpp"
#include "geo/terrain_testing.hpp"

namespace cairn::geo {
namespace {

using testing::TemporaryFolder;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
const float absent = RasterWindow::absent;

RasterWindow window_of(std::uint32_t columns, std::vector<float> values) {
  return {0, 0, columns, static_cast<std::uint32_t>(values.size() / columns), std::move(values)};
}

TEST(Interpolate, BetweenFour) {
  const RasterWindow w = window_of(3, {0, 10, 20, 100, 110, nan, 200, 210, 220});
  EXPECT_EQ(interpolate(w, {0.5, 0.5}), 55);
  EXPECT_EQ(interpolate(w, {1, 1}), 110);  // on a sample: the hole beside it does not matter
  EXPECT_EQ(interpolate(w, {1 + 1e-4, 1 - 1e-4}), 110);
  EXPECT_EQ(interpolate(w, {2, 0}), 20);
  EXPECT_TRUE(std::isnan(interpolate(w, {1.5, 0.5})));
  EXPECT_TRUE(std::isnan(interpolate(w, {2, 0.5})));
}

TEST(Interpolate, TheBorderLastsHalfAPixel) {
  const RasterWindow w = window_of(3, {absent, absent, absent, 5, 7, absent, 9, 11, absent});
  EXPECT_EQ(interpolate(w, {0.5, 0.6}), 6);
  EXPECT_EQ(interpolate(w, {0.5, 0.4}), absent);
  EXPECT_EQ(interpolate(w, {1.4, 1.5}), 9);
  EXPECT_EQ(interpolate(w, {1.4, 0.7}), 7);
  EXPECT_EQ(interpolate(w, {1.6, 1.5}), absent);
}

TEST(Average, ByTheAreaOfThePixels) {
  const RasterWindow w = window_of(4, {1, 1, 3, 3, 1, 1, 3, 3, 1, 1, 3, 3, nan, nan, nan, absent});
  EXPECT_FLOAT_EQ(average(w, {1.5, 1}, 1, 0.5), 2);
  EXPECT_FLOAT_EQ(average(w, {1.25, 1}, 0.75, 0.5), 1.0F + 2 * 0.5F / 1.5F);
  EXPECT_FLOAT_EQ(average(w, {1.5, 2.4}, 1, 1), 2);         // less than half is a hole
  EXPECT_TRUE(std::isnan(average(w, {1.5, 2.9}, 1, 0.6)));  // more than half
  EXPECT_EQ(average(w, {3, 3}, 0.4, 0.4), absent);
}

TEST(MostFrequent, OfEqualsTheSmallerCode) {
  const RasterWindow w = window_of(3, {10, 10, 50, 50, 80, 80, absent, absent, absent});
  EXPECT_EQ(most_frequent(w, {0.5, 0}, 0.6, 0), 10);
  EXPECT_EQ(most_frequent(w, {1, 0.5}, 1, 0.5), 10);
  EXPECT_EQ(most_frequent(w, {0.1, 0.9}, 0, 0), 50);
  EXPECT_EQ(most_frequent(w, {1, 2}, 0, 0), -1);
}

TEST(RasterMosaic, TilesOfOneLatticeReadAsOne) {
  const TemporaryFolder folder;
  // Fifteen tiles: more than stay open.
  std::vector<std::string> paths;
  for (int tile = 0; tile < 15; ++tile) {
    paths.push_back(folder / format("{}.tif", tile));
    testing::write_tiff(paths.back(), 10, 10, 102 + 0.1 * tile, 29, 0.01,
                        [&](int column, int row) { return 100 * row + 10 * tile + column; });
  }
  RasterMosaic mosaic(std::move(*Raster::open(paths[0], RasterKind::heights)), RasterKind::heights);
  for (int tile = 1; tile < 15; ++tile) {
    auto raster = Raster::open(paths[static_cast<std::size_t>(tile)], RasterKind::heights);
    ASSERT_TRUE(mosaic.fits(raster->info()));
    mosaic.add(std::move(*raster));
  }
  for (int round = 0; round < 2; ++round) {
    RasterWindow window{-1, 3, 152, 1, {}};
    ASSERT_TRUE(mosaic.covers(window));
    ASSERT_TRUE(mosaic.read(window));
    for (int column = 0; column < 150; ++column) EXPECT_EQ(window.at(column, 3), 300 + column);
    EXPECT_EQ(window.at(-1, 3), absent);
    EXPECT_EQ(window.at(150, 3), absent);
  }
  EXPECT_FALSE(mosaic.covers({0, 10, 5, 5, {}}));
  testing::write_tiff(folder / "between.tif", 10, 10, 102.005, 29, 0.01,
                      [](int, int) { return 0; });
  testing::write_tiff(folder / "finer.tif", 10, 10, 102, 29, 0.005, [](int, int) { return 0; });
  for (const char* name : {"between.tif", "finer.tif"}) {
    EXPECT_FALSE(mosaic.fits(Raster::open(folder / name, RasterKind::heights)->info())) << name;
  }
  std::filesystem::remove(paths[0]);
  RasterWindow gone{0, 0, 5, 5, {}};
  EXPECT_FALSE(mosaic.read(gone));  // it was closed meanwhile
}

TEST(RasterMosaic, ClosesAroundTheEarth) {
  const TemporaryFolder folder;
  testing::write_tiff(folder / "e.tif", 10, 10, 179, 1, 0.1,
                      [](int column, int) { return column; });
  testing::write_tiff(folder / "w.tif", 10, 10, -180, 1, 0.1,
                      [](int column, int) { return 10 + column; });
  RasterMosaic mosaic(std::move(*Raster::open(folder / "e.tif", RasterKind::heights)),
                      RasterKind::heights);
  mosaic.add(std::move(*Raster::open(folder / "w.tif", RasterKind::heights)));
  const std::vector<Point> positions = {{179.95, 0.45}, {180.05, 0.45}, {-180.05, 0.45}};
  std::vector<RasterPlace> places(3);
  mosaic.places(positions, places);
  EXPECT_NEAR(places[1].column - places[0].column, 1, 1e-6);
  for (std::size_t i = 0; i < 3; ++i) {
    RasterWindow window{static_cast<std::int64_t>(std::lround(places[i].column)), 5, 1, 1, {}};
    ASSERT_TRUE(mosaic.read(window));
    EXPECT_EQ(window.values[0], i == 1 ? 10 : 9) << i;
  }
}

}  // namespace
}  // namespace cairn::geo
