// SPDX-License-Identifier: Apache-2.0
// The checker's second half: functions, windows, at() and aggregates.
#include <cmath>
#include <iterator>
#include <utility>

#include "core/text.hpp"
#include "formula/sampled_window.hpp"
#include "formula/typecheck.hpp"
#include "formula/words.hpp"

namespace cairn::formula {
namespace {

constexpr std::size_t any_number = 1'000'000;

Expr make(ExprKind kind, Type type, const Node& node, std::vector<Expr> args) {
  Expr e;
  e.kind = kind;
  e.type = type;
  e.at = node.at;
  e.args = std::move(args);
  return e;
}

struct WindowName {
  std::string_view name;
  WindowFunction function;
};
constexpr WindowName window_names[] = {
    {"avg", WindowFunction::avg},         {"min", WindowFunction::min},
    {"max", WindowFunction::max},         {"sum", WindowFunction::sum},
    {"count", WindowFunction::count},     {"last", WindowFunction::last},
    {"first", WindowFunction::first},     {"delta", WindowFunction::delta},
    {"rate", WindowFunction::rate},       {"stddev", WindowFunction::stddev},
    {"median", WindowFunction::quantile}, {"quantile", WindowFunction::quantile}};

struct MathName {
  std::string_view name;
  Math function;
};
constexpr MathName math_names[] = {
    {"abs", Math::abs},     {"sqrt", Math::sqrt},   {"exp", Math::exp},  {"ln", Math::ln},
    {"log10", Math::log10}, {"floor", Math::floor}, {"ceil", Math::ceil}};

// The difference of two values in `unit`.
Unit difference_of(const Unit& unit) {
  if (unit.kind == UnitKind::level) return *parse_unit("dB");
  if (unit.offset == 0) return unit;
  Unit difference = unit;
  difference.offset = 0;
  difference.text = unit.scale == 1 ? "K" : unit.text + "{difference}";
  return difference;
}

// True when `e` is one series times or divided by what is no series: then the sum over a period
// of the expression is the expression of the sum.
bool contains_period(const Expr& e) {
  if (e.kind == ExprKind::period) return true;
  for (const Expr& arg : e.args) {
    if (contains_period(arg)) return true;
  }
  return false;
}

bool proportional_to_period(const Expr& e) {
  switch (e.kind) {
    case ExprKind::period:
      return true;
    case ExprKind::convert:
      return e.conversion.add == 0 && proportional_to_period(e.args[0]);
    case ExprKind::unary:
      return e.op == Op::neg && proportional_to_period(e.args[0]);
    case ExprKind::binary:
      if (e.op == Op::div) return proportional_to_period(e.args[0]) && !contains_period(e.args[1]);
      if (e.op != Op::mul) return false;
      if (contains_period(e.args[0])) {
        return proportional_to_period(e.args[0]) && !contains_period(e.args[1]);
      }
      return proportional_to_period(e.args[1]);
    default:
      return false;
  }
}

double level_factor(const Unit& unit) {
  // Power ratios count 10 dB a decade; fields (voltage, field strength, sound pressure) 20.
  const Unit watt = *parse_unit("W");
  return unit.kind == UnitKind::level_ratio || unit.powers == watt.powers ? 10 : 20;
}

}  // namespace

Expr Checker::call(const Node& node) {
  const std::string name = lower_ascii(node.name);
  if (name == "at") return shift(node);
  if (name == "if") return choose(node);
  if (name == "coalesce") return unified(node, ExprKind::coalesce);
  if (name == "least") return unified(node, ExprKind::least);
  if (name == "greatest") return unified(node, ExprKind::greatest);
  if (name == "linear") return linear(node);
  if (name == "decibel") return decibel(node);
  if (name == "round") return round(node);
  if (name == "interp") return interp(node);
  for (const WindowName& known : window_names) {
    if (known.name == name) return window(node, known.function);
  }
  for (const MathName& known : math_names) {
    if (known.name == name) return math(node, known.function);
  }
  if (const RowFunction* function = find_row_function(name)) return lane_function(node, *function);
  return unknown_function(node);
}

Expr Checker::unknown_function(const Node& node) {
  std::vector<std::string> names = row_function_names();
  for (const std::string_view known : function_names()) names.emplace_back(known);
  names.insert(names.end(), {"linear", "decibel"});
  std::string message = format("there is no function '{}'", node.name);
  const auto near = nearest(lower_ascii(node.name), names);
  if (near && *near != lower_ascii(node.name)) message += format("; did you mean {}?", *near);
  return error(node.at, std::move(message), Code::not_found);
}

// if(condition, value) has no value where the condition is false: a count of nothing registered
// is then no number rather than a false zero.
// if(condition, value[, otherwise]); without the third there is no value otherwise.
Expr Checker::choose(const Node& node) {
  if (!arity(node, 2, 3)) return {};
  std::vector<Expr> args = check_all(node);
  if (!expect_truth(args[0], "if()")) return {};
  std::vector<Expr> branches(std::make_move_iterator(args.begin() + 1),
                             std::make_move_iterator(args.end()));
  if (!unify(branches, "if()")) return {};
  args.resize(1);
  bool bare = true;
  for (Expr& branch : branches) {
    bare = bare && branch.bare;
    args.push_back(std::move(branch));
  }
  const Type type = args[1].type;
  const Unit unit = args[1].unit;
  Expr e = make(ExprKind::choose, type, node, std::move(args));
  e.unit = unit;
  e.bare = bare;
  return e;
}

Expr Checker::unified(const Node& node, ExprKind kind) {
  if (!arity(node, kind == ExprKind::coalesce ? 1 : 2, any_number)) return {};
  std::vector<Expr> args = check_all(node);
  if (!unify(args, node.name)) return {};
  if (kind != ExprKind::coalesce && !expect_number(args[0], node.name)) return {};
  const Type type = args[0].type;
  const Unit unit = args[0].unit;
  bool bare = true;
  for (const Expr& arg : args) bare = bare && arg.bare;
  Expr e = make(kind, type, node, std::move(args));
  e.unit = unit;
  e.bare = bare;
  return e;
}

Expr Checker::math(const Node& node, Math function) {
  if (!arity(node, 1, 1)) return {};
  std::vector<Expr> args = check_all(node);
  if (failed() || !expect_number(args[0], node.name)) return {};
  Unit unit = args[0].unit;
  if (function == Math::exp || function == Math::ln || function == Math::log10) {
    if (!unit.dimensionless()) {
      return error(args[0].at, format("{} needs a plain number, but {} is in {}; divide it by 1 {}",
                                      node.name, source(args[0].at), unit.text, unit.text));
    }
    unit = unit_one();
    args[0] = converted(std::move(args[0]), unit);
  } else if (function == Math::sqrt) {
    if (unit.dimensionless()) {
      unit = unit_one();
      args[0] = converted(std::move(args[0]), unit);
    } else {
      bool even = unit.kind == UnitKind::linear;
      for (std::int8_t& power : unit.powers) {
        even = even && power % 2 == 0;
        power = static_cast<std::int8_t>(power / 2);
      }
      if (!even) {
        return error(args[0].at, format("{} has no square root", args[0].unit.text));
      }
      unit.scale = std::sqrt(unit.scale);
      unit.offset = 0;
      unit.text = format("sqrt({})", args[0].unit.text);
    }
  }
  const bool bare = args[0].bare;
  Expr e = make(ExprKind::math, Type::number, node, std::move(args));
  e.math = function;
  e.unit = unit;
  e.bare = bare;
  return e;
}

// linear(level) is the quantity itself: mW for dBm, uV/m for dBuV/m, a ratio for dB.
Expr Checker::linear(const Node& node) {
  if (!arity(node, 1, 1)) return {};
  std::vector<Expr> args = check_all(node);
  if (failed() || !expect_number(args[0], "linear()")) return {};
  Unit unit = args[0].unit;
  if (unit.kind == UnitKind::linear) {
    return error(args[0].at, format("linear() takes a level such as dBm or dB, but {} is {}",
                                    source(args[0].at), describe(args[0])));
  }
  const double factor = level_factor(unit);
  if (unit.kind == UnitKind::level_ratio) {
    if (!unit.compatible(*parse_unit("dB"))) {
      return error(args[0].at, format("linear() takes dB, not {}", unit.text));
    }
    unit = unit_one();
  } else {
    unit.kind = UnitKind::linear;
    if (unit.text == "dBm") {
      unit.text = "mW";
    } else if (parse_unit(unit.text.substr(2)).value_or(unit_one()).compatible(unit)) {
      unit.text = unit.text.substr(2);
    } else {
      unit.text = "(20.uPa)";
    }
  }
  Expr e = make(ExprKind::math, Type::number, node, std::move(args));
  e.math = Math::linear;
  e.level_factor = factor;
  e.unit = unit;
  return e;
}

Expr Checker::decibel(const Node& node) {
  if (!arity(node, 1, 1)) return {};
  std::vector<Expr> args = check_all(node);
  if (failed() || !expect_number(args[0], "decibel()")) return {};
  struct Pair {
    const char* linear;
    const char* level;
  };
  static constexpr Pair pairs[] = {{"1", "dB"}, {"W", "dBW"}, {"V", "dBV"}, {"V/m", "dBV/m"}};
  for (const Pair& pair : pairs) {
    const Unit from = *parse_unit(pair.linear);
    if (!args[0].unit.compatible(from)) continue;
    args[0] = converted(std::move(args[0]), from);
    Expr e = make(ExprKind::math, Type::number, node, std::move(args));
    e.math = Math::decibel;
    e.unit = *parse_unit(pair.level);
    e.level_factor = level_factor(e.unit);
    return e;
  }
  return error(args[0].at,
               format("decibel() takes a ratio, W, V or V/m, not {}", describe(args[0])));
}

Expr Checker::round(const Node& node) {
  if (!arity(node, 1, 2)) return {};
  std::vector<Expr> args = check_all(node);
  if (failed() || !expect_number(args[0], "round()")) return {};
  if (args.size() == 2) {
    const auto digits = constant_number(*node.args[1], "the number of decimals");
    if (!digits) return {};
    if (*digits != std::round(*digits) || std::fabs(*digits) > 15) {
      return error(args[1].at, "round() takes a whole number of decimals between -15 and 15");
    }
  }
  const Unit unit = args[0].unit;
  const bool bare = args[0].bare;
  Expr e = make(ExprKind::round, Type::number, node, std::move(args));
  e.unit = unit;
  e.bare = bare;
  return e;
}

Expr Checker::interp(const Node& node) {
  if (!arity(node, 5, any_number)) return {};
  if (node.args.size() % 2 == 0) {
    return error(node.at, "interp() takes x and then pairs: interp(x, x0, y0, x1, y1, …)");
  }
  std::vector<Expr> args = check_all(node);
  if (failed()) return {};
  std::vector<Expr> xs;
  std::vector<Expr> ys;
  for (std::size_t i = 0; i < args.size(); ++i) {
    if (!expect_number(args[i], "interp()")) return {};
    (i == 0 || i % 2 == 1 ? xs : ys).push_back(std::move(args[i]));
  }
  if (!unify(xs, "the x of interp()") || !unify(ys, "the y of interp()")) return {};
  std::optional<double> before;
  for (std::size_t i = 1; i < xs.size(); ++i) {
    if (xs[i].kind != ExprKind::constant) continue;
    const double x = xs[i].constant.numbers[0];
    if (before && x <= *before) {
      return error(xs[i].at, format("the x of interp() must rise, but {} comes after {}",
                                    number_text(x), number_text(*before)));
    }
    before = x;
  }
  const Unit unit = ys[0].unit;
  std::vector<Expr> ordered;
  ordered.push_back(std::move(xs[0]));
  for (std::size_t i = 0; i < ys.size(); ++i) {
    ordered.push_back(std::move(xs[i + 1]));
    ordered.push_back(std::move(ys[i]));
  }
  Expr e = make(ExprKind::interp, Type::number, node, std::move(ordered));
  e.unit = unit;
  return e;
}

Expr Checker::lane_function(const Node& node, const RowFunction& function) {
  const std::size_t most =
      function.most_args < 0 ? any_number : static_cast<std::size_t>(function.most_args);
  if (node.kind == Kind::call &&
      !arity(node, static_cast<std::size_t>(function.least_args), most)) {
    return {};
  }
  std::vector<Expr> args = check_all(node);
  if (failed()) return {};
  std::vector<Type> types;
  for (const Expr& arg : args) types.push_back(arg.type);
  std::size_t wrong = 0;
  if (const auto message = function.check(types, wrong)) {
    return error(wrong < args.size() ? args[wrong].at : node.at, *message);
  }
  Expr e = make(ExprKind::call, function.result, node, std::move(args));
  e.function = &function;
  return e;
}

Expr Checker::window(const Node& node, WindowFunction function) {
  const bool quantile = node.name == "quantile";
  const std::size_t wanted = quantile ? 3 : 2;
  const std::string shape = quantile ? "quantile(0.95, x, 1h)" : format("{}(x, 1h)", node.name);
  const Node* last = node.args.empty() ? nullptr : node.args.back().get();
  if (node.args.size() != wanted || last->kind != Kind::quantity) {
    std::string hint;
    if (node.name == "min") hint = "; the smaller of two values is least(a, b)";
    if (node.name == "max") hint = "; the larger of two values is greatest(a, b)";
    return error(node.at, format("write {} for the samples of one thing in a span of time, or {}(… "
                                 "of T) over the things of a region{}",
                                 shape, node.name, hint));
  }
  if (row_type_ == nullptr) {
    return error(node.at, format("{} looks back over the samples of one thing; over a region write "
                                 "{}({} of T)",
                                 source(node.at), quantile ? "max" : node.name, source(node.at)));
  }
  const auto span = parse_span(number_text(*last->literal.get<double>()) + last->name);
  if (!span) return error(last->at, span.error().message);
  const Node& subject = *node.args[wanted - 2];
  const int index = subject.kind == Kind::name ? row_type_->property_index(subject.name) : -1;
  if (index < 0 && subject.kind == Kind::name) return unknown_property(subject);
  Expr e = make(ExprKind::window, Type::number, node, {});
  e.window = {function, *span, 0.5, false, 1};
  if (index >= 0 && row_type_->properties[static_cast<std::size_t>(index)].series) {
    const model::PropertyDef& property = row_type_->properties[static_cast<std::size_t>(index)];
    e.index = static_cast<std::uint32_t>(index);
    e.unit = property.unit;
    e.window.counter = property.counter;
  } else {
    Expr sampled = window_subject(subject, function);
    if (failed()) return {};
    e.unit = sampled.unit;
    e.args.push_back(std::move(sampled));
  }
  if (quantile) {
    const auto q = constant_number(*node.args[0], "the quantile");
    if (!q) return {};
    if (*q < 0 || *q > 1) return error(node.args[0]->at, "a quantile lies between 0 and 1");
    e.window.quantile = *q;
  }
  return window_unit(node, std::move(e));
}

// What a window takes instead of a series: an expression over series, evaluated at the time of each
// of their samples; a truth for count(), which counts where it holds, and avg(), its share.
Expr Checker::window_subject(const Node& subject, WindowFunction function) {
  Expr e = check(subject);
  if (failed()) return {};
  std::vector<std::uint32_t> columns;
  if (!sampled_columns(e, *row_type_, columns)) {
    return error(subject.at,
                 format("{} looks back over samples itself; a window over it would look back "
                        "twice at every sample of a window",
                        source(subject.at)));
  }
  if (columns.empty()) {
    return error(subject.at,
                 format("{} is no series; a window needs a property that is observed in "
                        "time",
                        source(subject.at)));
  }
  const bool truth = e.type == Type::boolean &&
                     (function == WindowFunction::count || function == WindowFunction::avg);
  if (!truth && !expect_number(e, "a window")) return {};
  if (truth) e.unit = unit_one();
  return e;
}

Expr Checker::window_unit(const Node& node, Expr e) {
  const WindowFunction function = e.window.function;
  const bool level = e.unit.kind == UnitKind::level;
  if (level && (function == WindowFunction::avg || function == WindowFunction::sum ||
                function == WindowFunction::stddev || function == WindowFunction::rate)) {
    return error(node.at, format("{} of levels in {} would mix logarithms; use min, max, median, "
                                 "last or delta, or observe a linear quantity",
                                 node.name, e.unit.text));
  }
  if (function == WindowFunction::sum && e.unit.offset != 0) {
    return error(node.at, format("temperatures in {} cannot be summed; use avg", e.unit.text));
  }
  if (function == WindowFunction::count) e.unit = unit_one();
  if (function == WindowFunction::delta || function == WindowFunction::stddev) {
    e.unit = difference_of(e.unit);
  }
  if (function == WindowFunction::rate) {
    // Per the unit of time as written; UCUM has no y, w and m (metre) for time.
    std::string per = node.args.back()->name;
    if (per == "y") per = "a";
    if (per == "w") per = "wk";
    if (per == "m") per = "min";
    const Unit time = *parse_unit(per);
    e.window.per_ns = static_cast<std::int64_t>(std::llround(time.scale * 1e9));
    const auto unit = divide(difference_of(e.unit), time);
    if (!unit) return error(node.at, format("a rate of {} has no unit", e.unit.text));
    e.unit = *unit;
  }
  return e;
}

Expr Checker::shift(const Node& node) {
  if (!arity(node, 2, 2)) return {};
  if (over_) return error(node.at, "at() cannot stand inside an aggregate with `over`");
  std::vector<Expr> args;
  args.push_back(check(*node.args[0]));
  const auto date = shift_date(*node.args[1]);
  if (failed()) return {};
  const Type type = args[0].type;
  const Unit unit = args[0].unit;
  Expr e = make(ExprKind::at, type, node, std::move(args));
  e.unit = unit;
  e.shift = *date;
  return e;
}

std::optional<Shift> Checker::shift_date(const Node& node) {
  // The sign is part of the quantity: -1y is minus one year.
  const double* steps = node.kind == Kind::quantity ? node.literal.get<double>() : nullptr;
  if (steps != nullptr && *steps < 0) {
    const auto span = parse_span(number_text(-*steps) + node.name);
    if (span) return Shift{{}, *span};
    error(node.at, span.error().message);
    return std::nullopt;
  }
  std::string text;
  if (node.kind == Kind::literal) {
    if (const double* year = node.literal.get<double>()) {
      if (*year == std::floor(*year) && *year >= 1678 && *year <= 2261) {
        text = format("{:04}", static_cast<int>(*year));
      }
    }
    if (const auto* written = node.literal.get<std::string>()) text = *written;
    if (const Date* date = node.literal.get<Date>()) text = to_string(*date);
    if (const Instant* instant = node.literal.get<Instant>()) text = to_string(*instant);
  }
  if (!text.empty() && parse_as_of(text)) return Shift{text, {}};
  error(node.at, format("{} is no date for at(); write a year (2020), a date ('2020-06-30', "
                        "'2020-Q2') or a step back (-1y, -6mo)",
                        source(node.at)));
  return std::nullopt;
}

Expr Checker::aggregate(const Node& node) {
  if (row_type_ != nullptr) {
    return error(node.at, format("{} is an aggregate over things and cannot stand inside another "
                                 "one or inside a property's formula",
                                 source(node.at)));
  }
  const int type = catalog_.type_index(node.type);
  if (type < 0) {
    std::vector<std::string> names;
    for (const model::TypeDef& known : catalog_.types) names.push_back(known.name);
    const auto near = nearest(node.type, names);
    return error(node.type_at,
                 format("there is no type of things '{}'{}", node.type,
                        near ? format("; did you mean {}?", *near) : std::string()),
                 Code::not_found);
  }
  Aggregate result;
  result.type = static_cast<std::uint32_t>(type);
  result.over = node.over;
  result.text = print(node);
  row_type_ = &catalog_.types[static_cast<std::size_t>(type)];
  const bool ok = aggregate_parts(node, result) && aggregate_unit(node, result);
  row_type_ = nullptr;
  if (!ok) return {};
  Expr e = make(ExprKind::aggregate, Type::number, node, {});
  e.unit = result.unit;
  auto shared = environment_.known(result.text);
  for (std::size_t i = 0; i < aggregates_.size(); ++i) {
    if (aggregates_[i]->text != result.text) continue;
    e.index = static_cast<std::uint32_t>(i);
    return e;
  }
  e.index = static_cast<std::uint32_t>(aggregates_.size());
  if (!shared) shared = std::make_shared<const Aggregate>(std::move(result));
  aggregates_.push_back(std::move(shared));
  return e;
}

bool Checker::aggregate_parts(const Node& node, Aggregate& result) {
  for (const WindowName& known : window_names) {
    if (known.name != node.name) continue;
    // Names and order of both lists agree but for first, last, rate, delta, which have no `of`.
    static constexpr AggregateKind kinds[] = {AggregateKind::avg, AggregateKind::min,
                                              AggregateKind::max, AggregateKind::sum,
                                              AggregateKind::count};
    const auto i = static_cast<std::size_t>(known.function);
    result.kind = i < 5                                      ? kinds[i]
                  : known.function == WindowFunction::stddev ? AggregateKind::stddev
                                                             : AggregateKind::quantile;
  }
  if (node.name == "share") result.kind = AggregateKind::share;
  names_status_ = false;
  if (node.where) {
    result.where = check(*node.where);
    if (!expect_truth(*result.where, "`where`")) return false;
  }
  result.any_status = names_status_;
  const bool counts = result.kind == AggregateKind::count || result.kind == AggregateKind::share;
  if (counts && node.over) {
    error(node.at, format("{} takes no `over`; it counts the things of one date", node.name));
    return false;
  }
  if (result.kind == AggregateKind::count) return !failed();
  if (node.name == "quantile") {
    const auto q = constant_number(*node.args[0], "the quantile");
    if (!q) return false;
    if (*q < 0 || *q > 1) {
      error(node.args[0]->at, "a quantile lies between 0 and 1");
      return false;
    }
    result.quantile = *q;
  }
  over_ = node.over;
  over_used_ = false;
  over_function_ = result.kind == AggregateKind::sum   ? WindowFunction::sum
                   : result.kind == AggregateKind::max ? WindowFunction::max
                   : result.kind == AggregateKind::min ? WindowFunction::min
                                                       : WindowFunction::avg;
  result.value = check(*node.args.back());
  over_.reset();
  if (result.kind == AggregateKind::share) {
    result.any_status = result.any_status || names_status_;
    names_status_ = false;
    return expect_truth(*result.value, "share()");
  }
  names_status_ = false;
  if (failed()) return false;
  if (result.value->type == Type::boolean) {
    error(result.value->at, format("{} needs a number, but {} is a condition; write share({}: {}) "
                                   "or count({} where {})",
                                   node.name, source(result.value->at), node.type,
                                   source(result.value->at), node.type, source(result.value->at)));
    return false;
  }
  return expect_number(*result.value, node.name);
}

bool Checker::aggregate_unit(const Node& node, Aggregate& result) {
  if (!result.value || result.kind == AggregateKind::share) return true;
  const Expr& value = *result.value;
  result.unit = value.unit;
  if (result.over && !proportional_to_period(value)) {
    error(value.at, over_used_
                        ? format("with `over`, the value is one series, perhaps times or divided "
                                 "by something that is no series; {} is not",
                                 source(value.at))
                        : format("`over` needs a series or a statistic, and {} names none",
                                 source(value.at)));
    return false;
  }
  const bool sums = result.kind == AggregateKind::sum;
  const bool averages = result.kind == AggregateKind::avg || result.kind == AggregateKind::stddev;
  if (value.unit.kind == UnitKind::level && (sums || averages)) {
    error(value.at, format("{} of levels in {} would mix logarithms; write {}(linear({}) of {})",
                           node.name, value.unit.text, node.name, source(value.at), node.type));
    return false;
  }
  if (value.unit.offset != 0 && sums) {
    error(value.at, format("temperatures in {} cannot be summed; use avg", value.unit.text));
    return false;
  }
  if (result.kind == AggregateKind::stddev) result.unit = difference_of(value.unit);
  return true;
}

}  // namespace cairn::formula
