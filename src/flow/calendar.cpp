// SPDX-License-Identifier: Apache-2.0
#include "flow/calendar.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace cairn::flow {
namespace {

Instant at(const Calendar& calendar, Date date, std::int32_t second) {
  return start_of(date, calendar.zone) + second * ns_per_second;
}

Error no_opening(const Calendar& calendar, Instant t) {
  return {Code::too_large,
          format("the calendar '{}' has not enough hours within {} days after {}; does its week "
                 "have open hours?",
                 calendar.id, calendar_horizon_days, to_string(t, calendar.zone)),
          {}};
}

const Calendar::Season* season_of(const Calendar& calendar, Date date) {
  const std::int32_t day = date.month * 100 + date.day;
  for (const Calendar::Season& season : calendar.seasons) {
    const bool after = season.from <= day;
    const bool before = day <= season.to;
    if (season.from <= season.to ? after && before : after || before) return &season;
  }
  return nullptr;
}

}  // namespace

const DayHours& makeup_of(const Calendar& calendar, Date date) {
  const Calendar::Season* season = season_of(calendar, date);
  return season == nullptr ? calendar.makeup : season->makeup;
}

const DayHours& hours_of(const Calendar& calendar, Date date) {
  const auto found = calendar.days.find(date);
  if (found != calendar.days.end()) return found->second.hours;
  // 1970-01-01 was a Thursday.
  const std::int64_t weekday = ((days_since_epoch(date) + 3) % 7 + 7) % 7;
  const Calendar::Season* season = season_of(calendar, date);
  return (season == nullptr ? calendar.week : season->week)[static_cast<std::size_t>(weekday)];
}

bool knows(const Calendar& calendar, Instant begin, Instant end) {
  const std::int32_t last = date_of(end, calendar.zone).year;
  for (std::int32_t year = date_of(begin, calendar.zone).year; year <= last; ++year) {
    if (!std::ranges::binary_search(calendar.years, year)) return false;
  }
  return true;
}

bool is_working(const Calendar& calendar, Instant t) {
  const Date date = date_of(t, calendar.zone);
  const auto holds = [&](Date day) {
    return std::ranges::any_of(hours_of(calendar, day), [&](const OpenHours& open) {
      return at(calendar, day, open.begin_s) <= t && t <= at(calendar, day, open.end_s);
    });
  };
  // Midnight may be the close of the day before.
  return holds(date) || holds(date_from_days(days_since_epoch(date) - 1));
}

Result<Instant> next_working(const Calendar& calendar, Instant t) {
  const std::int64_t first = days_since_epoch(date_of(t, calendar.zone));
  for (std::int64_t day = first; day < first + calendar_horizon_days; ++day) {
    const Date date = date_from_days(day);
    for (const OpenHours& open : hours_of(calendar, date)) {
      if (t < at(calendar, date, open.end_s)) return std::max(t, at(calendar, date, open.begin_s));
    }
  }
  return fail(no_opening(calendar, t));
}

std::int64_t working_between(const Calendar& calendar, Instant begin, Instant end) {
  std::int64_t sum = 0;
  if (end <= begin) return sum;
  const std::int64_t last = days_since_epoch(date_of(end, calendar.zone));
  for (std::int64_t day = days_since_epoch(date_of(begin, calendar.zone)); day <= last; ++day) {
    const Date date = date_from_days(day);
    for (const OpenHours& open : hours_of(calendar, date)) {
      const Instant from = std::max(begin, at(calendar, date, open.begin_s));
      const Instant to = std::min(end, at(calendar, date, open.end_s));
      if (from < to) sum += to.ns - from.ns;
    }
  }
  return sum;
}

Result<Instant> add_working(const Calendar& calendar, Instant t, std::int64_t working_ns) {
  if (working_ns < 0) return fail(Code::invalid, "working time to add is not negative");
  if (working_ns == 0)
    return is_working(calendar, t) ? Result<Instant>(t) : next_working(calendar, t);
  const std::int64_t first = days_since_epoch(date_of(t, calendar.zone));
  for (std::int64_t day = first; day < first + calendar_horizon_days; ++day) {
    const Date date = date_from_days(day);
    for (const OpenHours& open : hours_of(calendar, date)) {
      const Instant from = std::max(t, at(calendar, date, open.begin_s));
      const Instant to = at(calendar, date, open.end_s);
      if (from >= to) continue;
      if (to.ns - from.ns >= working_ns) return from + working_ns;
      working_ns -= to.ns - from.ns;
    }
  }
  return fail(no_opening(calendar, t));
}

Result<Instant> close_of_working_day(const Calendar& calendar, Instant t, int days) {
  if (days < 0) return fail(Code::invalid, "working days to add are not negative");
  const auto opening = next_working(calendar, t);
  if (!opening) return opening;
  const std::int64_t first = days_since_epoch(date_of(*opening, calendar.zone));
  for (std::int64_t day = first; day < first + calendar_horizon_days; ++day) {
    const Date date = date_from_days(day);
    const DayHours& hours = hours_of(calendar, date);
    if (!hours.empty() && days-- == 0) return at(calendar, date, hours.back().end_s);
  }
  return fail(no_opening(calendar, t));
}

}  // namespace cairn::flow
