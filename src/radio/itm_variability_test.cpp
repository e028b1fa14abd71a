// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "radio/itm.hpp"
#include "radio/testing.hpp"

namespace cairn::radio {
namespace {

ItmGeometry hills() {
  return *itm_area_geometry({.distance_km = 40}, {.tx_mast_m = 30, .rx_mast_m = 2}, {});
}

double loss_db(const ItmStatistics& statistics, double frequency_mhz = 700) {
  Result<ItmRadio> radio = itm_radio({.frequency_mhz = frequency_mhz}, statistics);
  EXPECT_TRUE(radio);
  return itm_loss(hills(), *radio).basic_loss_db;
}

TEST(ItmVariability, MoreCertaintyMoreLoss) {
  for (int mode = 0; mode < 4; ++mode) {
    ItmStatistics s{.mode = static_cast<ItmMode>(mode)};
    double last = 0;
    for (double percent = 1; percent < 100; percent += 7) {
      s.time_percent = s.location_percent = s.situation_percent = percent;
      double value = loss_db(s);
      EXPECT_GT(value, last) << mode << ' ' << percent;
      last = value;
    }
  }
}

TEST(ItmVariability, ModesIgnoreWhatTheyJoin) {
  ItmStatistics s{.time_percent = 80, .location_percent = 30, .situation_percent = 60};
  ItmStatistics other = s;
  other.location_percent = 90;
  s.mode = other.mode = ItmMode::broadcast;
  EXPECT_NE(loss_db(s), loss_db(other));
  s.mode = other.mode = ItmMode::mobile;
  EXPECT_EQ(loss_db(s), loss_db(other));
  s.mode = other.mode = ItmMode::individual;
  EXPECT_EQ(loss_db(s), loss_db(other));
  other.time_percent = 20;
  EXPECT_NE(loss_db(s), loss_db(other));
  s.mode = other.mode = ItmMode::single_message;
  EXPECT_EQ(loss_db(s), loss_db(other));
}

TEST(ItmVariability, PartsCanBeLeftOut) {
  ItmStatistics all{.time_percent = 90, .location_percent = 90, .situation_percent = 90};
  ItmStatistics fixed = all;
  fixed.location_varies = false;
  EXPECT_LT(loss_db(fixed), loss_db(all) - 3);
  ItmStatistics sure = fixed;
  sure.situation_varies = false;
  EXPECT_LT(loss_db(sure), loss_db(fixed) - 3);
}

TEST(ItmVariability, ClimatesDiffer) {
  std::vector<double> losses;
  for (int climate = 1; climate <= 7; ++climate) {
    ItmStatistics s{.climate = static_cast<ItmClimate>(climate), .time_percent = 5};
    losses.push_back(loss_db(s));
  }
  for (std::size_t a = 0; a < losses.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) EXPECT_NE(losses[a], losses[b]);
  }
}

TEST(ItmVariability, MarksExtremeChances) {
  Result<ItmRadio> radio = itm_radio({.frequency_mhz = 700}, {.time_percent = 99.95});
  EXPECT_TRUE(itm_loss(hills(), *radio).warnings & itm_warning::extreme_chance);
  radio = itm_radio({.frequency_mhz = 700}, {.time_percent = 99});
  EXPECT_FALSE(itm_loss(hills(), *radio).warnings & itm_warning::extreme_chance);
}

}  // namespace
}  // namespace cairn::radio
