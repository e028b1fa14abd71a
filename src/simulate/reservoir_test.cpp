// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

constexpr Zone china{8 * 3600};

Setting hours(int count) {
  Setting out;
  out.zone = china;
  out.from = *parse_instant("2024-07-01T00:00", china);
  out.to = out.from + count * 3600 * ns_per_second;
  out.every_ns = 3600 * ns_per_second;
  return out;
}

TEST(Reservoir, HoldsItsLevelWhileAsMuchComesAsGoes) {
  const auto rows = run(reservoir_kind(), hours(240));
  ASSERT_TRUE(rows.has_value());
  EXPECT_NEAR(rows->columns[0].front(), 1500, 1e-9);
  EXPECT_NEAR(rows->columns[0].back(), 1500, 1e-9);
  // 30 m of head at 0.25 L/s a metre; the reading scatters by one in a hundred.
  EXPECT_NEAR(rows->columns[4].back(), 7.5, 0.5);
}

TEST(Reservoir, FillsByWhatComesIn) {
  Setting setting = hours(10);
  setting.with = {{"inflow", 15}, {"release", 5}};
  const auto rows = run(reservoir_kind(), setting);
  ASSERT_TRUE(rows.has_value());
  // 8e6 (30 / 40)^3 = 3.375e6 m3, and 10 m3/s for ten hours.
  const double storage_m3 = 3.375e6 + 10 * 36'000;
  EXPECT_NEAR(rows->columns[1].back(), storage_m3, 1e-3);
  EXPECT_NEAR(rows->columns[0].back(), 1470 + 40 * std::cbrt(storage_m3 / 8e6), 1e-9);
}

TEST(Reservoir, SpillsWhatCannotStay) {
  Setting setting = hours(24 * 30);
  setting.with = {{"inflow", 45}, {"release", 5}};
  const auto rows = run(reservoir_kind(), setting);
  ASSERT_TRUE(rows.has_value());
  // In the end 40 m3/s go over 12 m of weir: H = (40 / (1.7 * 12))^(2/3).
  EXPECT_NEAR(rows->columns[0].back(), 1506 + std::pow(40 / 20.4, 2.0 / 3), 0.01);
  EXPECT_NEAR(rows->columns[3].back(), 45, 0.2);
}

TEST(Reservoir, ALeakShowsAfterItsLag) {
  Setting setting = hours(24 * 20);
  const Instant from = setting.from + 24 * 3600 * ns_per_second;
  setting.changes = {{from, setting.to, "leak", 6}};
  const auto rows = run(reservoir_kind(), setting);
  ASSERT_TRUE(rows.has_value());
  const auto& seepage = rows->columns[4];
  EXPECT_LT(seepage[26], 9);  // two hours on: 6 (1 - e^(-3/24)) = 0.7 more
  EXPECT_NEAR(seepage.back(), 13.5, 0.9);
}

TEST(Reservoir, SameSeedSameReadings) {
  EXPECT_EQ(run(reservoir_kind(), hours(5))->columns, run(reservoir_kind(), hours(5))->columns);
}

}  // namespace
}  // namespace cairn::simulate
