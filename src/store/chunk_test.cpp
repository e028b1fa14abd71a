// SPDX-License-Identifier: Apache-2.0
#include "store/chunk.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "core/exact_sum.hpp"

namespace cairn::store {
namespace {

constexpr std::int64_t minute = 60'000'000'000;

Columns regular(const std::vector<double>& values) {
  Columns columns;
  columns.values = values;
  for (std::size_t i = 0; i < values.size(); ++i) {
    columns.times_ns.push_back(1'700'000'000'000'000'000 + static_cast<std::int64_t>(i) * minute);
  }
  return columns;
}

// To the bit, which == is not for NaN and -0.0.
void expect_same(const Columns& got, const Columns& want) {
  ASSERT_EQ(got.times_ns, want.times_ns);
  ASSERT_EQ(got.digests, want.digests);
  ASSERT_EQ(got.values.size(), want.values.size());
  for (std::size_t i = 0; i < want.values.size(); ++i) {
    ASSERT_EQ(std::bit_cast<std::uint64_t>(got.values[i]),
              std::bit_cast<std::uint64_t>(want.values[i]))
        << i << ": " << want.values[i];
  }
}

std::string expect_back(const Columns& columns) {
  ChunkCodec codec;
  std::string bytes;
  codec.encode(columns, 0, columns.size(), bytes);
  Columns got;
  const auto done = codec.decode(bytes, columns.times_ns[0], columns.size(), got);
  EXPECT_TRUE(done) << to_string(done.error());
  expect_same(got, columns);
  return bytes;
}

TEST(Chunk, NastyDoublesComeBackToTheBit) {
  using Limits = std::numeric_limits<double>;
  const std::vector<double> nasty = {0.0,
                                     -0.0,
                                     1.0,
                                     -1.0,
                                     0.1,
                                     0.1 + 0.2,
                                     1e22,
                                     1e23,
                                     -1e-12,
                                     1e-13,
                                     5e-324,
                                     -5e-324,
                                     Limits::max(),
                                     Limits::lowest(),
                                     Limits::min(),
                                     Limits::infinity(),
                                     -Limits::infinity(),
                                     Limits::quiet_NaN(),
                                     std::bit_cast<double>(std::uint64_t{0x7FF0000000000001}),
                                     std::bit_cast<double>(std::uint64_t{0xFFFFFFFFFFFFFFFF}),
                                     0x1p50,
                                     0x1p50 - 1,
                                     0x1p53,
                                     0x1p53 + 2,
                                     123456789.123456789,
                                     4503599627370496.5,
                                     1125899906842623.9,
                                     0.000001,
                                     1.0 / 3};
  for (const double a : nasty) {
    expect_back(regular({a}));
    for (const double b : nasty) expect_back(regular({a, b, a, 12.5, b}));
  }
  expect_back(regular(nasty));
  std::mt19937_64 random(5);
  std::vector<double> any;
  for (int i = 0; i < 3000; ++i) any.push_back(std::bit_cast<double>(random()));
  expect_back(regular(any));
}

TEST(Chunk, DecimalsOfEveryNumberOfDigitsComeBack) {
  std::mt19937_64 random(6);
  for (int digits = 0; digits <= 15; ++digits) {
    for (const double range : {10.0, 1e4, 1e9, 1e15}) {
      std::vector<double> values;
      for (int i = 0; i < 700; ++i) {
        const auto integer =
            static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(range));
        // As a parser gets it from the text: correctly rounded.
        values.push_back(static_cast<double>(integer) / std::pow(10, digits) *
                         (random() % 2 == 0 ? 1 : -1));
        if (values.back() == 0) values.back() = 0;
      }
      expect_back(regular(values));
    }
  }
}

TEST(Chunk, DecimalSensorDataTakesLessThanAByteAPoint) {
  std::mt19937_64 random(7);
  std::vector<double> values;
  double v = 200;
  for (int i = 0; i < 1024; ++i) {
    v += static_cast<double>(random() % 21) - 10;  // tenths: +-1.0 from minute to minute
    values.push_back(v / 10);
  }
  const std::string bytes = expect_back(regular(values));
  EXPECT_LT(bytes.size(), 720u);  // entropy: log2(21) = 4.4 bits, 562 bytes
  const std::string constant = expect_back(regular(std::vector<double>(1024, 20.5)));
  EXPECT_LT(constant.size(), 70u);
  // Single-precision values have 29 zero bits, which are not kept.
  std::vector<double> singles;
  for (int i = 0; i < 1024; ++i) singles.push_back(static_cast<float>(std::sin(i * 0.01)));
  EXPECT_LT(expect_back(regular(singles)).size(), 3.2 * 1024);
}

TEST(Chunk, OddTimesComeBack) {
  std::mt19937_64 random(8);
  Columns columns;
  columns.times_ns = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, 1'000'000'007, INT64_MAX - 1, INT64_MAX};
  columns.values.assign(columns.times_ns.size(), 3);
  expect_back(columns);
  for (int round = 0; round < 200; ++round) {
    Columns jittered;
    std::int64_t t = static_cast<std::int64_t>(random() >> 2);
    const int step_bits = static_cast<int>(random() % 40);
    for (int i = 0; i < 400; ++i) {
      t += 1 + static_cast<std::int64_t>(random() >> (63 - step_bits));
      jittered.times_ns.push_back(t);
      jittered.values.push_back(i);
    }
    expect_back(jittered);
  }
}

TEST(Chunk, DownSampledPointsComeBack) {
  std::mt19937_64 random(9);
  Columns columns = regular({});
  for (int i = 0; i < 500; ++i) {
    columns.times_ns.push_back(i * minute);
    columns.values.push_back(static_cast<double>(random() % 100) / 10);
    const double v = columns.values.back();
    columns.digests.push_back({1 + random() % 60, v * 59.7, v - 1.5, v + 0.5});
  }
  expect_back(columns);
}

TEST(Chunk, SummaryIsThatOfThePoints) {
  std::mt19937_64 random(10);
  for (int round = 0; round < 60; ++round) {
    std::vector<double> values;
    ExactSum sum;
    for (std::size_t i = 0; i < summary_points + 300; ++i) {
      double v = static_cast<double>(static_cast<std::int64_t>(random() % 100'000) - 50'000) / 100;
      if (round % 3 == 1) v = std::ldexp(static_cast<double>(random()), -static_cast<int>(round));
      if (round % 3 == 2) v = std::ldexp(v, static_cast<int>(random() % 100) - 1060);
      values.push_back(v);
      sum.add(v);
    }
    ChunkCodec codec;
    std::string bytes;
    codec.encode(regular(values), 0, values.size(), bytes);
    const auto summary = codec.summary(bytes, values.size());
    ASSERT_TRUE(summary);
    if (!*summary) {
      EXPECT_EQ(round % 3, 2);  // spread so far that two doubles do not hold the sum
      continue;
    }
    EXPECT_EQ((*summary)->min, *std::min_element(values.begin(), values.end()));
    EXPECT_EQ((*summary)->max, *std::max_element(values.begin(), values.end()));
    EXPECT_EQ((*summary)->last, values.back());
    EXPECT_EQ((*summary)->sum_high, sum.value());
    ExactSum parts;
    parts.add((*summary)->sum_high);
    parts.add((*summary)->sum_low);
    parts.add(-sum.value());
    sum.add(-sum.value());
    EXPECT_EQ(parts.value(), sum.value());
  }
}

TEST(Chunk, SmallOnesAndThoseWithoutAFiniteSumHaveNoSummary) {
  ChunkCodec codec;
  std::string small;
  codec.encode(regular(std::vector<double>(summary_points - 1, 2)), 0, summary_points - 1, small);
  EXPECT_FALSE(codec.summary(small, summary_points - 1).value());
  std::vector<double> values(summary_points, 1e308);
  std::string huge;
  codec.encode(regular(values), 0, values.size(), huge);
  EXPECT_FALSE(codec.summary(huge, values.size()).value());
  EXPECT_FALSE(codec.summary("", summary_points).value_or(std::nullopt));
}

TEST(Chunk, DamagedBytesAreAnErrorAndLeaveNothing) {
  ChunkCodec codec;
  const Columns columns = regular({1.5, 2.5, 3.25, 9, 1, 1, 1, 4});
  std::string bytes;
  codec.encode(columns, 0, columns.size(), bytes);
  Columns got = regular({7});
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(codec.decode(bytes.substr(0, size), 0, columns.size(), got));
    EXPECT_EQ(got.size(), 0u);
  }
}

}  // namespace
}  // namespace cairn::store
