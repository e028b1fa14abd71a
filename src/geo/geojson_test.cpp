// SPDX-License-Identifier: Apache-2.0
#include "geo/geojson.hpp"

#include <gtest/gtest.h>

namespace cairn::geo {
namespace {

std::string error_of(std::string_view text) {
  const auto read = read_geojson(text, "x.geojson");
  return read ? std::string("no error") : to_string(read.error());
}

TEST(GeoJson, ReadsFeaturesWithTheirProperties) {
  const auto read = read_geojson(R"({"type":"FeatureCollection","features":[
    {"type":"Feature","id":7,"properties":{"code":"513401","area":2651.5,"city":true,"x":null,
     "list":[1]},"geometry":{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4],[0,0,99]]]}},
    {"type":"Feature","properties":null,"geometry":null}]})",
                                 "x");
  ASSERT_TRUE(read) << to_string(read.error());
  ASSERT_EQ(read->size(), 2u);
  const Feature& first = read->front();
  EXPECT_EQ(first.id, "7");
  EXPECT_EQ(first.text("code"), "513401");
  EXPECT_EQ(first.text("area"), "2651.5");
  EXPECT_EQ(first.text("city"), "true");
  EXPECT_EQ(first.text("nothing"), "");
  EXPECT_EQ(first.properties.size(), 4u);
  const auto* polygon = std::get_if<Polygon>(&first.geometry.shape);
  ASSERT_NE(polygon, nullptr);
  EXPECT_EQ(polygon->rings, (std::vector<Ring>{{{0, 0}, {4, 0}, {4, 4}, {0, 0}}}));
  EXPECT_TRUE((*read)[1].geometry.empty());
}

TEST(GeoJson, ReadsEachKindOfGeometry) {
  const auto kind = [](std::string_view text) {
    const auto read = read_geojson_geometry(text, "x");
    return read ? static_cast<int>(read->shape.index()) : -1;
  };
  EXPECT_EQ(kind(R"({"type":"Point","coordinates":[102,27]})"), 1);
  EXPECT_EQ(kind(R"({"type":"LineString","coordinates":[[1,2],[3,4]]})"), 2);
  EXPECT_EQ(kind(R"({"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]})"), 3);
  EXPECT_EQ(kind(R"({"type":"MultiPoint","coordinates":[[1,2]]})"), 4);
  EXPECT_EQ(kind(R"({"type":"MultiLineString","coordinates":[[[1,2],[3,4]]]})"), 5);
  EXPECT_EQ(kind(R"({"type":"MultiPolygon","coordinates":[[[[0,0],[1,0],[1,1],[0,0]]]]})"), 6);
  EXPECT_EQ(kind(R"({"type":"GeometryCollection","geometries":[
    {"type":"Point","coordinates":[1,2]}]})"),
            7);
}

TEST(GeoJson, ABareGeometryIsOneFeature) {
  const auto read = read_geojson(R"({"type":"Point","coordinates":[102.5,27]})", "x");
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 1u);
  EXPECT_EQ(std::get<Point>(read->front().geometry.shape), (Point{102.5, 27}));
}

TEST(GeoJson, ErrorsNameThePlace) {
  EXPECT_EQ(error_of("{\n\"type\":\n  oops}"), "x.geojson:3: not JSON");
  EXPECT_EQ(error_of(R"({"type":"FeatureCollection","features":[{"type":"Feature",
    "geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,1]]]}}]})"),
            "x.geojson#/features/0/geometry/coordinates/0: a ring needs four positions and must "
            "end where it begins");
  EXPECT_EQ(error_of(R"({"type":"Circle","coordinates":[1,2]})"),
            "x.geojson#: 'Circle' is no type of geometry");
  const std::string swapped =
      error_of(R"({"type":"LineString","coordinates":[[102,27],[27,102]]})");
  EXPECT_NE(swapped.find("x.geojson#/coordinates/1: expected [longitude, latitude]"),
            std::string::npos)
      << swapped;
  EXPECT_NE(error_of("[]").find("expected a geometry"), std::string::npos);
  EXPECT_NE(error_of(R"({"type":"FeatureCollection"})").find("'features'"), std::string::npos);
}

TEST(GeoJson, RefusesDeepCollections) {
  std::string text = R"({"type":"Point","coordinates":[1,2]})";
  for (int i = 0; i < 12; ++i)
    text = R"({"type":"GeometryCollection","geometries":[)" + text + "]}";
  EXPECT_NE(error_of(text).find("nested too deeply"), std::string::npos);
}

}  // namespace
}  // namespace cairn::geo
