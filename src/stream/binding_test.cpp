// SPDX-License-Identifier: Apache-2.0
#include "stream/binding.hpp"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>

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

// `base`: more times at which b's power is known from a file.
std::shared_ptr<const model::Snapshot> small_world(const std::vector<std::int64_t>& base = {}) {
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
  for (const std::int64_t t : base) {
    records.observations.push_back(
        {"b", "power", {{t}, {t}}, static_cast<double>(t % 13) / 4, t % 5 == 0, ""});
  }
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

// --- Windows over files, heads and what was stored before them ---------------------------------

// Every live point, as the store would have it.
class Stored final : public model::History {
 public:
  std::map<std::int64_t, double> points;

  std::optional<model::Sample> last(model::SeriesId, Instant until) const override {
    auto at = points.upper_bound(until.ns);
    if (at == points.begin()) return std::nullopt;
    --at;
    return instant_sample(at->first, at->second);
  }
  void read(model::SeriesId, Instant after, Instant until,
            std::vector<model::Sample>& out) const override {
    for (auto at = points.upper_bound(after.ns); at != points.end() && at->first <= until.ns; ++at)
      out.push_back(instant_sample(at->first, at->second));
  }
};

void expect_same(const model::WindowSummary& a, const model::WindowSummary& b) {
  ASSERT_EQ(a.count, b.count);
  if (a.count == 0) return;
  ASSERT_EQ(a.first, b.first);
  ASSERT_EQ(a.last, b.last);
  ASSERT_EQ(a.estimated, b.estimated);
  ASSERT_EQ(a.instants, b.instants);
  ASSERT_EQ(a.totals.min, b.totals.min);
  ASSERT_EQ(a.totals.max, b.totals.max);
  ASSERT_EQ(a.totals.sum.value(), b.totals.sum.value());
  ASSERT_EQ(a.totals.squares.value(), b.totals.squares.value());
  ASSERT_EQ(a.totals.falls.value(), b.totals.falls.value());
}

TEST(LiveHistory, ASummaryIsThatOfWhatIsRead) {
  constexpr std::uint8_t all = 15;
  std::size_t merged = 0;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    std::mt19937_64 random(seed);
    const auto below = [&](std::int64_t n) {
      return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
    };
    std::map<std::int64_t, model::Sample> truth;
    std::vector<std::int64_t> base;
    for (std::int64_t n = below(60); n > 0; --n) base.push_back(300 + below(1'000));
    const Binding binding(small_world(base));
    const CellId cell = binding.find("b", "power").value();
    const model::SeriesId series = binding.first_series() + cell;
    std::vector<model::Sample> of_base;
    binding.base().history->read(binding.base_series(cell), Instant::min(), Instant::max(),
                                 of_base);
    for (const model::Sample& sample : of_base) truth[sample.time.end.ns] = sample;
    Heads heads;
    SeriesMap map;
    heads.resize(1);
    const std::int64_t span = 50 + below(900);
    heads.keep(0, span, seed % 2 == 0);
    map.bind(0, cell);
    Stored stored;
    const LiveHistory history(binding, heads, map, &stored);
    const LiveHistory shallow(binding, heads, map);
    // Live data begin behind the base, or in the middle of it, and correct it there.
    std::int64_t newest = seed % 3 == 0 ? 400 : 1'300;
    for (int i = 0; i < 700; ++i) {
      const std::int64_t time = below(4) == 0 ? newest - below(span) : newest + 1 + below(3);
      newest = std::max(newest, time);
      const double value = static_cast<double>(below(400)) / 8;
      heads.add(0, {time, value});
      stored.points[time] = value;
      truth[time] = instant_sample(time, value);
      if (below(8) != 0) continue;
      const Instant until{newest - (below(3) == 0 ? below(span) : 0)};
      const Instant after{until.ns - 1 - below(span + 200)};
      model::WindowSummary expected;
      for (auto at = truth.upper_bound(after.ns); at != truth.end() && at->first <= until.ns; ++at)
        expected.add(at->second, all);
      model::WindowSummary actual;
      history.summarise(series, after, until, all, actual);
      expect_same(actual, expected);
      model::WindowSummary kept;
      shallow.summarise(series, after, until, all, kept);
      model::WindowSummary read;
      shallow.model::History::summarise(series, after, until, all, read);
      expect_same(kept, read);
      if (expected.count > 0 && expected.first.estimated) ++merged;
      // Last values of many at once are those asked for one by one.
      const std::array<model::SeriesId, 3> ids{series, model::no_series, series};
      const std::array<Instant, 3> times{until, until, after};
      std::array<model::Sample, 3> found;
      history.last_of_each(ids, times, found);
      EXPECT_EQ(found[0], history.last(series, until).value_or(found[1]));
      EXPECT_EQ(found[2], history.last(series, after).value_or(found[1]));
      EXPECT_EQ(found[1].time.end, Instant::min());
    }
  }
  EXPECT_GT(merged, 100u);
}

}  // namespace
}  // namespace cairn::stream
