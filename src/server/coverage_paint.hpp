// SPDX-License-Identifier: Apache-2.0
// Rasters of coverage as pictures in web Mercator: classes of received power, or what a site adds.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/label.hpp"
#include "core/result.hpp"
#include "geo/geometry.hpp"
#include "geo/plane.hpp"
#include "radio/coverage_map.hpp"

namespace cairn::server {

struct Rgba {
  std::uint8_t r = 0;
  std::uint8_t g = 0;
  std::uint8_t b = 0;
  std::uint8_t a = 0;
  bool operator==(const Rgba&) const = default;
};
std::string hex_colour(Rgba colour);  // "#542788"

// One hue from dark to light (on a dark ground from light to dark), so that the order is seen with
// any colour vision and in grey, too; far from the colours of alerts.
struct LevelClass {
  std::string_view id;
  Label label;
  double over_threshold_db = 0;  // the least level; the last class has none
  Rgba light;
  Rgba dark;
};
const std::array<LevelClass, 4>& level_classes();
// Of a level against a threshold; NaN is the last.
std::size_t level_class(double rsrp_dbm, double threshold_dbm);

struct ChangeClass {
  std::string_view id;  // gained, better, already
  Label label;
  Rgba colour;
};
const std::array<ChangeClass, 3>& change_classes();

// A picture of so many pixels over a box of the web Mercator unit square. `colour` is asked for
// every pixel with its place in the plane. The map between the two is bilinear between the nodes of
// a grid: within a hundredth of a pixel for boxes up to some degrees.
Result<std::string> paint(const geo::LocalPlane& plane, const geo::Box& mercator,
                          std::uint32_t width, std::uint32_t height,
                          const std::function<Rgba(geo::PlanePoint)>& colour);

// Bilinear between the pixels of a frame: value(index) is NaN where there is none. NaN outside, and
// where the nearest pixel has none; where only farther ones have none, these count as `floor`.
double sample_frame(const radio::MapFrame& frame, geo::PlanePoint at, double floor,
                    const std::function<double(std::size_t)>& value);

// "data:image/png;base64,…"
std::string png_address(std::string_view png);

}  // namespace cairn::server
