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
  auto rows = run(*kind("town_sites"), setting);
  EXPECT_TRUE(rows.has_value());
  return rows ? *rows : Rows{};
}

enum Out : std::size_t { sites, sites_out, mains, transmission, equipment, generators };

TEST(TownSites, AllServeWhileAllIsWell) {
  const Rows rows = of({}, 24, 600);
  for (const double out : rows.columns[sites_out]) ASSERT_EQ(out, 0);
  EXPECT_EQ(rows.columns[sites].front(), 12);
}

// Without a spread all batteries end together, near their reserve.
TEST(TownSites, GoOutWhenTheirReserveEnds) {
  const Rows rows = of({{"mains", 0}, {"reserve", 4}, {"spread", 0}}, 8, 600);
  EXPECT_EQ(rows.columns[sites_out][3 * 6], 0);
  EXPECT_EQ(rows.columns[sites_out][4 * 6 + 1], 12);
  EXPECT_EQ(rows.columns[mains].back(), 12);
}

// With one they go one after the other, and generators keep the first.
TEST(TownSites, SpreadAndGenerators) {
  const Rows rows = of({{"mains", 0}, {"reserve", 4}, {"spread", 0.3}, {"generators", 5}}, 24, 600);
  std::size_t steps = 0;
  for (std::size_t i = 1; i < rows.times.size(); ++i) {
    ASSERT_GE(rows.columns[sites_out][i], rows.columns[sites_out][i - 1]);
    steps += rows.columns[sites_out][i] != rows.columns[sites_out][i - 1];
  }
  EXPECT_GT(steps, 3u);
  EXPECT_EQ(rows.columns[sites_out].back(), 7);
  EXPECT_EQ(
      rows.columns,
      of({{"mains", 0}, {"reserve", 4}, {"spread", 0.3}, {"generators", 5}}, 24, 600).columns);
}

TEST(TownSites, CausesAddUp) {
  const Rows rows = of({{"sites", 10}, {"transmission", 0.7}, {"broken", 4}}, 1, 600);
  EXPECT_EQ(rows.columns[transmission].front(), 3) << "sites 7, 8, 9";
  EXPECT_EQ(rows.columns[equipment].front(), 1) << "of 6 to 9 only 6 has a route";
  EXPECT_EQ(rows.columns[sites_out].front(), 4);
}

}  // namespace
}  // namespace cairn::simulate
