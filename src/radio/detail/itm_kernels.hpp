// SPDX-License-Identifier: Apache-2.0
// What Longley-Rice asks of every point of a profile, several points side by side. The same bits
// on every instruction set: maxima and single values do not depend on the order, sums keep eight
// fixed parts.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

#include "radio/lanes.hpp"

namespace cairn::radio {

// A straight line through heights at whole indices.
struct FittedLine {
  double mean = 0;
  double slope = 0;   // per index
  double centre = 0;  // the index at which the line has its mean
  double at(double index) const { return mean + slope * (index - centre); }
};

// Hufford's fit over the indices first .. last: ends count half in the mean, and the slope is
// the first moment over that of an even spacing.
inline FittedLine fit_line(const double* h, std::size_t first, std::size_t last) {
  using lanes::Pair;
  constexpr std::size_t at_once = 8;
  double n = static_cast<double>(last - first);
  double half = n / 2;
  Pair sum[4] = {};
  Pair moment[4] = {};
  Pair x[4];
  for (int part = 0; part < 4; ++part) x[part] = Pair{2.0 * part + 1, 2.0 * part + 2} - half;
  std::size_t i = first + 1;
  for (; i + at_once <= last; i += at_once) {
    for (int part = 0; part < 4; ++part) {
      Pair height = lanes::load<Pair>(h + i + 2 * part);
      sum[part] += height;
      moment[part] += height * x[part];
      x[part] += static_cast<double>(at_once);
    }
  }
  double total = (h[first] + h[last]) / 2;
  double turn = (h[last] - h[first]) / 2 * half;
  for (double at = x[0][0]; i < last; ++i, ++at) {
    total += h[i];
    turn += h[i] * at;
  }
  total += lanes::sum_lanes((sum[0] + sum[1]) + (sum[2] + sum[3]));
  turn += lanes::sum_lanes((moment[0] + moment[1]) + (moment[2] + moment[3]));
  return {.mean = total / n,
          .slope = turn * 12 / ((n * n + 2) * n),
          .centre = static_cast<double>(first) + half};
}

// `start` after `count` additions of `step`, each rounded: bit for bit what a loop gives. Between
// two powers of two every addition moves by the same whole number of last places (unless the step
// lies just between two of them), so many are one.
inline double after_steps(double start, double step, std::size_t count) {
  auto power_below = [](double x) {
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) & 0x7ff0000000000000);
  };
  double x = start;
  while (count > 0) {
    double next = x + step;
    double moved = next - x;
    double power = power_below(x);
    bool tie = std::abs(step - moved) == power * 0x1p-53;
    double many = 0;
    if (power == power_below(next) && !tie) {
      many = std::floor(((moved > 0 ? 2 * power : power) - x) / moved) - 1;
    }
    if (many >= 2) {
      double whole = std::min(many, static_cast<double>(count));
      x += whole * moved;
      count -= static_cast<std::size_t>(whole);
    } else {
      x = next;
      --count;
    }
  }
  return x;
}

// A path as its two terminals see it: `half_bend` is half the curvature per m.
struct ItmSight {
  const double* h = nullptr;
  std::size_t steps = 0;
  double step_m = 0;
  double length_m = 0;
  double tx_m = 0;  // antennas above sea level
  double rx_m = 0;
  double half_bend = 0;
};
// The greatest elevation of an inner point over each terminal's horizontal, and the first such
// point. At least one inner point.
struct ItmElevations {
  double angle_rad[2] = {};
  std::size_t index[2] = {};
};
ItmElevations greatest_elevations(const ItmSight& path);

// Terrain between two terminals is refitted at 10 p - 5 points, 4 <= p <= 25.
inline constexpr std::size_t most_itm_samples = 245;
struct ItmResampling {
  const double* h = nullptr;
  std::size_t steps = 0;
  double begin = 0;   // in steps, where the first sample lies
  double stride = 0;  // in steps, between samples
  std::size_t tenth = 0;
};
// The distance between the deciles of the samples about their own straight line.
double decile_range_m(const ItmResampling& terrain);

}  // namespace cairn::radio
