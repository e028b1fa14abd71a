// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "simulate/device.hpp"

namespace cairn::simulate {
namespace {

Rows of(std::vector<std::pair<std::string, double>> with, double hours, int step_s,
        std::vector<Change> changes = {}, std::uint64_t seed = 7) {
  Setting setting;
  setting.seed = seed;
  setting.to = Instant{static_cast<std::int64_t>(hours * 3600) * ns_per_second};
  setting.every_ns = step_s * ns_per_second;
  setting.with = std::move(with);
  setting.changes = std::move(changes);
  auto rows = run(*kind("weigh_station"), setting);
  EXPECT_TRUE(rows.has_value());
  return rows ? *rows : Rows{};
}

// Five numbers of axles, each: passed, over, heaviest; then standard axles and tonnes.
constexpr std::size_t standard_axles = 15;
constexpr std::size_t tonnes = 16;

double sum(const Rows& rows, std::size_t column) {
  double total = 0;
  for (const double x : rows.columns[column]) total += x;
  return total;
}

// 60 an hour over whole days: 1440 a day in the parts of the classes.
TEST(WeighStation, CountsAsTheFlowSays) {
  const Rows rows = of({}, 20 * 24, 3600);
  const double parts[] = {0.40, 0.10, 0.10, 0.05, 0.35};
  for (std::size_t i = 0; i < 5; ++i) {
    const double mean = 20 * 1440 * parts[i];
    EXPECT_NEAR(sum(rows, 3 * i), mean, 4 * std::sqrt(mean)) << i + 2 << " axles";
  }
  EXPECT_EQ(rows.columns, of({}, 20 * 24, 3600).columns);
}

// Loaded to exactly the permitted weight nobody is over; a little more and all that are full are.
TEST(WeighStation, TheLimitIsTheLimit) {
  const Rows at = of({{"loaded", 1}, {"excess", 1}, {"spread", 0}}, 48, 3600);
  const Rows above = of({{"loaded", 1}, {"excess", 1.001}, {"spread", 0}}, 48, 3600);
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(sum(at, 3 * i + 1), 0);
    EXPECT_EQ(sum(above, 3 * i + 1), sum(above, 3 * i));
  }
  // The limits of Order 62, article 3.
  const double limits[] = {18, 25, 31, 43, 49};
  for (std::size_t i = 0; i < 5; ++i) {
    double heaviest = 0;
    for (const double t : at.columns[3 * i + 2]) heaviest = std::max(heaviest, t);
    EXPECT_EQ(heaviest, limits[i]);
  }
}

// All at the limit: two axles of 18 t are 2 * (18 * 9.81 / 2 / 100)^4 = 1.2153 each, and so on.
TEST(WeighStation, WearsByTheFourthPower) {
  const Rows rows = of({{"loaded", 1}, {"excess", 1}, {"spread", 0}}, 48, 3600);
  const double limits[] = {18, 25, 31, 43, 49};
  double expected = 0;
  double weight = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    const double axles = static_cast<double>(i + 2);
    expected += sum(rows, 3 * i) * axles * std::pow(limits[i] * 9.81 / axles / 100, 4);
    weight += sum(rows, 3 * i) * limits[i];
  }
  EXPECT_NEAR(2 * std::pow(0.8829, 4), 1.2153, 0.0001);
  EXPECT_NEAR(sum(rows, standard_axles), expected, expected * 1e-12);
  EXPECT_NEAR(sum(rows, tonnes), weight, weight * 1e-12);
}

}  // namespace
}  // namespace cairn::simulate
