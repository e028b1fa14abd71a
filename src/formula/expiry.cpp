// SPDX-License-Identifier: Apache-2.0
#include "formula/expiry.hpp"

#include <algorithm>

#include "formula/windows.hpp"

namespace cairn::formula {
namespace {

// to + (event - from), but never before what `to` has passed.
Instant after(Instant to, Instant event) {
  return event > to ? event : Instant::max();
}

}  // namespace

Instant next_day_change(Instant t, Zone zone) {
  const Interval day = period_containing(t, PeriodKind::day, zone);
  return day.begin == t ? t + 1 : day.end;
}

Instant carried(Instant event, Instant from, Instant to) {
  if (event == Instant::max()) return event;
  // Both differences stay far from the ends of time: dates are of this and the next centuries.
  return to + (event.ns - from.ns);
}

Instant reaches(Instant as_of, Span span, Zone zone, Instant x) {
  const Instant begin = minus(as_of, span, zone);
  const Instant direct = x > begin ? carried(x, begin, as_of) : Instant::max();
  // Months differ in length: at midnight the beginning may jump, ahead or back.
  return span.months == 0 ? direct : std::min(direct, next_day_change(as_of, zone));
}

Instant next_sample(const model::History& history, model::SeriesId series, Instant as_of) {
  if (series == model::no_series) return Instant::max();
  const auto newest = history.last(series, Instant::max());
  if (!newest || newest->time.end <= as_of) return Instant::max();
  model::WindowSummary later;
  history.summarise(series, as_of, newest->time.end, 0, later);
  return later.count == 0 ? Instant::max() : later.first.time.end;
}

Instant stale_from(Instant as_of, Instant sample_end, Span max_age, Zone zone) {
  return reaches(as_of, max_age, zone, sample_end + 1);
}

Instant window_changes(Instant as_of, Span span, Zone zone, const Instant* oldest) {
  return reaches(as_of, span, zone, oldest != nullptr ? *oldest : Instant::min());
}

Instant period_changes(const Over& over, const model::PropertyDef& property, Instant as_of,
                       Zone zone, std::span<const model::Sample> samples) {
  const Interval interval = over_interval(over, as_of, zone);
  // Periods, and sub-periods that are complete, begin and end at midnight.
  Instant due = next_day_change(as_of, zone);
  if (over.form == Over::Form::to_date && property.every && property.every->ns > 0) {
    const std::int64_t every = property.every->ns;
    const std::int64_t passed = as_of.ns - interval.begin.ns;
    due = std::min(due, after(as_of, interval.begin + (passed / every + 1) * every));
  }
  if (over.form != Over::Form::moving) return due;
  due = std::min(due, carried(next_day_change(interval.begin, zone), interval.begin, as_of));
  for (const model::Sample& sample : samples) {
    for (const Instant edge : {sample.time.begin + 1, sample.time.end}) {
      due = std::min(due, reaches(as_of, over.span, zone, edge));
    }
  }
  return due;
}

}  // namespace cairn::formula
