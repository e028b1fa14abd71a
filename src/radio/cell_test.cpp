// SPDX-License-Identifier: Apache-2.0
#include "radio/cell.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace cairn::radio {
namespace {

LinkBudget budget() {
  LinkBudget b;
  b.band = "n28";
  b.downlink_mhz = 773;
  b.uplink_mhz = 718;
  b.bandwidth_mhz = 30;
  b.resource_blocks = 160;
  b.power_dbm = 53.8;
  b.antenna_gain_dbi = 15;
  return b;
}

Cell cell(const LinkBudget& budget) {
  Cell out;
  out.id = "c";
  out.position = {102, 28};
  out.mast_m = 30;
  out.budget = &budget;
  return out;
}

TEST(Cell, BudgetTakesThePowerOffsetAndTheGainOfItsAntenna) {
  LinkBudget band = budget();
  Cell c = cell(band);
  EXPECT_EQ(eirp_per_re_dbm(cell_budget(c)), eirp_per_re_dbm(band));
  c.power_offset_db = -3;
  EXPECT_NEAR(eirp_per_re_dbm(cell_budget(c)), eirp_per_re_dbm(band) - 3, 1e-12);
  AntennaPattern antenna = omnidirectional(9);
  c.antenna = &antenna;
  EXPECT_NEAR(eirp_per_re_dbm(cell_budget(c)), eirp_per_re_dbm(band) - 9, 1e-12);
}

TEST(Cell, AntennaLossFollowsAzimuthAndBothTilts) {
  LinkBudget band = budget();
  AntennaPattern antenna = standard_sector(15, 65, 10, 2);
  Cell c = cell(band);
  EXPECT_EQ(antenna_loss_db(c, 123, 45), 0);  // without an antenna: everywhere alike
  c.antenna = &antenna;
  c.azimuth_deg = 350;
  c.mechanical_tilt_deg = 3;
  EXPECT_NEAR(antenna_loss_db(c, 350, 5), 0, 1e-6);  // 2 electrical and 3 mechanical
  EXPECT_NEAR(antenna_loss_db(c, 350, 0), 3, 1e-4);  // half a width above
  EXPECT_NEAR(antenna_loss_db(c, 350 + 32, 5), 3, 0.2);
  EXPECT_NEAR(antenna_loss_db(c, 22, 5), antenna_loss_db(c, 382, 5), 1e-9);
  c.mechanical_tilt_deg = -3;  // upwards, as for a village on the slope
  EXPECT_NEAR(antenna_loss_db(c, 350, -1), 0, 1e-6);
}

TEST(Cell, SaysWhatIsWrong) {
  LinkBudget band = budget();
  auto complaint = [&](auto change) {
    Cell c = cell(band);
    change(c);
    Status status = check_cell(c);
    return status ? "" : status.error().message;
  };
  EXPECT_EQ(complaint([](Cell&) {}), "");
  EXPECT_EQ(complaint([](Cell& c) { c.budget = nullptr; }), "the cell has no band");
  EXPECT_EQ(complaint([](Cell& c) {
              c.position = {28, 102};
            }),
            "latitude 102 must be within -90 to 90; are longitude and latitude swapped?");
  EXPECT_EQ(complaint([](Cell& c) { c.position.x = NAN; }),
            "longitude nan must be within -180 to 180");
  EXPECT_EQ(complaint([](Cell& c) { c.mast_m = INFINITY; }), "mast inf must be a height in m");
  EXPECT_EQ(complaint([](Cell& c) { c.azimuth_deg = 1e9; }),
            "azimuth 1000000000 must be within -360 to 360 degrees");
  EXPECT_EQ(complaint([](Cell& c) { c.mechanical_tilt_deg = NAN; }),
            "mechanical tilt nan must be within -90 to 90 degrees");
  EXPECT_EQ(complaint([](Cell& c) { c.power_offset_db = -200; }),
            "power offset -200 must be within -100 to 100 dB");
  LinkBudget bad = band;
  bad.resource_blocks = 0;
  EXPECT_EQ(complaint([&](Cell& c) { c.budget = &bad; }),
            "resource_blocks 0 of band 'n28' is not within 1 to 10000");
}

}  // namespace
}  // namespace cairn::radio
