// SPDX-License-Identifier: Apache-2.0
// Free space, Recommendation ITU-R P.525.
#pragma once

namespace cairn::radio {

// Speed of light as the recommendations round it where they ask for a wavelength.
inline constexpr double speed_of_light_m_per_ns = 0.299792458;

// Basic transmission loss between isotropic antennas, 20 log10(4 pi d / lambda). Distance and
// frequency must be greater than 0. Nearer than a wavelength / (4 pi) the formula would give a
// gain; the answer is then 0 dB.
double free_space_loss_db(double frequency_ghz, double distance_km);

// Distance between the two antennas, not along the ground.
double slant_distance_km(double ground_distance_km, double tx_amsl_m, double rx_amsl_m);

}  // namespace cairn::radio
