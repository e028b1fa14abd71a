// SPDX-License-Identifier: Apache-2.0
#include "flow/expression.hpp"

#include <gtest/gtest.h>

namespace cairn::flow {
namespace {

class ExpressionTest : public ::testing::Test {
 protected:
  ExpressionTest() {
    chart_.states.resize(3);
    chart_.states[0].kind = StateKind::compound;
    chart_.states[1].id = "checking";
    chart_.states[2].id = "closed";
    instance_.active = {0, 1};
    instance_.variables = {{"returns", "2"}, {"unit", "water"}, {"empty", ""}};
    event_ = {"close", {{"actor", "li"}, {"unit", "road"}}, {}};
  }
  std::string of(const std::string& text) {
    const auto value = guards_.value(text, {chart_, instance_, &event_});
    return value ? *value : "! " + value.error().message;
  }

  Chart chart_;
  Instance instance_;
  Event event_;
  Expressions guards_;
};

TEST_F(ExpressionTest, ComparesNumbersAsNumbersAndTextsAsTexts) {
  EXPECT_EQ(of("returns < 10"), "true");
  EXPECT_EQ(of("'b' > 'a10'"), "true");
  EXPECT_EQ(of("event.unit <> unit"), "true");
  EXPECT_EQ(of("event.event = 'close'"), "true");
  EXPECT_EQ(of("2.0 = 2"), "true");
}

TEST_F(ExpressionTest, RanksOperators) {
  EXPECT_EQ(of("1 + 2 * 3 - -1"), "8");
  EXPECT_EQ(of("(1 + 2) * 3"), "9");
  EXPECT_EQ(of("true or false and false"), "true");
  EXPECT_EQ(of("not false and false"), "false");
  EXPECT_EQ(of("not returns = 3"), "true");
}

TEST_F(ExpressionTest, NullIsMissingOrEmptyAndComparesFalse) {
  EXPECT_EQ(of("event.reason is null"), "true");
  EXPECT_EQ(of("empty is null"), "true");
  EXPECT_EQ(of("event.actor is not null"), "true");
  EXPECT_EQ(of("event.reason <> 'x'"), "false");
  EXPECT_EQ(of("event.reason = event.reason"), "false");
}

TEST_F(ExpressionTest, KnowsTheActiveStates) {
  EXPECT_EQ(of("in('checking')"), "true");
  EXPECT_EQ(of("in('closed')"), "false");
  EXPECT_EQ(of("in('gone')"), "! there is no state 'gone'");
}

TEST_F(ExpressionTest, ErrorsNameTheColumn) {
  const auto error = [](std::string_view text) { return check_expression(text).error().message; };
  EXPECT_EQ(error("returns >="), "expected a value, found the end at column 11");
  EXPECT_EQ(error("unit = 'water"), "the text that begins at column 8 has no closing '");
  EXPECT_EQ(error("a b"), "expected an operator or the end, found 'b' at column 3");
  EXPECT_EQ(error("a = and"), "expected a value, found 'and' at column 5");
  EXPECT_EQ(error("a == 1"), "expected a value, found '=' at column 4");
  EXPECT_EQ(error("a is 3"), "expected 'null', found '3' at column 6");
  EXPECT_EQ(error(std::string(1'000, '(')), "nested deeper than 50");
  EXPECT_EQ(check_expression(std::string(5'000, 'a')).error().code, Code::too_large);
}

TEST_F(ExpressionTest, EvaluationErrorsSayWhat) {
  EXPECT_EQ(of("unit + 1"), "! + needs numbers, not 'water' and '1'");
  EXPECT_EQ(of("unit and true"), "! 'water' is not true or false");
  EXPECT_FALSE(guards_.holds("returns", {chart_, instance_, nullptr}));
  EXPECT_EQ(of("event.actor"), "li");
}

TEST_F(ExpressionTest, ListsTheNamesItUses) {
  const auto names = check_expression("in('a') and x > 1 or event.y = z");
  ASSERT_TRUE(names);
  EXPECT_EQ(names->states, std::vector<std::string>{"a"});
  EXPECT_EQ(names->variables, (std::vector<std::string>{"x", "z"}));
  EXPECT_EQ(names->fields, std::vector<std::string>{"y"});
}

}  // namespace
}  // namespace cairn::flow
