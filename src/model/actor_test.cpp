// SPDX-License-Identifier: Apache-2.0
#include "model/actor.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace cairn::model {
namespace {

// Two prefectures of a province; one has two counties, and a zone holds the other.
RegionTree tree() {
  RegionTree out;
  const auto add = [&](const char* code, Level level, const char* parent) {
    Region region;
    region.code = code;
    region.name = {code, code};
    region.level = level;
    EXPECT_TRUE(out.add(region, parent));
  };
  add("51", Level::province, "");
  add("5134", Level::prefecture, "51");
  add("5104", Level::prefecture, "51");
  add("513428", Level::county, "5134");
  add("513429", Level::county, "5134");
  add("513428100", Level::town, "513428");
  const std::array<std::string, 2> members{"5134", "5104"};
  EXPECT_TRUE(out.add_zone("panxi", {"攀西", "Panxi"}, members, "test"));
  return out;
}

Actor person(std::vector<Grant> grants) {
  return {"a1", {"甲", "A"}, ActorKind::person, std::move(grants)};
}

bool may_any(const Actor& actor, Action action, std::string_view region,
             std::string_view unit = {}) {
  static const RegionTree regions = tree();
  return may(actor, action, region, unit, regions);
}

TEST(ActorTest, NamesReadBack) {
  for (std::size_t i = 0; i < action_count; ++i) {
    const auto action = static_cast<Action>(i);
    EXPECT_EQ(parse_action(to_string(action)), action);
    EXPECT_FALSE(label_of(action).zh.empty());
  }
  for (int i = 0; i < 5; ++i) {
    const auto role = static_cast<Role>(i);
    EXPECT_EQ(parse_role(to_string(role)), role);
  }
  EXPECT_FALSE(parse_role("root"));
  EXPECT_FALSE(parse_action(""));
}

TEST(ActorTest, TheSystemMayAllAndNobodyNothing) {
  const Actor system = system_actor("deadlines");
  EXPECT_EQ(system.id, "system/deadlines");
  Actor nobody;
  nobody.grants = {{Role::duty_officer, "", ""}};
  for (std::size_t i = 0; i < action_count; ++i) {
    const auto action = static_cast<Action>(i);
    EXPECT_TRUE(may_any(system, action, ""));
    EXPECT_FALSE(may_any(nobody, action, "513428"));
    EXPECT_FALSE(may_somewhere(nobody, action));
  }
}

TEST(ActorTest, AGrantCountsInItsRegionAndBeneath) {
  const Actor officer = person({{Role::duty_officer, "5134", ""}});
  EXPECT_TRUE(may_any(officer, Action::send_warning, "5134"));
  EXPECT_TRUE(may_any(officer, Action::send_warning, "513428100"));
  EXPECT_FALSE(may_any(officer, Action::send_warning, "51"));
  EXPECT_FALSE(may_any(officer, Action::send_warning, "5104"));
  EXPECT_FALSE(may_any(officer, Action::send_warning, ""));
  EXPECT_FALSE(may_any(officer, Action::send_warning, "513499"));
  EXPECT_FALSE(may_any(officer, Action::send_warning, "panxi"));
}

TEST(ActorTest, ZonesHoldTheirMembersAndLieInWhatHoldsThemAll) {
  const Actor zone = person({{Role::duty_officer, "panxi", ""}});
  EXPECT_TRUE(may_any(zone, Action::send_warning, "513428100"));
  EXPECT_TRUE(may_any(zone, Action::send_warning, "panxi"));
  EXPECT_FALSE(may_any(zone, Action::send_warning, "51"));
  const Actor province = person({{Role::duty_officer, "51", ""}});
  EXPECT_TRUE(may_any(province, Action::send_warning, "panxi"));
  const Actor gone = person({{Role::duty_officer, "nowhere", ""}});
  EXPECT_FALSE(may_any(gone, Action::send_warning, "513428"));
}

TEST(ActorTest, UnitsHandleTheirOwnInTheirRegion) {
  const Actor unit = person({{Role::unit, "513428", "513428-emergency"}});
  EXPECT_TRUE(may_any(unit, Action::handle_incident, "513428100", "513428-emergency"));
  EXPECT_TRUE(may_any(unit, Action::handle_incident, "513428"));
  EXPECT_FALSE(may_any(unit, Action::handle_incident, "513428", "513428-water"));
  EXPECT_FALSE(may_any(unit, Action::handle_incident, "513429", "513428-emergency"));
  EXPECT_TRUE(may_any(unit, Action::read_incidents, "513428", "513428-water"));
  EXPECT_FALSE(may_any(unit, Action::read_reporter, "513428", "513428-emergency"));
  EXPECT_FALSE(may_any(unit, Action::check_incident, "513428", "513428-emergency"));
}

TEST(ActorTest, AdministratorsNeitherWarnNorReadReporters) {
  const Actor administrator = person({{Role::administrator, "", ""}});
  EXPECT_TRUE(may_any(administrator, Action::manage_accounts, ""));
  EXPECT_TRUE(may_any(administrator, Action::read_audit, ""));
  EXPECT_FALSE(may_any(administrator, Action::send_warning, "513428"));
  EXPECT_FALSE(may_any(administrator, Action::read_reporter, "513428"));
  EXPECT_FALSE(may_somewhere(administrator, Action::send_warning));
  const Actor both = person({{Role::administrator, "", ""}, {Role::duty_officer, "513428", ""}});
  EXPECT_TRUE(may_any(both, Action::send_warning, "513428"));
  EXPECT_FALSE(may_any(both, Action::send_warning, "513429"));
  EXPECT_TRUE(may_somewhere(both, Action::send_warning));
}

TEST(ActorTest, RolesOfOneGrantDoNotUseTheRegionOfAnother) {
  const Actor actor = person({{Role::checker, "", ""}, {Role::duty_officer, "5104", ""}});
  EXPECT_TRUE(may_any(actor, Action::check_incident, "513428"));
  EXPECT_FALSE(may_any(actor, Action::acknowledge_alert, "513428"));
}

TEST(ActorTest, ATokenHasNoMoreThanItsAccount) {
  const RegionTree regions = tree();
  const std::vector<Grant> account{{Role::duty_officer, "5134", ""},
                                   {Role::unit, "513428", "513428-emergency"}};
  EXPECT_TRUE(contains(account, {Role::duty_officer, "513428", ""}, regions));
  EXPECT_TRUE(contains(account, {Role::unit, "513428100", "513428-emergency"}, regions));
  EXPECT_FALSE(contains(account, {Role::duty_officer, "", ""}, regions));
  EXPECT_FALSE(contains(account, {Role::duty_officer, "51", ""}, regions));
  EXPECT_FALSE(contains(account, {Role::unit, "513428", ""}, regions));
  EXPECT_FALSE(contains(account, {Role::unit, "513428", "513428-water"}, regions));
  EXPECT_FALSE(contains(account, {Role::administrator, "513428", ""}, regions));
}

}  // namespace
}  // namespace cairn::model
