// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "simulate/device.hpp"

namespace cairn::simulate {
namespace {

Rows noise(std::vector<std::pair<std::string, double>> with) {
  Setting setting{.seed = 6, .zone = {8 * 3600}, .with = std::move(with)};
  setting.from = parse_instant("2025-03-01T00:00+08:00").value();
  setting.to = setting.from + ns_per_day;
  setting.every_ns = 3600 * ns_per_second;
  return run(*kind("street_noise"), setting).value();
}
double mean(const std::vector<double>& values, std::size_t from, std::size_t to) {
  double sum = 0;
  for (std::size_t i = from; i < to; ++i) sum += values[i];
  return sum / static_cast<double>(to - from);
}

// Two equal sources are 3 dB louder than one.
TEST(StreetNoise, EnergiesAdd) {
  const Rows alone = noise({{"day_traffic", 0}, {"night_traffic", 0}, {"background", 50}});
  const Rows two =
      noise({{"day_traffic", 0}, {"night_traffic", 0}, {"background", 50}, {"site", 50}});
  EXPECT_NEAR(mean(two.columns[0], 0, 24) - mean(alone.columns[0], 0, 24), 10 * std::log10(2), 1e-9)
      << "the same noise of the instrument";
}

// A tenth of the vehicles is 10 dB less.
TEST(StreetNoise, NightHasATenthOfTheTraffic) {
  const Rows rows = noise({{"background", 10}});
  EXPECT_NEAR(mean(rows.columns[0], 8, 20) - mean(rows.columns[0], 0, 5), 10, 0.6);
  EXPECT_DOUBLE_EQ(rows.columns[4][12], 600);
  EXPECT_DOUBLE_EQ(rows.columns[4][2], 60);
}

// Told once each, with the mean of energies over its hours.
TEST(StreetNoise, DayAndNightAreMeansOfEnergy) {
  Setting setting{.seed = 6, .zone = {8 * 3600}};
  setting.from = parse_instant("2025-03-01T00:00+08:00").value();
  setting.to = setting.from + 2 * ns_per_day;
  setting.every_ns = 3600 * ns_per_second;
  const Rows rows = run(*kind("street_noise"), setting).value();
  double energy = 0;
  for (int hour = 7; hour <= 22; ++hour) energy += std::pow(10, rows.columns[0][hour] / 10);
  EXPECT_NEAR(rows.columns[5][23], 10 * std::log10(energy / 16), 1e-9);
  energy = 0;
  for (int hour = 23; hour <= 30; ++hour) energy += std::pow(10, rows.columns[0][hour] / 10);
  EXPECT_NEAR(rows.columns[6][31], 10 * std::log10(energy / 8), 1e-9);
  int told = 0;
  for (const double level : rows.columns[6]) told += std::isnan(level) ? 0 : 1;
  EXPECT_EQ(told, 1) << "the first night was not whole";
}

}  // namespace
}  // namespace cairn::simulate
