// SPDX-License-Identifier: Apache-2.0
// Random worlds and formulas, observations in any order while time passes: after every step all
// cells equal those of the batch evaluator over everything that was ever observed, to the bit.
// Other seeds than the usual ones: --gtest_random_seed=N
#include "stream/rollup.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include "core/text.hpp"
#include "stream/heads.hpp"

namespace cairn::stream {
namespace {

using model::RegionIndex;

constexpr std::int64_t minute = 60 * ns_per_second;
constexpr std::int64_t hour = 60 * minute;
const Zone zone{8 * 3600};
const Instant start = start_of({2024, 3, 29}, zone);

constexpr const char* values[] = {
    "load",
    "temp",
    "load + temp",
    "avg(load, 1h)",
    "max(temp, 2h)",
    "min(load, 90min)",
    "rate(flow, 1h) * 3h",
    "delta(flow, 30min)",
    "count(load, 30min)",
    "last(temp, 45min)",
    "stddev(load, 2h)",
    "load - at(load, -1h)",
    "at(temp, '2024-03-29')",
    "total",
    "size",
    "coalesce(load, size)",
    "if(on, load, temp)",
    "max(total, 1h)",
    "quantile(0.7, temp, 2h)",
    "avg(temp, 1mo)",
    "at(avg(load, 1h), -1mo)",
};
constexpr const char* predicates[] = {
    "temp < 5",
    "kind = 'a'",
    "load > 3 and temp > 2",
    "status = 'live'",
    "status <> 'retired' and load > 1",
    "estimated",
    "not on",
    "on",
    "max(load, 1h) > 6",
    "load is null",
    "at(on, -1h)",
    "id <> 'm1'",
    "count(temp > 3, 2h) > 1",
};
constexpr const char* periods[] = {
    "sum(energy of meter over month)", "avg(energy of meter over 3d)",
    "sum(flow of meter over day)",     "max(flow of meter where on over mtd)",
    "sum(energy of meter over ytd)",   "min(temp of meter over last day)",
};
constexpr const char* kinds[] = {"sum", "avg", "min", "max", "stddev", "median"};

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}
  std::uint32_t below(std::size_t n) { return static_cast<std::uint32_t>(engine_() % n); }
  bool one_in(std::size_t n) { return below(n) == 0; }
  template <std::size_t N>
  std::string any(const char* const (&from)[N]) {
    return from[below(N)];
  }
  // Of few different ones, so that values come again; some are beyond what sums hold easily.
  double value() {
    if (one_in(60)) return std::ldexp(1.0 + below(9), static_cast<int>(below(600)) - 300);
    return (static_cast<double>(below(40)) - 10) / (one_in(3) ? 3 : 2);
  }

 private:
  std::mt19937_64 engine_;
};

std::string aggregate(Random& random) {
  const std::string where = random.one_in(2) ? "" : " where " + random.any(predicates);
  switch (random.below(9)) {
    case 0:
      return "count(meter" + where + ")";
    case 1:
      return "share(meter" + where + " : " + random.any(predicates) + ")";
    case 2:
      return "quantile(0.9, " + random.any(values) + " of meter" + where + ")";
    case 3:
      return random.any(periods);
    case 4:
      return random.one_in(2) ? "avg(level of station)" : "count(pole)";
    case 5:
      return random.one_in(2) ? "count(county)" : "sum(people of county)";
    default:
      return random.any(kinds) + "(" + random.any(values) + " of meter" + where + ")";
  }
}

std::string formula(Random& random, std::size_t index) {
  const std::string a = aggregate(random);
  const std::string b = aggregate(random);
  const std::string other = index == 0 ? a : format("i{}", random.below(index));
  switch (random.below(14)) {
    case 0:
      return a + " / " + b;
    case 1:
      return a + " - at(" + a + ", -90min)";
    case 2:
      return "at(" + a + ", '2024-03-30')";
    case 3:
      return "at(" + a + " - at(" + b + ", -1h), -30min)";
    case 4:
      return "coalesce(" + a + ", " + b + ")";
    case 5:
      return "if(" + a + " > 3, " + b + ", told)";
    case 6:
      return index == 9 ? a + " > 2" : a;  // no other rests on the last one
    case 7:
      return other + " + " + a;
    case 8:
      return "at(" + other + ", -2h)";
    case 9:
      return "told + " + a + " - at(told, -1d)";
    case 10:
      return "at(" + a + ", -1mo)";
    default:
      return a;
  }
}

model::PropertyDef property(const char* name, bool series) {
  model::PropertyDef out;
  out.name = name;
  out.unit = unit_one();
  out.series = series;
  return out;
}

std::shared_ptr<model::Catalog> random_catalog(Random& random) {
  auto catalog = std::make_shared<model::Catalog>();
  model::PropertyDef load = property("load", true);
  load.max_age = Span{3 * hour, 0};
  model::PropertyDef flow = property("flow", true);
  flow.counter = true;
  flow.every = Span{2 * hour, 0};
  model::PropertyDef on = property("on", true);
  on.kind = model::PropertyKind::boolean;
  model::PropertyDef kind = property("kind", false);
  kind.kind = model::PropertyKind::text;
  model::PropertyDef energy = property("energy", true);
  energy.period = PeriodKind::day;
  model::PropertyDef total = property("total", false);
  total.formula = "load + size";
  model::PropertyDef people = property("people", true);
  people.period = PeriodKind::month;
  catalog->types.push_back(
      {"meter",
       {},
       "p",
       {load, property("temp", true), flow, on, kind, property("size", false), energy, total},
       ""});
  catalog->types.push_back({"station", {}, "p", {property("level", true)}, ""});
  catalog->types.push_back({"pole", {}, "p", {}, ""});
  catalog->types.push_back({"county", {}, "p", {people}, ""});
  model::IndicatorDef told;
  told.id = "told";
  told.unit = unit_one();
  told.given = true;
  told.rollup = model::Rollup::sum;
  catalog->indicators.push_back(told);
  for (std::size_t i = 0; i < 10; ++i) {
    model::IndicatorDef indicator;
    indicator.id = format("i{}", i);
    indicator.unit = unit_one();
    indicator.formula = formula(random, i);
    catalog->indicators.push_back(indicator);
  }
  return catalog;
}

Instant some_time(Random& random) {
  return start + random.below(5000) * minute;
}

// Two prefectures; some counties and towns begin late, are merged into another or just end.
std::shared_ptr<model::RegionTree> random_regions(Random& random) {
  auto tree = std::make_shared<model::RegionTree>();
  const auto add = [&](std::string code, model::Level level, const std::string& parent) {
    model::Region region;
    region.code = code;
    region.level = level;
    const bool first = code.ends_with("1");
    if (level >= model::Level::county && !first && random.one_in(3)) {
      if (random.one_in(3)) region.valid.begin = some_time(random);
      if (random.one_in(2)) region.valid.end = some_time(random);
      if (region.valid.end <= region.valid.begin) region.valid.end = Instant::max();
      code.back() = '1';
      if (random.one_in(2)) region.successor = code;
    }
    EXPECT_TRUE(tree->add(region, parent));
  };
  add("51", model::Level::province, "");
  std::vector<std::string> counties;
  for (const std::string prefecture : {"5101", "5102"}) {
    add(prefecture, model::Level::prefecture, "51");
    for (const char* c : {"01", "02", "03"}) {
      counties.push_back(prefecture + c);
      add(prefecture + c, model::Level::county, prefecture);
      for (const char* t : {"001", "002"}) {
        add(prefecture + c + t, model::Level::town, prefecture + c);
      }
    }
  }
  const std::vector<std::string> some{counties[0], counties[1], counties[4]};
  EXPECT_TRUE(tree->add_zone("z", {}, some, ""));
  EXPECT_TRUE(tree->add_zone("west", {}, std::vector<std::string>{"5102", "510101002"}, ""));
  EXPECT_TRUE(tree->add_zone("both", {}, std::vector<std::string>{"z", "510102"}, ""));
  return tree;
}

std::string random_region(const model::RegionTree& tree, Random& random, std::string_view within) {
  for (;;) {
    const model::Region& region = tree[random.below(tree.size())];
    if (region.level != model::Level::zone && region.code.starts_with(within)) return region.code;
  }
}

model::Records random_records(const model::RegionTree& tree, Random& random) {
  model::Records records;
  const bool crowded = random.one_in(8);
  const std::size_t count = crowded ? 700 : 30;
  for (std::size_t i = 0; i < count; ++i) {
    model::Thing thing;
    thing.id = format("m{}", i);
    thing.type = i % 7 == 5 ? "pole" : i % 7 == 6 ? "station" : "meter";
    thing.region = crowded && !random.one_in(5) ? "510102" : random_region(tree, random, "51");
    thing.estimated = random.one_in(6);
    if (random.one_in(8)) thing.status = model::Life::planned;
    if (random.one_in(8)) thing.status = model::Life::retired;
    if (thing.type == "meter") {
      if (random.one_in(2)) thing.properties.emplace_back("kind", model::Value{std::string("a")});
      if (!random.one_in(3)) thing.properties.emplace_back("size", model::Value{random.value()});
    }
    const bool versions = random.one_in(4);
    if (versions) thing.valid.end = some_time(random);
    records.things.push_back(thing);
    if (versions && !random.one_in(3)) {
      thing.valid = {thing.valid.end, Instant::max()};
      // Within the prefecture, so that a shard knows the whole thing.
      if (thing.region != "51") {
        thing.region = random_region(tree, random, thing.region.substr(0, 4));
      }
      thing.status = model::Life::live;
      records.things.push_back(thing);
    }
    if (thing.type != "meter") continue;
    for (int day = -3; day < 3 && random.one_in(2); ++day) {
      const Instant begin = start + day * 24 * hour;
      records.observations.push_back(
          {thing.id, "energy", {begin, begin + 24 * hour}, random.value(), random.one_in(3), "s"});
    }
    for (unsigned k = random.below(3); k > 0; --k) {
      const Instant at = start + (random.below(600) * minute - 5 * hour);
      records.observations.push_back(
          {thing.id, "temp", {at, at}, random.value(), random.one_in(3), "s"});
    }
  }
  for (const model::Region& region : tree.all()) {
    if (region.level == model::Level::zone) continue;
    if (region.level == model::Level::county) {
      model::Thing thing;
      thing.id = thing.region = region.code;
      thing.type = "county";
      thing.valid = region.valid;
      records.things.push_back(thing);
    }
    if (!random.one_in(3)) continue;
    const Interval month = period_containing(start, PeriodKind::month, zone);
    const Interval day{start, start + 24 * hour};
    records.statistics.push_back(
        {region.code, "told", random.one_in(2) ? month : day, random.value(), "1", false, "s", ""});
    if (region.level != model::Level::county) continue;
    records.statistics.push_back(
        {region.code, "people", month, random.value(), "1", false, "", ""});
  }
  return records;
}

struct World {
  std::shared_ptr<model::Catalog> catalog;
  std::shared_ptr<model::RegionTree> regions;
  model::Records records;
  formula::Library library;

  std::shared_ptr<const model::Snapshot> snapshot(const model::Records& of) const {
    Problems problems;
    auto out = std::make_shared<const model::Snapshot>(
        model::build_snapshot({catalog, regions, zone, nullptr}, of, problems));
    for (const Error& error : problems.errors) ADD_FAILURE() << to_string(error);
    return out;
  }
};

World random_world(Random& random) {
  World world;
  world.catalog = random_catalog(random);
  world.regions = random_regions(random);
  world.records = random_records(*world.regions, random);
  Problems problems;
  world.library = formula::Library::build(world.catalog, problems);
  for (const Error& error : problems.errors) ADD_FAILURE() << to_string(error);
  return world;
}

// Everything that was ever observed.
class Everything final : public model::History {
 public:
  explicit Everything(const Binding& binding) : binding_(binding), points_(binding.cells()) {}

  void add(CellId cell, std::int64_t time_ns, double value) { points_[cell][time_ns] = value; }
  std::optional<model::Sample> last(model::SeriesId series, Instant until) const override {
    std::vector<model::Sample> all;
    read(series, Instant::min(), until, all);
    if (all.empty()) return std::nullopt;
    return all.back();
  }
  void read(model::SeriesId series, Instant after, Instant until,
            std::vector<model::Sample>& out) const override {
    const model::History& base = *binding_.base().history;
    if (series < binding_.first_series()) return base.read(series, after, until, out);
    const CellId cell = series - binding_.first_series();
    const std::size_t begin = out.size();
    if (const auto given = binding_.base_series(cell); given != model::no_series) {
      base.read(given, after, until, out);
    }
    std::vector<model::Sample> newer;
    const auto& points = points_[cell];
    for (auto at = points.upper_bound(after.ns); at != points.end() && at->first <= until.ns;
         ++at) {
      newer.push_back(instant_sample(at->first, at->second));
    }
    lay_over(out, begin, newer);
  }

 private:
  const Binding& binding_;
  std::vector<std::map<std::int64_t, double>> points_;
};

// A roll-up over heads that keep what it wants, with everything on the disk behind them.
struct Machine {
  Machine(const World& world, std::shared_ptr<const model::Snapshot> base)
      : binding(std::move(base)), everything(std::make_shared<Everything>(binding)) {
    heads.resize(binding.cells());
    const auto wants = Rollup::wants(world.library, binding);
    for (CellId cell = 0; cell < binding.cells(); ++cell) {
      map.bind(cell, cell);
      const Cell at = binding.cell(cell);
      for (const Rollup::Wanted& wanted : wants) {
        if (wanted.type == at.type && wanted.column == at.column) heads.keep(cell, wanted.span_ns);
      }
    }
    live = binding.live(std::make_shared<LiveHistory>(binding, heads, map, everything.get()));
    whole = binding.live(everything);
    rollup = std::make_unique<Rollup>(world.library, binding, live);
  }

  void observe(CellId cell, Instant time, double value) {
    heads.add(cell, {time.ns, value});
    everything->add(cell, time.ns, value);
    rollup->touch(cell);
  }
  // Where the thing and the property are known.
  void observe(std::string_view thing, std::string_view name, Instant time, double value) {
    if (const auto cell = binding.find(thing, name)) observe(*cell, time, value);
  }

  Binding binding;
  Heads heads;
  SeriesMap map;
  std::shared_ptr<Everything> everything;
  model::Snapshot live, whole;
  std::unique_ptr<Rollup> rollup;
};

bool same(const formula::Cell& a, const formula::Cell& b) {
  return a == b && std::bit_cast<std::uint64_t>(a.value.value_or(0)) ==
                       std::bit_cast<std::uint64_t>(b.value.value_or(0));
}

std::string text_of(const formula::Cell& cell) {
  return format("{} {}/{} {} newest {} '{}'", cell.value.value_or(-777), cell.reported,
                cell.expected, cell.estimated, cell.data_time.value_or(Instant{-1}).ns,
                cell.reason);
}

struct Cells {
  std::map<std::pair<std::uint32_t, RegionIndex>, formula::Cell> known;

  // Takes the roll-up's cells as they are now; which are not as they were?
  std::set<std::pair<std::uint32_t, RegionIndex>> take(const World& world, const Rollup& rollup) {
    std::set<std::pair<std::uint32_t, RegionIndex>> changed;
    for (std::uint32_t i = 0; i < world.catalog->indicators.size(); ++i) {
      if (!rollup.live(i)) continue;
      for (RegionIndex region = 0; region < world.regions->size(); ++region) {
        const auto [at, fresh] = known.try_emplace({i, region});
        const formula::Cell cell = rollup.value(i, region);
        if (fresh || !same(at->second, cell)) changed.insert({i, region});
        at->second = cell;
      }
    }
    return changed;
  }

  // Empty when all equal the batch evaluator's.
  std::string compare(const World& world, const model::Snapshot& whole, Instant now) const {
    formula::Evaluator batch(world.library, whole);
    std::vector<RegionIndex> regions(world.regions->size());
    std::iota(regions.begin(), regions.end(), 0U);
    for (const auto& [key, cell] : known) {
      const model::IndicatorDef& indicator = world.catalog->indicators[key.first];
      const auto answer = batch.indicator(indicator.id, {regions, now});
      if (!answer) return "no answer";
      const formula::Cell& want = answer->cells[key.second];
      if (same(cell, want)) continue;
      return format("{} = {} in {}: {} instead of {}", indicator.id, indicator.formula,
                    (*world.regions)[key.second].code, text_of(cell), text_of(want));
    }
    return {};
  }
};

Instant next_time(Instant now, const World& world, Random& random) {
  if (random.one_in(8)) {
    // To the date at which a region begins or ends, or just after.
    Instant next = Instant::max();
    for (const model::Region& region : world.regions->all()) {
      for (const Instant edge : {region.valid.begin, region.valid.end}) {
        if (edge > now) next = std::min(next, edge);
      }
    }
    if (next != Instant::max()) return next + random.below(2);
  }
  switch (random.below(12)) {
    case 0:
      return now;
    case 1:
      return now + 1;
    case 2:
      return now + random.below(6) * hour;
    case 3:
      return random.one_in(4) ? now + random.below(40) * 24 * hour : now + random.below(40) * hour;
    case 4:
      return random.one_in(6) ? now + -static_cast<std::int64_t>(random.below(50)) * hour : now;
    default:
      return now + random.below(20) * minute;
  }
}

struct Reading {
  CellId cell = 0;
  Instant time;
  double value = 0;
};

// Mostly of now, but also late, ahead, from long ago, and again.
Reading random_reading(const Binding& binding, Instant now, std::vector<Reading>& before,
                       Random& random) {
  if (!before.empty() && random.one_in(6)) {
    Reading again = before[random.below(before.size())];
    if (random.one_in(2)) again.value = random.value();
    return again;
  }
  std::int64_t back = random.below(100) * minute / 10;
  if (random.one_in(4)) back = random.below(200) * minute;
  if (random.one_in(8)) back = -static_cast<std::int64_t>(random.below(10)) * minute;
  if (random.one_in(20)) back = random.below(500) * hour;
  Reading reading{static_cast<CellId>(random.below(binding.cells())), now + -back, random.value()};
  if (binding.base().catalog->types[0].properties[binding.cell(reading.cell).column].kind ==
      model::PropertyKind::boolean) {
    reading.value = random.below(2);
  }
  before.push_back(reading);
  return reading;
}

unsigned first_seed() {
  return 1000 * static_cast<unsigned>(GTEST_FLAG_GET(random_seed));
}

TEST(Rollup, EqualsBatchAfterEveryStep) {
  std::size_t live = 0;
  for (unsigned seed = first_seed() + 1; seed <= first_seed() + 60; ++seed) {
    Random random(seed);
    const World world = random_world(random);
    Machine machine(world, world.snapshot(world.records));
    Cells cells;
    Instant now = start;
    std::vector<Reading> before;
    for (int step = 0; step < 30; ++step) {
      now = next_time(now, world, random);
      const std::size_t many = random.one_in(5) ? machine.binding.cells() : 4;
      for (std::size_t k = random.below(many); k > 0; --k) {
        const Reading reading = random_reading(machine.binding, now, before, random);
        machine.observe(reading.cell, reading.time, reading.value);
      }
      std::vector<Rollup::Changed> changed;
      machine.rollup->refresh(now, changed);
      std::set<std::pair<std::uint32_t, RegionIndex>> told;
      for (const auto& [indicator, region] : changed) told.insert({indicator, region});
      EXPECT_EQ(told.size(), changed.size());
      ASSERT_TRUE(told == cells.take(world, *machine.rollup)) << "seed " << seed;
      ASSERT_EQ(cells.compare(world, machine.whole, now), "")
          << "seed " << seed << " step " << step << " now " << now.ns;
    }
    live += cells.known.empty() ? 0 : 1;
  }
  EXPECT_GT(live, 50U);
}

constexpr std::string_view parts[] = {"5101", "5102", "51"};

// Prefectures, and what lies above them.
std::string_view part_of(std::string_view region) {
  return region.substr(0, 4);
}

// Three machines that know a part of the things each, and one that knows none or all of them but
// hears nothing itself.
TEST(Rollup, SharesAddUpToWhatOneMachineSees) {
  for (unsigned seed = first_seed() + 1; seed <= first_seed() + 25; ++seed) {
    Random random(seed);
    const World world = random_world(random);
    Machine single(world, world.snapshot(world.records));
    std::vector<std::unique_ptr<Machine>> children;
    for (const std::string_view part : parts) {
      model::Records records;
      std::set<std::string> known;
      for (const model::Thing& thing : world.records.things) {
        if (part_of(thing.region) != part) continue;
        records.things.push_back(thing);
        known.insert(thing.id);
      }
      for (const model::Observation& o : world.records.observations) {
        if (known.contains(o.thing)) records.observations.push_back(o);
      }
      for (const model::Statistic& s : world.records.statistics) {
        if (part_of(s.region) == part || s.property == "told") records.statistics.push_back(s);
      }
      children.push_back(std::make_unique<Machine>(world, world.snapshot(records)));
    }
    model::Records above = world.records;
    const bool knows_things = random.one_in(2);
    if (!knows_things) {
      above.things.clear();
      above.observations.clear();
      std::erase_if(above.statistics, [](const auto& s) { return s.property == "people"; });
    }
    Machine parent(world, world.snapshot(above));
    Cells cells;
    Instant now = start;
    std::vector<Reading> before;
    for (int step = 0; step < 20; ++step) {
      now = next_time(now, world, random);
      for (unsigned k = random.below(12); k > 0; --k) {
        const Reading reading = random_reading(single.binding, now, before, random);
        const Cell at = single.binding.cell(reading.cell);
        const auto id = single.binding.id_of(at.slot);
        const auto& name = world.catalog->types[at.type].properties[at.column].name;
        for (const auto& child : children) child->observe(id, name, reading.time, reading.value);
        single.everything->add(reading.cell, reading.time.ns, reading.value);
      }
      std::vector<Rollup::Changed> changed;
      for (std::size_t i = 0; i < children.size(); ++i) {
        children[i]->rollup->refresh(now, changed);
        std::vector<Share> shares;
        children[i]->rollup->own_changes(shares);
        for (const Share& share : shares) {
          if (part_of(share.region) != parts[i]) continue;  // counties are things everywhere
          const auto done = parent.rollup->inject(share);
          ASSERT_TRUE(done) << to_string(done.error());
        }
      }
      parent.rollup->refresh(now, changed);
      cells.take(world, *parent.rollup);
      ASSERT_EQ(cells.compare(world, single.whole, now), "") << "seed " << seed << " step " << step;
    }
  }
}

TEST(Rollup, SeesReadingsOfAPauseByTheNextRefresh) {
  std::size_t pauses = 0;
  for (unsigned seed = first_seed() + 1; seed <= first_seed() + 30; ++seed) {
    Random random(seed);
    const World world = random_world(random);
    Machine machine(world, world.snapshot(world.records));
    Cells cells;
    Instant now = start;
    std::vector<Reading> before;
    const auto observe = [&] {
      const Reading reading = random_reading(machine.binding, now, before, random);
      machine.observe(reading.cell, reading.time, reading.value);
    };
    for (int step = 0; step < 20; ++step) {
      now = next_time(now, world, random);
      for (unsigned k = random.below(8); k > 0; --k) observe();
      std::vector<Rollup::Changed> changed;
      machine.rollup->refresh(now, changed, [&] {
        ++pauses;
        if (random.one_in(2)) observe();
      });
      machine.rollup->refresh(now, changed);
      cells.take(world, *machine.rollup);
      ASSERT_EQ(cells.compare(world, machine.whole, now), "")
          << "seed " << seed << " step " << step;
    }
  }
  EXPECT_GT(pauses, 10'000U);
}

TEST(Rollup, RefusesSharesThatAreNotOnes) {
  Random random(1);
  const World world = random_world(random);
  Machine machine(world, world.snapshot(world.records));
  std::vector<Rollup::Changed> changed;
  machine.rollup->refresh(start, changed);
  std::vector<Share> shares;
  machine.rollup->own_changes(shares);
  ASSERT_FALSE(shares.empty());
  EXPECT_TRUE(machine.rollup->inject(shares[0]));
  Share share = shares[0];
  share.region = "99";
  EXPECT_EQ(machine.rollup->inject(share).error().code, Code::not_found);
  share.region = "z";
  EXPECT_EQ(machine.rollup->inject(share).error().code, Code::not_found);
  share = shares[0];
  share.aggregate = "count(unicorn)";
  EXPECT_EQ(machine.rollup->inject(share).error().code, Code::not_found);
  share = shares[0];
  share.bytes.pop_back();
  EXPECT_EQ(machine.rollup->inject(share).error().code, Code::invalid);
  share.bytes = shares[0].bytes + "x";
  EXPECT_EQ(machine.rollup->inject(share).error().code, Code::invalid);
  shares.clear();
  machine.rollup->own_changes(shares);
  EXPECT_TRUE(shares.empty());
}

std::vector<Rollup::Wanted> wants_of(const char* text) {
  auto catalog = std::make_shared<model::Catalog>();
  catalog->types.push_back({"meter", {}, "p", {property("load", true)}, ""});
  model::IndicatorDef indicator;
  indicator.id = "i";
  indicator.unit = unit_one();
  indicator.formula = text;
  catalog->indicators.push_back(indicator);
  Problems problems;
  const auto library = formula::Library::build(catalog, problems);
  for (const Error& error : problems.errors) ADD_FAILURE() << to_string(error);
  model::Records records;
  model::Thing thing;
  thing.id = "m";
  thing.type = "meter";
  records.things.push_back(thing);
  return Rollup::wants(
      library,
      Binding(std::make_shared<const model::Snapshot>(model::build_snapshot(
          {catalog, std::make_shared<model::RegionTree>(), zone, nullptr}, records, problems))));
}

// What windows reach and the ten minutes by which a device's clock may be ahead; but no more than
// memory is for.
TEST(Rollup, WantsWhatTheFormulasReach) {
  const auto span = [](const char* text) {
    const auto wants = wants_of(text);
    return wants.size() == 1 ? wants[0].span_ns : -1;
  };
  EXPECT_EQ(span("sum(load of meter)"), 0);
  EXPECT_EQ(span("sum(max(load, 2h) of meter)"), 130 * minute);
  EXPECT_EQ(span("at(sum(max(load, 2h) of meter), -1h) + sum(load of meter)"), 190 * minute);
  EXPECT_EQ(span("at(sum(load of meter), 2024)"), 0);
  EXPECT_EQ(span("sum(avg(load, 1y) of meter)"), 8 * 24 * hour);
  EXPECT_TRUE(wants_of("count(meter)").empty());
}

}  // namespace
}  // namespace cairn::stream
