// SPDX-License-Identifier: Apache-2.0
// Decimal numbers of messages, read at the speed of their digits.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>

namespace cairn::codec::detail {

// The whole of `text` as a finite double, correctly rounded: digits with an optional sign, point
// and exponent ("-1.5e3", "+2", ".5", "5."). False for anything else.
inline bool read_decimal(std::string_view text, double& out) {
  static constexpr double tens[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                    1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                    1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
  const char* p = text.data();
  const char* const end = p + text.size();
  const bool negative = p != end && *p == '-';
  if (p != end && (*p == '-' || *p == '+')) ++p;
  const char* const digits = p;
  std::uint64_t mantissa = 0;
  while (p != end && static_cast<unsigned char>(*p - '0') < 10) {
    mantissa = mantissa * 10 + static_cast<unsigned char>(*p++ - '0');
  }
  std::int64_t count = p - digits;
  std::int64_t fraction = 0;
  if (p != end && *p == '.') {
    const char* const point = ++p;
    while (p != end && static_cast<unsigned char>(*p - '0') < 10) {
      mantissa = mantissa * 10 + static_cast<unsigned char>(*p++ - '0');
    }
    fraction = p - point;
    count += fraction;
  }
  if (count == 0) return false;
  // A whole number below 2^53 times or through a power of ten that is exact: rounded once.
  if (p == end && count <= 19 && fraction <= 22 && mantissa <= (std::uint64_t{1} << 53)) {
    const double value = static_cast<double>(mantissa) / tens[fraction];
    out = negative ? -value : value;
    return true;
  }
  // from_chars takes no sign before a missing digit, so it gets the text behind the sign.
  const auto read = std::from_chars(digits, end, out);
  if (read.ec != std::errc() || read.ptr != end || !std::isfinite(out)) return false;
  if (negative) out = -out;
  return true;
}

}  // namespace cairn::codec::detail
