// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

constexpr Zone china{8 * 3600};

Setting days(int count) {
  Setting out;
  out.zone = china;
  out.from = *parse_instant("2024-05-01T00:00", china);
  out.to = out.from + count * 86400 * ns_per_second;
  out.every_ns = 4 * 3600 * ns_per_second;
  return out;
}

double mean(const std::vector<double>& column) {
  return std::accumulate(column.begin(), column.end(), 0.0) / static_cast<double>(column.size());
}

TEST(RiverQuality, MixesLoadWithTheRiver) {
  Setting setting = days(100);
  setting.with = {{"load_ammonia", 30}, {"flow", 20}};
  const auto rows = run(river_quality_kind(), setting);
  ASSERT_TRUE(rows.has_value());
  // 0.12 mg/L upstream and 30 g/s in 20 m3/s: 1.62 mg/L, the mean of 600 readings of 2 %.
  EXPECT_NEAR(mean(rows->columns[5]), 1.62, 0.006);
}

TEST(RiverQuality, OxygenSagsAsStreeterAndPhelpsSay) {
  Setting setting = days(100);
  setting.with = {
      {"load_cod", 840}, {"temperature", 20}, {"travel", 2}, {"decay", 0.3}, {"reaeration", 0.5}};
  const auto rows = run(river_quality_kind(), setting);
  ASSERT_TRUE(rows.has_value());
  // COD 8 + 42 = 50, BOD 20 mg/L, two days at 20 degrees:
  // D = 0.3 * 20 / 0.2 * (e^-0.6 - e^-1) = 30 * (0.54881 - 0.36788) = 5.428; 468 / 51.6 = 9.070.
  EXPECT_NEAR(mean(rows->columns[2]), 9.070 - 5.428, 0.03);
}

TEST(RiverQuality, CleanWaterIsNearSaturation) {
  Setting setting = days(30);
  setting.with = {{"back_cod", 0}, {"temperature", 10}};
  const auto rows = run(river_quality_kind(), setting);
  ASSERT_TRUE(rows.has_value());
  EXPECT_NEAR(mean(rows->columns[2]), 468 / 41.6, 0.05);
}

TEST(RiverQuality, SameSeedSameReadings) {
  EXPECT_EQ(run(river_quality_kind(), days(3))->columns,
            run(river_quality_kind(), days(3))->columns);
}

}  // namespace
}  // namespace cairn::simulate
