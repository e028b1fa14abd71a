// SPDX-License-Identifier: Apache-2.0
// The exact sum of doubles: neither order nor sharding changes a bit. A small superaccumulator:
// fixed point over the whole range of double in 32-bit digits held in 64-bit words, carries
// propagated lazily (R. Neal, "Fast exact summation using small and large superaccumulators",
// arXiv:1505.05571, section 2).
#pragma once

#include <array>
#include <cstdint>

namespace cairn {

class ExactSum {
 public:
  // Adds a finite value. NaN and infinities must be refused before.
  void add(double value);
  // Adds another sum: associative and commutative, to the bit.
  void merge(const ExactSum& other);
  // The sum rounded once to the nearest double, ties to even.
  double value() const;

 private:
  static constexpr int digits = 67;
  void propagate();

  std::array<std::int64_t, digits> digit_{};
  std::uint32_t pending_ = 0;  // additions since the last carry propagation
};

}  // namespace cairn
