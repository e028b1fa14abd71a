// SPDX-License-Identifier: Apache-2.0
// For tests of groups: two prefectures with their counties, a few rules that follow from each
// other, and a grouping over a ledger on disk that can be killed.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "respond/grouping.hpp"

namespace cairn::respond::detail {

inline constexpr Instant start{1'800'000'000 * ns_per_second};
inline Instant at_s(double seconds) {
  return start + static_cast<std::int64_t>(seconds * static_cast<double>(ns_per_second));
}

inline std::shared_ptr<const model::Workspace> group_world() {
  auto world = std::make_shared<model::Workspace>();
  auto regions = std::make_shared<model::RegionTree>();
  const auto add = [&](std::string code, model::Level level, const std::string& parent) {
    model::Region region;
    region.name = {code, code};
    region.code = std::move(code);
    region.level = level;
    EXPECT_TRUE(regions->add(std::move(region), parent));
  };
  add("51", model::Level::province, "");
  for (const std::string prefecture : {"5101", "5102"}) {
    add(prefecture, model::Level::prefecture, "51");
    for (int i = 1; i <= 5; ++i) {
      const std::string county = prefecture + "0" + std::to_string(i);
      add(county, model::Level::county, prefecture);
      for (int k = 1; k <= 2; ++k) {
        add(format("{}10{}", county, k), model::Level::town, county);
      }
    }
  }
  auto catalog = std::make_shared<model::Catalog>();
  const auto rule = [&](std::string id, std::string severity, std::string hazard,
                        std::vector<model::CauseRef> causes = {}) {
    model::RuleDef def;
    def.label = {id, id};
    def.id = std::move(id);
    def.pack = "p";
    def.type = "slope";
    def.severity = std::move(severity);
    def.urgency = def.severity == "Extreme" ? "Immediate" : "Expected";
    def.response.hazard = std::move(hazard);
    def.response.caused_by = std::move(causes);
    catalog->rules.push_back(std::move(def));
  };
  rule("minor", "Minor", "slide");
  rule("moderate", "Moderate", "slide");
  rule("severe", "Severe", "slide");
  rule("extreme", "Extreme", "slide");
  rule("lone", "Moderate", "");
  rule("power", "Severe", "power");
  rule("silent", "Minor", "silence", {{"power", "county"}});
  rule("deaf", "Minor", "deaf", {{"silent", "thing"}});
  rule("tail", "Minor", "tail", {{"power", "grid"}});
  world->regions = regions;
  world->catalog = catalog;
  world->home = "51";
  return world;
}

inline model::Alert alert(std::string id, std::string rule, std::string thing, std::string region,
                          model::AlertState state = model::AlertState::firing) {
  model::Alert out;
  out.id = std::move(id);
  out.rule = std::move(rule);
  out.pack = "p";
  out.thing = std::move(thing);
  out.type = "slope";
  out.region = std::move(region);
  out.state = state;
  out.since = start - ns_per_second;
  out.began = start;
  out.known = start;
  return out;
}

class GroupTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "/groups-" + std::to_string(::getpid()) + "-" +
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(directory_);
    reopen();
  }
  void TearDown() override {
    grouping_.reset();
    ledger_.reset();
    std::filesystem::remove_all(directory_);
  }
  void reopen() {
    grouping_.reset();
    ledger_.reset();
    auto ledger = store::Ledger::open(directory_);
    ASSERT_TRUE(ledger) << to_string(ledger.error());
    ledger_ = std::move(*ledger);
    auto grouping = Grouping::open(*ledger_, world_, options_);
    ASSERT_TRUE(grouping) << to_string(grouping.error());
    grouping_ = std::move(*grouping);
  }

  std::vector<GroupChange> take(std::vector<model::Alert> alerts, Instant now) {
    std::vector<store::AlertChange> changes;
    for (model::Alert& each : alerts) changes.push_back({++number_, std::move(each)});
    return take(changes, now);
  }
  std::vector<GroupChange> take(std::span<const store::AlertChange> changes, Instant now) {
    auto write = ledger_->begin();
    EXPECT_TRUE(write);
    auto out = grouping_->take(*write, changes, now);
    EXPECT_TRUE(out) << to_string(out.error());
    EXPECT_TRUE(write->commit());
    return std::move(*out);
  }
  std::vector<GroupChange> tick(Instant now) {
    auto write = ledger_->begin();
    EXPECT_TRUE(write);
    auto out = grouping_->tick(*write, now);
    EXPECT_TRUE(out) << to_string(out.error());
    EXPECT_TRUE(write->commit());
    return std::move(*out);
  }
  // All open ones at the top.
  std::vector<AlertGroup> open_groups() const {
    return grouping_->groups({.open = true}).value().groups;
  }
  std::vector<AlertGroup> all_groups() const {
    return grouping_->groups({.limit = 100'000}).value().groups;
  }
  static std::string kinds(const std::vector<GroupChange>& changes) {
    std::string out;
    for (const GroupChange& change : changes) {
      out += format("{}{}:{}", out.empty() ? "" : " ", to_string(change.kind), change.group.region);
    }
    return out;
  }
  model::Actor officer() const {
    model::Actor out;
    out.id = "wang";
    out.kind = model::ActorKind::person;
    return out;
  }

  std::shared_ptr<const model::Workspace> world_ = group_world();
  GroupingOptions options_;
  std::string directory_;
  std::uint64_t number_ = 0;
  std::unique_ptr<store::Ledger> ledger_;
  std::unique_ptr<Grouping> grouping_;
};

}  // namespace cairn::respond::detail
