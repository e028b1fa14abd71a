// SPDX-License-Identifier: Apache-2.0
#include "flow/instance_text.hpp"

#include <gtest/gtest.h>

#include "flow/chart_load.hpp"
#include "flow/expression.hpp"

namespace cairn::flow {
namespace {

constexpr std::string_view yaml = R"(
workflow: memory
variables: {note: ""}
initial: a
states:
  a:
    initial: a1
    on: [{event: out, to: away, do: [{assign: note, value: event.text}]}]
    states:
      back: {kind: deep_history, initial: a1}
      a1: {on: [{event: next, to: y}]}
      a2: {initial: x, states: {x: {}, y: {}}}
  away: {on: [{event: back, to: back}]}
)";

Chart chart() {
  Problems problems;
  return read_workflow(yaml, "test.yaml", problems)->chart;
}

TEST(InstanceText, ComesBackTheSame) {
  const Chart c = chart();
  Expressions guards;
  Instance instance = start(c, {}, guards)->instance;
  ASSERT_TRUE(step(c, instance, {"next", {}, {}}, guards));
  ASSERT_TRUE(step(c, instance, {"out", {{"text", "a \"b\"\\\nc"}}, {}}, guards));
  const std::string text = to_text(c, instance);
  EXPECT_EQ(text,
            "cairn-instance 1\nchart memory 1\nrunning yes\nsends 0\nactive away\n"
            "remembered back y\nvariable note \"a \\\"b\\\"\\\\\\nc\"\n");
  const auto again = parse_instance(text, c);
  ASSERT_TRUE(again) << to_string(again.error());
  EXPECT_EQ(*again, instance);
}

TEST(InstanceText, RefusesWhatDoesNotFitTheChart) {
  const Chart c = chart();
  const auto error = [&](const std::string& rest) {
    const auto read = parse_instance("cairn-instance 1\n" + rest, c);
    return read ? "" : to_string(read.error());
  };
  EXPECT_EQ(error("chart memory 1\nactive a a1\n"), "");
  EXPECT_EQ(error("chart other 1\n"), "line 2: of the chart 'other', not 'memory'");
  EXPECT_EQ(error("chart memory 1\nactive gone\n"),
            "line 3: the chart 'memory' has no state 'gone'");
  EXPECT_NE(error("chart memory 1\nactive a\n").find("not a configuration"), std::string::npos);
  EXPECT_NE(error("chart memory 1\nactive a a1 away\n").find("not a config"), std::string::npos);
  EXPECT_EQ(error("chart memory 1\nactive a a1\nremembered back away\n"),
            "line 4: 'back' cannot remember away");
  EXPECT_EQ(error("chart memory 1\nactive a a1\nremembered back a1 y\n"),
            "line 4: 'back' cannot remember a1 y");
  EXPECT_EQ(error("chart memory 1\nvariable x y\n"),
            "line 3: a variable needs a name and a text in quotes");
  EXPECT_EQ(error("active a a1\n"), "the line 'chart' is missing");
  EXPECT_EQ(to_string(parse_instance("cairn-instance 2\n", c).error()),
            "line 1: expected 'cairn-instance 1'");
}

}  // namespace
}  // namespace cairn::flow
