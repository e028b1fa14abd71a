// SPDX-License-Identifier: Apache-2.0
#include "plan/evaluate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "model/snapshot.hpp"
#include "plan/testdata/builder.hpp"

namespace cairn::plan {
namespace {

using testing::plan_of;
using testing::row;

constexpr Zone zone{8 * 3600};

Instant end_of(int year) {
  return start_of({year + 1, 1, 1}, zone);
}

// What the claim's indicator is at the date, with the time of its data.
Actual value(double v, std::optional<Instant> time = {}) {
  Actual actual;
  actual.value = v;
  actual.data_time = time;
  return actual;
}

ClaimResult one(row r, Instant as_of, std::optional<Actual> actual) {
  const model::Plan plan = plan_of({std::move(r)});
  return evaluate(plan, as_of, zone, [&](const model::Claim&) { return actual; }).claims[0];
}

row stations() {
  return row("bs5g", "万个").base(2020, "0.2").goal(2025, "1.7");
}

TEST(Evaluate, LinearTrajectory) {
  const ClaimResult r = one(stations(), end_of(2022), value(0.9, end_of(2022)));
  ASSERT_EQ(r.trajectory.size(), 6u);
  EXPECT_EQ(r.trajectory.front(), (YearValue{2020, 0.2}));
  EXPECT_EQ(r.trajectory.back().year, 2025);
  EXPECT_NEAR(r.trajectory[2].value, 0.8, 1e-12);
  EXPECT_NEAR(*r.required, 0.8, 1e-12);
  EXPECT_NEAR(*r.gap, 0.8, 1e-12) << "to the target, not to the path";
  EXPECT_EQ(r.status, Status::on_track);
}

TEST(Evaluate, GeometricWhereGrowthIsStated) {
  const ClaimResult r =
      one(row("volume", "亿元").base(2020, "100").goal(2025, "200").yearly("14.9"), end_of(2021),
          value(110, end_of(2021)));
  EXPECT_NEAR(*r.required, 100 * std::pow(2, 0.2), 1e-9);
  EXPECT_EQ(r.status, Status::behind);
}

TEST(Evaluate, BetweenTheYears) {
  const Instant middle = start_of({2023, 7, 2}, zone);  // 182 of 365 days
  EXPECT_NEAR(*one(stations(), middle, value(1)).required, 0.2 + 1.5 * (2 + 182.0 / 365) / 5, 1e-9);
  EXPECT_FALSE(one(stations(), start_of({2020, 6, 1}, zone), value(1)).required);
  EXPECT_NEAR(*one(stations(), end_of(2030), value(1)).required, 1.7, 1e-12);
}

TEST(Evaluate, StatusByDirectionAndBound) {
  const auto status = [](row r, double v) {
    return one(std::move(r), end_of(2023), value(v, end_of(2023))).status;
  };
  EXPECT_EQ(status(stations(), 1.7), Status::reached);
  EXPECT_EQ(status(stations(), 1.1), Status::on_track);
  EXPECT_EQ(status(stations(), 1.09), Status::behind);
  const auto strict = [] { return row("x", "亿元").base(2020, "40").goal(2025, ">50"); };
  EXPECT_EQ(status(strict(), 50), Status::on_track) << "more than 50 was promised";
  EXPECT_EQ(status(strict(), 50.1), Status::reached);
  const auto pue = [] {
    return row("pue", "1").base(2020, "1.4").goal(2025, "<1.3").better(model::Better::lower);
  };
  EXPECT_EQ(status(pue(), 1.29), Status::reached);
  EXPECT_EQ(status(pue(), 1.33), Status::on_track);
  EXPECT_EQ(status(pue(), 1.35), Status::behind);
  EXPECT_NEAR(*one(pue(), end_of(2023), value(1.35)).gap, 0.05, 1e-12);
  const auto fall = [] {
    return row("fixed", "户").base(2020, "223").goal(2025, "210").better(model::Better::neither);
  };
  EXPECT_EQ(status(fall(), 209), Status::reached) << "it goes where the target lies";
  EXPECT_EQ(status(fall(), 222), Status::behind);
}

TEST(Evaluate, OldDataSayNothing) {
  const ClaimResult r = one(stations(), end_of(2023), value(0.16, end_of(2020)));
  EXPECT_EQ(r.status, Status::no_data);
  ASSERT_TRUE(r.actual) << "the last value is shown all the same";
  EXPECT_EQ(r.reason.en, "The newest data are of 2020-12-31: none since the baseline.");
  EXPECT_EQ(one(stations(), end_of(2020), value(0.2, end_of(2020))).status, Status::on_track)
      << "at the baseline itself they are the newest there can be";
  const ClaimResult later = one(stations(), end_of(2024), value(1.6, end_of(2022)));
  EXPECT_EQ(later.status, Status::on_track);
  EXPECT_NE(later.reason.en.find("The data are of 2022-12-31."), std::string::npos);
}

TEST(Evaluate, EstimatesSayNothingUnlessProposed) {
  Actual estimate = value(0.16);
  estimate.estimated = true;
  EXPECT_EQ(one(stations(), end_of(2023), estimate).status, Status::no_data);
  estimate.proposed = true;
  estimate.value = 1.8;
  EXPECT_EQ(one(stations(), end_of(2023), estimate).status, Status::reached);
  EXPECT_EQ(one(stations(), end_of(2023), value(1.8)).status, Status::reached)
      << "a registry of real things is as new as the as-of date";
}

TEST(Evaluate, WithoutBaseline) {
  const auto ports = [] { return row("ports", "万").goal(2025, "3.14"); };
  const ClaimResult before = one(ports(), end_of(2023), value(2, end_of(2023)));
  EXPECT_TRUE(before.trajectory.empty());
  EXPECT_EQ(before.status, Status::no_data);
  EXPECT_EQ(one(ports(), end_of(2023), value(4, end_of(2023))).status, Status::reached);
  EXPECT_EQ(one(ports(), end_of(2026), value(2, end_of(2026))).status, Status::behind);
}

TEST(Evaluate, BaselineOfTheReviewInItsUnit) {
  const model::Plan plan = plan_of({row("review", "个", "bs5g").base(2020, "2000"),
                                    row("goal", "万个", "bs5g").goal(2025, "1.7")});
  const PlanResult result =
      evaluate(plan, end_of(2022), zone, [](const model::Claim&) { return std::nullopt; });
  EXPECT_NEAR(result.claims[1].trajectory.front().value, 0.2, 1e-12);
  EXPECT_EQ(result.claims[1].reason.en, "Nothing computes or reports it.");
}

TEST(Evaluate, MixedPriceBasesHaveNoPath) {
  const ClaimResult r =
      one(row("v", "亿元").base(2020, "5078", "2015").goal(2025, "755", "2020").yearly("16.3"),
          end_of(2022), value(400, end_of(2022)));
  EXPECT_TRUE(r.trajectory.empty());
}

TEST(Evaluate, CountsGoalsByClass) {
  row binding = row("pue", "1").base(2020, "1.4").goal(2025, "<1.3").better(model::Better::lower);
  binding.claim.binding = "binding";
  row expected = stations();
  expected.claim.binding = "expected";
  const model::Plan plan = plan_of({binding, expected, row("review", "个").base(2020, "5"),
                                    row("words", "阶段").goal(2025, "基本建成")});
  const PlanResult r = evaluate(plan, end_of(2023), zone, [](const model::Claim& claim) {
    return std::optional<Actual>(value(claim.id == "pue" ? 1.2 : 0.5, end_of(2023)));
  });
  EXPECT_EQ(r.counts, (StatusCounts{1, 0, 1, 1}));
  EXPECT_EQ(r.binding, (StatusCounts{1, 0, 0, 0}));
  EXPECT_EQ(r.expected, (StatusCounts{0, 0, 1, 0}));
  EXPECT_FALSE(r.claims[2].has_target);
}

// One given indicator of one region, reported for 2022 in another unit than the plan's.
TEST(FormulaActuals, ValuesInTheClaimsUnit) {
  auto catalog = std::make_shared<model::Catalog>();
  model::IndicatorDef users;
  users.id = "users";
  users.given = true;
  users.unit = *parse_unit("户");
  catalog->indicators.push_back(users);
  auto regions = std::make_shared<model::RegionTree>();
  model::Region province;
  province.code = "52";
  province.level = model::Level::province;
  ASSERT_TRUE(regions->add(province, ""));
  Problems problems;
  model::Records records;
  model::Statistic statistic;
  statistic.region = "52";
  statistic.property = "users";
  statistic.period = {start_of({2022, 1, 1}, zone), end_of(2022)};
  statistic.value = 11'000'000;
  statistic.unit = "户";
  records.statistics.push_back(statistic);
  const model::Snapshot snapshot = build_snapshot({catalog, regions, zone}, records, problems);
  const formula::Library library = formula::Library::build(catalog, problems);
  ASSERT_TRUE(problems.ok()) << to_string(problems.errors.front());
  formula::Evaluator evaluator(library, snapshot);
  const auto actuals = formula_actuals({evaluator, library, *regions, end_of(2023), false});
  const auto actual = actuals(row("users", "万户").goal(2025, "1129").in("52").claim);
  ASSERT_TRUE(actual);
  EXPECT_NEAR(actual->value, 1100, 1e-9);
  EXPECT_TRUE(actual->given);
  ASSERT_TRUE(actual->data_time);
  EXPECT_EQ(to_string(date_of(*actual->data_time - 1, zone)), "2022-12-31");
  EXPECT_FALSE(actual->proposed);
  const auto unchanged = formula_actuals({evaluator, library, *regions, end_of(2023), true});
  EXPECT_FALSE(unchanged(row("users", "万户").in("52").claim)->proposed)
      << "a proposal does not make a report of 2022 newer";
  model::Records more = records;
  more.statistics[0].value += 1;
  const model::Snapshot proposed = build_snapshot({catalog, regions, zone}, more, problems);
  formula::Evaluator would_be(library, proposed);
  const auto changed =
      formula_actuals({would_be, library, *regions, end_of(2023), true, &evaluator});
  EXPECT_TRUE(changed(row("users", "万户").in("52").claim)->proposed);
  EXPECT_FALSE(actuals(row("users", "亿元").in("52").claim)) << "money is no count";
  EXPECT_FALSE(actuals(row("users", "万户").in("51").claim)) << "an unknown region";
  EXPECT_FALSE(actuals(row("others", "万户").in("52").claim)) << "nobody gives it";
}

}  // namespace
}  // namespace cairn::plan
