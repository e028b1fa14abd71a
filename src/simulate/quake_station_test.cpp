// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

constexpr Zone china{8 * 3600};

Setting one_event(double magnitude, double distance_km) {
  Setting out;
  out.zone = china;
  out.from = *parse_instant("2008-08-30T16:00", china);
  out.to = out.from + 3600 * ns_per_second;
  out.every_ns = 600 * ns_per_second;
  const Instant at = out.from + 1800 * ns_per_second;
  out.changes = {{at, at + 600 * ns_per_second, "magnitude", magnitude}};
  out.with = {{"distance", distance_km}};
  return out;
}

TEST(QuakeStation, GivesThePeaksThatTheIntensityScaleReadsBack) {
  const auto rows = run(quake_station_kind(), one_event(6.0, 20));
  ASSERT_TRUE(rows.has_value());
  // Long axis 5.253 + 8.388 - 4.164 lg 46 = 6.717, short 2.019 + 8.388 - 2.943 lg 28
  // = 6.148: 6.432.
  EXPECT_NEAR(3.17 * std::log10(rows->columns[0][3]) + 6.59, 6.432, 0.001);
  EXPECT_NEAR(3.00 * std::log10(rows->columns[1][3]) + 9.77, 6.432, 0.001);
  // Before and after there is noise alone.
  EXPECT_LT(rows->columns[0][2], 0.001);
  EXPECT_LT(rows->columns[0][4], 0.001);
}

TEST(QuakeStation, FartherIsWeakerAndNoiseIsTheLeast) {
  const auto near = run(quake_station_kind(), one_event(5.5, 10));
  const auto far = run(quake_station_kind(), one_event(5.5, 100));
  const auto beyond = run(quake_station_kind(), one_event(1, 900));
  ASSERT_TRUE(near.has_value() && far.has_value() && beyond.has_value());
  EXPECT_GT(near->columns[0][3], 5 * far->columns[0][3]);
  EXPECT_GE(beyond->columns[0][3], 0.0005);
}

TEST(QuakeStation, SameSeedSameReadings) {
  Setting setting = one_event(6, 30);
  setting.with.push_back({"scatter", 0.5});
  EXPECT_EQ(run(quake_station_kind(), setting)->columns,
            run(quake_station_kind(), setting)->columns);
}

}  // namespace
}  // namespace cairn::simulate
