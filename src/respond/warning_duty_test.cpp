// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "codec/cap_check.hpp"
#include "respond/test_warning.hpp"
#include "respond/warning_ground.hpp"

namespace cairn::respond {
namespace {

using Kind = GroupChange::Kind;
using codec::CapAlert;
using codec::CapType;

class Duty : public WarningTest {
 protected:
  AlertGroup group(Level level = Level::yellow, std::string id = "G-1") {
    return slope_group(std::move(id), "513430", level);
  }
  std::vector<std::string> referred(const CapAlert& alert) {
    std::vector<std::string> out;
    for (const auto& r : alert.references) out.push_back(r.identifier);
    return out;
  }
};

TEST_F(Duty, AnOpenedGroupIsAnAlertInBothLanguages) {
  spots_["G-1"] = {{"slope:mvd", {"站", "Station"}, "513430", geo::Point{103.25, 27.70}, true}};
  const auto changed = change(Kind::opened, group(Level::orange));
  ASSERT_EQ(changed.size(), 1u);
  EXPECT_EQ(changed[0].id, "G-1");
  EXPECT_EQ(changed[0].newest, "G-1-1");
  ASSERT_EQ(outbox_.postings.size(), 1u);
  const Posting& posting = outbox_.postings[0];
  EXPECT_EQ(posting.topic, Topic::alert);
  EXPECT_EQ(posting.key, "G-1-1");
  EXPECT_EQ(posting.region, "513430");
  EXPECT_TRUE(posting.urgent);
  EXPECT_EQ(posting.title, "[橙色预警] 金阳县 前期—近期雨量超阈值");
  const CapAlert alert = cap(0);
  EXPECT_EQ(alert.type, CapType::alert);
  EXPECT_EQ(alert.status, codec::CapStatus::actual);
  EXPECT_EQ(alert.scope, codec::CapScope::restricted);
  EXPECT_FALSE(alert.restriction.empty());
  EXPECT_TRUE(alert.references.empty());
  ASSERT_EQ(alert.infos.size(), 2u);
  EXPECT_EQ(alert.infos[0].language, "zh-CN");
  EXPECT_EQ(alert.infos[1].language, "en-US");
  EXPECT_EQ(alert.infos[0].event, "滑坡");
  EXPECT_EQ(alert.infos[1].event, "Landslide");
  EXPECT_EQ(alert.infos[0].severity, codec::CapSeverity::severe);
  EXPECT_EQ(alert.infos[0].urgency, codec::CapUrgency::expected);
  EXPECT_EQ(alert.infos[0].categories, std::vector{codec::CapCategory::geo});
  EXPECT_TRUE(alert.infos[0].description.starts_with("3日雨量96.4毫米"));
  EXPECT_NE(alert.infos[1].description.find("2 things, 2 alerts"), std::string::npos);
  EXPECT_EQ(alert.infos[1].headline,
            "[Orange warning] Jinyang County: Recent and antecedent rain above the threshold");
  // A slope is not a county: five kilometres around it.
  ASSERT_EQ(alert.infos[0].areas.size(), 1u);
  const codec::CapArea& area = alert.infos[0].areas[0];
  ASSERT_EQ(area.polygons.size(), 1u);
  for (const geo::Point p : area.polygons[0]) {
    EXPECT_NEAR(geo::distance_m(p, {103.25, 27.70}), 5000, 60);
  }
  ASSERT_EQ(area.geocodes.size(), 1u);
  EXPECT_EQ(area.geocodes[0].value, "513430");
  const auto estimated =
      std::find(alert.infos[0].parameters.begin(), alert.infos[0].parameters.end(),
                codec::CapValue{"CairnEstimated", "true"});
  EXPECT_NE(estimated, alert.infos[0].parameters.end());
  EXPECT_TRUE(codec::check_cap(alert).empty()) << codec::to_string(codec::check_cap(alert)[0]);
}

TEST_F(Duty, WithoutPositionsTheCountyIsMeant) {
  change(Kind::opened, group());
  const CapAlert alert = cap(0);
  ASSERT_EQ(alert.infos[0].areas.size(), 1u);
  EXPECT_LE(alert.infos[0].areas[0].polygons[0].size(), area_ring_points);
  EXPECT_EQ(alert.infos[0].areas[0].description, "金阳县");
}

TEST_F(Duty, WorseIsSaidAtOnceTheRestIsGathered) {
  change(Kind::opened, group(Level::yellow));
  later(10);
  AlertGroup grown = group(Level::yellow);
  grown.things = 9;
  change(Kind::grew, grown);
  EXPECT_EQ(outbox_.postings.size(), 1u);
  later(10);
  AlertGroup worse = group(Level::red);
  worse.things = 9;
  change(Kind::worsened, worse);
  ASSERT_EQ(outbox_.postings.size(), 2u);
  EXPECT_EQ(cap(1).type, CapType::update);
  EXPECT_EQ(referred(cap(1)), (std::vector<std::string>{"G-1-1"}));
  EXPECT_EQ(cap(1).references[0].sent, cap(0).sent);
  EXPECT_TRUE(outbox_.postings[1].title.starts_with("[红色预警升级]"));
  later(10);
  AlertGroup eased = group(Level::orange);
  eased.things = 9;
  change(Kind::eased, eased);
  EXPECT_EQ(outbox_.postings.size(), 2u);
  later(280);
  tick();
  EXPECT_EQ(outbox_.postings.size(), 2u);  // five minutes after the last one, not before
  later(10);
  ASSERT_EQ(tick().size(), 1u);
  ASSERT_EQ(outbox_.postings.size(), 3u);
  EXPECT_EQ(referred(cap(2)), (std::vector<std::string>{"G-1-1", "G-1-2"}));
  EXPECT_TRUE(outbox_.postings[2].title.starts_with("[橙色预警降级]"));
  later(1);
  EXPECT_TRUE(tick().empty());
}

TEST_F(Duty, WhatGoesBackBeforeItIsSaidIsNotSaid) {
  change(Kind::opened, group(Level::orange));
  later(10);
  change(Kind::eased, group(Level::yellow));
  later(10);
  change(Kind::worsened, group(Level::orange));
  later(600);
  tick();
  EXPECT_EQ(outbox_.postings.size(), 1u);
}

TEST_F(Duty, ClearedIsAnUpdateThatSaysItIsOver) {
  change(Kind::opened, group());
  later(3600);
  AlertGroup over = group();
  over.state = GroupState::cleared;
  const auto changed = change(Kind::cleared, over);
  ASSERT_EQ(changed.size(), 1u);
  EXPECT_TRUE(changed[0].ended);
  const CapAlert alert = cap(1);
  EXPECT_EQ(alert.type, CapType::update);
  EXPECT_EQ(alert.infos[0].responses, std::vector{codec::CapResponse::all_clear});
  EXPECT_EQ(alert.infos[0].urgency, codec::CapUrgency::past);
  EXPECT_EQ(alert.infos[0].areas, cap(0).infos[0].areas);
  // Nothing follows, unless it opens again: then a new run begins.
  later(100'000);
  EXPECT_TRUE(tick().empty());
  change(Kind::opened, group());
  ASSERT_EQ(outbox_.postings.size(), 3u);
  EXPECT_EQ(cap(2).type, CapType::alert);
  EXPECT_EQ(cap(2).identifier, "G-1-3");
  EXPECT_TRUE(cap(2).references.empty());
  later(10);
  change(Kind::worsened, group(Level::red));
  EXPECT_EQ(referred(cap(3)), (std::vector<std::string>{"G-1-3"}));
}

TEST_F(Duty, SilencedAndFalseOnesAreTakenBack) {
  change(Kind::opened, group());
  later(5);
  AlertGroup quiet = group();
  quiet.state = GroupState::quiet;
  quiet.maintenance = "M-7";
  change(Kind::silenced, quiet);
  EXPECT_EQ(cap(1).type, CapType::cancel);
  EXPECT_NE(cap(1).note.find("M-7"), std::string::npos);
  later(5);
  change(Kind::opened, group());
  AlertGroup judged = group();
  judged.verdict = Verdict::false_alarm;
  judged.note = "雨量计\x01堵塞";
  later(5);
  change(Kind::judged, judged);
  ASSERT_EQ(outbox_.postings.size(), 4u);
  EXPECT_EQ(cap(3).type, CapType::cancel);
  EXPECT_NE(cap(3).note.find("雨量计 堵塞"), std::string::npos);
  judged.verdict = Verdict::true_alarm;
  change(Kind::judged, judged);
  change(Kind::acknowledged, judged);
  change(Kind::cleared, judged);
  EXPECT_EQ(outbox_.postings.size(), 4u);
}

TEST_F(Duty, ChildrenEndWithTheNameOfTheParentsMessage) {
  change(Kind::opened, group(Level::yellow, "G-a"));
  AlertGroup second = slope_group("G-b", "513428", Level::yellow);
  AlertGroup parent = slope_group("G-p", "5134", Level::yellow);
  AlertGroup a = group(Level::yellow, "G-a");
  a.parent = second.parent = "G-p";
  later(5);
  // The second one opens and joins in the same round: it is not told by itself.
  AlertGroup alone = second;
  alone.parent.clear();
  changes({{Kind::opened, alone, Level::blue, now_},
           {Kind::joined, a, Level::yellow, now_},
           {Kind::joined, second, Level::yellow, now_},
           {Kind::opened, parent, Level::blue, now_}});
  ASSERT_EQ(outbox_.postings.size(), 3u);
  EXPECT_EQ(cap(1).identifier, "G-p-1");
  EXPECT_EQ(cap(1).incidents, (std::vector<std::string>{"G-p", "G-a", "G-b"}));
  EXPECT_EQ(cap(1).infos[0].areas.size(), 17u);  // the counties of the prefecture
  EXPECT_EQ(cap(2).identifier, "G-a-2");
  EXPECT_EQ(cap(2).type, CapType::cancel);
  EXPECT_NE(cap(2).note.find("G-p-1"), std::string::npos);
}

TEST_F(Duty, SecondsOfAChainAreDistinctAndRise) {
  now_ = now_ + 900'000'000;
  change(Kind::opened, group(Level::yellow));
  change(Kind::worsened, group(Level::orange));
  change(Kind::worsened, group(Level::red));
  change(Kind::cleared, group(Level::red));
  ASSERT_EQ(outbox_.postings.size(), 4u);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(cap(i).sent.at, parse_instant("2026-07-01T08:00:00+08:00").value() +
                                  static_cast<std::int64_t>(i) * ns_per_second);
    EXPECT_EQ(cap(i).sent.zone, Zone{8 * 3600});
  }
}

TEST_F(Duty, AnOpenGroupsMessageIsRenewedBeforeItExpires) {
  change(Kind::opened, group());
  later(82'700);
  EXPECT_TRUE(tick().empty());
  later(100);
  ASSERT_EQ(tick().size(), 1u);
  const CapAlert renewed = cap(1);
  EXPECT_EQ(renewed.type, CapType::update);
  EXPECT_EQ(renewed.infos[0].expires->at, to_second(now_) + ns_per_day);
  // Long after, with nobody there meanwhile: only the newest is referred to.
  later(10 * 86'400);
  tick();
  EXPECT_EQ(referred(cap(2)), (std::vector<std::string>{"G-1-2"}));
}

TEST_F(Duty, WhatWasNotCommittedWasNotSaid) {
  desk();
  {
    auto write = ledger_->begin();
    ASSERT_TRUE(desk().on_groups(
        *write, std::vector<GroupChange>{{Kind::opened, group(), Level::blue, now_}}, now_));
  }
  EXPECT_FALSE(*desk().find("G-1"));
  outbox_ = {};
  change(Kind::opened, group());
  EXPECT_EQ(cap(0).identifier, "G-1-1");
  // A new program over the same ledger goes on where the old one was.
  desk_.reset();
  later(5);
  change(Kind::worsened, group(Level::red));
  EXPECT_EQ(cap(1).identifier, "G-1-2");
  EXPECT_EQ(referred(cap(1)), (std::vector<std::string>{"G-1-1"}));
}

TEST_F(Duty, ADemonstrationSaysSoEverywhere) {
  options_.exercise = true;
  change(Kind::opened, group());
  later(1);
  change(Kind::cleared, group());
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(cap(i).status, codec::CapStatus::exercise);
    EXPECT_TRUE(cap(i).note.starts_with(options_.exercise_note));
    EXPECT_EQ(outbox_.postings[i].status, "Exercise");
    EXPECT_TRUE(outbox_.postings[i].title.starts_with("【演练】"));
  }
}

TEST_F(Duty, SimulatedReadingsAloneAreAnExercise) {
  Spot made{"slope:a", {"坡甲", "Slope A"}, "513430", geo::Point{103.25, 27.70}, false, true};
  Spot real{"slope:b", {"坡乙", "Slope B"}, "513430", geo::Point{103.26, 27.70}, false, false};
  spots_["G-1"] = {made};
  change(Kind::opened, group());
  EXPECT_EQ(cap(0).status, codec::CapStatus::exercise);
  EXPECT_EQ(cap(0).note, simulated_note);
  EXPECT_TRUE(outbox_.postings[0].title.starts_with("【演练】"));
  EXPECT_NE(words_of(cap(0)).description.zh.find("读数来自模拟设备。"), std::string::npos);
  // One thing that is real: it calls in earnest, and still says what is simulated.
  spots_["G-1"] = {made, real};
  later(5);
  change(Kind::worsened, group(Level::red));
  EXPECT_EQ(cap(1).status, codec::CapStatus::actual);
  EXPECT_EQ(cap(1).note.find("模拟"), std::string::npos);
  EXPECT_NE(words_of(cap(1)).description.zh.find("部分读数来自模拟设备。"), std::string::npos);
  EXPECT_NE(words_of(cap(1)).description.en.find("Some readings are of simulated devices."),
            std::string::npos);
  spots_["G-2"] = {real};
  change(Kind::opened, group(Level::yellow, "G-2"));
  EXPECT_EQ(words_of(cap(2)).description.zh.find("模拟"), std::string::npos);
}

TEST_F(Duty, OneAlertAsAMessageOfItsOwn) {
  model::Alert alert;
  alert.id = "a-77";
  alert.rule = "slope_rain_threshold";
  alert.thing = "slope:mvd";
  alert.region = "513430";
  alert.since = alert.known = now_;
  alert.state = model::AlertState::firing;
  const Spot spot{"slope:mvd", {"站", "Station"}, "513430", geo::Point{103.25, 27.70}, true};
  const auto xml = desk().cap_of(alert, spot, {"雨大", "Much rain"}, now_ + ns_per_day);
  ASSERT_TRUE(xml) << to_string(xml.error());
  EXPECT_EQ(*desk().cap_of(alert, spot, {"雨大", "Much rain"}, now_ + 2 * ns_per_day), *xml);
  const CapAlert read = codec::read_cap(*xml).value();
  EXPECT_EQ(read.identifier, "a-77-r0");
  EXPECT_TRUE(read.incidents.empty());
  EXPECT_EQ(read.infos[0].severity, codec::CapSeverity::severe);
  EXPECT_TRUE(codec::check_cap(read).empty());
  EXPECT_TRUE(outbox_.postings.empty());
}

}  // namespace
}  // namespace cairn::respond
