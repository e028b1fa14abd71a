// SPDX-License-Identifier: Apache-2.0
#include "model/proposal.hpp"

#include <gtest/gtest.h>

namespace cairn::model {
namespace {

constexpr Zone china{8 * 3600};

Instant at(const char* text) {
  return *parse_instant(text, china);
}

PropertyDef property(std::string name, PropertyKind kind) {
  PropertyDef out;
  out.name = std::move(name);
  out.kind = kind;
  return out;
}

Thing thing(std::string id, std::string type, bool lit) {
  Thing out;
  out.id = std::move(id);
  out.type = std::move(type);
  out.region = "5134";
  if (out.type == "mast") out.properties = {{"lit", {lit}}};
  out.place = "p.csv:2";
  return out;
}

// Two masts and a hut.
Snapshot base() {
  auto catalog = std::make_shared<Catalog>();
  TypeDef mast;
  mast.name = "mast";
  mast.properties = {property("lit", PropertyKind::boolean), property("band", PropertyKind::text),
                     property("load", PropertyKind::number)};
  mast.properties[2].series = true;
  TypeDef hut;
  hut.name = "hut";
  catalog->types = {mast, hut};
  auto regions = std::make_shared<RegionTree>();
  Region region;
  region.code = "5134";
  region.level = Level::prefecture;
  EXPECT_TRUE(regions->add(region, "").has_value());
  Records records;
  records.things = {thing("a", "mast", false), thing("b", "mast", true), thing("h", "hut", false)};
  records.observations = {{"a", "load", {at("2020-01-01"), at("2020-01-01")}, 5, false, "m"}};
  Problems problems;
  Snapshot out = build_snapshot({catalog, regions, china}, records, problems);
  EXPECT_TRUE(problems.ok());
  return out;
}

// The row of `id` that is valid at `t`, or -1.
int row_at(const Table& table, const std::string& id, Instant t) {
  int found = -1;
  const auto [first, last] = table.rows_by_id.equal_range(id);
  for (auto at = first; at != last; ++at) {
    const Interval& valid = table.valid[at->second];
    if (valid.begin <= t && t < valid.end) {
      EXPECT_EQ(found, -1) << "two versions of " << id;
      found = static_cast<int>(at->second);
    }
  }
  return found;
}

double lit(const Snapshot& snapshot, const std::string& id, Instant t) {
  const Table& table = *snapshot.table("mast");
  const int row = row_at(table, id, t);
  return row < 0 ? -1 : table.columns[0].numbers[static_cast<std::size_t>(row)];
}

TEST(Overlay, AddsThingsAndMarksThem) {
  const Snapshot before = base();
  Proposal proposal;
  proposal.things = {thing("c", "mast", true)};
  proposal.things[0].status = Life::planned;
  proposal.things[0].valid.begin = at("2022-01-01");
  proposal.things[0].source = "plan";
  const auto after = overlay(before, proposal);
  ASSERT_TRUE(after.has_value());
  const Table& table = *after->table("mast");
  ASSERT_EQ(table.size(), 3u);
  EXPECT_EQ(table.proposed, (std::vector<std::uint8_t>{0, 0, 1}));
  EXPECT_EQ(table.columns[0].numbers[2], 1);
  EXPECT_EQ(after->sources[table.source[2]], "plan");
  EXPECT_EQ(table.columns[2].series[2], no_series);
  // The base is as it was, what is not touched is shared.
  EXPECT_EQ(before.table("mast")->size(), 2u);
  EXPECT_EQ(after->table("hut"), before.table("hut"));
  EXPECT_EQ(after->history, before.history);
}

TEST(Overlay, SplitsAVersionWhereItChanges) {
  const Snapshot before = base();
  Proposal proposal;
  proposal.changes = {
      {"a", {{"lit", {true}}, {"band", {std::string("n41")}}}, at("2022-01-01"), ""}};
  const auto after = overlay(before, proposal);
  ASSERT_TRUE(after.has_value());
  EXPECT_EQ(lit(*after, "a", at("2021-12-31")), 0);
  EXPECT_EQ(lit(*after, "a", at("2022-01-01")), 1);
  EXPECT_EQ(lit(*after, "b", at("2022-01-01")), 1);
  const Table& table = *after->table("mast");
  const auto later = static_cast<std::size_t>(row_at(table, "a", at("2022-01-01")));
  EXPECT_EQ(table.columns[1].dictionary[table.columns[1].texts[later]], "n41");
  EXPECT_EQ(table.columns[2].series[later], table.columns[2].series[0]) << "its meter stays";
  EXPECT_EQ(lit(before, "a", at("2022-01-01")), 0);
}

TEST(Overlay, AppliesChangesOfOneThingInTurn) {
  Proposal proposal;
  proposal.changes = {{"a", {{"lit", {true}}}, at("2022-01-01"), ""},
                      {"a", {{"lit", {false}}}, at("2023-01-01"), ""},
                      {"b", {{"lit", {false}}}, Instant::min(), ""}};
  const auto after = overlay(base(), proposal);
  ASSERT_TRUE(after.has_value());
  EXPECT_EQ(lit(*after, "a", at("2021-01-01")), 0);
  EXPECT_EQ(lit(*after, "a", at("2022-06-01")), 1);
  EXPECT_EQ(lit(*after, "a", at("2023-06-01")), 0);
  EXPECT_EQ(after->table("mast")->rows_by_id.count("b"), 1u) << "from the beginning: no split";
  EXPECT_EQ(lit(*after, "b", at("1999-01-01")), 0);
}

TEST(Overlay, RetiresFromADate) {
  Proposal proposal;
  proposal.retire = {"a"};
  proposal.retire_from = at("2022-01-01");
  const auto after = overlay(base(), proposal);
  ASSERT_TRUE(after.has_value());
  EXPECT_EQ(lit(*after, "a", at("2021-12-31")), 0);
  EXPECT_EQ(lit(*after, "a", at("2022-01-01")), -1);
}

TEST(Overlay, StacksOnAnOverlay) {
  Proposal first;
  first.things = {thing("c", "mast", false)};
  Proposal second;
  second.changes = {{"c", {{"lit", {true}}}, at("2022-01-01"), ""}};
  const auto once = overlay(base(), first);
  ASSERT_TRUE(once.has_value());
  const auto twice = overlay(*once, second);
  ASSERT_TRUE(twice.has_value());
  EXPECT_EQ(lit(*twice, "c", at("2022-06-01")), 1);
  EXPECT_EQ(lit(*once, "c", at("2022-06-01")), 0);
  const Table& table = *twice->table("mast");
  EXPECT_EQ(table.proposed[static_cast<std::size_t>(row_at(table, "c", at("2022-06-01")))], 1)
      << "a later version of a proposed thing is proposed too";
}

std::string refused(const Proposal& proposal) {
  const auto after = overlay(base(), proposal);
  return after ? "accepted" : to_string(after.error());
}

TEST(Overlay, RefusesWhatDoesNotFit) {
  Proposal proposal;
  proposal.things = {thing("a", "mast", true)};
  EXPECT_EQ(refused(proposal), "p.csv:2: there is a thing 'a' already; use `changes`");
  proposal.things = {thing("c", "tower", true)};
  EXPECT_EQ(refused(proposal), "p.csv:2: no pack declares the type 'tower'");
  proposal.things = {thing("c", "mast", true)};
  proposal.things[0].region = "9999";
  EXPECT_EQ(refused(proposal), "p.csv:2: there is no region '9999'");
  proposal.things = {thing("c", "mast", true)};
  proposal.things[0].properties = {{"colour", {1.0}}};
  EXPECT_EQ(refused(proposal), "p.csv:2: the type mast has no property 'colour'");
  proposal.things.clear();
  proposal.changes = {{"z", {}, {}, "p.yaml:7"}};
  EXPECT_EQ(refused(proposal), "p.yaml:7: there is no thing 'z' to change");
  proposal.changes = {{"a", {{"lit", {2.0}}}, {}, "p.yaml:7"}};
  EXPECT_NE(refused(proposal).find("p.yaml:7: 'lit' must be a boolean"), std::string::npos);
  proposal.changes = {{"a", {{"load", {2.0}}}, {}, "p.yaml:7"}};
  EXPECT_NE(refused(proposal).find("'load' is a series"), std::string::npos);
  proposal.changes.clear();
  proposal.retire = {"z"};
  proposal.place = "p.yaml:1";
  EXPECT_EQ(refused(proposal), "p.yaml:1: there is no thing 'z' to retire");
}

}  // namespace
}  // namespace cairn::model
