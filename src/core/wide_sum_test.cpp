// SPDX-License-Identifier: Apache-2.0
#include "core/wide_sum.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

namespace cairn {
namespace {

std::uint64_t bits(double value) {
  return std::bit_cast<std::uint64_t>(value);
}

double random_value(std::mt19937_64& random, int exponents) {
  const auto mantissa = static_cast<double>(static_cast<std::int64_t>(random() >> 11));
  const int exponent =
      static_cast<int>(random() % static_cast<unsigned>(2 * exponents + 1)) - exponents - 52;
  const double value = std::ldexp(mantissa, exponent);
  return random() % 2 == 0 ? value : -value;
}

// Exponents of readings stay in the narrow part, wide ones leave it.
TEST(WideSum, IsTheExactSumToTheBit) {
  std::mt19937_64 random(5);
  for (const int exponents : {3, 20, 60, 70, 130, 900}) {
    for (int round = 0; round < 60; ++round) {
      WideSum wide;
      ExactSum exact;
      WideSum shards[3];
      std::vector<double> values;
      for (int i = 0; i < 200; ++i) {
        const double value =
            i % 7 == 0 ? std::round(random_value(random, 10)) : random_value(random, exponents);
        values.push_back(value);
        wide.add(value);
        exact.add(value);
        shards[i % 3].add(value);
        ASSERT_EQ(bits(wide.value()), bits(exact.value())) << exponents << " " << i;
      }
      WideSum merged;
      for (const WideSum& shard : shards) merged.merge(shard);
      ASSERT_EQ(bits(merged.value()), bits(exact.value()));
      std::string bytes;
      std::string merged_bytes;
      wide.write(bytes);
      merged.write(merged_bytes);
      ASSERT_EQ(bytes, merged_bytes);
      std::string_view in = bytes;
      WideSum again;
      ASSERT_TRUE(WideSum::read(in, again));
      ASSERT_TRUE(in.empty());
      ASSERT_EQ(bits(again.value()), bits(exact.value()));
      for (const double value : values) wide.take(value);
      ASSERT_EQ(bits(wide.value()), bits(0.0));
    }
  }
}

TEST(WideSum, GrowsPastItsRoomAndComesBack) {
  WideSum sum;
  const double large = std::ldexp(1, 61) + 512;
  for (int i = 0; i < 1000; ++i) sum.add(large);
  EXPECT_EQ(sum.value(), 1000 * large);
  WideSum twice = sum;
  twice.merge(sum);
  EXPECT_EQ(twice.value(), 2000 * large);
  for (int i = 0; i < 1999; ++i) twice.take(large);
  EXPECT_EQ(twice.value(), large);
  for (int i = 0; i < 1000; ++i) sum.take(large);
  EXPECT_EQ(sum.value(), 0);
  for (int i = 0; i < 3000; ++i) sum.take(large);
  EXPECT_EQ(sum.value(), -3000 * large);
}

TEST(WideSum, MergesOfAlmostFullSumsDoNotWrap) {
  WideSum a;
  const double largest = std::nextafter(std::ldexp(1, 62), 0);
  a.add(largest);
  a.add(largest);
  WideSum b = a;
  a.merge(b);
  ExactSum want;
  for (int i = 0; i < 4; ++i) want.add(largest);
  EXPECT_EQ(bits(a.value()), bits(want.value()));
}

TEST(WideSum, BrokenBytesAreRefused) {
  WideSum sum;
  sum.add(0.1);
  sum.add(1e300);
  std::string bytes;
  sum.write(bytes);
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    std::string_view in = std::string_view(bytes).substr(0, n);
    WideSum out;
    EXPECT_FALSE(WideSum::read(in, out)) << n;
  }
  const double infinity = std::numeric_limits<double>::infinity();
  std::string bad(1, '\1');
  bad.append(reinterpret_cast<const char*>(&infinity), sizeof infinity);
  std::string_view in = bad;
  WideSum out;
  EXPECT_FALSE(WideSum::read(in, out));
}

}  // namespace
}  // namespace cairn
