// SPDX-License-Identifier: Apache-2.0
#include "geo/predicates.hpp"

#include <gtest/gtest.h>

#include "geo/wkt.hpp"

namespace cairn::geo {
namespace {

Geometry g(std::string_view wkt) {
  return parse_wkt(wkt).value();
}
const char* const square = "POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))";

TEST(Predicates, RelationsOfAreas) {
  EXPECT_EQ(intersects(g(square), g("POINT(10 5)")), true);
  EXPECT_EQ(contains_geometry(g(square), g("POINT(10 5)")), false);
  EXPECT_EQ(touches(g(square), g("POINT(10 5)")), true);
  EXPECT_EQ(within(g("POINT(5 5)"), g(square)), true);
  EXPECT_EQ(within(g(square), g("POINT(5 5)")), false);
  EXPECT_EQ(disjoint(g(square), g("POINT(11 5)")), true);
  EXPECT_EQ(overlaps(g(square), g("POLYGON((5 5, 15 5, 15 15, 5 15, 5 5))")), true);
  EXPECT_EQ(crosses(g("LINESTRING(-5 5, 5 5)"), g(square)), true);
  EXPECT_EQ(equals(g(square), g("POLYGON((10 0, 10 10, 0 10, 0 0, 5 0, 10 0))")), true);
  EXPECT_EQ(equals(g(square), g("POLYGON((0 0, 10 0, 10 11, 0 10, 0 0))")), false);
}

TEST(Predicates, HolesAreOutside) {
  const Geometry ring = g("POLYGON((0 0, 9 0, 9 9, 0 9, 0 0), (3 3, 6 3, 6 6, 3 6, 3 3))");
  EXPECT_EQ(intersects(ring, g("POINT(4 4)")), false);
  EXPECT_EQ(intersects(ring, g("POINT(1 1)")), true);
}

TEST(Predicates, CollectionsAndEmptyOnes) {
  const Geometry many = g("GEOMETRYCOLLECTION(POINT(1 1), POLYGON((2 2, 3 2, 3 3, 2 2)))");
  EXPECT_EQ(intersects(g(square), many), true);
  EXPECT_EQ(intersects(many, g("POINT(1 1)")), true);
  EXPECT_EQ(disjoint(many, g("POINT(1 1.1)")), true);
  const Geometry areas =
      g("GEOMETRYCOLLECTION(POLYGON((0 0, 1 0, 1 1, 0 0)), POLYGON((2 2, 3 2, 3 3, 2 2)))");
  EXPECT_EQ(within(areas, g(square)), true);
  EXPECT_EQ(intersects(g("GEOMETRYCOLLECTION EMPTY"), g(square)), false);
  EXPECT_EQ(disjoint(g("POLYGON EMPTY"), g(square)), true);
  EXPECT_EQ(equals(g("POLYGON EMPTY"), g("GEOMETRYCOLLECTION EMPTY")), true);
}

TEST(Predicates, InvalidGeometriesDoNotCrash) {
  const Geometry bow = g("POLYGON((0 0, 10 10, 10 0, 0 10, 0 0))");
  EXPECT_TRUE(intersects(bow, g("POINT(2 5)")).has_value());
  EXPECT_TRUE(overlaps(bow, g("POLYGON((1 1, 12 1, 12 9, 1 9, 1 1))")).has_value());
  // An open ring is refused by GEOS: no answer.
  const Geometry broken{Polygon{{{{0, 0}, {1, 0}, {1, 1}, {2, 5}}}}};
  EXPECT_EQ(intersects(broken, g(square)), std::nullopt);
}

TEST(Predicates, PatternsOfTheMatrix) {
  EXPECT_EQ(relate_pattern(g("POINT(5 5)"), g(square), "T*F**F***"), true);  // within
  EXPECT_EQ(relate_pattern(g(square), g("POINT(5 5)"), "T*F**F***"), false);
  EXPECT_EQ(relate_pattern(g(square), g("POINT(5 5)"), "T*"), std::nullopt);
  EXPECT_EQ(relate_pattern(g(square), g("POINT(5 5)"), "T*F**F**X"), std::nullopt);
}

TEST(Predicates, DistancesInThePlane) {
  EXPECT_EQ(distance_planar(g("POINT(0 0)"), g("POINT(3 4)")), 5.0);
  EXPECT_EQ(distance_planar(g("POINT(13 14)"), g(square)), 5.0);
  EXPECT_EQ(distance_planar(g("POINT(5 5)"), g(square)), 0.0);
  EXPECT_EQ(distance_planar(g(square), g("LINESTRING(12 -5, 12 20)")), 2.0);
  EXPECT_EQ(distance_planar(Geometry{}, g("POINT(0 0)")), std::nullopt);
}

TEST(Predicates, PreparedAgreesWithPlain) {
  const PreparedGeometry area(g(square));
  for (const char* text : {"POINT(5 5)", "POINT(10 10)", "POINT(20 5)", "LINESTRING(-1 -1, 5 5)",
                           "POLYGON((5 5, 15 5, 15 15, 5 15, 5 5))", square}) {
    for (int i = 0; i < 8; ++i) {
      const auto relation = static_cast<Relation>(i);
      EXPECT_EQ(area.test(relation, g(text)), relate(converse(relation), g(text), g(square)))
          << text << ' ' << i;
    }
  }
}

}  // namespace
}  // namespace cairn::geo
