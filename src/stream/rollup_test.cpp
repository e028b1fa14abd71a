// SPDX-License-Identifier: Apache-2.0
// Random observations in any order while time passes: after every step the roll-up equals the
// batch evaluator over the same live snapshot.
#include "stream/rollup.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

#include "core/text.hpp"
#include "stream/heads.hpp"

namespace cairn::stream {
namespace {

constexpr std::int64_t minute = 60 * ns_per_second;
const Instant start = start_of({2024, 3, 30}, Zone{8 * 3600});

constexpr const char* formulas[] = {
    "sum(load of meter)",
    "count(meter where load > 50)",
    "avg(max(load, 2h) of meter where temp < 60)",
    "share(meter: temp > 30)",
    "max(temp - at(temp, -1h) of meter)",
    "median(load of meter)",
    "at(sum(load of meter), -2h)",
    "sum(load of meter) / count(pole)",
    "count(pole)",
};

struct World {
  std::shared_ptr<const model::Snapshot> base;
  formula::Library library;
};

World random_world(std::mt19937& random) {
  auto catalog = std::make_shared<model::Catalog>();
  model::PropertyDef load;
  load.name = "load";
  load.unit = unit_one();
  load.series = true;
  load.max_age = Span{3 * 60 * minute, 0};
  model::PropertyDef temp = load;
  temp.name = "temp";
  temp.max_age.reset();
  catalog->types.push_back({"meter", {}, "p", {load, temp}, ""});
  catalog->types.push_back({"pole", {}, "p", {}, ""});
  for (std::size_t i = 0; i < std::size(formulas); ++i) {
    model::IndicatorDef indicator;
    indicator.id = format("i{}", i);
    indicator.unit = unit_one();
    indicator.formula = formulas[i];
    catalog->indicators.push_back(indicator);
  }
  auto regions = std::make_shared<model::RegionTree>();
  const auto add = [&](const char* code, model::Level level, const char* parent) {
    model::Region region;
    region.code = code;
    region.level = level;
    if (std::string_view(code) == "510102") {
      region.valid.end = start + 300 * minute;
      region.successor = "510101";
    }
    EXPECT_TRUE(regions->add(region, parent));
  };
  add("51", model::Level::province, "");
  add("5101", model::Level::prefecture, "51");
  add("510101", model::Level::county, "5101");
  add("510102", model::Level::county, "5101");
  const std::string members[] = {"510101", "510102"};
  EXPECT_TRUE(regions->add_zone("z", {}, members, ""));
  model::Records records;
  for (int i = 0; i < 12; ++i) {
    model::Thing thing;
    thing.id = format("m{}", i);
    thing.type = i % 4 == 3 ? "pole" : "meter";
    thing.region = random() % 2 == 0 ? "510101" : "510102";
    if (random() % 3 == 0) thing.valid.end = start + (random() % 500) * minute;
    const bool moves = thing.valid.end != Instant::max();
    records.things.push_back(thing);
    if (!moves) continue;
    thing.valid = {thing.valid.end, Instant::max()};
    thing.region = "5101";
    records.things.push_back(thing);
  }
  Problems problems;
  World world;
  world.library = formula::Library::build(catalog, problems);
  world.base = std::make_shared<const model::Snapshot>(
      model::build_snapshot({catalog, regions, Zone{8 * 3600}, nullptr}, records, problems));
  for (const Error& error : problems.errors) ADD_FAILURE() << to_string(error);
  return world;
}

TEST(Rollup, EqualsBatchAfterEveryStep) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    std::mt19937 random(seed);
    const World world = random_world(random);
    const Binding binding(world.base);
    Heads heads;
    SeriesMap map;
    heads.resize(binding.cells());
    for (CellId cell = 0; cell < binding.cells(); ++cell) {
      map.bind(cell, cell);
      heads.keep(cell, 24 * 60 * minute);
    }
    const model::Snapshot live = binding.live(std::make_shared<LiveHistory>(binding, heads, map));
    Rollup rollup(world.library, binding, live);
    EXPECT_TRUE(rollup.live(0));
    EXPECT_FALSE(rollup.live(8));
    std::vector<model::RegionIndex> regions(live.regions->size());
    std::iota(regions.begin(), regions.end(), 0U);
    Instant now = start;
    std::vector<Rollup::Changed> changed;
    for (int step = 0; step < 60; ++step) {
      now = now + (random() % 20) * minute + random() % 2;
      for (unsigned k = random() % 4; k > 0; --k) {
        const auto cell = static_cast<CellId>(random() % binding.cells());
        const auto back = static_cast<std::int64_t>(random() % 90) - 9;
        heads.add(cell, {now.ns - back * minute, (random() % 1000) / 9.0});
        rollup.touch(cell);
      }
      rollup.refresh(now, changed);
      formula::Evaluator batch(world.library, live);
      for (std::uint32_t i = 0; i + 1 < std::size(formulas); ++i) {
        const auto answer = batch.indicator(format("i{}", i), {regions, now});
        ASSERT_TRUE(answer);
        for (const model::RegionIndex region : regions) {
          ASSERT_EQ(rollup.value(i, region), answer->cells[region])
              << formulas[i] << " seed " << seed << " step " << step;
        }
      }
    }
    EXPECT_FALSE(changed.empty());
    changed.clear();
    rollup.refresh(now, changed);
    EXPECT_TRUE(changed.empty());
  }
}

TEST(Rollup, WantsWhatTheFormulasReach) {
  std::mt19937 random(1);
  const World world = random_world(random);
  const auto wanted = Rollup::wants(world.library, Binding(world.base));
  ASSERT_EQ(wanted.size(), 2U);  // load and temp of the meters
  // Two hours and one, and the ten minutes by which a device's clock may be ahead.
  EXPECT_EQ(wanted[0].span_ns, 130 * minute);
  EXPECT_EQ(wanted[1].span_ns, 70 * minute);
}

}  // namespace
}  // namespace cairn::stream
