// SPDX-License-Identifier: Apache-2.0
// The rules over states that are written by hand: no terrain, no radio.
#include "plan/coverage_judge.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace cairn::plan {
namespace {

using radio::CellLife;

model::PropertyDef property(std::string name) {
  model::PropertyDef out;
  out.name = std::move(name);
  return out;
}

radio::ServedState state(std::int64_t from, double rsrp_dbm, double threshold_dbm = -110) {
  radio::ServedState out;
  out.from = from;
  if (rsrp_dbm == 0) return out;  // nobody
  out.best.emplace();
  out.best->quality.rsrp_dbm = rsrp_dbm;
  out.best->quality.margin_db = rsrp_dbm - threshold_dbm;
  out.best->quality.signal_suffices = rsrp_dbm >= threshold_dbm;
  out.best->headroom_db = out.best->quality.margin_db;
  out.why = out.best->quality.signal_suffices ? radio::Why::covered : radio::Why::ridge;
  return out;
}

// Two operators: red in n28 and b3, blue in n28.
class Judging : public testing::Test {
 protected:
  Judging() {
    for (const char* name : {"coverage_4g", "coverage_5g", "coverage_5g_red", "coverage_basis",
                             "rsrp_n28", "rsrp_5g", "server_5g", "reason_5g", "nearest_4g"}) {
      type_.properties.push_back(property(name));
    }
    defs_[0].id = "n28";
    defs_[1].id = "b3";
    bands_ = {{&defs_[0], {}}, {&defs_[1], {}}};
    bands_[0].budget.technology = "5g";
    bands_[1].budget.technology = "4g";
    groups_ = {{"Blue", 0, {"blue-1"}}, {"Red", 0, {"red-1"}}, {"Red", 1, {"red-2"}}};
    model::CoverageRule lte;
    lte.property = "coverage_4g";
    lte.technology = "4g";
    lte.station_within_m = 5000;
    lte.signal_at = {"committee", "school", "cluster"};
    lte.least_households = 20;
    lte.one_operator = false;
    model::CoverageRule nr;
    nr.property = "coverage_5g";
    nr.technology = "5g";
    nr.signal_at = {"committee", "school"};
    def_.rules = {lte, nr};
    facts_.begin = 0;
    point("committee");
  }

  void point(const char* kind, std::optional<double> households = {}) {
    facts_.points.push_back({kind, households});
    facts_.served.push_back({nullptr, nullptr, nullptr});
  }
  enum Group : std::size_t { blue, red, red_4g };
  void serve(std::size_t point, Group group, std::vector<radio::ServedState> states,
             std::string note = {}, std::string error = {}) {
    served_.push_back({std::move(error), std::move(note), std::move(states)});
    facts_.served[point][group] = &served_.back();
  }

  // The value of a property at `t` as text.
  std::string value(const std::string& name, std::int64_t t = 1000) const {
    const CoverageJudge judge(def_, type_, bands_, groups_);
    const auto& names = judge.properties();
    const auto index = std::find(names.begin(), names.end(), name) - names.begin();
    model::Value out;
    for (const model::DerivedVersion& version : judge.judge(facts_)) {
      if (version.from.ns > t) break;
      for (const auto& [property, value] : version.changes) {
        if (property == index) out = value;
      }
    }
    if (const bool* truth = out.get<bool>()) return *truth ? "yes" : "no";
    if (const double* number = out.get<double>()) return std::to_string(int(*number));
    if (const std::string* text = out.get<std::string>()) return *text;
    return "-";
  }

  model::CoverageDef def_;
  model::TypeDef type_;
  model::BandDef defs_[2];
  std::vector<StudyBand> bands_;
  std::vector<StudyGroup> groups_;
  std::deque<radio::ServedPoint> served_;  // a deque keeps addresses
  VillageFacts facts_;
};

TEST_F(Judging, AVillageWithoutPointsIsJudgedAtItsPosition) {
  serve(0, blue, {state(CellLife::always, -100)});
  EXPECT_EQ(value("coverage_5g"), "yes");
  EXPECT_EQ(value("coverage_5g_red"), "no");
  EXPECT_EQ(value("coverage_basis"), "position");
  EXPECT_EQ(value("server_5g"), "blue-1");
  EXPECT_EQ(value("rsrp_5g"), "-100");
  EXPECT_EQ(value("rsrp_n28"), "-100");
}

TEST_F(Judging, ASchoolWithoutSignalLeavesTheVillageUncovered) {
  facts_.committee_registered = true;
  point("school");
  serve(0, blue, {state(CellLife::always, -90)});
  serve(1, blue, {state(CellLife::always, -120)});
  EXPECT_EQ(value("coverage_5g"), "no");
  EXPECT_EQ(value("coverage_basis"), "committee school");
  def_.rules[1].signal_at = {"committee"};
  EXPECT_EQ(value("coverage_5g"), "yes") << "the rule says which kinds count";
}

TEST_F(Judging, OneOperatorOrAny) {
  point("school");
  serve(0, blue, {state(CellLife::always, -90)});
  serve(1, red, {state(CellLife::always, -90)});
  EXPECT_EQ(value("coverage_5g"), "no") << "nobody covers both places";
  def_.rules[1].one_operator = false;
  EXPECT_EQ(value("coverage_5g"), "yes");
}

TEST_F(Judging, SmallClustersNeedNoSignal) {
  serve(0, red_4g, {state(CellLife::always, -90)});
  point("cluster", 19);
  EXPECT_EQ(value("coverage_4g"), "yes");
  point("cluster", 20);
  EXPECT_EQ(value("coverage_4g"), "no");
  facts_.points.back().households.reset();
  EXPECT_EQ(value("coverage_4g"), "no") << "of unknown size: as if it were large";
}

TEST_F(Judging, AStationWithinTheDistanceSuffices) {
  serve(0, red_4g, {state(CellLife::always, -130)});
  facts_.near = {{"5g", "red", 100, {}}, {"4g", "red", 5000, {50, CellLife::forever}}};
  EXPECT_EQ(value("coverage_4g", 49), "no");
  EXPECT_EQ(value("coverage_4g", 50), "yes") << "from its beginning on";
  EXPECT_EQ(value("nearest_4g", 49), "-");
  EXPECT_EQ(value("nearest_4g", 50), "5000");
  facts_.near[1].distance_m = 5001;
  EXPECT_EQ(value("coverage_4g", 50), "no");
}

TEST_F(Judging, ChangesComeAtTheirDates) {
  serve(0, blue, {state(CellLife::always, 0), state(10, -115), state(20, -95), state(30, -120)});
  EXPECT_EQ(value("coverage_5g", 5), "no");
  EXPECT_EQ(value("reason_5g", 5), "no_cell");
  EXPECT_EQ(value("coverage_5g", 15), "no");
  EXPECT_EQ(value("reason_5g", 15), "ridge");
  EXPECT_EQ(value("coverage_5g", 20), "yes");
  EXPECT_EQ(value("coverage_5g", 30), "no") << "a station that is gone covers nothing";
  EXPECT_EQ(value("coverage_5g", -1), "-") << "before the first registered station";
  const CoverageJudge judge(def_, type_, bands_, groups_);
  EXPECT_EQ(judge.judge(facts_).size(), 4u);
}

TEST_F(Judging, WhatCannotBeKnownIsNoValue) {
  serve(0, blue, {state(CellLife::always, -120)}, "2 paths cross a hole");
  EXPECT_EQ(value("coverage_5g"), "-");
  serve(0, blue, {}, "", "not on the terrain");
  EXPECT_EQ(value("coverage_5g"), "-");
  EXPECT_EQ(value("reason_5g"), "-");
  serve(0, red, {state(CellLife::always, -90)});
  EXPECT_EQ(value("coverage_5g"), "yes") << "one operator that is known suffices";
  serve(0, blue, {state(CellLife::always, -90)}, "a path crosses a hole");
  EXPECT_EQ(value("coverage_5g_red"), "yes");
  groups_.resize(2);
  EXPECT_EQ(value("coverage_4g"), "-") << "no 4G station is registered at all";
}

TEST_F(Judging, ARuleMayHaveItsOwnThreshold) {
  serve(0, blue, {state(CellLife::always, -108)});
  EXPECT_EQ(value("coverage_5g"), "yes");
  def_.rules[1].threshold_dbm = -105;
  EXPECT_EQ(value("coverage_5g"), "no");
}

TEST(NearestSteps, FollowTheNetwork) {
  const std::vector<NearStation> near{{"4g", "a", 100, {50, 60}},
                                      {"4g", "b", 200, {40, CellLife::forever}},
                                      {"4g", "a", 300, {10, CellLife::forever}}};
  using Steps = std::vector<NearestStep>;
  const double none = std::numeric_limits<double>::infinity();
  EXPECT_EQ(nearest_steps(near, "4g", "", 0),
            (Steps{{0, none}, {10, 300}, {40, 200}, {50, 100}, {60, 200}}));
  EXPECT_EQ(nearest_steps(near, "4g", "a", 0), (Steps{{0, none}, {10, 300}, {50, 100}, {60, 300}}));
  EXPECT_EQ(nearest_steps(near, "5g", "", 0), (Steps{{0, none}}));
}

TEST(InName, KeepsWhatNamesMayHave) {
  EXPECT_EQ(in_name("NB-IoT"), "nbiot");
  EXPECT_EQ(in_name("China Mobile"), "chinamobile");
}

}  // namespace
}  // namespace cairn::plan
