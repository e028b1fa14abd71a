// SPDX-License-Identifier: Apache-2.0
#include "server/sta_query.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"

namespace cairn::server::sta {
namespace {

// "(a eq (b add 1))": what binds to what.
std::string shape(const Expr& e) {
  static const char* const words[] = {"or", "and", "not", "eq",  "ne",  "gt",  "ge", "lt",
                                      "le", "add", "sub", "mul", "div", "mod", "neg"};
  switch (e.kind) {
    case Expr::Kind::path:
      return join(e.path, "/");
    case Expr::Kind::literal:
      if (const auto* d = e.literal.get<double>()) return number_text(*d);
      if (const auto* s = e.literal.get<std::string>()) return "'" + *s + "'";
      if (const auto* t = e.literal.get<Instant>()) return to_string(*t);
      return "literal";
    case Expr::Kind::call: {
      std::string out = e.name + "(";
      for (const Expr& arg : e.args) out += (&arg == &e.args[0] ? "" : ",") + shape(arg);
      return out + ")";
    }
    case Expr::Kind::op:
      break;
  }
  const std::string word = words[static_cast<int>(e.op)];
  if (e.args.size() == 1) return "(" + word + " " + shape(e.args[0]) + ")";
  return "(" + shape(e.args[0]) + " " + word + " " + shape(e.args[1]) + ")";
}

std::string read(std::string_view text) {
  const auto expr = read_expression(text);
  return expr ? shape(*expr) : "error: " + expr.error().message;
}

TEST(StaQuery, OperatorsBindAsInTheStandard) {
  EXPECT_EQ(read("a or b and c"), "(a or (b and c))");
  EXPECT_EQ(read("a eq 1 add 2 mul 3"), "(a eq (1 add (2 mul 3)))");
  EXPECT_EQ(read("a sub b sub c"), "((a sub b) sub c)");
  EXPECT_EQ(read("not a eq 1 and b"), "((not (a eq 1)) and b)");
  EXPECT_EQ(read("-a add -1.5e2"), "((neg a) add -150)");
  EXPECT_EQ(read("( a )"), "a");
  EXPECT_EQ(read("Datastream/@iot.id eq 3"), "(Datastream/@iot.id eq 3)");
  EXPECT_EQ(read("Concat(a,'it''s') eq 'x'"), "(concat(a,'it's') eq 'x')");
  EXPECT_EQ(read("t gt 2017-01-01T08:00:00+08:00"), "(t gt 2017-01-01T00:00:00Z)");
  EXPECT_EQ(read("t gt 2017-01-01T08:00:00 08:00 and b"), "((t gt 2017-01-01T00:00:00Z) and b)");
  EXPECT_EQ(read("t gt 2017-01-01"), "(t gt 2017-01-01T00:00:00Z)");
}

TEST(StaQuery, MistakesNameTheirByte) {
  EXPECT_EQ(read("a eq"), "error: a value, a name or a function is missing at byte 4");
  EXPECT_EQ(read("(a"), "error: ')' is missing at byte 2");
  EXPECT_EQ(read("a b"), "error: something is left over at byte 2");
  EXPECT_EQ(read("'a"), "error: a text that begins here has no closing quote at byte 0");
  EXPECT_EQ(read("a eq 2017-13-01"), "error: '2017-13-01' is no time at byte 5");
  for (const char* bad : {"", "a eq 1x", "f(a,)", "f(a", "geography'POINT(1'", "duration'1h'",
                          "geography'SRID=3857;POINT(1 2)'", "a/", "#"}) {
    EXPECT_TRUE(read(bad).starts_with("error")) << bad;
  }
}

TEST(StaQuery, DepthAndLengthAreBounded) {
  EXPECT_TRUE(read_expression(std::string(150, '(') + "a" + std::string(150, ')')));
  EXPECT_FALSE(read_expression(std::string(5'000, '(')));
  EXPECT_FALSE(read_expression(std::string(5'000, '-') + "a"));
  std::string chain = "a";
  for (int i = 0; i < 900; ++i) chain += " or a";
  EXPECT_TRUE(read_expression(chain));
  for (int i = 0; i < 200; ++i) chain += " or a";
  EXPECT_FALSE(read_expression(chain));
  std::string deep = "A";
  for (int i = 0; i < 20; ++i) deep += "/A";
  EXPECT_FALSE(read_options({{"$expand", deep}}));
}

TEST(StaQuery, ExpandReadsBackFromItsText) {
  for (const char* text :
       {"Datastreams", "Datastreams,Locations", "A($top=1;$skip=2)",
        "A($filter=b eq 'x;)';$expand=B($select=c,d;$orderby=e desc;$count=true),C)"}) {
    const auto options = read_options({{"$expand", text}});
    ASSERT_TRUE(options) << text << ": " << options.error().message;
    EXPECT_EQ(expand_text(options->expand), text);
  }
  EXPECT_EQ(expand_text(read_options({{"$expand", "A/B($top=1),A/C"}})->expand),
            "A($expand=B($top=1),C)");
}

TEST(StaQuery, Durations) {
  EXPECT_EQ(read_duration("PT1H")->ns, 3600 * ns_per_second);
  EXPECT_EQ(read_duration("P1DT2H30M")->ns, (86'400 + 9'000) * ns_per_second);
  EXPECT_EQ(read_duration("-PT0.5S")->ns, -ns_per_second / 2);
  EXPECT_EQ(read_duration("P2W")->ns, 14 * ns_per_day);
  for (const char* bad :
       {"", "P", "PT", "1H", "P1H", "P1M", "P1Y", "PT1", "PTxS", "PT1HT1M", "P99999999999999D"}) {
    EXPECT_FALSE(read_duration(bad)) << bad;
  }
}

}  // namespace
}  // namespace cairn::server::sta
