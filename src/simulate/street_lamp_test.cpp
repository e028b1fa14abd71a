// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "simulate/device.hpp"

namespace cairn::simulate {
namespace {

Rows lamp(std::string_view day, std::vector<std::pair<std::string, double>> with = {}) {
  Setting setting{.seed = 2, .with = std::move(with)};
  setting.from = parse_instant(day).value();
  setting.to = setting.from + ns_per_day;
  setting.every_ns = 60 * ns_per_second;
  return run(*kind("street_lamp"), setting).value();
}

double hours_lit(const Rows& rows) {
  return static_cast<double>(std::ranges::count(rows.columns[5], 1)) / 60;
}

// At latitude 27.9 the sun stays above -6 degrees for 2/15 acos((sin -6 - sin 27.9 sin d) /
// (cos 27.9 cos d)) hours: d = 0 at the equinox gives 12.91, d = -23.45 at midwinter 11.20.
TEST(StreetLamp, TheNightIsAsLongAsTheSunSays) {
  EXPECT_NEAR(hours_lit(lamp("2025-03-22")), 24 - 12.91, 0.1);
  EXPECT_NEAR(hours_lit(lamp("2025-12-21")), 24 - 11.20, 0.1);
}

TEST(StreetLamp, EnergyIsPowerOverTime) {
  const Rows rows = lamp("2025-03-22", {{"dim", 100}, {"rated", 100}});
  double kwh = 0;
  for (const double watts : rows.columns[0]) kwh += watts / 60 / 1000;
  EXPECT_NEAR(rows.columns[2].back(), kwh, 1e-9);
  EXPECT_NEAR(kwh, 0.1 * hours_lit(rows) + 0.0006 * (24 - hours_lit(rows)), 0.01);
}

TEST(StreetLamp, FaultsShow) {
  EXPECT_LT(std::ranges::max(lamp("2025-03-22", {{"dark", 1}}).columns[0]), 1);
  EXPECT_GT(std::ranges::min(lamp("2025-03-22", {{"stuck", 1}}).columns[0]), 50);
  EXPECT_GT(std::ranges::min(lamp("2025-03-22", {{"leak", 40}}).columns[3]), 30);
  EXPECT_NEAR(lamp("2025-03-22", {{"tilt", 9}}).columns[4].front(), 9, 0.5);
}

}  // namespace
}  // namespace cairn::simulate
