// SPDX-License-Identifier: Apache-2.0
// The syntax tree of a formula: OGC CQL2 Text expressions, extended by aggregates over things,
// windows over time, quantities with units and as-of shifts (docs/formula.md).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "model/value.hpp"

namespace cairn::formula {

// What the reader already settles:
//   - names of functions that the language has are lower case ("S_Intersects" -> "s_intersects");
//     other call names keep their spelling;
//   - a sign before a number belongs to the literal or quantity: at(x, -1y) has the quantity -1 y;
//   - DATE, TIMESTAMP, BBOX and WKT are literals; ends of INTERVAL given as text are literals too;
//   - NOT directly before LIKE, BETWEEN, IN and IS NULL is their `negated`;
//   - chains of AND and of OR are balanced trees, and no tree is higher than
//     limits::formula_depth, so that a recursive walk is safe.

// Bytes [begin, end) of the formula text.
struct Extent {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool operator==(const Extent&) const = default;
};

enum class Kind : std::uint8_t {
  literal,    // `literal`: boolean, number, text, Date, Instant, Interval, Geometry
  quantity,   // number with a unit: literal + name = unit text ("5 mm/h", "6h")
  name,       // property or indicator: name
  array,      // (a, b, c): args; an array literal of CQL2
  unary,      // op: neg, not_
  binary,     // op: add … ge, and_, or_ : args[0], args[1]
  like,       // args[0] LIKE args[1]           (negated)
  between,    // args[0] BETWEEN args[1] AND args[2] (negated)
  in,         // args[0] IN (args[1] …)         (negated)
  is_null,    // args[0] IS NULL                (negated)
  interval,   // INTERVAL(args[0], args[1]); an end may be the text '..'
  call,       // name(args…): functions, CASEI, S_INTERSECTS, T_AFTER, A_CONTAINS, windows, at
  aggregate,  // name(args of type where `where` over `over`): see Node::type
};

enum class Op : std::uint8_t {
  none,
  neg,
  not_,
  add,
  sub,
  mul,
  div,
  int_div,
  mod,
  pow,
  eq,
  ne,
  lt,
  le,
  gt,
  ge,
  and_,
  or_
};

// `over …` of an aggregate: the calendar window before the as-of date that statistics are summed
// over.
struct Over {
  enum class Form : std::uint8_t { calendar, last_calendar, to_date, moving };
  Form form = Form::calendar;
  PeriodKind kind = PeriodKind::year;  // calendar, last_calendar, to_date
  Span span;                           // moving
  bool operator==(const Over&) const = default;
};

struct Node {
  Kind kind = Kind::literal;
  Op op = Op::none;
  bool negated = false;
  Extent at;
  std::string name;
  model::Value literal;
  std::vector<std::unique_ptr<Node>> args;
  // aggregate only: count/share/sum/avg/min/max/stddev/median/quantile over the things of `type`.
  //   count(T where P)            args empty
  //   share(T where P : Q)        args[0] = Q
  //   sum(V of T where P over O)  args[0] = V;   quantile(q, V of T): args[0] = q, args[1] = V
  std::string type;
  Extent type_at;
  std::unique_ptr<Node> where;
  std::optional<Over> over;
};

// Parses a whole formula. The error's place is "line:column" (1-based, columns in code points) and
// its message says what was expected and, where a word is near a known one, which was meant.
Result<std::unique_ptr<Node>> parse(std::string_view text);

// The formula as text again, fully parenthesised where needed; parse(print(x)) equals x up to
// extents.
std::string print(const Node& node);

// Equality without extents.
bool same(const Node& a, const Node& b);

// "1:17" for a byte offset.
std::string place_of(std::string_view text, std::uint32_t offset);
// Two lines: the source line and a caret under the extent; for terminals.
std::string caret(std::string_view text, Extent extent);

}  // namespace cairn::formula
