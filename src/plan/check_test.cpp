// SPDX-License-Identifier: Apache-2.0
// Each rule: what it must find, what rounding explains, and what only looks like it.
#include "plan/check.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/seams.hpp"
#include "model/plan_load.hpp"
#include "plan/testdata/builder.hpp"

namespace cairn::plan {
namespace {

using model::Better;
using model::RelationKind;
using testing::figure;
using testing::ids;
using testing::members;
using testing::plan_of;
using testing::ratio;
using testing::row;
using Ids = std::vector<std::string>;

std::vector<Finding> findings(std::vector<model::Plan> plans, model::RegionTree regions = {}) {
  return check(plans, regions);
}
Ids check_rows(std::vector<row> rows, std::vector<model::Relation> relations = {}) {
  return ids(findings({plan_of(std::move(rows), std::move(relations))}));
}

// --- change ----------------------------------------------------------------------------------

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

// --- units -----------------------------------------------------------------------------------

TEST(CheckUnits, PowersOfTen) {
  const auto all = findings({plan_of({row("table", "Tbps", "exchange").base(2020, "770"),
                                      row("text", "Gbps", "exchange").base(2020, "770")})});
  ASSERT_EQ(ids(all), Ids{"error unit-contradiction demo/table demo/text"});
  EXPECT_EQ(all[0].arithmetic, "770 Tbps = 1000 × 770 Gbps");
  EXPECT_NE(all[0].suggestion.en.find("use Tbps or Gbps"), std::string::npos);
  EXPECT_EQ(check_rows(
                {row("a", "万个", "x").base(2020, "1.62"), row("b", "个", "x").base(2020, "1617")}),
            Ids{"error unit-contradiction demo/a demo/b"});
}

TEST(CheckUnits, EqualQuantitiesInOtherUnits) {
  EXPECT_EQ(
      check_rows(
          {row("a", "Gbps", "x").base(2020, "17000"), row("b", "Tbps", "x").base(2020, "17.0"),
           row("c", "万个", "y").base(2020, "0.16"), row("d", "个", "y").base(2020, "1617")}),
      Ids{});
}

TEST(CheckUnits, APrefixIsNoUnit) {
  EXPECT_EQ(check_rows({row("review", "G", "egress").base(2020, "430"),
                        row("goal", "Gbps", "egress").goal(2025, ">1000")}),
            Ids{"warning unit-incomplete demo/review demo/goal"});
  EXPECT_EQ(check_rows(
                {row("a", "G", "data").base(2020, "13.8"), row("b", "G", "data").goal(2025, "55")}),
            Ids{});
}

// --- one quantity, two values ------------------------------------------------------------------

TEST(CheckCross, ValuesDiffer) {
  const auto all = findings({plan_of(
      {row("a", "亿元", "x").base(2020, "505"), row("b", "亿元", "x").base(2020, "570")})});
  ASSERT_EQ(ids(all), Ids{"error values-differ demo/a demo/b"});
  EXPECT_EQ(all[0].arithmetic, "505 亿元 ≠ 570 亿元");
  EXPECT_EQ(
      check_rows({row("a", "万个", "x").base(2020, "28"), row("b", "万个", "x").base(2020, "27.86"),
                  row("c", "万个", "y").base(2020, ">3"), row("d", "万个", "y").base(2020, "3.4"),
                  row("e", "%", "z").base(2018, "8.54"), row("f", "%", "z").base(2020, "9.1")}),
      Ids{})
      << "roundings, a round number passed, other years";
}

TEST(CheckCross, ScopesWeaken) {
  EXPECT_EQ(check_rows({row("a", "%", "x").base(2020, "6.2").scope("of mobile users"),
                        row("b", "%", "x").base(2020, "4.43")}),
            Ids{"warning values-differ demo/a demo/b"});
  EXPECT_EQ(check_rows({row("a", "%", "x").base(2020, "6.2").scope("of mobile users"),
                        row("b", "%", "x").base(2020, "4.43").scope("of inhabitants")}),
            Ids{"note definitions-differ demo/a demo/b"});
}

TEST(CheckCross, BoundsAreNotes) {
  EXPECT_EQ(check_rows({row("a", "%", "saving").goal(2025, "15"),
                        row("b", "%", "saving").goal(2025, ">15")}),
            Ids{"note bounds-differ demo/a demo/b"});
  EXPECT_EQ(
      check_rows({row("a", "%", "x").base(2020, ">96"), row("b", "%", "x").base(2020, "100")}),
      Ids{"note bounds-differ demo/a demo/b"});
  EXPECT_EQ(
      check_rows({row("a", "%", "x").base(2020, ">99"), row("b", "%", "x").base(2020, "99.4")}),
      Ids{});
}

TEST(CheckCross, RoundTargetsAreNotes) {
  EXPECT_EQ(check_rows({row("a", "万个", "x").goal(2025, "3316"),
                        row("b", "万个", "x").goal(2025, "3300")}),
            Ids{"note values-differ-by-rounding demo/a demo/b"});
}

model::RegionTree nested_regions() {
  model::RegionTree tree;
  const auto add = [&](const char* code, const char* parent, model::Level level) {
    model::Region region;
    region.code = code;
    region.level = level;
    EXPECT_TRUE(tree.add(region, parent));
  };
  add("51", "", model::Level::province);
  add("5132", "51", model::Level::prefecture);
  add("5133", "51", model::Level::prefecture);
  const std::vector<std::string> both{"5132", "5133"};
  const std::vector<std::string> one{"5133"};
  EXPECT_TRUE(tree.add_zone("zone", {}, both, ""));
  EXPECT_TRUE(tree.add_zone("single", {}, one, ""));
  return tree;
}

TEST(CheckCross, TwoPlansOneRegion) {
  const auto all = findings({plan_of({row("a", "个", "x").base(2020, "10").in("single")}, {}, "p"),
                             plan_of({row("b", "个", "x").base(2020, "12").in("5133")}, {}, "q"),
                             plan_of({row("c", "个", "x").base(2020, "15").in("5132")}, {}, "r")},
                            nested_regions());
  EXPECT_EQ(ids(all), Ids{"error values-differ p/a q/b"})
      << "a zone of one member is that member; another region is another quantity";
}

TEST(CheckCross, ARegionInsideAnother) {
  const auto with = [](const char* unit, const char* part, const char* whole) {
    return ids(findings({plan_of({row("a", unit, "x").base(2020, part).in("5133")}, {}, "p"),
                         plan_of({row("b", unit, "x").base(2020, whole).in("zone")}, {}, "q")},
                        nested_regions()));
  };
  EXPECT_EQ(with("个", "701", "637"), Ids{"error part-exceeds-whole p/a q/b"});
  EXPECT_EQ(with("个", "126", "637"), Ids{});
  EXPECT_EQ(with("%", "90", "80"), Ids{}) << "shares do not add up over regions";
  EXPECT_EQ(with("Mbps", "90", "80"), Ids{}) << "nor do rates";
  EXPECT_EQ(with("部/百人", "90", "80"), Ids{}) << "nor do ratios";
}

TEST(CheckCross, WhatAllHaveEachPartHas) {
  const auto with = [](const char* base) {
    return ids(findings({plan_of({row("a", "%", "fibre").goal(2025, "100").in("5133")}, {}, "p"),
                         plan_of({row("b", "%", "fibre").base(2020, base).in("zone")}, {}, "q")},
                        nested_regions()));
  };
  EXPECT_EQ(with("100"), Ids{"warning target-met-at-baseline p/a q/b"});
  EXPECT_EQ(with("99"), Ids{});
}

// --- relations -------------------------------------------------------------------------------

TEST(CheckRelations, Ratio) {
  const auto with = [](const char* share) {
    return check_rows({row("share", "%").base(2020, share), row("fast", "万户").base(2020, "917"),
                       row("all", "万户").base(2020, "1002")},
                      {ratio("share", "fast", "all")});
  };
  EXPECT_EQ(with("89"), Ids{"error ratio-contradicts-terms demo/share demo/fast demo/all"});
  EXPECT_EQ(with("91.5"), Ids{});
  EXPECT_EQ(with("92"), Ids{});
  EXPECT_EQ(check_rows({row("share", "%").base(2020, "7"), row("part", "万个").base(2020, "2.07"),
                        row("all", "万个").base(2020, "28")},
                       {ratio("share", "part", "all")}),
            Ids{});
}

TEST(CheckRelations, RatioOfTargetsIsNotRounding) {
  const auto with = [](const char* share) {
    return check_rows({row("share", "%").goal(2025, share), row("part", "万个").goal(2025, "13"),
                       row("all", "万个").goal(2025, "37")},
                      {ratio("share", "part", "all")});
  };
  EXPECT_EQ(with("33"), Ids{"warning ratio-contradicts-terms demo/share demo/part demo/all"});
  EXPECT_EQ(with("35"), Ids{});
  EXPECT_EQ(with("30"), Ids{"error ratio-contradicts-terms demo/share demo/part demo/all"});
}

TEST(CheckRelations, RatioCarriesItsUnit) {
  const auto with = [](const char* density) {
    return check_rows(
        {row("density", "部/百人").base(2020, density), row("phones", "万部").base(2020, "645"),
         row("people", "万人").base(2020, "607.1")},
        {ratio("density", "phones", "people")});
  };
  EXPECT_EQ(with("106.2"), Ids{});
  EXPECT_EQ(with("107.8"),
            Ids{"error ratio-contradicts-terms demo/density demo/phones demo/people"});
}

TEST(CheckRelations, Sum) {
  const auto with = [](const char* whole) {
    return check_rows(
        {row("all", "万户").base(2020, whole), row("fixed", "万户").base(2020, "98.9"),
         row("mobile", "万户").base(2020, "545.9")},
        {members(RelationKind::sum, "all", {"fixed", "mobile"})});
  };
  EXPECT_EQ(with("645"), Ids{}) << "98.9 + 545.9 = 644.8";
  EXPECT_EQ(with("646.0"), Ids{"error sum-does-not-add-up demo/all demo/fixed demo/mobile"});
}

TEST(CheckRelations, SumWithoutAClaimForTheWhole) {
  const auto with = [](const char* last) {
    model::Relation total = members(RelationKind::sum, "", {"a", "b", "c"});
    total.total = figure("100");
    return check_rows({row("a", "%").base(2020, "90"), row("b", "%").base(2020, "7"),
                       row("c", "%").base(2020, last)},
                      {total});
  };
  EXPECT_EQ(with("3"), Ids{});
  EXPECT_EQ(with("5"), Ids{"error sum-does-not-add-up demo/a demo/b demo/c"});
}

TEST(CheckRelations, Parts) {
  const auto with = [](const char* whole, bool exclusive) {
    auto part = members(RelationKind::part, "all", {"g4", "g5"});
    part.exclusive = exclusive;
    return check_rows({row("all", "万个").base(2020, whole), row("g4", "万个").base(2020, "2.3"),
                       row("g5", "个").base(2020, "8000")},
                      {part});
  };
  EXPECT_EQ(with(">3.1", true), Ids{});
  EXPECT_EQ(with("3.1", true), Ids{}) << "2.3 and 0.8";
  EXPECT_EQ(with("2.9", true), Ids{"error part-exceeds-whole demo/all demo/g4 demo/g5"});
  EXPECT_EQ(with("2.9", false), Ids{}) << "parts may overlap";
  EXPECT_EQ(with("2.1", false), Ids{"error part-exceeds-whole demo/all demo/g4"});
}

TEST(CheckRelations, APartBeyondTheGoal) {
  const auto with = [](const char* goal) {
    return check_rows(
        {row("economy", "亿元").goal(2025, goal), row("retail", "亿元").base(2019, "24.8")},
        {members(RelationKind::part, "economy", {"retail"})});
  };
  EXPECT_EQ(with(">10"), Ids{"warning part-exceeds-target demo/economy demo/retail"});
  EXPECT_EQ(with(">30"), Ids{});
}

TEST(CheckRelations, ImpliedTotals) {
  const auto with = [](const char* share) {
    const auto relation = [] {
      model::Relation r = ratio("share", "area", "province_area");
      r.kind = RelationKind::implied;
      return r;
    };
    return ids(findings({plan_of({row("area", "万平方公里").base(2020, "6.8"),
                                  row("share", "%").base(2020, "13.9")},
                                 {relation()}, "p"),
                         plan_of({row("area", "万平方公里").base(2020, "23.26").in("other"),
                                  row("share", "%").base(2020, share).in("other")},
                                 {relation()}, "q")}));
  };
  EXPECT_EQ(with("48.8"), Ids{"warning implied-totals-differ p/area p/share q/area q/share"});
  EXPECT_EQ(with("47.9"), Ids{});
}

// --- bounds ----------------------------------------------------------------------------------

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

// --- deadlines -------------------------------------------------------------------------------

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

// --- all together ------------------------------------------------------------------------------

TEST(Check, OrdersAndFilters) {
  const auto all =
      findings({plan_of({row("a", "%", "x").goal(2025, "15"), row("b", "%", "x").goal(2025, ">15"),
                         row("c", "%").goal(2025, "105")},
                        {}, "p"),
                plan_of({row("d", "%").goal(2025, "105").in("other")}, {}, "q")});
  EXPECT_EQ(ids(all), (Ids{"error share-beyond-100 p/c", "error share-beyond-100 q/d",
                           "note bounds-differ p/a p/b"}));
  EXPECT_EQ(ids(concerning(all, "q")), Ids{"error share-beyond-100 q/d"});
  for (const Finding& finding : all) {
    EXPECT_FALSE(finding.title.zh.empty() || finding.title.en.empty()) << finding.rule;
    EXPECT_FALSE(finding.text.zh.empty() || finding.text.en.empty()) << finding.rule;
    EXPECT_FALSE(finding.suggestion.zh.empty() || finding.suggestion.en.empty()) << finding.rule;
    EXPECT_FALSE(finding.arithmetic.empty()) << finding.rule;
  }
}

TEST(Check, SaysNothingAboutNothing) {
  EXPECT_TRUE(findings({}).empty());
  EXPECT_TRUE(findings({plan_of({})}).empty());
}

// The five plans: findings.txt was compared with two readings by hand; see its comments.
TEST(Check, FivePlans) {
  const auto files = system_files();
  const std::string root = CAIRN_SOURCE_DIR;
  Problems problems;
  std::vector<model::Plan> plans;
  for (const char* region : {"panxi", "northwest-sichuan", "ganzi", "guizhou", "chengdu"}) {
    auto plan = model::load_plan(*files, root + "/regions/" + region + "/plan.yaml", problems);
    ASSERT_TRUE(plan) << to_string(plan.error());
    plans.push_back(std::move(*plan));
  }
  ASSERT_TRUE(problems.ok()) << to_string(problems.errors.front());
  model::RegionTree tree;
  const auto add = [&](const char* code, const char* parent, model::Level level) {
    model::Region region;
    region.code = code;
    region.level = level;
    ASSERT_TRUE(tree.add(region, parent));
  };
  add("51", "", model::Level::province);
  add("52", "", model::Level::province);
  for (const char* code : {"5101", "5104", "5132", "5133", "5134"}) {
    add(code, "51", model::Level::prefecture);
  }
  const auto zone = [&](const char* id, const std::vector<std::string>& of) {
    ASSERT_TRUE(tree.add_zone(id, {}, of, ""));
  };
  zone("panxi", {"5104", "5134"});
  zone("northwest-sichuan", {"5132", "5133"});
  zone("ganzi", {"5133"});
  zone("chengdu", {"5101"});
  zone("guizhou", {"52"});
  Ids expected;
  const auto text = files->read(root + "/src/plan/testdata/findings.txt");
  ASSERT_TRUE(text);
  for (const std::string_view line : split(*text, '\n')) {
    if (!line.empty() && line[0] != '#') expected.emplace_back(line);
  }
  EXPECT_EQ(ids(check(plans, tree)), expected);
}

}  // namespace
}  // namespace cairn::plan
