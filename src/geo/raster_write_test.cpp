// SPDX-License-Identifier: Apache-2.0
#include "geo/raster_write.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "geo/raster.hpp"
#include "geo/raster_mosaic.hpp"
#include "geo/terrain_testing.hpp"

namespace cairn::geo {
namespace {

using testing::TemporaryFolder;

constexpr float nan = std::numeric_limits<float>::quiet_NaN();

// A slope in the plane, a hole in the middle, and codes.
struct Sample {
  PlaneFrame frame{LocalPlane({102, 28}), -30'000, 20'000, 100, 601, 401};
  std::vector<float> level;
  std::vector<float> server;

  Sample() {
    for (std::uint32_t row = 0; row < frame.rows; ++row) {
      for (std::uint32_t column = 0; column < frame.columns; ++column) {
        const bool hole = column > 290 && column < 310 && row > 190 && row < 210;
        level.push_back(hole ? nan : value(column, row));
        server.push_back(column < 300 ? 3 : 7);
      }
    }
  }
  static float value(double column, double row) {
    return static_cast<float>(-120 + 0.05 * column + 0.02 * row);
  }
  std::vector<RasterLayer> layers() const {
    return {{"rsrp", "dBm", level}, {"server", "", server, true}};
  }
  CogOptions options(RasterCrs crs) const {
    return {crs, {{"CAIRN_MODEL", "ITU-R P.1812"}, {"CAIRN_ESTIMATED", "yes"}}};
  }
};

TEST(WriteCog, SaysWhatItIs) {
  const TemporaryFolder folder;
  const Sample sample;
  ASSERT_TRUE(
      write_cog(sample.frame, sample.layers(), sample.options(RasterCrs::plane), folder / "a.tif"));
  EXPECT_EQ(folder.names(), std::vector<std::string>{"a.tif"});
  GDALDatasetH file = GDALOpen((folder / "a.tif").c_str(), GA_ReadOnly);
  ASSERT_NE(file, nullptr);
  ASSERT_EQ(GDALGetRasterCount(file), 2);
  EXPECT_STREQ(GDALGetMetadataItem(file, "LAYOUT", "IMAGE_STRUCTURE"), "COG");
  EXPECT_STREQ(GDALGetMetadataItem(file, "COMPRESSION", "IMAGE_STRUCTURE"), "DEFLATE");
  EXPECT_STREQ(GDALGetMetadataItem(file, "CAIRN_MODEL", nullptr), "ITU-R P.1812");
  GDALRasterBandH band = GDALGetRasterBand(file, 1);
  EXPECT_STREQ(GDALGetDescription(band), "rsrp");
  EXPECT_STREQ(GDALGetRasterUnitType(band), "dBm");
  int given = 0;
  EXPECT_TRUE(std::isnan(GDALGetRasterNoDataValue(band, &given)));
  EXPECT_TRUE(given);
  EXPECT_GE(GDALGetOverviewCount(band), 1);
  std::vector<float> back(sample.level.size());
  ASSERT_EQ(GDALRasterIO(band, GF_Read, 0, 0, 601, 401, back.data(), 601, 401, GDT_Float32, 0, 0),
            CE_None);
  for (std::size_t i = 0; i < back.size(); ++i) {
    ASSERT_TRUE(back[i] == sample.level[i] || (std::isnan(back[i]) && std::isnan(sample.level[i])));
  }
  GDALClose(file);
}

// The file put back on the ground by the reader of rasters, whatever its CRS.
TEST(WriteCog, LiesWhereItBelongsInEveryCrs) {
  const TemporaryFolder folder;
  const Sample sample;
  for (const RasterCrs crs : {RasterCrs::plane, RasterCrs::lonlat, RasterCrs::web_mercator}) {
    const std::string path = folder / "a.tif";
    std::vector<float> shifted = sample.level;
    for (float& value : shifted) value += 200;  // heights
    const std::vector<RasterLayer> layers = {{"height", "m", shifted}};
    ASSERT_TRUE(write_cog(sample.frame, layers, sample.options(crs), path));
    auto raster = Raster::open(path, RasterKind::heights);
    ASSERT_TRUE(raster) << to_string(raster.error());
    const RasterMosaic mosaic(std::move(*raster), RasterKind::heights);
    for (const PlanePoint at : {PlanePoint{-25'000, 15'000}, PlanePoint{12'345, -6'789},
                                PlanePoint{29'000, -18'000}, PlanePoint{-120, 40}}) {
      const std::vector<Point> position = {sample.frame.plane.inverse(at)};
      std::vector<RasterPlace> place(1);
      mosaic.places(position, place);
      RasterWindow window{static_cast<std::int64_t>(place[0].column) - 1,
                          static_cast<std::int64_t>(place[0].row) - 1,
                          4,
                          4,
                          {}};
      ASSERT_TRUE(mosaic.read(window));
      const float value = interpolate(window, place[0]);
      if (std::abs(at.x_m) < 500) {
        EXPECT_TRUE(std::isnan(value));  // the hole is still there
        continue;
      }
      const double exact = Sample::value((at.x_m + 30'000) / 100, (20'000 - at.y_m) / 100) + 200;
      EXPECT_NEAR(value, exact, 0.002) << static_cast<int>(crs);
    }
  }
}

TEST(WriteCog, CodesAreNeverMixed) {
  const TemporaryFolder folder;
  const Sample sample;
  ASSERT_TRUE(write_cog(sample.frame, sample.layers(), sample.options(RasterCrs::lonlat),
                        folder / "a.tif"));
  GDALDatasetH file = GDALOpen((folder / "a.tif").c_str(), GA_ReadOnly);
  ASSERT_NE(file, nullptr);
  GDALRasterBandH band = GDALGetRasterBand(file, 2);
  std::set<float> codes;
  for (int level = -1; level < GDALGetOverviewCount(band); ++level) {
    GDALRasterBandH source = level < 0 ? band : GDALGetOverview(band, level);
    const int width = GDALGetRasterBandXSize(source);
    const int height = GDALGetRasterBandYSize(source);
    std::vector<float> values(static_cast<std::size_t>(width) * height);
    ASSERT_EQ(GDALRasterIO(source, GF_Read, 0, 0, width, height, values.data(), width, height,
                           GDT_Float32, 0, 0),
              CE_None);
    for (const float value : values) {
      if (!std::isnan(value)) codes.insert(value);
    }
  }
  GDALClose(file);
  EXPECT_EQ(codes, (std::set<float>{3, 7}));
}

TEST(WriteCog, TheSameBytesEachTime) {
  const TemporaryFolder folder;
  const Sample sample;
  for (const RasterCrs crs : {RasterCrs::plane, RasterCrs::web_mercator}) {
    ASSERT_TRUE(write_cog(sample.frame, sample.layers(), sample.options(crs), folder / "a.tif"));
    ASSERT_TRUE(write_cog(sample.frame, sample.layers(), sample.options(crs), folder / "b.tif"));
    EXPECT_EQ(testing::read_bytes(folder / "a.tif"), testing::read_bytes(folder / "b.tif"));
  }
}

TEST(WriteCog, CancelledOrFailedLeavesNothing) {
  const TemporaryFolder folder;
  const Sample sample;
  testing::write_bytes(folder / "a.tif", "old");
  const auto cancelled = write_cog(sample.frame, sample.layers(), sample.options(RasterCrs::plane),
                                   folder / "a.tif", [](double part) { return part < 0.3; });
  ASSERT_FALSE(cancelled);
  EXPECT_EQ(cancelled.error().code, Code::conflict);
  EXPECT_EQ(testing::read_bytes(folder / "a.tif"), "old");
  EXPECT_EQ(folder.names(), std::vector<std::string>{"a.tif"});
  EXPECT_FALSE(write_cog(sample.frame, sample.layers(), {}, folder / "no/such/folder/a.tif"));
  EXPECT_FALSE(write_cog(sample.frame, {}, {}, folder / "b.tif"));
  const std::vector<float> few(10);
  const std::vector<RasterLayer> wrong = {{"rsrp", "dBm", few}};
  EXPECT_FALSE(write_cog(sample.frame, wrong, {}, folder / "b.tif"));
  PlaneFrame polar = sample.frame;
  polar.plane = LocalPlane({0, 89.95});
  EXPECT_FALSE(
      write_cog(polar, sample.layers(), sample.options(RasterCrs::lonlat), folder / "b.tif"));
  EXPECT_TRUE(
      write_cog(polar, sample.layers(), sample.options(RasterCrs::plane), folder / "b.tif"));
}

}  // namespace
}  // namespace cairn::geo
