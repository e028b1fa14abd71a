// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

constexpr Zone china{8 * 3600};

Setting from_midnight(int hours) {
  Setting out;
  out.zone = china;
  out.from = *parse_instant("2024-05-01T00:00", china);
  out.to = out.from + hours * 3600 * ns_per_second;
  out.every_ns = 300 * ns_per_second;
  return out;
}
enum Out : std::size_t { inlet, outlet, level, flow, power, running, floor_water };

TEST(PumpHouse, HoldsItsPressureWithAsFewPumpsAsSuffice) {
  const auto rows = run(pump_house_kind(), from_midnight(24));
  ASSERT_TRUE(rows);
  double most = 0;
  for (std::size_t i = 0; i < rows->times.size(); ++i) {
    EXPECT_NEAR(rows->columns[outlet][i], 420, 13);  // six deviations of the gauge
    EXPECT_GT(rows->columns[level][i], 2);
    most = std::max(most, rows->columns[running][i]);
    // Shaft power of what is lifted, over the efficiency, and 0.3 kW of standby.
    const double lift_m = 420 / 9.81 - rows->columns[level][i];
    EXPECT_NEAR(rows->columns[power][i], 9.81 * rows->columns[flow][i] * lift_m / 3600 / 0.6 + 0.3,
                0.07 * rows->columns[power][i]);
  }
  EXPECT_EQ(rows->columns[running][30], 1);  // at night
  EXPECT_EQ(most, 2);                        // 36 m3/h in the evening, 20 each at their rated point
}

// One pump of 20 m3/h and 45 m, 40 m3/h wanted at 420 kPa from a tank of 2.7 m: with h the head at
// the outlet, h - 2.7 = 15 (4 - (q/20)^2) and q = 40 sqrt(h / 42.81) give h^1 (1 + 15 * 4 / 42.81)
// = 62.7, so h = 26.11 m, 256 kPa, and q = 31.24 m3/h.
TEST(PumpHouse, TooFewPumpsLetThePressureFall) {
  Setting setting = from_midnight(1);
  setting.from = *parse_instant("2024-05-01T19:30", china);
  setting.to = setting.from + 300 * ns_per_second;
  // The pattern is 1.5 then (0.3 + 1.2, and 0.0000 of the other peaks).
  setting.with = {{"demand", 40 / 1.5}, {"pumps", 1}};
  double pressure = 0;
  double drawn = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    setting.seed = seed;
    const auto rows = run(pump_house_kind(), setting);
    ASSERT_TRUE(rows);
    pressure += rows->columns[outlet][0] / 200;
    drawn += rows->columns[flow][0] / 200;
  }
  EXPECT_NEAR(pressure, 256, 3);
  EXPECT_NEAR(drawn, 31.2, 0.4);
}

TEST(PumpHouse, WithoutMainsTheTankEmptiesByWhatIsDrawn) {
  Setting setting = from_midnight(12);
  setting.with = {{"mains_pressure", 0}, {"burst", 0}};
  const auto rows = run(pump_house_kind(), setting);
  ASSERT_TRUE(rows);
  double drawn_m3 = 0;
  for (std::size_t i = 0; i < 60; ++i) drawn_m3 += rows->columns[flow][i] / 12;
  EXPECT_NEAR(rows->columns[level][59], 2.75 - drawn_m3 / 12, 0.05);
  EXPECT_NEAR(rows->columns[level].back(), 0, 0.02);
  EXPECT_NEAR(rows->columns[outlet].back(), 0, 12);
}

TEST(PumpHouse, ABurstStandsOnTheFloorLessTheDrain) {
  Setting setting = from_midnight(1);
  setting.with = {{"burst", 7}};  // 4 m3/h more than the drain takes, on 40 m2
  const auto rows = run(pump_house_kind(), setting);
  ASSERT_TRUE(rows);
  EXPECT_NEAR(rows->columns[floor_water].back(), 0.1, 1e-9);
}

TEST(PumpHouse, TheSameSeedGivesTheSameBytes) {
  const auto a = run(pump_house_kind(), from_midnight(3));
  const auto b = run(pump_house_kind(), from_midnight(3));
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->columns, b->columns);
  Setting other = from_midnight(3);
  other.seed = 2;
  EXPECT_NE(a->columns, run(pump_house_kind(), other)->columns);
}

}  // namespace
}  // namespace cairn::simulate
