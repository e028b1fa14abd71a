// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

constexpr Zone china{8 * 3600};

Setting hours(int count) {
  Setting out;
  out.zone = china;
  out.from = *parse_instant("2024-07-10T00:00", china);
  out.to = out.from + count * 3600 * ns_per_second;
  out.every_ns = 600 * ns_per_second;
  return out;
}

TEST(RiverStage, StaysWhereItIsInEquilibrium) {
  Setting setting = hours(48);
  setting.with = {{"rain_rate", 3}, {"zero", 1100}};
  const auto rows = run(river_stage_kind(), setting);
  ASSERT_TRUE(rows.has_value());
  // 3 mm/h * 0.4 * 120 km2 / 3.6 = 40 m3/s, and 3 m3/s of base flow.
  const double level_m = 1100 + std::pow(43.0 / 22, 1 / 1.7);
  EXPECT_NEAR(rows->columns[0].front(), level_m, 1e-9);
  EXPECT_NEAR(rows->columns[0].back(), level_m, 1e-9);
}

TEST(RiverStage, WhatRunsOffIsWhatFell) {
  Setting setting = hours(72);
  setting.with = {{"base", 0}};
  const Instant from = setting.from + 3600 * ns_per_second;
  setting.changes = {{from, from + 3600 * ns_per_second, "rain_rate", 20}};
  const auto rows = run(river_stage_kind(), setting);
  ASSERT_TRUE(rows.has_value());
  const auto& flow = rows->columns[1];
  const double volume_m3 = 600 * std::accumulate(flow.begin(), flow.end(), 0.0);
  // 20 mm over 120 km2, four tenths of it. The end of each step stands for the step: within 1 %.
  EXPECT_NEAR(volume_m3, 20e-3 * 120e6 * 0.4, 0.01 * 960'000);
  // Nash: the peak of three reservoirs of 1.5 h comes 2 * 1.5 h after a short burst.
  const auto peak = std::ranges::max_element(flow) - flow.begin();
  EXPECT_NEAR(static_cast<double>(peak) / 6, 1.5 + 3, 0.5);
}

TEST(RiverStage, SameSeedSameReadings) {
  Setting setting = hours(5);
  setting.with = {{"noise", 0.01}};
  EXPECT_EQ(run(river_stage_kind(), setting)->columns, run(river_stage_kind(), setting)->columns);
}

}  // namespace
}  // namespace cairn::simulate
