// SPDX-License-Identifier: Apache-2.0
#include "flow/sla.hpp"

#include <gtest/gtest.h>

#include <random>

#include "flow/chart_load.hpp"
#include "flow/expression.hpp"
#include "flow/testdata/calendars.hpp"

namespace cairn::flow {
namespace {

constexpr std::int64_t ns_per_hour = 3'600 * ns_per_second;

TEST(Sla, ReadsAllowances) {
  for (const char* words : {"30 working minutes", "4 working hours", "3 working days", "same day",
                            "90 minutes", "25 hours", "7 days", "1 working day", "1 hour"}) {
    const auto allowance = parse_allowance(words);
    ASSERT_TRUE(allowance) << words;
    EXPECT_EQ(to_string(*allowance), words);
  }
  for (const char* wrong : {"", "3", "days", "-1 days", "0 hours", "3 business days", "2 weeks",
                            "99999 days", "1.5 hours", "3 working", "3  days x y"}) {
    EXPECT_FALSE(parse_allowance(wrong)) << wrong;
  }
}

TEST(Sla, LightsFollowTheWorkingClock) {
  const Calendar c = offices();
  DeadlineRule rule;
  rule.within = *parse_allowance("10 working hours");
  const Stay stay{1, local("2026-03-05T09:00"), std::nullopt, {}};  // Thursday, 7 hours a day
  const auto at = [&](const char* now) { return *status(rule, c, stay, local(now)); };
  EXPECT_EQ(text(at("2026-03-05T09:00").due), "2026-03-06T12:00");
  EXPECT_EQ(text(at("2026-03-05T09:00").yellow_at), "2026-03-05T15:30");
  EXPECT_EQ(text(at("2026-03-05T09:00").red_at), "2026-03-06T10:00");
  EXPECT_EQ(at("2026-03-05T15:29").light, Light::green);
  EXPECT_EQ(at("2026-03-05T15:30").light, Light::yellow);
  EXPECT_EQ(at("2026-03-06T10:00").light, Light::red);
  EXPECT_EQ(at("2026-03-06T12:00").light, Light::red);
  EXPECT_EQ(at("2026-03-06T12:01").light, Light::overdue);
  EXPECT_EQ(at("2026-03-06T10:00").used_ns, 8 * ns_per_hour);
  EXPECT_EQ(at("2026-03-06T10:00").allowed_ns, 10 * ns_per_hour);
}

TEST(Sla, PauseWithAReasonStopsTheClock) {
  const Calendar c = offices();
  DeadlineRule rule;
  rule.within = *parse_allowance("2 working days");
  Stay stay{1, local("2026-03-04T16:30"), std::nullopt, {}};  // Wednesday: 1 + 7 + 7 hours
  EXPECT_EQ(text(status(rule, c, stay, stay.begin)->due), "2026-03-06T17:30");
  EXPECT_FALSE(pause(stay, local("2026-03-05T09:00"), " "));
  ASSERT_TRUE(pause(stay, local("2026-03-05T10:00"), "等待配件"));
  EXPECT_FALSE(pause(stay, local("2026-03-05T11:00"), "again"));
  const auto paused = *status(rule, c, stay, local("2026-03-20T10:00"));
  EXPECT_TRUE(paused.paused);
  EXPECT_FALSE(paused.due);
  EXPECT_EQ(paused.used_ns, 2 * ns_per_hour);
  EXPECT_EQ(paused.light, Light::green);
  EXPECT_FALSE(resume(stay, local("2026-03-05T09:00")));
  ASSERT_TRUE(resume(stay, local("2026-03-10T10:00")));
  EXPECT_FALSE(resume(stay, local("2026-03-10T11:00")));
  // 13 hours are left from Tuesday 10:00: 6 on that day, 7 on the next.
  EXPECT_EQ(text(status(rule, c, stay, stay.begin)->due), "2026-03-11T17:30");
}

TEST(Sla, NaturalTimeMovesOnToTheNextOpening) {
  const Calendar c = offices();
  DeadlineRule rule;
  rule.within = *parse_allowance("24 hours");
  Stay stay{1, local("2026-03-05T10:00"), std::nullopt, {}};
  EXPECT_EQ(text(status(rule, c, stay, stay.begin)->due), "2026-03-06T10:00");
  stay.begin = local("2026-03-06T16:00");  // Friday: Saturday 16:00 is Monday 09:00
  EXPECT_EQ(text(status(rule, c, stay, stay.begin)->due), "2026-03-09T09:00");
  EXPECT_EQ(status(rule, c, stay, local("2026-03-08T10:00"))->light, Light::green);
}

TEST(Sla, SaysWhenAHolidayTableIsMissing) {
  DeadlineRule rule;
  rule.within = *parse_allowance("3 working days");
  const Stay stay{1, local("2026-12-30T10:00"), std::nullopt, {}};
  const auto found = status(rule, offices(), stay, stay.begin);
  EXPECT_FALSE(found->holidays_known);
  EXPECT_EQ(text(found->due), "2027-01-04T17:30");
}

TEST(Sla, EscalationsFallDueOnce) {
  const Calendar c = offices();
  DeadlineRule rule;
  rule.state = "handling";
  rule.within = *parse_allowance("10 working hours");
  rule.escalations = {{2, "leader", {}}, {0.8, "remind", {}}, {1, "supervisor", {}}};
  Stay stay{1, local("2026-03-05T09:00"), std::nullopt, {}};
  std::vector<std::string> found;
  for (Instant t = stay.begin; t < local("2026-03-20T00:00"); t = t + 7 * ns_per_hour / 3) {
    const auto due = escalations(rule, c, stay, t, t + 7 * ns_per_hour / 3);
    ASSERT_TRUE(due);
    for (const auto& e : *due)
      found.push_back(rule.escalations[e.index].call + " " + text(Result<Instant>(e.due)));
  }
  EXPECT_EQ(found,
            (std::vector<std::string>{"remind 2026-03-06T10:00", "supervisor 2026-03-06T12:00",
                                      "leader 2026-03-09T16:30"}));
  stay.end = local("2026-03-06T11:00");
  const auto left = escalations(rule, c, stay, stay.begin, local("2026-03-20T00:00"));
  ASSERT_EQ(left->size(), 1U);
  EXPECT_EQ(left->front().id, "handling/2026-03-05T01:00:00Z/1");
}

TEST(Sla, NothingEscalatesAfterTheStay) {
  DeadlineRule rule;
  rule.state = "handling";
  rule.within = *parse_allowance("24 hours");
  rule.escalations = {{1, "supervisor", {}}};
  // Up on Saturday at 16:00, so due on Monday; left on Sunday.
  Stay stay{1, local("2026-03-06T16:00"), std::nullopt, {}};
  const auto found = [&] {
    return escalations(rule, offices(), stay, stay.begin, local("2026-03-20T00:00"))->size();
  };
  EXPECT_EQ(found(), 1U);
  stay.end = local("2026-03-08T10:00");
  EXPECT_EQ(found(), 0U);
  EXPECT_EQ(status(rule, offices(), stay, local("2026-03-20T00:00"))->light, Light::green);
}

TEST(Sla, DeadlinesKeepToHoursAndGrowWithPauses) {
  std::mt19937_64 random(7);
  const auto below = [&](std::int64_t n) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
  };
  for (int round = 0; round < 400; ++round) {
    const Calendar c = random_calendar(random);
    DeadlineRule rule;
    rule.within = {static_cast<TimeUnit>(below(3)), 0};
    rule.within.amount =
        rule.within.unit == TimeUnit::working_days ? below(10) : 1 + below(30 * ns_per_hour);
    Stay stay{1, Instant{below(2'900 * ns_per_day)}, std::nullopt, {}};
    Instant before = *status(rule, c, stay, stay.begin)->due;
    Instant t = stay.begin;
    for (int i = 0; i < 4; ++i) {
      t = t + below(2 * ns_per_day);
      ASSERT_TRUE(pause(stay, t, "why"));
      t = t + below(3 * ns_per_day);
      ASSERT_TRUE(resume(stay, t));
      const auto now = status(rule, c, stay, t);
      ASSERT_TRUE(now && now->due);
      EXPECT_TRUE(is_working(c, *now->due));
      EXPECT_GE(*now->due, before);
      EXPECT_LE(*now->yellow_at, *now->red_at);
      EXPECT_LE(*now->red_at, *now->due);
      if (rule.within.unit != TimeUnit::natural_time) {
        EXPECT_EQ(status(rule, c, stay, *now->due)->used_ns, now->allowed_ns);
      }
      before = *now->due;
    }
  }
}

// Random walks through a chart with parallel regions: at every moment of its life each region's
// leaves are in exactly one state, so their stays add up to the wall time.
TEST(Sla, TimeInAllStatesAddsUpToWallTime) {
  Problems problems;
  const auto workflow = read_workflow(read_testdata("hotline_12345.yaml"), "hotline", problems);
  ASSERT_TRUE(workflow);
  const Chart& chart = workflow->chart;
  std::vector<std::string> names;
  for (const auto& t : chart.transitions) {
    names.insert(names.end(), t.events.begin(), t.events.end());
  }
  std::mt19937_64 random(12345);
  Expressions guards;
  std::size_t ended = 0;
  std::size_t paused_stays = 0;
  for (int round = 0; round < 200; ++round) {
    Instant now{static_cast<std::int64_t>(random() % 1'000'000)};
    const Instant begin = now;
    auto started = start(chart, now, guards);
    ASSERT_TRUE(started);
    Instance instance = started->instance;
    std::vector<Stay> stays;
    ASSERT_TRUE(follow(chart, instance, started->step, {"", {}, now}, stays));
    for (int i = 0; i < 60 && instance.running; ++i) {
      now = now + static_cast<std::int64_t>(random() % ns_per_day);
      Fields data{{"actor", random() % 2 ? "li" : "wang"},
                  {"reason", "r"},
                  {"answer", "t"},
                  {"of", "x"},
                  {"file", "f"},
                  {"unit", random() % 2 ? "a" : "b"},
                  {"role", "reporter"}};
      const Event event{names[random() % names.size()], data, now};
      const auto done = step(chart, instance, event, guards);
      ASSERT_TRUE(done);
      ASSERT_TRUE(follow(chart, instance, *done, event, stays));
    }
    ended += instance.running ? 0 : 1;
    std::map<StateIndex, std::int64_t> inside_ns;  // by state, of its children
    std::map<StateIndex, std::int64_t> own_ns;
    for (const Stay& stay : stays) {
      const std::int64_t wall_ns = stay.end.value_or(now).ns - stay.begin.ns;
      std::int64_t paused_ns = 0;
      for (const Pause& p : stay.pauses) paused_ns += p.end.value_or(now).ns - p.begin.ns;
      EXPECT_EQ(unpaused_ns(stay, now) + paused_ns, wall_ns);
      paused_stays += stay.pauses.empty() ? 0 : 1;
      own_ns[stay.state] += wall_ns;
      if (chart.states[chart.states[stay.state].parent].kind == StateKind::compound) {
        inside_ns[chart.states[stay.state].parent] += wall_ns;
      } else {
        EXPECT_LE(wall_ns, now.ns - begin.ns);
      }
    }
    EXPECT_EQ(inside_ns[0], now.ns - begin.ns);
    for (const auto& [state, ns] : inside_ns) {
      if (state == 0) continue;
      EXPECT_EQ(ns, own_ns[state]) << chart.states[state].id;
    }
  }
  EXPECT_GT(ended, 0U);
  EXPECT_GT(paused_stays, 0U);
}

TEST(Sla, StaysDoNotGoBackInTime) {
  Chart chart;
  chart.states.resize(2);
  std::vector<Stay> stays{{1, Instant{100}, std::nullopt, {}}};
  const auto at = [](std::int64_t ns) { return Event{"", {}, Instant{ns}}; };
  EXPECT_EQ(follow(chart, {}, {}, at(99), stays).error().code, Code::conflict);
  Step step;
  step.exited = {1};
  ASSERT_TRUE(pause(stays[0], Instant{110}, "why"));
  ASSERT_TRUE(follow(chart, {}, step, at(130), stays));
  EXPECT_EQ(stays[0].end, Instant{130});
  EXPECT_EQ(stays[0].pauses[0].end, Instant{130});
  EXPECT_EQ(unpaused_ns(stays[0], Instant{500}), 10);
}

TEST(Sla, AStateThatPausesStopsTheClocksAroundIt) {
  Problems problems;
  const auto workflow = read_workflow(R"(
workflow: w
initial: busy
states:
  work:
    deadline: {within: 10 working hours}
    states:
      busy: {on: [{event: pause, if: event.reason is not null, to: idle}, {event: x, to: busy}]}
      idle: {pauses: true, on: [{event: resume, to: busy}, {event: x, to: idle, if: event.reason is
        not null}]}
)",
                                      "w.yaml", problems);
  ASSERT_TRUE(workflow) << to_string(problems.errors.front());
  const Chart& chart = workflow->chart;
  Expressions guards;
  Instance instance = start(chart, local("2026-03-05T09:00"), guards)->instance;
  std::vector<Stay> stays{{1, local("2026-03-05T09:00"), std::nullopt, {}}};
  const auto send = [&](const char* name, const char* when) {
    const Event event{name, {{"reason", "parts"}}, local(when)};
    const auto done = step(chart, instance, event, guards);
    ASSERT_TRUE(done && follow(chart, instance, *done, event, stays));
  };
  send("pause", "2026-03-05T11:00");
  send("x", "2026-03-05T13:00");
  ASSERT_EQ(stays[0].pauses.size(), 1U);
  EXPECT_EQ(stays[0].pauses[0], (Pause{local("2026-03-05T11:00"), std::nullopt, "parts"}));
  send("resume", "2026-03-06T11:00");
  send("x", "2026-03-06T11:30");
  ASSERT_EQ(stays[0].pauses.size(), 1U);
  EXPECT_EQ(stays[0].pauses[0].end, local("2026-03-06T11:00"));
  // 8 hours are left: 1 + 4 on Friday, 3 on Monday.
  EXPECT_EQ(text(status(workflow->deadlines[0], offices(), stays[0], stays[0].begin)->due),
            "2026-03-09T12:00");
}

}  // namespace
}  // namespace cairn::flow
