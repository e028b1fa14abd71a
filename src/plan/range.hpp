// SPDX-License-Identifier: Apache-2.0
// What a printed number can mean: closed intervals and their arithmetic.
//
// A number printed as 0.16 stands for anything that rounds to it: [0.155, 0.165]. Two statements
// contradict each other only when no pair of meanings fits.
#pragma once

#include "model/plan.hpp"

namespace cairn::plan {

struct Range {
  double lo = 0;
  double hi = 0;
  bool operator==(const Range&) const = default;
};

// How much doubt a printed number is given.
enum class Doubt : std::uint8_t {
  none,         // a decision (a target), not a measurement: exactly what is printed
  rounded,      // half a unit of the last printed decimal
  significant,  // trailing zeros of a whole number may be rounding too: 17000 is 16500 … 17500
};

// Half a unit of the last digit that counts.
double half_unit(const model::Figure& figure, Doubt doubt);
// The meanings of a figure with a value, times `scale`. One-sided bounds reach to infinity on the
// open side (to zero below a number that is not negative); `~` is five percent either way.
Range meaning(const model::Figure& figure, Doubt doubt, double scale = 1);
// The same without regard to the bound: the number itself.
Range number_range(const model::Figure& figure, Doubt doubt, double scale = 1);

Range operator+(Range a, Range b);
Range operator-(Range a, Range b);
Range operator*(Range a, double factor);  // factor > 0
// Requires not negative a and b; division by a range that touches zero reaches to infinity.
Range operator/(Range a, Range b);
// a^(1/years) - 1 of a not negative ratio: the compound yearly growth.
Range yearly_growth(Range ratio, int years);

// True when the ranges have a point in common, up to the rounding errors of doubles.
bool overlap(Range a, Range b);
// a lies wholly above b.
bool above(Range a, Range b);

}  // namespace cairn::plan
