// SPDX-License-Identifier: Apache-2.0
#include "geo/colour_ramp.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"

namespace cairn::geo {
namespace {

std::uint8_t between(std::uint8_t a, std::uint8_t b, double part) {
  return static_cast<std::uint8_t>(std::lround(a + part * (b - a)));
}

// Full colour circle; saturation and value 0 .. 1.
Rgba from_hue(double hue, double saturation, double value) {
  const auto channel = [&](double shift) {
    const double at = std::fmod(shift + 6 * hue, 6);
    const double part = std::clamp(std::min(at, 4 - at), 0.0, 1.0);
    return static_cast<std::uint8_t>(std::lround(255 * value * (1 - saturation * part)));
  };
  return {channel(5), channel(3), channel(1), 255};
}

}  // namespace

Rgba ColourRamp::colour(double value) const {
  if (stops.empty() || !(value >= stops.front().value)) return {};
  const auto above = std::upper_bound(stops.begin(), stops.end(), value,
                                      [](double v, const Stop& stop) { return v < stop.value; });
  const Stop& below = *std::prev(above);
  if (!smooth || above == stops.end()) return below.colour;
  const double part = (value - below.value) / (above->value - below.value);
  return {between(below.colour.red, above->colour.red, part),
          between(below.colour.green, above->colour.green, part),
          between(below.colour.blue, above->colour.blue, part),
          between(below.colour.alpha, above->colour.alpha, part)};
}

ColourRamp rsrp_ramp() {
  return {{{-120, {128, 0, 38, 255}},
           {-115, {215, 48, 39, 255}},
           {-110, {244, 109, 67, 255}},
           {-105, {254, 224, 139, 255}},
           {-100, {217, 239, 139, 255}},
           {-95, {145, 207, 96, 255}},
           {-85, {26, 152, 80, 255}},
           {-70, {0, 90, 50, 255}}},
          false,
          "RSRP, dBm"};
}

ColourRamp loss_ramp() {
  return {{{60, {0, 68, 27, 255}},
           {100, {35, 139, 69, 255}},
           {120, {161, 217, 155, 255}},
           {140, {254, 217, 118, 255}},
           {160, {240, 59, 32, 255}},
           {200, {73, 0, 106, 255}}},
          true,
          "Path loss, dB"};
}

ColourRamp index_ramp(std::size_t count, std::string title) {
  ColourRamp out;
  out.title = std::move(title);
  for (std::size_t i = 0; i < count; ++i) {
    // Steps of the golden ratio keep hues apart however many there are.
    const double hue = std::fmod(0.61803398875 * static_cast<double>(i), 1);
    out.stops.push_back(
        {static_cast<double>(i), from_hue(hue, i % 2 == 0 ? 0.75 : 0.5, i % 3 == 0 ? 0.9 : 0.7)});
  }
  return out;
}

}  // namespace cairn::geo
