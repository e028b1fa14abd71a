// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "simulate/device.hpp"

namespace cairn::simulate {
namespace {

constexpr std::int64_t hour_ns = 3600 * ns_per_second;
enum Out : std::size_t { rain, soil_water, pressure, moved };

Rows of(std::vector<std::pair<std::string, double>> with, int hours, int step_min = 60) {
  Setting setting;
  setting.to = Instant{hours * hour_ns};
  setting.every_ns = step_min * 60 * ns_per_second;
  setting.with = std::move(with);
  auto rows = run(*kind("slope_water"), setting);
  EXPECT_TRUE(rows.has_value());
  return rows ? *rows : Rows{};
}

// Dry weather: field capacity hardly drains (4 mm/h * 0.6^11.1 = 0.014 mm/h of 900 mm), nothing
// stands in the soil, nothing moves.
TEST(SlopeWater, RestsWithoutRain) {
  const Rows rows = of({}, 240);
  EXPECT_NEAR(rows.columns[soil_water].front(), 27, 0.01) << "0.6 of a porosity of 0.45";
  EXPECT_GT(rows.columns[soil_water].back(), 26.8);
  EXPECT_LT(rows.columns[soil_water].back(), 27);
  for (std::size_t i = 0; i < rows.times.size(); ++i) {
    ASSERT_EQ(rows.columns[rain][i], 0);
    ASSERT_EQ(rows.columns[pressure][i], 0);
    ASSERT_EQ(rows.columns[moved][i], 0);
  }
}

// Rain of 2 mm/h drains at 4 mm/h S^11.1: S = 0.5^(1/11.1) = 0.9395, from the start on.
TEST(SlopeWater, BeginsInBalanceWithTheRain) {
  const Rows rows = of({{"rain_rate", 2}}, 2000);
  const double balance = std::pow(0.5, 1 / 11.1) * 45;
  EXPECT_NEAR(balance, 42.276, 0.001);
  for (const double water : rows.columns[soil_water]) ASSERT_NEAR(water, balance, 0.2);
  double sum = 0;
  for (const double mm : rows.columns[rain]) {
    ASSERT_GE(mm, 1.8);
    ASSERT_LE(mm, 2.2);
    sum += mm;
  }
  EXPECT_NEAR(sum / 2000, 2, 0.02);
}

// Full soil of 2 m on 30 degrees: u = 9.81 * 2 * 0.75 = 14.715 kPa; pull 38 sin cos = 16.4545,
// normal 38 * 0.75 - 14.715 = 13.785, held by tan 36 = 0.726543: 10.0154. The rest, 6.4391 kPa,
// moves it by 12.878 mm/h against 0.5 kPa h/mm.
TEST(SlopeWater, FullSoilMovesAsComputedByHand) {
  const Rows rows = of({{"rain_rate", 200}}, 4);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(rows.columns[soil_water][i], 45, 0.05);
    EXPECT_NEAR(rows.columns[pressure][i], 14.715, 0.05);
  }
  EXPECT_NEAR(rows.columns[moved][3] - rows.columns[moved][2], 12.878, 0.05);
  const Rows held = of({{"rain_rate", 200}, {"cohesion", 6.5}}, 4);
  EXPECT_EQ(held.columns[moved][3], 0) << "6.5 kPa of cohesion hold 6.44";
}

// Without drainage the water in the soil is what it was and the rain; it starts to move where the
// strength is used up: h/z = (1 - tan 30 / tan 36) * 19 / 9.81 = 0.3977, saturation 0.7591.
TEST(SlopeWater, FillsByTheRainAndStartsAtTheLimit) {
  const Rows rows = of({{"rain_rate", 20}, {"conductivity", 0.01}, {"drainage_b", 12}}, 40, 10);
  // The balance of such rain is above full: it begins full. Drying it is not possible, so begin
  // dry.
  EXPECT_NEAR(rows.columns[soil_water].front(), 45, 0.01);
  Setting setting;
  setting.to = Instant{40 * hour_ns};
  setting.every_ns = 600 * ns_per_second;
  setting.with = {{"conductivity", 0.01}, {"drainage_b", 12}};
  setting.changes = {{Instant{hour_ns}, setting.to, "rain_rate", 20}};
  const auto filling = run(*kind("slope_water"), setting);
  ASSERT_TRUE(filling.has_value());
  double fallen = 0;
  double before = 0;
  std::size_t first = 0;
  for (std::size_t i = 0; i < filling->times.size(); ++i) {
    fallen += filling->columns[rain][i];
    const double expected = std::min(45.0, 27 + fallen / 2000 * 100);
    ASSERT_NEAR(filling->columns[soil_water][i], expected, 0.02) << i;
    if (first == 0 && filling->columns[moved][i] > 0) {
      first = i;
      EXPECT_LE(before, 0.7591 * 45 + 1e-3);
      EXPECT_GT(filling->columns[soil_water][i], 0.7591 * 45 - 1e-3);
    }
    before = filling->columns[soil_water][i];
  }
  EXPECT_GT(first, 6u);
}

TEST(SlopeWater, ShorterStepsGiveTheSameSlope) {
  const auto at_end = [](int step_min) {
    Setting setting;
    setting.to = Instant{48 * hour_ns};
    setting.every_ns = step_min * 60 * ns_per_second;
    setting.changes = {{Instant{2 * hour_ns}, Instant{20 * hour_ns}, "rain_rate", 25}};
    const auto rows = run(*kind("slope_water"), setting);
    return rows->columns[soil_water].back();
  };
  EXPECT_NEAR(at_end(60), at_end(1), 0.3);
}

TEST(SlopeWater, SameSeedSameBytes) {
  const Rows one = of({{"rain_rate", 5}}, 100);
  EXPECT_EQ(one.columns, of({{"rain_rate", 5}}, 100).columns);
}

}  // namespace
}  // namespace cairn::simulate
