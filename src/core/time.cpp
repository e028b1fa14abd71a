// SPDX-License-Identifier: Apache-2.0
#include "core/time.hpp"

#include <limits>

#include "core/text.hpp"

namespace cairn {
namespace {

__extension__ typedef __int128 int128;

Instant saturate(int128 ns) {
  if (ns > INT64_MAX) return Instant::max();
  if (ns < INT64_MIN) return Instant::min();
  return {static_cast<std::int64_t>(ns)};
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - ((a % b != 0 && (a < 0) != (b < 0)) ? 1 : 0);
}

// Reads exactly `count` digits at `at`.
std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

tl::unexpected<Error> bad_time(std::string_view text, std::string_view hint) {
  return fail(Code::invalid, format("'{}' is not a time: {}", text, hint));
}

Date first_of_month(std::int32_t year, int month) {
  return {year, static_cast<std::uint8_t>(month), 1};
}

Interval months_interval(std::int32_t year, int month, int count, Zone zone) {
  const Date begin = first_of_month(year, month);
  return {start_of(begin, zone), start_of(add_months(begin, count), zone)};
}

struct ClockTime {
  std::int64_t ns = 0;       // since midnight
  std::optional<Zone> zone;  // when the text names one
};

// The part after the date: hh:mm[:ss[.fff]][zone].
std::optional<ClockTime> parse_clock(std::string_view text) {
  const auto hour = digits(text, 0, 2);
  const auto minute = digits(text, 3, 2);
  if (!hour || !minute || text[2] != ':' || *hour > 24 || *minute > 59) return std::nullopt;
  ClockTime out;
  std::size_t at = 5;
  int second = 0;
  std::int64_t fraction_ns = 0;
  if (at < text.size() && text[at] == ':') {
    const auto s = digits(text, at + 1, 2);
    if (!s || *s > 60) return std::nullopt;
    second = *s;
    at += 3;
    if (at < text.size() && (text[at] == '.' || text[at] == ',')) {
      std::int64_t unit = ns_per_second;
      std::size_t count = 0;
      for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, ++count) {
        unit /= 10;
        fraction_ns += unit * (text[at] - '0');
      }
      if (count == 0) return std::nullopt;
    }
  }
  if (*hour == 24 && (*minute != 0 || second != 0 || fraction_ns != 0)) return std::nullopt;
  out.ns = (std::int64_t{*hour} * 3600 + *minute * 60 + second) * ns_per_second + fraction_ns;
  if (at < text.size()) {
    const auto zone = parse_zone(text.substr(at));
    if (!zone) return std::nullopt;
    out.zone = *zone;
  }
  return out;
}

}  // namespace

Instant operator+(Instant t, std::int64_t ns) {
  return saturate(int128{t.ns} + ns);
}
Instant operator-(Instant t, std::int64_t ns) {
  return saturate(int128{t.ns} - ns);
}

int days_in_month(std::int32_t year, int month) {
  static constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : days[month - 1];
}

bool is_valid(Date date) {
  return date.month >= 1 && date.month <= 12 && date.day >= 1 &&
         date.day <= days_in_month(date.year, date.month);
}

// Days by 400-year eras that begin on 1 March, so that the leap day is the last of its year.
std::int64_t days_since_epoch(Date date) {
  const std::int64_t y = std::int64_t{date.year} - (date.month <= 2 ? 1 : 0);
  const std::int64_t era = floor_div(y, 400);
  const std::int64_t year_of_era = y - era * 400;
  const std::int64_t shifted_month = (date.month + 9) % 12;
  const std::int64_t day_of_year = (153 * shifted_month + 2) / 5 + date.day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

Date date_from_days(std::int64_t days) {
  days += 719'468;
  const std::int64_t era = floor_div(days, 146'097);
  const std::int64_t doe = days - era * 146'097;
  const std::int64_t yoe = (doe - doe / 1460 + doe / 36'524 - doe / 146'096) / 365;
  const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const std::int64_t shifted_month = (5 * doy + 2) / 153;
  const auto day = static_cast<std::uint8_t>(doy - (153 * shifted_month + 2) / 5 + 1);
  const auto month =
      static_cast<std::uint8_t>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  const std::int64_t year = yoe + era * 400 + (month <= 2 ? 1 : 0);
  return {static_cast<std::int32_t>(year), month, day};
}

Date add_months(Date date, int months) {
  const std::int64_t index = std::int64_t{date.year} * 12 + (date.month - 1) + months;
  const auto year = static_cast<std::int32_t>(floor_div(index, 12));
  const int month = static_cast<int>(index - std::int64_t{year} * 12) + 1;
  const int day = std::min<int>(date.day, days_in_month(year, month));
  return {year, static_cast<std::uint8_t>(month), static_cast<std::uint8_t>(day)};
}

Result<Zone> parse_zone(std::string_view text) {
  if (text == "Z" || text == "z") return Zone{0};
  if (text.size() >= 3 && (text[0] == '+' || text[0] == '-')) {
    const auto hours = digits(text, 1, 2);
    std::optional<int> minutes = 0;
    if (text.size() == 6 && text[3] == ':') {
      minutes = digits(text, 4, 2);
    } else if (text.size() == 5) {
      minutes = digits(text, 3, 2);
    } else if (text.size() != 3) {
      minutes = std::nullopt;
    }
    if (hours && minutes && *hours <= 14 && *minutes <= 59) {
      const std::int32_t offset = *hours * 3600 + *minutes * 60;
      return Zone{text[0] == '-' ? -offset : offset};
    }
  }
  return fail(Code::invalid, format("'{}' is not a time zone; write it as +08:00 or Z", text));
}

Instant start_of(Date date, Zone zone) {
  return saturate(int128{days_since_epoch(date)} * ns_per_day -
                  int128{zone.offset_s} * ns_per_second);
}

Date date_of(Instant t, Zone zone) {
  const int128 local = int128{t.ns} + int128{zone.offset_s} * ns_per_second;
  int128 days = local / ns_per_day;
  if (local % ns_per_day < 0) --days;
  return date_from_days(static_cast<std::int64_t>(days));
}

Result<Date> parse_date(std::string_view text) {
  const auto year = digits(text, 0, 4);
  const auto month = digits(text, 5, 2);
  const auto day = digits(text, 8, 2);
  if (text.size() != 10 || !year || !month || !day || text[4] != '-' || text[7] != '-') {
    return fail(Code::invalid, format("'{}' is not a date; write it as 2020-12-31", text));
  }
  const Date date{*year, static_cast<std::uint8_t>(*month), static_cast<std::uint8_t>(*day)};
  if (!is_valid(date)) return fail(Code::invalid, format("there is no day '{}'", text));
  return date;
}

Result<Instant> parse_instant(std::string_view text, Zone zone) {
  const auto date = parse_date(text.substr(0, 10));
  if (!date) return bad_time(text, "write it as 2020-12-31T08:00:00+08:00");
  if (text.size() == 10) return start_of(*date, zone);
  if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') {
    return bad_time(text, "a T or a blank stands between date and time");
  }
  const auto clock = parse_clock(text.substr(11));
  if (!clock) return bad_time(text, "the clock time is not hh:mm[:ss[.fff]][zone]");
  return start_of(*date, clock->zone.value_or(zone)) + clock->ns;
}

Result<Interval> parse_period(std::string_view text, Zone zone) {
  const auto year = digits(text, 0, 4);
  if (year && text.size() == 4) return months_interval(*year, 1, 12, zone);
  if (year && text.size() == 7 && text[4] == '-') {
    const char kind = text[5];
    const int index = text[6] - '0';
    if ((kind == 'Q' || kind == 'q') && index >= 1 && index <= 4) {
      return months_interval(*year, index * 3 - 2, 3, zone);
    }
    if ((kind == 'H' || kind == 'h') && index >= 1 && index <= 2) {
      return months_interval(*year, index * 6 - 5, 6, zone);
    }
    const auto month = digits(text, 5, 2);
    if (month && *month >= 1 && *month <= 12) return months_interval(*year, *month, 1, zone);
  }
  if (text.size() == 10) {
    const auto date = parse_date(text);
    if (!date) return fail(date.error());
    return Interval{start_of(*date, zone),
                    start_of(date_from_days(days_since_epoch(*date) + 1), zone)};
  }
  return fail(Code::invalid,
              format("'{}' is not a period; write 2020, 2020-Q1, 2020-03 or 2020-03-01", text));
}

Result<Instant> parse_as_of(std::string_view text, Zone zone) {
  if (text.size() <= 10) {
    const auto period = parse_period(text, zone);
    if (!period) return fail(period.error());
    return period->end;
  }
  return parse_instant(text, zone);
}

std::string to_string(Date date) {
  return format("{:04}-{:02}-{:02}", date.year, date.month, date.day);
}

std::string to_string(Instant t, Zone zone) {
  if (t == Instant::min()) return "-inf";
  if (t == Instant::max()) return "+inf";
  const Date date = date_of(t, zone);
  const int128 midnight =
      int128{days_since_epoch(date)} * ns_per_day - int128{zone.offset_s} * ns_per_second;
  const auto rest = static_cast<std::int64_t>(int128{t.ns} - midnight);
  const std::int64_t seconds = rest / ns_per_second;
  std::string out = format("{}T{:02}:{:02}:{:02}", to_string(date), seconds / 3600,
                           seconds / 60 % 60, seconds % 60);
  if (const std::int64_t fraction = rest % ns_per_second; fraction != 0) {
    std::string digits = format("{:09}", fraction);
    while (digits.back() == '0') digits.pop_back();
    out += "." + digits;
  }
  if (zone.offset_s == 0) return out + "Z";
  const int minutes = std::abs(zone.offset_s) / 60;
  return out + format("{}{:02}:{:02}", zone.offset_s < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

std::string to_string(Interval interval, Zone zone) {
  if (interval.begin == interval.end) return to_string(interval.begin, zone);
  const Date date = date_of(interval.begin, zone);
  const auto is = [&](PeriodKind kind) {
    return period_containing(interval.begin, kind, zone) == interval;
  };
  if (is(PeriodKind::year)) return format("{:04}", date.year);
  if (is(PeriodKind::quarter)) return format("{:04}-Q{}", date.year, (date.month + 2) / 3);
  if (is(PeriodKind::month)) return format("{:04}-{:02}", date.year, date.month);
  if (is(PeriodKind::day)) return to_string(date);
  return to_string(interval.begin, zone) + "/" + to_string(interval.end, zone);
}

Result<Span> parse_span(std::string_view text) {
  std::size_t count = 0;
  while (count < text.size() && text[count] >= '0' && text[count] <= '9') ++count;
  const auto number = parse_integer(text.substr(0, count));
  const std::string_view unit = text.substr(count);
  struct Row {
    std::string_view name;
    std::int64_t seconds;
    int months;
  };
  static constexpr Row rows[] = {{"ms", 0, 0},      {"s", 1, 0},        {"m", 60, 0},
                                 {"min", 60, 0},    {"h", 3600, 0},     {"d", 86'400, 0},
                                 {"w", 604'800, 0}, {"wk", 604'800, 0}, {"mo", 0, 1},
                                 {"y", 0, 12},      {"a", 0, 12}};
  for (const Row& row : rows) {
    if (!number || row.name != unit) continue;
    if (*number <= 0 || *number > 1'000'000) break;
    if (row.name == "ms") return Span{*number * 1'000'000, 0};
    if (row.months > 0) {
      if (*number > 12'000) break;
      return Span{0, static_cast<std::int32_t>(*number) * row.months};
    }
    const int128 ns = int128{*number} * row.seconds * ns_per_second;
    if (ns > INT64_MAX) break;
    return Span{static_cast<std::int64_t>(ns), 0};
  }
  return fail(Code::invalid,
              format("'{}' is not a span of time; write 10min, 6h, 1d, 12mo or 1y", text));
}

std::string to_string(Span span) {
  if (span.months != 0) {
    return span.months % 12 == 0 ? format("{}y", span.months / 12) : format("{}mo", span.months);
  }
  struct Row {
    std::int64_t ns;
    const char* name;
  };
  static constexpr Row rows[] = {{ns_per_day, "d"},
                                 {3600 * ns_per_second, "h"},
                                 {60 * ns_per_second, "min"},
                                 {ns_per_second, "s"}};
  for (const Row& row : rows) {
    if (span.ns % row.ns == 0) return format("{}{}", span.ns / row.ns, row.name);
  }
  return format("{}ms", span.ns / 1'000'000);
}

namespace {

Instant shift_months(Instant t, int months, Zone zone) {
  const Date date = date_of(t, zone);
  const std::int64_t since_midnight = t.ns - start_of(date, zone).ns;
  return start_of(add_months(date, months), zone) + since_midnight;
}

}  // namespace

Instant minus(Instant t, Span span, Zone zone) {
  return span.months != 0 ? shift_months(t, -span.months, zone) : t - span.ns;
}

Instant plus(Instant t, Span span, Zone zone) {
  return span.months != 0 ? shift_months(t, span.months, zone) : t + span.ns;
}

Result<PeriodKind> parse_period_kind(std::string_view text) {
  if (text == "day") return PeriodKind::day;
  if (text == "month") return PeriodKind::month;
  if (text == "quarter") return PeriodKind::quarter;
  if (text == "year") return PeriodKind::year;
  return fail(Code::invalid,
              format("'{}' is not a period; write day, month, quarter or year", text));
}

const char* to_string(PeriodKind kind) {
  static constexpr const char* names[] = {"day", "month", "quarter", "year"};
  return names[static_cast<std::size_t>(kind)];
}

Interval period_containing(Instant t, PeriodKind kind, Zone zone) {
  const Date date = date_of(t, zone);
  switch (kind) {
    case PeriodKind::day:
      return {start_of(date, zone), start_of(date_from_days(days_since_epoch(date) + 1), zone)};
    case PeriodKind::month:
      return months_interval(date.year, date.month, 1, zone);
    case PeriodKind::quarter:
      return months_interval(date.year, (date.month - 1) / 3 * 3 + 1, 3, zone);
    case PeriodKind::year:
      return months_interval(date.year, 1, 12, zone);
  }
  return {};
}

}  // namespace cairn
