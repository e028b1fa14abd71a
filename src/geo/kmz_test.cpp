// SPDX-License-Identifier: Apache-2.0
#include <cpl_conv.h>
#include <gdal.h>
#include <gtest/gtest.h>

#include "geo/raster_write.hpp"
#include "geo/terrain_testing.hpp"

namespace cairn::geo {
namespace {

TEST(EncodeKmz, AnotherProgramUnpacksIt) {
  Picture picture;
  picture.width = 4;
  picture.height = 2;
  picture.rgba.assign(32, 200);
  picture.west_deg = 101.5;
  picture.east_deg = 102.5;
  picture.south_deg = 27;
  picture.north_deg = 28;
  const auto kmz = encode_kmz(picture, rsrp_ramp(), "n28 <R&D>", "地形: 粗略");
  ASSERT_TRUE(kmz);
  EXPECT_EQ(*kmz, *encode_kmz(picture, rsrp_ramp(), "n28 <R&D>", "地形: 粗略"));
  const testing::TemporaryFolder folder;
  testing::write_bytes(folder / "map.kmz", *kmz);
  const auto entry = [&](const std::string& name) {
    std::string out;
    VSILFILE* file = VSIFOpenL(("/vsizip/{" + folder / "map.kmz" + "}/" + name).c_str(), "rb");
    if (file == nullptr) return out;
    char part[4096];
    while (const std::size_t got = VSIFReadL(part, 1, sizeof part, file)) out.append(part, got);
    VSIFCloseL(file);
    return out;
  };
  const std::string kml = entry("doc.kml");
  EXPECT_NE(kml.find("<name>n28 &lt;R&amp;D&gt;</name>"), std::string::npos);
  EXPECT_NE(kml.find("地形"), std::string::npos);
  EXPECT_NE(kml.find("<west>101.500000000</west>"), std::string::npos);
  EXPECT_EQ(entry("map.png").substr(1, 3), "PNG");
  EXPECT_EQ(entry("legend.png").substr(1, 3), "PNG");
  EXPECT_FALSE(encode_kmz(picture, rsrp_ramp(), "\xff", ""));
  EXPECT_FALSE(encode_kmz(Picture{}, rsrp_ramp(), "", ""));
}

}  // namespace
}  // namespace cairn::geo
