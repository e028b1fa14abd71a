// SPDX-License-Identifier: Apache-2.0
#include "formula/eval_partial.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace cairn::formula {
namespace {

// 113 bits: the difference n Σx² - (Σx)² may cancel almost completely.
__extension__ typedef __float128 quad;

quad precise(const ExactSum& sum) {
  const double high = sum.value();
  if (!std::isfinite(high)) return high;
  ExactSum rest = sum;
  rest.add(-high);
  return quad{high} + rest.value();
}

double spread(const ExactSum& sum, const ExactSum& squares, std::uint64_t count) {
  const quad n = static_cast<quad>(count);
  const quad total = precise(sum);
  const quad variance = (n * precise(squares) - total * total) / (n * n);
  return variance > 0 ? std::sqrt(static_cast<double>(variance)) : 0;
}

}  // namespace

void Partial::add(AggregateKind kind, double value) {
  value += 0.0;  // -0 becomes 0, so that min and max do not depend on the order
  min = count == 0 ? value : std::min(min, value);
  max = count == 0 ? value : std::max(max, value);
  ++count;
  switch (kind) {
    case AggregateKind::sum:
    case AggregateKind::avg:
      if (sums.empty()) sums.resize(1);
      sums[0].add(value);
      break;
    case AggregateKind::stddev: {
      if (sums.empty()) sums.resize(2);
      sums[0].add(value);
      // The square in two parts, exactly.
      const double square = value * value;
      if (std::isfinite(square)) {
        sums[1].add(square);
        sums[1].add(std::fma(value, value, -square));
      } else {
        sums[1].add(std::numeric_limits<double>::max());
        sums[1].add(std::numeric_limits<double>::max());
      }
      break;
    }
    case AggregateKind::quantile:
      if (!sketch) sketch = std::make_unique<Sketch>();
      sketch->add(value);
      break;
    default:
      break;
  }
}

void Partial::merge(const Partial& other) {
  if (other.count > 0) {
    min = count == 0 ? other.min : std::min(min, other.min);
    max = count == 0 ? other.max : std::max(max, other.max);
  }
  expected += other.expected;
  reported += other.reported;
  count += other.count;
  estimated = estimated || other.estimated;
  newest = std::max(newest, other.newest);
  if (sums.size() < other.sums.size()) sums.resize(other.sums.size());
  for (std::size_t i = 0; i < other.sums.size(); ++i) sums[i].merge(other.sums[i]);
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
      result = sums[0].value();
      break;
    case AggregateKind::avg:
      result = sums[0].value() / static_cast<double>(count);
      break;
    case AggregateKind::min:
      result = min;
      break;
    case AggregateKind::max:
      result = max;
      break;
    case AggregateKind::stddev:
      result = spread(sums[0], sums[1], count);
      break;
    default:
      result = sketch->quantile(quantile);
      break;
  }
  return std::isfinite(result) ? PartialValue{Lack::present, result}
                               : PartialValue{Lack::overflow, 0};
}

}  // namespace cairn::formula
