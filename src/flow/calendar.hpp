// SPDX-License-Identifier: Apache-2.0
// Working time: hours of the week, holidays and make-up workdays (调休) of a place, and arithmetic
// over them.
//
// Rules: an interval [begin, end] of hours is closed for deadlines: work that fills the morning
// exactly is due at 12:00, not at 14:00, and what is due at the close of Friday is due then, not on
// Monday. What comes in outside hours counts from the next opening.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/label.hpp"
#include "core/result.hpp"
#include "core/time.hpp"

namespace cairn::flow {

// Seconds from local midnight, 0 <= begin_s < end_s <= 86,400.
struct OpenHours {
  std::int32_t begin_s = 0;
  std::int32_t end_s = 0;
  bool operator==(const OpenHours&) const = default;
};
using DayHours = std::vector<OpenHours>;  // in order, apart; empty: closed

struct Calendar {
  std::string id;
  Label label;
  Zone zone;
  std::array<DayHours, 7> week;  // from Monday
  DayHours makeup;               // of a make-up workday
  // Other hours in a part of the year; the first that holds a day counts.
  struct Season {
    std::int32_t from = 101;  // month * 100 + day; after `to`: over the turn of the year
    std::int32_t to = 1231;   // the last day
    std::array<DayHours, 7> week;
    DayHours makeup;
    bool operator==(const Season&) const = default;
  };
  std::vector<Season> seasons;
  bool keeps_holidays = true;  // false: open on them as on any day
  struct Day {
    DayHours hours;
    std::string name;  // of the holiday
    bool operator==(const Day&) const = default;
  };
  std::map<Date, Day> days;         // that differ from their weekday
  std::vector<std::int32_t> years;  // whose holidays are known, ascending
  bool operator==(const Calendar&) const = default;
};

// How far a deadline is searched for: a calendar that is closed for so long is a mistake.
inline constexpr int calendar_horizon_days = 20 * 366;

const DayHours& hours_of(const Calendar& calendar, Date date);
// Of that day, were it a make-up workday.
const DayHours& makeup_of(const Calendar& calendar, Date date);
// Whether the holidays of all years that [begin, end] touches are known; if not, a deadline there
// is an estimate.
bool knows(const Calendar& calendar, Instant begin, Instant end);
// Within hours, their end included.
bool is_working(const Calendar& calendar, Instant t);
// `t`, or the next opening. Error: no opening within the horizon.
Result<Instant> next_working(const Calendar& calendar, Instant t);
// Working nanoseconds of [begin, end); 0 when end is not after begin.
std::int64_t working_between(const Calendar& calendar, Instant begin, Instant end);
// The earliest instant within hours, ends included, up to which `working_ns` >= 0 have passed.
// working_between(t, add_working(t, d)) == d. Error: beyond the horizon, negative.
Result<Instant> add_working(const Calendar& calendar, Instant t, std::int64_t working_ns);
// The close of the n-th working day after the one that `t` counts for; 0: of that day itself.
Result<Instant> close_of_working_day(const Calendar& calendar, Instant t, int days);

// Hours, weekday by weekday. Problems name file:line.
//   calendar: office
//   label: {zh: 机关, en: Offices}
//   zone: "+08:00"
//   week: {mon: "09:00-12:00 14:00-18:00", tue: …}   # a day that is missing is closed
//   makeup: mon                                     # whose hours a make-up workday has
//   holidays: false                                 # who works around the clock has none
//   seasons: [{from: 05-01, to: 09-30, week: {…}, makeup: mon}]   # other hours, summer time
Result<Calendar> read_calendar(std::string_view yaml, std::string_view file, Problems& problems);

// Holidays and make-up workdays by year, laid over a calendar.
//   holidays: cn
//   years:
//     2026:
//       source: …
//       off: [{name: 元旦, from: 2026-01-01, to: 2026-01-03}]
//       work: [2026-01-04]
Status add_holidays(std::string_view yaml, std::string_view file, Calendar& calendar,
                    Problems& problems);

}  // namespace cairn::flow
