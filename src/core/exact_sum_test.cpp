// SPDX-License-Identifier: Apache-2.0
#include "core/exact_sum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace cairn {
namespace {

double sum_of(const std::vector<double>& values) {
  ExactSum sum;
  for (const double value : values) sum.add(value);
  return sum.value();
}

TEST(ExactSum, RoundsOnlyOnce) {
  EXPECT_EQ(sum_of({}), 0.0);
  EXPECT_EQ(sum_of({0.1, 0.2, -0.3}), 0x1p-55);  // left to right it would be 0x1p-54
  EXPECT_EQ(sum_of({1e100, 1.0, -1e100}), 1.0);
  EXPECT_EQ(sum_of({1e308, 1e308, -1e308, -1e308, 5e-324}), 5e-324);
  EXPECT_EQ(sum_of(std::vector<double>(10, 0.1)), 1.0);
  EXPECT_EQ(sum_of({-1.5, 0.25}), -1.25);
  EXPECT_EQ(sum_of({-5e-324, -5e-324}), -1e-323);
  EXPECT_EQ(sum_of({1e308, 1e308}), std::numeric_limits<double>::infinity());
  EXPECT_EQ(sum_of({-1e308, -1e308}), -std::numeric_limits<double>::infinity());
}

TEST(ExactSum, TiesGoToEven) {
  const double two53 = 9007199254740992.0;
  EXPECT_EQ(sum_of({two53, 1.0}), two53);              // tie, even below
  EXPECT_EQ(sum_of({two53, 1.0, 5e-324}), two53 + 2);  // just above the tie
  EXPECT_EQ(sum_of({two53 + 2, 1.0}), two53 + 4);      // tie, even above
  EXPECT_EQ(sum_of({-two53 - 2, -1.0}), -two53 - 4);
}

TEST(ExactSum, AgreesWithIntegersInAnyOrderAndSharding) {
  std::mt19937_64 random(7);
  for (int round = 0; round < 50; ++round) {
    std::vector<double> values;
    long long expected = 0;
    for (int i = 0; i < 300; ++i) {
      const auto value = static_cast<long long>(random() >> 20) - (1LL << 43);
      expected += value;
      values.push_back(std::ldexp(static_cast<double>(value), -60));
    }
    const double want = std::ldexp(static_cast<double>(expected), -60);
    std::shuffle(values.begin(), values.end(), random);
    EXPECT_EQ(sum_of(values), want);
    ExactSum left, right;
    for (std::size_t i = 0; i < values.size(); ++i) (i % 3 == 0 ? left : right).add(values[i]);
    right.merge(left);
    EXPECT_EQ(right.value(), want);
  }
}

TEST(ExactSum, WildMagnitudesGiveTheSameBitsInAnyOrder) {
  std::mt19937_64 random(11);
  std::vector<double> values;
  while (values.size() < 2000) {
    const double value = std::bit_cast<double>(random());
    if (std::isfinite(value) && std::fabs(value) < 1e300) values.push_back(value);
  }
  const double first = sum_of(values);
  for (int round = 0; round < 20; ++round) {
    std::shuffle(values.begin(), values.end(), random);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(sum_of(values)), std::bit_cast<std::uint64_t>(first));
  }
}

}  // namespace
}  // namespace cairn
