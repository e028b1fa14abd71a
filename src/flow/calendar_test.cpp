// SPDX-License-Identifier: Apache-2.0
#include "flow/calendar.hpp"

#include <gtest/gtest.h>

#include <random>

#include "core/text.hpp"
#include "flow/testdata/calendars.hpp"

namespace cairn::flow {
namespace {

constexpr std::int64_t ns_per_hour = 3'600 * ns_per_second;

TEST(Calendar, AddsWorkingTimeOverLunchNightAndWeekend) {
  const Calendar c = offices();
  // Friday 2026-03-06.
  EXPECT_EQ(text(add_working(c, local("2026-03-06T11:00"), 2 * ns_per_hour)), "2026-03-06T14:30");
  EXPECT_EQ(text(add_working(c, local("2026-03-06T16:30"), 2 * ns_per_hour)), "2026-03-09T10:00");
  EXPECT_EQ(text(add_working(c, local("2026-03-07T03:00"), ns_per_hour)), "2026-03-09T10:00");
}

TEST(Calendar, WhatFillsAnIntervalIsDueAtItsEnd) {
  const Calendar c = offices();
  EXPECT_EQ(text(add_working(c, local("2026-03-06T09:00"), 3 * ns_per_hour)), "2026-03-06T12:00");
  EXPECT_EQ(text(add_working(c, local("2026-03-06T13:30"), 4 * ns_per_hour)), "2026-03-06T17:30");
  EXPECT_EQ(text(add_working(c, local("2026-03-06T17:30"), 0)), "2026-03-06T17:30");
  EXPECT_EQ(text(add_working(c, local("2026-03-06T17:31"), 0)), "2026-03-09T09:00");
}

TEST(Calendar, SpringFestivalAndItsMakeUpWorkdays) {
  const Calendar c = offices();
  // Off from 2026-02-15 (Sunday) to 02-23; the Saturday before and that after are worked.
  EXPECT_EQ(text(next_working(c, local("2026-02-14T18:00"))), "2026-02-24T09:00");
  EXPECT_EQ(text(next_working(c, local("2026-02-28T08:00"))), "2026-02-28T09:00");
  EXPECT_EQ(text(close_of_working_day(c, local("2026-02-13T10:00"), 1)), "2026-02-14T17:30");
  EXPECT_EQ(text(close_of_working_day(c, local("2026-02-13T10:00"), 2)), "2026-02-24T17:30");
}

TEST(Calendar, WorkingDaysCountFromTheDayThatTheInstantBelongsTo) {
  const Calendar c = offices();
  EXPECT_EQ(text(close_of_working_day(c, local("2026-03-05T10:00"), 0)), "2026-03-05T17:30");
  EXPECT_EQ(text(close_of_working_day(c, local("2026-03-05T17:30"), 0)), "2026-03-06T17:30");
  EXPECT_EQ(text(close_of_working_day(c, local("2026-03-07T10:00"), 0)), "2026-03-09T17:30");
  EXPECT_EQ(text(close_of_working_day(c, local("2026-03-05T10:00"), 3)), "2026-03-10T17:30");
}

// Workdays of a year as the notices leave them, counted by hand: 2024 251 (of 366 days 104 at
// weekends, 19 holidays on weekdays, 8 make-up days), 2025 248, 2026 248.
TEST(Calendar, YearsHaveTheirNumberOfWorkdays) {
  const Calendar c = offices();
  const auto workdays = [&](std::int32_t year) {
    int count = 0;
    const std::int64_t end = days_since_epoch({year + 1, 1, 1});
    for (std::int64_t day = days_since_epoch({year, 1, 1}); day < end; ++day) {
      count += hours_of(c, date_from_days(day)).empty() ? 0 : 1;
    }
    return count;
  };
  EXPECT_EQ(workdays(2024), 251);
  EXPECT_EQ(workdays(2025), 248);
  EXPECT_EQ(workdays(2026), 248);
  EXPECT_TRUE(knows(c, local("2024-01-01T00:00"), local("2026-12-31T23:00")));
  EXPECT_FALSE(knows(c, local("2026-12-31T00:00"), local("2027-01-01T00:00")));
}

TEST(Calendar, HoursThatMeetAtMidnightAreOneShift) {
  Calendar c;
  c.zone = {8 * 3'600};
  for (auto& day : c.week) day = {{0, 86'400}};
  EXPECT_EQ(text(add_working(c, local("2026-03-05T23:00"), 2 * ns_per_hour)), "2026-03-06T01:00");
  EXPECT_TRUE(is_working(c, local("2026-03-06T00:00")));
  EXPECT_EQ(working_between(c, local("2026-03-05T00:00"), local("2026-03-07T12:00")),
            60 * ns_per_hour);
}

TEST(Calendar, WithoutHoursThereIsNoDeadline) {
  Calendar c;
  c.id = "closed";
  EXPECT_EQ(next_working(c, {}).error().code, Code::too_large);
  EXPECT_EQ(add_working(c, {}, 1).error().code, Code::too_large);
  EXPECT_EQ(close_of_working_day(c, {}, 1).error().code, Code::too_large);
  EXPECT_EQ(working_between(c, {}, Instant{ns_per_day * 30}), 0);
  EXPECT_EQ(add_working(offices(), {}, -1).error().code, Code::invalid);
}

// Weeks, holidays and instants by chance: the laws that deadlines rest on.
TEST(Calendar, LawsOfAddingAndMeasuring) {
  std::mt19937_64 random(20260306);
  const auto below = [&](std::int64_t n) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
  };
  for (int round = 0; round < 300; ++round) {
    const Calendar c = random_calendar(random);
    for (int i = 0; i < 20; ++i) {
      const Instant t{below(3'000 * ns_per_day)};
      const std::int64_t d = below(60 * ns_per_hour);
      const std::int64_t e = d + below(20 * ns_per_hour);
      const auto due = add_working(c, t, d);
      const auto later = add_working(c, t, e);
      ASSERT_TRUE(due && later);
      EXPECT_TRUE(is_working(c, *due));
      EXPECT_GE(*due, t);
      EXPECT_EQ(working_between(c, t, *due), d);
      EXPECT_LE(*due, *later);
      // Measured time added again is not later, and the same within hours.
      const Instant u = t + below(40 * ns_per_day);
      const auto back = add_working(c, t, working_between(c, t, u));
      ASSERT_TRUE(back);
      EXPECT_EQ(working_between(c, t, *back), working_between(c, t, u));
      if (is_working(c, u) && working_between(c, t, u) > 0 && !opens_at(c, u)) {
        EXPECT_EQ(*back, u);
      }
      // Time adds up, and nothing works in between.
      const Instant middle = t + below(u.ns - t.ns + 1);
      EXPECT_EQ(working_between(c, t, middle) + working_between(c, middle, u),
                working_between(c, t, u));
      const auto next = next_working(c, t);
      ASSERT_TRUE(next);
      EXPECT_EQ(working_between(c, t, *next), 0);
      EXPECT_GT(working_between(c, *next, *next + 1), 0);
      const auto close = close_of_working_day(c, t, static_cast<int>(below(5)));
      ASSERT_TRUE(close);
      EXPECT_TRUE(is_working(c, *close));
      EXPECT_EQ(working_between(c, *close, *close + 1), 0);
    }
  }
}

}  // namespace
}  // namespace cairn::flow
