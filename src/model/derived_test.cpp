// SPDX-License-Identifier: Apache-2.0
#include "model/derived.hpp"

#include <gtest/gtest.h>

namespace cairn::model {
namespace {

Instant at(const char* text) {
  return *parse_instant(text, Zone{8 * 3600});
}

PropertyDef property(std::string name, PropertyKind kind) {
  PropertyDef out;
  out.name = std::move(name);
  out.kind = kind;
  return out;
}

// A mast with two versions and one that stands for ever.
Snapshot base() {
  auto catalog = std::make_shared<Catalog>();
  TypeDef mast;
  mast.name = "mast";
  mast.properties = {property("band", PropertyKind::text), property("rsrp", PropertyKind::number),
                     property("seen", PropertyKind::boolean),
                     property("load", PropertyKind::number)};
  mast.properties[3].series = true;
  catalog->types = {mast};
  auto regions = std::make_shared<RegionTree>();
  Region region;
  region.code = "5134";
  region.level = Level::prefecture;
  EXPECT_TRUE(regions->add(region, "").has_value());
  Records records;
  Thing thing{.id = "a", .type = "mast", .region = "5134"};
  thing.properties = {{"band", {std::string("n28")}}};
  thing.valid.end = at("2020-01-01");
  records.things.push_back(thing);
  thing.valid = {at("2020-01-01"), Instant::max()};
  thing.properties = {{"band", {std::string("n78")}}};
  records.things.push_back(thing);
  records.things.push_back({.id = "b", .type = "mast", .region = "5134"});
  records.observations = {{"a", "load", {at("2020-01-01"), at("2020-01-01")}, 5, false, "m"}};
  Problems problems;
  Snapshot out = build_snapshot({catalog, regions, Zone{8 * 3600}}, records, problems);
  EXPECT_TRUE(problems.ok());
  return out;
}

// What the version of `a` valid at `t` says: band, rsrp, seen; "-" where it has no value.
std::string says(const Snapshot& snapshot, Instant t, const std::string& id = "a") {
  const Table& table = *snapshot.tables[0];
  std::string out;
  const auto [first, last] = table.rows_by_id.equal_range(id);
  for (auto i = first; i != last; ++i) {
    const std::uint32_t row = i->second;
    if (!(table.valid[row].begin <= t && t < table.valid[row].end)) continue;
    const Column& band = table.columns[0];
    out += band.present[row] ? band.dictionary[band.texts[row]] : "-";
    for (const std::size_t c : {1, 2}) {
      const Column& column = table.columns[c];
      out += column.present[row] ? " " + std::to_string(int(column.numbers[row])) : " -";
      if (!column.estimated.empty() && column.estimated[row]) out += "~";
    }
  }
  return out;
}

DerivedValues two_versions() {
  return {.type = "mast",
          .properties = {"rsrp", "seen"},
          .things = {{"a",
                      true,
                      {{at("2019-01-01"), {{0, {-120.0}}, {1, {false}}}},
                       {at("2021-01-01"), {{0, {-90.0}}}},
                       {at("2021-07-01"), {{1, {true}}}},
                       {at("2022-01-01"), {{0, {}}, {1, {}}}}}}},
          .source = {"study/x", "", "a run", ""}};
}

TEST(Derived, AVersionIsSplitWhereAValueChanges) {
  const auto laid = lay_derived(base(), two_versions());
  ASSERT_TRUE(laid.has_value()) << laid.error().message;
  EXPECT_EQ(says(*laid, at("2018-06-01")), "n28 - -");
  EXPECT_EQ(says(*laid, at("2019-06-01")), "n28 -120~ 0~");
  EXPECT_EQ(says(*laid, at("2020-06-01")), "n78 -120~ 0~")
      << "registered and derived versions meet";
  EXPECT_EQ(says(*laid, at("2021-06-01")), "n78 -90~ 0~") << "what does not change goes on";
  EXPECT_EQ(says(*laid, at("2021-08-01")), "n78 -90~ 1~");
  EXPECT_EQ(says(*laid, at("2022-06-01")), "n78 - -") << "no value is not false";
  EXPECT_EQ(says(*laid, at("2022-06-01"), "b"), "- - -");
  EXPECT_EQ(laid->tables[0]->size(), 3u + 4u);
}

TEST(Derived, TheColumnsNameTheRunTheyComeFrom) {
  const auto laid = lay_derived(base(), two_versions());
  ASSERT_TRUE(laid.has_value());
  const Table& table = *laid->tables[0];
  EXPECT_EQ(table.columns[0].source, 0);
  EXPECT_EQ(laid->sources[table.columns[1].source], "study/x");
  ASSERT_EQ(laid->derived.size(), 1u);
  EXPECT_EQ(laid->derived[0].origin, "a run");
}

TEST(Derived, WhatWasLaidOverComesOffAgain) {
  const Snapshot before = base();
  auto laid = lay_derived(before, two_versions());
  ASSERT_TRUE(laid.has_value());
  // The live log gives its own series to every version.
  auto live = std::make_shared<Table>(*laid->tables[0]);
  for (auto& series : live->columns[3].series) series = 77;
  laid->tables[0] = live;
  const Snapshot bare = without_derived(*laid);
  EXPECT_EQ(bare.tables[0]->size(), before.tables[0]->size());
  EXPECT_EQ(says(bare, at("2021-06-01")), "n78 - -");
  EXPECT_TRUE(bare.derived.empty());
  EXPECT_EQ(bare.tables[0]->columns[3].series, (std::vector<SeriesId>{77, 77, 77}));
  const auto again = lay_derived(bare, two_versions());
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->sources, laid->sources) << "the same run is no further source";
}

TEST(Derived, WhatIsNotThereIsSaid) {
  DerivedValues wrong = two_versions();
  wrong.type = "hut";
  EXPECT_NE(lay_derived(base(), wrong).error().message.find("'hut'"), std::string::npos);
  wrong = two_versions();
  wrong.properties[0] = "rsrq";
  EXPECT_NE(lay_derived(base(), wrong).error().message.find("'rsrq'"), std::string::npos);
  wrong = two_versions();
  wrong.things[0].id = "z";
  EXPECT_NE(lay_derived(base(), wrong).error().message.find("'z'"), std::string::npos);
  wrong = two_versions();
  wrong.things[0].versions[0].changes[0].first = 2;
  EXPECT_EQ(lay_derived(base(), wrong).error().code, Code::internal);
}

}  // namespace
}  // namespace cairn::model
