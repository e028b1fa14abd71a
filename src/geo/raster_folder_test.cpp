// SPDX-License-Identifier: Apache-2.0
#include "geo/raster_folder.hpp"

#include <gtest/gtest.h>

#include "geo/terrain_testing.hpp"

namespace cairn::geo {
namespace {

using testing::TemporaryFolder;

TEST(OverlapAround, TheEarthIsRound) {
  const Box east{179.9, 0, 180.1, 1};
  EXPECT_TRUE(overlap_around(east, {-180, 0, -179, 1}));
  EXPECT_TRUE(overlap_around({-180, 0, -179, 1}, east));
  EXPECT_FALSE(overlap_around(east, {-179.8, 0, -179, 1}));
  EXPECT_FALSE(overlap_around(east, {-180, 2, -179, 3}));
}

TEST(OpenRasters, OfAFolderWhatReachesIntoTheArea) {
  const TemporaryFolder folder;
  const Box area{102.2, 28.2, 102.8, 28.8};
  const auto flat = [](int, int) { return 500.0; };
  testing::write_tiff(folder / "dem/a/coarse.tif", 100, 100, 102, 29, 0.01, flat);
  testing::write_tiff(folder / "dem/a/b/fine.tif", 100, 100, 102, 29, 0.005, flat);
  testing::write_tiff(folder / "dem/far.tif", 100, 100, 110, 29, 0.01, flat);
  testing::write_tiff(folder / "dem/a/b/c/d/too_deep.tif", 100, 100, 102, 29, 0.01, flat);
  // Elsewhere by its name: never opened, so its content does not matter.
  testing::write_bytes(folder / "dem/N28E105.hgt", "not looked at");
  testing::write_bytes(folder / "dem/N28E102.hgt", "looked at");
  testing::write_bytes(folder / "dem/notes.txt", "not a raster");
  const auto set = open_rasters(folder / "dem", RasterKind::heights, area);
  ASSERT_TRUE(set) << to_string(set.error());
  ASSERT_EQ(set->mosaics.size(), 2u);
  EXPECT_NEAR(set->mosaics[0].first().cell_m, 554, 5);  // the finer one comes first
  EXPECT_NEAR(set->mosaics[1].first().cell_m, 1108, 5);
  EXPECT_EQ(set->elsewhere, 2u);
  ASSERT_EQ(set->refused.size(), 1u);
  EXPECT_EQ(set->refused[0].rfind("N28E102.hgt: ", 0), 0u);
}

TEST(OpenRasters, AnEmptyFolderIsAMistake) {
  const TemporaryFolder folder;
  EXPECT_FALSE(open_rasters(folder.path(), RasterKind::heights, {0, 0, 1, 1}));
  EXPECT_FALSE(open_rasters(folder / "nothing", RasterKind::heights, {0, 0, 1, 1}));
}

}  // namespace
}  // namespace cairn::geo
