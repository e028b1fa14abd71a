// SPDX-License-Identifier: Apache-2.0
#include "radio/cell.hpp"

#include <cmath>

#include "core/text.hpp"

namespace cairn::radio {

LinkBudget cell_budget(const Cell& cell) {
  LinkBudget budget = *cell.budget;
  budget.power_dbm += cell.power_offset_db;
  if (cell.antenna != nullptr) budget.antenna_gain_dbi = cell.antenna->gain_dbi;
  return budget;
}

double antenna_loss_db(const Cell& cell, double bearing_deg, double depression_deg) {
  if (cell.antenna == nullptr) return 0;
  const AntennaDirection towards =
      tilted(bearing_deg - cell.azimuth_deg, depression_deg, cell.mechanical_tilt_deg);
  return cell.antenna->loss_db(towards.azimuth_deg, towards.depression_deg);
}

Status check_cell(const Cell& cell) {
  const auto wrong = [](const char* what, double value, const char* must) {
    return fail(Code::invalid, format("{} {} must be {}", what, value, must));
  };
  if (cell.budget == nullptr) return fail(Code::invalid, "the cell has no band");
  if (!(std::abs(cell.position.x) <= 180)) {
    return wrong("longitude", cell.position.x, "within -180 to 180");
  }
  if (!(std::abs(cell.position.y) <= 90)) {
    const bool swapped = std::abs(cell.position.y) <= 180 && std::abs(cell.position.x) <= 90;
    return wrong(
        "latitude", cell.position.y,
        swapped ? "within -90 to 90; are longitude and latitude swapped?" : "within -90 to 90");
  }
  if (!std::isfinite(cell.mast_m)) return wrong("mast", cell.mast_m, "a height in m");
  if (!(std::abs(cell.azimuth_deg) <= 360)) {
    return wrong("azimuth", cell.azimuth_deg, "within -360 to 360 degrees");
  }
  if (!(std::abs(cell.mechanical_tilt_deg) <= 90)) {
    return wrong("mechanical tilt", cell.mechanical_tilt_deg, "within -90 to 90 degrees");
  }
  if (!(std::abs(cell.power_offset_db) <= 100)) {
    return wrong("power offset", cell.power_offset_db, "within -100 to 100 dB");
  }
  return check_budget(cell_budget(cell));
}

}  // namespace cairn::radio
