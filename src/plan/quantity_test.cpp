// SPDX-License-Identifier: Apache-2.0
#include "plan/quantity.hpp"

#include <gtest/gtest.h>

#include "plan/testdata/builder.hpp"

namespace cairn::plan {
namespace {

using testing::figure;
using testing::members;
using testing::plan_of;
using testing::row;

TEST(Quantity, GroupsByIndicatorAndRegion) {
  const std::vector<model::Plan> plans{
      plan_of({row("a", "个", "x").base(2020, "1"), row("b", "万个", "x").goal(2025, "2"),
               row("c", "个", "x").base(2020, "1").in("elsewhere"), row("d", "个").base(2020, "1")},
              {members(model::RelationKind::same, "", {"a", "d"})})};
  const auto groups = quantities(plans, {});
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[0].points.size(), 3u) << "a, b and what `same` joins to them";
  EXPECT_EQ(groups[1].points[0].claim->id, "c");
}

TEST(Quantity, BaselineOfAnotherClaim) {
  const model::Plan plan =
      plan_of({row("older", "个", "x").base(2015, "3"), row("review", "个", "x").base(2020, "1617"),
               row("other", "个", "x").base(2020, "9").scope("else"),
               row("goal", "万个", "x").goal(2025, "1.7").scope("all"),
               row("money", "亿元", "x").goal(2025, "1.7")});
  const auto base = baseline_of(plan, plan.claims[3]);
  ASSERT_TRUE(base);
  EXPECT_EQ(base->claim->id, "review") << "the newest of a scope that does not differ";
  EXPECT_FALSE(baseline_of(plan, plan.claims[4])) << "units do not compare";
}

TEST(Quantity, YearsOfFiguresWithoutOne) {
  model::Plan plan = plan_of({row("a", "个").base(2020, "1").goal(2025, "2")});
  plan.claims[0].baseline->year.reset();
  plan.claims[0].target->year.reset();
  const auto points = points_of(plan, plan.claims[0]);
  EXPECT_EQ(year_of(points[0]), 2020) << "the year before the plan";
  EXPECT_EQ(year_of(points[1]), 2025) << "its last year";
}

TEST(Quantity, GrowthIsNoShare) {
  EXPECT_TRUE(is_growth(row("revenue_growth", "%").claim));
  row zh("x", "%");
  zh.claim.label = {"单位电信业务总量综合能耗下降幅度", "energy"};
  EXPECT_TRUE(is_growth(zh.claim));
  EXPECT_FALSE(is_growth(row("fibre_share", "%").claim));
}

TEST(Quantity, TextAsPrinted) {
  EXPECT_EQ(figure_text(figure(">=13.80")), "≥13.80");
  EXPECT_EQ(figure_text(figure("2-3")), "2–3");
  EXPECT_EQ(figure_text(figure("-5")), "−5");
  EXPECT_EQ(figure_text(figure("初步建成")), "初步建成");
  EXPECT_EQ(computed(1.2999999999999998, 2), "1.3");
  EXPECT_EQ(computed(-0.0001, 2), "0");
  EXPECT_EQ(computed(45198, 0), "45198");
}

}  // namespace
}  // namespace cairn::plan
