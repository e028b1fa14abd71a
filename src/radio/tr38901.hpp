// SPDX-License-Identifier: Apache-2.0
// Rural macro cell of 3GPP TR 38.901 (table 7.4.1-1): 0.5 to 30 GHz, no terrain. For flat
// country, for sanity, and where there is no relief data; never the model of mountains.
#pragma once

#include "core/result.hpp"

namespace cairn::radio {

struct RuralMacro {
  double frequency_ghz = 0;
  double base_m = 35;          // 10 .. 150
  double terminal_m = 1.5;     // 1 .. 10
  double building_m = 5;       // h, average, 5 .. 50
  double street_width_m = 20;  // W, 5 .. 50
};

struct RuralMacroLoss {
  double line_of_sight_db = 0;        // PL of a terminal in sight
  double line_of_sight_sigma_db = 0;  // 4 before the break point, 6 after
  double hidden_db = 0;               // PL of one that is not
  double hidden_sigma_db = 8;
  double sight_probability = 0;  // table 7.4.2-1
  double mean_db = 0;            // the two, weighed by the probability
  double break_point_m = 0;      // d_BP
  bool outside_range = false;    // beyond 10 km in sight, 5 km hidden: computed all the same
};

// `ground_distance_m` from 10 m on; nearer receivers are taken to be at 10 m.
Result<RuralMacroLoss> rural_macro_loss(const RuralMacro& cell, double ground_distance_m);

}  // namespace cairn::radio
