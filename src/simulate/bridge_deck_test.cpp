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
  auto rows = run(*kind("bridge_deck"), setting);
  EXPECT_TRUE(rows.has_value());
  return rows ? *rows : Rows{};
}

enum Out : std::size_t { celsius, strain, deflection, frequency, vibration };

const std::vector<std::pair<std::string, double>> still{{"swing", 0}, {"traffic", 0}, {"mean", 15}};

// Without traffic at the temperature of the zero nothing is strained; the cable of 4000 kN rings at
// sqrt(4e6 / 60) / 180 = 1.4344 Hz.
TEST(BridgeDeck, RestsUnloaded) {
  const Rows rows = of(still, 24, 600);
  for (std::size_t i = 0; i < rows.times.size(); ++i) {
    ASSERT_NEAR(rows.columns[deflection][i], 0, 0.7);
    ASSERT_NEAR(rows.columns[frequency][i], 1.4344, 0.005);
    ASSERT_EQ(rows.columns[vibration][i], 0);
  }
}

// 15 K above: 150 microstrain of a concrete of 1.0e-5 a kelvin; 120 kN less in the cable.
TEST(BridgeDeck, WarmthStrainsAndSlackens) {
  const Rows rows = of({{"swing", 0}, {"traffic", 0}, {"mean", 30}}, 24, 600);
  double sum = 0;
  double hertz = 0;
  for (std::size_t i = 0; i < rows.times.size(); ++i) {
    sum += rows.columns[strain][i];
    hertz += rows.columns[frequency][i];
  }
  const auto n = static_cast<double>(rows.times.size());
  EXPECT_NEAR(sum / n, 150, 0.5);
  EXPECT_NEAR(hertz / n, std::sqrt(3.88e6 / 60) / 180, 0.001);
}

// At five in the afternoon the whole load of 700 kN: F l^3 / 48 EI = 36 mm, give or take a tenth;
// with a fifth of the stiffness gone a quarter more.
TEST(BridgeDeck, DeflectsAsABeam) {
  const Rows whole = of({{"traffic", 700}}, 24, 600);
  EXPECT_NEAR(whole.columns[deflection][17 * 6], 36, 4.5);
  const Rows weak = of({{"traffic", 700}, {"damage", 0.2}}, 24, 600);
  EXPECT_NEAR(weak.columns[deflection][17 * 6] / whole.columns[deflection][17 * 6], 1.25, 0.02);
  EXPECT_EQ(whole.columns, of({{"traffic", 700}}, 24, 600).columns);
}

TEST(BridgeDeck, ALooseCableRingsLower) {
  auto with = still;
  with.emplace_back("cable_loss", 0.19);
  EXPECT_NEAR(of(with, 1, 600).columns[frequency].front(), 1.4344 * 0.9, 0.005);
}

}  // namespace
}  // namespace cairn::simulate
