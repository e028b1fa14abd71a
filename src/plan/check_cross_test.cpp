// SPDX-License-Identifier: Apache-2.0
// One quantity, two values; nested regions: what must be found, what rounding explains, what only
// looks like it.
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

}  // namespace
}  // namespace cairn::plan
