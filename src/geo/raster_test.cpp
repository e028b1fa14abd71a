// SPDX-License-Identifier: Apache-2.0
#include "geo/raster.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

#include "geo/detail/zip.hpp"
#include "geo/terrain_testing.hpp"

namespace cairn::geo {
namespace {

using testing::TemporaryFolder;

const std::string real_tile = CAIRN_SOURCE_DIR "/src/geo/testdata/N50E010_usgs_srtm3.hgt.gz";

std::string why_not(const std::string& path, RasterKind kind = RasterKind::heights) {
  const auto raster = Raster::open(path, kind);
  return raster ? "" : to_string(raster.error());
}

float one(Raster& raster, std::uint32_t column, std::uint32_t row) {
  float value = 0;
  EXPECT_TRUE(raster.read(column, row, 1, 1, &value, 1));
  return value;
}

TEST(Raster, ReadsAPackedTile) {
  auto raster = Raster::open(real_tile, RasterKind::heights);
  ASSERT_TRUE(raster) << to_string(raster.error());
  const RasterInfo& info = raster->info();
  EXPECT_EQ(info.columns, 1201u);
  EXPECT_EQ(info.rows, 1201u);
  EXPECT_TRUE(info.lonlat);
  EXPECT_NEAR(info.centres[0], 10, 1e-9);
  EXPECT_NEAR(info.centres[3], 51, 1e-9);
  EXPECT_NEAR(info.cell_m, 92.66, 0.1);
  EXPECT_NEAR(info.extent_deg.max_x, 11 + 0.5 / 1200, 1e-9);
  EXPECT_EQ(one(*raster, 600, 600), 402);
  std::vector<float> all(1201 * 1201);
  ASSERT_TRUE(raster->read(0, 0, 1201, 1201, all.data(), 1201));
  int holes = 0;
  for (const float height : all) holes += std::isnan(height) ? 1 : 0;
  EXPECT_EQ(holes, 28);
}

TEST(Raster, PlainLongNamedAndZippedTilesAreTheSame) {
  const TemporaryFolder folder;
  const std::string bytes =
      testing::hgt_bytes(28, 102, [](double lon, double) { return lon < 102.5 ? 10 : 20; });
  const std::array<detail::ZipEntry, 2> entries = {{{"readme.txt", "x"}, {"N28E102.hgt", bytes}}};
  testing::write_bytes(folder / "N28E102.hgt", bytes);
  testing::write_bytes(folder / "N28E102_filled.hgt", bytes);
  testing::write_bytes(folder / "N28E102.SRTMGL3.hgt.zip", *detail::encode_zip(entries));
  for (const char* name : {"N28E102.hgt", "N28E102_filled.hgt", "N28E102.SRTMGL3.hgt.zip"}) {
    auto raster = Raster::open(folder / name, RasterKind::heights);
    ASSERT_TRUE(raster) << to_string(raster.error());
    EXPECT_EQ(one(*raster, 100, 5), 10) << name;
    EXPECT_EQ(one(*raster, 1100, 5), 20) << name;
  }
}

TEST(Raster, DamagedTilesSayWhatIsWrong) {
  const TemporaryFolder folder;
  const std::string whole = testing::hgt_bytes(28, 102, [](double, double) { return 10; });
  testing::write_bytes(folder / "N28E102.hgt", whole.substr(0, whole.size() - 1));
  EXPECT_NE(why_not(folder / "N28E102.hgt").find("this one has 2884801"), std::string::npos);
  testing::write_bytes(folder / "N28E102_x.hgt", "");
  EXPECT_NE(why_not(folder / "N28E102_x.hgt").find("this one has 0"), std::string::npos);
  testing::write_bytes(folder / "mountain.hgt", whole);
  EXPECT_NE(why_not(folder / "mountain.hgt").find("named after its place"), std::string::npos);
  testing::write_bytes(folder / "N28E103.hgt.gz", "\x1f\x8bgarbage");
  EXPECT_NE(why_not(folder / "N28E103.hgt.gz"), "");
  testing::write_bytes(folder / "N28E104.hgt.zip", "PK no zip at all");
  EXPECT_NE(why_not(folder / "N28E104.hgt.zip").find("no raster in the zip"), std::string::npos);
  EXPECT_NE(why_not(folder / "nothing.tif").find("there is no such raster"), std::string::npos);
  testing::write_bytes(folder / "noise.tif", std::string(5000, '\x49'));
  EXPECT_NE(why_not(folder / "noise.tif").find("cannot read the raster"), std::string::npos);
}

TEST(Raster, ACutGeoTiffFailsWhereItIsRead) {
  const TemporaryFolder folder;
  testing::write_tiff(folder / "a.tif", 500, 500, 102, 29, 0.001, [](int c, int) { return c; });
  const std::string whole = testing::read_bytes(folder / "a.tif");
  for (const double part : {0.2, 0.6, 0.9, 0.99}) {
    testing::write_bytes(
        folder / "b.tif",
        whole.substr(0, static_cast<std::size_t>(part * static_cast<double>(whole.size()))));
    auto raster = Raster::open(folder / "b.tif", RasterKind::heights);
    std::vector<float> all(500 * 500);
    EXPECT_TRUE(!raster || !raster->read(0, 0, 500, 500, all.data(), 500)) << part;
  }
}

TEST(Raster, NeedsAPlace) {
  const TemporaryFolder folder;
  testing::TiffOptions none;
  none.epsg = 0;
  testing::write_tiff(
      folder / "metres.tif", 10, 10, 500'000, 3'000'000, 30, [](int, int) { return 1; }, none);
  EXPECT_NE(why_not(folder / "metres.tif").find("put a .prj file"), std::string::npos);
  testing::write_tiff(
      folder / "degrees.tif", 10, 10, 102, 28, 0.01, [](int, int) { return 1; }, none);
  EXPECT_EQ(why_not(folder / "degrees.tif"), "");
  testing::write_tiff(folder / "swapped.tif", 10, 10, 28, 102, 0.01, [](int, int) { return 1; });
  EXPECT_NE(why_not(folder / "swapped.tif").find("no places on earth"), std::string::npos);
  testing::write_bytes(folder / "a.asc",
                       "ncols 2\nnrows 2\nxllcorner 102\nyllcorner 28\n"
                       "cellsize 0.5\nNODATA_value -1\n1 2\n3 -1\n");
  auto ascii = Raster::open(folder / "a.asc", RasterKind::heights);
  ASSERT_TRUE(ascii);
  EXPECT_EQ(one(*ascii, 0, 1), 3);
  EXPECT_TRUE(std::isnan(one(*ascii, 1, 1)));
  EXPECT_EQ(folder.names().size(), 4u);  // GDAL left nothing of its own beside them
}

TEST(Raster, UnitsAndClasses) {
  const TemporaryFolder folder;
  testing::TiffOptions options;
  options.unit = "ft";
  testing::write_tiff(
      folder / "feet.tif", 10, 10, 102, 28, 0.01, [](int, int) { return 10'000; }, options);
  auto feet = Raster::open(folder / "feet.tif", RasterKind::heights);
  ASSERT_TRUE(feet);
  EXPECT_FLOAT_EQ(one(*feet, 3, 3), 3048);
  options.unit = "furlong";
  testing::write_tiff(
      folder / "odd.tif", 10, 10, 102, 28, 0.01, [](int, int) { return 1; }, options);
  EXPECT_NE(why_not(folder / "odd.tif").find("heights in 'furlong'"), std::string::npos);
  EXPECT_EQ(why_not(folder / "odd.tif", RasterKind::classes), "");
  testing::write_tiff(folder / "codes.tif", 10, 10, 102, 28, 0.01,
                      [](int column, int) { return column == 0 ? 300 : 95; });
  auto codes = Raster::open(folder / "codes.tif", RasterKind::classes);
  ASSERT_TRUE(codes);
  EXPECT_TRUE(std::isnan(one(*codes, 0, 0)));
  EXPECT_EQ(one(*codes, 1, 0), 95);
}

}  // namespace
}  // namespace cairn::geo
