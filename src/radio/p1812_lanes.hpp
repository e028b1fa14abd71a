// SPDX-License-Identifier: Apache-2.0
// P.1812 for many receivers at once: the formulas of p1812.hpp over the arrays of a RadialBlock,
// as many side by side as the processor has lanes, with logarithms and exponentials of our own
// (lane_math.hpp). Within 2.5e-5 dB of p1812_loss for every path, which is the rounding to float;
// the same bits on every instruction set. At 50 % of time half of the diffraction is not asked for.
#pragma once

#include <span>

#include "radio/p1812.hpp"
#include "radio/radial.hpp"

namespace cairn::radio {

// basic_loss_db of samples [first, last) of all radials into `loss_db` at [k * radial_lanes +
// lane]; NaN for samples 0 and 1 and from the first sample without a height on. Cannot fail.
void p1812_loss_lanes(const RadialBlock& block, const P1812Radio& radio, std::size_t first,
                      std::size_t last, std::span<float> loss_db);

}  // namespace cairn::radio
