// SPDX-License-Identifier: Apache-2.0
#include "core/time.hpp"

#include <gtest/gtest.h>

namespace cairn {
namespace {

constexpr Zone china{8 * 3600};

TEST(Time, CivilDaysRoundTripOverEightCenturies) {
  Date previous = date_from_days(-150'001);
  for (std::int64_t day = -150'000; day <= 150'000; ++day) {
    const Date date = date_from_days(day);
    ASSERT_TRUE(is_valid(date));
    ASSERT_LT(previous, date);
    ASSERT_EQ(days_since_epoch(date), day);
    previous = date;
  }
  EXPECT_EQ(days_since_epoch({1970, 1, 1}), 0);
  EXPECT_EQ(days_since_epoch({2000, 2, 29}), 11'016);
}

TEST(Time, InstantsWithZones) {
  const auto utc = parse_instant("2020-12-31T16:00:00Z");
  const auto local = parse_instant("2021-01-01T00:00:00+08:00");
  ASSERT_TRUE(utc && local);
  EXPECT_EQ(*utc, *local);
  EXPECT_EQ(*parse_instant("2021-01-01", china), *utc);
  EXPECT_EQ(*parse_instant("2021-01-01 00:00", china), *utc);
  EXPECT_EQ(to_string(*utc, china), "2021-01-01T00:00:00+08:00");
  EXPECT_EQ(to_string(*utc + 1'500'000), "2020-12-31T16:00:00.0015Z");
  for (const char* bad : {"2020-02-30", "2020-13-01", "20201231", "2020-12-31T25:00Z",
                          "2020-12-31T10:61Z", "2020-12-31X10:00", "2020-12-31T10:00+99:00", ""}) {
    EXPECT_FALSE(parse_instant(bad)) << bad;
  }
}

TEST(Time, AsOfMeansTheEndOfWhatIsNamed) {
  EXPECT_EQ(*parse_as_of("2020", china), *parse_instant("2021-01-01", china));
  EXPECT_EQ(*parse_as_of("2020-Q1", china), *parse_instant("2020-04-01", china));
  EXPECT_EQ(*parse_as_of("2020-02", china), *parse_instant("2020-03-01", china));
  EXPECT_EQ(*parse_as_of("2020-12-31", china), *parse_instant("2021-01-01", china));
  EXPECT_EQ(*parse_as_of("2020-12-31T12:00:00Z"), *parse_instant("2020-12-31T12:00:00Z"));
}

TEST(Time, PeriodsHaveNames) {
  for (const char* name : {"2020", "2020-Q3", "2020-02", "2020-02-29"}) {
    const auto period = parse_period(name, china);
    ASSERT_TRUE(period) << name;
    EXPECT_EQ(to_string(*period, china), name);
  }
  EXPECT_EQ(*parse_period("2020-H2", china),
            (Interval{start_of({2020, 7, 1}, china), start_of({2021, 1, 1}, china)}));
  EXPECT_FALSE(parse_period("2020-Q5"));
  EXPECT_EQ(period_containing(*parse_instant("2020-12-31T17:00:00Z"), PeriodKind::year, china),
            *parse_period("2021", china));
}

TEST(Time, SpansAndCalendarArithmetic) {
  EXPECT_EQ(*parse_span("90s"), (Span{90 * ns_per_second, 0}));
  EXPECT_EQ(*parse_span("10m"), *parse_span("10min"));
  EXPECT_EQ(*parse_span("1y"), (Span{0, 12}));
  EXPECT_EQ(to_string(*parse_span("6h")), "6h");
  EXPECT_EQ(to_string(*parse_span("18mo")), "18mo");
  for (const char* bad : {"", "h", "0h", "-1h", "1fortnight", "99999999999999999999h"}) {
    EXPECT_FALSE(parse_span(bad)) << bad;
  }
  const Instant leap = start_of({2020, 2, 29}, china) + 5;
  EXPECT_EQ(minus(leap, Span{0, 12}, china), start_of({2019, 2, 28}, china) + 5);
  EXPECT_EQ(plus(start_of({2020, 1, 31}, china), Span{0, 1}, china),
            start_of({2020, 2, 29}, china));
  EXPECT_EQ(Instant::max() + 1, Instant::max());
}

}  // namespace
}  // namespace cairn
