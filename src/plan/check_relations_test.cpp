// SPDX-License-Identifier: Apache-2.0
// Ratios, sums, parts, implied totals: what must be found, what rounding explains, what only looks
// like it.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "plan/check.hpp"
#include "plan/testdata/builder.hpp"

namespace cairn::plan {
namespace {

using model::RelationKind;
using testing::check_rows;
using testing::figure;
using testing::findings;
using testing::ids;
using testing::members;
using testing::plan_of;
using testing::ratio;
using testing::row;
using Ids = std::vector<std::string>;

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

}  // namespace
}  // namespace cairn::plan
