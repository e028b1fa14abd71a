// SPDX-License-Identifier: Apache-2.0
#include "model/snapshot.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/text.hpp"

namespace cairn::model {
namespace {

constexpr Zone china{8 * 3600};

PropertyDef property(std::string name, PropertyKind kind = PropertyKind::number,
                     std::string_view unit = "1") {
  PropertyDef out;
  out.name = std::move(name);
  out.kind = kind;
  out.unit = *parse_unit(unit);
  return out;
}

PropertyDef series(std::string name, std::string_view unit) {
  PropertyDef out = property(std::move(name), PropertyKind::number, unit);
  out.series = true;
  return out;
}

std::shared_ptr<const Catalog> catalog() {
  auto out = std::make_shared<Catalog>();
  TypeDef mast;
  mast.name = "mast";
  mast.properties = {
      property("height", PropertyKind::number, "m"), property("floors", PropertyKind::integer),
      property("lit", PropertyKind::boolean),        property("operator", PropertyKind::text),
      property("built", PropertyKind::date),         series("load", "kW")};
  TypeDef county;
  county.name = "county";
  county.properties = {series("population", "{person}"), property("seat", PropertyKind::text)};
  county.properties[0].period = PeriodKind::year;
  out->types = {mast, county};
  IndicatorDef users;
  users.id = "users";
  users.given = true;
  users.unit = *parse_unit("万户");
  IndicatorDef computed;
  computed.id = "computed";
  computed.formula = "count(mast)";
  out->indicators = {users, computed};
  return out;
}

std::shared_ptr<const RegionTree> regions() {
  auto out = std::make_shared<RegionTree>();
  Region prefecture;
  prefecture.code = "5134";
  prefecture.level = Level::prefecture;
  EXPECT_TRUE(out->add(prefecture, "").has_value());
  Region county;
  county.code = "513402";
  county.name = {"会理市", "Huili"};
  county.aliases = {"513425"};
  county.position = geo::Point{102.2, 26.6};
  county.source = "nbs";
  EXPECT_TRUE(out->add(county, "5134").has_value());
  const std::vector<std::string> members{"5134"};
  EXPECT_TRUE(out->add_zone("zone", {"区", "Zone"}, members, "").has_value());
  return out;
}

Thing mast(std::string id, std::vector<std::pair<std::string, Value>> properties = {}) {
  Thing out;
  out.id = std::move(id);
  out.type = "mast";
  out.region = "513402";
  out.properties = std::move(properties);
  out.place = "masts.csv:9";
  return out;
}

Statistic statistic(std::string region, std::string property, double value, std::string unit) {
  Statistic out;
  out.region = std::move(region);
  out.property = std::move(property);
  out.period = *parse_period("2020", china);
  out.value = value;
  out.unit = std::move(unit);
  out.place = "stat.csv:3";
  return out;
}

struct Built {
  Snapshot snapshot;
  Problems problems;

  std::string text() const {
    std::string out;
    for (const Error& error : problems.errors) out += to_string(error) + "\n";
    for (const Error& warning : problems.warnings) out += "warning " + to_string(warning) + "\n";
    return out;
  }
  const Column& column(const char* type, const char* name) const {
    const Table* table = snapshot.table(type);
    return table->columns[static_cast<std::size_t>(table->type->property_index(name))];
  }
};

Built build(const Records& records) {
  Built out;
  out.snapshot = build_snapshot({catalog(), regions(), china}, records, out.problems);
  return out;
}

Instant at(const char* text) {
  return *parse_instant(text, china);
}

TEST(Snapshot, KeepsValuesByKind) {
  Records records;
  records.things = {mast("a", {{"height", {30.5}},
                               {"floors", {3.0}},
                               {"lit", {true}},
                               {"operator", {std::string("mobile")}},
                               {"built", {std::string("2019-05-06")}}}),
                    mast("b", {{"operator", {std::string("mobile")}}, {"height", {}}})};
  records.things[0].position = geo::Point{102, 26};
  records.things[0].source = "survey";
  const Built built = build(records);
  ASSERT_EQ(built.text(), "");
  const Table* table = built.snapshot.table("mast");
  ASSERT_EQ(table->size(), 2u);
  EXPECT_EQ(built.column("mast", "height").numbers[0], 30.5);
  EXPECT_EQ(built.column("mast", "height").present, (std::vector<std::uint8_t>{1, 0}));
  EXPECT_EQ(built.column("mast", "lit").numbers[0], 1);
  const Column& owner = built.column("mast", "operator");
  EXPECT_EQ(owner.texts[0], owner.texts[1]) << "equal words share an entry";
  EXPECT_EQ(owner.dictionary[owner.texts[0]], "mobile");
  EXPECT_EQ(built.column("mast", "built").times[0], at("2019-05-06T08:00").ns) << "midnight UTC";
  EXPECT_EQ(table->region[0], built.snapshot.regions->find("513402"));
  EXPECT_EQ(table->position[0].x, 102);
  EXPECT_TRUE(std::isnan(table->position[1].x));
  EXPECT_EQ(built.snapshot.sources[table->source[0]], "survey");
  EXPECT_EQ(built.snapshot.sources[table->source[1]], "unknown");
  EXPECT_EQ(built.snapshot.table("nothing"), nullptr);
}

TEST(Snapshot, RegionsAreThingsOfTheirLevel) {
  Records records;
  Thing seat;
  seat.id = "513425";  // the old code
  seat.type = "county";
  seat.properties = {{"seat", {std::string("城关")}}};
  seat.estimated = true;
  records.things = {seat};
  records.statistics = {statistic("513402", "population", 390531, "{person}"),
                        statistic("513425", "population", 39, "万人")};
  const Built built = build(records);
  ASSERT_EQ(built.text(), "");
  const Table* table = built.snapshot.table("county");
  ASSERT_EQ(table->size(), 1u) << "a county row, not a second thing";
  EXPECT_EQ(table->ids[0], "513402");
  EXPECT_EQ(table->names[0].en, "Huili");
  const Column& name = built.column("county", "seat");
  EXPECT_EQ(name.dictionary[name.texts[0]], "城关");
  EXPECT_EQ(name.estimated, (std::vector<std::uint8_t>{1}));
  // The later of two reports of one period stands, in the property's unit.
  const SeriesId population = built.column("county", "population").series[0];
  const auto last = built.snapshot.history->last(population, at("2021-01-01"));
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(last->value, 390000);
  EXPECT_FALSE(built.snapshot.history->last(population, at("2020-12-31T23:00")).has_value())
      << "not known before the year is over";
}

TEST(Snapshot, StatisticsOfGivenIndicatorsBelongToRegionsAndZones) {
  Records records;
  records.statistics = {statistic("zone", "users", 1234567, "户"),
                        statistic("5134", "users", 5, "万户")};
  const Built built = build(records);
  ASSERT_EQ(built.text(), "");
  ASSERT_EQ(built.snapshot.given.size(), 2u);
  const auto& users = built.snapshot.given[0];
  ASSERT_EQ(users.size(), 2u);
  const SeriesId zone = users.at(built.snapshot.regions->find("zone"));
  EXPECT_DOUBLE_EQ(built.snapshot.history->last(zone, Instant::max())->value, 123.4567);
}

TEST(Snapshot, ObservationsBecomeOneSeriesAThing) {
  Records records;
  Thing first = mast("a");
  first.valid.end = at("2020-06-01");
  Thing second = mast("a");
  second.valid.begin = at("2020-06-01");
  records.things = {first, second, mast("b")};
  for (const char* time : {"2020-07-01", "2020-01-01", "2020-03-01"}) {
    const Instant t = at(time);
    records.observations.push_back({"a", "load", {t, t}, 1, false, "meter"});
  }
  records.observations.push_back({"a", "load", {at("2020-03-01"), at("2020-03-01")}, 7, true, ""});
  const Built built = build(records);
  ASSERT_EQ(built.text(), "");
  const auto& load = built.column("mast", "load").series;
  ASSERT_EQ(load.size(), 3u);
  EXPECT_EQ(load[0], load[1]) << "versions of one thing share its series";
  EXPECT_EQ(load[2], no_series);
  std::vector<Sample> samples;
  built.snapshot.history->read(load[0], Instant::min(), Instant::max(), samples);
  ASSERT_EQ(samples.size(), 3u);
  EXPECT_EQ(samples[0].time.end, at("2020-01-01"));
  EXPECT_EQ(samples[1].value, 7) << "a later report of the same time replaces";
  EXPECT_TRUE(samples[1].estimated);
  EXPECT_EQ(built.snapshot.sources[samples[2].source], "meter");
}

struct Unfit {
  const char* says;
  void (*make)(Records&);
};

class SnapshotRefuses : public testing::TestWithParam<Unfit> {};

TEST_P(SnapshotRefuses, LeavesItOutAndBuildsTheRest) {
  Records records;
  records.things = {mast("good", {{"height", {10.0}}})};
  GetParam().make(records);
  const Built built = build(records);
  EXPECT_NE(built.text().find(GetParam().says), std::string::npos) << built.text();
  EXPECT_EQ(built.problems.errors.size() + built.problems.warnings.size(), 1u) << built.text();
  EXPECT_EQ(built.column("mast", "height").numbers[0], 10);
}

INSTANTIATE_TEST_SUITE_P(
    Records, SnapshotRefuses,
    testing::Values(
        Unfit{"masts.csv:9: thing x: no pack declares the type 'mats'; did you mean 'mast'?",
              [](Records& r) {
                r.things.push_back(mast("x"));
                r.things.back().type = "mats";
              }},
        Unfit{"names the region '999999', which is not known",
              [](Records& r) {
                r.things.push_back(mast("x"));
                r.things.back().region = "999999";
              }},
        Unfit{"thing x: the type mast has no property 'hieght'; did you mean 'height'?",
              [](Records& r) {
                r.things.push_back(mast("x", {{"hieght", {1.0}}}));
              }},
        Unfit{"'floors' must be an integer, not 1.5",
              [](Records& r) {
                r.things.push_back(mast("x", {{"floors", {1.5}}}));
              }},
        Unfit{"'height' must be a number",
              [](Records& r) {
                const double nan = std::numeric_limits<double>::quiet_NaN();
                r.things.push_back(mast("x", {{"height", {nan}}}));
              }},
        Unfit{"'height'",
              [](Records& r) {
                r.things.push_back(mast("x", {{"height", {std::string("tall")}}}));
              }},
        Unfit{"'load' is a series",
              [](Records& r) {
                r.things.push_back(mast("x", {{"load", {1.0}}}));
              }},
        Unfit{"there is no county with the code 513499",
              [](Records& r) {
                r.things.push_back(mast("513499"));
                r.things.back().type = "county";
              }},
        Unfit{"the mast good has two versions valid at",
              [](Records& r) { r.things.push_back(mast("good")); }},
        Unfit{"stat.csv:3: there is no region '999999'",
              [](Records& r) { r.statistics.push_back(statistic("999999", "users", 1, "户")); }},
        Unfit{"stat.csv:3: 'users' is kept in 万户 and cannot be given in kW",
              [](Records& r) { r.statistics.push_back(statistic("5134", "users", 1, "kW")); }},
        Unfit{"stat.csv:3: unknown unit",
              [](Records& r) { r.statistics.push_back(statistic("5134", "users", 1, "blob")); }},
        Unfit{"'users' is not a finite number",
              [](Records& r) {
                const double inf = std::numeric_limits<double>::infinity();
                r.statistics.push_back(statistic("5134", "users", inf, "户"));
              }},
        Unfit{"'seat' of a county is not a series",
              [](Records& r) { r.statistics.push_back(statistic("513402", "seat", 1, "1")); }},
        Unfit{"warning stat.csv:3: no pack declares 'computed'",
              [](Records& r) { r.statistics.push_back(statistic("5134", "computed", 1, "1")); }},
        Unfit{"it has no series 'height'",
              [](Records& r) {
                r.observations.push_back({"good", "height", {}, 1, false, ""});
              }},
        Unfit{"for a thing that is not known",
              [](Records& r) {
                r.observations.push_back({"nobody", "load", {}, 1, false, ""});
              }},
        Unfit{"load is not a finite number",
              [](Records& r) {
                const double nan = std::numeric_limits<double>::quiet_NaN();
                r.observations.push_back({"good", "load", {}, nan, false, ""});
              }}),
    [](const auto& tested) { return "case" + std::to_string(tested.index); });

TEST(Snapshot, VersionsThatTouchAreFine) {
  Records records;
  Thing first = mast("a", {{"height", {10.0}}});
  first.valid.end = at("2020-01-01");
  Thing second = mast("a", {{"height", {20.0}}});
  second.valid.begin = at("2020-01-01");
  records.things = {second, first};
  const Built built = build(records);
  EXPECT_EQ(built.text(), "");
  EXPECT_EQ(built.snapshot.table("mast")->rows_by_id.count("a"), 2u);
}

}  // namespace
}  // namespace cairn::model
