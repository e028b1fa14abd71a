// SPDX-License-Identifier: Apache-2.0
#include "formula/eval_partial.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

namespace cairn::formula {
namespace {

// 113 bits: the difference n Σx² - (Σx)² may cancel almost completely.
__extension__ typedef __float128 quad;

quad precise(const WideSum& sum) {
  const double high = sum.value();
  if (!std::isfinite(high)) return high;
  WideSum rest = sum;
  rest.add(-high);
  return quad{high} + rest.value();
}

double spread(const WideSum& sum, const WideSum& squares, std::uint64_t count) {
  const quad n = static_cast<quad>(count);
  const quad total = precise(sum);
  const quad variance = (n * precise(squares) - total * total) / (n * n);
  return variance > 0 ? std::sqrt(static_cast<double>(variance)) : 0;
}

// Adds the value, and for stddev its square in two parts, exactly; with sign -1 takes them out.
void change(AggregateKind kind, double value, int sign, WideSum& sum, WideSum& squares) {
  const bool spreads = kind == AggregateKind::stddev;
  if (!spreads && kind != AggregateKind::sum && kind != AggregateKind::avg) return;
  sum.add(sign * value);
  if (spreads) squares.add_square(value, sign);
}

void put(std::uint64_t value, std::string& out) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

bool get(std::string_view& in, std::uint64_t& value) {
  value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    if (in.empty()) return false;
    const auto byte = static_cast<unsigned char>(in.front());
    in.remove_prefix(1);
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

bool get(std::string_view& in, double& value) {
  if (in.size() < sizeof value) return false;
  std::memcpy(&value, in.data(), sizeof value);
  in.remove_prefix(sizeof value);
  return std::isfinite(value);
}

void put(double value, std::string& out) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

constexpr std::uint64_t flag_values = 1;  // min and max stand
constexpr std::uint64_t flag_sketch = 2;

}  // namespace

bool has_extremes(AggregateKind kind) {
  return kind == AggregateKind::min || kind == AggregateKind::max ||
         kind == AggregateKind::quantile;
}

void Partial::add(AggregateKind kind, double value) {
  value += 0.0;  // -0 becomes 0, so that min and max do not depend on the order
  if (has_extremes(kind)) {
    min = count == 0 ? value : std::min(min, value);
    max = count == 0 ? value : std::max(max, value);
  }
  ++count;
  change(kind, value, 1, sum, squares);
  if (kind != AggregateKind::quantile) return;
  if (!sketch) sketch = std::make_unique<Sketch>();
  sketch->add(value);
}

void Partial::add(AggregateKind kind, const Contribution& of) {
  expected += of.expected;
  reported += of.reported;
  estimated += of.estimated;
  newest = std::max(newest, of.newest);
  if (of.counts == 0) return;
  if (kind == AggregateKind::count || kind == AggregateKind::share) {
    ++count;
  } else {
    add(kind, of.value);
  }
}

void Difference::Range::add(double value) {
  min = any ? std::min(min, value) : value;
  max = any ? std::max(max, value) : value;
  any = true;
}

void Difference::add(const Contribution& before, const Contribution& now) {
  expected_ += std::uint64_t{now.expected} - before.expected;
  reported_ += std::uint64_t{now.reported} - before.reported;
  count_ += std::uint64_t{now.counts} - before.counts;
  estimated_ += std::uint64_t{now.estimated} - before.estimated;
  if (before.newest != now.newest) {
    newest_came_ = std::max(newest_came_, now.newest);
    newest_went_ = std::max(newest_went_, before.newest);
  }
  if (kind_ == AggregateKind::count || kind_ == AggregateKind::share) return;
  if (before.counts == now.counts && before.value == now.value) return;
  values_ = true;
  if (before.counts != 0) change(kind_, before.value, -1, sum_, squares_);
  if (now.counts != 0) change(kind_, now.value, 1, sum_, squares_);
  if (!has_extremes(kind_)) return;
  if (before.counts != 0) went_.add(before.value);
  if (now.counts != 0) came_.add(now.value);
  if (kind_ != AggregateKind::quantile) return;
  if (before.counts != 0) sketched_.push_back({before.value, false});
  if (now.counts != 0) sketched_.push_back({now.value, true});
}

void Difference::clear() {
  auto sketched = std::move(sketched_);  // its room is used again
  *this = Difference(kind_);
  sketched.clear();
  sketched_ = std::move(sketched);
}

// What went may have come in the same change: then the end is known only where something beyond it
// has come to stay.
Partial::Lost Partial::apply(const Difference& change) {
  const bool had = count > 0;
  expected += change.expected_;
  reported += change.reported_;
  count += change.count_;
  estimated += change.estimated_;
  newest = std::max(newest, change.newest_came_);
  const bool known = newest == Instant::min() || change.newest_went_ < newest;
  Lost lost = known ? Lost::nothing : Lost::extremes;
  if (!change.values_) return lost;
  sum.merge(change.sum_);
  if (change.kind_ == AggregateKind::stddev) squares.merge(change.squares_);
  if (has_extremes(change.kind_) && !apply_extremes(change, had)) lost = Lost::extremes;
  if (change.kind_ == AggregateKind::quantile && !apply_sketch(change)) lost = Lost::all;
  return lost;
}

// False when an end is open.
bool Partial::apply_extremes(const Difference& change, bool had) {
  const Difference::Range& came = change.came_;
  const Difference::Range& went = change.went_;
  if (came.any) {
    min = had ? std::min(min, came.min) : came.min;
    max = had ? std::max(max, came.max) : came.max;
  }
  return !went.any || (count > 0 && went.min > min && went.max < max);
}

// Where few values remain, and are known one by one, what went goes first; where many do, last: so
// they are not lost on the way. False when they would have to be known and are not.
bool Partial::apply_sketch(const Difference& change) {
  if (!sketch) sketch = std::make_unique<Sketch>();
  const bool few = count <= Sketch::exact_most;
  for (const bool coming : {!few, few}) {
    for (const auto& [value, came] : change.sketched_) {
      if (came != coming) continue;
      if (came) {
        sketch->add(value);
      } else if (!sketch->take(value)) {
        return false;
      }
    }
  }
  return true;
}

void Partial::set_extremes(AggregateKind kind, const Extremes& extremes) {
  newest = extremes.newest;
  if (!has_extremes(kind)) return;
  min = extremes.min;
  max = extremes.max;
  if (sketch) sketch->set_range(min, max);
}

void Extremes::add(const Partial& part) {
  newest = std::max(newest, part.newest);
  if (part.count > 0) widen(part.min, part.max);
}

void Extremes::add(const Contribution& part) {
  newest = std::max(newest, part.newest);
  if (part.counts != 0) widen(part.value, part.value);
}

void Extremes::widen(double low, double high) {
  min = any ? std::min(min, low) : low;
  max = any ? std::max(max, high) : high;
  any = true;
}

void Partial::merge(const Partial& other) {
  if (other.count > 0) {
    min = count == 0 ? other.min : std::min(min, other.min);
    max = count == 0 ? other.max : std::max(max, other.max);
  }
  expected += other.expected;
  reported += other.reported;
  count += other.count;
  estimated += other.estimated;
  newest = std::max(newest, other.newest);
  sum.merge(other.sum);
  squares.merge(other.squares);
  if (other.sketch) {
    if (!sketch) sketch = std::make_unique<Sketch>();
    sketch->merge(*other.sketch);
  }
}

PartialValue Partial::value(AggregateKind kind, double quantile) const {
  const bool counts = kind == AggregateKind::count || kind == AggregateKind::share;
  if (counts) {
    if (expected == 0) {
      return kind == AggregateKind::count ? PartialValue{} : PartialValue{Lack::none_selected, 0};
    }
    if (reported == 0) return {Lack::none_reported, 0};
    const auto yes = static_cast<double>(count);
    return {Lack::present,
            kind == AggregateKind::count ? yes : yes / static_cast<double>(reported)};
  }
  if (count == 0) {
    if (expected > 0) return {Lack::none_reported, 0};
    return kind == AggregateKind::sum ? PartialValue{} : PartialValue{Lack::none_selected, 0};
  }
  double result = 0;
  switch (kind) {
    case AggregateKind::sum:
      result = sum.value();
      break;
    case AggregateKind::avg:
      result = sum.value() / static_cast<double>(count);
      break;
    case AggregateKind::min:
      result = min;
      break;
    case AggregateKind::max:
      result = max;
      break;
    case AggregateKind::stddev:
      result = spread(sum, squares, count);
      break;
    default:
      result = sketch->quantile(quantile);
      break;
  }
  return std::isfinite(result) ? PartialValue{Lack::present, result}
                               : PartialValue{Lack::overflow, 0};
}

void Partial::write(std::string& out) const {
  put(expected, out);
  put(reported, out);
  put(count, out);
  const bool values = min != 0 || max != 0;
  const bool sketched = sketch && count > 0;
  put(estimated, out);
  put((values ? flag_values : 0) | (sketched ? flag_sketch : 0), out);
  put(std::bit_cast<std::uint64_t>(newest.ns) ^ (std::uint64_t{1} << 63), out);
  if (values) {
    put(min, out);
    put(max, out);
  }
  sum.write(out);
  squares.write(out);
  if (sketched) sketch->write(out);
}

bool Partial::read(std::string_view& in, Partial& partial) {
  partial = {};
  std::uint64_t flags = 0;
  std::uint64_t newest = 0;
  if (!get(in, partial.expected) || !get(in, partial.reported) || !get(in, partial.count) ||
      !get(in, partial.estimated) || !get(in, flags) || !get(in, newest)) {
    return false;
  }
  partial.newest.ns = std::bit_cast<std::int64_t>(newest ^ (std::uint64_t{1} << 63));
  if ((flags & flag_values) != 0 && (!get(in, partial.min) || !get(in, partial.max))) return false;
  if (!WideSum::read(in, partial.sum) || !WideSum::read(in, partial.squares)) return false;
  if ((flags & flag_sketch) == 0) return flags < 4;
  partial.sketch = std::make_unique<Sketch>();
  return flags < 4 && Sketch::read(in, *partial.sketch) && partial.sketch->count() == partial.count;
}

}  // namespace cairn::formula
