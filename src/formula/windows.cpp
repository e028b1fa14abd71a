// SPDX-License-Identifier: Apache-2.0
#include "formula/windows.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/limits.hpp"
#include "formula/eval_partial.hpp"

namespace cairn::formula {
namespace {

namespace part = model::summary_part;

// The last minus the first; a counter that falls has restarted at zero.
double rise(const Window& window, const model::WindowSummary& summary) {
  WideSum sum;
  if (window.counter) sum = summary.totals.falls;
  sum.add(summary.last.value);
  sum.add(-summary.first.value);
  return sum.value();
}

Windowed change(const Window& window, const model::WindowSummary& summary, Windowed out) {
  const std::int64_t elapsed_ns = summary.last.time.end.ns - summary.first.time.end.ns;
  if (elapsed_ns <= 0) {
    out.lack = Lack::few_samples;
    return out;
  }
  out.value = rise(window, summary);
  if (window.function == WindowFunction::rate) {
    out.value = out.value * static_cast<double>(window.per_ns) / static_cast<double>(elapsed_ns);
  }
  out.lack = std::isfinite(out.value) ? Lack::present : Lack::overflow;
  return out;
}

AggregateKind kind_of(WindowFunction function) {
  switch (function) {
    case WindowFunction::min:
      return AggregateKind::min;
    case WindowFunction::max:
      return AggregateKind::max;
    case WindowFunction::sum:
      return AggregateKind::sum;
    case WindowFunction::stddev:
      return AggregateKind::stddev;
    case WindowFunction::quantile:
      return AggregateKind::quantile;
    default:
      return AggregateKind::avg;
  }
}

Windowed statistic(const Window& window, const Partial& partial, Windowed out) {
  const PartialValue value = partial.value(kind_of(window.function), window.quantile);
  out.lack = value.lack;
  out.value = value.value;
  return out;
}

Windowed counted(std::uint64_t count, bool estimated) {
  Windowed out;
  out.reported = out.expected = static_cast<std::size_t>(count);
  out.estimated = estimated;
  if (count > limits::window_samples) out.lack = Lack::many_samples;
  return out;
}

// Everything but count(), which has a value where there is no sample.
Windowed known_value(const Window& window, const model::WindowSummary& summary, Windowed out) {
  Partial partial;
  switch (window.function) {
    case WindowFunction::last:
    case WindowFunction::first:
      out.lack = Lack::present;
      out.value =
          window.function == WindowFunction::last ? summary.last.value : summary.first.value;
      return out;
    case WindowFunction::delta:
    case WindowFunction::rate:
      return change(window, summary, out);
    default:
      partial.count = summary.count;
      partial.min = summary.totals.min;
      partial.max = summary.totals.max;
      partial.sum = summary.totals.sum;
      partial.squares = summary.totals.squares;
      return statistic(window, partial, out);
  }
}

}  // namespace

std::optional<std::uint8_t> summary_parts(const Window& window) {
  switch (window.function) {
    case WindowFunction::avg:
    case WindowFunction::sum:
      return part::sum;
    case WindowFunction::min:
    case WindowFunction::max:
      return part::extremes;
    case WindowFunction::stddev:
      return part::sum | part::squares;
    case WindowFunction::delta:
    case WindowFunction::rate:
      return window.counter ? part::falls : std::uint8_t{0};
    case WindowFunction::quantile:
      return std::nullopt;
    default:
      return std::uint8_t{0};
  }
}

Windowed window_value(const Window& window, const model::WindowSummary& summary) {
  Windowed out = counted(summary.count, summary.estimated);
  if (out.lack == Lack::many_samples) return out;
  if (window.function == WindowFunction::count) {
    out.lack = Lack::present;
    out.value = static_cast<double>(summary.count);
    return out;
  }
  return summary.count == 0 ? out : known_value(window, summary, out);
}

Windowed window_value(const Window& window, std::span<const model::Sample> samples) {
  const auto parts = summary_parts(window);
  model::WindowSummary summary;
  for (const model::Sample& sample : samples) summary.add(sample, parts.value_or(0));
  if (parts) return window_value(window, summary);
  const Windowed out = counted(summary.count, summary.estimated);
  if (samples.empty() || out.lack == Lack::many_samples) return out;
  Partial partial;
  for (const model::Sample& sample : samples) partial.add(AggregateKind::quantile, sample.value);
  return statistic(window, partial, out);
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

// How many samples or sub-periods there should be, and are. `covers`: whether one of `count`
// samples covers a sub-period.
template <class Covers>
void cover(const model::PropertyDef& property, Interval interval, Zone zone, std::size_t count,
           Covers covers, Windowed& out) {
  if (property.period) {
    const auto parts = sub_periods(*property.period, interval, zone);
    out.expected = parts.size();
    out.reported = 0;
    for (const Interval& part : parts) out.reported += covers(part) ? 1 : 0;
  } else if (property.every) {
    out.expected = expected_samples(*property.every, interval, zone);
    out.reported = std::min(count, out.expected);
  } else {
    out.expected = 1;
    out.reported = count == 0 ? 0 : 1;
  }
}

}  // namespace

Windowed period_value(WindowFunction function, const model::PropertyDef& property,
                      Interval interval, Zone zone, std::span<const model::Sample> samples) {
  const std::vector<model::Sample> chosen = without_overlaps(interval, samples);
  Windowed out = window_value({function, {}, 0.5, property.counter, 1}, chosen);
  const auto covers = [&](const Interval& part) {
    return std::any_of(chosen.begin(), chosen.end(), [&](const auto& sample) {
      return sample.time.begin <= part.begin && part.end <= sample.time.end;
    });
  };
  cover(property, interval, zone, chosen.size(), covers, out);
  return out;
}

Windowed period_value(WindowFunction function, const model::PropertyDef& property,
                      Interval interval, Zone zone, const model::WindowSummary& summary) {
  Windowed out = window_value({function, {}, 0.5, property.counter, 1}, summary);
  const auto covers = [](const Interval&) { return false; };
  cover(property, interval, zone, static_cast<std::size_t>(summary.count), covers, out);
  return out;
}

}  // namespace cairn::formula
