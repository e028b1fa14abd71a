// SPDX-License-Identifier: Apache-2.0
#include "stream/binding.hpp"

#include <gtest/gtest.h>

#include "stream/heads.hpp"

namespace cairn::stream {
namespace {

model::PropertyDef observed(std::string name) {
  model::PropertyDef property;
  property.name = std::move(name);
  property.unit = unit_one();
  property.series = true;
  return property;
}

model::Thing thing(std::string id, std::string type) {
  model::Thing out;
  out.id = std::move(id);
  out.type = std::move(type);
  out.region = "513401";
  return out;
}

std::shared_ptr<const model::Snapshot> small_world() {
  auto catalog = std::make_shared<model::Catalog>();
  model::PropertyDef yearly = observed("yearly");
  yearly.period = PeriodKind::year;
  model::PropertyDef height;
  height.name = "height";
  height.unit = unit_one();
  catalog->types.push_back({"pole", {}, "p", {height}, ""});
  catalog->types.push_back(
      {"meter", {}, "p", {height, observed("power"), yearly, observed("voltage")}, ""});
  catalog->types.push_back({"gauge", {}, "p", {observed("level")}, ""});
  auto regions = std::make_shared<model::RegionTree>();
  model::Region county;
  county.code = "513401";
  county.level = model::Level::county;
  EXPECT_TRUE(regions->add(county, ""));
  model::Records records;
  records.things.push_back(thing("p1", "pole"));
  for (const char* id : {"a", "b"}) records.things.push_back(thing(id, "meter"));
  records.things[1].valid.end = Instant{1000};
  records.things.push_back(thing("a", "meter"));  // its second version
  records.things.back().valid.begin = Instant{1000};
  records.things.push_back(thing("g", "gauge"));
  records.observations.push_back({"b", "power", {{100}, {100}}, 7, false, ""});
  records.observations.push_back({"b", "power", {{200}, {200}}, 8, false, ""});
  Problems problems;
  auto snapshot = model::build_snapshot({catalog, regions, {}, nullptr}, records, problems);
  EXPECT_TRUE(problems.ok()) << (problems.ok() ? "" : to_string(problems.errors[0]));
  return std::make_shared<const model::Snapshot>(std::move(snapshot));
}

TEST(Binding, NamesEveryCellOnce) {
  const Binding binding(small_world());
  EXPECT_EQ(binding.slots(), 3u);  // meters a and b, gauge g; poles observe nothing
  EXPECT_EQ(binding.cells(), 5u);
  for (CellId id = 0; id < binding.cells(); ++id) {
    const Cell cell = binding.cell(id);
    EXPECT_EQ(binding.cell_of(cell.slot, cell.column), id);
    EXPECT_EQ(binding.type_of(cell.slot), cell.type);
  }
  const auto power = binding.find("a", "power");
  ASSERT_TRUE(power);
  EXPECT_EQ(binding.id_of(binding.cell(*power).slot), "a");
  EXPECT_EQ(binding.rows(binding.cell(*power).slot).size(), 2u);
}

TEST(Binding, FindsTheVersionInForce) {
  const Binding binding(small_world());
  const Slot a = binding.find_thing("a");
  const auto rows = binding.rows(a);
  EXPECT_EQ(binding.row_at(a, Instant{1000}), rows[0]);  // valid until just before 1000
  EXPECT_EQ(binding.row_at(a, Instant{1001}), rows[1]);
}

TEST(Binding, WhatIsNotThereIsNamed) {
  const Binding binding(small_world());
  EXPECT_EQ(binding.find("zz", "power").error().code, Code::not_found);
  EXPECT_NE(binding.find("a", "powr").error().message.find("'power'"), std::string::npos);
  EXPECT_FALSE(binding.find("a", "height"));  // an attribute
  EXPECT_FALSE(binding.find("a", "yearly"));  // a statistic of a period
  EXPECT_FALSE(binding.find("p1", "height"));
}

TEST(LiveHistory, ContinuesTheSeriesOfTheBase) {
  const Binding binding(small_world());
  Heads heads;
  SeriesMap map;
  heads.resize(1);
  heads.keep(0, 1000);
  const CellId cell = binding.find("b", "power").value();
  map.bind(0, cell);
  auto history = std::make_shared<LiveHistory>(binding, heads, map);
  const model::Snapshot live = binding.live(history);
  const model::Table& meters = *live.table("meter");
  const std::uint32_t row = binding.rows(binding.cell(cell).slot)[0];
  const model::SeriesId series = meters.columns[1].series[row];
  EXPECT_EQ(series, binding.first_series() + cell);
  EXPECT_EQ(history->last(series, Instant{500})->value, 8);
  heads.add(0, {200, 9});  // in place of the base's
  heads.add(0, {150, 5});
  heads.add(0, {300, 6});
  std::vector<model::Sample> samples;
  history->read(series, Instant::min(), Instant{1000}, samples);
  std::vector<double> values;
  for (const auto& sample : samples) values.push_back(sample.value);
  EXPECT_EQ(values, (std::vector<double>{7, 5, 9, 6}));
  EXPECT_EQ(history->last(series, Instant{299})->value, 9);
  EXPECT_EQ(history->last(series, Instant{120})->value, 7);
  // A cell that nobody fed has no value.
  EXPECT_FALSE(
      history->last(binding.first_series() + binding.find("g", "level").value(), Instant::max()));
}

}  // namespace
}  // namespace cairn::stream
