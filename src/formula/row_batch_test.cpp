// SPDX-License-Identifier: Apache-2.0
#include "formula/row_batch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <random>

#include "core/text.hpp"
#include "formula/test_world.hpp"

namespace cairn::formula {
namespace {

using test::World;

constexpr const char* formulas[] = {
    "load > 50",
    "load",
    "load * 2 + n",
    "max(load, 2h) - min(load, 2h)",
    "rate(meter, 6h)",
    "count(load, 1mo)",
    "avg(temp, 3h) > avg(temp, 1d)",
    "kind = '5g' and (load > 20 or temp < 10)",
    "coalesce(load, n, 7)",
    "if(on, load, n)",
    "load - at(load, -1h)",
    "at(temp, 2020)",
    "temp - at(temp, -1mo)",
    "at(max(load, 1h), -1d)",
    "total / n",
    "max(double_load, 3h)",
    "count(load > 40, 12h)",
    "load is null",
    "name = 's3' or on",
    "valid_from < TIMESTAMP('2020-06-01T00:00:00Z')",
    "last(load, 30min)",
    "first(load, 30min)",
    "stddev(temp, 5h)",
    "quantile(0.9, temp, 5h)",
    "casei(kind) = casei('5G')",
    "double_load + double_load",
    "n",
    "1 + 2",
};

// Things in versions, series with gaps, estimates and samples of the future.
class RandomThings {
 public:
  explicit RandomThings(unsigned seed) : random_(seed), world_(text()) {
    for (int i = 0; i < 60; ++i) add(i);
    world_.rebuild();
    for (const Error& error : world_.problems.errors) ADD_FAILURE() << to_string(error);
  }

  const World& world() const { return world_; }
  std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
  Instant start() const { return start_of({2020, 6, 1}, Zone{8 * 3600}); }
  // Mostly round times, where windows begin and end.
  Instant time() {
    const std::int64_t minute = 60 * ns_per_second;
    const Instant t = start() + (below(60 * 24 * 60)) * minute;
    return below(4) == 0 ? t + 1 : t;
  }

 private:
  static std::string text() {
    return R"(
      type site
      prop load kW number series max_age=3h
      prop temp m number series
      prop meter kW.h number series counter
      prop n kW number
      prop on 1 boolean
      prop kind 1 text
      prop total kW number = n + load
      prop double_load kW number = load * 2
      region 51 province
    )";
  }

  void add(int i) {
    const std::string id = format("s{}", i);
    const int versions = 1 + static_cast<int>(below(3));
    Instant edge = start();
    for (int v = 0; v < versions; ++v) {
      model::Thing thing;
      thing.id = id;
      thing.type = "site";
      thing.region = "51";
      thing.estimated = below(5) == 0;
      if (v > 0) thing.valid.begin = edge;
      edge = edge + (1 + below(20)) * ns_per_day;
      if (v + 1 < versions) thing.valid.end = edge;
      if (below(3) != 0) thing.properties.emplace_back("n", model::Value{below(9) - 3.0});
      if (below(3) != 0) thing.properties.emplace_back("on", model::Value{below(2) == 0});
      thing.properties.emplace_back("kind", model::Value{std::string(below(2) ? "4g" : "5g")});
      world_.records.things.push_back(thing);
    }
    for (const char* name : {"load", "temp", "meter"}) {
      const std::uint32_t count = below(300);
      for (std::uint32_t k = 0; k < count; ++k) {
        const Instant t = below(2) == 0 ? time() : start() + below(100) * 1800 * ns_per_second;
        world_.records.observations.push_back(
            {id, name, {t, t}, below(1000) / 9.0, below(9) == 0, "meter"});
      }
    }
  }

  std::mt19937 random_;
  World world_;
};

std::vector<Compiled> compiled(const World& w) {
  std::vector<Compiled> out;
  for (const char* text : formulas) {
    auto formula = w.library.compile_row(text, "site");
    EXPECT_TRUE(formula) << text << ": " << to_string(formula.error());
    if (formula) out.push_back(std::move(*formula));
  }
  return out;
}

void expect_same(const Vec& vec, RowBatch& batch, std::size_t lane, const Cell& want,
                 const std::string& where) {
  const std::size_t i = vec.at(lane);
  ASSERT_EQ(vec.present(lane), want.reported == 1) << where << ": " << want.reason;
  if (!vec.present(lane)) {
    EXPECT_EQ(to_string(vec.lack[i]), want.reason) << where;
  } else {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(vec.numbers[i]),
              std::bit_cast<std::uint64_t>(*want.value))
        << where;
  }
  const Instant newest = batch.notes().newest[lane];
  EXPECT_EQ(newest, want.data_time.value_or(Instant::min())) << where;
}

TEST(RowBatch, EqualsRowValueAtEveryLanesOwnTime) {
  for (unsigned seed = 1; seed <= 30; ++seed) {
    RandomThings random(seed);
    const World& w = random.world();
    const model::Table& table = *w.snapshot.table("site");
    const std::vector<Compiled> all = compiled(w);
    Evaluator evaluator(w.library, w.snapshot);
    RowBatch batch(w.snapshot);
    for (int round = 0; round < 4; ++round) {
      std::vector<std::uint32_t> rows;
      std::vector<Instant> times;
      for (int lane = 0; lane < 40; ++lane) {
        rows.push_back(random.below(static_cast<std::uint32_t>(table.size())));
        times.push_back(random.time());
      }
      batch.begin(0, rows, times, round % 2 == 0);
      for (const Compiled& formula : all) {
        const Vec& vec = batch.evaluate(formula);
        for (std::size_t lane = 0; lane < rows.size(); ++lane) {
          const Cell want = evaluator.row_value(formula, "site", rows[lane], times[lane]);
          expect_same(vec, batch, lane, want,
                      format("{} seed {} lane {}", formula.text, seed, lane));
          const bool estimated =
              batch.notes().estimated[lane] != 0 || table.estimated[rows[lane]] != 0;
          EXPECT_EQ(estimated, want.estimated) << formula.text;
        }
      }
    }
  }
}

// Between a lane's date and its due date nothing changes.
TEST(RowBatch, DueIsNeverTooLate) {
  std::size_t far = 0;
  for (unsigned seed = 100; seed < 140; ++seed) {
    RandomThings random(seed);
    const World& w = random.world();
    const auto size = static_cast<std::uint32_t>(w.snapshot.table("site")->size());
    RowBatch batch(w.snapshot);
    RowBatch later(w.snapshot);
    for (const Compiled& formula : compiled(w)) {
      const std::string& text = formula.text;
      for (int k = 0; k < 20; ++k) {
        const std::uint32_t row = random.below(size);
        const Instant as_of = random.time();
        batch.begin(0, std::span(&row, 1), std::span(&as_of, 1), true);
        const Vec& vec = batch.evaluate(formula);
        const Instant due = batch.notes().due[0];
        ASSERT_GT(due, as_of);
        const Instant horizon = std::min(due, as_of + 60 * ns_per_day);
        if (horizon > as_of + 60 * ns_per_second) ++far;
        const auto length = static_cast<std::uint64_t>(horizon.ns - as_of.ns);
        for (const std::uint64_t step : {length - 1, length / 2, length / 7, length / 100}) {
          const Instant then = as_of + static_cast<std::int64_t>(step);
          later.begin(0, std::span(&row, 1), std::span(&then, 1));
          const Vec& same = later.evaluate(formula);
          ASSERT_EQ(same.lack[0], vec.lack[0])
              << text << " seed " << seed << " from " << to_string(as_of) << " at "
              << to_string(then) << " due " << to_string(due);
          if (vec.present(0)) {
            ASSERT_EQ(same.numbers[0], vec.numbers[0]) << text;
          }
          ASSERT_EQ(later.notes().newest[0], batch.notes().newest[0]) << text;
          ASSERT_EQ(later.notes().estimated[0], batch.notes().estimated[0]) << text;
        }
      }
    }
  }
  EXPECT_GT(far, 15'000U);  // of 22,400: most values stay for more than a minute
}

TEST(RowBatch, AFormulaOfAnotherTypeHasNoValue) {
  const World w(R"(
    type site
    prop n 1 number
    type link
    prop n 1 number
    region 51 province
    thing a site 51 n=1
    thing b link 51 n=2
  )");
  const auto formula = w.library.compile_row("n > 0", "link");
  ASSERT_TRUE(formula);
  RowBatch batch(w.snapshot);
  const std::uint32_t row = 0;
  const Instant now = w.as_of("2021");
  batch.begin(0, std::span(&row, 1), std::span(&now, 1));
  EXPECT_FALSE(batch.evaluate(*formula).present(0));
  batch.begin(1, std::span(&row, 1), std::span(&now, 1));
  EXPECT_TRUE(batch.evaluate(*formula).present(0));
}

}  // namespace
}  // namespace cairn::formula
