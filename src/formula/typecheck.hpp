// SPDX-License-Identifier: Apache-2.0
// From syntax to typed expressions: every name resolved, every unit checked, conversions made
// explicit, so that evaluation is plain arithmetic. Rules: docs/formula.md, "Units".
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formula/ast.hpp"
#include "formula/program.hpp"
#include "model/catalog.hpp"

namespace cairn::formula {

// Where names come from. Programs of other indicators and of derived properties are compiled
// before those that name them.
class Environment {
 public:
  virtual ~Environment() = default;
  virtual const model::Catalog& catalog() const = 0;
  // The compiled formula of an indicator or derived property, or null when it did not compile.
  virtual std::shared_ptr<const Program> indicator(std::uint32_t index) const = 0;
  virtual std::shared_ptr<const Program> derived(std::uint32_t type, std::uint32_t index) const = 0;
  // An equal aggregate that is known already, or null.
  virtual std::shared_ptr<const Aggregate> known(const std::string& text) const = 0;
};

// Checks one formula. After the first error everything else returns at once.
class Checker {
 public:
  // `row_type` is null in region context.
  Checker(const Environment& environment, std::string_view text, const model::TypeDef* row_type)
      : environment_(environment),
        catalog_(environment.catalog()),
        text_(text),
        row_type_(row_type) {}

  Result<std::shared_ptr<const Program>> run(const Node& node);

 private:
  // typecheck.cpp: literals, names, operators
  Expr check(const Node& node);
  Expr constant(const Node& node);
  Expr name(const Node& node);
  Expr row_name(const Node& node);
  Expr property(const Node& node, std::uint32_t index);
  Expr period(const Node& node, Expr leaf, const model::PropertyDef& property);
  Expr region_name(const Node& node);
  Expr unary(const Node& node);
  Expr binary(const Node& node);
  Expr add(const Node& node, Expr left, Expr right);
  Expr add_levels(const Node& node, Expr left, Expr right);
  Expr in_left_unit(const Node& node, Expr left, Expr right);
  Expr add_temperatures(const Node& node, Expr left, Expr right);
  Expr multiply_or_divide(const Node& node, Expr left, Expr right);
  Expr modulo(const Node& node, Expr left, Expr right);
  Expr raise(const Node& node, Expr left, Expr right);
  Expr compare(const Node& node, Op op, Expr left, Expr right);
  Expr logic(const Node& node, Op op, Expr left, Expr right);
  Expr between(const Node& node);
  Expr in(const Node& node);
  Expr like(const Node& node);
  Expr interval(const Node& node);
  Expr array(const Node& node);

  // typecheck_call.cpp: functions, windows, at, aggregates
  Expr call(const Node& node);
  Expr choose(const Node& node);
  Expr unified(const Node& node, ExprKind kind);
  Expr math(const Node& node, Math function);
  Expr linear(const Node& node);
  Expr decibel(const Node& node);
  Expr round(const Node& node);
  Expr interp(const Node& node);
  Expr window(const Node& node, WindowFunction function);
  Expr window_subject(const Node& subject, WindowFunction function);
  Expr window_unit(const Node& node, Expr leaf);
  Expr shift(const Node& node);
  std::optional<Shift> shift_date(const Node& node);
  Expr lane_function(const Node& node, const RowFunction& function);
  Expr unknown_function(const Node& node);
  Expr aggregate(const Node& node);
  bool aggregate_parts(const Node& node, Aggregate& result);
  bool aggregate_unit(const Node& node, Aggregate& result);

  // typecheck_help.cpp: conversions, expectations, messages
  Expr error(Extent at, std::string message, Code code = Code::invalid);
  bool failed() const { return error_.has_value(); }
  std::vector<Expr> check_all(const Node& node);
  bool arity(const Node& node, std::size_t least, std::size_t most);
  bool expect_number(const Expr& e, std::string_view what);
  bool expect_truth(const Expr& e, std::string_view what);
  std::string describe(const Expr& e) const;  // "a number in kW", "a text"
  std::string source(Extent at) const;
  std::string place(Extent at) const;
  Expr converted(Expr e, const Unit& unit);
  // Brings all to one unit and type; bare numbers adopt it.
  bool unify(std::vector<Expr>& items, std::string_view what);
  Expr mismatch(const Node& node, std::string_view verb, const Expr& a, const Expr& b);
  Expr unknown_property(const Node& node);
  Expr unknown_indicator(const Node& node);
  std::string wrapped(std::string_view name) const;
  std::optional<double> constant_number(const Node& node, std::string_view what);

  const Environment& environment_;
  const model::Catalog& catalog_;
  std::string_view text_;
  const model::TypeDef* row_type_;
  bool names_status_ = false;
  // Inside `sum(… over year)`: series names mean their value in that period.
  std::optional<Over> over_;
  WindowFunction over_function_ = WindowFunction::sum;
  bool over_used_ = false;
  std::optional<Error> error_;
  std::vector<std::shared_ptr<const Aggregate>> aggregates_;
};

// Height of an expression with the formulas it names.
int depth_of(const Expr& expr);

const char* to_string(Type type);

}  // namespace cairn::formula
