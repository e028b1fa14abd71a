// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "simulate/device.hpp"

namespace cairn::simulate {
namespace {

Rows stack(std::vector<std::pair<std::string, double>> with, std::vector<Change> changes = {}) {
  Setting setting{.seed = 5, .with = std::move(with), .changes = std::move(changes)};
  setting.from = parse_instant("2025-03-01T00:00").value();
  setting.to = setting.from + 12 * 3600 * ns_per_second;
  setting.every_ns = 3600 * ns_per_second;
  return run(*kind("stack_gas"), setting).value();
}

// 4000 (1 - 0.97) = 120, 350 (1 - 0.8) = 70, 20000 (1 - 0.9992) = 16 mg/m3.
TEST(StackGas, WhatTheCleaningLeaves) {
  const Rows rows = stack({});
  EXPECT_NEAR(rows.columns[0].back(), 120, 6);
  EXPECT_NEAR(rows.columns[1].back(), 70, 4);
  EXPECT_NEAR(rows.columns[2].back(), 16, 2);
}

// At 13.5 % oxygen half of the gas is air: (21 - 13.5) / 15.
TEST(StackGas, AirDilutesWhatIsMeasured) {
  const Rows rows = stack({{"oxygen", 13.5}});
  EXPECT_NEAR(rows.columns[4].back() / rows.columns[0].back(), 0.5, 0.02);
}

// An hour is two lags: 1200 - (1200 - 120) exp(-2) = 1053.8.
TEST(StackGas, AFailedScrubberShowsWithinTheHour) {
  const Instant from = parse_instant("2025-03-01T00:00").value();
  const Rows rows = stack(
      {}, {{from + 6 * 3600 * ns_per_second, from + 12 * 3600 * ns_per_second, "scrubber", 0.7}});
  EXPECT_NEAR(rows.columns[0][6], 1053.8, 60);
}

}  // namespace
}  // namespace cairn::simulate
