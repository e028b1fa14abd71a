// SPDX-License-Identifier: Apache-2.0
// Antenna patterns as makers publish them: MSI and Planet (.msi, .pln, .pla) files, one loss a
// degree in the horizontal and in the vertical cut.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace cairn::radio {

struct AntennaPattern {
  std::string name;
  double gain_dbi = 0;
  double frequency_mhz = 0;                     // 0: not said
  double electrical_tilt_deg = 0;               // downwards; already in the vertical cut
  std::array<float, 360> horizontal_loss_db{};  // below the maximum; 0 ahead, clockwise
  std::array<float, 360> vertical_loss_db{};    // 0 at the horizon ahead, 90 straight down

  // Loss below the maximum gain in a direction relative to the antenna: `azimuth_deg` clockwise
  // from where it points, `depression_deg` below its (mechanically tilted) horizon.
  double loss_db(double azimuth_deg, double depression_deg) const;
};

// Errors name file:line: a cut without 360 degrees, an angle twice, a gain in an unknown unit …
Result<AntennaPattern> parse_antenna(std::string_view text, std::string_view file);

// A sector of the given half-power widths after 3GPP TR 38.901 Table 7.3-1 (maximum loss 30 dB).
AntennaPattern standard_sector(double gain_dbi, double horizontal_deg, double vertical_deg);
AntennaPattern omnidirectional(double gain_dbi);

}  // namespace cairn::radio
