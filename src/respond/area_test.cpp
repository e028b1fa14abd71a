// SPDX-License-Identifier: Apache-2.0
#include "respond/area.hpp"

#include <cmath>
#include <numbers>

#include "codec/cap_ring.hpp"
#include "respond/test_warning.hpp"

namespace cairn::respond {
namespace {

bool is_simple(const geo::Ring& ring) {
  std::size_t pairs = 10'000'000;
  return ring.size() >= 4 && ring.front() == ring.back() &&
         codec::find_crossing(ring, pairs).kind == codec::RingCrossing::Kind::none;
}
AreaMaker maker() {
  return {*test_land().workspace, test_land().places};
}

TEST(Area, EveryCountyHasAValidOutlineOfAHundredPoints) {
  const model::Workspace& workspace = *test_land().workspace;
  std::size_t counties = 0;
  for (const auto& [index, boundary] : workspace.boundaries) {
    const auto rings = outline_rings(boundary);
    ASSERT_FALSE(rings.empty()) << (*workspace.regions)[index].code;
    for (const geo::Ring& ring : rings) {
      EXPECT_LE(ring.size(), area_ring_points);
      EXPECT_TRUE(is_simple(ring)) << (*workspace.regions)[index].code;
    }
    ++counties;
  }
  EXPECT_GE(counties, 22u);
}

TEST(Area, OutlinesStayNearTheBorderAndKeepIslands) {
  geo::Ring coast;  // a star with 2,000 corners
  for (int i = 0; i < 2000; ++i) {
    const double angle = 2 * std::numbers::pi * i / 2000;
    const double r = 0.5 + 0.02 * std::sin(40 * angle);
    coast.push_back({103 + r * std::cos(angle), 28 + r * std::sin(angle)});
  }
  coast.push_back(coast.front());
  const geo::Ring island{{104, 28}, {104.1, 28}, {104.1, 28.1}, {104, 28.1}, {104, 28}};
  const geo::Ring hole{{103, 28}, {103.1, 28}, {103.1, 28.1}, {103, 28}};
  const auto rings = outline_rings({geo::MultiPolygon{{{{coast, hole}}, {{island}}}}});
  ASSERT_EQ(rings.size(), 2u);
  EXPECT_LE(rings[0].size(), area_ring_points);
  EXPECT_TRUE(is_simple(rings[0]));
  for (const geo::Point p : rings[0]) {
    EXPECT_NEAR(std::hypot(p.x - 103, p.y - 28), 0.5, 0.0201);
  }
  EXPECT_EQ(rings[1], island);
  EXPECT_TRUE(outline_rings({geo::Point{1, 2}}).empty());
}

TEST(Area, NearThingsShareAHullFarOnesDoNot) {
  const std::vector<geo::Point> points{{103, 28}, {103.02, 28.01}, {103.5, 28.3}, {103, 28}};
  const auto rings = rings_around(points, 5000);
  ASSERT_EQ(rings.size(), 2u);
  for (const geo::Ring& ring : rings) EXPECT_TRUE(is_simple(ring));
  for (const geo::Point p : points) {
    const bool inside =
        geo::contains(geo::Polygon{{rings[0]}}, p) || geo::contains(geo::Polygon{{rings[1]}}, p);
    EXPECT_TRUE(inside);
  }
  EXPECT_TRUE(rings_around({}, 5000).empty());
  std::vector<geo::Point> many;  // too many apart: the county is meant
  for (int i = 0; i < 40; ++i) many.push_back({100 + 0.2 * (i % 8), 26 + 0.2 * (i / 8)});
  EXPECT_TRUE(rings_around(many, 5000).empty());
  std::vector<geo::Point> dense;  // a thousand sensors in one valley
  for (int i = 0; i < 1000; ++i) dense.push_back({103 + 0.0005 * (i % 40), 28 + 0.0005 * (i / 40)});
  ASSERT_EQ(rings_around(dense, 5000).size(), 1u);
  EXPECT_LE(rings_around(dense, 5000)[0].size(), area_ring_points);
}

TEST(Area, DrawnRingsAreTakenOrRefused) {
  const geo::Ring good{{103, 28}, {103.1, 28}, {103.1, 28.1}, {103, 28}};
  EXPECT_EQ(drawn_ring(good).value(), good);
  EXPECT_EQ(drawn_ring({{103, 28}, {103.1, 28}, {103.1, 28.1}}).value(), good);  // closed for him
  EXPECT_FALSE(drawn_ring({{103, 28}, {103.1, 28}, {103, 28}}));
  EXPECT_FALSE(drawn_ring({{103, 27}, {103.2, 27.2}, {103.2, 27}, {103, 27.2}, {103, 27}}));
}

TEST(Area, DivisionsByTheirCodes) {
  const AreaMaker areas = maker();
  const auto prefecture = areas.whole(std::vector<std::string>{"5134"});
  ASSERT_TRUE(prefecture);
  EXPECT_EQ(prefecture->size(), 17u);
  const auto panxi = areas.whole(std::vector<std::string>{"panxi"});
  EXPECT_EQ(panxi->size(), 22u);
  const auto town = areas.whole(std::vector<std::string>{"513430100"});
  ASSERT_TRUE(town) << to_string(town.error());
  ASSERT_EQ(town->size(), 1u);
  EXPECT_EQ(town->front().geocodes, std::vector<std::string>{"513430"});
  EXPECT_TRUE(town->front().description.zh.starts_with("金阳县"));
  EXPECT_FALSE(town->front().rings.empty());
  EXPECT_FALSE(areas.whole(std::vector<std::string>{"999999"}));
  EXPECT_EQ(areas.common_region(std::vector<std::string>{"513430", "513431"}), "5134");
  EXPECT_EQ(areas.common_region(std::vector<std::string>{"513430", "510402"}), "51");
  EXPECT_EQ(areas.common_region(std::vector<std::string>{"513430"}), "513430");
  EXPECT_EQ(areas.common_region({}), "");
  EXPECT_EQ(areas.county_at({103.25, 27.70}), "513430");
  EXPECT_EQ(areas.county_at({120, 30}), "");
}

}  // namespace
}  // namespace cairn::respond
