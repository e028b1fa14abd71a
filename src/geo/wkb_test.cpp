// SPDX-License-Identifier: Apache-2.0
#include "geo/wkb.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "geo/wkt.hpp"

namespace cairn::geo {
namespace {

std::string bytes(std::string_view hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    out += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
  }
  return out;
}
std::string read(std::string_view hex) {
  const auto geometry = parse_wkb(bytes(hex));
  return geometry ? to_wkt(*geometry) : to_string(geometry.error());
}

TEST(Wkb, BothByteOrders) {
  EXPECT_EQ(read("0101000000000000000000F03F0000000000000040"), "POINT (1 2)");
  EXPECT_EQ(read("00000000013FF00000000000004000000000000000"), "POINT (1 2)");
}

TEST(Wkb, HeightsAreDropped) {
  // ISO type 1001, and the extended mark with a spatial reference.
  EXPECT_EQ(read("01E9030000000000000000F03F00000000000000400000000000000840"), "POINT (1 2)");
  EXPECT_EQ(read("01010000A0E6100000000000000000F03F00000000000000400000000000000840"),
            "POINT (1 2)");
}

TEST(Wkb, Lines) {
  EXPECT_EQ(read("010200000002000000000000000000F03F000000000000004000000000000008400000000000001"
                 "040"),
            "LINESTRING (1 2, 3 4)");
  EXPECT_EQ(read("0104000000010000000101000000000000000000F03F0000000000000040"),
            "MULTIPOINT ((1 2))");
}

TEST(Wkb, BrokenBytesAreErrors) {
  EXPECT_EQ(read(""), "byte 0: the geometry is cut off");
  EXPECT_EQ(read("0101000000000000000000F03F"), "byte 13: the geometry is cut off");
  EXPECT_EQ(read("0102000000FFFFFFFF"), "byte 9: more items are announced than bytes follow");
  EXPECT_EQ(read("0109000000"), "byte 5: geometry type 9 is not supported");
  EXPECT_EQ(read("0101000000000000000000F03F000000000000004000"),
            "byte 21: bytes follow the geometry");
}

TEST(Wkb, GeoPackageHeader) {
  const std::string blob = bytes("47500001E61000000101000000000000000000F03F0000000000000040");
  EXPECT_EQ(to_wkt(parse_geopackage_blob(blob).value()), "POINT (1 2)");
  EXPECT_FALSE(parse_geopackage_blob("GP").has_value());
  EXPECT_FALSE(parse_geopackage_blob(bytes("47500003E6100000")).has_value());
}

}  // namespace
}  // namespace cairn::geo
