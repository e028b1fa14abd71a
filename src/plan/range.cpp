// SPDX-License-Identifier: Apache-2.0
#include "plan/range.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cairn::plan {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
// "About" in a plan: a working figure, no statistic says how far.
constexpr double about_share = 0.05;
// Relative error of a few operations on doubles, with room.
constexpr double slack = 1e-9;

double tolerance(double a, double b) {
  const double size = std::max(std::fabs(a), std::fabs(b));
  return std::isfinite(size) ? size * slack : 0;
}

}  // namespace

double half_unit(const model::Figure& figure, Doubt doubt) {
  if (doubt == Doubt::none || !figure.value) return 0;
  const double half = 0.5 * std::pow(10.0, -figure.decimals);
  if (doubt == Doubt::rounded || figure.decimals > 0) return half;
  // Trailing zeros, as long as two digits are left that count.
  double unit = 1;
  double rest = std::fabs(*figure.value);
  while (rest >= 100 && rest < 1e15 && std::fmod(rest, 10) == 0) {
    rest /= 10;
    unit *= 10;
  }
  return 0.5 * unit;
}

Range number_range(const model::Figure& figure, Doubt doubt, double scale) {
  const double value = figure.value.value_or(0);
  const double upper = figure.value_max.value_or(value);
  const double half = half_unit(figure, doubt);
  return {(value - half) * scale, (upper + half) * scale};
}

Range meaning(const model::Figure& figure, Doubt doubt, double scale) {
  const double value = figure.value.value_or(0) * scale;
  switch (figure.bound) {
    case model::Bound::exact:
      break;
    case model::Bound::above:
    case model::Bound::at_least:
      return {value, infinity};
    case model::Bound::below:
    case model::Bound::at_most:
      return {value >= 0 ? 0 : -infinity, value};
    case model::Bound::about: {
      const Range number = number_range(figure, doubt, scale);
      const double spread = about_share * std::fabs(value);
      return {std::min(number.lo, value - spread), std::max(number.hi, value + spread)};
    }
  }
  return number_range(figure, doubt, scale);
}

Range operator+(Range a, Range b) {
  return {a.lo + b.lo, a.hi + b.hi};
}

Range operator-(Range a, Range b) {
  return {a.lo - b.hi, a.hi - b.lo};
}

Range operator*(Range a, double factor) {
  return {a.lo * factor, a.hi * factor};
}

Range operator/(Range a, Range b) {
  const auto quotient = [](double over, double under, double otherwise) {
    return under > 0 && std::isfinite(under) ? over / under : otherwise;
  };
  const double lo = std::isfinite(b.hi) ? quotient(std::max(a.lo, 0.0), b.hi, 0) : 0;
  return {lo, quotient(a.hi, b.lo, infinity)};
}

Range yearly_growth(Range ratio, int years) {
  const double power = 1.0 / years;
  return {std::pow(std::max(ratio.lo, 0.0), power) - 1, std::pow(ratio.hi, power) - 1};
}

bool overlap(Range a, Range b) {
  return a.lo <= b.hi + tolerance(a.lo, b.hi) && b.lo <= a.hi + tolerance(b.lo, a.hi);
}

bool above(Range a, Range b) {
  return a.lo > b.hi + tolerance(a.lo, b.hi);
}

}  // namespace cairn::plan
