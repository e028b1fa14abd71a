// SPDX-License-Identifier: Apache-2.0
// The normal distribution from its upper tail: the value that is exceeded with a probability.
#pragma once

namespace cairn::radio {

// Q^-1(probability) for 0 < probability < 1, to within 1e-14 relative.
double normal_exceeded(double probability);

// The rational approximation (Abramowitz and Stegun 26.2.23, error < 4.5e-4) that P.1812-6
// Attachment 2 and ITM prescribe, so that their reference values come out to the last digit.
// P.1812 limits the probability to 1e-6 .. 1 - 1e-6.
double normal_exceeded_p1812(double probability);  // Eqs (94), (95)
double normal_exceeded_itm(double probability);

}  // namespace cairn::radio
