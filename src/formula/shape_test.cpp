// SPDX-License-Identifier: Apache-2.0
// `geometry` of a thing is its line or area where it has one, otherwise its position.
#include <gtest/gtest.h>

#include <memory>
#include <unordered_map>

#include "formula/formula.hpp"
#include "geo/wkt.hpp"
#include "model/snapshot.hpp"

namespace cairn::formula {
namespace {

TEST(Shape, AreasLinesAndPoints) {
  auto catalog = std::make_shared<model::Catalog>();
  for (const char* name : {"county", "cable"}) {
    model::TypeDef type;
    type.name = name;
    catalog->types.push_back(type);
  }
  auto regions = std::make_shared<model::RegionTree>();
  for (const char* code : {"51", "5134", "513401"}) {
    model::Region region;
    region.code = code;
    region.level = regions->size() == 0   ? model::Level::province
                   : regions->size() == 1 ? model::Level::prefecture
                                          : model::Level::county;
    region.position = geo::Point{102, 27};
    region.estimated = true;
    const std::string parent(region.code.substr(0, region.code.size() - 2));
    ASSERT_TRUE(regions->add(region, parent).has_value());
  }
  const model::RegionIndex county = regions->find("513401");
  const std::unordered_map<model::RegionIndex, geo::Geometry> boundaries = {
      {county, geo::parse_wkt("POLYGON((101 26, 103 26, 103 28, 101 28, 101 26))").value()}};
  model::Records records;
  for (const char* wkt : {"LINESTRING(101.5 27, 110 27)", "LINESTRING(110 30, 111 30)"}) {
    model::Thing cable;
    cable.id = "cable" + std::to_string(records.things.size());
    cable.type = "cable";
    cable.region = "513401";
    cable.geometry = geo::parse_wkt(wkt).value();
    records.things.push_back(cable);
  }
  model::Thing point = records.things[0];
  point.id = "point";
  point.geometry = {};
  point.position = geo::Point{102, 27};
  records.things.push_back(point);
  Problems problems;
  const model::Snapshot snapshot =
      build_snapshot({catalog, regions, Zone{}, &boundaries}, records, problems);
  const Library library = Library::build(catalog, problems);
  ASSERT_TRUE(problems.ok());
  Evaluator evaluator(library, snapshot);
  const auto cell = [&](const char* text) {
    return evaluator
        .evaluate(library.compile(text).value(),
                  {{county}, parse_instant("2024-01-01T00:00:00Z").value()})
        .cells.at(0);
  };
  const Cell inside = cell("count(county where s_contains(geometry, POINT(101.5 27.5)))");
  EXPECT_EQ(inside.value, 1);
  EXPECT_FALSE(inside.estimated) << "the boundary is no estimate, the position is";
  EXPECT_EQ(cell("count(county where s_contains(position, POINT(101.5 27.5)))").value, 0);
  EXPECT_EQ(cell("count(cable where s_intersects(geometry, BBOX(101, 26, 103, 28)))").value, 2);
  EXPECT_EQ(cell("count(cable where s_crosses(geometry, BBOX(101, 26, 103, 28)))").value, 1);
}

}  // namespace
}  // namespace cairn::formula
