// SPDX-License-Identifier: Apache-2.0
#include "respond/incident_desk.hpp"

#include <gtest/gtest.h>

#include "respond/test_incidents.hpp"

namespace cairn::respond {
namespace {

using namespace detail;

class DeskTest : public testing::Test {
 protected:
  IncidentWorld w{std::string("desk-") +
                  testing::UnitTest::GetInstance()->current_test_info()->name()};
};

TEST_F(DeskTest, FromOpeningToAProvenEnd) {
  const std::string id = w.handled();
  EXPECT_EQ(id, "I-20260305-0001");
  EXPECT_EQ(w.find(id).unit, "huili-emergency");
  EXPECT_FALSE(w.find(id).fallback);
  EXPECT_NE(w.find(id).route_reason.zh.find("会理市"), std::string::npos);
  EXPECT_EQ(w.does(id, "passed", checker()), "closed");
  EXPECT_EQ(w.find(id).closed, w.now);
  w.now = w.now + 7 * ns_per_day - 1;
  w.ticks();
  EXPECT_EQ(w.find(id).states, std::vector<std::string>{"closed"});
  w.now = w.now + 1;
  w.ticks();
  EXPECT_EQ(w.find(id).states, std::vector<std::string>{"assessed"});
  for (const Entry& entry : w.entries(id)) {
    EXPECT_FALSE(entry.actor.empty());
    EXPECT_FALSE(entry.reason.empty()) << to_string(entry.kind);
    EXPECT_NE(entry.at.ns, 0);
  }
  EXPECT_EQ(w.entries(id).back().actor, "system/deadlines");
}

TEST_F(DeskTest, NobodyOpensMovesOrNotesNothing) {
  const model::Actor nobody;
  EXPECT_NE(w.opens({.kind = "slope_movement", .region = "513402"}, nobody).find("nobody"),
            std::string::npos);
  const std::string id = w.dispatched();
  const auto before = w.entries(id).size();
  EXPECT_NE(w.does(id, "accept", nobody).find("nobody"), std::string::npos);
  auto write = w.ledger->begin();
  EXPECT_EQ(w.desk->note(*write, id, "hm", nobody, w.now).error().code, Code::denied);
  EXPECT_EQ(w.entries(id).size(), before);
}

TEST_F(DeskTest, OnlyWhomTheWorkflowNames) {
  const std::string id = w.opens({.kind = "slope_movement", .region = "513402"});
  EXPECT_NE(w.does(id, "file", w.wang).find("only the duty officer"), std::string::npos);
  w.does(id, "file", duty());
  w.does(id, "dispatch", duty());
  EXPECT_NE(w.does(id, "accept", of_unit("liu", "huili-water")).find("only the unit"),
            std::string::npos);
  EXPECT_NE(w.does(id, "accept", duty()).find("only the unit"), std::string::npos);
  EXPECT_NE(w.does(id, "accept", model::system_actor("x")).find("only the unit"),
            std::string::npos);
  EXPECT_NE(w.does(id, "time-to-reopen-over", duty()).find("no such event"), std::string::npos);
  EXPECT_NE(w.does(id, "evidence", w.wang, {{"text", "x"}}).find("no such event"),
            std::string::npos);
  EXPECT_EQ(w.does(id, "accept", w.wang), "handling");
}

TEST_F(DeskTest, ClosingNeedsEvidenceAndAnother) {
  const std::string id = w.dispatched();
  w.does(id, "accept", w.wang);
  EXPECT_NE(w.does(id, "done", w.wang).find("no evidence yet"), std::string::npos);
  // What the duty officer adds does not show that the unit has worked.
  w.shows(id, duty());
  EXPECT_NE(w.does(id, "done", w.wang).find("no evidence yet"), std::string::npos);
  w.shows(id, w.wang, small_png() + "x");
  EXPECT_EQ(w.does(id, "done", w.wang), "feedback");
  w.does(id, "check", duty());
  model::Actor both = w.wang;
  both.grants.push_back({model::Role::checker, "5134", ""});
  EXPECT_NE(w.does(id, "passed", both).find("own unit"), std::string::npos);
  // He who handled it before, and has left the unit since.
  model::Actor left = checker("wang");
  EXPECT_NE(w.does(id, "passed", left).find("cannot check"), std::string::npos);
  EXPECT_EQ(w.entries(id).back().kind, Entry::Kind::refused);
  EXPECT_NE(w.does(id, "passed", duty()).find("only a checker"), std::string::npos);
  EXPECT_EQ(w.does(id, "passed", checker()), "closed");
}

TEST_F(DeskTest, WhatFailedTheCheckNeedsNewEvidence) {
  const std::string id = w.handled();
  EXPECT_NE(w.does(id, "failed", checker()).find("'reason' must be given"), std::string::npos);
  EXPECT_EQ(w.does(id, "failed", checker(), {{"reason", "石块还在"}}), "dispatched");
  w.does(id, "accept", w.wang);
  EXPECT_NE(w.does(id, "done", w.wang).find("no evidence yet"), std::string::npos);
  EXPECT_EQ(w.entries(id).back().kind, Entry::Kind::refused);
}

TEST_F(DeskTest, HandOverOnlyToANamedOtherUnitThatAnswersHere) {
  const std::string id = w.dispatched();
  const auto back = [&](flow::Fields f) { return w.does(id, "return", w.wang, std::move(f)); };
  EXPECT_NE(back({{"reason", "not ours"}}).find("'unit' must be given"), std::string::npos);
  EXPECT_NE(back({{"unit", "huili-water"}}).find("'reason' must be given"), std::string::npos);
  EXPECT_NE(back({{"reason", "r"}, {"unit", "nowhere"}}).find("no unit"), std::string::npos);
  EXPECT_NE(back({{"reason", "r"}, {"unit", "xichang-emergency"}}).find("does not answer"),
            std::string::npos);
  EXPECT_NE(back({{"reason", "r"}, {"unit", "huili-emergency"}}).find("another unit"),
            std::string::npos);
  EXPECT_EQ(back({{"reason", "not ours"}, {"unit", "huili-water"}}), "dispatched");
  EXPECT_EQ(w.find(id).unit, "huili-water");
  EXPECT_NE(w.does(id, "accept", w.wang).find("only the unit"), std::string::npos);
}

TEST_F(DeskTest, TheThirdReturnCallsTheSupervisor) {
  const std::string id = w.dispatched();
  const model::Actor liu = of_unit("liu", "huili-water");
  w.does(id, "return", w.wang, {{"reason", "1"}, {"unit", "huili-water"}});
  w.does(id, "return", liu, {{"reason", "2"}, {"unit", "huili-emergency"}});
  const auto supervisors = [&] {
    std::size_t count = 0;
    for (const std::string& p : w.outbox->all()) count += p.ends_with("notify/supervisor") ? 1 : 0;
    return count;
  };
  EXPECT_EQ(supervisors(), 0u);
  w.does(id, "return", w.wang, {{"reason", "3"}, {"unit", "huili-water"}});
  EXPECT_EQ(supervisors(), 1u);
}

TEST_F(DeskTest, NobodyAnswersForItSoTheDeskDoes) {
  const std::string id = w.opens({.kind = "broadband_fault", .region = "513401"});
  EXPECT_EQ(w.does(id, "assign", duty()), "assigned quiet");
  EXPECT_EQ(w.find(id).unit, "liangshan-desk");
  EXPECT_TRUE(w.find(id).fallback);
  EXPECT_NE(w.find(id).route_reason.en.find("nobody else"), std::string::npos);
}

TEST_F(DeskTest, OthersWereFirst) {
  const std::string id = w.dispatched();
  const std::uint64_t seen = w.find(id).version;
  ASSERT_TRUE(w.acts(id, {"accept", {}, seen, {}}, w.wang));
  const auto late =
      w.acts(id, {"hand-over", {{"reason", "r"}, {"unit", "huili-water"}}, seen, {}}, duty());
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Code::conflict);
  EXPECT_EQ(w.acts(id, {"accept", {}, 900, {}}, w.wang).error().code, Code::invalid);
}

TEST_F(DeskTest, ARepetitionUnderOneKeyIsAnsweredAlike) {
  const NewIncident what{.kind = "slope_movement", .region = "513402", .key = "key-00001"};
  EXPECT_EQ(w.opens(what), w.opens(what));
  NewIncident other = what;
  other.region = "513401";
  EXPECT_NE(w.opens(other).find("another request"), std::string::npos);
  const std::string id = w.opens(what);
  const Command file{"file", {}, w.find(id).version, "key-00002"};
  std::vector<Outcome> outcomes;
  for (int i = 0; i < 3; ++i) {
    const auto done = w.acts(id, file, duty());
    ASSERT_TRUE(done) << to_string(done.error());
    outcomes.push_back(*done);
    w.does(id, "dispatch", duty());  // the world goes on; the answer stays
  }
  EXPECT_EQ(outcomes[0].entry, outcomes[2].entry);
  EXPECT_EQ(outcomes[0].states, outcomes[2].states);
  EXPECT_TRUE(outcomes[2].repeated);
  Command changed = file;
  changed.event = "reject";
  EXPECT_EQ(w.acts(id, changed, duty()).error().code, Code::conflict);
}

TEST_F(DeskTest, PauseStopsTheClockAndIsSeen) {
  const std::string id = w.dispatched();
  w.does(id, "accept", w.wang);
  EXPECT_EQ(w.find(id).due, local("2026-03-10T17:30"));
  EXPECT_NE(w.does(id, "pause", w.wang).find("'reason' must be given"), std::string::npos);
  EXPECT_EQ(w.does(id, "pause", w.wang, {{"reason", "等待配件"}}), "paused");
  EXPECT_TRUE(w.find(id).paused);
  EXPECT_EQ(w.find(id).due, std::nullopt);
  w.now = local("2026-03-09T09:00");
  w.ticks();
  EXPECT_EQ(w.find(id).light, flow::Light::green);
  EXPECT_EQ(w.does(id, "resume", w.wang), "handling");
  EXPECT_EQ(w.find(id).due, local("2026-03-12T17:30"));
}

TEST_F(DeskTest, LightsTurnAndEscalationsGoOutOnce) {
  const std::string id = w.dispatched();
  w.does(id, "accept", w.wang);
  std::vector<flow::Light> seen;
  for (; w.now < local("2026-03-18T18:00"); w.now = w.now + 600 * ns_per_second) {
    w.ticks();
    if (seen.empty() || seen.back() != w.find(id).light) seen.push_back(w.find(id).light);
  }
  using flow::Light;
  EXPECT_EQ(seen, (std::vector{Light::green, Light::yellow, Light::red, Light::overdue}));
  std::vector<std::string> calls;
  for (const Entry& e : w.entries(id)) {
    if (e.kind == Entry::Kind::escalation) calls.push_back(e.event);
  }
  EXPECT_EQ(calls, (std::vector<std::string>{"remind", "notify", "notify"}));
  for (const std::string& posted : w.outbox->all()) {
    EXPECT_EQ(posted.find("TWICE"), std::string::npos) << posted;
  }
}

TEST_F(DeskTest, TheReporterReopensWithinTheTime) {
  const NewIncident report{.kind = "slope_movement",
                           .origin = Origin::report,
                           .region = "513402",
                           .reporter = {"阿依", "13800000000", "ayi@example.org", "我家后山裂了"}};
  const std::string id = w.handled(report);
  w.does(id, "passed", checker());
  EXPECT_NE(w.does(id, "reopen", reporter_of("I-20260305-0009"), {{"reason", "r"}}).find("only"),
            std::string::npos);
  EXPECT_EQ(w.does(id, "reopen", reporter_of(id), {{"reason", "还在掉石头"}}), "dispatched");
  EXPECT_EQ(w.find(id).closed, std::nullopt);
  EXPECT_EQ(w.find(id).reopened, 1);
  bool personal = false;
  for (const Entry& e : w.entries(id)) personal = personal || (e.event == "reopen" && e.personal);
  EXPECT_TRUE(personal);
  w.does(id, "accept", w.wang);
  w.shows(id, w.wang, small_png() + "2");
  w.does(id, "done", w.wang);
  w.does(id, "check", duty());
  w.does(id, "passed", checker());
  w.now = w.now + 8 * ns_per_day;
  w.ticks();
  EXPECT_NE(w.does(id, "reopen", reporter_of(id), {{"reason", "r"}}).find("not possible"),
            std::string::npos);
}

TEST_F(DeskTest, DuplicatesAreLinkedBothWaysAndEndTogether) {
  const auto report = [](const char* mail) {
    return NewIncident{.kind = "slope_movement",
                       .origin = Origin::report,
                       .region = "513402",
                       .reporter = {"", "", mail, "裂缝"}};
  };
  const std::string main = w.handled(report("one@example.org"));
  const std::string twin = w.opens(report("two@example.org"));
  const std::string third = w.opens(report("three@example.org"));
  const auto links = [&](const std::string& id, const std::string& of) {
    return w.does(id, "duplicate", duty(), {{"of", of}, {"reason", "同一处"}});
  };
  EXPECT_NE(links(twin, twin).find("no duplicate of itself"), std::string::npos);
  EXPECT_NE(links(twin, "I-1").find("there is no incident"), std::string::npos);
  EXPECT_EQ(links(twin, main), "linked");
  EXPECT_EQ(w.find(twin).duplicate_of, main);
  EXPECT_EQ(w.find(main).duplicates, std::vector{twin});
  EXPECT_EQ(w.find(twin).closed, std::nullopt);
  EXPECT_NE(links(third, twin).find("link to " + main), std::string::npos);  // no chains
  EXPECT_NE(links(main, third).find("link that way round"), std::string::npos);
  EXPECT_EQ(w.does(main, "passed", checker()), "closed");
  EXPECT_TRUE(w.find(twin).closed);
  std::string answered;
  for (const std::string& posted : w.outbox->all()) {
    if (posted.starts_with("answer")) answered += posted.substr(0, posted.find(" incident")) + ";";
  }
  EXPECT_EQ(answered, "answer one@example.org;answer two@example.org;");
  EXPECT_NE(links(third, main).find("is closed"), std::string::npos);
  // The reporter of the twin speaks for the matter.
  EXPECT_EQ(w.does(twin, "reopen", reporter_of(twin), {{"reason", "没修好"}}), "dispatched");
  EXPECT_EQ(w.find(twin).closed, std::nullopt);
  EXPECT_EQ(w.find(main).closed, std::nullopt);
}

TEST_F(DeskTest, WhoReportedItIsNowhereElse) {
  const NewIncident report{.kind = "slope_movement",
                           .origin = Origin::report,
                           .region = "513402",
                           .reporter = {"阿依莫", "13811112222", "ayimo@example.org", "我家后山"}};
  const std::string id = w.handled(report);
  w.does(id, "passed", checker());
  std::string shown = w.outbox->bodies();
  for (const Entry& e : w.entries(id)) {
    shown += e.reason + e.actor;
    for (const auto& [name, value] : e.fields) shown += value;
  }
  const Incident incident = w.find(id);
  shown += incident.title + incident.text;
  for (const char* personal : {"阿依莫", "13811112222", "ayimo@", "我家后山"}) {
    EXPECT_EQ(shown.find(personal), std::string::npos) << personal;
  }
  EXPECT_EQ(w.desk->view(id, duty(), w.now)->reporter.words, "我家后山");
  auto write = w.ledger->begin();
  ASSERT_TRUE(w.desk->forget_reporter(*write, id, w.now));
  ASSERT_TRUE(write->commit());
  EXPECT_EQ(w.desk->view(id, duty(), w.now)->reporter, (Reporter{"", "", "", "我家后山"}));
}

GroupChange group(GroupChange::Kind kind, const std::string& id, const std::string& region,
                  Level level) {
  GroupChange out;
  out.kind = kind;
  out.group.id = id;
  out.group.region = region;
  out.group.state = kind == GroupChange::Kind::cleared ? GroupState::cleared : GroupState::open;
  out.group.level = out.group.highest = level;
  out.group.lead_rule = "slope_rain";
  out.group.lead_thing = "slope-1";
  return out;
}

TEST_F(DeskTest, AnAlertOpensOneIncidentAndDispatchesIt) {
  using Kind = GroupChange::Kind;
  w.now = local("2026-10-03T02:00");  // a night of the National Day holiday
  w.groups({group(Kind::opened, "g1", "513402", Level::orange)});
  const std::string id = *w.desk->of_group("g1");
  ASSERT_FALSE(id.empty());
  const Incident incident = w.find(id);
  EXPECT_EQ(incident.workflow, "warning-response");
  EXPECT_EQ(incident.states, std::vector<std::string>{"dispatched"});
  EXPECT_EQ(incident.unit, "huili-emergency");
  EXPECT_EQ(incident.due, local("2026-10-03T02:30"));  // around the clock
  EXPECT_TRUE(incident.urgent);
  EXPECT_EQ(w.outbox->all().size(), 1u);
  w.groups({group(Kind::worsened, "g1", "513402", Level::red),
            group(Kind::cleared, "g1", "513402", Level::red)});
  EXPECT_EQ(w.find(id).states, std::vector<std::string>{"dispatched"});  // clearing closes nothing
  EXPECT_EQ(w.find(id).level, Level::red);
  std::size_t alerts = 0;
  for (const Entry& e : w.entries(id)) alerts += e.kind == Entry::Kind::alert ? 1 : 0;
  EXPECT_EQ(alerts, 2u);
  EXPECT_EQ(w.desk->list({}).value().total, 1u);
}

TEST_F(DeskTest, WhatGrowsWorseAfterItsEndIsNewWork) {
  using Kind = GroupChange::Kind;
  w.groups({group(Kind::opened, "g1", "513402", Level::yellow)});
  const std::string first = *w.desk->of_group("g1");
  {
    auto write = w.ledger->begin();
    ASSERT_TRUE(write && write->db().execute("UPDATE incident SET closed = 1 WHERE grp = 'g1'"));
    ASSERT_TRUE(write->commit());
  }
  w.groups({group(Kind::eased, "g1", "513402", Level::blue)});
  EXPECT_EQ(*w.desk->of_group("g1"), first);
  w.groups({group(Kind::worsened, "g1", "513402", Level::orange)});
  const std::string second = *w.desk->of_group("g1");
  EXPECT_NE(second, first);
  EXPECT_NE(w.find(second).text.find(first), std::string::npos) << w.find(second).text;
  EXPECT_EQ(w.find(second).states, std::vector<std::string>{"dispatched"});
  w.groups({group(Kind::worsened, "g1", "513402", Level::red)});
  EXPECT_EQ(w.desk->list({}).value().total, 2u);
}

TEST_F(DeskTest, CountiesKeepTheirOwnIncidents) {
  using Kind = GroupChange::Kind;
  auto one = group(Kind::joined, "g1", "513402", Level::yellow);
  auto two = group(Kind::joined, "g2", "513401", Level::yellow);
  one.group.parent = two.group.parent = "g3";
  w.groups({group(Kind::opened, "g3", "5134", Level::yellow), one, two});
  w.groups({group(Kind::worsened, "g3", "5134", Level::red)});
  EXPECT_EQ(*w.desk->of_group("g3"), "");
  EXPECT_NE(*w.desk->of_group("g1"), "");
  EXPECT_NE(*w.desk->of_group("g2"), *w.desk->of_group("g1"));
  auto quiet = group(Kind::opened, "g4", "513402", Level::red);
  quiet.group.state = GroupState::quiet;
  w.groups({quiet});
  EXPECT_EQ(*w.desk->of_group("g4"), "");
  auto other = group(Kind::opened, "g5", "513402", Level::red);
  other.group.lead_rule = "nothing";
  w.groups({other});
  EXPECT_EQ(*w.desk->of_group("g5"), "");
}

TEST_F(DeskTest, HostileWordsAndFilesAreRefused) {
  const auto opens = [&](NewIncident what) { return w.opens(std::move(what)); };
  NewIncident good{.kind = "slope_movement", .region = "513402"};
  auto with = [&](auto change) {
    NewIncident what = good;
    change(what);
    return opens(what);
  };
  EXPECT_NE(with([](auto& n) { n.kind = "x"; }).find("/kind"), std::string::npos);
  EXPECT_NE(with([](auto& n) { n.region = "9"; }).find("/region"), std::string::npos);
  EXPECT_NE(with([](auto& n) { n.title = std::string(201, 'x'); }).find("/title"),
            std::string::npos);
  EXPECT_NE(with([](auto& n) { n.text = "a\x01"; }).find("control"), std::string::npos);
  EXPECT_NE(with([](auto& n) { n.text = "\xFF"; }).find("UTF-8"), std::string::npos);
  EXPECT_NE(with([](auto& n) {
              n.position = geo::Point{0.0 / 0.0, 2};
            }).find("no place"),
            std::string::npos);
  const std::string id = w.dispatched();
  EXPECT_NE(w.does(id, "accept", w.wang, {{"actor", "li"}}).find("there are the fields"),
            std::string::npos);
  EXPECT_NE(w.does(id, "done.state.work", w.wang).find("no such event"), std::string::npos);
  EXPECT_NE(w.does(id, "*", w.wang).find("no such event"), std::string::npos);
  EXPECT_NE(w.shows(id, w.wang, "MZ\x90\x01").find("are taken"), std::string::npos);
  EXPECT_NE(w.shows(id, w.wang, std::string((10u << 20) + 1, 'x')).find("at most"),
            std::string::npos);
  EXPECT_NE(w.shows(id, w.wang, "plain words", true).find("JPEG, PNG and WebP"), std::string::npos);
  EXPECT_NE(w.shows(id, w.wang, "\xFF\xD8\xFF broken").find("damaged"), std::string::npos);
}

TEST_F(DeskTest, FilesAreKeptAndAReportersLoseWhatTheCameraWrote) {
  const std::string id = w.dispatched();
  w.shows(id, w.wang);
  w.shows(id, w.wang);  // the same once more
  const auto own = w.desk->view(id, duty(), w.now)->evidence;
  ASSERT_EQ(own.size(), 1u);
  EXPECT_EQ(own[0].type, "image/png");
  EXPECT_EQ(w.desk->file(id, own[0].id)->bytes, small_png());
  w.shows(id, reporter_of(id), small_png(), true);
  const auto all = w.desk->view(id, duty(), w.now)->evidence;
  ASSERT_EQ(all.size(), 2u);
  EXPECT_TRUE(all[1].personal);
  EXPECT_EQ(w.desk->file(id, all[1].id)->bytes.find("secret"), std::string::npos);
  EXPECT_FALSE(w.desk->file(id, "../../etc/passwd"));
  EXPECT_EQ(w.find(id).evidence, 1);
}

TEST_F(DeskTest, WhatWasWrittenCannotBeChanged) {
  const std::string id = w.dispatched();
  w.shows(id, w.wang);
  for (const char* sql : {"UPDATE incident_entry SET reason = 'x'", "DELETE FROM incident_entry",
                          "UPDATE incident_evidence SET name = 'x'",
                          "DELETE FROM incident_evidence", "DELETE FROM incident"}) {
    auto write = w.ledger->begin();
    EXPECT_FALSE(write->db().execute(sql)) << sql;
  }
}

TEST_F(DeskTest, WhoChangedIsToldOnce) {
  std::uint64_t cursor = *w.desk->newest_change();
  const std::string one = w.dispatched();
  const std::string two = w.dispatched();
  auto changed = w.desk->changed(cursor, 100);
  ASSERT_EQ(changed->size(), 2u);
  EXPECT_EQ((*changed)[1].id, two);
  EXPECT_TRUE(w.desk->changed(cursor, 100)->empty());
  w.does(one, "accept", w.wang);
  EXPECT_EQ(w.desk->changed(cursor, 100)->front().id, one);
}

}  // namespace
}  // namespace cairn::respond
