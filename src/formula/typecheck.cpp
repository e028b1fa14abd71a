// SPDX-License-Identifier: Apache-2.0
#include "formula/typecheck.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/limits.hpp"
#include "core/text.hpp"

namespace cairn::formula {
namespace {

// Expressions with everything they name may be this high: each level costs stack at evaluation.
constexpr int expression_depth = 1000;

Expr make(ExprKind kind, Type type, Extent at, std::vector<Expr> args = {}) {
  Expr e;
  e.kind = kind;
  e.type = type;
  e.at = at;
  e.args = std::move(args);
  return e;
}

Type type_of(model::PropertyKind kind) {
  switch (kind) {
    case model::PropertyKind::number:
    case model::PropertyKind::integer:
      return Type::number;
    case model::PropertyKind::boolean:
      return Type::boolean;
    case model::PropertyKind::text:
      return Type::text;
    case model::PropertyKind::time:
      return Type::time;
    case model::PropertyKind::date:
      return Type::date;
    case model::PropertyKind::interval:
      return Type::interval;
    case model::PropertyKind::geometry:
      return Type::geometry;
    case model::PropertyKind::array:
      return Type::array;
  }
  return Type::number;
}

struct BuiltinName {
  std::string_view name;
  Builtin builtin;
  Type type;
};
constexpr BuiltinName builtins[] = {
    {"id", Builtin::id, Type::text},
    {"name", Builtin::name, Type::text},
    {"name_zh", Builtin::name, Type::text},
    {"name_en", Builtin::name_en, Type::text},
    {"region", Builtin::region, Type::text},
    {"status", Builtin::status, Type::text},
    {"estimated", Builtin::estimated, Type::boolean},
    {"position", Builtin::position, Type::geometry},
    {"geometry", Builtin::geometry, Type::geometry},
    {"valid_from", Builtin::valid_from, Type::time},
    {"valid_to", Builtin::valid_to, Type::time},
};

bool is_time(Type type) {
  return type == Type::time || type == Type::date;
}

}  // namespace

int depth_of(const Expr& expr) {
  int deepest = expr.inner ? expr.inner->depth : 0;
  for (const Expr& arg : expr.args) deepest = std::max(deepest, depth_of(arg));
  return deepest + 1;
}

Result<std::shared_ptr<const Program>> Checker::run(const Node& node) {
  auto program = std::make_shared<Program>();
  program->root = check(node);
  if (error_) return fail(*error_);
  program->aggregates = std::move(aggregates_);
  program->text = text_;
  program->any_status = names_status_;
  if (row_type_ != nullptr) program->row_type = catalog_.type_index(row_type_->name);
  program->depth = depth_of(program->root);
  for (const auto& aggregate : program->aggregates) {
    if (aggregate->value)
      program->depth = std::max(program->depth, depth_of(*aggregate->value) + 1);
    if (aggregate->where)
      program->depth = std::max(program->depth, depth_of(*aggregate->where) + 1);
  }
  if (program->depth > expression_depth) {
    return fail(Code::too_large,
                format("the formula with all it names is nested {} deep; at most {} are computed",
                       program->depth, expression_depth),
                "1:1");
  }
  return std::shared_ptr<const Program>(std::move(program));
}

Expr Checker::check(const Node& node) {
  if (failed()) return {};
  switch (node.kind) {
    case Kind::literal:
    case Kind::quantity:
      return constant(node);
    case Kind::name:
      return name(node);
    case Kind::array:
      return array(node);
    case Kind::unary:
      return unary(node);
    case Kind::binary:
      return binary(node);
    case Kind::like:
      return like(node);
    case Kind::between:
      return between(node);
    case Kind::in:
      return in(node);
    case Kind::is_null: {
      Expr e = make(ExprKind::is_null, Type::boolean, node.at, check_all(node));
      if (!node.negated) return e;
      e = make(ExprKind::unary, Type::boolean, node.at, {std::move(e)});
      e.op = Op::not_;
      return e;
    }
    case Kind::interval:
      return interval(node);
    case Kind::call:
      return call(node);
    case Kind::aggregate:
      return aggregate(node);
  }
  return {};
}

Expr Checker::constant(const Node& node) {
  Expr e = make(ExprKind::constant, Type::number, node.at);
  e.constant = constant_vec(node.literal);
  e.type = e.constant.type;
  if (node.kind == Kind::literal) {
    e.bare = e.type == Type::number;
    return e;
  }
  auto unit = parse_unit(node.name);
  if (!unit) {
    std::string message = unit.error().message;
    if (parse_span("1" + node.name)) {
      message += format("; '{}' is a span of time only in windows and in at()", source(node.at));
    }
    return error(node.at, message);
  }
  e.unit = *unit;
  return e;
}

Expr Checker::name(const Node& node) {
  return row_type_ != nullptr ? row_name(node) : region_name(node);
}

Expr Checker::row_name(const Node& node) {
  const int index = row_type_->property_index(node.name);
  if (index >= 0) return property(node, static_cast<std::uint32_t>(index));
  for (const BuiltinName& known : builtins) {
    if (known.name != node.name) continue;
    if (known.builtin == Builtin::status) names_status_ = true;
    Expr e = make(ExprKind::builtin, known.type, node.at);
    e.builtin = known.builtin;
    return e;
  }
  return unknown_property(node);
}

Expr Checker::property(const Node& node, std::uint32_t index) {
  const model::PropertyDef& property = row_type_->properties[index];
  Expr e = make(ExprKind::column, type_of(property.kind), node.at);
  e.index = index;
  e.unit = property.unit;
  if (property.formula.empty()) {
    if (over_ && property.series) return period(node, std::move(e), property);
    return e;
  }
  e.kind = ExprKind::derived;
  e.inner =
      environment_.derived(static_cast<std::uint32_t>(catalog_.type_index(row_type_->name)), index);
  if (!e.inner) {
    return error(node.at, format("'{}' is derived by a formula that has an error ({})", node.name,
                                 property.place));
  }
  names_status_ = names_status_ || e.inner->any_status;
  return e;
}

Expr Checker::period(const Node& node, Expr leaf, const model::PropertyDef& property) {
  if (leaf.type != Type::number) {
    return error(node.at, format("'{}' is no number; `over` needs a series of numbers", node.name));
  }
  leaf.kind = ExprKind::period;
  leaf.over = over_;
  leaf.window.function = over_function_;
  leaf.window.counter = property.counter;
  over_used_ = true;
  return leaf;
}

Expr Checker::region_name(const Node& node) {
  const int index = catalog_.indicator_index(node.name);
  if (index < 0) return unknown_indicator(node);
  const model::IndicatorDef& indicator = catalog_.indicators[static_cast<std::size_t>(index)];
  Expr e = make(indicator.given ? ExprKind::given : ExprKind::indicator, Type::number, node.at);
  e.index = static_cast<std::uint32_t>(index);
  e.unit = indicator.unit;
  if (indicator.given) return e;
  e.inner = environment_.indicator(e.index);
  if (!e.inner) {
    return error(node.at,
                 format("the indicator '{}' has an error itself ({})", node.name, indicator.place));
  }
  e.type = e.inner->root.type;
  return e;
}

Expr Checker::unary(const Node& node) {
  std::vector<Expr> args = check_all(node);
  if (failed()) return {};
  Expr e = make(ExprKind::unary, Type::boolean, node.at, std::move(args));
  e.op = node.op;
  if (node.op == Op::not_) {
    if (!expect_truth(e.args[0], "NOT")) return {};
    return e;
  }
  if (!expect_number(e.args[0], "the minus sign")) return {};
  e.type = Type::number;
  e.unit = e.args[0].unit;
  e.bare = e.args[0].bare;
  return e;
}

Expr Checker::binary(const Node& node) {
  std::vector<Expr> args = check_all(node);
  if (failed()) return {};
  Expr& left = args[0];
  Expr& right = args[1];
  switch (node.op) {
    case Op::and_:
    case Op::or_:
      return logic(node, node.op, std::move(left), std::move(right));
    case Op::eq:
    case Op::ne:
    case Op::lt:
    case Op::le:
    case Op::gt:
    case Op::ge:
      return compare(node, node.op, std::move(left), std::move(right));
    default:
      break;
  }
  if (!expect_number(left, "arithmetic") || !expect_number(right, "arithmetic")) return {};
  switch (node.op) {
    case Op::add:
    case Op::sub:
      return add(node, std::move(left), std::move(right));
    case Op::pow:
      return raise(node, std::move(left), std::move(right));
    case Op::mod:
      return modulo(node, std::move(left), std::move(right));
    default:
      return multiply_or_divide(node, std::move(left), std::move(right));
  }
}

Expr Checker::add(const Node& node, Expr left, Expr right) {
  if (left.unit.kind != UnitKind::linear || right.unit.kind != UnitKind::linear) {
    return add_levels(node, std::move(left), std::move(right));
  }
  if (left.unit.powers == right.unit.powers && (left.unit.offset != 0 || right.unit.offset != 0)) {
    return add_temperatures(node, std::move(left), std::move(right));
  }
  if (!left.unit.compatible(right.unit)) {
    return mismatch(node, node.op == Op::add ? "add" : "subtract", left, right);
  }
  return in_left_unit(node, std::move(left), std::move(right));
}

// Both operands in the unit of the left one, which the result has too.
Expr Checker::in_left_unit(const Node& node, Expr left, Expr right) {
  const Unit unit = left.unit;
  const bool bare = left.bare && right.bare;
  right = converted(std::move(right), unit);
  Expr e = make(ExprKind::binary, Type::number, node.at, {std::move(left), std::move(right)});
  e.op = node.op;
  e.unit = unit;
  e.bare = bare;
  return e;
}

// dBm - dBm = dB, dBm ± dB = dBm, dB ± dB = dB.
Expr Checker::add_levels(const Node& node, Expr left, Expr right) {
  const auto is_level = [](const Expr& e) { return e.unit.kind == UnitKind::level; };
  const auto is_ratio = [](const Expr& e) { return e.unit.kind == UnitKind::level_ratio; };
  const std::string_view verb = node.op == Op::add ? "add" : "subtract";
  Unit unit = left.unit;
  if (is_level(left) && is_level(right)) {
    if (node.op == Op::add) {
      return error(node.at, format("two levels ({} and {}) cannot be added; add linear(…) of each, "
                                   "or add a difference in dB",
                                   left.unit.text, right.unit.text));
    }
    if (!left.unit.compatible(right.unit)) return mismatch(node, verb, left, right);
    right = converted(std::move(right), left.unit);
    unit = *parse_unit("dB");
  } else if (is_ratio(left) && is_ratio(right)) {
    if (!left.unit.compatible(right.unit)) return mismatch(node, verb, left, right);
    right = converted(std::move(right), unit);
  } else if (is_level(left) && is_ratio(right)) {
    if (!right.unit.compatible(*parse_unit("dB"))) return mismatch(node, verb, left, right);
    right = converted(std::move(right), *parse_unit("dB"));
  } else if (is_ratio(left) && is_level(right) && node.op == Op::add) {
    if (!left.unit.compatible(*parse_unit("dB"))) return mismatch(node, verb, left, right);
    left = converted(std::move(left), *parse_unit("dB"));
    unit = right.unit;
  } else {
    return mismatch(node, verb, left, right);
  }
  Expr e = make(ExprKind::binary, Type::number, node.at, {std::move(left), std::move(right)});
  e.op = node.op;
  e.unit = unit;
  return e;
}

// Cel - Cel is a difference (K); Cel ± K is Cel.
Expr Checker::add_temperatures(const Node& node, Expr left, Expr right) {
  Unit unit = left.unit;
  if (left.unit.offset != 0 && right.unit.offset != 0) {
    if (node.op == Op::add) {
      return error(node.at, format("two temperatures ({} and {}) cannot be added; a difference has "
                                   "the unit K",
                                   left.unit.text, right.unit.text));
    }
    right = converted(std::move(right), unit);
    unit.offset = 0;
    unit.text = unit.scale == 1 ? "K" : unit.text + "{difference}";
  } else if (left.unit.offset != 0) {
    Unit difference = unit;
    difference.offset = 0;
    right = converted(std::move(right), difference);
  } else if (node.op == Op::add) {
    unit = right.unit;
    Unit difference = unit;
    difference.offset = 0;
    left = converted(std::move(left), difference);
  } else {
    right = converted(std::move(right), unit);
  }
  Expr e = make(ExprKind::binary, Type::number, node.at, {std::move(left), std::move(right)});
  e.op = node.op;
  e.unit = unit;
  return e;
}

Expr Checker::multiply_or_divide(const Node& node, Expr left, Expr right) {
  const bool product = node.op == Op::mul;
  auto unit =
      product ? cairn::multiply(left.unit, right.unit) : cairn::divide(left.unit, right.unit);
  if (!unit) {
    const Expr& level = left.unit.kind != UnitKind::linear ? left : right;
    return error(level.at, format("{} is a level in {}; multiply and divide linear(…) of it",
                                  source(level.at), level.unit.text));
  }
  // 20 Cel times 2 J/K is neither 40 J nor 586 J: which zero is meant has to be said.
  for (const Expr* hot : {&left, &right}) {
    const Expr& other = hot == &left ? right : left;
    if (hot->unit.offset == 0 || other.unit.offset != 0 || other.unit.dimensionless()) continue;
    const std::string text = source(hot->at);
    return error(
        hot->at,
        format("{} is a temperature in {} and cannot be multiplied or divided by {}; write "
               "({} - 0 Cel) for the difference in K, ({} - (-273.15 Cel)) for the "
               "absolute temperature",
               text, hot->unit.text, other.unit.text, text, text));
  }
  const bool bare = left.bare && right.bare;
  // stations / people * 10000 is per ten thousand: "{station}/{person}" would mislead.
  const bool scaled = left.bare != right.bare && unit->dimensionless() && unit->scale == 1;
  if (scaled && unit->text.find('/') != std::string::npos) unit = unit_one();
  // kW / MW is a plain number: left as 0.001 of one, a bare 1.3 beside it would mean 1.3 kW/MW.
  const bool both = !left.bare && !right.bare && left.unit.text != "1" && right.unit.text != "1";
  const bool plain = both && unit->dimensionless() && unit->scale != 1;
  Expr e = make(ExprKind::binary, Type::number, node.at, {std::move(left), std::move(right)});
  e.op = node.op;
  e.unit = *unit;
  e.bare = bare;
  return plain ? converted(std::move(e), unit_one()) : e;
}

Expr Checker::modulo(const Node& node, Expr left, Expr right) {
  if (right.bare) right.unit = left.unit;
  if (!left.unit.compatible(right.unit))
    return mismatch(node, "take the remainder of", left, right);
  return in_left_unit(node, std::move(left), std::move(right));
}

Expr Checker::raise(const Node& node, Expr left, Expr right) {
  if (!right.unit.dimensionless()) {
    return error(right.at, format("an exponent is a plain number, not {}", describe(right)));
  }
  Unit unit = unit_one();
  const bool bare = left.bare && right.bare;
  right = converted(std::move(right), unit_one());
  if (left.unit.dimensionless()) {
    left = converted(std::move(left), unit_one());
  } else {
    const auto exponent = constant_number(*node.args[1], "the exponent");
    if (failed()) return {};
    if (!exponent || *exponent != std::round(*exponent) || std::fabs(*exponent) > 20) {
      return error(right.at, format("{} has the unit {}; its exponent must be a whole number",
                                    source(left.at), left.unit.text));
    }
    const auto raised = cairn::power(left.unit, static_cast<int>(*exponent));
    if (!raised) return error(node.at, format("a level in {} has no powers", left.unit.text));
    unit = *raised;
  }
  Expr e = make(ExprKind::binary, Type::number, node.at, {std::move(left), std::move(right)});
  e.op = Op::pow;
  e.unit = unit;
  e.bare = bare;
  return e;
}

Expr Checker::compare(const Node& node, Op op, Expr left, Expr right) {
  if (left.type == Type::number && right.type == Type::number) {
    if (right.bare) {
      right.unit = left.unit;
    } else if (left.bare) {
      left.unit = right.unit;
    }
    if (!left.unit.compatible(right.unit)) return mismatch(node, "compare", left, right);
    right = converted(std::move(right), left.unit);
  } else {
    // A date may be written as a text beside a date or time.
    for (auto [text, other] : {std::pair{&left, &right}, std::pair{&right, &left}}) {
      if (text->kind != ExprKind::constant || text->type != Type::text || !is_time(other->type)) {
        continue;
      }
      const auto instant = parse_instant(text->constant.texts[0]);
      if (!instant) return error(text->at, instant.error().message);
      text->constant = constant_vec(model::Value{*instant});
      text->type = Type::time;
    }
    const bool same = left.type == right.type || (is_time(left.type) && is_time(right.type));
    if (!same) return mismatch(node, "compare", left, right);
    if (left.type == Type::geometry || left.type == Type::array || left.type == Type::interval) {
      return error(node.at, format("{} has no order and no =; use {}", describe(left),
                                   left.type == Type::geometry   ? "S_EQUALS"
                                   : left.type == Type::interval ? "T_EQUALS"
                                                                 : "A_EQUALS"));
    }
  }
  Expr e = make(ExprKind::binary, Type::boolean, node.at, {std::move(left), std::move(right)});
  e.op = op;
  return e;
}

Expr Checker::logic(const Node& node, Op op, Expr left, Expr right) {
  const std::string_view word = op == Op::and_ ? "AND" : "OR";
  if (!expect_truth(left, word) || !expect_truth(right, word)) return {};
  Expr e = make(ExprKind::binary, Type::boolean, node.at, {std::move(left), std::move(right)});
  e.op = op;
  return e;
}

Expr Checker::between(const Node& node) {
  std::vector<Expr> args = check_all(node);
  if (failed()) return {};
  Expr low = compare(node, Op::ge, args[0], std::move(args[1]));
  if (failed()) return {};
  Expr high = compare(node, Op::le, std::move(args[0]), std::move(args[2]));
  if (failed()) return {};
  Expr e = logic(node, Op::and_, std::move(low), std::move(high));
  if (failed() || !node.negated) return e;
  e = make(ExprKind::unary, Type::boolean, node.at, {std::move(e)});
  e.op = Op::not_;
  return e;
}

Expr Checker::in(const Node& node) {
  std::vector<Expr> args = check_all(node);
  if (failed()) return {};
  for (std::size_t i = 1; i < args.size(); ++i) {
    // The comparison finds what does not fit and converts; only its right side is kept.
    Expr equal = compare(node, Op::eq, args[0], std::move(args[i]));
    if (failed()) return {};
    if (args[0].bare && !equal.args[0].bare) args[0] = equal.args[0];
    args[i] = std::move(equal.args[1]);
  }
  Expr e = make(ExprKind::in, Type::boolean, node.at, std::move(args));
  if (!node.negated) return e;
  e = make(ExprKind::unary, Type::boolean, node.at, {std::move(e)});
  e.op = Op::not_;
  return e;
}

Expr Checker::like(const Node& node) {
  const RowFunction* function = find_row_function("like");
  if (function == nullptr) return error(node.at, "LIKE is not available", Code::unsupported);
  Expr e = lane_function(node, *function);
  if (failed() || !node.negated) return e;
  e = make(ExprKind::unary, Type::boolean, node.at, {std::move(e)});
  e.op = Op::not_;
  return e;
}

Expr Checker::interval(const Node& node) {
  std::vector<Expr> args = check_all(node);
  if (failed()) return {};
  for (Expr& end : args) {
    if (end.kind == ExprKind::constant && end.type == Type::text) {
      if (end.constant.texts[0] == "..") continue;
      const auto instant = parse_instant(end.constant.texts[0]);
      if (!instant) return error(end.at, instant.error().message);
      end.constant = constant_vec(model::Value{*instant});
      end.type = Type::time;
    }
    if (!is_time(end.type)) {
      return error(end.at,
                   format("an end of an INTERVAL is a date or a time, not {}", describe(end)));
    }
  }
  return make(ExprKind::interval, Type::interval, node.at, std::move(args));
}

Expr Checker::array(const Node& node) {
  std::vector<Expr> args = check_all(node);
  if (failed()) return {};
  return make(ExprKind::array, Type::array, node.at, std::move(args));
}

}  // namespace cairn::formula
