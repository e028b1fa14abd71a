// SPDX-License-Identifier: Apache-2.0
// The clock of a demonstration: begins in the past, runs faster, and becomes the true clock when
// it has caught up.
#pragma once

#include "core/seams.hpp"

namespace cairn::app {

class DemoClock final : public Clock {
 public:
  // When `real` said `begun` it was `start` here: a process that starts again goes on.
  DemoClock(const Clock& real, Instant begun, Instant start, double speed)
      : real_(real), begun_(begun), start_(start), speed_(speed) {}

  Instant now() const override {
    const Instant real = real_.now();
    const Instant here = told(real);
    return here < real ? here : real;
  }
  double speed() const {
    const Instant real = real_.now();
    return told(real) < real ? speed_ : 1;
  }

 private:
  Instant told(Instant real) const {
    const double elapsed = static_cast<double>(real.ns - begun_.ns) * speed_;
    // Beyond a century it has long caught up.
    return elapsed < 3.2e18 ? start_ + static_cast<std::int64_t>(elapsed) : Instant::max();
  }

  const Clock& real_;
  Instant begun_;
  Instant start_;
  double speed_;
};

}  // namespace cairn::app
