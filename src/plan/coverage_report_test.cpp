// SPDX-License-Identifier: Apache-2.0
// Over values written by hand: two counties, four villages.
#include "plan/coverage_report.hpp"

#include <gtest/gtest.h>

namespace cairn::plan {
namespace {

using model::PropertyKind;

class Reporting : public testing::Test {
 protected:
  Reporting() {
    auto catalog = std::make_shared<model::Catalog>();
    model::TypeDef village;
    village.name = "village";
    const auto add = [&](const char* name, PropertyKind kind) {
      village.properties.emplace_back();
      village.properties.back().name = name;
      village.properties.back().kind = kind;
    };
    add("population", PropertyKind::integer);
    add("administrative", PropertyKind::boolean);
    add("coverage_5g", PropertyKind::boolean);
    add("rsrp_n28", PropertyKind::number);
    add("rsrp_5g", PropertyKind::number);
    add("nearest_5g", PropertyKind::number);
    add("reason_5g", PropertyKind::text);
    catalog->types = {village};
    auto regions = std::make_shared<model::RegionTree>();
    const auto region = [&](const char* code, model::Level level, const char* parent) {
      model::Region out;
      out.code = code;
      out.level = level;
      EXPECT_TRUE(regions->add(std::move(out), parent).has_value());
    };
    region("5134", model::Level::prefecture, "");
    model::Records records;
    for (const char* county : {"513402", "513401"}) region(county, model::Level::county, "5134");
    for (const char* town : {"513401001", "513402001"}) {
      region(town, model::Level::town, std::string(town).substr(0, 6).c_str());
    }
    const auto put = [&](const char* code, double people, bool administrative) {
      region(code, model::Level::village, std::string(code).substr(0, 9).c_str());
      model::Thing thing;
      thing.id = code;
      thing.type = "village";
      thing.properties = {{"population", {people}}, {"administrative", {administrative}}};
      records.things.push_back(std::move(thing));
    };
    put("513401001001", 100, true);
    put("513401001002", 300, true);
    put("513402001001", 200, true);
    put("513402001002", 900, false);
    Problems problems;
    const auto base = model::build_snapshot({catalog, regions, {}}, records, problems);
    EXPECT_TRUE(problems.ok());
    const Instant begin{0};
    model::DerivedValues values;
    values.type = "village";
    values.properties = {"coverage_5g", "rsrp_n28", "rsrp_5g", "nearest_5g", "reason_5g"};
    const auto say = [&](const char* id, bool covered, double rsrp_dbm) {
      values.things.push_back({id,
                               false,
                               {{begin,
                                 {{0, {covered}},
                                  {1, {rsrp_dbm}},
                                  {2, {rsrp_dbm}},
                                  {3, {7000.0}},
                                  {4, {std::string(covered ? "covered" : "ridge")}}}}}});
    };
    say("513401001001", false, -125);
    say("513401001002", false, -115);
    say("513402001002", false, -130);
    snapshot_ = *model::lay_derived(base, values);
    model::CoverageRule rule;
    rule.property = "coverage_5g";
    rule.technology = "5g";
    def_.rules = {rule};
    band_.id = "n28";
    bands_ = {{&band_, {}}};
    bands_[0].budget.rsrp_threshold_dbm = -120;
  }

  CoverageSummary ask(const char* region, std::int64_t at = 10, std::size_t most = 10) {
    return coverage_summary(snapshot_, def_, bands_,
                            {snapshot_.regions->find(region), Instant{at}, "coverage_5g", most});
  }

  model::Snapshot snapshot_;
  model::CoverageDef def_;
  model::BandDef band_;
  std::vector<StudyBand> bands_;
};

TEST_F(Reporting, CountsByCountyAndRule) {
  const CoverageSummary all = ask("5134");
  EXPECT_EQ(all.total.villages, 3u) << "administrative villages only";
  EXPECT_EQ(all.total.by_rule[0], (RuleTally{0, 2, 1})) << "no value is not uncovered";
  EXPECT_EQ(all.total.by_band[0], 1u);
  ASSERT_EQ(all.counties.size(), 2u);
  EXPECT_EQ((*snapshot_.regions)[all.counties[0].region].code, "513401");
  EXPECT_EQ(all.counties[0].by_rule[0], (RuleTally{0, 2, 0}));
  EXPECT_EQ(all.counties[1].by_rule[0], (RuleTally{0, 0, 1}));
  EXPECT_EQ(ask("513402").total.villages, 1u);
  EXPECT_EQ(ask("5134", 0).total.by_rule[0].unknown, 3u) << "before the study begins";
}

TEST_F(Reporting, GapsHaveTheMostPeopleFirst) {
  const CoverageSummary all = ask("5134");
  ASSERT_EQ(all.gaps.size(), 2u);
  EXPECT_EQ(snapshot_.table("village")->ids[all.gaps[0].row], "513401001002");
  EXPECT_EQ(all.gaps[0].people, 300);
  EXPECT_EQ(all.gaps[0].rsrp_dbm, -115);
  EXPECT_EQ(all.gaps[0].nearest_m, 7000);
  EXPECT_EQ(all.gaps[0].reason, "ridge");
  EXPECT_EQ(ask("5134", 10, 1).gaps.size(), 1u);
}

}  // namespace
}  // namespace cairn::plan
