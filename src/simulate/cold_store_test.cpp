// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "simulate/device.hpp"

namespace cairn::simulate {
namespace {

Rows store(std::vector<std::pair<std::string, double>> with, std::int64_t hours = 24) {
  Setting setting{.seed = 2, .with = std::move(with)};
  setting.from = parse_instant("2025-07-01T00:00").value();
  setting.to = setting.from + hours * 3600 * ns_per_second;
  setting.every_ns = 600 * ns_per_second;
  return run(*kind("cold_store"), setting).value();
}

TEST(ColdStore, TheThermostatKeepsItsBand) {
  const Rows rows = store({{"set_point", 5}, {"band", 1}, {"swing", 0}});
  const auto [least, most] = std::ranges::minmax(rows.columns[0]);
  EXPECT_GT(least, 4.2);  // half the band, half a minute of cooling and the sensor's noise
  EXPECT_LT(most, 5.8);
}

// Without cooling, T = outside + (T0 - outside) exp(-UA t / C): UA 0.15 kW/K, C 6000 kJ/K, t 10 h
// is exp(-0.9).
TEST(ColdStore, WithoutCoolingItWarmsExponentially) {
  const Rows rows = store({{"failed", 1}, {"ambient", 25}, {"swing", 0}, {"set_point", 5}}, 10);
  EXPECT_NEAR(rows.columns[0].back(), 25 - 20 * std::exp(-0.9), 0.3);
}

// In the mean the compressor moves what the walls let in: 0.15 * (20 - 5) = 2.25 kW, a quarter of
// an hour's work at 2.5 of heat by work.
TEST(ColdStore, PowerIsTheWallsHeatOverTheCoefficient) {
  const Rows rows = store({{"ambient", 20}, {"swing", 0}, {"set_point", 5}}, 240);
  double mean = 0;
  for (const double kw : rows.columns[2]) mean += kw / static_cast<double>(rows.times.size());
  EXPECT_NEAR(mean, 2.25 / 2.5, 0.05);
}

TEST(ColdStore, AnOpenDoorWarmsIt) {
  EXPECT_GT(store({{"door", 1}}, 3).columns[0].back(), 8);
}

}  // namespace
}  // namespace cairn::simulate
