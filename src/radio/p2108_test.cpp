// SPDX-License-Identifier: Apache-2.0
#include "radio/p2108.hpp"

#include <gtest/gtest.h>

#include "radio/testing.hpp"

namespace cairn::radio {
namespace {

const std::string data = CAIRN_SOURCE_DIR "/src/radio/testdata/p2108/";

// The last columns of every table: a return code, 0 for good input, and the loss to 0.1 dB.
void expect_row(const Result<double>& loss, double code, double expected, std::size_t row) {
  SCOPED_TRACE("row " + std::to_string(row + 1));
  ASSERT_EQ(loss.has_value(), code == 0);
  if (loss) {
    EXPECT_NEAR(*loss, expected, 0.0501);
  }
}

TEST(P2108, TerminalOfNtia) {
  auto rows = testing::rows_of(data + "HeightGainTerminalCorrectionModelTestData.csv");
  ASSERT_EQ(rows.size(), 23U);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::vector<double>& r = rows[i];
    ClutterTerminal terminal{r[0], r[1], r[2], r[3], static_cast<Clutter>(static_cast<int>(r[4]))};
    expect_row(p2108_terminal_loss_db(terminal), r[5], r[6], i);
  }
}

TEST(P2108, TerrestrialOfNtia) {
  auto rows = testing::rows_of(data + "TerrestrialStatisticalModelTestData.csv");
  ASSERT_EQ(rows.size(), 12U);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::vector<double>& r = rows[i];
    expect_row(p2108_terrestrial_loss_db(r[0], r[1], r[2]), r[3], r[4], i);
  }
}

TEST(P2108, AeronauticalOfNtia) {
  auto rows = testing::rows_of(data + "AeronauticalStatisticalModelTestData.csv");
  ASSERT_EQ(rows.size(), 13U);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::vector<double>& r = rows[i];
    expect_row(p2108_aeronautical_loss_db(r[0], r[1], r[2]), r[3], r[4], i);
  }
}

TEST(P2108, TerrestrialStopsGrowingAtTwoKilometres) {
  double last = 0;
  for (double d = 0.25; d < 2; d += 0.05) {
    double loss = *p2108_terrestrial_loss_db(3.5, d, 50);
    EXPECT_GT(loss, last);
    last = loss;
  }
  EXPECT_GE(*p2108_terrestrial_loss_db(3.5, 2, 50), last);
  EXPECT_DOUBLE_EQ(*p2108_terrestrial_loss_db(3.5, 2, 50), *p2108_terrestrial_loss_db(3.5, 50, 50));
}

// Both independent programs that we compared with take the lesser of the loss at the distance
// and at 2 km, whatever the distance.
TEST(P2108, FewLocationsGainBeyondTwoKilometres) {
  double near = *p2108_terrestrial_loss_db(16.1602, 2, 91.7197);
  double far = *p2108_terrestrial_loss_db(16.1602, 15.8964, 91.7197);
  EXPECT_LT(far, near);
  EXPECT_NEAR(far, 38.5380, 1e-4);
}

TEST(P2108, RefusesWhatIsNotANumber) {
  double nan = std::nan("");
  EXPECT_FALSE(p2108_terrestrial_loss_db(nan, 1, 50));
  EXPECT_FALSE(p2108_aeronautical_loss_db(20, nan, 50));
  EXPECT_FALSE(p2108_terminal_loss_db({.frequency_ghz = 1, .antenna_m = nan, .clutter_m = 10}));
  EXPECT_FALSE(p2108_terminal_loss_db(
      {.frequency_ghz = 1, .antenna_m = 2, .clutter_m = 10, .clutter = static_cast<Clutter>(7)}));
}

}  // namespace
}  // namespace cairn::radio
