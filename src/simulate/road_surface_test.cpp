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
  auto rows = run(*kind("road_surface"), setting);
  EXPECT_TRUE(rows.has_value());
  return rows ? *rows : Rows{};
}

enum Out : std::size_t { surface, water, ice, friction, visibility };

// A clear winter night: the surface is colder than the air.
TEST(RoadSurface, CoolsBelowTheAirOnAClearNight) {
  const Rows rows =
      of({{"air", 2}, {"dew", -8}, {"cloud", 0}, {"ground", 3}, {"wind", 1}}, 24, 600);
  EXPECT_LT(rows.columns[surface][5 * 6], 1);
  // At noon the sun warms it well above.
  EXPECT_GT(rows.columns[surface][13 * 6], 8);
  EXPECT_EQ(rows.columns[ice][5 * 6], 0) << "dry";
  EXPECT_EQ(rows.columns[friction][5 * 6], 0.8);
}

// Overcast, saturated and as warm as the ground: nothing drives it but the sky, some degrees at
// most.
TEST(RoadSurface, StaysNearTheAirUnderCloud) {
  const Rows rows = of({{"air", 8}, {"dew", 8}, {"cloud", 1}, {"ground", 8}, {"wind", 8}}, 6, 600);
  for (const double celsius : rows.columns[surface]) ASSERT_NEAR(celsius, 8, 1.5);
}

// Water freezes at zero and only then does the surface go on cooling; what was rain is ice.
TEST(RoadSurface, FreezesWhatLiesOnIt) {
  const std::int64_t hour = 3600 * ns_per_second;
  const Rows rows = of({{"air", 1}, {"dew", 0}, {"cloud", 1}, {"ground", 1}, {"rain", 1}}, 10, 600,
                       {{Instant{hour}, Instant{10 * hour}, "rain", 0},
                        {Instant{hour}, Instant{10 * hour}, "air", -8},
                        {Instant{hour}, Instant{10 * hour}, "dew", -9},
                        {Instant{hour}, Instant{10 * hour}, "ground", -2}});
  EXPECT_NEAR(rows.columns[water][5], 1, 0.25);
  EXPECT_GT(rows.columns[ice][4 * 6], 0.4);
  EXPECT_EQ(rows.columns[friction][4 * 6], 0.15);
  bool held = false;
  for (std::size_t i = 6; i < 4 * 6; ++i) {
    held |= std::abs(rows.columns[surface][i]) < 0.3 && rows.columns[ice][i] > 0;
  }
  EXPECT_TRUE(held) << "it stays at zero while water is left";
}

// Kunkel: 0.1 g/m3 take 144.7 * 0.1^0.88 = 19.07 a km: 3.912 / 19.07 = 205 m.
TEST(RoadSurface, FogIsKunkels) {
  EXPECT_NEAR(of({{"fog", 0.1}}, 1, 600).columns[visibility].front(), 205, 5);
  EXPECT_GE(of({}, 1, 600).columns[visibility].front(), 9800);
}

}  // namespace
}  // namespace cairn::simulate
