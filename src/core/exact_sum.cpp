// SPDX-License-Identifier: Apache-2.0
#include "core/exact_sum.hpp"

#include <bit>
#include <cmath>

namespace cairn {
namespace {

// A double is m * 2^(p - 1074) with a 53-bit integer m and 0 <= p <= 2045; digit i weighs
// 2^(32 i - 1074).
constexpr int lowest_exponent = -1074;
constexpr int digit_bits = 32;
constexpr std::int64_t digit_mask = 0xFFFFFFFF;
// One addition changes a digit by less than 2^32, so 2^30 of them stay below 2^62.
constexpr std::uint32_t most_pending = std::uint32_t{1} << 30;

__extension__ typedef unsigned __int128 uint128;

}  // namespace

void ExactSum::add(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const auto biased = static_cast<int>((bits >> 52) & 0x7FF);
  std::uint64_t mantissa = bits & ((std::uint64_t{1} << 52) - 1);
  if (biased != 0) mantissa |= std::uint64_t{1} << 52;
  if (mantissa == 0) return;
  const int position = biased == 0 ? 0 : biased - 1;
  if (pending_ >= most_pending) propagate();
  ++pending_;
  const uint128 shifted = uint128{mantissa} << (position % digit_bits);
  std::int64_t* digit = &digit_[static_cast<std::size_t>(position / digit_bits)];
  const auto low = static_cast<std::int64_t>(shifted & digit_mask);
  const auto middle = static_cast<std::int64_t>((shifted >> 32) & digit_mask);
  const auto high = static_cast<std::int64_t>(shifted >> 64);
  if ((bits >> 63) == 0) {
    digit[0] += low;
    digit[1] += middle;
    digit[2] += high;
  } else {
    digit[0] -= low;
    digit[1] -= middle;
    digit[2] -= high;
  }
}

void ExactSum::merge(const ExactSum& other) {
  if (pending_ + other.pending_ + 2 >= most_pending) {
    propagate();
    ExactSum carried = other;
    carried.propagate();
    for (int i = 0; i < digits; ++i) digit_[i] += carried.digit_[i];
    ++pending_;
    return;
  }
  for (int i = 0; i < digits; ++i) digit_[i] += other.digit_[i];
  pending_ += other.pending_ + 1;
}

// Afterwards every digit but the top one lies in [0, 2^32); the top one carries the sign.
void ExactSum::propagate() {
  std::int64_t carry = 0;
  for (int i = 0; i + 1 < digits; ++i) {
    const std::int64_t sum = digit_[i] + carry;
    digit_[i] = sum & digit_mask;
    carry = sum >> digit_bits;  // arithmetic shift: rounds down
  }
  digit_[digits - 1] += carry;
  pending_ = 0;
}

double ExactSum::value() const {
  ExactSum sum = *this;
  sum.propagate();
  const bool negative = sum.digit_[digits - 1] < 0;
  if (negative) {
    for (std::int64_t& digit : sum.digit_) digit = -digit;
    sum.propagate();
  }
  int top = digits - 1;
  while (top >= 0 && sum.digit_[top] == 0) --top;
  if (top < 0) return 0;
  const auto bit = [&](int position) {
    return position < 0 ? 0 : (sum.digit_[position / digit_bits] >> (position % digit_bits)) & 1;
  };
  // The top digit may hold more than 32 bits; more than 2^33 of them is past every double.
  const auto top_bits = static_cast<std::uint64_t>(sum.digit_[top]);
  const int highest = top * digit_bits + static_cast<int>(std::bit_width(top_bits)) - 1;
  if (top == digits - 1) return negative ? -HUGE_VAL : HUGE_VAL;
  const int lowest = highest > 52 ? highest - 52 : 0;
  std::uint64_t mantissa = 0;
  for (int i = highest; i >= lowest; --i) mantissa = mantissa << 1 | static_cast<unsigned>(bit(i));
  if (lowest > 0 && bit(lowest - 1) != 0) {
    bool sticky = (mantissa & 1) != 0;
    for (int i = lowest - 2; !sticky && i >= 0; --i) sticky = bit(i) != 0;
    if (sticky) ++mantissa;
  }
  const double magnitude = std::ldexp(static_cast<double>(mantissa), lowest + lowest_exponent);
  return negative ? -magnitude : magnitude;
}

}  // namespace cairn
