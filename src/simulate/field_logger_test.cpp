// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "simulate/device.hpp"

namespace cairn::simulate {
namespace {

Rows logger(std::vector<std::pair<std::string, double>> with, std::vector<Change> changes = {},
            int days = 1) {
  Setting setting{.seed = 3, .with = std::move(with), .changes = std::move(changes)};
  setting.from = *parse_instant("2025-05-01");
  setting.to = setting.from + days * ns_per_day;
  setting.every_ns = 3'600 * ns_per_second;
  return run(*kind("field_logger"), setting).value();
}

// Without sun 1 W takes 24 Wh of 84 Wh in a day: 28.57 %.
TEST(FieldLogger, TheLoadEmptiesTheBattery) {
  const Rows rows = logger({{"panel", 0}, {"charge", 90}});
  EXPECT_NEAR(rows.columns[0].back(), 90 - 24.0 / 84 * 100, 1e-9);
  EXPECT_NEAR(rows.columns[1].back(), 11.8 + 0.9 * rows.columns[0].back() / 100, 1e-12);
}

// Half a sine over 12 h holds 12 * 2 / pi hours of its peak; 4 W without cloud, 0.85 kept, against
// 1 W for 24 h: 25.97 - 24 Wh, to the error of hourly sums.
TEST(FieldLogger, TheSunBalancesTheLoad) {
  const Rows rows = logger({{"panel", 4}, {"cloud", 0}, {"charge", 50}});
  EXPECT_NEAR(rows.columns[0].back(), 50 + (4 * 0.85 * 7.6394 - 24) / 84 * 100, 0.5);
}

TEST(FieldLogger, SilenceIsToldAtTheThirdIntervalAndWhenItDoubles) {
  const Instant from = *parse_instant("2025-05-01");
  const std::int64_t hour = 3'600 * ns_per_second;
  const Rows rows = logger({}, {{from + 5 * hour, from + 18 * hour, "outage", 1}});
  const auto& missed = rows.columns[4];
  EXPECT_EQ(missed[0], 0);
  EXPECT_TRUE(std::isnan(missed[6]));
  EXPECT_EQ(missed[7], 3);
  EXPECT_TRUE(std::isnan(missed[9]));
  EXPECT_EQ(missed[10], 6);
  EXPECT_EQ(missed[16], 12);
  EXPECT_EQ(missed[18], 0);
  EXPECT_TRUE(std::isnan(missed[19]));
  EXPECT_TRUE(std::isnan(rows.columns[3][17]));
  EXPECT_EQ(rows.columns[3][18], 1);
}

TEST(FieldLogger, AnEmptyOneIsSilentUntilTheSunHasFilledIt) {
  const Rows rows = logger({{"charge", 6}, {"panel", 30}, {"cloud", 0}});
  EXPECT_TRUE(std::isnan(rows.columns[0][4]));
  EXPECT_FALSE(std::isnan(rows.columns[0].back()));
}

TEST(FieldLogger, CalibrationIsToldOnceADay) {
  const Rows rows = logger({{"days_overdue", -1}}, {}, 3);
  const auto& overdue = rows.columns[5];
  EXPECT_EQ(overdue[0], -1);
  EXPECT_TRUE(std::isnan(overdue[1]));
  EXPECT_EQ(overdue[24], 0);
  EXPECT_EQ(overdue[48], 1);
  EXPECT_TRUE(std::isnan(overdue[71]));
}

}  // namespace
}  // namespace cairn::simulate
