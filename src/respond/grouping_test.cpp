// SPDX-License-Identifier: Apache-2.0
#include "respond/grouping.hpp"

#include "respond/detail/test_groups.hpp"

namespace cairn::respond {
namespace {

using detail::alert;
using detail::at_s;
using model::AlertState;

class GroupingTest : public detail::GroupTest {
 protected:
  static model::Alert ended(model::Alert of, AlertState state = AlertState::resolved) {
    of.state = state;
    of.ended = detail::start + 5;
    return of;
  }
};

TEST_F(GroupingTest, GathersAndCallsOnce) {
  EXPECT_EQ(kinds(take({alert("a", "minor", "t1", "510101101")}, at_s(0))), "");
  ASSERT_EQ(open_groups().size(), 1u);
  EXPECT_EQ(open_groups()[0].state, GroupState::gathering);
  EXPECT_EQ(open_groups()[0].region, "510101");
  EXPECT_EQ(open_groups()[0].hazard, "slide");
  EXPECT_EQ(kinds(take({alert("b", "moderate", "t2", "510101102")}, at_s(2))), "");
  EXPECT_EQ(kinds(tick(at_s(4))), "");
  const auto called = tick(at_s(5));
  ASSERT_EQ(kinds(called), "opened:510101");
  EXPECT_EQ(called[0].group.level, Level::yellow);
  EXPECT_EQ(called[0].group.things, 2u);
  EXPECT_EQ(called[0].group.lead, "b");
  EXPECT_EQ(called[0].group, open_groups()[0]);
  EXPECT_EQ(kinds(tick(at_s(6))), "");
}

TEST_F(GroupingTest, TheExtremeAndImmediateDoesNotWait) {
  EXPECT_EQ(kinds(take({alert("a", "extreme", "t1", "510101")}, at_s(0))), "opened:510101");
  EXPECT_EQ(kinds(take({alert("b", "minor", "t1", "510102")}, at_s(0))), "");
  EXPECT_EQ(kinds(take({alert("c", "extreme", "t2", "510102")}, at_s(1))), "opened:510102");
}

TEST_F(GroupingTest, RulesWithoutAHazardStandByThemselves) {
  take({alert("a", "lone", "t1", "510101"), alert("b", "minor", "t1", "510101"),
        alert("c", "gone_rule", "t1", "510101"), alert("d", "lone", "t9", "")},
       at_s(0));
  std::vector<std::string> found;
  for (const AlertGroup& group : open_groups()) found.push_back(group.hazard + group.region);
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found,
            (std::vector<std::string>{"gone_rule510101", "lone51", "lone510101", "slide510101"}));
}

TEST_F(GroupingTest, WorsensAtOnceAndEasesAfterAQuietMinute) {
  take({alert("a", "minor", "t1", "510101")}, at_s(0));
  tick(at_s(5));
  const auto worse = take({alert("b", "severe", "t2", "510101")}, at_s(10));
  ASSERT_EQ(kinds(worse), "worsened:510101");
  EXPECT_EQ(worse[0].before, Level::blue);
  EXPECT_EQ(worse[0].group.level, Level::orange);
  EXPECT_EQ(kinds(take({ended(alert("b", "severe", "t2", "510101"))}, at_s(20))), "");
  EXPECT_EQ(open_groups()[0].level, Level::orange);
  EXPECT_EQ(kinds(tick(at_s(79))), "");
  const auto eased = tick(at_s(80));
  ASSERT_EQ(kinds(eased), "eased:510101");
  EXPECT_EQ(eased[0].before, Level::orange);
  EXPECT_EQ(eased[0].group.level, Level::blue);
  EXPECT_EQ(eased[0].group.highest, Level::orange);
}

TEST_F(GroupingTest, DoesNotFlickerBetweenLevels) {
  take({alert("a", "minor", "t1", "510101"), alert("b", "severe", "t2", "510101")}, at_s(0));
  tick(at_s(5));
  for (int i = 1; i < 20; ++i) {
    const AlertState state = i % 2 == 1 ? AlertState::resolved : AlertState::firing;
    EXPECT_EQ(kinds(take({ended(alert("b", "severe", "t2", "510101"), state)}, at_s(i * 30))), "");
    EXPECT_EQ(kinds(tick(at_s(i * 30 + 29))), "");
  }
}

TEST_F(GroupingTest, SaysThatItGrewOnceInAWhile) {
  take({alert("a1", "minor", "t1", "510101"), alert("a2", "minor", "t2", "510101")}, at_s(0));
  tick(at_s(5));
  EXPECT_EQ(kinds(take({alert("a3", "minor", "t3", "510101")}, at_s(6))), "");
  EXPECT_EQ(kinds(tick(at_s(304))), "");
  EXPECT_EQ(kinds(tick(at_s(305))), "grew:510101");
  EXPECT_EQ(kinds(take({alert("a4", "minor", "t4", "510101")}, at_s(700))), "");  // 4 < 1.5 × 3
  EXPECT_EQ(kinds(take({alert("a5", "minor", "t5", "510101")}, at_s(701))), "grew:510101");
}

TEST_F(GroupingTest, ThreeCountiesAreTheirPrefecture) {
  take({alert("a", "minor", "t1", "510101")}, at_s(0));
  tick(at_s(5));
  take({alert("b", "minor", "t2", "510102"), alert("x", "minor", "t8", "510201")}, at_s(10));
  EXPECT_EQ(tick(at_s(15)).size(), 2u);  // in another prefecture each for itself
  const auto joined = take({alert("c", "severe", "t3", "510103")}, at_s(20));
  EXPECT_EQ(joined.size(), 4u);
  EXPECT_TRUE(kinds(joined).ends_with("opened:5101"));
  EXPECT_EQ(joined.back().group.level, Level::orange);
  EXPECT_EQ(joined.back().group.lead, "c");
  EXPECT_EQ(joined.back().group.things, 3u);
  EXPECT_EQ(open_groups().size(), 2u);
  EXPECT_EQ(open_groups()[0].region, "5101");
  const std::string parent = joined.back().group.id;
  EXPECT_EQ(grouping_->children(parent)->size(), 3u);
  // Later ones join at once and call by the prefecture only.
  EXPECT_EQ(kinds(take({alert("d", "extreme", "t4", "510104")}, at_s(30))),
            "joined:510104 worsened:5101");
  const auto counties = grouping_->counties(parent).value();
  ASSERT_EQ(counties.size(), 4u);
  EXPECT_EQ(counties[0].firing, 1u);
  EXPECT_EQ(grouping_->members(parent, 10, 0)->total, 4u);
  EXPECT_EQ(grouping_->members(parent, 2, 1)->members.size(), 2u);
  EXPECT_EQ(grouping_->member("d")->value().region, "510104");
  // Found from a county, too.
  EXPECT_EQ(grouping_->groups({.open = true, .region = "510104"})->groups[0].id, parent);
  EXPECT_EQ(grouping_->groups({.open = true, .region = "5102"})->total, 1u);
  EXPECT_EQ(grouping_->groups({.open = true, .hazard = "none"})->total, 0u);
}

TEST_F(GroupingTest, AStormIsOneCall) {
  std::vector<model::Alert> storm;
  for (int i = 0; i < 100; ++i) {
    storm.push_back(alert(format("a{}", i), i % 7 == 0 ? "moderate" : "minor", format("t{}", i),
                          format("51010{}", 1 + i % 5)));
  }
  const auto joined = take(storm, at_s(0));
  EXPECT_EQ(std::count_if(joined.begin(), joined.end(),
                          [](const auto& c) { return c.kind == GroupChange::Kind::opened; }),
            0);
  EXPECT_EQ(kinds(tick(at_s(5))), "opened:5101");
  ASSERT_EQ(open_groups().size(), 1u);
  EXPECT_EQ(open_groups()[0].firing, 100u);
}

TEST_F(GroupingTest, CountiesThatBeganLongAgoDoNotMakeAPrefecture) {
  take({alert("a", "minor", "t1", "510101"), alert("b", "minor", "t2", "510102")}, at_s(0));
  tick(at_s(5));
  take({alert("c", "minor", "t3", "510103")}, at_s(3601));
  EXPECT_EQ(kinds(tick(at_s(3700))), "opened:510103");
  EXPECT_EQ(open_groups().size(), 3u);
}

TEST_F(GroupingTest, ClearsAfterAHoldOffAndReopensTheSame) {
  const model::Alert a = alert("a", "minor", "t1", "510101");
  take({a}, at_s(0));
  tick(at_s(5));
  const std::string id = open_groups()[0].id;
  EXPECT_EQ(kinds(take({ended(a)}, at_s(10))), "");
  EXPECT_EQ(kinds(tick(at_s(69))), "");
  EXPECT_EQ(kinds(tick(at_s(70))), "cleared:510101");
  EXPECT_TRUE(open_groups().empty());
  EXPECT_EQ(grouping_->groups({.open = false})->total, 1u);
  const auto again = take({alert("b", "minor", "t1", "510101")}, at_s(600));
  ASSERT_EQ(kinds(again), "opened:510101");
  EXPECT_EQ(again[0].group.id, id);
  EXPECT_EQ(again[0].group.total, 2u);
  EXPECT_FALSE(again[0].group.cleared);
  take({ended(alert("b", "minor", "t1", "510101"))}, at_s(610));
  tick(at_s(670));
  take({alert("c", "minor", "t1", "510101")}, at_s(1271));  // ten minutes and a second later
  ASSERT_EQ(open_groups().size(), 1u);
  EXPECT_NE(open_groups()[0].id, id);
}

TEST_F(GroupingTest, WhatFlapsCallsOnce) {
  model::Alert a = alert("a", "minor", "t1", "510101");
  a.flapping = true;
  take({a}, at_s(0));
  tick(at_s(5));
  for (int i = 1; i <= 10; ++i) {
    model::Alert each = alert(format("a{}", i), "minor", "t1", "510101");
    each.flapping = true;
    take({ended(i == 1 ? a : [&] {
           model::Alert last = alert(format("a{}", i - 1), "minor", "t1", "510101");
           last.flapping = true;
           return last;
         }())},
         at_s(i * 300));
    EXPECT_EQ(kinds(tick(at_s(i * 300 + 100))), "");
    EXPECT_EQ(kinds(take({each}, at_s(i * 300 + 200))), "");
  }
}

TEST_F(GroupingTest, TheShortestStillCallsAndWhatWasOverBeforeDoesNot) {
  const model::Alert a = alert("a", "minor", "t1", "510101");
  take({a}, at_s(0));
  EXPECT_EQ(kinds(take({ended(a)}, at_s(1))), "");
  EXPECT_EQ(kinds(tick(at_s(5))), "opened:510101");
  EXPECT_EQ(kinds(tick(at_s(65))), "cleared:510101");
  model::Alert old = ended(alert("b", "minor", "t1", "510102"));
  old.known = at_s(-1000);
  EXPECT_EQ(kinds(take({old}, at_s(70))), "");
  EXPECT_EQ(kinds(tick(at_s(200))), "");
  EXPECT_EQ(grouping_->member("b")->value().state, AlertState::resolved);
}

TEST_F(GroupingTest, AStormThatWasOverBeforeAnybodyLookedIsOneCallToo) {
  std::vector<model::Alert> storm;
  for (int i = 0; i < 60; ++i) {
    storm.push_back(
        ended(alert(format("a{}", i), "minor", format("t{}", i), format("51010{}", 1 + i % 5))));
  }
  take(storm, at_s(1));
  ASSERT_EQ(open_groups().size(), 1u);
  take({ended(alert("worst", "severe", "t0", "510104"))}, at_s(2));
  EXPECT_EQ(kinds(tick(at_s(6))), "opened:5101");
  EXPECT_EQ(open_groups()[0].lead, "worst");
  EXPECT_EQ(open_groups()[0].level, Level::orange);
  EXPECT_EQ(kinds(tick(at_s(66))), "cleared:5101");
  EXPECT_EQ(all_groups().size(), 1u);
}

TEST_F(GroupingTest, PendingOnesAndThoseThatNeverFiredAreNotGrouped) {
  model::Alert a = alert("a", "minor", "t1", "510101", AlertState::pending);
  a.began.reset();
  take({a, ended(a, AlertState::retracted)}, at_s(0));
  EXPECT_TRUE(all_groups().empty());
  EXPECT_FALSE(grouping_->member("a").value());
  EXPECT_EQ(grouping_->cursor(), 2u);
}

TEST_F(GroupingTest, WhatLaterDataTookBackIsToldAsSuch) {
  const model::Alert a = alert("a", "minor", "t1", "510101");
  const model::Alert b = alert("b", "minor", "t2", "510101");
  take({a, b}, at_s(0));
  tick(at_s(5));
  take({ended(a, AlertState::retracted)}, at_s(10));
  EXPECT_EQ(open_groups()[0].total, 1u);
  EXPECT_EQ(open_groups()[0].retracted, 1u);
  const auto gone = take({ended(b, AlertState::retracted)}, at_s(11));
  ASSERT_EQ(kinds(gone), "cleared:510101");
  EXPECT_EQ(gone[0].group.total, 0u);
  EXPECT_EQ(gone[0].group.retracted, 2u);
}

TEST_F(GroupingTest, LateDataChangeAGroupThatWasForgotten) {
  const model::Alert a = alert("a", "minor", "t1", "510101");
  take({a}, at_s(0));
  tick(at_s(5));
  take({ended(a)}, at_s(10));
  tick(at_s(70));
  tick(at_s(2000));
  take({ended(a, AlertState::retracted)}, at_s(3000));
  const auto groups = all_groups();
  ASSERT_EQ(groups.size(), 1u);
  EXPECT_EQ(groups[0].total, 0u);
  EXPECT_EQ(groups[0].retracted, 1u);
}

TEST_F(GroupingTest, AConsequenceDoesNotCall) {
  take({alert("p", "power", "sub", "510101")}, at_s(0));
  tick(at_s(5));
  const std::string power = open_groups()[0].id;
  take({alert("s1", "silent", "t1", "510101101"), alert("s2", "silent", "t2", "510101102"),
        alert("s3", "silent", "t3", "510102")},
       at_s(6));
  EXPECT_EQ(kinds(tick(at_s(20))), "opened:510102");  // in another county: not its consequence
  const AlertGroup group = grouping_->group(power)->value();
  EXPECT_EQ(group.consequences, 2u);
  EXPECT_EQ(group.total, 1u);
  EXPECT_EQ(grouping_->members(power, 10, 0)->total, 3u);
  EXPECT_TRUE(grouping_->member("s1")->value().consequence);
  EXPECT_EQ(grouping_->member("s1")->value().cause, "p");
  // The cause ends; one of them remains.
  take({ended(alert("p", "power", "sub", "510101")),
        ended(alert("s2", "silent", "t2", "510101102"))},
       at_s(30));
  EXPECT_EQ(kinds(tick(at_s(89))), "");
  const auto told = tick(at_s(90));
  EXPECT_EQ(kinds(told), "cleared:510101");
  EXPECT_EQ(kinds(tick(at_s(95))), "opened:510101");
  EXPECT_EQ(grouping_->member("s1")->value().group,
            grouping_->groups({.open = true, .region = "510101"})->groups[0].id);
  EXPECT_FALSE(grouping_->member("s1")->value().consequence);
  EXPECT_EQ(grouping_->member("s2")->value().group, power);
}

TEST_F(GroupingTest, AConsequenceThatCameFirstMoves) {
  take({alert("s1", "silent", "t1", "510101101")}, at_s(0));
  take({alert("p", "power", "sub", "510101")}, at_s(2));
  EXPECT_EQ(kinds(tick(at_s(7))), "opened:510101");
  ASSERT_EQ(open_groups().size(), 1u);  // nobody had heard of the other
  EXPECT_EQ(open_groups()[0].consequences, 1u);
  // One that has called already is silenced and said so.
  take({alert("s2", "silent", "t2", "510102101")}, at_s(10));
  tick(at_s(15));
  const auto told = take({alert("q", "power", "sub2", "510102")}, at_s(60));
  ASSERT_EQ(kinds(told), "silenced:510102");
  EXPECT_EQ(told[0].group.cause, grouping_->member("q")->value().group);
  EXPECT_EQ(grouping_->consequences(told[0].group.cause)->size(), 1u);
  // One that fired long before its cause had another one.
  take({alert("s3", "silent", "t3", "510103")}, at_s(100));
  tick(at_s(105));
  take({alert("r", "power", "sub3", "510103")}, at_s(500));
  EXPECT_FALSE(grouping_->member("s3")->value().consequence);
}

TEST_F(GroupingTest, ConsequencesOfConsequencesGoWithThem) {
  options_.text_property = [](std::string_view thing, std::string_view) {
    return thing == "t7" || thing == "sub" ? std::string("north") : std::string();
  };
  reopen();
  take({alert("d", "deaf", "t1", "510101"), alert("s", "silent", "t1", "510101"),
        alert("p", "power", "sub", "510101"), alert("n", "tail", "t7", "510203"),
        alert("m", "tail", "t6", "510203")},
       at_s(0));
  const std::string power = grouping_->member("p")->value().group;
  EXPECT_EQ(grouping_->member("d")->value().group, power);
  EXPECT_EQ(grouping_->member("s")->value().group, power);
  EXPECT_EQ(grouping_->member("n")->value().group, power);
  EXPECT_NE(grouping_->member("m")->value().group, power);
  EXPECT_EQ(grouping_->group(power)->value().consequences, 3u);
  take({ended(alert("p", "power", "sub", "510101"))}, at_s(10));
  tick(at_s(70));
  EXPECT_NE(grouping_->member("s")->value().group, power);
  EXPECT_EQ(grouping_->member("d")->value().group, grouping_->member("s")->value().group);
  EXPECT_EQ(grouping_->member("d")->value().cause, "s");
}

TEST_F(GroupingTest, MaintenanceIsRecordedAndCallsNobody) {
  Maintenance window;
  window.region = "510101";
  window.begin = at_s(-100);
  window.end = at_s(100);
  window.reason = "the mast is painted";
  const auto declared = [&] {
    auto write = ledger_->begin();
    auto out = grouping_->declare(*write, window, officer(), at_s(0));
    EXPECT_TRUE(write->commit());
    return out;
  }();
  ASSERT_TRUE(declared) << to_string(declared.error());
  EXPECT_EQ(declared->begin, at_s(0));
  EXPECT_EQ(declared->by, "wang");
  take({alert("a", "extreme", "t1", "510101101"), alert("b", "minor", "t2", "510102")}, at_s(1));
  EXPECT_EQ(kinds(tick(at_s(10))), "opened:510102");
  EXPECT_EQ(grouping_->member("a")->value().maintenance, declared->id);
  const auto groups = open_groups();
  ASSERT_EQ(groups.size(), 2u);
  EXPECT_EQ(groups[1].state, GroupState::quiet);
  EXPECT_EQ(groups[1].maintenance, declared->id);
  EXPECT_EQ(groups[1].quiet, 1u);
  reopen();
  EXPECT_EQ(kinds(tick(at_s(99))), "");
  EXPECT_EQ(kinds(tick(at_s(100))), "opened:510101");  // what still fires calls now
  EXPECT_EQ(grouping_->maintenance(false, at_s(100))->size(), 0u);
  EXPECT_EQ(grouping_->maintenance(true, at_s(100))->size(), 1u);
}

TEST_F(GroupingTest, MaintenanceThatBeginsSilencesAndOverlapsAreSummed) {
  take({alert("a", "minor", "t1", "510101101")}, at_s(0));
  tick(at_s(5));
  const auto declare = [&](Maintenance window, double now) {
    auto write = ledger_->begin();
    auto out = grouping_->declare(*write, std::move(window), officer(), at_s(now));
    EXPECT_TRUE(write->commit());
    return out;
  };
  Maintenance one{.thing = "t1", .begin = at_s(20), .end = at_s(40), .reason = "r"};
  Maintenance two{.rule = "minor", .begin = at_s(30), .end = at_s(90), .reason = "r"};
  const auto first = declare(one, 10);
  const auto second = declare(two, 10);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(kinds(tick(at_s(19))), "");
  EXPECT_EQ(kinds(tick(at_s(20))), "silenced:510101");
  EXPECT_EQ(kinds(tick(at_s(41))), "");
  EXPECT_EQ(open_groups()[0].maintenance, second->id);
  {
    auto write = ledger_->begin();
    EXPECT_EQ(grouping_->end_maintenance(*write, second->id, officer(), " ", at_s(50)).error().code,
              Code::invalid);
    const auto over = grouping_->end_maintenance(*write, second->id, officer(), "done", at_s(50));
    ASSERT_TRUE(over);
    EXPECT_EQ(over->ended, at_s(50));
    EXPECT_EQ(grouping_->end_maintenance(*write, second->id, officer(), "x", at_s(51)).error().code,
              Code::conflict);
    EXPECT_EQ(grouping_->end_maintenance(*write, "none", officer(), "x", at_s(51)).error().code,
              Code::not_found);
    ASSERT_TRUE(write->commit());
  }
  EXPECT_EQ(kinds(tick(at_s(51))), "");
  EXPECT_EQ(kinds(tick(at_s(56))), "opened:510101");
}

TEST_F(GroupingTest, RefusesWindowsThatMakeNoSense) {
  auto write = ledger_->begin();
  const auto place = [&](Maintenance window) {
    const auto out = grouping_->declare(*write, std::move(window), officer(), at_s(0));
    return out ? std::string("none") : out.error().place;
  };
  const Maintenance good{.region = "5101", .begin = at_s(0), .end = at_s(60), .reason = "r"};
  Maintenance w = good;
  w.end = at_s(-1);
  EXPECT_EQ(place(w), "end");
  w = good;
  w.begin = at_s(90);
  EXPECT_EQ(place(w), "end");
  w = good;
  w.end = at_s(31 * 86'400);
  EXPECT_EQ(place(w), "end");
  w = good;
  w.reason = "  ";
  EXPECT_EQ(place(w), "reason");
  w = good;
  w.region = "9999";
  EXPECT_EQ(place(w), "region");
  w.region = "";
  EXPECT_EQ(place(w), "region");
  w.rule = "none";
  EXPECT_EQ(place(w), "rule");
  w = good;
  w.type = "boat";
  EXPECT_EQ(place(w), "type");
  w = good;
  w.id = "M-1";
  const auto first = grouping_->declare(*write, w, officer(), at_s(0));
  EXPECT_EQ(grouping_->declare(*write, w, officer(), at_s(1)).value(), *first);
  w.reason = "another";
  EXPECT_EQ(grouping_->declare(*write, w, officer(), at_s(1)).error().code, Code::conflict);
}

TEST_F(GroupingTest, SuppressedAndShelvedAreQuiet) {
  model::Alert a = alert("a", "extreme", "t1", "510101");
  a.suppressed = true;
  take({a}, at_s(0));
  EXPECT_EQ(kinds(tick(at_s(10))), "");
  EXPECT_EQ(open_groups()[0].state, GroupState::quiet);
  a.suppressed = false;
  EXPECT_EQ(kinds(take({a}, at_s(20))), "opened:510101");
  a.shelved = true;
  EXPECT_EQ(kinds(take({a}, at_s(30))), "silenced:510101");
  EXPECT_EQ(kinds(take({ended(a)}, at_s(40))), "");
  EXPECT_EQ(kinds(tick(at_s(100))), "cleared:510101");
}

TEST_F(GroupingTest, AcknowledgedAndJudgedAreToldByTheNextTick) {
  take({alert("a", "minor", "t1", "510101"), alert("b", "minor", "t2", "510102"),
        alert("c", "minor", "t3", "510103")},
       at_s(0));
  tick(at_s(5));
  const std::string id = open_groups()[0].id;
  {
    auto write = ledger_->begin();
    const auto done = grouping_->acknowledge(*write, id, officer(), "on my way", at_s(10));
    ASSERT_TRUE(done);
    EXPECT_EQ(done->acknowledged_by, "wang");
    EXPECT_EQ(grouping_->acknowledge(*write, id, officer(), "", at_s(11)).error().code,
              Code::conflict);
    EXPECT_EQ(grouping_->acknowledge(*write, "x", officer(), "", at_s(11)).error().code,
              Code::not_found);
    ASSERT_TRUE(write->commit());
  }
  reopen();  // a kill between the two
  EXPECT_EQ(kinds(tick(at_s(12))), "acknowledged:5101");
  EXPECT_EQ(kinds(tick(at_s(13))), "");
  EXPECT_EQ(grouping_->children(id)->at(1).acknowledged_by, "wang");
  EXPECT_EQ(grouping_->history(id)->back().note, "on my way");
  EXPECT_EQ(kinds(take({alert("d", "severe", "t1", "510101")}, at_s(20))), "worsened:5101");
  EXPECT_FALSE(grouping_->group(id)->value().acknowledged);
  {
    auto write = ledger_->begin();
    ASSERT_TRUE(grouping_->judge(*write, id, Verdict::false_alarm, officer(), "a cow", at_s(30)));
    ASSERT_TRUE(write->commit());
  }
  const auto judged = tick(at_s(31));
  ASSERT_EQ(kinds(judged), "judged:5101");
  EXPECT_EQ(judged[0].group.verdict, Verdict::false_alarm);
  EXPECT_EQ(judged[0].group.note, "a cow");
}

TEST_F(GroupingTest, WhatWasNotCommittedHasNotHappened) {
  const store::AlertChange change{1, alert("a", "extreme", "t1", "510101")};
  {
    auto write = ledger_->begin();
    EXPECT_EQ(kinds(grouping_->take(*write, {&change, 1}, at_s(0)).value()), "opened:510101");
  }
  EXPECT_EQ(grouping_->cursor(), 0u);
  EXPECT_TRUE(all_groups().empty());
  EXPECT_EQ(kinds(take({&change, 1}, at_s(1))), "opened:510101");
  EXPECT_EQ(kinds(take({&change, 1}, at_s(2))), "");  // at or below the cursor
  EXPECT_EQ(open_groups()[0].total, 1u);
  EXPECT_EQ(grouping_->touched()->size(), 1u);
  EXPECT_TRUE(grouping_->touched()->empty());
}

}  // namespace
}  // namespace cairn::respond
