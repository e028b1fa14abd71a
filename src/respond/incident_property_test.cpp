// SPDX-License-Identifier: Apache-2.0
// Commands by chance over all three workflows, at times by chance: over nights, weekends, holidays
// and make-up workdays. What must hold whatever happens.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

#include "flow/expression.hpp"
#include "flow/instance_text.hpp"
#include "respond/incident_case.hpp"
#include "respond/test_incidents.hpp"

namespace cairn::respond {
namespace {

using namespace detail;

// One who is everything somewhere, so that most of what is tried is allowed.
std::vector<model::Actor> people() {
  return {duty(), duty("duty2"), of_unit("wang", "huili-emergency"), of_unit("liu", "huili-water"),
          of_unit("zhao", "xichang-emergency"), of_unit("sun", "liangshan-desk"),
          of_unit("zhou", "liangshan-roads"), checker(), checker("checker2"),
          // Both at once: the desk must keep him from checking his own work.
          person("both", {{model::Role::unit, "5134", "huili-emergency"},
                          {model::Role::checker, "5134", ""}})};
}

struct Chance {
  std::mt19937_64 random;
  explicit Chance(std::uint64_t seed) : random(seed) {}
  std::size_t below(std::size_t n) { return random() % n; }
  template <class T>
  const T& of(const std::vector<T>& all) {
    return all[below(all.size())];
  }
  // Mostly minutes, often hours, sometimes days.
  std::int64_t pause_ns() {
    const std::int64_t most_s = below(10) < 5 ? 3'600 : below(10) < 7 ? 86'400 : 6 * 86'400;
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(most_s)) * ns_per_second;
  }
};

// Opens one of a kind, as a report, an officer's or an alert's.
std::string opens(IncidentWorld& w, Chance& chance, int number) {
  NewIncident what;
  what.kind = std::vector<std::string>{"slope_movement", "road_blocked",
                                       "broadband_fault"}[chance.below(3)];
  what.region = chance.below(2) == 0 ? "513402" : "513401";
  what.origin = std::vector{Origin::alert, Origin::report, Origin::officer}[chance.below(3)];
  if (what.origin == Origin::alert) {
    what.group = format("g{}", number);
    what.level = static_cast<Level>(chance.below(4));
  }
  if (what.origin == Origin::report) what.reporter.mail = format("r{}@example.org", number);
  return w.opens(what, what.origin == Origin::alert ? model::system_actor("rules") : duty());
}

// One thing that a person or the reporter tries, sensible or not.
void tries(IncidentWorld& w, Chance& chance, const std::vector<std::string>& ids) {
  const std::string& id = chance.of(ids);
  const auto all = people();
  model::Actor actor = chance.below(10) == 0 ? reporter_of(id) : chance.of(all);
  // Often somebody of the unit that has it.
  if (chance.below(2) == 0) actor = of_unit("of " + w.find(id).unit, w.find(id).unit);
  if (chance.below(5) == 0) {
    w.shows(id, actor, small_png() + std::to_string(chance.below(1'000'000)));
    return;
  }
  const auto view = w.desk->view(id, actor, w.now);
  ASSERT_TRUE(view) << to_string(view.error());
  std::vector<Choice> choices = view->choices;
  if (chance.below(8) != 0) {
    std::erase_if(choices, [](const Choice& c) { return !c.refusal.empty(); });
  }
  // Linking ends a case, and turns and returns keep it from moving on.
  static const std::set<std::string> rare{"duplicate", "return", "hand-over", "reject"};
  std::erase_if(choices,
                [&](const Choice& c) { return rare.contains(c.event) && chance.below(6); });
  if (choices.empty()) return;
  const Choice choice = chance.of(choices);
  flow::Fields fields;
  const auto give = [&](const std::string& name) {
    if (name == "unit") fields[name] = chance.of(w.workspace->response.units).id;
    if (name == "of") fields[name] = chance.of(ids);
    if (name != "unit" && name != "of") fields[name] = "因为 because";
  };
  for (const std::string& name : choice.wants) {
    if (chance.below(20) != 0) give(name);
  }
  (void)w.does(id, choice.event, actor, fields);
}

LoadedIncident loaded(const IncidentWorld& w, const std::string& id) {
  const auto read = w.ledger->read();
  auto out = load_incident(read.db(), *w.desk->book(), id);
  EXPECT_TRUE(out) << (out ? "" : to_string(out.error()));
  return *std::move(out);
}

// Who, why and when of every line; numbers without gaps; nothing goes back in time.
void check_record(const std::vector<Entry>& entries, std::size_t& steps) {
  Instant last = Instant::min();
  std::uint64_t number = 0;
  for (const Entry& e : entries) {
    ASSERT_EQ(e.number, ++number);
    ASSERT_FALSE(e.actor.empty());
    ASSERT_FALSE(e.reason.empty());
    ASSERT_GE(e.at, last);
    last = e.at;
    if (e.kind != Entry::Kind::step) continue;
    ++steps;
    ASSERT_FALSE(e.role.empty());
    const bool written = needs_reason(e.event);
    if (written && e.role != "system") {
      ASSERT_EQ(e.reason, "因为 because") << e.event;
    }
  }
}

// The record alone gives the instance again.
void check_replay(const LoadedIncident& in, const std::vector<Entry>& entries) {
  const flow::Chart& chart = in.workflow->chart;
  flow::Expressions guards;
  auto started = flow::start(chart, entries.front().at, guards);
  ASSERT_TRUE(started);
  flow::Instance instance = started->instance;
  for (const Entry& e : entries) {
    const bool moved =
        e.kind == Entry::Kind::step || (e.kind == Entry::Kind::evidence && e.event == "evidence");
    if (!moved) continue;
    flow::Event event{e.event, e.fields, e.at};
    event.data["actor"] = e.actor;
    event.data["role"] = e.role;
    event.data["reason"] = e.reason;
    ASSERT_EQ(leaf_ids(chart, instance), e.from);
    ASSERT_TRUE(flow::step(chart, instance, event, guards));
    ASSERT_EQ(leaf_ids(chart, instance), e.to);
  }
  ASSERT_EQ(flow::to_text(chart, instance), flow::to_text(chart, in.instance));
}

// The time in the children of each compound adds up to its own, that of the chart to wall time.
void check_stays(const LoadedIncident& in, Instant now) {
  const flow::Chart& chart = in.workflow->chart;
  std::map<flow::StateIndex, std::int64_t> own_ns;
  std::map<flow::StateIndex, std::int64_t> inside_ns;
  std::int64_t top_ns = 0;
  for (const flow::Stay& stay : in.stays) {
    const std::int64_t wall_ns = stay.end.value_or(now).ns - stay.begin.ns;
    std::int64_t paused_ns = 0;
    for (const flow::Pause& p : stay.pauses) paused_ns += p.end.value_or(now).ns - p.begin.ns;
    ASSERT_EQ(flow::unpaused_ns(stay, now) + paused_ns, wall_ns);
    own_ns[stay.state] += wall_ns;
    if (stay.state == 0) continue;
    const flow::StateIndex parent = chart.states[stay.state].parent;
    if (parent == 0) top_ns += wall_ns;
    if (chart.states[parent].kind == flow::StateKind::compound) inside_ns[parent] += wall_ns;
  }
  ASSERT_EQ(top_ns, now.ns - in.row.incident.opened.ns);
  for (const auto& [state, ns] : inside_ns) {
    if (state != 0) {
      ASSERT_EQ(ns, own_ns[state]) << chart.states[state].id;
    }
  }
}

// No deadline outside the hours of its calendar.
void check_deadlines(const IncidentWorld& w, const LoadedIncident& in, std::size_t& deadlines) {
  for (const flow::Stay& stay : in.stays) {
    for (const flow::DeadlineRule& rule : in.workflow->deadlines) {
      if (rule.state != in.workflow->chart.states[stay.state].id) continue;
      const auto book = w.desk->book();
      const auto& calendar = book->calendar_of(*in.workflow, rule, in.row.incident.urgent);
      const auto status = flow::status(rule, calendar, stay, w.now);
      ASSERT_TRUE(status);
      if (!status->due) continue;
      ++deadlines;
      ASSERT_TRUE(flow::is_working(calendar, *status->due)) << to_string(*status->due);
    }
  }
}

// Nobody checked what he had worked on; nothing closed unchecked or with nothing to show.
void check_closing(const std::vector<Entry>& entries, const flow::Chart& chart,
                   std::size_t& closed) {
  std::set<std::string> worked;
  bool checked = false;
  bool shown = false;
  bool handled = false;
  const auto is_closed_in = [&](const std::vector<std::string>& leaves) {
    for (const std::string& leaf : leaves) {
      if (const flow::State* s = chart.find(leaf); s != nullptr && s->closed) return true;
    }
    return false;
  };
  for (const Entry& e : entries) {
    shown = shown || (e.kind == Entry::Kind::evidence && e.role == "unit");
    if (e.kind == Entry::Kind::step) {
      if (e.role == "checker") {
        ASSERT_FALSE(worked.contains(e.actor)) << e.actor;
      }
      checked = checked || e.role == "checker" || e.role == "reporter";
      if (!is_closed_in(e.from) && is_closed_in(e.to) && e.event != "duplicate") {
        ++closed;
        ASSERT_TRUE(checked);
        ASSERT_TRUE(shown || !handled);
      }
      static const std::set<std::string> anew{"failed", "redo", "reopen", "return", "hand-over"};
      if (anew.contains(e.event)) checked = shown = handled = false;
      if (e.role == "unit" && !anew.contains(e.event)) handled = true;
    }
    if (e.role == "unit" && e.kind != Entry::Kind::note) worked.insert(e.actor);
  }
}

TEST(IncidentProperties, HoldWhateverHappens) {
  std::size_t steps = 0;
  std::size_t deadlines = 0;
  std::size_t closed = 0;
  std::size_t commands = 0;
  std::map<std::string, std::size_t> workflows;
  const std::vector<std::string> begins{"2026-02-12T16:00", "2026-09-30T17:20", "2025-09-27T23:50",
                                        "2026-04-03T12:10", "2025-12-31T08:00", "2026-06-18T13:00"};
  for (std::uint64_t seed = 1; seed <= 16; ++seed) {
    Chance chance(seed);
    IncidentWorld w(format("properties-{}", seed));
    w.now = local(begins[seed % begins.size()]);
    std::vector<std::string> ids;
    for (int i = 0; i < 6; ++i) ids.push_back(opens(w, chance, i));
    for (int i = 0; i < 220; ++i, ++commands) {
      w.now = w.now + chance.pause_ns();
      if (chance.below(3) == 0) w.ticks();
      tries(w, chance, ids);
      if (HasFatalFailure()) FAIL() << "seed " << seed << " command " << i;
    }
    w.ticks();
    for (const std::string& id : ids) {
      const auto entries = w.entries(id);
      const LoadedIncident in = loaded(w, id);
      ++workflows[in.row.incident.workflow];
      check_record(entries, steps);
      check_replay(in, entries);
      check_stays(in, std::max(w.now, in.row.last));
      check_deadlines(w, in, deadlines);
      check_closing(entries, in.workflow->chart, closed);
      if (HasFatalFailure()) FAIL() << "seed " << seed << " " << id;
    }
    for (const std::string& posted : w.outbox->all()) {
      ASSERT_EQ(posted.find("TWICE"), std::string::npos) << posted;
    }
  }
  EXPECT_EQ(workflows.size(), 3u);
  EXPECT_GT(steps, 800u);
  EXPECT_GT(deadlines, 300u);
  EXPECT_GT(closed, 15u);
  RecordProperty("commands", static_cast<int>(commands));
  std::printf("%zu commands, %zu steps, %zu deadlines, %zu closings\n", commands, steps, deadlines,
              closed);
}

// What the clock does: escalations and events that were asked for, with the time they have.
std::vector<std::string> of_the_clock(const std::vector<Entry>& entries) {
  std::vector<std::string> out;
  for (const Entry& e : entries) {
    const bool by_clock = e.actor == "system/deadlines";
    if (by_clock) {
      const auto id = e.fields.find("id");
      out.push_back(format("{} {} {} {}", to_string(e.kind), to_string(e.at), e.event,
                           id == e.fields.end() ? "" : id->second));
    }
  }
  return out;
}

TEST(IncidentProperties, EscalationsOnceUnderAnyPatternOfTicks) {
  std::size_t fired = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    std::vector<std::vector<std::string>> records;
    std::vector<std::vector<std::string>> posted;
    for (const std::size_t ticks : {0u, 1u, 7u, 40u}) {
      Chance chance(seed);
      Chance pattern(seed * 100 + ticks);
      IncidentWorld w(format("ticks-{}-{}", seed, ticks));
      w.now = local("2026-09-29T15:00");
      std::vector<std::string> ids{opens(w, chance, 0), opens(w, chance, 1)};
      const std::vector<std::pair<std::string, flow::Fields>> course{
          {"file", {}},   {"dispatch", {}}, {"assign", {}},
          {"accept", {}}, {"arrive", {}},   {"pause", {{"reason", "雨大"}}},
          {"resume", {}}};
      for (const auto& [event, fields] : course) {
        const std::int64_t pause_ns = chance.pause_ns() * 2;
        const Instant then = w.now + pause_ns;
        std::vector<Instant> looks;
        for (std::size_t i = 0; i < ticks; ++i) {
          looks.push_back(w.now + static_cast<std::int64_t>(
                                      pattern.random() % static_cast<std::uint64_t>(pause_ns + 1)));
        }
        std::ranges::sort(looks);
        for (const Instant look : looks) {
          w.now = look;
          w.ticks();
        }
        w.now = then;
        for (const std::string& id : ids) {
          const std::string unit = w.find(id).unit;
          const bool by_unit =
              event == "accept" || event == "arrive" || event == "pause" || event == "resume";
          const model::Actor actor = by_unit ? of_unit("w", unit) : duty();
          const Command command{event, fields, w.find(id).version, {}};
          // What does not fit the workflow of this one is refused; others were never first.
          const auto done = w.acts(id, command, actor);
          EXPECT_TRUE(done || to_string(done.error()).find("others were") == std::string::npos)
              << event << ": " << (done ? "" : to_string(done.error()));
        }
      }
      w.now = w.now + 40 * ns_per_day;
      w.ticks();
      std::vector<std::string> record;
      for (const std::string& id : ids) {
        for (const std::string& line : of_the_clock(w.entries(id))) record.push_back(id + line);
      }
      const std::set<std::string> unique(record.begin(), record.end());
      EXPECT_EQ(unique.size(), record.size());
      fired += record.size();
      records.push_back(record);
      posted.push_back(w.outbox->all());
    }
    for (std::size_t i = 1; i < records.size(); ++i) {
      EXPECT_EQ(records[i], records[0]) << "seed " << seed << " pattern " << i;
      EXPECT_EQ(posted[i].size(), posted[0].size());
      for (const std::string& p : posted[i]) EXPECT_EQ(p.find("TWICE"), std::string::npos) << p;
    }
  }
  EXPECT_GT(fired, 150u);
  std::printf("%zu fired\n", fired);
}

struct Deed {
  std::string event;
  flow::Fields fields;
  model::Actor actor;
};
std::vector<Deed> course_of_an_incident() {
  const model::Actor wang = of_unit("wang", "huili-emergency");
  return {{"file", {}, duty()},
          {"dispatch", {}, duty()},
          {"accept", {}, wang},
          {"evidence", {}, wang},
          {"pause", {{"reason", "雨大"}}, wang},
          {"tick", {}, {}},
          {"resume", {}, duty()},
          {"done", {}, wang},
          {"check", {}, duty()},
          {"tick", {}, {}},
          {"failed", {{"reason", "没修好"}}, checker()},
          {"accept", {}, wang},
          {"evidence", {}, wang},
          {"done", {}, wang},
          {"check", {}, duty()},
          {"passed", {}, checker()},
          {"tick", {}, {}},
          {"reopen", {{"reason", "又裂了"}}, duty()},
          {"tick", {}, {}}};
}

// One deed as a request of its own; without the commit nothing of it may remain.
void attempts(IncidentWorld& w, const std::string& id, const Deed& deed, const Command& command,
              bool commits) {
  std::optional<KeptFile> file;
  if (deed.event == "evidence") {
    auto kept = w.desk->keep(small_png() + command.key, "p.png", false);
    ASSERT_TRUE(kept);
    file = *kept;
  }
  auto write = w.ledger->begin();
  ASSERT_TRUE(write);
  if (deed.event == "tick") {
    ASSERT_TRUE(w.desk->tick(*write, w.now));
  } else if (file) {
    ASSERT_TRUE(w.desk->attach(*write, id, *file, deed.actor, w.now));
  } else {
    const auto done = w.desk->act(*write, id, command, deed.actor, w.now);
    ASSERT_TRUE(done) << deed.event << ": " << to_string(done.error());
  }
  if (!commits) return;
  ASSERT_TRUE(write->commit());
}

// kill < 0: none; otherwise before the commit of that deed (even) or right after (odd), whereupon
// the client, which has no answer, sends the same again.
std::vector<std::string> record_with_kill(int kill) {
  const auto course = course_of_an_incident();
  IncidentWorld w("kill");
  const std::string id =
      w.opens({.kind = "slope_movement", .region = "513402", .key = "key-opening"});
  for (int i = 0; i < static_cast<int>(course.size()); ++i) {
    const Deed& deed = course[static_cast<std::size_t>(i)];
    w.now = w.now + (deed.event == "tick" ? 5 * ns_per_day : 1'800 * ns_per_second);
    const Command command{deed.event, deed.fields, w.find(id).version, format("key-{:05}", i)};
    if (kill == 2 * i) attempts(w, id, deed, command, false);
    if (kill == 2 * i + 1) attempts(w, id, deed, command, true);
    if (kill == 2 * i || kill == 2 * i + 1) w.open();
    attempts(w, id, deed, command, true);
  }
  std::vector<std::string> out = w.outbox->all();
  for (const Entry& e : w.entries(id)) {
    out.push_back(format("{} {} {} {} {} {}", e.number, to_string(e.kind), to_string(e.at), e.actor,
                         e.event, join(e.to, " ")));
  }
  out.push_back(join(w.find(id).states, " "));
  return out;
}

// A power cut between any two commits, and one inside each transaction: after reading the file
// again the rest of the commands gives what it would have given.
TEST(IncidentProperties, AKillAnywhereLosesAndDoublesNothing) {
  const auto whole = record_with_kill(-1);
  EXPECT_GT(whole.size(), 30u);
  const int deeds = static_cast<int>(course_of_an_incident().size());
  for (int kill = 0; kill < 2 * deeds; ++kill) {
    ASSERT_EQ(record_with_kill(kill), whole) << "kill " << kill;
  }
}

}  // namespace
}  // namespace cairn::respond
