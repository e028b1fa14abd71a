// SPDX-License-Identifier: Apache-2.0
#include "app/coverage_points.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace cairn::app {
namespace {

std::string errors(const PointList& list) {
  std::string out;
  for (const Error& error : list.problems.errors) out += to_string(error) + "\n";
  return out;
}

TEST(CoveragePoints, ReadsPlacesAndNamesMistakes) {
  const PointList list = read_points(
      "id,name,kind,lon,lat\n"
      "v1,龙塘村,village,102.1,28.2\n"
      ",小学,school,102.2,28.2\n"
      "bad,,village,28.2,102.1\n",
      "villages.csv");
  ASSERT_EQ(list.rows.size(), 2U) << errors(list);
  EXPECT_EQ(list.rows[0].name.zh, "龙塘村");
  EXPECT_EQ(list.rows[0].kind, "village");
  EXPECT_EQ(list.rows[1].id, "小学");
  EXPECT_EQ(list.left_out, 1U);
  EXPECT_NE(errors(list).find("villages.csv:4: longitude 28.2 and latitude 102.1 are outside the "
                              "range of degrees; they look swapped"),
            std::string::npos);
}

double total_m(const PointList& list) {
  double out = 0;
  for (const PointRow& row : list.rows) out += row.length_m;
  return out;
}

TEST(CoveragePoints, RoadsBecomeSamplesOfEqualLength) {
  const geo::Point a = {102, 28};
  const geo::Point b = {102.01, 28};
  const geo::Point c = {102.01, 28.01};
  const double length = geo::distance_m(a, b) + geo::distance_m(b, c);
  const PointList list = read_roads("LINESTRING (102 28, 102.01 28, 102.01 28.01)\n", "r.wkt", 50);
  ASSERT_FALSE(list.rows.empty()) << errors(list);
  EXPECT_EQ(list.rows.size(), static_cast<std::size_t>(std::ceil(length / 50)));
  EXPECT_NEAR(total_m(list), length, 1e-6);
  for (std::size_t i = 1; i + 1 < list.rows.size(); ++i) {
    EXPECT_LE(geo::distance_m(list.rows[i - 1].position, list.rows[i].position), 50.001);
  }
  // In the middle of its piece.
  EXPECT_NEAR(geo::distance_m(a, list.rows[0].position), list.rows[0].length_m / 2, 0.01);
  EXPECT_NEAR(geo::distance_m(c, list.rows.back().position), list.rows[0].length_m / 2, 0.01);
  EXPECT_EQ(list.rows[0].id, "road-1#1");
}

TEST(CoveragePoints, RoadsOfThreeFormats) {
  const PointList geojson = read_roads(
      R"({"type":"FeatureCollection","features":[
        {"type":"Feature","id":"G108","properties":{"name":"国道108"},
         "geometry":{"type":"MultiLineString","coordinates":[[[102,28],[102.01,28]],
                                                             [[102.02,28],[102.03,28]]]}},
        {"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[102,28]}}]})",
      "r.geojson", 100);
  ASSERT_EQ(geojson.roads.size(), 1U) << errors(geojson);
  EXPECT_EQ(geojson.roads[0].zh, "国道108");
  EXPECT_EQ(geojson.rows[0].id, "G108#1");
  EXPECT_EQ(geojson.rows.back().id, "G108#20");
  EXPECT_NE(errors(geojson).find("r.geojson#/features/1: a road is a line"), std::string::npos);
  const PointList csv =
      read_roads("id,name,wkt\nX1,县道,\"LINESTRING(102 28,102.001 28)\"\nX2,,\"LINESTRING(102\"\n",
                 "r.csv", 1'000);
  EXPECT_EQ(csv.rows.size(), 1U) << errors(csv);
  EXPECT_EQ(csv.roads[0].zh, "县道");
  EXPECT_NE(errors(csv).find("r.csv:3"), std::string::npos);
  EXPECT_EQ(csv.left_out, 1U);
  const PointList none = read_roads("a,b\n1,2\n", "r.csv", 50);
  EXPECT_NE(errors(none).find("GeoJSON, WKT, or CSV with a column wkt"), std::string::npos);
  const PointList projected = read_roads("LINESTRING(500000 3000000,500100 3000000)", "r.wkt", 50);
  EXPECT_NE(errors(projected).find("projected"), std::string::npos);
  EXPECT_FALSE(read_roads("LINESTRING(102 28,102.001 28)", "r", 0).problems.ok());
}

TEST(CoveragePoints, ARoadOverTheAntimeridianGoesTheShortWay) {
  const PointList list = read_roads("LINESTRING (179.995 10, -179.995 10)", "r.wkt", 100);
  ASSERT_GT(list.rows.size(), 9U);
  EXPECT_LT(list.rows.size(), 13U);
  for (const PointRow& row : list.rows) {
    EXPECT_GT(std::abs(row.position.x), 179.99);
    EXPECT_LE(std::abs(row.position.x), 180.0);
  }
}

}  // namespace
}  // namespace cairn::app
