// SPDX-License-Identifier: Apache-2.0
// What a formula is compiled to. Two parts on purpose:
//   aggregates  each a scan over the things of one type with a row expression, a predicate and a
//               mergeable partial per region (eval_partial.hpp);
//   root        the expression of the region over them.
// The batch evaluator fills the partials by scanning a snapshot; an incremental one keeps them up
// to date per observation. Row expressions, partials, operators and `root` are the same for both:
// only the driver differs, which is why two evaluators can agree to the bit.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/unit.hpp"
#include "formula/ast.hpp"
#include "formula/formula.hpp"
#include "formula/row_function.hpp"
#include "formula/vec.hpp"

namespace cairn::formula {

enum class ExprKind : std::uint8_t {
  constant,  // `constant`
  // Row context.
  column,   // property `index` of the type: attribute, or the last value of a series
  derived,  // property `index`: the formula `inner`
  builtin,  // `builtin`
  window,   // series `index` in the `window` before the as-of date, or args[0] at its samples
  period,   // series `index` in the calendar period `over`: `window.function` of its samples
  // Region context.
  aggregate,  // Program::aggregates[index]
  indicator,  // the formula `inner` of the indicator `index`
  given,      // the indicator `index` as somebody reported it
  // Both.
  at,       // args[0] as of `shift`
  convert,  // args[0] by `conversion`
  unary,    // `op`: neg, not_
  binary,   // `op`
  is_null,
  in,      // args[0] among the others
  choose,  // if(args[0], args[1], args[2])
  coalesce,
  least,
  greatest,
  math,      // `math` of args[0]
  round,     // args[0] to args[1] decimals, or to a whole number
  interp,    // args[0] among (x, y) pairs
  call,      // `function`
  array,     // args as one Array
  interval,  // args[0], args[1]; an end that is a text is open
};

enum class Builtin : std::uint8_t {
  id,
  name,
  name_en,
  region,
  status,
  estimated,
  position,
  geometry,  // the line or area, or else the position
  valid_from,
  valid_to
};

enum class Math : std::uint8_t {
  abs,
  sqrt,
  exp,
  ln,
  log10,
  floor,
  ceil,
  linear,   // of a level: 10^(x/10) or 10^(x/20) times its reference
  decibel,  // the other way
};

enum class WindowFunction : std::uint8_t {
  avg,
  min,
  max,
  sum,
  count,
  last,
  first,
  delta,
  rate,
  stddev,
  quantile
};

struct Window {
  WindowFunction function = WindowFunction::last;
  Span span;
  double quantile = 0.5;
  bool counter = false;     // delta and rate add resets
  std::int64_t per_ns = 1;  // unit of time of a rate
  bool operator==(const Window&) const = default;
};

// The date of at(x, …).
struct Shift {
  std::string as_of;  // a period or instant, read in the zone of the snapshot; else
  Span back;          // this long before
  bool operator==(const Shift&) const = default;
};

struct Program;

struct Expr {
  ExprKind kind = ExprKind::constant;
  Op op = Op::none;
  Builtin builtin = Builtin::id;
  Math math = Math::abs;
  Type type = Type::number;
  bool bare = false;  // a number written without a unit: it adopts the one it is compared with
  double level_factor = 10;  // math: decibels a decade of the quantity
  std::uint32_t index = 0;
  Unit unit;
  Extent at;
  std::vector<Expr> args;
  Vec constant;
  Conversion conversion;
  Window window;
  std::optional<Over> over;
  Shift shift;
  const RowFunction* function = nullptr;
  std::shared_ptr<const Program> inner;  // shared: one indicator serves all that name it
};

enum class AggregateKind : std::uint8_t { count, share, sum, avg, min, max, stddev, quantile };
const char* to_string(AggregateKind kind);

struct Aggregate {
  AggregateKind kind = AggregateKind::count;
  std::uint32_t type = 0;  // index into Catalog::types
  std::optional<Expr> where;
  std::optional<Expr> value;  // share: the condition after the colon
  std::optional<Over> over;
  double quantile = 0.5;
  bool any_status = false;  // the predicate names `status`: planned and retired things count too
  Unit unit;                // of the result
  std::string text;         // canonical text: equal aggregates are computed once
};

struct Program {
  Expr root;
  std::vector<std::shared_ptr<const Aggregate>> aggregates;  // shared: equal ones, by text
  std::string text;
  std::int32_t row_type = -1;   // row context: index into Catalog::types; -1: region context
  std::int32_t indicator = -1;  // the indicator it defines
  bool any_status = false;      // row context: it names `status`
  int depth = 0;                // of the expression with everything it names: bounds recursion
};

}  // namespace cairn::formula
