// SPDX-License-Identifier: Apache-2.0
#include "codec/cbor.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/limits.hpp"
#include "core/text.hpp"

namespace cairn::codec {
namespace {

enum Major : std::uint8_t {
  unsigned_integer = 0,
  negative_integer = 1,
  byte_string = 2,
  text_string = 3,
  array = 4,
  map = 5,
  tag = 6,
  simple = 7,
};
constexpr std::uint8_t indefinite = 31;
constexpr std::uint8_t break_byte = 0xff;
constexpr std::uint64_t tag_decimal_fraction = 4;
constexpr std::uint64_t tag_bigfloat = 5;

double from_half(std::uint64_t bits) {
  const auto exponent = static_cast<int>((bits >> 10) & 31);
  const auto fraction = static_cast<double>(bits & 1023);
  double value = 0;
  if (exponent == 0) {
    value = std::ldexp(fraction, -24);
  } else if (exponent < 31) {
    value = std::ldexp(fraction + 1024, exponent - 25);
  } else {
    value = fraction == 0 ? INFINITY : NAN;
  }
  return (bits & 0x8000) != 0 ? -value : value;
}

template <class Float, class Bits>
double from_bits(std::uint64_t bits) {
  return static_cast<double>(std::bit_cast<Float>(static_cast<Bits>(bits)));
}

}  // namespace

std::nullopt_t CborReader::malformed(const char* what) {
  if (failed_ == nullptr) failed_ = what;
  return std::nullopt;
}

Error CborReader::error() const {
  return {Code::invalid, format("the CBOR {}", failed_ != nullptr ? failed_ : "is broken"),
          format("byte {}", at_)};
}

std::optional<CborReader::Head> CborReader::head() const {
  if (failed() || at_ >= bytes_.size()) return std::nullopt;
  const auto first = static_cast<std::uint8_t>(bytes_[at_]);
  Head out{.major = static_cast<std::uint8_t>(first >> 5),
           .info = static_cast<std::uint8_t>(first & 31),
           .value = static_cast<std::uint64_t>(first & 31),
           .size = 1};
  if (out.info < 24) return out;
  if (out.info == indefinite) {
    const bool may = out.major >= byte_string && out.major <= map;
    return may ? std::optional(out) : std::nullopt;
  }
  if (out.info > 27) return std::nullopt;
  const std::size_t more = std::size_t{1} << (out.info - 24);
  if (bytes_.size() - at_ - 1 < more) return std::nullopt;
  out.value = 0;
  for (std::size_t i = 1; i <= more; ++i) {
    out.value = out.value << 8 | static_cast<std::uint8_t>(bytes_[at_ + i]);
  }
  out.size += more;
  return out;
}

std::optional<CborReader::Head> CborReader::next() {
  const auto out = head();
  if (!out) {
    const bool cut = at_ >= bytes_.size() || (bytes_[at_] & 31) < 28;
    return malformed(cut ? "ends too early" : "has an item that is not well-formed");
  }
  at_ += out->size;
  return out;
}

std::optional<CborReader::Kind> CborReader::peek() const {
  const auto at = head();
  if (!at) return std::nullopt;
  switch (at->major) {
    case unsigned_integer:
    case negative_integer:
      return Kind::integer;
    case byte_string:
      return Kind::bytes;
    case text_string:
      return Kind::text;
    case array:
      return Kind::array;
    case map:
      return Kind::map;
    case tag:
      return Kind::tag;
    default:
      break;
  }
  if (at->info == 20 || at->info == 21) return Kind::truth;
  return at->info >= 25 && at->info <= 27 ? Kind::floating : Kind::other;
}

bool CborReader::skip_tags() {
  for (auto at = head(); at && at->major == tag; at = head()) at_ += at->size;
  return !failed();
}

std::optional<double> CborReader::plain_number() {
  const auto at = head();
  if (!at) return std::nullopt;
  std::optional<double> out;
  if (at->major == unsigned_integer) out = static_cast<double>(at->value);
  if (at->major == negative_integer) out = -1 - static_cast<double>(at->value);
  if (at->major == simple && at->info == 25) out = from_half(at->value);
  if (at->major == simple && at->info == 26) out = from_bits<float, std::uint32_t>(at->value);
  if (at->major == simple && at->info == 27) out = from_bits<double, std::uint64_t>(at->value);
  if (out) at_ += at->size;
  return out;
}

// [exponent, mantissa] behind tag 4 (of ten) or 5 (of two).
std::optional<double> CborReader::fraction(double base) {
  auto parts = begin_array();
  if (!parts || parts->left != 2) return std::nullopt;
  const auto exponent = integer();
  const auto mantissa = integer();
  if (!exponent || !mantissa) return std::nullopt;
  if (base == 2) {
    const auto bounded = std::clamp<std::int64_t>(*exponent, -5000, 5000);
    return std::ldexp(static_cast<double>(*mantissa), static_cast<int>(bounded));
  }
  // Through text, so that it is rounded once: 273.15 is the 273.15 of JSON.
  return parse_number(format("{}e{}", *mantissa, *exponent));
}

std::optional<double> CborReader::number() {
  const std::size_t begin = at_;
  std::optional<double> out;
  for (auto at = head(); at; at = head()) {
    if (at->major != tag) {
      out = plain_number();
      break;
    }
    at_ += at->size;
    if (at->value == tag_decimal_fraction || at->value == tag_bigfloat) {
      out = fraction(at->value == tag_bigfloat ? 2 : 10);
      break;
    }
  }
  if (!out && !failed()) at_ = begin;
  return out;
}

std::optional<std::int64_t> CborReader::integer() {
  const auto at = head();
  if (!at || at->major > negative_integer || at->value > INT64_MAX) return std::nullopt;
  at_ += at->size;
  const auto value = static_cast<std::int64_t>(at->value);
  return at->major == unsigned_integer ? value : -1 - value;
}

std::optional<bool> CborReader::truth() {
  const auto at = head();
  if (!at || at->major != simple || (at->info != 20 && at->info != 21)) return std::nullopt;
  at_ += at->size;
  return at->info == 21;
}

std::optional<std::string_view> CborReader::text(std::string& scratch) {
  const auto at = head();
  if (!at || at->major != text_string) return std::nullopt;
  const std::size_t begin = at_;
  if (!skip()) return std::nullopt;
  if (at->info != indefinite) {
    const std::string_view out = bytes_.substr(begin + at->size, at->value);
    if (!is_valid_utf8(out)) return malformed("has a text that is not UTF-8");
    return out;
  }
  const std::size_t end = at_;
  scratch.clear();
  at_ = begin + at->size;
  while (at_ + 1 < end) {  // skip() has seen that the pieces are texts of definite length
    const auto piece = head();
    scratch += bytes_.substr(at_ + piece->size, piece->value);
    at_ += piece->size + piece->value;
  }
  at_ = end;
  if (!is_valid_utf8(scratch)) return malformed("has a text that is not UTF-8");
  return scratch;
}

std::optional<CborReader::Container> CborReader::begin(std::uint8_t major) {
  const auto at = head();
  if (!at || at->major != major) return std::nullopt;
  at_ += at->size;
  if (at->info == indefinite) return Container{};
  return Container{at->value};
}
std::optional<CborReader::Container> CborReader::begin_array() {
  return begin(array);
}
std::optional<CborReader::Container> CborReader::begin_map() {
  return begin(map);
}

bool CborReader::has_next(Container& container) {
  if (failed()) return false;
  if (container.left) {
    if (*container.left == 0) return false;
    --*container.left;
    return true;
  }
  if (at_ >= bytes_.size()) {
    malformed("ends too early");
    return false;
  }
  if (static_cast<std::uint8_t>(bytes_[at_]) != break_byte) return true;
  ++at_;
  return false;
}

bool CborReader::skip() {
  return skip_item(0);
}

bool CborReader::skip_string(const Head& of) {
  if (of.info != indefinite) {
    if (bytes_.size() - at_ < of.value) {
      malformed("ends too early");
      return false;
    }
    at_ += of.value;
    return true;
  }
  for (Container pieces; has_next(pieces);) {
    const auto piece = next();
    if (!piece) return false;
    if (piece->major != of.major || piece->info == indefinite) {
      malformed("has a text of wrong pieces");
      return false;
    }
    if (!skip_string(*piece)) return false;
  }
  return !failed();
}

bool CborReader::skip_items(const Head& of, int depth) {
  Container items;
  if (of.info != indefinite) items.left = of.value;
  while (has_next(items)) {
    if (!skip_item(depth + 1)) return false;
    if (of.major == map && !skip_item(depth + 1)) return false;
  }
  return !failed();
}

bool CborReader::skip_item(int depth) {
  if (depth > limits::ingest_depth) {
    malformed("is nested too deeply");
    return false;
  }
  const auto at = next();
  if (!at) return false;
  switch (at->major) {
    case byte_string:
    case text_string:
      return skip_string(*at);
    case array:
    case map:
      return skip_items(*at, depth);
    case tag:
      return skip_item(depth + 1);
    default:
      return true;
  }
}

}  // namespace cairn::codec
