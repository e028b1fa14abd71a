// SPDX-License-Identifier: Apache-2.0
// Cells for the tests of this module: one band, sites given in the plane.
#pragma once

#include <string>

#include "geo/terrain.hpp"
#include "radio/cell.hpp"

namespace cairn::radio::testing {

inline LinkBudget budget_700() {
  LinkBudget budget;
  budget.band = "n28";
  budget.technology = "5g";
  budget.downlink_mhz = 768;
  budget.uplink_mhz = 713;
  budget.bandwidth_mhz = 30;
  budget.resource_blocks = 160;
  budget.power_dbm = 53.8;
  budget.antenna_gain_dbi = 15;
  budget.feeder_loss_db = 0.5;
  return budget;
}

inline Cell cell_at(const geo::TerrainGrid& terrain, geo::PlanePoint at, const LinkBudget& budget,
                    std::string id = "a", double mast_m = 30) {
  Cell cell;
  cell.id = id;
  cell.site = id;
  cell.position = terrain.plane.inverse(at);
  cell.mast_m = mast_m;
  cell.budget = &budget;
  return cell;
}

}  // namespace cairn::radio::testing
