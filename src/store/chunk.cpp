// SPDX-License-Identifier: Apache-2.0
#include "store/chunk.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "core/exact_sum.hpp"

namespace cairn::store {
namespace {

// 10^e is exact in a double up to 22; sensors print fewer digits than this.
constexpr unsigned most_digits = 12;
constexpr std::array<double, 16> power_of_ten = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};
// Below it value * 10^e, whose relative error is under 2^-51, rounds to the printed integer.
constexpr double most_scaled = 0x1p50;

constexpr std::size_t block_points = 256;

enum Kind : unsigned { summarised = 1, sampled = 2 };  // bits in front of the chunk

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

// To the nearest integer: adding 1.5 * 2^52 leaves no bits behind the point.
double nearest(double x) {
  constexpr double shift = 0x1.8p52;
  return (x + shift) - shift;
}

// The double as an integer: its magnitude's bits with its sign, so that zero bits at the end stay
// divisible; all bits come back. The least integer stands for -0.0.
std::int64_t key_of(double v) {
  const auto bits = std::bit_cast<std::int64_t>(v);
  if (bits >= 0) return bits;
  const std::int64_t magnitude = bits & INT64_MAX;
  return magnitude == 0 ? INT64_MIN : -magnitude;
}
double of_key(std::int64_t key) {
  if (key >= 0) return std::bit_cast<double>(key);
  return std::bit_cast<double>(key == INT64_MIN ? key : -key | INT64_MIN);
}

double number_of(std::int64_t integer, bool decimal, unsigned digits) {
  return decimal ? static_cast<double>(integer) / power_of_ten[digits] : of_key(integer);
}

__extension__ typedef __int128 int128;

struct Exponents {
  int least = 2048;
  int most = 0;
};

Exponents exponents(std::span<const double> values) {
  Exponents found;
  for (const double v : values) {
    const auto bits = std::bit_cast<std::uint64_t>(v) << 1;
    const auto exponent = static_cast<int>(bits >> 53);
    if (bits != 0) found.least = std::min(found.least, exponent);
    found.most = std::max(found.most, exponent);
  }
  return found;
}

// The exact sum as two doubles; false when it needs more, or is not finite.
bool exact_sum(std::span<const double> values, double& high, double& low) {
  const Exponents e = exponents(values);
  if (e.most == 0x7FF) return false;
  high = 0;
  low = 0;
  if (e.least > e.most) return true;  // zeros only
  // 53 bits of a value, 54 of the spread of exponents, 16 of the number of points: 123.
  if (e.least > 0 && e.most - e.least <= 54 && values.size() <= 65'536) {
    int128 sum = 0;
    for (const double v : values) {
      const auto bits = std::bit_cast<std::uint64_t>(v);
      const auto exponent = static_cast<int>(bits >> 52 & 0x7FF);
      if (exponent == 0) continue;
      const std::uint64_t mantissa = (bits & ((std::uint64_t{1} << 52) - 1)) | std::uint64_t{1}
                                                                                   << 52;
      const int128 shifted = static_cast<int128>(mantissa) << (exponent - e.least);
      sum += (bits >> 63) != 0 ? -shifted : shifted;
    }
    const auto first = static_cast<double>(sum);
    const int128 rest = sum - static_cast<int128>(first);
    const auto second = static_cast<double>(rest);
    high = std::ldexp(first, e.least - 1075);
    low = std::ldexp(second, e.least - 1075);
    return static_cast<int128>(second) == rest && std::isfinite(high);
  }
  ExactSum sum;
  for (const double v : values) sum.add(v);
  high = sum.value();
  if (!std::isfinite(high)) return false;
  sum.add(-high);
  low = sum.value();
  sum.add(-low);
  return sum.value() == 0;
}

bool rises(std::span<const std::int64_t> times) {
  for (std::size_t i = 1; i < times.size(); ++i) {
    if (times[i] <= times[i - 1]) return false;
  }
  return true;
}

std::optional<ChunkSummary> summarise(std::span<const double> values) {
  ChunkSummary s;
  if (values.size() < summary_points || !exact_sum(values, s.sum_high, s.sum_low)) return {};
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  s.min = *least;
  s.max = *most;
  s.last = values.back();
  return s;
}

}  // namespace

// How a column of values became integers.
struct ChunkCodec::Form {
  bool decimal = false;
  unsigned digits = 0;
};

void Columns::clear() {
  times_ns.clear();
  values.clear();
  digests.clear();
}

// Copies the bytes, so that wide loads stay inside.
void ChunkCodec::assign(std::string_view bytes) {
  bytes_.resize(bytes.size() + BitReader::padding);
  std::copy(bytes.begin(), bytes.end(), bytes_.begin());
  in_ = BitReader(bytes_.data(), bytes.size());
}

// Decimal when every value is an integer over the same 10^digits, to the bit.
ChunkCodec::Form ChunkCodec::choose_form(std::span<const double> values) {
  Form form{true, 0};
  integers_.resize(values.size());
  for (const double v : values) {
    for (;; ++form.digits) {
      const double scaled = v * power_of_ten[form.digits];
      const bool fits = scaled < most_scaled && scaled > -most_scaled;
      if (fits && same_bits(nearest(scaled) / power_of_ten[form.digits], v)) break;
      if (!fits || form.digits == most_digits) {
        form = {false, 0};
        break;
      }
    }
    if (!form.decimal) break;
  }
  // Values that were right with fewer digits are so with all of them, unless they get too large.
  const double scale = power_of_ten[form.digits];
  bool fits = form.decimal;
  for (std::size_t i = 0; i < values.size() && fits; ++i) {
    const double scaled = values[i] * scale;
    integers_[i] = static_cast<std::int64_t>(nearest(scaled));
    fits = scaled < most_scaled && scaled > -most_scaled;
  }
  if (fits) return form;
  std::transform(values.begin(), values.end(), integers_.begin(), key_of);
  return {false, 0};
}

ChunkCodec::Form ChunkCodec::get_form() {
  const bool decimal = in_.get(1) != 0;
  return {decimal, decimal ? static_cast<unsigned>(in_.get(4)) : 0};
}

// Blocks have their own form: one value with many digits costs its neighbours, not all.
void ChunkCodec::put_values(std::span<const double> values) {
  for (std::size_t at = 0; at < values.size(); at += block_points) {
    put_block(values.subspan(at, std::min(block_points, values.size() - at)));
    encode_integers(integers_, scratch_, out_);
  }
}

// The form and the first integer; all integers are in integers_ then.
void ChunkCodec::put_block(std::span<const double> values) {
  const Form form = choose_form(values);
  out_.put(form.decimal ? 1 : 0, 1);
  if (form.decimal) out_.put(form.digits, 4);
  put_sized(out_, zigzag(integers_[0]));
}

bool ChunkCodec::get_values(std::span<double> values) {
  for (std::size_t at = 0; at < values.size(); at += block_points) {
    const auto block = values.subspan(at, std::min(block_points, values.size() - at));
    const Form form = get_form();
    integers_.resize(block.size());
    integers_[0] = unzigzag(get_sized(in_));
    if (!decode_integers(in_, scratch_, integers_)) return false;
    if (form.decimal) {
      const double scale = power_of_ten[form.digits];
      for (std::size_t i = 0; i < block.size(); ++i) {
        block[i] = static_cast<double>(integers_[i]) / scale;
      }
    } else {
      std::transform(integers_.begin(), integers_.end(), block.begin(), of_key);
    }
  }
  return in_.good();
}

void ChunkCodec::put_summary(const ChunkSummary& summary) {
  const std::array<double, 3> values = {summary.last, summary.min, summary.max};
  put_block(values);
  for (const std::size_t i : {1, 2}) {
    put_sized(out_, zigzag(static_cast<std::int64_t>(static_cast<std::uint64_t>(integers_[i]) -
                                                     static_cast<std::uint64_t>(integers_[0]))));
  }
  out_.put(std::bit_cast<std::uint64_t>(summary.sum_high), 64);
  put_sized(out_, std::bit_cast<std::uint64_t>(summary.sum_low));
}

ChunkSummary ChunkCodec::get_summary() {
  ChunkSummary summary;
  const Form form = get_form();
  const std::int64_t last = unzigzag(get_sized(in_));
  summary.last = number_of(last, form.decimal, form.digits);
  for (double* v : {&summary.min, &summary.max}) {
    const auto apart = static_cast<std::uint64_t>(unzigzag(get_sized(in_)));
    *v = number_of(static_cast<std::int64_t>(static_cast<std::uint64_t>(last) + apart),
                   form.decimal, form.digits);
  }
  summary.sum_high = std::bit_cast<double>(in_.get(64));
  summary.sum_low = std::bit_cast<double>(get_sized(in_));
  return summary;
}

void ChunkCodec::encode(const Columns& columns, std::size_t begin, std::size_t end,
                        std::string& out) {
  const std::size_t count = end - begin;
  const std::span values(columns.values.data() + begin, count);
  const bool with_digests = !columns.digests.empty();
  const auto summary = with_digests ? std::nullopt : summarise(values);
  out_.clear();
  out_.put((summary ? summarised : 0u) | (with_digests ? sampled : 0u), 2);
  if (summary) put_summary(*summary);
  put_values(values);
  encode_integers(std::span(columns.times_ns.data() + begin, count), scratch_, out_);
  if (with_digests) {
    const std::span digests(columns.digests.data() + begin, count);
    integers_.resize(count);
    std::transform(digests.begin(), digests.end(), integers_.begin(),
                   [](const Digest& d) { return static_cast<std::int64_t>(d.count); });
    put_sized(out_, digests[0].count);
    encode_integers(integers_, scratch_, out_);
    numbers_.resize(count);
    for (const auto member : {&Digest::sum, &Digest::min, &Digest::max}) {
      for (std::size_t i = 0; i < count; ++i) numbers_[i] = digests[i].*member;
      put_values(numbers_);
    }
  }
  out_.finish(out);
}

Status ChunkCodec::decode(std::string_view bytes, std::int64_t first_ns, std::size_t count,
                          Columns& out) {
  const auto damaged = [&] {
    out.clear();
    return fail(Code::invalid, "the bytes are no chunk of points");
  };
  assign(bytes);
  out.clear();
  const auto kind = static_cast<unsigned>(in_.get(2));
  if (count == 0 || count > most_chunk_points || kind > sampled) return damaged();
  if (kind == summarised) get_summary();
  out.times_ns.resize(count);
  out.values.resize(count);
  out.times_ns[0] = first_ns;
  if (!get_values(out.values) || !decode_integers(in_, scratch_, out.times_ns) ||
      !rises(out.times_ns)) {
    return damaged();
  }
  if (kind == sampled && !get_digests(count, out.digests)) return damaged();
  return {};
}

bool ChunkCodec::get_digests(std::size_t count, std::vector<Digest>& digests) {
  digests.resize(count);
  integers_.resize(count);
  integers_[0] = static_cast<std::int64_t>(get_sized(in_));
  bool good = decode_integers(in_, scratch_, integers_);
  for (std::size_t i = 0; i < count; ++i) {
    digests[i].count = static_cast<std::uint64_t>(integers_[i]);
    good &= integers_[i] > 0;
  }
  numbers_.resize(count);
  for (const auto member : {&Digest::sum, &Digest::min, &Digest::max}) {
    good = good && get_values(numbers_);
    for (std::size_t i = 0; i < count; ++i) digests[i].*member = numbers_[i];
  }
  return good && in_.good();
}

Result<std::optional<ChunkSummary>> ChunkCodec::summary(std::string_view bytes, std::size_t count) {
  assign(bytes.substr(0, 64));
  if ((in_.get(2) & summarised) == 0 || count < summary_points) return std::nullopt;
  const ChunkSummary s = get_summary();
  if (!in_.good()) return fail(Code::invalid, "the bytes are no chunk of points");
  return s;
}

}  // namespace cairn::store
