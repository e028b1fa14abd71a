// SPDX-License-Identifier: Apache-2.0
#include "codec/simplify.hpp"

#include <gtest/gtest.h>

namespace cairn::codec {
namespace {

geo::Ring square(double west, double south, double east, double north) {
  return {{west, south}, {east, south}, {east, north}, {west, north}, {west, south}};
}

TEST(Simplify, KeepsEndsAndWhatStandsOut) {
  const geo::Line line{{0, 0}, {1, 0.01}, {2, 0}, {3, 1}, {4, 0}};
  EXPECT_EQ(simplify(line, 0.1), (geo::Line{{0, 0}, {2, 0}, {3, 1}, {4, 0}}));
  EXPECT_EQ(simplify(line, 5), (geo::Line{{0, 0}, {4, 0}}));
}

// Two areas share a wavy border, told in opposite directions.
std::vector<geo::MultiPolygon> neighbours() {
  geo::Line border;
  for (int i = 0; i <= 40; ++i) border.push_back({1 + 0.02 * (i % 3), i * 0.05});
  geo::Ring west{{0, 2}, {0, 0}};
  west.insert(west.end(), border.begin(), border.end());
  west.push_back(west.front());
  geo::Ring east(border.rbegin(), border.rend());
  east.push_back({2, 0});
  east.push_back({2, 2});
  east.push_back(east.front());
  return {{{{{west}}}}, {{{{east}}}}};
}

TEST(SimplifyAreas, SharedBordersStayShared) {
  const auto areas = neighbours();
  const auto simple = simplify_areas(areas, 0.1);
  ASSERT_EQ(simple.size(), 2u);
  const std::size_t before = areas[0].polygons[0].rings[0].size();
  ASSERT_EQ(simple[0].polygons.size(), 1u);
  EXPECT_LT(simple[0].polygons[0].rings[0].size(), before / 2);
  // The border is shared if the outline of both has none of it: its length is the frame's.
  const auto frame = outline(simple);
  double inside = 0;
  for (const geo::Line& line : frame.lines) {
    for (const geo::Point p : line) inside += p.x > 0.5 && p.x < 1.5 && p.y > 0.1 && p.y < 1.9;
  }
  EXPECT_EQ(inside, 0);
}

TEST(SimplifyAreas, AnIslandKeepsItsShape) {
  const std::vector<geo::MultiPolygon> island{{{{{square(0, 0, 3, 2)}}}}};
  const auto simple = simplify_areas(island, 0.5);
  ASSERT_EQ(simple[0].polygons.size(), 1u);
  EXPECT_EQ(simple[0].polygons[0].rings[0].size(), 5u);
  EXPECT_TRUE(simplify_areas(island, 50)[0].polygons.empty());
}

}  // namespace
}  // namespace cairn::codec
