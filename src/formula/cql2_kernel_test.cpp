// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "formula/row_function.hpp"
#include "formula/words.hpp"
#include "geo/wkt.hpp"

namespace cairn::formula {
namespace {

using model::Value;

// Applies a function to constants: 0, 1 or nothing (unknown).
std::optional<double> call(std::string_view name, std::vector<Value> values) {
  std::vector<Vec> vecs;
  for (const Value& value : values) vecs.push_back(constant_vec(value));
  std::vector<const Vec*> args;
  for (const Vec& vec : vecs) args.push_back(&vec);
  const RowFunction* function = find_row_function(name);
  if (function == nullptr) return -1;
  Vec out;
  out.reset(function->result, 1);
  function->run(args, 1, out);
  return out.present(0) ? std::optional(out.numbers[0]) : std::nullopt;
}

Value day(int month, int day_of_month) {
  return {Date{2022, static_cast<std::uint8_t>(month), static_cast<std::uint8_t>(day_of_month)}};
}
Value span(int from, int to) {
  const auto at = [](int d) { return start_of({2022, 1, static_cast<std::uint8_t>(d)}, {}); };
  return {Interval{from == 0 ? Instant::min() : at(from), to == 0 ? Instant::max() : at(to)}};
}

TEST(Kernels, EveryFunctionIsAWordOfTheLanguage) {
  for (const std::string& name : row_function_names()) {
    if (name == "like") continue;  // an operator
    EXPECT_EQ(canonical_function(name), name);
  }
}

TEST(Kernels, TemporalRelations) {
  struct Row {
    const char* name;
    Value a;
    Value b;
    double expected;
  };
  const Row rows[] = {
      {"t_after", span(5, 6), span(1, 4), 1},
      {"t_after", span(4, 6), span(1, 4), 0},
      {"t_before", span(1, 2), span(3, 4), 1},
      {"t_before", span(1, 3), span(3, 4), 0},
      {"t_contains", span(1, 9), span(2, 8), 1},
      {"t_contains", span(1, 9), span(1, 8), 0},
      {"t_disjoint", span(1, 2), span(3, 4), 1},
      {"t_disjoint", span(1, 3), span(3, 4), 0},
      {"t_during", span(2, 8), span(1, 9), 1},
      {"t_during", span(1, 8), span(1, 9), 0},
      {"t_equals", span(1, 2), span(1, 2), 1},
      {"t_equals", span(1, 2), span(1, 3), 0},
      {"t_finishedby", span(1, 9), span(3, 9), 1},
      {"t_finishedby", span(3, 9), span(3, 9), 0},
      {"t_finishes", span(3, 9), span(1, 9), 1},
      {"t_finishes", span(1, 9), span(3, 9), 0},
      {"t_intersects", span(1, 3), span(3, 4), 1},
      {"t_intersects", span(1, 2), span(3, 4), 0},
      {"t_meets", span(1, 3), span(3, 4), 1},
      {"t_meets", span(1, 3), span(2, 4), 0},
      {"t_metby", span(3, 4), span(1, 3), 1},
      {"t_metby", span(1, 3), span(3, 4), 0},
      {"t_overlaps", span(1, 5), span(3, 9), 1},
      {"t_overlaps", span(1, 3), span(3, 9), 0},
      {"t_overlappedby", span(3, 9), span(1, 5), 1},
      {"t_overlappedby", span(1, 5), span(3, 9), 0},
      {"t_startedby", span(1, 9), span(1, 5), 1},
      {"t_startedby", span(1, 5), span(1, 9), 0},
      {"t_starts", span(1, 5), span(1, 9), 1},
      {"t_starts", span(2, 5), span(1, 9), 0},
      // Days and open ends.
      {"t_after", day(1, 5), day(1, 4), 1},
      {"t_equals", day(1, 5), span(5, 5), 1},
      {"t_before", span(0, 3), day(1, 4), 1},
      {"t_after", span(3, 0), day(1, 2), 1},
      {"t_intersects", day(1, 5), span(0, 0), 1},
      {"t_during", span(3, 4), span(0, 0), 1},
  };
  for (const Row& row : rows) EXPECT_EQ(call(row.name, {row.a, row.b}), row.expected) << row.name;
  EXPECT_EQ(call("t_after", {Value{}, span(1, 2)}), std::nullopt);
}

TEST(Kernels, ArraysAreSets) {
  const auto set = [](std::vector<Value> items) { return Value{model::Array{std::move(items)}}; };
  const Value a{std::string("a")}, b{std::string("b")}, one{1.0};
  EXPECT_EQ(call("a_equals", {set({a, b}), set({b, a, a})}), 1);
  EXPECT_EQ(call("a_equals", {set({a}), set({a, one})}), 0);
  EXPECT_EQ(call("a_contains", {set({a, b, one}), set({one, a})}), 1);
  EXPECT_EQ(call("a_contains", {set({a}), set({one, a})}), 0);
  EXPECT_EQ(call("a_containedby", {set({a}), set({one, a})}), 1);
  EXPECT_EQ(call("a_overlaps", {set({a, one}), set({b, one})}), 1);
  EXPECT_EQ(call("a_overlaps", {set({a}), set({b})}), 0);
  EXPECT_EQ(call("a_contains", {set({}), set({})}), 1);
}

TEST(Kernels, SpatialRelationsWithEitherSideFixed) {
  const auto g = [](std::string_view wkt) { return Value{geo::parse_wkt(wkt).value()}; };
  const Value square = g("POLYGON((0 0, 10 0, 10 10, 0 10, 0 0))");
  EXPECT_EQ(call("s_within", {g("POINT(1 1)"), square}), 1);
  EXPECT_EQ(call("s_within", {square, g("POINT(1 1)")}), 0);
  EXPECT_EQ(call("s_contains", {square, g("POINT(1 1)")}), 1);
  EXPECT_EQ(call("s_disjoint", {square, g("POINT(11 1)")}), 1);
  // Lanes on one side, a constant on the other: the prepared side must not swap the relation.
  Vec points;
  points.reset(Type::geometry, 3);
  points.set_value(0, g("POINT(1 1)"));
  points.set_value(2, g("POINT(20 1)"));
  const Vec fixed = constant_vec(square);
  using Case = std::tuple<const char*, const Vec*, const Vec*>;
  for (const auto& [name, first, second] :
       {Case{"s_within", &points, &fixed}, Case{"s_contains", &fixed, &points}}) {
    const std::vector<const Vec*> args = {first, second};
    Vec out;
    out.reset(Type::boolean, 3);
    find_row_function(name)->run(args, 3, out);
    EXPECT_EQ(out.numbers[0], 1) << name;
    EXPECT_FALSE(out.present(1));
    EXPECT_TRUE(out.present(2));
    EXPECT_EQ(out.numbers[2], 0) << name;
  }
}

TEST(Kernels, Texts) {
  const auto text = [](const char* t) { return Value{std::string(t)}; };
  EXPECT_EQ(call("like", {text("Berlin"), text("B%")}), 1);
  EXPECT_EQ(call("like", {Value{}, text("B%")}), std::nullopt);
  EXPECT_EQ(call("length", {text("攀枝花")}), 3);
  EXPECT_EQ(call("starts_with", {text("攀枝花"), text("攀")}), 1);
  EXPECT_EQ(call("ends_with", {text("abc"), text("bc")}), 1);
  EXPECT_EQ(call("ends_with", {text("c"), text("bc")}), 0);
  EXPECT_EQ(call("contains", {text("abc"), text("x")}), 0);
}

TEST(Kernels, ArgumentsOfTheWrongTypeAreNamed) {
  std::size_t place = 9;
  const std::vector<Type> types = {Type::geometry, Type::number};
  EXPECT_EQ(find_row_function("s_within")->check(types, place), "needs a geometry, got a number");
  EXPECT_EQ(place, 1u);
  EXPECT_EQ(find_row_function("t_after")->check(types, place),
            "needs a date, a time or an interval, got a geometry");
}

}  // namespace
}  // namespace cairn::formula
