// SPDX-License-Identifier: Apache-2.0
#include "flow/chart_check.hpp"

#include <gtest/gtest.h>

#include "flow/chart_load.hpp"

namespace cairn::flow {
namespace {

// What the checks say of a workflow with these states.
std::string findings(const std::string& states) {
  Problems problems;
  const auto workflow = read_workflow("workflow: w\n" + states, "w.yaml", problems);
  std::string out;
  for (const Error& e : problems.errors) out += "error " + to_string(e) + "\n";
  for (const Error& e : problems.warnings) out += to_string(e) + "\n";
  return out;
}

TEST(ChartCheck, FindsNothingInASoundChart) {
  EXPECT_EQ(findings(R"(initial: a
states:
  a:
    initial: b
    on: [{event: stop, to: end}]
    states:
      b: {on: [{event: x, to: c}]}
      c: {on: [{event: x, to: h}]}
      h: {kind: history, initial: b}
  end: {kind: final}
)"),
            "");
}

TEST(ChartCheck, WarnsOfWhatIsNeverReachedAndOfDeadEnds) {
  EXPECT_EQ(findings(R"(initial: a
states:
  a: {on: [{event: x, to: trap}, {event: y, to: end}]}
  trap: {on: [{event: x, to: trap}]}
  island: {on: [{event: x, to: end}]}
  end: {kind: final}
)"),
            "w.yaml:5:9: from 'trap' no final state can be reached\n"
            "w.yaml:6:11: the state 'island' is never reached\n");
  EXPECT_EQ(findings("initial: a\nstates: {a: {}}\n"),
            "w.yaml:1:1: the workflow never ends: it has no final state\n");
}

TEST(ChartCheck, WarnsOfAMissingInitial) {
  EXPECT_EQ(findings("states:\n  a: {on: [{event: x, to: b}]}\n  b: {kind: final}\n"),
            "w.yaml:1:1: 'initial' is missing: 'a' is where it begins, as the first state\n");
}

TEST(ChartCheck, AParallelRegionEndsThroughItsSibling) {
  EXPECT_EQ(findings(R"(initial: p
states:
  p:
    kind: parallel
    states:
      watch: {initial: w, states: {w: {}}}
      work: {initial: k, states: {k: {on: [{event: x, to: end}]}}}
  end: {kind: final}
)"),
            "");
}

TEST(ChartCheck, RefusesTargetsThatCannotBeActiveTogether) {
  const std::string parallel = R"(
states:
  p:
    kind: parallel
    states:
      h: {kind: history, initial: [r1, s1]}
      r: {initial: r1, states: {r1: {}, r2: {}}}
      s: {initial: s1, states: {s1: {}, s2: {}}}
  end: {kind: final}
)";
  EXPECT_EQ(findings("initial: [r2, s2]" + parallel).find("error"), std::string::npos);
  for (const char* wrong : {"[r1, r2]", "[p, r1]", "[r1, end]", "[h, r1]", "[r1, r1]"}) {
    EXPECT_NE(findings("initial: " + std::string(wrong) + parallel)
                  .find("error w.yaml:1:1: 'initial' names states that cannot be active together"),
              std::string::npos)
        << wrong;
  }
  EXPECT_NE(findings("initial: a\nstates:\n  a: {on: [{event: x, to: [a, b]}]}\n  b: {}\n")
                .find("error w.yaml:4:12: 'to' names states that cannot be active together: a, b"),
            std::string::npos);
}

TEST(ChartCheck, RefusesAnInitialThatIsOutside) {
  EXPECT_NE(findings("initial: a\nstates:\n  a: {initial: b, states: {c: {}}}\n  b: {}\n")
                .find("error w.yaml:4:6: the initial 'b' is not inside 'a'"),
            std::string::npos);
  EXPECT_NE(findings(R"(initial: a
states:
  a: {initial: b, states: {b: {initial: c, states: {c: {}}}, h: {kind: history, initial: a}}}
)")
                .find("the default 'a' of the history 'h' must be a state beside it or deeper"),
            std::string::npos);
}

}  // namespace
}  // namespace cairn::flow
