// SPDX-License-Identifier: Apache-2.0
// Years and stages: what must be found, what rounding explains, what only looks like it.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "plan/check.hpp"
#include "plan/testdata/builder.hpp"

namespace cairn::plan {
namespace {

using testing::check_rows;
using testing::findings;
using testing::ids;
using testing::plan_of;
using testing::row;
using Ids = std::vector<std::string>;

TEST(CheckDeadlines, OneGoalTwoYears) {
  const auto all = findings({plan_of(
      {row("a", "%", "town").goal(2025, "100"), row("b", "%", "town").goal(2022, "100")})});
  ASSERT_EQ(ids(all), Ids{"warning deadlines-differ demo/a demo/b"});
  EXPECT_EQ(all[0].arithmetic, "2022: 100 %; 2025: 100 %");
  EXPECT_EQ(
      check_rows({row("a", "%", "town").goal(2025, "100"), row("b", "%", "town").goal(2022, "60"),
                  row("c", "%", "airport").goal(2025, "100").scope("the airports"),
                  row("d", "%", "airport").goal(2022, "100").scope("the roads to them")}),
      Ids{})
      << "stages and other scopes";
}

TEST(CheckDeadlines, AnEarlyYearIsPartOfTheConflict) {
  const auto all = findings({plan_of(
      {row("a", "%", "airport").goal(2025, "100"), row("b", "%", "airport").goal(2020, "100")})});
  ASSERT_EQ(ids(all), Ids{"warning deadlines-differ demo/a demo/b"});
  EXPECT_NE(all[0].text.en.find("outside the plan's period 2021–2025"), std::string::npos);
}

TEST(CheckDeadlines, Words) {
  EXPECT_EQ(check_rows({row("a", "阶段", "system").goal(2025, "初步建成"),
                        row("b", "阶段", "system").goal(2023, "基本建成"),
                        row("c", "阶段", "system").goal(2025, "全面实现")}),
            Ids{"warning deadlines-differ demo/a demo/c demo/b"});
  EXPECT_EQ(check_rows({row("b", "阶段", "system").goal(2023, "基本建成"),
                        row("c", "阶段", "system").goal(2025, "全面实现")}),
            Ids{});
}

TEST(CheckDeadlines, YearsOutOfOrder) {
  EXPECT_EQ(check_rows({row("a", "个").goal(2020, "5"), row("b", "个").goal(2020, "6"),
                        row("c", "个").goal(2022, "6")}),
            Ids{"warning year-out-of-order demo/a demo/b"});
  EXPECT_EQ(check_rows({row("a", "个").base(2025, "5").goal(2025, "6")}),
            Ids{"error year-out-of-order demo/a"});
}

}  // namespace
}  // namespace cairn::plan
