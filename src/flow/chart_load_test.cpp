// SPDX-License-Identifier: Apache-2.0
#include "flow/chart_load.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"

namespace cairn::flow {
namespace {

std::string errors_of(const std::string& yaml) {
  Problems problems;
  const auto workflow = read_workflow(yaml, "w.yaml", problems);
  EXPECT_NE(workflow.has_value(), !problems.ok());
  std::string out;
  for (const Error& e : problems.errors) out += to_string(e) + "\n";
  return out;
}

// The errors of a workflow whose state a has these lines.
std::string errors_of_a(const std::string& lines) {
  return errors_of("workflow: w\ninitial: a\nvariables: {count: 0}\nstates:\n  a: {" + lines +
                   "}\n  closed: {kind: final}\n");
}

TEST(ChartLoad, ReadsAllParts) {
  Problems problems;
  const auto workflow = read_workflow(R"(
workflow: all
version: 3
label: {zh: 全部, en: All}
variables: {n: 1}
initial: {to: work, do: [{call: begin}]}
states:
  work:
    label: 办理
    initial: handling
    deadline:
      within: 3 working days
      yellow: 0.4
      escalate: [{at: 1.5, call: tell, with: {who: x}}]
    states:
      handling:
        entry: [{send: wake, after: 90min, id: w1, with: {a: b}}]
        exit: [{cancel: w1}]
        on:
          - event: done.* ready
            if: n > 0
            to: closed
            do: [{assign: n, value: n + 1}, {raise: r}]
          - {event: [x, y], internal: true}
      back: {kind: history, initial: handling}
    on: [{to: closed, if: n > 9}]
  closed: {kind: final}
)",
                                      "w.yaml", problems);
  ASSERT_TRUE(workflow) << to_string(problems.errors.front());
  const Chart& c = workflow->chart;
  EXPECT_EQ(c.id, "all");
  EXPECT_EQ(c.version, 3);
  EXPECT_EQ(c.label, (Label{"全部", "All"}));
  ASSERT_EQ(c.states.size(), 5U);
  EXPECT_EQ(c.states[0].initial, std::vector<StateIndex>{1});
  EXPECT_EQ(c.states[0].initial_actions.size(), 1U);
  EXPECT_EQ(c.states[0].last, 4U);
  EXPECT_EQ(c.states[1].last, 3U);
  EXPECT_EQ(c.states[1].children, std::vector<StateIndex>{2});
  EXPECT_EQ(c.states[1].histories, std::vector<StateIndex>{3});
  EXPECT_EQ(c.states[2].entry[0].delay_ns, 5'400 * ns_per_second);
  EXPECT_EQ(c.states[2].entry[0].arguments, (Fields{{"a", "b"}}));
  const Transition& first = c.transitions[c.states[2].transitions[0]];
  EXPECT_EQ(first.events, (std::vector<std::string>{"done.*", "ready"}));
  EXPECT_EQ(first.guard, "n > 0");
  EXPECT_EQ(first.targets, std::vector<StateIndex>{4});
  ASSERT_EQ(first.actions.size(), 2U);
  EXPECT_EQ(first.actions[0].value, "n + 1");
  EXPECT_TRUE(c.transitions[c.states[2].transitions[1]].internal);
  EXPECT_EQ(c.states[4].kind, StateKind::final);
  ASSERT_EQ(workflow->deadlines.size(), 1U);
  EXPECT_EQ(workflow->deadlines[0].within, (Allowance{TimeUnit::working_days, 3}));
  EXPECT_EQ(workflow->deadlines[0].yellow_fraction, 0.4);
  EXPECT_EQ(workflow->deadlines[0].escalations[0].fraction, 1.5);
}

TEST(ChartLoad, NamesTheNearestState) {
  EXPECT_EQ(errors_of_a("on: [{event: x, to: clsed}]"),
            "w.yaml:5:27: there is no state 'clsed'; did you mean 'closed'?\n");
  EXPECT_EQ(errors_of_a("on: [{event: x, if: in('clsed'), to: closed}]"),
            "w.yaml:5:27: there is no state 'clsed'; did you mean 'closed'?\n");
}

TEST(ChartLoad, RefusesWhatItCannotUse) {
  const std::pair<const char*, const char*> cases[] = {
      {"on: {event: x}", "'on' is a list of transitions"},
      {"onn: []", "unknown key 'onn'; did you mean 'on'?"},
      {"on: [{evnt: x, to: closed}]", "unknown key 'evnt'; did you mean 'event'?"},
      {"on: [{do: [{call: x}]}]", "goes in a circle"},
      {"on: [{event: 'a b!', to: closed}]", "'b!' is not an event"},
      {"on: [{event: x, if: 'count >', to: closed}]", "expected a value, found the end"},
      {"on: [{event: x, if: cuont > 1, to: closed}]", "no variable 'cuont'; did you mean 'count'?"},
      {"on: [{event: x, if: actor = 'li', to: closed}]", "write event.actor for a field"},
      {"entry: [{assign: other, value: '1'}]", "there is no variable 'other'"},
      {"entry: [{assign: count}]", "'value' is missing"},
      {"entry: [{do: x}]", "unknown key 'do'"},
      {"entry: [{with: {a: b}}]", "an action is one of: raise, send, cancel, assign, call"},
      {"entry: [{call: x, raise: y}]", "an action is one of"},
      {"entry: [{send: x, after: soon}]", "after 'soon' is not a time"},
      {"entry: [{send: x, after: 1mo}]", "after '1mo' is not a time"},
      {"on: [{event: x, to: p}], states: {p: {pauses: true}}", "its guard must ask for a reason"},
      {"pauses: maybe", "'pauses' must be true or false"},
      {"kind: finl", "did you mean 'final'?"},
      {"kind: parallel", "a parallel state needs 'states'"},
      {"kind: compound", "a compound state needs 'states'"},
      {"kind: history", "the history 'a' needs an 'initial'"},
      {"kind: final, states: {b: {}}", "'a' is final and has no states"},
      {"states: []", "'states' is a map"},
      {"states: {closed: {}}", "the state 'closed' is at w.yaml:5:"},
      {"states: {'a b': {}}", "'a b' is not a state's name"},
      {"states: {h: {kind: history, initial: a}}", "needs a state that is not a history"},
      {"deadline: {within: 3 weeks}", "'3 weeks' is not a time such as"},
      {"deadline: {within: 3 days, yellow: 2}", "yellow 2 is not above 0 and at most 1"},
      {"deadline: {within: 3 days, yellow: 0.9}", "yellow must not come after red"},
      {"deadline: {within: 3 days, escalate: [{at: 1}]}", "'call' is missing"},
      {"deadline: {yellow: 0.5}", "'within' is missing"},
  };
  for (const auto& [lines, expected] : cases) {
    EXPECT_NE(errors_of_a(lines).find(expected), std::string::npos) << lines << "\n"
                                                                    << errors_of_a(lines);
    EXPECT_EQ(errors_of_a(lines).find("w.yaml:"), 0U) << errors_of_a(lines);
  }
  EXPECT_NE(errors_of("states: {a: {}}").find("'workflow' is missing"), std::string::npos);
  EXPECT_NE(errors_of("workflow: w").find("'states' is missing"), std::string::npos);
  EXPECT_NE(errors_of("[").find("w.yaml:"), std::string::npos);
}

TEST(ChartLoad, LimitsTheNumberOfStates) {
  std::string yaml = "workflow: w\nstates:\n";
  for (std::size_t i = 0; i <= max_states; ++i) yaml += format(" s{}:\n", i);
  EXPECT_NE(errors_of(yaml).find("more than 1000 states"), std::string::npos);
}

}  // namespace
}  // namespace cairn::flow
