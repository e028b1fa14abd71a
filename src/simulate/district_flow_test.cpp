// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

constexpr Zone china{8 * 3600};

Setting one_day() {
  Setting out;
  out.zone = china;
  out.from = *parse_instant("2024-03-01T00:00", china);
  out.to = out.from + 86'400 * ns_per_second;
  out.every_ns = 900 * ns_per_second;
  return out;
}
enum Out : std::size_t { inflow, metered, pressure };

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

TEST(DistrictFlow, ADayHasTheMeanDemand) {
  Setting setting = one_day();
  setting.with = {{"leak", 0}, {"meter_error", 0}, {"loss", 0}};
  const auto rows = run(district_flow_kind(), setting);
  ASSERT_TRUE(rows);
  EXPECT_NEAR(mean(rows->columns[inflow]), 60, 1);
  EXPECT_NEAR(mean(rows->columns[metered]), 60, 1);
  EXPECT_NEAR(mean(rows->columns[pressure]), 42 * 9.81, 0.5);
}

// Nothing drawn, no head lost: L = 5 (30/50)^1.1 = 2.8505, and a burst of 10 sqrt(0.6) = 7.746.
TEST(DistrictFlow, LeaksFollowThePressure) {
  Setting setting = one_day();
  setting.with = {{"demand", 0}, {"source_head", 30}, {"loss", 0}};
  const auto rows = run(district_flow_kind(), setting);
  ASSERT_TRUE(rows);
  EXPECT_NEAR(mean(rows->columns[inflow]), 2.8505, 0.01);
  setting.with.emplace_back("burst", 10);
  const auto burst = run(district_flow_kind(), setting);
  ASSERT_TRUE(burst);
  EXPECT_NEAR(mean(burst->columns[inflow]), 10.597, 0.03);
}

// Balance of head: 42 - 6 (Q/100)^2 at the mean of the evening.
TEST(DistrictFlow, HeadIsLostWithTheSquareOfTheFlow) {
  const auto rows = run(district_flow_kind(), one_day());
  ASSERT_TRUE(rows);
  for (std::size_t i = 0; i < rows->times.size(); ++i) {
    const double share = rows->columns[inflow][i] / 100;
    EXPECT_NEAR(rows->columns[pressure][i], 9.81 * (42 - 6 * share * share), 8);
  }
}

TEST(DistrictFlow, MetersCountTooLittle) {
  Setting setting = one_day();
  setting.with = {{"meter_error", 0.05}, {"leak", 0}};
  const auto rows = run(district_flow_kind(), setting);
  ASSERT_TRUE(rows);
  EXPECT_NEAR(mean(rows->columns[metered]) / mean(rows->columns[inflow]), 0.95, 0.002);
}

TEST(DistrictFlow, TheSameSeedGivesTheSameBytes) {
  const auto a = run(district_flow_kind(), one_day());
  const auto b = run(district_flow_kind(), one_day());
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->columns, b->columns);
}

}  // namespace
}  // namespace cairn::simulate
