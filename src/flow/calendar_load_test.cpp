// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "core/text.hpp"
#include "flow/calendar.hpp"
#include "flow/testdata/calendars.hpp"

namespace cairn::flow {

std::string read_testdata(const std::string& name) {
  for (const char* folder :
       {"/packs/response/workflows/", "/packs/response/calendars/", "/src/flow/testdata/"}) {
    std::ifstream in(CAIRN_SOURCE_DIR + (folder + name), std::ios::binary);
    if (in) return {std::istreambuf_iterator<char>(in), {}};
  }
  ADD_FAILURE() << "there is no " << name;
  return {};
}

namespace {

std::string all(const Problems& problems) {
  std::string out;
  for (const Error& e : problems.errors) out += to_string(e) + "\n";
  for (const Error& e : problems.warnings) out += "warning " + to_string(e) + "\n";
  return out;
}

TEST(CalendarLoad, ReadsTheWeek) {
  const Calendar c = offices();
  EXPECT_EQ(c.id, "cn-offices");
  EXPECT_EQ(c.zone, china);
  EXPECT_EQ(c.week[0], (DayHours{{32'400, 43'200}, {48'600, 63'000}}));
  EXPECT_TRUE(c.week[6].empty());
  EXPECT_EQ(c.years, (std::vector<std::int32_t>{2024, 2025, 2026}));
  EXPECT_EQ(c.days.at({2025, 10, 8}).name, "国庆节、中秋节");
  EXPECT_EQ(c.days.at({2025, 10, 11}).hours, c.week[0]);
}

TEST(CalendarLoad, WrongHoursAreNamedWithTheirPlace) {
  const auto error = [](const std::string& week) {
    Problems problems;
    const auto c =
        read_calendar("calendar: x\nlabel: x\nzone: Z\nweek:\n  " + week, "c.yaml", problems);
    EXPECT_FALSE(c);
    return all(problems);
  };
  EXPECT_NE(error("mon: 18:00-09:00").find("c.yaml:5:3: '18:00-09:00' is not hours"),
            std::string::npos);
  EXPECT_NE(error("mon: 09:00-12:00 12:00-13:00").find("must begin after"), std::string::npos);
  EXPECT_NE(error("mon: 09:00-25:00").find("is not hours"), std::string::npos);
  EXPECT_NE(error("mno: 09:00-12:00").find("did you mean 'mon'?"), std::string::npos);
  EXPECT_NE(error("mon: ''").find("no day of the week has open hours"), std::string::npos);
  EXPECT_NE(error("tue: 09:00-12:00").find("'mon', which is closed"), std::string::npos);
}

TEST(CalendarLoad, WrongHolidaysAreNamedAndChangeNothing) {
  const Calendar before = offices();
  const auto error = [&](const std::string& year) {
    Calendar c = before;
    Problems problems;
    const auto added = add_holidays("holidays: x\nyears:\n" + year, "h.yaml", c, problems);
    if (!added) {
      EXPECT_EQ(c, before);
    }
    return all(problems);
  };
  EXPECT_NE(error(" 2026: {source: s, off: []}").find("of 2026 are known already"),
            std::string::npos);
  EXPECT_NE(error(" 2027: {off: []}").find("'source' is missing"), std::string::npos);
  EXPECT_NE(error(" 2027: {source: s, off: [{name: n, from: 2028-01-01}]}").find("not belong"),
            std::string::npos);
  EXPECT_NE(error(" 2027: {source: s, off: [{name: n, from: 2027-02-01, to: 2027-01-01}]}")
                .find("is not a holiday of 1 to 31 days"),
            std::string::npos);
  EXPECT_NE(error(" 2027: {source: s, off: [{name: n, from: 2027-02-01}], work: [2027-02-01]}")
                .find("2027-02-01 is named twice"),
            std::string::npos);
  EXPECT_NE(error(" 2027: {source: s, off: [{name: n, from: soon}]}").find("is not a date"),
            std::string::npos);
  EXPECT_EQ(error(" 2027: {source: s, off: [{name: n, from: 2026-12-31}], work: [2027-01-04]}"),
            "warning h.yaml:3:63: 2027-01-04 is a workday anyway\n");
}

constexpr std::string_view seasons = R"(calendar: c
label: {zh: 夏冬, en: Two seasons}
zone: "+08:00"
week: {mon: "09:00-12:00 13:30-17:30", tue: "09:00-12:00 13:30-17:30"}
seasons:
  - {from: 05-01, to: 09-30, makeup: mon,
     week: {mon: "08:30-12:00 14:30-18:00", tue: "08:30-12:00"}}
  - {from: 12-20, to: 01-10, week: {mon: "10:00-12:00"}}
)";

TEST(CalendarLoad, SeasonsHaveTheirHours) {
  Problems problems;
  auto calendar = read_calendar(seasons, "c.yaml", problems);
  ASSERT_TRUE(calendar) << all(problems);
  const auto close = [&](Date day) { return hours_of(*calendar, day).back().end_s / 3600.0; };
  EXPECT_EQ(close({2026, 4, 28}), 17.5);
  EXPECT_EQ(close({2026, 5, 4}), 18);
  EXPECT_EQ(close({2026, 9, 29}), 12);
  EXPECT_EQ(close({2026, 10, 5}), 17.5);
  EXPECT_EQ(close({2026, 12, 21}), 12);
  EXPECT_EQ(close({2026, 1, 5}), 12);
  EXPECT_EQ(close({2026, 1, 12}), 17.5);
  ASSERT_TRUE(add_holidays("holidays: x\nyears:\n  2026: {source: s, off: [], work: [2026-05-09]}",
                           "h.yaml", *calendar, problems))
      << all(problems);
  EXPECT_EQ(hours_of(*calendar, {2026, 5, 9}).back().end_s, 18 * 3600);  // a Saturday in summer
}

TEST(CalendarLoad, ASeasonNamesItsMistakes) {
  Problems problems;
  std::string text(seasons);
  text.replace(text.find("09-30"), 5, "09-31");
  EXPECT_FALSE(read_calendar(text, "c.yaml", problems));
  EXPECT_NE(all(problems).find("to '09-31' is not a day"), std::string::npos) << all(problems);
}

TEST(CalendarLoad, WhoWorksAroundTheClockHasNoHolidays) {
  Problems problems;
  auto calendar = read_calendar(read_testdata("around_the_clock.yaml"), "a.yaml", problems);
  ASSERT_TRUE(calendar) << all(problems);
  ASSERT_TRUE(add_holidays(read_testdata("cn_holidays.yaml"), "h.yaml", *calendar, problems));
  EXPECT_TRUE(is_working(*calendar, local("2026-10-01T03:00")));
  EXPECT_TRUE(knows(*calendar, local("2026-10-01T03:00"), local("2026-10-02T03:00")));
  EXPECT_EQ(text(add_working(*calendar, local("2026-09-30T22:00"), 5 * 3'600 * ns_per_second)),
            "2026-10-01T03:00");
}

}  // namespace
}  // namespace cairn::flow
