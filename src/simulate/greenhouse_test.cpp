// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "simulate/device.hpp"

namespace cairn::simulate {
namespace {

Rows house(std::vector<std::pair<std::string, double>> with, std::int64_t hours) {
  Setting setting{.seed = 2, .with = std::move(with)};
  setting.from = parse_instant("2025-01-10T00:00").value();
  setting.to = setting.from + hours * 3600 * ns_per_second;
  setting.every_ns = 1800 * ns_per_second;
  return run(*kind("greenhouse"), setting).value();
}

// At night the balance is outside + heater / (7 + 25 vents): 10 + 70 / 7 with the vents shut.
TEST(Greenhouse, AtNightTheHeaterHoldsTheBalance) {
  const Rows rows = house({{"outside", 10}, {"swing", 0}, {"heater", 70}, {"vents", 0}}, 5);
  EXPECT_NEAR(rows.columns[0].back(), 20, 0.4);
}

// A day of sun with a noon of 500 W/m2: its energy is 500 * 24 h / pi * 3600 s/h = 13.75 MJ/m2;
// half of it at 2.45 MJ/kg is 2.81 mm, from 300 mm of soil 0.94 %.
TEST(Greenhouse, ADayOfSunDrinksItsShare) {
  const Rows rows = house({{"sun", 500}, {"root_depth", 0.3}}, 24);
  EXPECT_NEAR(rows.columns[2].front() - rows.columns[2].back(), 0.94, 0.15);
}

TEST(Greenhouse, IrrigationFillsTheSoil) {
  const Rows rows = house({{"irrigation", 10}, {"root_depth", 0.3}, {"sun", 0}}, 3);
  EXPECT_NEAR(rows.columns[2].back(), 40, 0.5);  // 30 mm on 300 mm of soil with 30 %
}

TEST(Greenhouse, OpenVentsCoolAndDry) {
  const Rows shut = house({{"vents", 0.1}}, 14);
  const Rows open = house({{"vents", 1}}, 14);
  EXPECT_GT(shut.columns[0].back(), open.columns[0].back() + 5);
  for (const double humidity : shut.columns[1]) {
    EXPECT_GE(humidity, 0);
    EXPECT_LE(humidity, 100);
  }
}

}  // namespace
}  // namespace cairn::simulate
