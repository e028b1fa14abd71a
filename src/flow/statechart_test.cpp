// SPDX-License-Identifier: Apache-2.0
#include "flow/statechart.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "flow/chart_load.hpp"
#include "flow/expression.hpp"

namespace cairn::flow {
namespace {

Chart chart_of(std::string_view yaml) {
  Problems problems;
  const auto workflow = read_workflow(yaml, "test.yaml", problems);
  for (const Error& error : problems.errors) ADD_FAILURE() << to_string(error);
  return workflow ? workflow->chart : Chart{};
}

// Runs a chart and tells where it is and what it did.
class Machine {
 public:
  explicit Machine(std::string_view yaml) : chart_(chart_of(yaml)) {
    auto started = start(chart_, now, guards_);
    if (!started) {
      ADD_FAILURE() << to_string(started.error());
      return;
    }
    instance = std::move(started->instance);
    last = std::move(started->step);
  }
  // The names of the active leaves after the event.
  std::string send(const std::string& name, Fields data = {}) {
    auto done = step(chart_, instance, {name, std::move(data), now}, guards_);
    if (!done) return to_string(done.error());
    last = *std::move(done);
    return where();
  }
  std::string where() const { return names(leaves(chart_, instance)); }
  std::string names(const std::vector<StateIndex>& states) const {
    std::vector<std::string> out;
    for (const StateIndex s : states) out.push_back(chart_.states[s].id);
    return join(out, " ");
  }
  std::string calls() const {
    std::vector<std::string> out;
    for (const Effect& e : last.effects) out.push_back(e.name);
    return join(out, " ");
  }
  const Chart& chart() const { return chart_; }

  Instant now{1'000};
  Instance instance;
  Step last;

 private:
  Chart chart_;
  Expressions guards_;
};

TEST(Statechart, EventDescriptorsMatchByDottedPrefix) {
  EXPECT_TRUE(matches("report", "report.new"));
  EXPECT_TRUE(matches("report.*", "report.new"));
  EXPECT_TRUE(matches("report.*", "report"));
  EXPECT_TRUE(matches("*", "anything"));
  EXPECT_FALSE(matches("report", "reports"));
  EXPECT_FALSE(matches("report.new", "report"));
}

TEST(Statechart, ActionsRunFromInnerExitToOuterEntry) {
  Machine m(R"(
workflow: order
initial: a1
states:
  a:
    initial: a1
    exit: [{call: leave-a}]
    states:
      a1:
        exit: [{call: leave-a1}]
        on: [{event: go, to: b1, do: [{call: move}]}]
  b:
    initial: {to: b1, do: [{call: begin-b}]}
    entry: [{call: enter-b}]
    states: {b1: {entry: [{call: enter-b1}]}}
)");
  EXPECT_EQ(m.send("go"), "b1");
  EXPECT_EQ(m.calls(), "leave-a1 leave-a move enter-b enter-b1");
  EXPECT_EQ(m.names(m.last.exited), "a1 a");
  EXPECT_EQ(m.names(m.last.entered), "b b1");
}

TEST(Statechart, InitialActionsRunOnlyWhenEnteredByDefault) {
  Machine m(R"(
workflow: begin
initial: a
states:
  a: {on: [{event: go, to: b}]}
  b:
    initial: {to: b1, do: [{call: begin-b}]}
    entry: [{call: enter-b}]
    states: {b1: {entry: [{call: enter-b1}]}}
)");
  EXPECT_EQ(m.send("go"), "b1");
  EXPECT_EQ(m.calls(), "enter-b begin-b enter-b1");
}

TEST(Statechart, InternalTransitionStaysInItsSource) {
  const std::string yaml = R"(
workflow: stay
states:
  a:
    initial: a1
    entry: [{call: enter-a}]
    on: [{event: inside, internal: true, to: a2}, {event: outside, to: a2}]
    states: {a1: {}, a2: {}}
)";
  Machine m(yaml);
  EXPECT_EQ(m.send("inside"), "a2");
  EXPECT_EQ(m.calls(), "");
  EXPECT_EQ(m.send("outside"), "a2");
  EXPECT_EQ(m.calls(), "enter-a");
}

TEST(Statechart, InnerTransitionWinsOverOuterAndDocumentOrderDecidesTheRest) {
  Machine m(R"(
workflow: conflict
initial: p
states:
  p:
    kind: parallel
    on: [{event: e, to: outer}]
    states:
      left: {initial: l1, states: {l1: {on: [{event: [e, f], to: l2}]}, l2: {}}}
      right: {initial: r1, states: {r1: {on: [{event: f, to: outer}]}}}
  outer: {}
)");
  EXPECT_EQ(m.send("e"), "l2 r1");
  Machine n(R"(
workflow: conflict
initial: p
states:
  p:
    kind: parallel
    states:
      left: {initial: l1, states: {l1: {on: [{event: f, to: first}]}}}
      right: {initial: r1, states: {r1: {on: [{event: f, to: second}]}}}
  first: {}
  second: {}
)");
  EXPECT_EQ(n.send("f"), "first");
}

TEST(Statechart, HistoryBringsBackShallowAndDeep) {
  const std::string yaml = R"(
workflow: memory
initial: a
states:
  a:
    initial: a1
    on: [{event: out, to: away}]
    states:
      shallow: {kind: history, initial: a1}
      deep: {kind: deep_history, initial: a1}
      a1: {on: [{event: next, to: y}]}
      a2: {initial: x, states: {x: {}, y: {}}}
  away: {on: [{event: shallow, to: shallow}, {event: deep, to: deep}]}
)";
  Machine m(yaml);
  EXPECT_EQ(m.send("next"), "y");
  EXPECT_EQ(m.send("out"), "away");
  EXPECT_EQ(m.send("deep"), "y");
  EXPECT_EQ(m.send("out"), "away");
  EXPECT_EQ(m.send("shallow"), "x");
}

TEST(Statechart, DoneStateOfCompoundAndParallel) {
  Machine m(R"(
workflow: done
initial: p
states:
  p:
    kind: parallel
    on: [{event: done.state.left, do: [{call: left-done}]}, {event: done.state.p, to: all}]
    states:
      left: {initial: l1, states: {l1: {on: [{event: l, to: lf}]}, lf: {kind: final}}}
      right: {initial: r1, states: {r1: {on: [{event: r, to: rf}]}, rf: {kind: final}}}
  all: {kind: final}
)");
  EXPECT_EQ(m.send("l"), "lf r1");
  EXPECT_EQ(m.calls(), "left-done");
  EXPECT_TRUE(m.instance.running);
  EXPECT_EQ(m.send("r"), "all");
  EXPECT_FALSE(m.instance.running);
  EXPECT_EQ(m.send("l"), "'done' has ended: the event 'l' comes too late");
}

TEST(Statechart, DelayedEventsAreEffectsWithIdAndDueInstant) {
  Machine m(R"(
workflow: later
states:
  a: {on: [{event: go, to: b}]}
  b: {entry: [{send: wake, after: 10min, with: {who: desk}}], exit: [{cancel: send-1}],
      on: [{event: wake, to: a}]}
)");
  m.now = Instant{5'000};
  EXPECT_EQ(m.send("go"), "b");
  const Effect expected{Effect::Kind::send,
                        "wake",
                        "send-1",
                        Instant{5'000 + 600 * ns_per_second},
                        {{"who", "desk"}}};
  ASSERT_EQ(m.last.effects.size(), 1U);
  EXPECT_EQ(m.last.effects[0], expected);
  EXPECT_EQ(m.send("wake"), "a");
  EXPECT_EQ(m.last.effects[0].kind, Effect::Kind::cancel);
  EXPECT_EQ(m.send("go"), "b");
  EXPECT_EQ(m.last.effects[0].id, "send-2");
}

TEST(Statechart, TellsWhyAnEventMovedNothing) {
  Machine m(R"(
workflow: refuse
variables: {evidence: 0}
states:
  a: {on: [{event: close, if: evidence >= 1, to: b}]}
  b: {}
)");
  EXPECT_EQ(m.send("close"), "a");
  ASSERT_EQ(m.last.refused.size(), 1U);
  EXPECT_EQ(m.last.refused[0].reason, "evidence >= 1");
  EXPECT_EQ(m.send("unheard"), "a");
  EXPECT_TRUE(m.last.refused.empty());
}

TEST(Statechart, EndlessChartIsAnErrorAndLeavesTheInstanceAsItWas) {
  Machine m(R"(
workflow: circle
states:
  rest: {on: [{event: go, to: a}]}
  a: {on: [{to: b}]}
  b: {on: [{to: a}]}
)");
  const Instance before = m.instance;
  EXPECT_NE(m.send("go").find("does not come to rest"), std::string::npos);
  EXPECT_EQ(m.instance, before);
}

TEST(Statechart, TooManyRaisedEventsAreAnError) {
  Machine m(R"(
workflow: flood
states:
  rest: {on: [{event: go, do: [{raise: x}]}, {event: x, do: [{raise: x}, {raise: x}, {raise: x}]}]}
)");
  EXPECT_NE(m.send("go").find("does not come to rest"), std::string::npos);
}

TEST(Statechart, MistakeInAGuardIsAnErrorEventOnce) {
  Machine m(R"(
workflow: mistake
variables: {name: ""}
states:
  a: {on: [{if: name + 1 > 0, to: b}, {event: error.execution, to: c}]}
  b: {}
  c: {on: [{event: x}]}
)");
  EXPECT_EQ(m.where(), "c");
  ASSERT_EQ(m.last.mistakes.size(), 1U);
  EXPECT_NE(m.last.mistakes[0].find("needs numbers"), std::string::npos);
}

TEST(Statechart, AMistakeThatNobodyHandlesStillComesToRest) {
  Machine m(R"(
workflow: mistake
variables: {name: ""}
states:
  a: {on: [{if: name + 1 > 0, to: b}, {event: go, to: b}]}
  b: {}
)");
  EXPECT_EQ(m.where(), "a");
  EXPECT_EQ(m.last.mistakes.size(), 1U);
  EXPECT_EQ(m.send("go"), "b");
}

TEST(Statechart, GuardedActionsSeeWhatWasAssignedBefore) {
  Machine m(R"(
workflow: assign
variables: {n: 0}
states:
  a:
    on:
      - event: add
        do: [{assign: n, value: n + event.by}, {call: big, if: n > 4}, {call: small, if: n <= 4}]
)");
  m.send("add", {{"by", "3"}});
  EXPECT_EQ(m.calls(), "small");
  m.send("add", {{"by", "2"}});
  EXPECT_EQ(m.calls(), "big");
  EXPECT_EQ(m.instance.variables.at("n"), "5");
}

}  // namespace
}  // namespace cairn::flow
