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
  auto rows = run(*kind("fibre_link"), setting);
  EXPECT_TRUE(rows.has_value());
  return rows ? *rows : Rows{};
}

enum Out : std::size_t { rx, loss, event_km, event_loss, cut };

// 80 km: 0.22 * 80 + 40 splices of 0.05 + 1 = 20.6 dB below what is sent.
TEST(FibreLink, KeepsItsLossBudget) {
  const Rows rows = of({{"power", 3}}, 24, 300);
  for (std::size_t i = 0; i < rows.times.size(); ++i) {
    ASSERT_NEAR(rows.columns[loss][i], 20.6, 1e-9);
    ASSERT_NEAR(rows.columns[rx][i], 3 - 20.6, 0.35);
    ASSERT_TRUE(std::isnan(rows.columns[event_km][i]));
    ASSERT_EQ(rows.columns[cut][i], 0);
  }
}

TEST(FibreLink, ACutIsDarkAndHasAPlace) {
  const Rows rows = of({{"cut_at", 33.3}}, 1, 300);
  EXPECT_NEAR(rows.columns[rx].front(), -60, 0.35);
  EXPECT_TRUE(std::isnan(rows.columns[loss].front()));
  EXPECT_NEAR(rows.columns[event_km].front(), 33.3, 0.07);
  EXPECT_EQ(rows.columns[cut].front(), 1);
}

// The reflectometer shows what is nearer.
TEST(FibreLink, ABendBeforeACutHidesItNot) {
  const Rows near = of({{"cut_at", 40}, {"bend_loss", 2}, {"bend_at", 10}}, 1, 300);
  EXPECT_NEAR(near.columns[event_km].front(), 10, 0.07);
  EXPECT_EQ(near.columns[event_loss].front(), 2);
  const Rows far = of({{"cut_at", 40}, {"bend_loss", 2}, {"bend_at", 50}}, 1, 300);
  EXPECT_NEAR(far.columns[event_km].front(), 40, 0.07);
  EXPECT_NEAR(of({{"bend_loss", 2}, {"bend_at", 50}}, 1, 300).columns[loss].front(), 22.6, 1e-9);
}

}  // namespace
}  // namespace cairn::simulate
