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
  double peak_depression_deg = 0;               // of the vertical cut's maximum ahead
  double most_loss_db = 0;                      // no direction loses more than this

  // Loss below the maximum gain in a direction relative to the antenna: `azimuth_deg` clockwise
  // from where it points, `depression_deg` below its (mechanically tilted) horizon. At least 0.
  //
  // Two cuts become a sphere by horizontal projection: the horizontal cut, and how much the
  // vertical one changes from its maximum, ahead and behind, weighted by the azimuth:
  //   H(a) + (1 - |a|/180) (V(d) - V(t)) + |a|/180 (V(180 - d) - V(180 - t)),  t: peak_depression
  // Both cuts come out as they went in (the horizontal one is that of the cone at the depression
  // of the maximum, as makers publish it), which the plain sum H + V does not do behind the
  // antenna. After the method of that name in Altair WinProp's manual (AMan, "Horizontal Projection
  // Interpolation"), which recommends it for tilted sectors. Where a front and a back are alike, as
  // in standard_sector, it is the sum of 3GPP. Linear in dB between whole degrees.
  double loss_db(double azimuth_deg, double depression_deg) const;
  bool operator==(const AntennaPattern&) const = default;
};

// A direction in an antenna's own frame.
struct AntennaDirection {
  double azimuth_deg = 0;     // -180 .. 180, clockwise from where it points
  double depression_deg = 0;  // -90 .. 90
};
// Of a direction `azimuth_deg` beside the antenna's azimuth and `depression_deg` below the horizon,
// for an antenna that leans `tilt_deg` forward: a rigid rotation, so that the back looks up by as
// much as the front looks down, and the sides stay level.
AntennaDirection tilted(double azimuth_deg, double depression_deg, double tilt_deg);

// Reads key words in any case and order, tabs or blanks, commas as decimal points, CR LF, a byte
// order mark, angles in any order and in whole parts of a degree (only whole degrees are kept), and
// relative gains (all at or below 0) in place of losses. A first line without a key word is the
// name. GAIN without a unit is in dBd, as the format was meant (CPAN's
// RF::Antenna::Planet::MSI::Format takes 10.0 for 10.0 dBd, 12.15 dBi). Unknown key words are
// skipped. Errors name file:line: a cut without 360 degrees and which are missing, an angle twice,
// a gain in an unknown unit …
Result<AntennaPattern> parse_antenna(std::string_view text, std::string_view file);

// A sector of the given half-power widths after 3GPP TR 38.901 Table 7.3-1 (maximum loss 30 dB);
// its vertical pattern turned down by `electrical_tilt_deg` at all azimuths alike.
AntennaPattern standard_sector(double gain_dbi, double horizontal_deg, double vertical_deg,
                               double electrical_tilt_deg = 0);
AntennaPattern omnidirectional(double gain_dbi);

}  // namespace cairn::radio
