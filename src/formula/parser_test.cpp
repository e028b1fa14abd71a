// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/limits.hpp"
#include "formula/ast.hpp"

namespace cairn::formula {
namespace {

std::string printed(std::string_view text) {
  const auto tree = parse(text);
  if (!tree) return "error " + to_string(tree.error());
  const std::string out = print(**tree);
  const auto again = parse(out);
  if (!again) return "round trip of " + out + ": " + to_string(again.error());
  if (!same(**tree, **again)) return "round trip changes " + out + " to " + print(**again);
  return out;
}

std::string error_of(std::string_view text) {
  const auto tree = parse(text);
  return tree ? "no error: " + print(**tree) : to_string(tree.error());
}

TEST(Parser, PrecedenceIsThatOfTheStandard) {
  EXPECT_EQ(printed("a + b * c"), "a + (b * c)");
  EXPECT_EQ(printed("a - b - c"), "(a - b) - c");
  EXPECT_EQ(printed("a / b * c div d"), "((a / b) * c) div d");
  EXPECT_EQ(printed("2 ^ 3 ^ 2"), "2 ^ (3 ^ 2)");
  EXPECT_EQ(printed("-x ^ 2"), "-x ^ 2");
  EXPECT_EQ(parse("-x ^ 2").value()->op, Op::pow);
  EXPECT_EQ(printed("a * -b"), "a * -b");
  EXPECT_EQ(printed("- foo * 2.0 + \"bar\" / 6.1234 - \"x\" ^ 2.0"),
            "((-foo * 2) + (bar / 6.1234)) - (x ^ 2)");
  EXPECT_EQ(printed("a OR b and not c"), "a OR (b AND (NOT c))");
  EXPECT_EQ(printed("NOT a < b AND c"), "(NOT (a < b)) AND c");
  EXPECT_EQ(printed("a + 1 > b * 2"), "(a + 1) > (b * 2)");
  EXPECT_EQ(printed("pop_other>1038290-21 div 10"), "pop_other > (1038290 - (21 div 10))");
}

TEST(Parser, PredicatesAndTheirNegations) {
  EXPECT_EQ(printed("name not like 'B_r%'"), "name NOT LIKE 'B_r%'");
  EXPECT_EQ(printed("NOT name LIKE 'x'"), "name NOT LIKE 'x'");
  EXPECT_EQ(printed("NOT name NOT LIKE 'x'"), "NOT (name NOT LIKE 'x')");
  EXPECT_EQ(printed("a Between 1 AND 2 + 3 and b"), "(a BETWEEN 1 AND (2 + 3)) AND b");
  EXPECT_EQ(printed("a in (1, 'x', true)"), "a IN (1, 'x', TRUE)");
  EXPECT_EQ(printed("a + b is not null"), "(a + b) IS NOT NULL");
}

TEST(Parser, NamesMayBeQuotedAndForeign) {
  EXPECT_EQ(printed("eo:cloud_cover < 0.1"), "eo:cloud_cover < 0.1");
  EXPECT_EQ(printed("\"date\" = \"and\""), "date = \"and\"");
  EXPECT_EQ(printed("\"a \"\" b\" = 1"), "\"a \"\" b\" = 1");
  EXPECT_EQ(printed("人口 > 5 万人"), "人口 > 5 万人");
  EXPECT_EQ(printed("date > DATE('2020-01-02')"), "date > DATE('2020-01-02')");
  EXPECT_EQ(printed("start <= end"), "start <= end");
  EXPECT_EQ(printed("of + where + over"), "(\"of\" + \"where\") + \"over\"");
}

TEST(Parser, TextEscapes) {
  const auto literal = [](std::string_view text) {
    return *parse(text).value()->literal.get<std::string>();
  };
  EXPECT_EQ(literal("'it''s'"), "it's");
  EXPECT_EQ(literal("'it\\'s'"), "it's");
  EXPECT_EQ(literal("'\\a\\b\\t\\n\\v\\f\\r\\\\'"), "\a\b\t\n\v\f\r\\");
  EXPECT_EQ(literal("'50\\%'"), "50\\%");
  EXPECT_EQ(printed("'a\\tb''\\\\'"), "'a\\tb''\\\\'");
}

TEST(Parser, QuantitiesAndModulo) {
  EXPECT_EQ(printed("rate(displacement, 6h) > 5 mm/h"), "rate(displacement, 6 h) > 5 mm/h");
  EXPECT_EQ(printed("x > 10kW"), "x > 10 kW");
  EXPECT_EQ(printed("x > 10 kW * 2"), "x > (10 kW * 2)");
  EXPECT_EQ(printed("x > 3 kW.h and y"), "(x > 3 kW.h) AND y");
  EXPECT_EQ(printed("x < 5 [in_i]"), "x < 5 [in_i]");
  EXPECT_EQ(printed("x < 5 %"), "x < (5 %)");
  EXPECT_EQ(printed("x < 5 % and y"), "(x < (5 %)) AND y");
  EXPECT_EQ(printed("x = 5%2"), "x = (5 % 2)");
  EXPECT_EQ(printed("x = 5 % n"), "x = (5 % n)");
  EXPECT_EQ(printed("5 % - x"), "5 % -x");
  EXPECT_EQ(printed("(5 %) - x"), "(5 %) - x");
  EXPECT_EQ(printed("x - 5 m / 2"), "x - (5 m / 2)");
  EXPECT_EQ(printed("1E3 + 5e"), "1000 + 5 e");
  EXPECT_EQ(printed("2 in (1,2)"), "2 IN (1, 2)");
  EXPECT_EQ(printed("at(x, -1y)"), "at(x, -1 y)");
  EXPECT_EQ(parse("at(x, -1y)").value()->args[1]->kind, Kind::quantity);
  EXPECT_EQ(printed("at(x, '2020-06-30') - at(x, 2020)"), "at(x, '2020-06-30') - at(x, 2020)");
}

TEST(Parser, Aggregates) {
  EXPECT_EQ(printed("count(village)"), "count(village)");
  EXPECT_EQ(printed("COUNT(village where coverage_5g)"), "count(village where coverage_5g)");
  EXPECT_EQ(printed("share(village: rsrp >= -105)"), "share(village : (rsrp >= -105))");
  EXPECT_EQ(printed("share(village:rsrp >= -105)"), "share(village : (rsrp >= -105))");
  EXPECT_EQ(printed("share(village where a > 1 :b)"), "share(village where (a > 1) : b)");
  EXPECT_EQ(printed("share(village where a: b)"), "share(village where a : b)");
  EXPECT_EQ(printed("sum(population of village where a or b over year)"),
            "sum(population of village where (a OR b) over year)");
  EXPECT_EQ(printed("sum(avg(p, 1h) of data_centre) / sum(x of t)"),
            "sum(avg(p, 1 h) of data_centre) / sum(x of t)");
  EXPECT_EQ(printed("quantile(0.95, latency of link where kind = 'backbone')"),
            "quantile(0.95, latency of link where (kind = 'backbone'))");
  EXPECT_EQ(printed("sum(r of t over last year)"), "sum(r of t over last year)");
  EXPECT_EQ(printed("sum(r of t over ytd) + sum(r of t over qtd)"),
            "sum(r of t over ytd) + sum(r of t over qtd)");
  EXPECT_EQ(printed("sum(r of t over 12mo)"), "sum(r of t over 1y)");
  EXPECT_EQ(printed("sum(r of t over 30 d)"), "sum(r of t over 30d)");
  EXPECT_EQ(printed("sum(5 of t)"), "sum(5 of t)");
  EXPECT_EQ(printed("sum(of of of)"), "sum(\"of\" of \"of\")");
  EXPECT_EQ(printed("count(where where where)"), "count(\"where\" where \"where\")");
  EXPECT_EQ(printed("count > 5 and share"), "(count > 5) AND share");
  // Windows and aggregates have the same names; the form tells them apart.
  EXPECT_EQ(parse("count(p, 1h)").value()->kind, Kind::call);
  EXPECT_EQ(parse("avg(windSpeed)").value()->kind, Kind::call);
  EXPECT_EQ(parse("count(p)").value()->kind, Kind::aggregate);
}

TEST(Parser, LiteralsOfTimeAndPlace) {
  EXPECT_EQ(printed("S_INTERSECTS(geom, Point Z(7 8 9))"), "s_intersects(geom, POINT (7 8))");
  EXPECT_EQ(printed("s_within(g, BBOX(0,40,10,50))"),
            "s_within(g, POLYGON ((0 40, 10 40, 10 50, 0 50, 0 40)))");
  EXPECT_EQ(printed("s_within(g, BBOX(150,-90,-1,-150,90,1))"),
            "s_within(g, MULTIPOLYGON (((150 -90, 180 -90, 180 90, 150 90, 150 -90)), ((-180 -90, "
            "-150 -90, -150 90, -180 90, -180 -90))))");
  EXPECT_EQ(printed("t_after(interval(start,end),interval('..','2022-04-16T10:13:19Z'))"),
            "t_after(INTERVAL(start, end), INTERVAL('..', '2022-04-16T10:13:19Z'))");
  EXPECT_EQ(printed("a_equals(('a', TRUE, 1.0), \"values\")"), "a_equals(('a', TRUE, 1), values)");
  EXPECT_EQ(printed("A_CONTAINS(x, ('a'))"), "a_contains(x, ('a'))");
  EXPECT_EQ(parse("A_CONTAINS(x, ('a'))").value()->args[1]->kind, Kind::array);
  EXPECT_EQ(printed("TIMESTAMP('2020-01-01T08:00:00+08:00') < t"),
            "TIMESTAMP('2020-01-01T00:00:00Z') < t");
}

TEST(Parser, ErrorsNameThePlaceAndTheRemedy) {
  EXPECT_EQ(error_of(""), "1:1: the formula is empty");
  EXPECT_EQ(error_of("count(village wehre x)"),
            "1:15: expected ')', found 'wehre'; did you mean 'where'?");
  EXPECT_EQ(
      error_of("a = \n 总数 adn b"),
      "2:5: expected an operator or the end of the formula, found 'adn'; did you mean 'and'?");
  EXPECT_EQ(error_of("a = 'x"), "1:5: this text has no closing '");
  EXPECT_EQ(error_of("a != b"), "1:3: '!=' is written <>");
  EXPECT_EQ(error_of("if（a）"), "1:3: write ( instead of （");
  EXPECT_EQ(error_of("a < b < c"), "1:7: comparisons do not chain; write a < b AND b < c");
  EXPECT_EQ(error_of("(a"), "1:3: expected ')', found the end of the formula");
  EXPECT_EQ(error_of("a)"), "1:2: this ')' closes nothing");
  EXPECT_EQ(error_of("sum(a of t over yaer)"),
            "1:17: expected a period: year, quarter, month, day, last year …, ytd, qtd, mtd, 12mo, "
            "30d, found 'yaer'; did you mean 'year'?");
  EXPECT_EQ(error_of("x = DATE('2020-02-30')"), "1:10: there is no day '2020-02-30'");
  EXPECT_EQ(error_of("s_within(g, POINT(90 180))"),
            "1:13: latitude 180 is outside -90 to 90 (the order is longitude, latitude)");
  EXPECT_EQ(error_of("abs(x of t)").substr(0, 26), "1:7: 'abs' takes no 'of'; ");
  EXPECT_EQ(error_of("a = null").substr(0, 30), "1:5: NULL stands only in IS NU");
  EXPECT_EQ(error_of("a = 'x\xff'"), "1:7: this byte is not UTF-8");
}

TEST(Parser, LimitsHoldAgainstAbuse) {
  const std::string deep = std::string(10'000, '(') + "1" + std::string(10'000, ')');
  EXPECT_EQ(error_of(deep), "1:209: more than 200 parentheses inside each other");
  std::string many;
  for (int i = 0; i < 10'000; ++i) many += "NOT ";
  EXPECT_NE(error_of(many + "a").find("more than 200 levels"), std::string::npos);
  EXPECT_NE(error_of(std::string(30'000, '-') + "a").find("more than 200 levels"),
            std::string::npos);
  std::string sum = "a";
  for (int i = 0; i < 20'000; ++i) sum += "+a";
  EXPECT_NE(error_of(sum).find("more than 200 levels"), std::string::npos);
  // A long list of alternatives is no deep tree.
  std::string any = "a = 0";
  for (int i = 1; i < 3'000; ++i) any += " or a = " + std::to_string(i);
  EXPECT_TRUE(parse(any).has_value());
  const auto large = parse(std::string(100'000, ' ') + "1");
  ASSERT_FALSE(large.has_value());
  EXPECT_EQ(large.error().code, Code::too_large);
}

TEST(Parser, PlacesAndCarets) {
  EXPECT_EQ(place_of("ab\n总数 x", 10), "2:4");
  EXPECT_EQ(caret("a + 总数 > 1", {4, 10}), "a + 总数 > 1\n    ^^^^");
  EXPECT_EQ(caret("a\nbc", {3, 4}), "bc\n ^");
  EXPECT_EQ(caret("a", {1, 1}), "a\n ^");
  // A long line is cut to what stands around the place.
  const std::string some(100, 'a');
  const std::string sixty(60, 'a');
  EXPECT_EQ(caret(some + "总" + some, {100, 103}),
            "…" + sixty + "总" + std::string(57, 'a') + "…\n" + std::string(61, ' ') + "^^");
}

// Every example of the standard's text encoding is read, and its printed form is the same tree.
TEST(Parser, ExamplesOfTheStandard) {
  const std::filesystem::path folder =
      std::filesystem::path(CAIRN_SOURCE_DIR) / "src/formula/testdata/cql2/examples/text";
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path());
    const std::string text(std::istreambuf_iterator<char>(file), {});
    const auto tree = parse(text);
    ASSERT_TRUE(tree.has_value()) << entry.path() << ": " << to_string(tree.error());
    const auto again = parse(print(**tree));
    ASSERT_TRUE(again.has_value()) << print(**tree) << ": " << to_string(again.error());
    EXPECT_TRUE(same(**tree, **again)) << print(**tree);
    ++count;
  }
  EXPECT_EQ(count, 120);
}

}  // namespace
}  // namespace cairn::formula
