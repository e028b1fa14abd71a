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
  out.from = *parse_instant("2023-07-01T00:00", china);
  out.to = out.from + 86'400 * ns_per_second;
  out.every_ns = 600 * ns_per_second;
  return out;
}
enum Out : std::size_t { it, total, temperature, humidity };

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Condensing at 30 + 12, evaporating at 8: 34 K of lift, COP 0.5 * 281.15 / 34 = 4.1346. So PUE is
// 1 + 0.06 + 0.06 + 1.06 / 4.1346 = 1.3764, whatever the load.
TEST(DataHall, PueInBalance) {
  Setting setting = one_day();
  setting.with = {{"outdoor", 30}, {"outdoor_swing", 0}};
  const auto rows = run(data_hall_kind(), setting);
  ASSERT_TRUE(rows);
  EXPECT_NEAR(mean(rows->columns[total]) / mean(rows->columns[it]), 1.3764, 0.0005);
  EXPECT_NEAR(mean(rows->columns[it]), 400, 2);
  EXPECT_NEAR(mean(rows->columns[temperature]), 23, 0.1);
  // e(11)/e(23) = 13.12 / 28.09 hPa
  EXPECT_NEAR(mean(rows->columns[humidity]), 46.7, 0.3);
}

// Without cooling 424 kW warm 60 kW.h/K by 7.07 K in an hour.
TEST(DataHall, WithoutCoolingItWarmsByItsHeat) {
  Setting setting = one_day();
  setting.to = setting.from + 3600 * ns_per_second;
  setting.with = {{"capacity", 0}, {"swing", 0}};
  const auto rows = run(data_hall_kind(), setting);
  ASSERT_TRUE(rows);
  EXPECT_NEAR(rows->columns[temperature].back(), 30.07, 0.5);
  EXPECT_NEAR(mean(rows->columns[total]) / mean(rows->columns[it]), 1.12, 1e-6);
}

TEST(DataHall, TheSameSeedGivesTheSameBytes) {
  const auto a = run(data_hall_kind(), one_day());
  const auto b = run(data_hall_kind(), one_day());
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->columns, b->columns);
}

}  // namespace
}  // namespace cairn::simulate
