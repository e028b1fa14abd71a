// SPDX-License-Identifier: Apache-2.0
#include "geo/geometry.hpp"

#include <gtest/gtest.h>

namespace cairn::geo {
namespace {

Polygon square_with_hole() {
  return {{{{0, 0}, {10, 0}, {10, 10}, {0, 10}, {0, 0}}, {{4, 4}, {6, 4}, {6, 6}, {4, 6}, {4, 4}}}};
}

TEST(Geometry, PointInPolygonWithHole) {
  const Polygon polygon = square_with_hole();
  EXPECT_TRUE(contains(polygon, {1, 1}));
  EXPECT_FALSE(contains(polygon, {5, 5}));
  EXPECT_FALSE(contains(polygon, {11, 5}));
  EXPECT_TRUE(contains(Geometry{MultiPolygon{{polygon}}}, {9, 9}));
  EXPECT_FALSE(contains(Geometry{Line{{0, 0}, {1, 1}}}, {0.5, 0.5}));
}

TEST(Geometry, LabelPointLiesInsideEvenWithAHoleInTheMiddle) {
  const Geometry area{square_with_hole()};
  EXPECT_TRUE(contains(area, label_point(area)));
  // A U shape: its centre is outside.
  const Geometry u{
      Polygon{{{{0, 0}, {9, 0}, {9, 9}, {8, 9}, {8, 1}, {1, 1}, {1, 9}, {0, 9}, {0, 0}}}}};
  EXPECT_TRUE(contains(u, label_point(u)));
}

TEST(Geometry, BoundsAndCountsThroughCollections) {
  const Geometry all{Collection{{Geometry{Point{1, 2}}, Geometry{MultiLine{{{{3, 4}, {-5, 6}}}}}}}};
  EXPECT_EQ(bounds(all), (Box{-5, 2, 3, 6}));
  EXPECT_EQ(point_count(all), 3u);
  EXPECT_TRUE(bounds(Geometry{}).empty());
}

TEST(Geometry, GreatCircle) {
  // A quarter of the equator on the mean sphere.
  EXPECT_NEAR(distance_m({0, 0}, {90, 0}), 6'371'008.8 * 3.14159265358979 / 2, 0.01);
  EXPECT_EQ(distance_m({101.7, 26.6}, {101.7, 26.6}), 0);
}

}  // namespace
}  // namespace cairn::geo
