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
  out.from = *parse_instant("2024-07-10T00:00", china);
  out.to = out.from + count * 3600 * ns_per_second;
  out.every_ns = 300 * ns_per_second;
  return out;
}

TEST(DebrisGully, FlowComesToWhatTheRainBringsAndDepthToManning) {
  Setting setting = hours(24);
  setting.with = {{"rain_rate", 18}, {"area", 4}, {"runoff", 0.5}};
  const auto rows = run(debris_gully_kind(), setting);
  ASSERT_TRUE(rows.has_value());
  // 18 mm/h over 4 km2, half of it: 10 m3/s. Depth (Q n / (b sqrt(s)))^0.6 with the defaults.
  EXPECT_NEAR(rows->columns[3].back(), 10, 1e-6);
  EXPECT_NEAR(rows->columns[1].back(), std::pow(10 * 0.06 / (8 * std::sqrt(0.12)), 0.6), 1e-9);
}

TEST(DebrisGully, ASurgeShakesTheGroundAndFillsTheBed) {
  Setting setting = hours(2);
  setting.with = {{"noise", 0}};
  const Instant middle = setting.from + 3600 * ns_per_second;
  setting.changes = {{middle, setting.to, "surge", 50}};
  const auto rows = run(debris_gully_kind(), setting);
  ASSERT_TRUE(rows.has_value());
  EXPECT_EQ(rows->columns[1].front(), 0);
  EXPECT_LE(rows->columns[2].front(), 0.01);
  // 2000 * 9.81 * 50 * 0.12 = 117,720 W; 0.9 sqrt(P) / 30 m.
  EXPECT_NEAR(rows->columns[2].back(), 0.9 * std::sqrt(117720.0) / 30, 1e-9);
  EXPECT_NEAR(rows->columns[1].back(), std::pow(50 * 0.06 / (8 * std::sqrt(0.12)), 0.6), 1e-9);
}

TEST(DebrisGully, SameSeedSameReadings) {
  EXPECT_EQ(run(debris_gully_kind(), hours(5))->columns,
            run(debris_gully_kind(), hours(5))->columns);
}

}  // namespace
}  // namespace cairn::simulate
