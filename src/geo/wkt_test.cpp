// SPDX-License-Identifier: Apache-2.0
#include "geo/wkt.hpp"

#include <gtest/gtest.h>

namespace cairn::geo {
namespace {

std::string again(std::string_view text) {
  const auto geometry = parse_wkt(text);
  return geometry ? to_wkt(*geometry) : to_string(geometry.error());
}

TEST(Wkt, ReadsWhatItPrints) {
  for (const char* text :
       {"POINT (1.5 -2)", "LINESTRING (0 0, 1 1)", "POLYGON ((0 0, 1 0, 1 1, 0 0))",
        "POLYGON ((0 0, 9 0, 9 9, 0 0), (2 1, 3 1, 3 2, 2 1))", "MULTIPOINT ((1 2), (3 4))",
        "MULTILINESTRING ((0 0, 1 1), (2 2, 3 3))",
        "MULTIPOLYGON (((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))",
        "GEOMETRYCOLLECTION (POINT (1 2), LINESTRING (0 0, 1 1))", "GEOMETRYCOLLECTION EMPTY",
        "LINESTRING EMPTY", "POLYGON EMPTY", "MULTIPOINT EMPTY"}) {
    EXPECT_EQ(again(text), text);
  }
}

TEST(Wkt, ReadsWhatOthersWrite) {
  EXPECT_EQ(again(" point(1 2) "), "POINT (1 2)");
  EXPECT_EQ(again("Point Z (1 2 3)"), "POINT (1 2)");
  EXPECT_EQ(again("POINTZ(1 2 3)"), "POINT (1 2)");
  EXPECT_EQ(again("POINT ZM (1 2 3 4)"), "POINT (1 2)");
  EXPECT_EQ(again("MULTIPOINT(1 2, 3 4)"), "MULTIPOINT ((1 2), (3 4))");
  EXPECT_EQ(again("LINESTRING(+1e1 .5, -1 -0)"), "LINESTRING (10 0.5, -1 0)");
}

TEST(Wkt, ErrorsNameThePlace) {
  EXPECT_EQ(again("CIRCLE(1 2)"), "byte 0: expected a geometry such as POINT(101.7 26.6)");
  EXPECT_EQ(again("POINT(1)"), "byte 7: expected a coordinate");
  EXPECT_EQ(again("POINT(1 2"), "byte 9: expected ')' in a geometry");
  EXPECT_EQ(again("LINESTRING(1 2)"), "byte 10: a line needs two points");
  EXPECT_EQ(again("POLYGON((0 0, 1 0, 1 1, 0 1))"),
            "byte 8: a ring needs four points, the last equal to the first");
  EXPECT_EQ(again("POINT(1 2) x"), "byte 10: the geometry ends here, but more text follows");
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "GEOMETRYCOLLECTION(";
  EXPECT_NE(again(deep).find("nested too deep"), std::string::npos);
}

TEST(Wkt, BoxesOverTheAntimeridian) {
  EXPECT_EQ(to_wkt(box_geometry(0, 40, 10, 50)), "POLYGON ((0 40, 10 40, 10 50, 0 50, 0 40))");
  EXPECT_TRUE(std::holds_alternative<MultiPolygon>(box_geometry(150, -90, -150, 90).shape));
  EXPECT_EQ(to_wkt(box_geometry(1, 2, 1, 2)), "POINT (1 2)");
  EXPECT_EQ(to_wkt(box_geometry(1, 2, 1, 5)), "LINESTRING (1 2, 1 5)");
}

}  // namespace
}  // namespace cairn::geo
