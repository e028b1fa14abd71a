// SPDX-License-Identifier: Apache-2.0
#include "radio/normal.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cairn::radio {
namespace {

// For the nearer tail; the numerator's constant differs between documents in the seventh digit.
double tail(double probability, double c0) {
  double t = std::sqrt(-2 * std::log(probability));
  double above = c0 + t * (0.802853 + t * 0.010328);
  double below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308));
  return t - above / below;
}

double both_tails(double probability, double c0) {
  return probability <= 0.5 ? tail(probability, c0) : -tail(1 - probability, c0);
}

}  // namespace

double normal_exceeded_p1812(double probability) {
  return both_tails(std::clamp(probability, 1e-6, 1 - 1e-6), 2.515516698);
}

double normal_exceeded_itm(double probability) {
  return both_tails(probability, 2.515516698);
}

double normal_exceeded(double probability) {
  double p = std::min(probability, 1 - probability);
  double x = tail(p, 2.515517);
  // Halley's method on Q(x) = p; each step triples the number of right digits.
  for (int i = 0; i < 3; ++i) {
    double density = std::exp(-x * x / 2) / std::sqrt(2 * std::numbers::pi);
    double error = (std::erfc(x / std::numbers::sqrt2) / 2 - p) / density;
    x += error / (1 + x * error / 2);
  }
  return probability <= 0.5 ? x : -x;
}

}  // namespace cairn::radio
