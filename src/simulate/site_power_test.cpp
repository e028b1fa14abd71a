// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "simulate/device.hpp"
#include "simulate/site_battery.hpp"

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
  auto rows = run(*kind("site_power"), setting);
  EXPECT_TRUE(rows.has_value());
  return rows ? *rows : Rows{};
}

enum Out : std::size_t { mains_v, battery_v, battery_a, load_a, charge, generator, serves, cause };

TEST(SitePower, RestsOnItsMains) {
  const Rows rows = of({}, 48, 300);
  for (std::size_t i = 0; i < rows.times.size(); ++i) {
    ASSERT_NEAR(rows.columns[mains_v][i], 220, 13);
    ASSERT_NEAR(rows.columns[battery_v][i], 53.5, 0.2);
    ASSERT_EQ(rows.columns[battery_a][i], 0);
    ASSERT_EQ(rows.columns[charge][i], 100);
    ASSERT_EQ(rows.columns[serves][i], 1);
    ASSERT_EQ(rows.columns[cause][i], 0);
  }
  EXPECT_EQ(rows.columns, of({}, 48, 300).columns) << "the same seed, the same bytes";
  EXPECT_NE(rows.columns, of({}, 48, 300, {}, 8).columns);
}

// Peukert: at I10 a battery lasts ten hours, at twice that 10 h / 2^1.15 = 4.506 h.
TEST(SitePower, DischargesByPeukertsLaw) {
  EXPECT_NEAR(SiteBattery::share_an_hour(50, 500), 0.1, 1e-12);
  EXPECT_NEAR(1 / SiteBattery::share_an_hour(100, 500), 4.506, 0.001);
  SiteBattery battery;
  double hours = 0;
  while (battery.connected() && hours < 20) {
    battery.step(false, 100, 500, 0.01);
    hours += 0.01;
  }
  EXPECT_LT(hours, 4.52);
  EXPECT_GT(hours, 4.3) << "the contactor lets go a little before nothing is left";
}

// At the contactor's 43.2 V the load goes; with a generator it is back at once.
TEST(SitePower, LetsTheLoadGoAndTakesItBack) {
  const Rows rows = of(
      {{"mains", 0}, {"load", 100}}, 12, 300,
      {{Instant{10 * 3600 * ns_per_second}, Instant{12 * 3600 * ns_per_second}, "generator", 1}});
  std::size_t out = 0;
  while (out < rows.times.size() && rows.columns[serves][out] == 1) ++out;
  ASSERT_LT(out, rows.times.size());
  EXPECT_GT(rows.columns[battery_v][out - 1], 43);
  EXPECT_EQ(rows.columns[cause][out], 1);
  EXPECT_EQ(rows.columns[load_a][out], 0);
  EXPECT_EQ(rows.columns[serves][10 * 12 - 1], 0);
  EXPECT_EQ(rows.columns[serves][10 * 12], 1);
  EXPECT_GT(rows.columns[battery_a][10 * 12], 0) << "it charges";
}

TEST(SitePower, SaysWhyItDoesNotServe) {
  EXPECT_EQ(of({{"transmission", 0}}, 1, 300).columns[cause].front(), 2);
  EXPECT_EQ(of({{"equipment", 0}}, 1, 300).columns[cause].front(), 3);
}

}  // namespace
}  // namespace cairn::simulate
