// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <numeric>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

constexpr Zone china{8 * 3600};

Setting hours(int count) {
  Setting out;
  out.zone = china;
  out.from = *parse_instant("2024-03-10T00:00", china);
  out.to = out.from + count * 3600 * ns_per_second;
  out.every_ns = 600 * ns_per_second;
  return out;
}

TEST(FireTower, CountsNothingWhereNothingBurnsAndNothingIsFalse) {
  Setting setting = hours(24);
  setting.with = {{"false_rate", 0}};
  const auto rows = run(fire_tower_kind(), setting);
  ASSERT_TRUE(rows.has_value());
  EXPECT_EQ(std::accumulate(rows->columns[0].begin(), rows->columns[0].end(), 0.0), 0);
}

TEST(FireTower, SeesTheFrontOfACircleThatGrows) {
  Setting setting = hours(1);
  setting.with = {{"burning", 1}, {"spread_rate", 1}, {"distance", 0.1}, {"visibility", 200}};
  double spots = 0;
  for (int seed = 1; seed <= 400; ++seed) {
    setting.seed = static_cast<std::uint64_t>(seed);
    const auto rows = run(fire_tower_kind(), setting);
    ASSERT_TRUE(rows.has_value());
    spots += rows->columns[0][2];
    // 30 minutes at 1 m/min: a circle of 30 m, 0.2827 ha.
    EXPECT_NEAR(rows->columns[2][2], 0.28274, 1e-4);
  }
  // Its front of 188.5 m is 18.85 pixels of 10 m; false ones are 0.2 an hour. Mean of 400 draws.
  EXPECT_NEAR(spots / 400, 18.85 * 0.998 + 0.033, 0.65);
}

TEST(FireTower, HazeHidesIt) {
  Setting setting = hours(2);
  setting.with = {{"burning", 1}, {"false_rate", 0}, {"distance", 20}, {"visibility", 2}};
  const auto rows = run(fire_tower_kind(), setting);
  ASSERT_TRUE(rows.has_value());
  EXPECT_EQ(rows->columns[0].back(), 0);
  EXPECT_GT(rows->columns[2].back(), 0);
}

TEST(FireTower, SameSeedSameReadings) {
  Setting setting = hours(5);
  setting.with = {{"burning", 1}};
  EXPECT_EQ(run(fire_tower_kind(), setting)->columns, run(fire_tower_kind(), setting)->columns);
}

}  // namespace
}  // namespace cairn::simulate
