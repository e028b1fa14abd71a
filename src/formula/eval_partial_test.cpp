// SPDX-License-Identifier: Apache-2.0
#include "formula/eval_partial.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::formula {
namespace {

constexpr AggregateKind kinds[] = {AggregateKind::sum,    AggregateKind::avg,
                                   AggregateKind::min,    AggregateKind::max,
                                   AggregateKind::stddev, AggregateKind::quantile};

TEST(Partial, NothingAndUnknownAreToldApart) {
  Partial none;
  EXPECT_EQ(none.value(AggregateKind::sum, 0).lack, Lack::present);
  EXPECT_EQ(none.value(AggregateKind::count, 0).lack, Lack::present);
  EXPECT_EQ(none.value(AggregateKind::avg, 0).lack, Lack::none_selected);
  EXPECT_EQ(none.value(AggregateKind::share, 0).lack, Lack::none_selected);
  none.expected = 3;
  EXPECT_EQ(none.value(AggregateKind::sum, 0).lack, Lack::none_reported);
  EXPECT_EQ(none.value(AggregateKind::count, 0).lack, Lack::none_reported);
}

TEST(Partial, AnyOrderAndShardingGivesTheSameBits) {
  std::mt19937_64 random(17);
  std::vector<double> values;
  for (int i = 0; i < 500; ++i) {
    const int exponent = static_cast<int>(random() % 120) - 60;
    values.push_back(std::ldexp(
        static_cast<double>(static_cast<std::int64_t>(random() >> 11)) - 4503599627370496.0,
        exponent));
  }
  values.push_back(0.0);
  values.push_back(-0.0);
  for (const AggregateKind kind : kinds) {
    Partial first;
    for (const double value : values) first.add(kind, value);
    const PartialValue want = first.value(kind, 0.37);
    for (int round = 0; round < 10; ++round) {
      std::shuffle(values.begin(), values.end(), random);
      std::vector<Partial> shards(1 + random() % 9);
      for (const double value : values) shards[random() % shards.size()].add(kind, value);
      Partial merged;
      for (const Partial& shard : shards) merged.merge(shard);
      const PartialValue got = merged.value(kind, 0.37);
      EXPECT_EQ(got.lack, want.lack);
      EXPECT_EQ(std::bit_cast<std::uint64_t>(got.value), std::bit_cast<std::uint64_t>(want.value))
          << to_string(kind);
    }
  }
}

// A thing's contribution is replaced again and again; what apply() leaves open is put right from
// the things, as who keeps partials does.
TEST(Partial, ReplacedContributionsEqualThoseAddedAtOnce) {
  std::mt19937_64 random(5);
  const auto some = [&] {
    Contribution out;
    out.expected = 1;
    out.reported = random() % 2 != 0 ? 1 : 0;
    out.counts = out.reported;
    out.estimated = random() % 4 == 0 ? 1 : 0;
    out.newest = {static_cast<std::int64_t>(random() % 50)};
    if (out.counts != 0) out.value = std::ldexp(static_cast<double>(random() % 19), -3) - 1;
    return out;
  };
  for (const AggregateKind kind : kinds) {
    std::vector<Contribution> things(130);  // quantiles go to bins and back
    Partial kept;
    Difference change(kind);
    for (int step = 0; step < 3000; ++step) {
      change.clear();
      for (auto some_things = 1 + random() % 4; some_things > 0; --some_things) {
        Contribution& thing = things[random() % (step % 2 == 0 ? 3 : things.size())];
        const Contribution now = some();
        change.add(thing, now);
        thing = now;
      }
      const Partial::Lost lost = kept.apply(change);
      Partial fresh;
      Extremes extremes;
      for (const Contribution& each : things) {
        fresh.add(kind, each);
        extremes.add(each);
      }
      if (lost == Partial::Lost::extremes) kept.set_extremes(kind, extremes);
      if (lost == Partial::Lost::all) {
        kept = {};
        for (const Contribution& each : things) kept.add(kind, each);
      }
      std::string a;
      std::string b;
      kept.write(a);
      fresh.write(b);
      ASSERT_EQ(a, b) << to_string(kind) << " step " << step;
      Partial read;
      std::string_view bytes = a;
      ASSERT_TRUE(Partial::read(bytes, read) && bytes.empty());
      EXPECT_EQ(std::bit_cast<std::uint64_t>(read.value(kind, 0.7).value),
                std::bit_cast<std::uint64_t>(fresh.value(kind, 0.7).value));
    }
  }
}

TEST(Partial, SpreadSurvivesALargeMean) {
  Partial partial;
  for (const double value : {1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16}) {
    partial.add(AggregateKind::stddev, value);
  }
  EXPECT_DOUBLE_EQ(partial.value(AggregateKind::stddev, 0).value, std::sqrt(22.5));
}

TEST(Partial, SumsBeyondDoubleAreNoValue) {
  Partial partial;
  partial.add(AggregateKind::sum, 1.7e308);
  partial.add(AggregateKind::sum, 1.7e308);
  EXPECT_EQ(partial.value(AggregateKind::sum, 0).lack, Lack::overflow);
  partial.add(AggregateKind::sum, -1.7e308);
  EXPECT_EQ(partial.value(AggregateKind::sum, 0).value, 1.7e308);
  Partial wide;
  wide.add(AggregateKind::stddev, 1e200);
  wide.add(AggregateKind::stddev, -1e200);
  EXPECT_EQ(wide.value(AggregateKind::stddev, 0).lack, Lack::overflow);
}

}  // namespace
}  // namespace cairn::formula
