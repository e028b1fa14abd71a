// SPDX-License-Identifier: Apache-2.0
#include "core/wide_sum.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

namespace cairn {
namespace {

__extension__ typedef unsigned __int128 uint128;

constexpr int unit_exponent = -128;
// Values below 2^62 keep a sum that is itself below 2^62 from wrapping.
constexpr int most_shift = 62 - unit_exponent - 53;
constexpr std::int64_t nearly_full = std::int64_t{1} << 62;
// A sum of doubles spans 2,100 bits and more, each part takes 53 of them.
constexpr std::size_t most_parts = 64;

bool is_full(std::uint64_t top) {
  const auto value = static_cast<std::int64_t>(top);
  return value >= nearly_full || value < -nearly_full;
}

void plus(std::array<std::uint64_t, 3>& to, std::uint64_t a, std::uint64_t b, std::uint64_t c) {
  uint128 sum = uint128{to[0]} + a;
  to[0] = static_cast<std::uint64_t>(sum);
  sum = uint128{to[1]} + b + static_cast<std::uint64_t>(sum >> 64);
  to[1] = static_cast<std::uint64_t>(sum);
  to[2] += c + static_cast<std::uint64_t>(sum >> 64);
}

void negate(std::array<std::uint64_t, 3>& limbs) {
  for (std::uint64_t& limb : limbs) limb = ~limb;
  plus(limbs, 1, 0, 0);
}

}  // namespace

WideSum::WideSum(const WideSum& other)
    : limb_(other.limb_), rest_(other.rest_ ? std::make_unique<ExactSum>(*other.rest_) : nullptr) {}

WideSum& WideSum::operator=(const WideSum& other) {
  if (this != &other) *this = WideSum(other);
  return *this;
}

void WideSum::add(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  const auto biased = static_cast<int>((bits >> 52) & 0x7FF);
  std::uint64_t mantissa = bits & ((std::uint64_t{1} << 52) - 1);
  if (biased != 0) mantissa |= std::uint64_t{1} << 52;
  if (mantissa == 0) return;
  int shift = (biased == 0 ? 0 : biased - 1) - 1074 - unit_exponent;
  if (shift < 0) {
    if (std::countr_zero(mantissa) < -shift) return add_exactly(value);
    mantissa >>= -shift;
    shift = 0;
  } else if (shift > most_shift) {
    return add_exactly(value);
  }
  if (is_full(limb_[2])) spill();
  const uint128 shifted = uint128{mantissa} << (shift % 64);
  Limbs addend{};
  const auto word = static_cast<std::size_t>(shift / 64);
  addend[word] = static_cast<std::uint64_t>(shifted);
  if (word + 1 < addend.size()) addend[word + 1] = static_cast<std::uint64_t>(shifted >> 64);
  if ((bits >> 63) != 0) negate(addend);
  plus(limb_, addend[0], addend[1], addend[2]);
}

void WideSum::add_square(double value, int sign) {
  const double square = value * value;
  const bool fits = std::isfinite(square);
  const double high = fits ? square : std::numeric_limits<double>::max();
  add(sign * high);
  add(sign * (fits ? std::fma(value, value, -square) : high));
}

void WideSum::add_exactly(double value) {
  if (!rest_) rest_ = std::make_unique<ExactSum>();
  rest_->add(value);
}

void WideSum::merge(const WideSum& other) {
  if (other.rest_) {
    if (!rest_) rest_ = std::make_unique<ExactSum>();
    rest_->merge(*other.rest_);
  }
  if (is_full(limb_[2]) || is_full(other.limb_[2])) spill();
  plus(limb_, other.limb_[0], other.limb_[1], other.limb_[2]);
}

void WideSum::spill() {
  if (!rest_) rest_ = std::make_unique<ExactSum>();
  pour(limb_, *rest_);
  limb_ = {};
}

void WideSum::pour(const Limbs& limbs, ExactSum& into) {
  Limbs magnitude = limbs;
  const bool negative = (limbs[2] >> 63) != 0;
  if (negative) negate(magnitude);
  for (int half = 0; half < 6; ++half) {
    const std::uint64_t digit =
        (magnitude[static_cast<std::size_t>(half / 2)] >> (half % 2 * 32)) & 0xFFFFFFFF;
    const double part = std::ldexp(static_cast<double>(digit), half * 32 + unit_exponent);
    into.add(negative ? -part : part);
  }
}

ExactSum WideSum::exact() const {
  ExactSum sum;
  if (rest_) sum = *rest_;
  pour(limb_, sum);
  return sum;
}

double WideSum::value() const {
  if (rest_) return exact().value();
  Limbs m = limb_;
  const bool negative = (m[2] >> 63) != 0;
  if (negative) negate(m);
  int top = 2;
  while (top >= 0 && m[static_cast<std::size_t>(top)] == 0) --top;
  if (top < 0) return 0;
  const auto at = static_cast<std::size_t>(top);
  const int zeros = std::countl_zero(m[at]);
  // The highest 64 bits, the first of them set, and whether anything stands below them.
  std::uint64_t high = m[at] << zeros;
  bool below = false;
  if (top > 0) {
    if (zeros > 0) high |= m[at - 1] >> (64 - zeros);
    below = (m[at - 1] << zeros) != 0;
  }
  if (top > 1) below = below || m[0] != 0;
  std::uint64_t mantissa = high >> 11;
  const bool half = ((high >> 10) & 1) != 0;
  const bool sticky = below || (high & 0x3FF) != 0;
  if (half && (sticky || (mantissa & 1) != 0)) ++mantissa;
  const double magnitude =
      std::ldexp(static_cast<double>(mantissa), top * 64 + 64 - zeros - 53 + unit_exponent);
  return negative ? -magnitude : magnitude;
}

// As doubles that do not overlap, the largest first: there is one such list for a sum.
void WideSum::write(std::string& out) const {
  ExactSum sum = exact();
  std::vector<double> parts;
  for (double part = sum.value(); part != 0; part = sum.value()) {
    const double most = std::numeric_limits<double>::max();
    if (!std::isfinite(part)) part = std::copysign(most, part);
    parts.push_back(part);
    sum.add(-part);
    if (parts.size() == most_parts) break;
  }
  out.push_back(static_cast<char>(parts.size()));
  for (const double part : parts) {
    char bytes[sizeof part];
    std::memcpy(bytes, &part, sizeof part);
    out.append(bytes, sizeof part);
  }
}

bool WideSum::read(std::string_view& in, WideSum& sum) {
  if (in.empty()) return false;
  const auto parts = static_cast<std::size_t>(static_cast<unsigned char>(in[0]));
  in.remove_prefix(1);
  if (parts > most_parts || in.size() < parts * sizeof(double)) return false;
  sum = {};
  for (std::size_t i = 0; i < parts; ++i) {
    double part = 0;
    std::memcpy(&part, in.data(), sizeof part);
    in.remove_prefix(sizeof part);
    if (!std::isfinite(part)) return false;
    sum.add(part);
  }
  return true;
}

}  // namespace cairn
