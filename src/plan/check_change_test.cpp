// SPDX-License-Identifier: Apache-2.0
// Stated changes: what must be found, what rounding explains, what only looks like it.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "plan/check.hpp"
#include "plan/testdata/builder.hpp"

namespace cairn::plan {
namespace {

using model::Better;
using testing::check_rows;
using testing::findings;
using testing::ids;
using testing::plan_of;
using testing::row;
using Ids = std::vector<std::string>;

TEST(CheckChange, CumulativeDoesNotFollow) {
  const auto all = findings(
      {plan_of({row("bs4g", "万个").base(2020, "18.3").goal(2025, "19.6").change("1.6")})});
  ASSERT_EQ(ids(all), Ids{"error change-does-not-follow demo/bs4g"});
  EXPECT_EQ(all[0].arithmetic, "19.6 − 18.3 = 1.3 ≠ 1.6");
  EXPECT_EQ(all[0].suggestion.en, "Print 1.3; or the target 19.9; or the baseline 18.");
  EXPECT_NE(all[0].text.zh.find("文中写 1.6"), std::string::npos);
  ASSERT_EQ(all[0].quotes.size(), 1u);
  EXPECT_EQ(all[0].quotes[0].line, 1);
}

TEST(CheckChange, RoundingExplains) {
  EXPECT_EQ(check_rows({row("a", "万").base(2020, "0.16").goal(2025, "1.7").change("1.54"),
                        row("b", "户").base(2020, "0.5").goal(2025, "2").change("1.46"),
                        row("c", "G").base(2020, "13.8").goal(2025, "55").yearly("31.87"),
                        row("d", "亿").base(2020, "0.0722").goal(2025, "0.11").yearly("8.79"),
                        row("e", "亿元").base(2020, "40.5").goal(2025, ">50").yearly(">=4.3")}),
            Ids{});
}

TEST(CheckChange, JustBeyondRounding) {
  EXPECT_EQ(check_rows({row("a", "户").base(2020, "0.5").goal(2025, "2.0").change("1.61")}),
            Ids{"error change-does-not-follow demo/a"});
  EXPECT_EQ(check_rows({row("a", "户").base(2020, "101").goal(2025, "128.9").yearly("5.3")}),
            Ids{"error change-does-not-follow demo/a"});
  EXPECT_EQ(check_rows({row("a", "户").base(2020, "101").goal(2025, "128.9").yearly("5.1")}),
            Ids{});
}

TEST(CheckChange, TrailingZerosAreANote) {
  EXPECT_EQ(check_rows({row("a", "户").base(2020, "17000").goal(2025, "45000").yearly("21.6")}),
            Ids{"note change-only-after-rounding demo/a"});
}

TEST(CheckChange, AnotherKindIsNamed) {
  // 100 → 150: 50 in all, 8.45 % a year, 10 % a year as a mean.
  const auto as_growth =
      findings({plan_of({row("a", "户").base(2020, "100").goal(2025, "150").change("8.45")})});
  ASSERT_EQ(ids(as_growth), Ids{"error change-of-another-kind demo/a"});
  EXPECT_NE(as_growth[0].text.en.find("It is the growth a year."), std::string::npos);
  const auto as_total =
      findings({plan_of({row("a", "户").base(2020, "100").goal(2025, "150").yearly("50.0")})});
  ASSERT_EQ(ids(as_total), Ids{"error change-of-another-kind demo/a"});
  // Relative growth printed where percentage points are meant: 40 % → 60 %.
  const auto relative =
      findings({plan_of({row("s", "%").base(2020, "40.0").goal(2025, "60.0").change("50.0")})});
  ASSERT_EQ(ids(relative), Ids{"error change-of-another-kind demo/s"});
  EXPECT_NE(relative[0].text.en.find("growth over the whole period in percent"), std::string::npos);
}

TEST(CheckChange, FallsAreMagnitudesWhereFallingIsTheAim) {
  EXPECT_EQ(check_rows({row("pue", "1")
                            .base(2020, "1.4")
                            .goal(2025, "<1.3")
                            .change(">0.1")
                            .better(Better::lower)}),
            Ids{});
  EXPECT_EQ(check_rows({row("a", "户")
                            .base(2020, "223")
                            .goal(2025, "210")
                            .change("13")
                            .better(Better::neither)}),
            Ids{"note decline-printed-as-growth demo/a"});
  EXPECT_EQ(check_rows({row("a", "户")
                            .base(2020, "223")
                            .goal(2025, "210")
                            .change("-13")
                            .better(Better::neither)}),
            Ids{});
}

TEST(CheckChange, BoundOfTheChange) {
  EXPECT_EQ(check_rows({row("pue", "1")
                            .base(2020, "1.4")
                            .goal(2025, "<1.3")
                            .change("<0.1")
                            .better(Better::lower)}),
            Ids{"warning bound-points-the-wrong-way demo/pue"});
}

TEST(CheckChange, WithoutBaseline) {
  EXPECT_EQ(check_rows({row("a", "%").goal(2025, "30").change("<30"),
                        row("b", "个").goal(2025, "200").change("200")}),
            Ids{});
  EXPECT_EQ(check_rows({row("a", "个").goal(2025, "200").change("210")}),
            Ids{"error change-exceeds-target demo/a"});
}

TEST(CheckChange, BaselineOfAnotherClaim) {
  EXPECT_EQ(check_rows({row("review", "户", "a").base(2020, "4.00"),
                        row("goal", "万户", "a").goal(2025, "0.0010").change("0.0006")}),
            Ids{});
  EXPECT_EQ(check_rows({row("review", "户", "a").base(2020, "4.00"),
                        row("goal", "万户", "a").goal(2025, "0.0010").change("0.0008")}),
            Ids{"error change-does-not-follow demo/goal demo/review"});
}

TEST(CheckChange, PriceBasesAreOneFinding) {
  const auto all = findings({plan_of({row("volume", "亿元")
                                          .base(2020, "5078", "2015")
                                          .goal(2025, "755", "2020")
                                          .yearly("16.3")})});
  ASSERT_EQ(ids(all), Ids{"error price-bases-mixed demo/volume"});
  EXPECT_NE(all[0].arithmetic.find("755 ÷ (1 + 16.3 %)^5 = 354.9"), std::string::npos);
  EXPECT_EQ(check_rows({row("volume", "亿元")
                            .base(2020, "354.9", "2020")
                            .goal(2025, "755", "2020")
                            .yearly("16.3")}),
            Ids{});
}

}  // namespace
}  // namespace cairn::plan
