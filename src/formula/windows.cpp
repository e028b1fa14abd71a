// SPDX-License-Identifier: Apache-2.0
#include "formula/windows.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/exact_sum.hpp"
#include "formula/eval_partial.hpp"

namespace cairn::formula {
namespace {

// Rise from sample to sample; a counter that falls has restarted at zero.
double rise(const Window& window, std::span<const model::Sample> samples) {
  ExactSum sum;
  if (!window.counter) {
    sum.add(samples.back().value);
    sum.add(-samples.front().value);
    return sum.value();
  }
  for (std::size_t i = 1; i < samples.size(); ++i) {
    sum.add(samples[i].value);
    if (samples[i].value >= samples[i - 1].value) sum.add(-samples[i - 1].value);
  }
  return sum.value();
}

void statistics(const Window& window, std::span<const model::Sample> samples, Windowed& out) {
  static constexpr AggregateKind kinds[] = {AggregateKind::avg, AggregateKind::min,
                                            AggregateKind::max, AggregateKind::sum};
  const auto i = static_cast<std::size_t>(window.function);
  const AggregateKind kind = i < 4                                       ? kinds[i]
                             : window.function == WindowFunction::stddev ? AggregateKind::stddev
                                                                         : AggregateKind::quantile;
  Partial partial;
  for (const model::Sample& sample : samples) partial.add(kind, sample.value);
  const PartialValue value = partial.value(kind, window.quantile);
  out.lack = value.lack;
  out.value = value.value;
}

}  // namespace

Windowed window_value(const Window& window, std::span<const model::Sample> samples) {
  Windowed out;
  out.reported = samples.size();
  out.expected = samples.size();
  if (window.function == WindowFunction::count) {
    out.lack = Lack::present;
    out.value = static_cast<double>(samples.size());
  }
  for (const model::Sample& sample : samples) out.estimated = out.estimated || sample.estimated;
  if (samples.empty()) return out;
  switch (window.function) {
    case WindowFunction::count:
      return out;
    case WindowFunction::last:
    case WindowFunction::first:
      out.lack = Lack::present;
      out.value =
          window.function == WindowFunction::last ? samples.back().value : samples.front().value;
      return out;
    case WindowFunction::delta:
    case WindowFunction::rate: {
      const std::int64_t elapsed_ns = samples.back().time.end.ns - samples.front().time.end.ns;
      if (elapsed_ns <= 0) {
        out.lack = Lack::few_samples;
        return out;
      }
      out.value = rise(window, samples);
      if (window.function == WindowFunction::rate) {
        out.value =
            out.value * static_cast<double>(window.per_ns) / static_cast<double>(elapsed_ns);
      }
      out.lack = std::isfinite(out.value) ? Lack::present : Lack::overflow;
      return out;
    }
    default:
      statistics(window, samples, out);
      return out;
  }
}

Interval over_interval(const Over& over, Instant as_of, Zone zone) {
  const Interval current = period_containing(as_of - 1, over.kind, zone);
  switch (over.form) {
    case Over::Form::calendar:
      return current;
    case Over::Form::last_calendar:
      return period_containing(current.begin - 1, over.kind, zone);
    case Over::Form::to_date:
      return {current.begin, as_of};
    case Over::Form::moving:
      return {minus(as_of, over.span, zone), as_of};
  }
  return current;
}

namespace {

// Whole sub-periods inside `interval`; a year of days has 366 at most, an `every` of seconds many,
// so those are only counted.
std::vector<Interval> sub_periods(PeriodKind kind, Interval interval, Zone zone) {
  std::vector<Interval> out;
  Interval at = period_containing(interval.begin, kind, zone);
  if (at.begin < interval.begin) at = period_containing(at.end, kind, zone);
  while (at.end <= interval.end && out.size() < 100'000) {
    out.push_back(at);
    at = period_containing(at.end, kind, zone);
  }
  return out;
}

std::size_t expected_samples(Span every, Interval interval, Zone zone) {
  if (every.months != 0) {
    std::size_t count = 0;
    for (Instant t = interval.begin; t < interval.end && count < 100'000; ++count) {
      t = plus(t, every, zone);
    }
    return count;
  }
  if (every.ns <= 0 || interval.end <= interval.begin) return 1;
  return static_cast<std::size_t>((interval.end.ns - interval.begin.ns) / every.ns);
}

// Longest first; what overlaps a chosen one is left out. Back in time order.
std::vector<model::Sample> without_overlaps(Interval interval,
                                            std::span<const model::Sample> samples) {
  std::vector<model::Sample> inside;
  bool overlap = false;
  for (const model::Sample& sample : samples) {
    const bool instant = sample.time.begin == sample.time.end;
    if (sample.time.end > interval.end) continue;
    if (instant ? sample.time.end <= interval.begin : sample.time.begin < interval.begin) continue;
    overlap = overlap || (!inside.empty() && sample.time.begin < inside.back().time.end);
    inside.push_back(sample);
  }
  if (!overlap) return inside;
  std::stable_sort(inside.begin(), inside.end(), [](const auto& a, const auto& b) {
    return a.time.end.ns - a.time.begin.ns > b.time.end.ns - b.time.begin.ns;
  });
  std::vector<model::Sample> chosen;
  for (const model::Sample& sample : inside) {
    const bool free = std::none_of(chosen.begin(), chosen.end(), [&](const auto& other) {
      return sample.time.begin < other.time.end && other.time.begin < sample.time.end;
    });
    if (free) chosen.push_back(sample);
  }
  std::sort(chosen.begin(), chosen.end(),
            [](const auto& a, const auto& b) { return a.time.end < b.time.end; });
  return chosen;
}

}  // namespace

Windowed period_value(WindowFunction function, const model::PropertyDef& property,
                      Interval interval, Zone zone, std::span<const model::Sample> samples) {
  const std::vector<model::Sample> chosen = without_overlaps(interval, samples);
  Windowed out = window_value({function, {}, 0.5, property.counter, 1}, chosen);
  if (property.period) {
    const auto parts = sub_periods(*property.period, interval, zone);
    out.expected = parts.size();
    out.reported = 0;
    for (const Interval& part : parts) {
      const bool covered = std::any_of(chosen.begin(), chosen.end(), [&](const auto& sample) {
        return sample.time.begin <= part.begin && part.end <= sample.time.end;
      });
      out.reported += covered ? 1 : 0;
    }
  } else if (property.every) {
    out.expected = expected_samples(*property.every, interval, zone);
    out.reported = std::min(chosen.size(), out.expected);
  } else {
    out.expected = 1;
    out.reported = chosen.empty() ? 0 : 1;
  }
  return out;
}

}  // namespace cairn::formula
