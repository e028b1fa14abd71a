// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

constexpr Zone china{8 * 3600};

Setting hours(int count) {
  Setting out;
  out.zone = china;
  out.from = *parse_instant("2024-07-01T00:00", china);
  out.to = out.from + count * 3600 * ns_per_second;
  out.every_ns = 300 * ns_per_second;
  return out;
}
enum Out : std::size_t { level, flow, running, power };

// Dry: 20 m3/h onto 60 m2 is a third of a metre an hour; from 1.75 m to 2.5 m are 2.25 hours.
TEST(DrainagePump, FillsAndStartsAtItsLevel) {
  const auto rows = run(drainage_pump_kind(), hours(3));
  ASSERT_TRUE(rows);
  EXPECT_NEAR(rows->columns[level][11], 1.75 + 1.0 / 3, 0.03);
  for (std::size_t i = 0; i < 26; ++i) EXPECT_EQ(rows->columns[flow][i], 0);
  EXPECT_GT(rows->columns[flow][27], 0);
  EXPECT_NEAR(rows->columns[power][27], 9.81 * rows->columns[flow][27] * 9 / 3600 / 0.7, 1e-9);
}

// 20 mm/h on 8 ha at 0.6 are 960 m3/h: two pumps of 600 carry it, the sump stays below its top.
TEST(DrainagePump, CarriesWhatItsPumpsCan) {
  Setting setting = hours(6);
  setting.with = {{"rain_rate", 20}};
  const auto rows = run(drainage_pump_kind(), setting);
  ASSERT_TRUE(rows);
  double pumped = 0;
  for (std::size_t i = 12; i < rows->times.size(); ++i) {
    pumped += rows->columns[flow][i] / static_cast<double>(rows->times.size() - 12);
    EXPECT_LT(rows->columns[level][i], 3.4);
  }
  EXPECT_NEAR(pumped, 980, 60);
}

TEST(DrainagePump, WithoutPowerItFillsAndSpills) {
  Setting setting = hours(2);
  setting.with = {{"rain_rate", 20}, {"powered", 0}};
  const auto rows = run(drainage_pump_kind(), setting);
  ASSERT_TRUE(rows);
  // 980 m3/h onto 60 m2 are 16 m an hour.
  EXPECT_NEAR(rows->columns[level].back(), 5, 0.03);
  EXPECT_EQ(rows->columns[running].back(), 0);
}

TEST(DrainagePump, TheSameSeedGivesTheSameBytes) {
  const auto a = run(drainage_pump_kind(), hours(2));
  const auto b = run(drainage_pump_kind(), hours(2));
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->columns, b->columns);
}

}  // namespace
}  // namespace cairn::simulate
