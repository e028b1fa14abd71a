// SPDX-License-Identifier: Apache-2.0
// Calendars for tests: the shipped one and ones by chance.
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <random>
#include <string>

#include "flow/calendar.hpp"

namespace cairn::flow {

inline constexpr Zone china{8 * 3'600};

// A file of packs/response or src/flow/testdata; defined in calendar_load_test.cpp, as the folder is known to tests
// only.
std::string read_testdata(const std::string& name);

// Office hours 09:00-12:00 and 13:30-17:30 with the holidays of 2024 to 2026.
inline Calendar offices() {
  Problems problems;
  auto calendar = read_calendar(read_testdata("cn_offices.yaml"), "cn_offices.yaml", problems);
  const bool added = calendar && add_holidays(read_testdata("cn_holidays.yaml"), "cn_holidays.yaml",
                                              *calendar, problems);
  EXPECT_TRUE(added && problems.warnings.empty());
  for (const Error& error : problems.errors) ADD_FAILURE() << to_string(error);
  return calendar ? *calendar : Calendar{};
}

inline Instant local(const std::string& text) {
  return *parse_instant(text, china);
}
// "2026-03-06T14:30", or the error.
inline std::string text(const Result<Instant>& t) {
  if (!t) return to_string(t.error());
  return to_string(*t, china).substr(0, 16);
}

inline std::string text(const std::optional<Instant>& t) {
  return t ? text(Result<Instant>(*t)) : "none";
}

inline Calendar random_calendar(std::mt19937_64& random) {
  Calendar c;
  c.id = "chance";
  c.zone = {static_cast<std::int32_t>(random() % 97) * 900 - 43'200};
  const auto day = [&] {
    DayHours out;
    std::int32_t minute = 0;
    while (random() % 3 != 0) {
      const auto begin = minute + static_cast<std::int32_t>(random() % 600);
      const auto end = begin + 1 + static_cast<std::int32_t>(random() % 600);
      if (end > 1'440) break;
      out.push_back({begin * 60, end * 60});
      minute = end + 1;
    }
    return out;
  };
  for (auto& weekday : c.week) weekday = day();
  if (c.week[2].empty()) c.week[2] = {{8 * 3'600, 9 * 3'600}};
  for (int i = 0; i < 40; ++i) {
    const Date date = date_from_days(static_cast<std::int64_t>(random() % 3'100));
    c.days[date] = {random() % 2 == 0 ? day() : DayHours{}, "chance"};
  }
  return c;
}

// Whether hours begin at `t`: two instants then have the same working time before them.
inline bool opens_at(const Calendar& c, Instant t) {
  return working_between(c, t - 1, t) == 0;
}

}  // namespace cairn::flow
