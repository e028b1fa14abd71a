// SPDX-License-Identifier: Apache-2.0
#include "probe/schedule.hpp"

#include <gtest/gtest.h>

#include <array>

#include "core/text.hpp"

namespace cairn::probe {
namespace {

const Instant start = parse_instant("2026-03-01T00:00:00Z").value();
constexpr std::int64_t minute = 60 * ns_per_second;

TEST(Schedule, ComesEveryPeriodAtTheSameMinutes) {
  const Instant first = next_due("portal", 360 * minute, start);
  EXPECT_GT(first, start);
  EXPECT_LE(first, start + 360 * minute);
  Instant t = first;
  for (int i = 0; i < 10; ++i) {
    const Instant next = next_due("portal", 360 * minute, t);
    EXPECT_EQ(next, t + 360 * minute);
    EXPECT_EQ(next_due("portal", 360 * minute, next - 1), next);
    t = next;
  }
}

TEST(Schedule, BeforeTheEpochToo) {
  const Instant early{-10 * ns_per_day - 1};
  const Instant due = next_due("portal", 360 * minute, early);
  EXPECT_GT(due, early);
  EXPECT_LE(due, early + 360 * minute);
}

TEST(Schedule, SpreadsOverThePeriod) {
  std::array<int, 24> hours{};
  for (int i = 0; i < 2'400; ++i) {
    const Instant due = next_due(format("service-{}", i), 1'440 * minute, start);
    ++hours[static_cast<std::size_t>((due.ns - start.ns - 1) / (60 * minute))];
  }
  for (const int count : hours) {  // 100 expected; five standard deviations
    EXPECT_GT(count, 50);
    EXPECT_LT(count, 150);
  }
}

TEST(Budget, OfOneServiceAndOfAll) {
  Budget budget(3, 5);
  EXPECT_EQ(budget.room("a", start), 3u);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(budget.take("a", start));
  EXPECT_FALSE(budget.take("a", start));
  EXPECT_EQ(budget.room("b", start), 2u);
  EXPECT_TRUE(budget.take("b", start + minute));
  EXPECT_TRUE(budget.take("b", start + minute));
  EXPECT_FALSE(budget.take("c", start + minute));
  EXPECT_FALSE(budget.take("a", start + 60 * minute - 1));
  EXPECT_TRUE(budget.take("a", start + 60 * minute));
  EXPECT_EQ(budget.room("c", start + 61 * minute), 3u);
}

}  // namespace
}  // namespace cairn::probe
