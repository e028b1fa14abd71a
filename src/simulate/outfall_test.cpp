// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "simulate/device.hpp"

namespace cairn::simulate {
namespace {

Rows outfall(std::vector<std::pair<std::string, double>> with, int hours,
             std::vector<Change> changes = {}) {
  Setting setting{.seed = 4, .with = std::move(with), .changes = std::move(changes)};
  setting.from = parse_instant("2025-03-01T00:00").value();
  setting.to = setting.from + hours * 3600 * ns_per_second;
  setting.every_ns = 3600 * ns_per_second;
  return run(*kind("outfall"), setting).value();
}

// Twelve hours in the tank at 0.611 per hour: 250 / (1 + 7.332) = 30.0 mg/L.
TEST(Outfall, RestsWhereTheBalanceSays) {
  const Rows rows = outfall({{"swing", 0}}, 48);
  for (const double cod : rows.columns[0]) EXPECT_NEAR(cod, 250 / 8.332, 2);
  EXPECT_NEAR(rows.columns[1].back(), 25 / (1 + 1.306 * 12), 0.1);
  EXPECT_NEAR(rows.columns[2].back(), 4 / (1 + 1.028 * 12), 0.02);
}

// Without air nothing is broken down: the tank fills with what comes in, over twelve hours.
TEST(Outfall, WithoutAirItFillsWithSewage) {
  const Instant from = parse_instant("2025-03-01T00:00").value();
  const std::int64_t hour_ns = 3600 * ns_per_second;
  const Rows rows =
      outfall({{"swing", 0}}, 13, {{from + hour_ns, from + 13 * hour_ns, "aeration", 0}});
  EXPECT_NEAR(rows.columns[0].back(), 250 - (250 - 250 / 8.332) * std::exp(-1), 8);
  EXPECT_LT(rows.columns[2].back(), 0.35) << "phosphorus is bound by dosing";
}

TEST(Outfall, TheFlowIsLargestInTheEvening) {
  const Rows rows = outfall({{"swing", 0.5}}, 24);
  EXPECT_DOUBLE_EQ(rows.columns[3][20], 150);
  EXPECT_DOUBLE_EQ(rows.columns[3][8], 50);
}

TEST(Outfall, TheSameSeedGivesTheSame) {
  EXPECT_EQ(outfall({}, 24).columns, outfall({}, 24).columns);
}

}  // namespace
}  // namespace cairn::simulate
