// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "simulate/kinds.hpp"

namespace cairn::simulate {
namespace {

constexpr Zone china{8 * 3600};
enum Out : std::size_t {
  aaaa,
  page_v4,
  page_v6,
  success,
  latency_v4,
  latency_v6,
  degradation,
  consistency,
  lame,
  days_left
};

Setting ten_days() {
  Setting out;
  out.zone = china;
  out.from = *parse_instant("2024-09-01T02:00", china);
  out.to = out.from + 10 * ns_per_day;
  out.every_ns = 6 * 3'600 * ns_per_second;
  return out;
}
Rows rows_of(const Setting& setting) {
  auto rows = run(web_service_kind(), setting);
  EXPECT_TRUE(rows.has_value());
  return rows ? *rows : Rows{};
}

// At 2 o'clock the wave is at its bottom: no queue, 3 * 20 + 40 = 100 ms. At 14 o'clock rho is 0.6:
// 60 + 40 / 0.4 = 160 ms. Give or take 2 %.
TEST(WebService, TimesByHand) {
  const Rows rows = rows_of(ten_days());
  ASSERT_EQ(rows.times.size(), 40u);
  for (std::size_t i = 0; i < 40; i += 4) {
    EXPECT_NEAR(rows.columns[latency_v4][i], 100, 2.0001);
    EXPECT_NEAR(rows.columns[latency_v4][i + 2], 160, 3.2001);
    EXPECT_NEAR(rows.columns[latency_v6][i], 106, 2.1201);
    EXPECT_EQ(rows.columns[degradation][i], 0);  // 6 ms are none
  }
}

TEST(WebService, SlowPathIsADegradation) {
  Setting setting = ten_days();
  setting.with = {{"rtt_v6", 40}, {"load", 0}};
  const Rows rows = rows_of(setting);
  // 160 against 100 ms, each give or take 2 %.
  for (const double value : rows.columns[degradation]) EXPECT_NEAR(value, 60, 6.6);
}

TEST(WebService, CertificateFallsByOneADayUntilItIsRenewed) {
  Setting setting = ten_days();
  setting.with = {{"valid", 5}};
  setting.changes = {
      {setting.from + 8 * ns_per_day, setting.from + 8 * ns_per_day + 1, "renew", 1}};
  const Rows rows = rows_of(setting);
  const double first = rows.columns[days_left].front();
  for (std::size_t i = 0; i + 4 < 32; ++i) {
    EXPECT_EQ(rows.columns[days_left][i + 4], rows.columns[days_left][i] - 1);
  }
  EXPECT_LE(first, 5);
  EXPECT_LT(rows.columns[days_left][31], 0);
  EXPECT_EQ(rows.columns[days_left][32], 5);
}

TEST(WebService, WithoutAPathNothingIsCompared) {
  Setting setting = ten_days();
  setting.with = {{"path_v6", 0}};
  Rows rows = rows_of(setting);
  EXPECT_EQ(rows.columns[success].front(), 0);
  EXPECT_EQ(rows.columns[page_v6].front(), 0);
  EXPECT_EQ(rows.columns[page_v4].front(), 1);
  for (const Out out : {latency_v6, degradation, consistency}) {
    EXPECT_TRUE(std::isnan(rows.columns[out].front()));
  }
  setting.with = {{"aaaa", 0}};
  rows = rows_of(setting);
  EXPECT_TRUE(std::isnan(rows.columns[success].front()));
  EXPECT_EQ(rows.columns[page_v6].front(), 0);
}

TEST(WebService, ChancesAreWhatTheyAre) {
  Setting setting = ten_days();
  setting.to = setting.from + 2'000 * ns_per_day;
  setting.with = {{"path_v6", 0.7}, {"valid", 400}};
  const Rows rows = rows_of(setting);
  double sum = 0;
  for (const double value : rows.columns[success]) sum += value;
  // 24,000 tries: one standard deviation is 0.3 %.
  EXPECT_NEAR(sum / static_cast<double>(rows.times.size()), 70, 1.5);
}

TEST(WebService, TheSameSeedGivesTheSameBytes) {
  const Rows a = rows_of(ten_days());
  const Rows b = rows_of(ten_days());
  EXPECT_EQ(a.columns, b.columns);
}

}  // namespace
}  // namespace cairn::simulate
