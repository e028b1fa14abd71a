// SPDX-License-Identifier: Apache-2.0
// Colours for values of a map.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace cairn::geo {

struct Rgba {
  std::uint8_t red = 0;
  std::uint8_t green = 0;
  std::uint8_t blue = 0;
  std::uint8_t alpha = 0;
  bool operator==(const Rgba&) const = default;
};

// Stops with rising values. What is NaN or below the first is clear; above the last it is the last.
struct ColourRamp {
  struct Stop {
    double value = 0;
    Rgba colour;
    std::string label = {};  // in the legend; empty: the value
    bool operator==(const Stop&) const = default;
  };
  std::vector<Stop> stops;
  bool smooth = false;  // between stops; otherwise a colour lasts up to the next stop
  std::string title;    // "RSRP, dBm": ASCII
  bool operator==(const ColourRamp&) const = default;

  Rgba colour(double value) const;
};

// Received power of LTE and NR in steps of what people look for: -120 to -70 dBm.
ColourRamp rsrp_ramp();
// Basic transmission loss, dB: low is good.
ColourRamp loss_ramp();
// A colour for each of `count` values 0, 1, 2 … (servers); neighbours differ clearly.
ColourRamp index_ramp(std::size_t count, std::string title);

}  // namespace cairn::geo
