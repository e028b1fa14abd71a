// SPDX-License-Identifier: Apache-2.0
#include "radio/tr38901.hpp"

#include <gtest/gtest.h>

#include "radio/testing.hpp"

namespace cairn::radio {
namespace {

TEST(RuralMacro, ValuesOfAnotherProgram) {
  auto rows = testing::rows_of(CAIRN_SOURCE_DIR "/src/radio/testdata/tr38901/rma_vectors.csv");
  ASSERT_EQ(rows.size(), 8U);
  double worst = 0;
  for (const std::vector<double>& r : rows) {
    auto loss = rural_macro_loss({.frequency_ghz = r[2],
                                  .base_m = r[3],
                                  .terminal_m = r[4],
                                  .building_m = r[5],
                                  .street_width_m = r[6]},
                                 r[0]);
    ASSERT_TRUE(loss);
    double value = r[1] == 1 ? loss->line_of_sight_db : loss->hidden_db;
    EXPECT_NEAR(value, r[7], 0.05) << r[0];
    worst = std::max(worst, std::abs(value - r[7]));
  }
  std::printf("greatest difference %.5f dB\n", worst);
}

TEST(RuralMacro, SightFadesWithDistance) {
  RuralMacro cell{.frequency_ghz = 0.7};
  EXPECT_DOUBLE_EQ(rural_macro_loss(cell, 10)->sight_probability, 1);
  EXPECT_NEAR(rural_macro_loss(cell, 1010)->sight_probability, 0.36787944117144233, 1e-12);
  double last_sight = 0;
  double last_hidden = 0;
  for (double d = 10; d < 10'000; d *= 1.05) {
    RuralMacroLoss loss = *rural_macro_loss(cell, d);
    EXPECT_GT(loss.line_of_sight_db, last_sight - 0.05);
    EXPECT_GE(loss.hidden_db, last_hidden - 0.05);
    EXPECT_GE(loss.hidden_db, loss.line_of_sight_db);
    EXPECT_GE(loss.mean_db, loss.line_of_sight_db);
    EXPECT_LE(loss.mean_db, loss.hidden_db);
    EXPECT_EQ(loss.line_of_sight_sigma_db, d <= loss.break_point_m ? 4 : 6);
    EXPECT_EQ(loss.outside_range, d > 5000);
    last_sight = loss.line_of_sight_db;
    last_hidden = loss.hidden_db;
  }
}

TEST(RuralMacro, NearReceiversCountAsTenMetres) {
  RuralMacro cell{.frequency_ghz = 0.7};
  EXPECT_DOUBLE_EQ(rural_macro_loss(cell, 0)->mean_db, rural_macro_loss(cell, 10)->mean_db);
}

TEST(RuralMacro, RefusesWhatItDoesNotKnow) {
  EXPECT_FALSE(rural_macro_loss({.frequency_ghz = 0.4}, 100));
  EXPECT_FALSE(rural_macro_loss({.frequency_ghz = 1, .base_m = 0.01}, 100));
  EXPECT_FALSE(rural_macro_loss({.frequency_ghz = 1}, -1));
  EXPECT_FALSE(rural_macro_loss({.frequency_ghz = 1}, std::nan("")));
}

}  // namespace
}  // namespace cairn::radio
