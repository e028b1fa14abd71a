// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

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
  auto rows = run(*kind("tunnel_air"), setting);
  EXPECT_TRUE(rows.has_value());
  return rows ? *rows : Rows{};
}

enum Out : std::size_t { co, smoke, air_speed, celsius, water, fans };

// Empty and without fans: the natural draught of 0.3 m/s, clean air, 1.0e-3 away from nothing.
TEST(TunnelAir, CleansItselfWithoutTraffic) {
  const Rows rows = of({{"traffic", 0}, {"fans", 0}, {"inflow", 0}}, 48, 60);
  EXPECT_NEAR(rows.columns[air_speed].back(), 0.3, 0.3);
  EXPECT_LT(rows.columns[co].back(), 6);
  EXPECT_LT(rows.columns[smoke].back(), 0.002);
  EXPECT_NEAR(rows.columns[celsius].back(), 20, 0.7);
}

// Balance: source / (area * draught). 900 vehicles an hour and 0.0043 m3 a km in 65 m2: at five in
// the afternoon 900 / 3600 * 2.5 * 4300 / (65 v) cm3/m3.
TEST(TunnelAir, MeetsTheBalanceOfSourceAndDraught) {
  const Rows rows = of({}, 24, 60);
  const std::size_t at = 17 * 60;
  const double piston = 1.5 * std::sqrt(0.9);
  const double v = std::sqrt(0.09 + piston * piston + 1.2 * 4);
  EXPECT_NEAR(rows.columns[air_speed][at], v, 0.3);
  EXPECT_NEAR(rows.columns[co][at], 0.25 * 2.5 * 4300 / (65 * v), 6);
  EXPECT_EQ(rows.columns, of({}, 24, 60).columns);
}

// 10 MW in a section of 400 m: 7000 kW / (1.2 * 26000) = 0.2244 K/s against v / 400 + 1 / 300.
TEST(TunnelAir, AFireHeatsItsSection) {
  const Rows rows = of({{"traffic", 0}, {"fans", 4}, {"fire", 10}}, 2, 60);
  const double v = std::sqrt(0.09 + 4.8);
  EXPECT_NEAR(rows.columns[celsius].back() - 20, 0.22436 / (v / 400 + 1.0 / 300), 0.7);
  EXPECT_GT(rows.columns[smoke].back(), 0.1);
}

// 20 m3/h into 40 m2: half a metre an hour.
TEST(TunnelAir, WaterRisesWithoutThePump) {
  const Rows rows = of({{"pump", 0}}, 3, 60);
  EXPECT_NEAR(rows.columns[water].back(), 0.3 + 1.5, 0.02);
  EXPECT_LT(of({}, 3, 60).columns[water].back(), 0.4);
}

}  // namespace
}  // namespace cairn::simulate
