// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "codec/cap_check.hpp"
#include "respond/test_warning.hpp"
#include "respond/warning_draft.hpp"

namespace cairn::respond {
namespace {

using codec::CapAlert;
using codec::CapType;

class PublicWarning : public WarningTest {
 protected:
  void SetUp() override {
    WarningTest::SetUp();
    groups_["G-1"] = slope_group("G-1", "513430", Level::orange);
    spots_["G-1"] = {{"slope:mvd", {"站", "Station"}, "513430", geo::Point{103.25, 27.70}, true}};
    desk();
  }
  Wish of_group() {
    Wish wish;
    wish.group = "G-1";
    return wish;
  }
  Wish free_wish() {
    Wish wish;
    wish.level = Level::yellow;
    wish.event = {"山洪", "Flash flood"};
    wish.regions = {"513430", "513431"};
    return wish;
  }
  Wish follow(const std::string& warning, WarningAct act) {
    Wish wish;
    wish.act = act;
    wish.warning = warning;
    wish.reason = "雨停";
    return wish;
  }
  Draft draft(const Wish& wish) {
    auto made = desk().prepare(wish, now_);
    if (!made) throw std::runtime_error(to_string(made.error()));
    return *made;
  }
  Result<Release> send(const Wish& wish, const std::string& digest, const std::string& key,
                       const model::Actor& actor) {
    auto write = ledger_->begin();
    auto out = desk().send(*write, wish, digest, key, actor, now_);
    EXPECT_TRUE(!out || write->commit());
    return out;
  }
  Release sent(const Wish& wish, const std::string& key = "") {
    auto out = send(wish, draft(wish).digest, key.empty() ? std::to_string(++keys_) : key, duty_);
    if (!out) throw std::runtime_error(to_string(out.error()));
    return *out;
  }
  model::Actor duty_ = officer("li", "");
  int keys_ = 0;
};

TEST_F(PublicWarning, AGroupFillsEverything) {
  const Draft made = draft(of_group());
  EXPECT_TRUE(made.sendable);
  EXPECT_TRUE(made.findings.empty()) << made.findings[0];
  EXPECT_EQ(made.alert.scope, codec::CapScope::everyone);
  EXPECT_EQ(made.level, Level::orange);
  EXPECT_EQ(made.region, "513430");
  EXPECT_EQ(made.expires_minutes, 1440);
  EXPECT_EQ(made.alert.infos[0].headline, "[橙色预警] 金阳县 滑坡");
  EXPECT_EQ(made.alert.infos[1].headline, "[Orange warning] Jinyang County: Landslide");
  EXPECT_FALSE(made.alert.infos[0].instruction.empty());
  EXPECT_GT(made.reach.villages, 0u);
  EXPECT_TRUE(made.reach.people);
  EXPECT_TRUE(made.reach.estimated);
  EXPECT_EQ(made.reach.people_as_of, "2020");
  EXPECT_EQ(made.reach.regions, std::vector<std::string>{"513430"});
  EXPECT_TRUE(outbox_.postings.empty());
}

TEST_F(PublicWarning, WholeCountiesHaveTheirCensus) {
  const Draft made = draft(free_wish());
  double people = 0;
  for (const Place& place : test_land().places) {
    if (place.code == "513430" || place.code == "513431") people += place.people.value_or(0);
  }
  EXPECT_EQ(made.reach.people, people);
  EXPECT_FALSE(made.reach.estimated);
  EXPECT_EQ(made.region, "5134");
  ASSERT_EQ(made.alert.infos[0].areas.size(), 2u);
  EXPECT_EQ(made.alert.infos[1].areas[1].description, "Zhaojue County");
}

TEST_F(PublicWarning, OneReleaseIsOneMessageWhateverIsRepeated) {
  const Wish wish = free_wish();
  const std::string digest = draft(wish).digest;
  const auto first = send(wish, digest, "k", duty_);
  ASSERT_TRUE(first) << to_string(first.error());
  EXPECT_EQ(first->identifier, "W-20260701-001-1");
  EXPECT_EQ(first->deliveries, 1u);
  later(60);
  const auto again = send(wish, digest, "k", duty_);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->repeated);
  EXPECT_EQ(again->identifier, first->identifier);
  EXPECT_EQ(again->warning.id, first->warning.id);
  EXPECT_EQ(outbox_.postings.size(), 1u);
  EXPECT_TRUE((*desk().released("k", digest, duty_))->repeated);
  EXPECT_FALSE(*desk().released("k2", digest, duty_));
  // The same key for another release, and another person's key of the same name.
  EXPECT_EQ(send(wish, digest + "x", "k", duty_).error().code, Code::conflict);
  EXPECT_EQ(send(wish, digest, "k", officer("wang", ""))->identifier, "W-20260701-002-1");
  EXPECT_EQ(send(wish, digest, "", duty_).error().code, Code::invalid);
  const Posting& posting = outbox_.postings[0];
  EXPECT_EQ(posting.topic, Topic::warning);
  EXPECT_TRUE(posting.urgent);
  EXPECT_EQ(posting.subject, "W-20260701-001");
  EXPECT_TRUE(codec::check_cap(cap(0)).empty());
}

TEST_F(PublicWarning, WhatDiffersFromWhatWasShownIsNamed) {
  const std::string digest = draft(of_group()).digest;
  later(30);
  EXPECT_EQ(draft(of_group()).digest, digest);  // time alone changes nothing
  groups_["G-1"].level = Level::red;
  const auto refused = send(of_group(), digest, "k", duty_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::conflict);
  EXPECT_NE(refused.error().message.find("level"), std::string::npos);
  EXPECT_NE(refused.error().message.find("the alerts behind it"), std::string::npos);
  EXPECT_EQ(refused.error().message.find("areas"), std::string::npos);
  Wish edited = of_group();
  edited.level = Level::orange;
  edited.headline = Label{"请撤离", "Leave"};
  const std::string other = draft(edited).digest;
  edited.headline = Label{"请不要撤离", "Stay"};
  const auto swapped = send(edited, other, "k", duty_);
  ASSERT_FALSE(swapped);
  EXPECT_NE(swapped.error().message.find("headline"), std::string::npos);
  EXPECT_TRUE(outbox_.postings.empty());
}

TEST_F(PublicWarning, TheRightIsAskedForInEveryCountyTouched) {
  const Wish wish = free_wish();
  const std::string digest = draft(wish).digest;
  const auto one = send(wish, digest, "k", officer("jinyang", "513430"));
  ASSERT_FALSE(one);
  EXPECT_EQ(one.error().code, Code::denied);
  EXPECT_NE(one.error().message.find("513431"), std::string::npos);
  EXPECT_FALSE(send(wish, digest, "k", {}));
  EXPECT_FALSE(send(wish, digest, "k",
                    {"unit", {}, model::ActorKind::person, {{model::Role::unit, "", "u"}}}));
  EXPECT_TRUE(send(wish, digest, "k", officer("liangshan", "5134")));
  // A circle at the border touches the neighbour.
  groups_["G-2"] = slope_group("G-2", "513430", Level::yellow);
  spots_["G-2"] = {{"x", {}, "513430", geo::Point{103.13, 27.92}, false}};
  Wish border;
  border.group = "G-2";
  const Draft made = draft(border);
  EXPECT_GE(made.reach.regions.size(), 2u);
  EXPECT_EQ(send(border, made.digest, "b", officer("jinyang", "513430")).error().code,
            Code::denied);
}

TEST_F(PublicWarning, UpdatesAndTheEndReferToAllThatIsInForce) {
  const Release first = sent(free_wish());
  later(600);
  Wish worse = follow(first.warning.id, WarningAct::update);
  worse.level = Level::red;
  EXPECT_EQ(sent(worse).identifier, "W-20260701-001-2");
  later(600);
  const Release over = sent(follow(first.warning.id, WarningAct::all_clear));
  EXPECT_TRUE(over.warning.ended);
  ASSERT_EQ(outbox_.postings.size(), 3u);
  EXPECT_EQ(cap(1).type, CapType::update);
  EXPECT_EQ(cap(1).infos[0].headline, "[红色预警升级] 凉山彝族自治州 山洪");
  EXPECT_EQ(cap(1).infos[0].areas, cap(0).infos[0].areas);
  EXPECT_EQ(cap(2).references.size(), 2u);
  EXPECT_EQ(cap(2).infos[0].responses, std::vector{codec::CapResponse::all_clear});
  const auto late = desk().prepare(follow(first.warning.id, WarningAct::cancel), now_);
  EXPECT_EQ(late.error().code, Code::conflict);
  EXPECT_EQ((*desk().messages(first.warning.id)).size(), 3u);
  // Both an update and the end want a reason.
  const Release second = sent(free_wish());
  Wish silent = follow(second.warning.id, WarningAct::cancel);
  silent.reason.clear();
  EXPECT_FALSE(draft(silent).sendable);
  EXPECT_EQ(send(silent, draft(silent).digest, "s", duty_).error().code, Code::invalid);
  later(2);
  sent(follow(second.warning.id, WarningAct::cancel));
  EXPECT_EQ(cap(4).type, CapType::cancel);
  EXPECT_NE(cap(4).note.find("雨停"), std::string::npos);
}

TEST_F(PublicWarning, WhatTheCheckForbidsIsNotSent) {
  Wish wish = free_wish();
  wish.event = {};
  const Draft made = draft(wish);
  EXPECT_FALSE(made.sendable);
  EXPECT_EQ(send(wish, made.digest, "k", duty_).error().code, Code::invalid);
  Wish nowhere;
  nowhere.event = {"山洪", "Flood"};
  EXPECT_EQ(desk().prepare(nowhere, now_).error().place, "/regions");
  nowhere.regions = {"999999"};
  EXPECT_EQ(desk().prepare(nowhere, now_).error().place, "/regions");
  nowhere.regions = {};
  nowhere.polygons = {{{{{103, 27}, {103.2, 27.2}, {103.2, 27}, {103, 27.2}, {103, 27}}}}};
  EXPECT_EQ(desk().prepare(nowhere, now_).error().place, "/polygon");
  nowhere.group = "G-none";
  EXPECT_EQ(desk().prepare(nowhere, now_).error().code, Code::not_found);
}

TEST_F(PublicWarning, ADrawnAreaCountsItsVillages) {
  Wish wish;
  wish.event = {"山洪", "Flash flood"};
  wish.polygons = {
      {{{{103.15, 27.6}, {103.4, 27.6}, {103.4, 27.8}, {103.15, 27.8}, {103.15, 27.6}}}}};
  const Draft made = draft(wish);
  std::uint64_t inside = 0;
  for (const Place& place : test_land().places) {
    if (place.level != model::Level::village || !place.point) continue;
    const geo::Point p = *place.point;
    inside += p.x > 103.15 && p.x < 103.4 && p.y > 27.6 && p.y < 27.8 ? 1 : 0;
  }
  EXPECT_GT(inside, 3u);
  EXPECT_EQ(made.reach.villages, inside);
  EXPECT_TRUE(made.reach.estimated);
  EXPECT_NE(made.reach.words.zh.find("估算"), std::string::npos);
}

TEST_F(PublicWarning, ADemonstrationReleasesNothingActual) {
  desk_.reset();
  options_.exercise = true;
  const Release release = sent(free_wish());
  EXPECT_EQ(release.warning.status, "Exercise");
  EXPECT_EQ(cap(0).status, codec::CapStatus::exercise);
  EXPECT_EQ(cap(0).note, options_.exercise_note);
  Wish actual = free_wish();
  actual.status = "Actual";
  EXPECT_EQ(desk().prepare(actual, now_).error().place, "/status");
  actual.status = "Test";
  EXPECT_EQ(sent(actual).warning.status, "Test");
}

TEST_F(PublicWarning, NothingActualRestsOnSimulatedReadingsAlone) {
  spots_["G-1"][0].simulated = true;
  const Draft made = draft(of_group());
  EXPECT_EQ(made.simulated, Simulated::all);
  EXPECT_EQ(made.alert.status, codec::CapStatus::exercise);
  EXPECT_EQ(made.alert.note, simulated_note);
  EXPECT_TRUE(made.alert.infos[0].headline.starts_with("【演练】"));
  EXPECT_TRUE(made.sendable);
  Wish asked = of_group();
  asked.status = "Actual";
  EXPECT_EQ(desk().prepare(asked, now_).error().place, "/status");
  // Also of an incident of that group; and whoever writes the text anew.
  incidents_["I-1"].id = "I-1";
  incidents_["I-1"].group = "G-1";
  incidents_["I-1"].region = "513430";
  Wish wish = free_wish();
  wish.incident = "I-1";
  EXPECT_EQ(draft(wish).alert.status, codec::CapStatus::exercise);
  spots_["G-1"].push_back({"slope:b", {"坡乙", "Slope B"}, "513430", geo::Point{103.26, 27.70}});
  asked.description = Label{"请撤离。", "Leave."};
  const Draft mixed = draft(asked);
  EXPECT_EQ(mixed.simulated, Simulated::some);
  EXPECT_EQ(mixed.alert.status, codec::CapStatus::actual);
  EXPECT_EQ(mixed.alert.infos[0].description, "请撤离。部分读数来自模拟设备。");
  EXPECT_EQ(mixed.alert.infos[1].description, "Leave. Some readings are of simulated devices.");
  EXPECT_EQ(draft(free_wish()).simulated, Simulated::none);
}

class SecondPerson : public PublicWarning {
 protected:
  void SetUp() override {
    PublicWarning::SetUp();
    desk_.reset();
    options_.second_person_from = Level::orange;
    desk();
  }
  Result<Release> confirm(const std::string& id, const std::string& digest,
                          const model::Actor& actor) {
    auto write = ledger_->begin();
    auto out = desk().confirm(*write, id, digest, actor, now_);
    EXPECT_TRUE(!out || write->commit());
    return out;
  }
};

TEST_F(SecondPerson, AnotherOfficerReleasesIt) {
  Wish wish = free_wish();
  sent(wish);  // yellow: at once
  EXPECT_EQ(outbox_.postings.size(), 1u);
  wish.level = Level::orange;
  const Release waits = sent(wish, "k");
  ASSERT_TRUE(waits.awaiting);
  EXPECT_TRUE(waits.identifier.empty());
  EXPECT_EQ(outbox_.postings.size(), 1u);
  const std::string id = waits.awaiting->id;
  const std::string digest = waits.awaiting->digest;
  EXPECT_EQ(desk().awaiting(now_)->size(), 1u);
  EXPECT_EQ(confirm(id, digest, duty_).error().code, Code::denied);  // not oneself
  EXPECT_EQ(confirm(id, digest, officer("wang", "513430")).error().code, Code::denied);
  EXPECT_EQ(confirm(id, "other", officer("wang", "")).error().code, Code::conflict);
  EXPECT_TRUE(sent(wish, "k").repeated);
  later(60);
  const auto done = confirm(id, digest, officer("wang", ""));
  ASSERT_TRUE(done) << to_string(done.error());
  EXPECT_EQ(done->warning.by, "li, wang");
  EXPECT_EQ(outbox_.postings.size(), 2u);
  EXPECT_EQ(confirm(id, digest, officer("wang", "")).error().code, Code::not_found);
  EXPECT_EQ(sent(wish, "k").identifier, done->identifier);
  // To end it nobody waits.
  EXPECT_TRUE(sent(follow(done->warning.id, WarningAct::cancel)).warning.ended);
}

TEST_F(SecondPerson, TooLateOrDeclinedIsNotSent) {
  Wish wish = free_wish();
  wish.level = Level::red;
  const Release waits = sent(wish, "late");
  later(601);
  EXPECT_TRUE(desk().awaiting(now_)->empty());
  const auto late = confirm(waits.awaiting->id, waits.awaiting->digest, officer("wang", ""));
  EXPECT_EQ(late.error().code, Code::not_found);
  tick();
  const auto again = send(wish, draft(wish).digest, "late", duty_);
  EXPECT_EQ(again.error().code, Code::conflict);
  const Release second = sent(wish, "declined");
  {
    auto write = ledger_->begin();
    EXPECT_FALSE(desk().decline(*write, second.awaiting->id, officer("far", "510402"), now_));
    EXPECT_TRUE(desk().decline(*write, second.awaiting->id, officer("wang", ""), now_));
    EXPECT_TRUE(write->commit());
  }
  EXPECT_TRUE(desk().awaiting(now_)->empty());
  EXPECT_TRUE(outbox_.postings.empty());
}

TEST_F(PublicWarning, ListsByKindRegionAndWhatIsOpen) {
  sent(free_wish());
  later(5);
  change(GroupChange::Kind::opened, slope_group("G-9", "510402", Level::yellow));
  const auto count = [&](WarningQuery query) { return desk().list(query, now_)->total; };
  EXPECT_EQ(count({}), 2u);
  EXPECT_EQ(count({.kind = WarningKind::duty}), 1u);
  EXPECT_EQ(count({.region = "5134"}), 1u);
  EXPECT_EQ(count({.region = "panxi"}), 2u);
  EXPECT_EQ(count({.region = "510402"}), 1u);
  EXPECT_EQ(count({.group = "G-9"}), 1u);
  EXPECT_EQ(desk().list({.region = "nowhere"}, now_).error().code, Code::not_found);
  later(2 * 86'400);
  EXPECT_EQ(count({.open = true}), 0u);
  EXPECT_EQ(desk().newest(WarningKind::open_to_all, 10)->size(), 1u);
}

}  // namespace
}  // namespace cairn::respond
