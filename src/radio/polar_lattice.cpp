// SPDX-License-Identifier: Apache-2.0
#include "radio/polar_lattice.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cairn::radio {

PolarShape::PolarShape(double radius_m, double step_m)
    : step_m_(step_m), samples_(static_cast<std::size_t>(radius_m / step_m) + 2) {
  samples_ = std::max<std::size_t>(samples_, 4);
  std::size_t last = samples_ - 1;
  while (rings_ < most_rings && (last >> rings_) >= least_inner) ++rings_;
  // Every level of fans must fill its lanes.
  std::size_t multiple = radial_lanes << (rings_ - 1);
  auto around =
      static_cast<std::size_t>(std::ceil(2 * std::numbers::pi * static_cast<double>(last)));
  radials_ = (around + multiple - 1) / multiple * multiple;
  for (std::size_t r = 0; r < rings_; ++r) {
    bool inner = r + 1 == rings_;
    ring_[r] = {.first = inner ? 2 : last >> (r + 1),
                .last = last >> r,
                .radials = radials_ >> r,
                .offset = values_};
    values_ += ring_[r].radials * ring_[r].width();
  }
}

PolarShape::Fan PolarShape::fan(std::size_t number) const {
  std::size_t level = rings_ - 1;
  std::size_t here = (radials_ >> level) / radial_lanes;  // the innermost ring has them all
  Fan fan;
  if (number < here) {
    for (std::size_t lane = 0; lane < radial_lanes; ++lane) {
      fan.radial[lane] = (number * radial_lanes + lane) << level;
    }
  } else {
    // Each ring farther out adds the odd ones between.
    number -= here;
    while (true) {
      --level;
      here = (radials_ >> (level + 1)) / radial_lanes;
      if (number < here) break;
      number -= here;
    }
    for (std::size_t lane = 0; lane < radial_lanes; ++lane) {
      fan.radial[lane] = (2 * (number * radial_lanes + lane) + 1) << level;
    }
  }
  fan.level = level;
  fan.first_receiver = ring_[level].first;
  return fan;
}

double PolarShape::azimuth_rad(std::size_t radial) const {
  return 2 * std::numbers::pi * static_cast<double>(radial) / static_cast<double>(radials_);
}

double PolarShape::widest_rad() const {
  return 2 * std::numbers::pi / static_cast<double>(ring_[rings_ - 1].radials);
}

PolarShape::Place PolarShape::locate(double sample, double turn) const {
  auto k = static_cast<std::size_t>(sample);
  std::size_t r = 0;
  while (k < ring_[r].first) ++r;
  const Ring& ring = ring_[r];
  double around = turn * static_cast<double>(ring.radials);
  auto left = static_cast<std::size_t>(around);
  double clockwise = around - static_cast<double>(left);
  if (left >= ring.radials) left -= ring.radials;  // a whole turn by rounding
  std::size_t right = left + 1 == ring.radials ? 0 : left + 1;
  std::size_t along = ring.offset + (k - ring.first);
  return {along + left * ring.width(), along + right * ring.width(),
          sample - static_cast<double>(k), clockwise};
}

}  // namespace cairn::radio
