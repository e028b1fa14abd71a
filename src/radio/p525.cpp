// SPDX-License-Identifier: Apache-2.0
#include "radio/p525.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cairn::radio {

double free_space_loss_db(double frequency_ghz, double distance_km) {
  double wavelength_m = speed_of_light_m_per_ns / frequency_ghz;
  double turns = 4 * std::numbers::pi * distance_km * 1000 / wavelength_m;
  return std::max(0.0, 20 * std::log10(turns));
}

double slant_distance_km(double ground_distance_km, double tx_amsl_m, double rx_amsl_m) {
  double rise_km = (tx_amsl_m - rx_amsl_m) / 1000;
  return std::sqrt(ground_distance_km * ground_distance_km + rise_km * rise_km);
}

}  // namespace cairn::radio
