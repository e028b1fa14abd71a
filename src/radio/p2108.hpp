// SPDX-License-Identifier: Apache-2.0
// Clutter around a terminal, Recommendation ITU-R P.2108-1: loss to add to a prediction that
// ends above the roofs. The three models are for different links and are not to be added up.
#pragma once

#include <cstdint>

#include "core/result.hpp"

namespace cairn::radio {

// Table 1 of section 3.1; the numbers are those of the reference software.
enum class Clutter : std::uint8_t {
  water = 1,
  open_rural,
  suburban,
  urban,
  trees,
  dense_urban,
};

// Section 3.1: a terminal of known height within clutter of known height; 0.03 to 3 GHz.
struct ClutterTerminal {
  double frequency_ghz = 0;
  double antenna_m = 0;        // h, above ground
  double street_width_m = 27;  // w_s
  double clutter_m = 0;        // R; the recommendation proposes 10, 10, 10, 15, 15, 20 m
  Clutter clutter = Clutter::open_rural;
};
Result<double> p2108_terminal_loss_db(const ClutterTerminal& terminal);

// Section 3.2: loss not exceeded at `location_percent` of locations, one end of a terrestrial
// path of at least 0.25 km within clutter; 0.5 to 67 GHz. Needs no clutter data.
Result<double> p2108_terrestrial_loss_db(double frequency_ghz, double distance_km,
                                         double location_percent);

// Section 3.3: an airborne or space terminal at `elevation_deg`, the other within clutter;
// 10 to 100 GHz.
Result<double> p2108_aeronautical_loss_db(double frequency_ghz, double elevation_deg,
                                          double location_percent);

}  // namespace cairn::radio
