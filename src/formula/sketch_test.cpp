// SPDX-License-Identifier: Apache-2.0
#include "formula/sketch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace cairn::formula {
namespace {

double exact(std::vector<double> values, double q) {
  std::sort(values.begin(), values.end());
  const double rank = q * static_cast<double>(values.size() - 1);
  const auto low = static_cast<std::size_t>(rank);
  const std::size_t high = std::min(low + 1, values.size() - 1);
  const double part = rank - static_cast<double>(low);
  return values[low] * (1 - part) + values[high] * part;
}

Sketch sketch_of(const std::vector<double>& values) {
  Sketch sketch;
  for (const double value : values) sketch.add(value);
  return sketch;
}

TEST(Sketch, SmallSetsAreExact) {
  EXPECT_EQ(sketch_of({3, 1, 2}).quantile(0.5), 2);
  EXPECT_EQ(sketch_of({1, 2, 3, 4}).quantile(0.5), 2.5);
  EXPECT_EQ(sketch_of({-7}).quantile(0.99), -7);
  EXPECT_EQ(sketch_of({1, 9}).quantile(0), 1);
  EXPECT_EQ(sketch_of({1, 9}).quantile(1), 9);
}

TEST(Sketch, TakesOutWhatWasAdded) {
  std::mt19937_64 random(9);
  std::vector<double> values;
  Sketch sketch;
  for (int i = 0; i < 400; ++i) {
    values.push_back(std::ldexp(static_cast<double>(random() % 4001) - 2000, -4));
    sketch.add(values.back());
  }
  while (values.size() > Sketch::exact_most + 1) {
    std::swap(values[random() % values.size()], values.back());
    ASSERT_TRUE(sketch.take(values.back()));
    values.pop_back();
    const auto [least, most] = std::minmax_element(values.begin(), values.end());
    sketch.set_range(*least, *most);
    std::string left;
    std::string fresh;
    sketch.write(left);
    sketch_of(values).write(fresh);
    ASSERT_EQ(left, fresh) << values.size();
    EXPECT_EQ(sketch.quantile(0.3), sketch_of(values).quantile(0.3));
  }
  // Its values would have to be known one by one now.
  EXPECT_FALSE(sketch.take(values.back()));
  EXPECT_EQ(sketch.count(), values.size());
  Sketch few = sketch_of({1, 2, 3});
  EXPECT_TRUE(few.take(2));
  EXPECT_FALSE(few.take(7));
  EXPECT_EQ(few.quantile(0.5), 2);
}

TEST(Sketch, LargeSetsKeepTheRelativeError) {
  std::mt19937_64 random(3);
  std::lognormal_distribution<double> wide(2, 3);
  std::normal_distribution<double> both(5, 40);
  for (int round = 0; round < 10; ++round) {
    std::vector<double> positive;
    std::vector<double> mixed;
    for (int i = 0; i < 5000; ++i) {
      positive.push_back(wide(random));
      mixed.push_back(i % 50 == 0 ? 0 : both(random));
    }
    for (const double q : {0.0, 0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 1.0}) {
      const double want = exact(positive, q);
      EXPECT_NEAR(sketch_of(positive).quantile(q), want, want * Sketch::relative_error * 1.000001);
      const double signed_want = exact(mixed, q);
      EXPECT_NEAR(sketch_of(mixed).quantile(q), signed_want,
                  std::fabs(signed_want) * Sketch::relative_error * 1.01 + 1e-3)
          << q;
    }
  }
}

TEST(Sketch, OrderAndShardsDoNotMatter) {
  std::mt19937_64 random(5);
  std::normal_distribution<double> any(0, 1000);
  for (const std::size_t size : {10u, 64u, 65u, 200u, 3000u}) {
    std::vector<double> values;
    for (std::size_t i = 0; i < size; ++i) values.push_back(any(random));
    const Sketch once = sketch_of(values);
    for (int round = 0; round < 5; ++round) {
      std::shuffle(values.begin(), values.end(), random);
      std::vector<Sketch> shards(7);
      for (std::size_t i = 0; i < size; ++i) shards[random() % 7].add(values[i]);
      Sketch merged;
      for (const Sketch& shard : shards) merged.merge(shard);
      EXPECT_EQ(merged.count(), once.count());
      for (const double q : {0.0, 0.1, 0.5, 0.9, 0.99, 1.0}) {
        EXPECT_EQ(merged.quantile(q), once.quantile(q)) << size << " " << q;
      }
    }
  }
}

TEST(Sketch, ExtremesStayInside) {
  std::vector<double> values;
  for (int i = 0; i < 200; ++i) values.push_back(std::ldexp(1.0, i * 10 - 1000));
  const Sketch sketch = sketch_of(values);
  EXPECT_EQ(sketch.quantile(0), values.front());
  EXPECT_EQ(sketch.quantile(1), values.back());
  EXPECT_TRUE(std::isfinite(sketch.quantile(0.5)));
}

}  // namespace
}  // namespace cairn::formula
