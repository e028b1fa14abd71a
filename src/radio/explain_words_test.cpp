// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "radio/explain.hpp"
#include "radio/p525.hpp"
#include "radio/testing.hpp"

namespace cairn::radio {
namespace {

void expect_words(const std::vector<Quantity>& all) {
  ASSERT_FALSE(all.empty());
  for (const Quantity& q : all) EXPECT_FALSE(chinese(q.meaning).empty()) << q.meaning;
}

TEST(ExplainWords, EveryMeaningHasBothLanguages) {
  testing::Generator generator(4);
  testing::OwnedProfile p = testing::random_profile(generator, 100, 20, 500);
  Terminals masts{.tx_mast_m = 30, .rx_mast_m = 2};
  Result<P1812> link = p1812(p.view(), masts, {}, {.frequency_ghz = 0.7});
  Result<P526Loss> edge = p526_loss(p.view(), masts, {.frequency_ghz = 0.7});
  Result<ItmGeometry> area = itm_area_geometry({.distance_km = 20}, masts, {});
  Result<ItmRadio> radio = itm_radio({.frequency_mhz = 700}, {});
  Result<RuralMacroLoss> rural = rural_macro_loss({.frequency_ghz = 0.7}, 2'000);
  ASSERT_TRUE(link && edge && area && radio && rural);
  expect_words(quantities(link->geometry, link->loss));
  expect_words(quantities(*edge, 120));
  expect_words(quantities(*area, itm_loss(*area, *radio)));
  expect_words(quantities(*rural, 2'000));
  EXPECT_EQ(chinese("no such quantity"), "");
}

TEST(ExplainWords, PartsOfP526AddUp) {
  testing::Generator generator(5);
  testing::OwnedProfile p = testing::random_profile(generator, 100, 20, 500);
  Result<P526Loss> edge =
      p526_loss(p.view(), {.tx_mast_m = 30, .rx_mast_m = 2}, {.frequency_ghz = 0.7});
  ASSERT_TRUE(edge);
  double free_db = free_space_loss_db(0.7, 20);
  std::vector<Quantity> all = quantities(*edge, free_db);
  EXPECT_EQ(all.back().symbol, "L_b");
  EXPECT_EQ(all.back().value, edge->loss.total_db + free_db);
}

}  // namespace
}  // namespace cairn::radio
