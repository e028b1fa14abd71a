// SPDX-License-Identifier: Apache-2.0
// Instants, civil dates, durations and periods. UTC inside; a zone is a fixed offset given by the
// region (China has one: +08:00 without summer time).
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace cairn {

// Nanoseconds since 1970-01-01T00:00:00Z, 1678 to 2262. Arithmetic saturates at the ends.
struct Instant {
  std::int64_t ns = 0;

  static constexpr Instant min() { return {INT64_MIN}; }
  static constexpr Instant max() { return {INT64_MAX}; }
  auto operator<=>(const Instant&) const = default;
};

inline constexpr std::int64_t ns_per_second = 1'000'000'000;
inline constexpr std::int64_t ns_per_day = 86'400 * ns_per_second;

Instant operator+(Instant t, std::int64_t ns);
Instant operator-(Instant t, std::int64_t ns);

// A day of the proleptic Gregorian calendar.
struct Date {
  std::int32_t year = 1970;
  std::uint8_t month = 1;  // 1..12
  std::uint8_t day = 1;    // 1..31

  auto operator<=>(const Date&) const = default;
};

bool is_valid(Date date);
std::int64_t days_since_epoch(Date date);
Date date_from_days(std::int64_t days);
int days_in_month(std::int32_t year, int month);
// Moves by whole months; the day is cut to the length of the month (Jan 31 + 1 month = Feb 28).
Date add_months(Date date, int months);

// A fixed offset from UTC in seconds, east positive.
struct Zone {
  std::int32_t offset_s = 0;
  bool operator==(const Zone&) const = default;
};
// "+08:00", "-03:30", "Z".
Result<Zone> parse_zone(std::string_view text);

// Midnight at the beginning of `date` in `zone`.
Instant start_of(Date date, Zone zone);
Date date_of(Instant t, Zone zone);

// A half-open interval of time [begin, end); begin == end for an instant.
struct Interval {
  Instant begin;
  Instant end;
  bool operator==(const Interval&) const = default;
};

// RFC 3339 / ISO 8601: "2020-12-31T08:00:00Z", "…+08:00", "…" without zone means `zone`; also with
// a blank instead of T, with fractional seconds, without seconds, and a bare date (its start).
Result<Instant> parse_instant(std::string_view text, Zone zone = {});
Result<Date> parse_date(std::string_view text);
// "2020", "2020-Q1", "2020-H1", "2020-03", "2020-03-01": the interval of that period in `zone`.
Result<Interval> parse_period(std::string_view text, Zone zone = {});

// An as-of date as people write it: a year, quarter, month or day means its END (as of 2020 =
// everything known up to and including 2020-12-31); an instant means itself.
Result<Instant> parse_as_of(std::string_view text, Zone zone = {});

// "2020-12-31T00:00:00Z" / "2020-12-31T08:00:00+08:00"; fractional seconds only when present.
std::string to_string(Instant t, Zone zone = {});
std::string to_string(Date date);
// The shortest period name for an interval ("2020", "2020-Q1", "2020-03", "2020-03-01"), else
// "begin/end".
std::string to_string(Interval interval, Zone zone);

// A span of time: either exact (nanoseconds) or calendar (months). "90s", "10m"/"10min", "6h",
// "1d", "1w", "12mo", "1y" (and "1a"); one of the two fields is zero.
struct Span {
  std::int64_t ns = 0;
  std::int32_t months = 0;
  bool operator==(const Span&) const = default;
};
Result<Span> parse_span(std::string_view text);
std::string to_string(Span span);
Instant minus(Instant t, Span span, Zone zone);
Instant plus(Instant t, Span span, Zone zone);

// Calendar units in which statistics are counted.
enum class PeriodKind : std::uint8_t { day, month, quarter, year };
Result<PeriodKind> parse_period_kind(std::string_view text);
const char* to_string(PeriodKind kind);
// The calendar period of `kind` that contains `t`.
Interval period_containing(Instant t, PeriodKind kind, Zone zone);

}  // namespace cairn
