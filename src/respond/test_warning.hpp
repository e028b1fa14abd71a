// SPDX-License-Identifier: Apache-2.0
// For tests of warnings: the repository's own regions and packs, a desk over them, and the outbox
// as a list.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "codec/cap_read.hpp"
#include "model/snapshot.hpp"
#include "respond/warning_desk.hpp"

#ifndef CAIRN_SOURCE_DIR  // when the header is compiled alone
#define CAIRN_SOURCE_DIR "."
#endif

namespace cairn::respond {

struct TestLand {
  std::shared_ptr<const model::Workspace> workspace;
  std::vector<Place> places;
};
inline const TestLand& test_land() {
  static const TestLand land = [] {
    Problems problems;
    auto loaded = model::load_workspace(*system_files(), {CAIRN_SOURCE_DIR, "panxi"}, problems);
    if (!loaded) throw std::runtime_error(to_string(loaded.error()));
    TestLand out;
    out.workspace = std::make_shared<const model::Workspace>(std::move(*loaded));
    const auto snapshot =
        model::build_snapshot({out.workspace->catalog, out.workspace->regions, out.workspace->zone},
                              out.workspace->records, problems);
    out.places = places_of(snapshot, parse_instant("2026-07-01").value());
    return out;
  }();
  return land;
}

class ListOutbox final : public Outbox {
 public:
  Result<std::size_t> post(store::Ledger::Write&, const Posting& posting, Instant) override {
    if (!keys.insert(posting.key).second) return std::size_t{0};
    postings.push_back(posting);
    return std::size_t{1};
  }
  Result<std::vector<Delivery>> of(std::string_view) const override {
    return std::vector<Delivery>{};
  }
  std::set<std::string> keys;
  std::vector<Posting> postings;
};

inline model::Actor officer(std::string id, std::string region) {
  return {id, {id, id}, model::ActorKind::person, {{model::Role::duty_officer, region, ""}}};
}

inline AlertGroup slope_group(std::string id, std::string county, Level level) {
  AlertGroup group;
  group.id = std::move(id);
  group.hazard = "slope_rain";
  group.pack = "slope";
  group.region = std::move(county);
  group.state = GroupState::open;
  group.level = level;
  group.highest = level;
  group.lead = "a1";
  group.lead_rule = "slope_rain_threshold";
  group.lead_thing = "slope:mvd";
  group.since = parse_instant("2026-07-01T07:59:00+08:00").value();
  group.firing = 2;
  group.total = 2;
  group.things = 2;
  return group;
}

class WarningTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    directory_ = testing::TempDir() + "/warning-" + test->test_suite_name() + test->name();
    std::filesystem::remove_all(directory_);
    ledger_ = *store::Ledger::open(directory_);
    options_.sender = "eoc@panxi.example";
    options_.sender_name = {"攀西应急指挥中心", "Panxi Emergency Operations Centre"};
    options_.base_url = "https://cairn.example";
    options_.reason = [](const AlertGroup&, const store::Database*) {
      return Label{"3日雨量96.4毫米，超过阈值线88.9毫米。",
                   "Rain of 3 days is 96.4 mm, above the line at 88.9 mm."};
    };
    options_.spots = [this](const AlertGroup& group, const store::Database*) {
      const auto at = spots_.find(group.id);
      return at == spots_.end() ? std::vector<Spot>{} : at->second;
    };
    options_.group = [this](const std::string& id) -> std::optional<AlertGroup> {
      const auto at = groups_.find(id);
      if (at == groups_.end()) return std::nullopt;
      return at->second;
    };
    options_.incident = [this](const std::string& id) -> std::optional<Incident> {
      const auto at = incidents_.find(id);
      if (at == incidents_.end()) return std::nullopt;
      return at->second;
    };
    options_.places = [] { return test_land().places; };
  }
  void TearDown() override {
    desk_.reset();
    ledger_.reset();
    std::filesystem::remove_all(directory_);
  }
  WarningDesk& desk() {
    if (!desk_) {
      auto made = WarningDesk::open(*ledger_, outbox_, test_land().workspace, options_);
      if (!made) throw std::runtime_error(to_string(made.error()));
      desk_ = std::move(*made);
    }
    return *desk_;
  }
  // One change, committed.
  std::vector<Warning> change(GroupChange::Kind kind, AlertGroup group) {
    groups_[group.id] = group;
    return changes({{kind, std::move(group), Level::blue, now_}});
  }
  std::vector<Warning> changes(const std::vector<GroupChange>& list) {
    WarningDesk& desk = this->desk();  // its tables first: they take a write of their own
    auto write = ledger_->begin();
    auto out = desk.on_groups(*write, list, now_);
    if (!out) throw std::runtime_error(to_string(out.error()));
    if (auto done = write->commit(); !done) throw std::runtime_error(to_string(done.error()));
    return *out;
  }
  std::vector<Warning> tick() {
    WarningDesk& desk = this->desk();
    auto write = ledger_->begin();
    auto out = desk.tick(*write, now_);
    if (!out) throw std::runtime_error(to_string(out.error()));
    if (auto done = write->commit(); !done) throw std::runtime_error(to_string(done.error()));
    return *out;
  }
  codec::CapAlert cap(std::size_t i) const {
    auto alert = codec::read_cap(outbox_.postings.at(i).cap_xml);
    if (!alert) throw std::runtime_error(to_string(alert.error()));
    return *alert;
  }
  void later(std::int64_t seconds) { now_ = now_ + seconds * ns_per_second; }

  std::string directory_;
  std::unique_ptr<store::Ledger> ledger_;
  ListOutbox outbox_;
  WarningOptions options_;
  std::map<std::string, std::vector<Spot>> spots_;
  std::map<std::string, AlertGroup> groups_;
  std::map<std::string, Incident> incidents_;
  std::unique_ptr<WarningDesk> desk_;
  Instant now_ = parse_instant("2026-07-01T08:00:00+08:00").value();
};

}  // namespace cairn::respond
