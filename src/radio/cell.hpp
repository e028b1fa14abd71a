// SPDX-License-Identifier: Apache-2.0
// What radiates: a cell is one sector of one band of one site.
#pragma once

#include <string>

#include "geo/geometry.hpp"
#include "radio/antenna.hpp"
#include "radio/link_budget.hpp"

namespace cairn::radio {

struct Cell {
  std::string id;
  std::string site;  // cells of one site at one height share their geometry
  std::string operator_id;
  geo::Point position;                      // WGS 84, degrees
  double mast_m = 0;                        // above ground
  double azimuth_deg = 0;                   // of the main lobe, clockwise from north
  double mechanical_tilt_deg = 0;           // downwards
  const AntennaPattern* antenna = nullptr;  // null: omnidirectional. Not owned
  const LinkBudget* budget = nullptr;       // of its band. Never null, not owned
  double power_offset_db = 0;               // of this cell against its band's budget
};

// The budget of a cell as it stands: its band's with the power offset, and the gain of its antenna
// where it has one.
LinkBudget cell_budget(const Cell& cell);

// Loss below the main lobe towards a receiver at `bearing_deg` (clockwise from north) and
// `depression_deg` below the horizon; both tilts and the azimuth considered.
double antenna_loss_db(const Cell& cell, double bearing_deg, double depression_deg);

// Errors name the member and say what it must be: no budget, one that check_budget refuses, angles
// that are not finite, a position that is none. Whether the mast suits is up to the model.
Status check_cell(const Cell& cell);

}  // namespace cairn::radio
