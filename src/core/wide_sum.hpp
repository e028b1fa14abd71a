// SPDX-License-Identifier: Apache-2.0
// An exact sum in little room: 192 bits of fixed point where ExactSum keeps 4,288. Values from
// 2^-128 to 2^62 that end above 2^-128 (readings, counts, money) fit; others, and sums that grow
// past 2^62, go to an ExactSum beside it. The value is the same to the bit either way, so what was
// added can be taken away again.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/exact_sum.hpp"

namespace cairn {

class WideSum {
 public:
  WideSum() = default;
  WideSum(const WideSum& other);
  WideSum& operator=(const WideSum& other);
  WideSum(WideSum&&) noexcept = default;
  WideSum& operator=(WideSum&&) noexcept = default;
  ~WideSum() = default;

  // Adds a finite value.
  void add(double value);
  void take(double value) { add(-value); }
  // Adds (with `sign` -1 takes) the exact square of a finite value. One beyond the range of double
  // counts as twice the largest double: the sum is then no double either.
  void add_square(double value, int sign = 1);
  void merge(const WideSum& other);
  // The sum rounded once to the nearest double, ties to even; as ExactSum::value.
  double value() const;

  // Equal bytes for equal sums, however they came about.
  void write(std::string& out) const;
  // False when the bytes are not those of a sum.
  static bool read(std::string_view& in, WideSum& sum);

 private:
  using Limbs = std::array<std::uint64_t, 3>;
  void spill();
  void add_exactly(double value);
  static void pour(const Limbs& limbs, ExactSum& into);
  ExactSum exact() const;

  Limbs limb_{};                    // two's complement, the lowest first, in units of 2^-128
  std::unique_ptr<ExactSum> rest_;  // what did not fit
};

}  // namespace cairn
