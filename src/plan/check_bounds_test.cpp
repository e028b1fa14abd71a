// SPDX-License-Identifier: Apache-2.0
// Directions, shares, targets against the baseline: what must be found, what rounding explains,
// what only looks like it.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "plan/check.hpp"
#include "plan/testdata/builder.hpp"

namespace cairn::plan {
namespace {

using model::Better;
using testing::check_rows;
using testing::row;
using Ids = std::vector<std::string>;

TEST(CheckBounds, Direction) {
  EXPECT_EQ(check_rows({row("pue", "1").goal(2025, ">1.3").better(Better::lower)}),
            Ids{"warning bound-points-the-wrong-way demo/pue"});
  EXPECT_EQ(check_rows({row("share", "%").goal(2025, "<80")}),
            Ids{"warning bound-points-the-wrong-way demo/share"});
  EXPECT_EQ(check_rows({row("pue", "1").goal(2025, "<1.3").better(Better::lower),
                        row("share", "%").goal(2025, ">=80"),
                        row("fixed", "户").goal(2025, "<80").better(Better::neither)}),
            Ids{});
}

TEST(CheckBounds, SharesAndGrowth) {
  EXPECT_EQ(check_rows({row("share", "%").goal(2025, "105")}),
            Ids{"error share-beyond-100 demo/share"});
  EXPECT_EQ(check_rows({row("share", "%").goal(2025, ">100")}),
            Ids{"error share-beyond-100 demo/share"});
  EXPECT_EQ(
      check_rows({row("share", "%").goal(2025, "100"), row("user_growth", "%").base(2020, "156"),
                  row("times", "个").base(2020, "156")}),
      Ids{});
}

TEST(CheckBounds, Ranges) {
  EXPECT_EQ(check_rows({row("pilots", "个").goal(2025, "3-2")}),
            Ids{"error range-reversed demo/pilots"});
  EXPECT_EQ(check_rows({row("pilots", "个").goal(2025, "2-3")}), Ids{});
}

TEST(CheckBounds, TargetsMetAtTheBaseline) {
  EXPECT_EQ(check_rows({row("fibre", "%").base(2020, "100").goal(2025, ">=90")}),
            Ids{"warning target-met-at-baseline demo/fibre"});
  EXPECT_EQ(check_rows({row("review", "%", "fibre").base(2020, "100"),
                        row("goal", "%", "fibre").goal(2025, ">=90")}),
            Ids{"warning target-met-at-baseline demo/goal demo/review"});
  EXPECT_EQ(check_rows({row("x", "个").base(2020, "50").goal(2025, "40")}),
            Ids{"warning target-worse-than-baseline demo/x"});
  EXPECT_EQ(check_rows({row("pue", "1").base(2020, "1.4").goal(2025, "1.5").better(Better::lower)}),
            Ids{"warning target-worse-than-baseline demo/pue"});
  EXPECT_EQ(check_rows({row("keep", "%").base(2020, "100").goal(2025, "100")}),
            Ids{"note target-met-at-baseline demo/keep"});
}

TEST(CheckBounds, TargetsThatAreAhead) {
  EXPECT_EQ(
      check_rows({row("a", "个").base(2020, "40").goal(2025, ">40"),
                  row("b", "万个").base(2020, ">3").goal(2025, "9"),
                  row("fixed", "户").base(2020, "223").goal(2025, "210").better(Better::neither),
                  row("c", "%").base(2020, "6").scope("tariffs"),
                  row("d", "%", "c").goal(2025, "5").scope("terminals")}),
      Ids{});
}

}  // namespace
}  // namespace cairn::plan
