// SPDX-License-Identifier: Apache-2.0
#include "geo/geojson.hpp"

#include <gtest/gtest.h>

#include "geo/wkt.hpp"
#include "server/detail/geojson.hpp"

namespace cairn::server {
namespace {

TEST(GeoJsonWriting, EveryShapeReadsBack) {
  for (const char* wkt : {"POINT(102.5 27.25)", "LINESTRING(0 0,1 1,2 0)",
                          "POLYGON((0 0,4 0,4 4,0 4,0 0),(1 1,1 2,2 2,2 1,1 1))",
                          "MULTIPOINT((1 2),(3 4))", "MULTILINESTRING((0 0,1 1),(2 2,3 3))",
                          "MULTIPOLYGON(((0 0,1 0,1 1,0 0)),((5 5,6 5,6 6,5 5)))",
                          "GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(0 0,1 1))"}) {
    const geo::Geometry geometry = geo::parse_wkt(wkt).value();
    const auto again = geo::read_geojson_geometry(json_text(geometry_json(geometry)), "test");
    ASSERT_TRUE(again) << wkt << ": " << to_string(again.error());
    EXPECT_EQ(*again, geometry) << wkt;
  }
}

TEST(GeoJsonWriting, NothingIsNull) {
  EXPECT_TRUE(geometry_json({}).is_null());
}

}  // namespace
}  // namespace cairn::server
