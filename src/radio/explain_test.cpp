// SPDX-License-Identifier: Apache-2.0
#include "radio/explain.hpp"

#include <gtest/gtest.h>

#include <set>

#include "radio/testing.hpp"

namespace cairn::radio {
namespace {

double value_of(const std::vector<Quantity>& all, std::string_view symbol) {
  for (const Quantity& q : all) {
    if (q.symbol == symbol) return q.value;
  }
  ADD_FAILURE() << "no " << symbol;
  return NAN;
}

void expect_complete(const std::vector<Quantity>& all) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const Quantity& q : all) {
    EXPECT_FALSE(q.meaning.empty()) << q.symbol;
    EXPECT_FALSE(q.equation.empty()) << q.symbol;
    EXPECT_TRUE(std::isfinite(q.value)) << q.symbol;
    EXPECT_TRUE(seen.insert({q.symbol, q.equation}).second ||
                (q.symbol == "h_st" || q.symbol == "h_sr"))
        << q.symbol << " twice";
  }
}

TEST(Explain, EveryQuantityOfP1812) {
  testing::Generator generator(3);
  testing::OwnedProfile p = testing::random_profile(generator, 200, 40, 700);
  Result<P1812> link =
      p1812(p.view(), {.tx_mast_m = 30, .rx_mast_m = 2}, {}, {.frequency_ghz = 0.7});
  ASSERT_TRUE(link);
  std::vector<Quantity> all = quantities(link->geometry, link->loss);
  expect_complete(all);
  EXPECT_GE(all.size(), 55U);
  EXPECT_EQ(value_of(all, "L_b"), link->loss.basic_loss_db);
  EXPECT_EQ(value_of(all, "theta"), link->geometry.angular_distance_mrad);
  // What is shown adds up: Eq. (39) from its parts.
  EXPECT_DOUBLE_EQ(value_of(all, "L_d50"),
                   value_of(all, "L_bulla50") +
                       std::max(value_of(all, "L_dsph50") - value_of(all, "L_bulls50"), 0.0));
  EXPECT_DOUBLE_EQ(value_of(all, "L_bd50"), value_of(all, "L_bfs") + value_of(all, "L_d50"));
}

TEST(Explain, EveryQuantityOfItm) {
  Result<ItmGeometry> path =
      itm_area_geometry({.distance_km = 40}, {.tx_mast_m = 30, .rx_mast_m = 2}, {});
  Result<ItmRadio> radio = itm_radio({.frequency_mhz = 700}, {.time_percent = 90});
  ASSERT_TRUE(path && radio);
  ItmLoss loss = itm_loss(*path, *radio);
  std::vector<Quantity> all = quantities(*path, loss);
  expect_complete(all);
  EXPECT_DOUBLE_EQ(value_of(all, "L_b"), value_of(all, "L_bf") + value_of(all, "A"));
  EXPECT_EQ(value_of(all, "A_ref"), loss.reference_db);
}

}  // namespace
}  // namespace cairn::radio
