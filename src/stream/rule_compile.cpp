// SPDX-License-Identifier: Apache-2.0
#include "stream/rule_compile.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "formula/program.hpp"

namespace cairn::stream {
namespace {

using formula::Expr;
using formula::ExprKind;

constexpr std::int64_t longest_month_ns = 31 * ns_per_day;
constexpr std::int64_t never_beyond_ns = 10 * 366 * ns_per_day;

std::int64_t longest(Span span) {
  return std::min(never_beyond_ns, span.ns) +
         std::min<std::int64_t>(120, span.months) * longest_month_ns;
}

std::int64_t longest(PeriodKind kind) {
  switch (kind) {
    case PeriodKind::day:
      return ns_per_day;
    case PeriodKind::month:
      return longest_month_ns;
    case PeriodKind::quarter:
      return 92 * ns_per_day;
    case PeriodKind::year:
      return 366 * ns_per_day;
  }
  return ns_per_day;
}

std::int64_t longest(const formula::Over& over) {
  if (over.form == formula::Over::Form::moving) return longest(over.span);
  const bool earlier = over.form == formula::Over::Form::last_calendar;
  return longest(over.kind) * (earlier ? 2 : 1);
}

class Reach {
 public:
  Reach(const model::TypeDef& type, std::vector<Reached>& reached)
      : type_(type), reached_(reached) {
    reached_.resize(type.properties.size());
  }

  // `back`: how long before the date of the whole formula `e` is evaluated.
  void visit(const Expr& e, std::int64_t back) {
    switch (e.kind) {
      case ExprKind::column:
        // Now, the last one is always at hand.
        if (back > 0) raise(e.index, back + before(type_.properties[e.index]));
        break;
      case ExprKind::derived:
        visit(e.inner->root, back);
        break;
      case ExprKind::window:
        back += longest(e.window.span);
        if (!e.args.empty()) break;
        raise(e.index, back);
        reached_[e.index].squares =
            reached_[e.index].squares || e.window.function == formula::WindowFunction::stddev;
        break;
      case ExprKind::period:
        back += longest(*e.over);
        raise(e.index, back);
        break;
      case ExprKind::at:
        back += longest(e.shift.back);
        break;
      default:
        break;
    }
    for (const Expr& arg : e.args) visit(arg, back);
  }

 private:
  static std::int64_t before(const model::PropertyDef& property) {
    return property.max_age ? longest(*property.max_age) : ns_per_day;
  }
  void raise(std::uint32_t column, std::int64_t span_ns) {
    reached_[column].span_ns = std::max(reached_[column].span_ns, span_ns);
  }

  const model::TypeDef& type_;
  std::vector<Reached>& reached_;
};

}  // namespace

Result<CompiledRule> compile_rule(const formula::Library& library, std::uint32_t index, Zone zone) {
  const model::Catalog& catalog = library.catalog();
  const model::RuleDef& rule = catalog.rules[index];
  CompiledRule out;
  out.index = index;
  out.def = &rule;
  out.times = {rule.hold, rule.keep, !rule.clear.empty(), zone};
  const int type = catalog.type_index(rule.type);
  if (type < 0) {
    return fail(Code::not_found, format("no pack declares the type '{}'", rule.type), rule.place);
  }
  out.type = static_cast<std::uint32_t>(type);
  std::optional<Error> wrong;
  const auto condition = [&](const std::string& text) {
    auto formula = library.compile_row(text, rule.type);
    if (formula && formula->type == formula::Type::boolean) return std::move(*formula);
    wrong = formula ? Error{Code::invalid, format("'{}' is not a condition", text), rule.place}
                    : Error{formula.error().code, formula.error().message, rule.place};
    return formula::Compiled{};
  };
  if (rule.no_data.empty()) {
    out.when = condition(rule.when);
  } else {
    const int property = catalog.types[out.type].property_index(rule.no_data);
    if (property < 0 || !rule.hold) {
      return fail(Code::not_found, format("'no_data' needs a property of {} and `for`", rule.type),
                  rule.place);
    }
    out.silent = static_cast<std::uint32_t>(property);
  }
  if (!rule.clear.empty()) out.clear = condition(rule.clear);
  if (!rule.suppress.empty()) out.suppress = condition(rule.suppress);
  if (wrong) return fail(*wrong);
  return out;
}

std::vector<CompiledRule> compile_rules(const formula::Library& library, Zone zone) {
  std::vector<CompiledRule> out;
  for (std::uint32_t i = 0; i < library.catalog().rules.size(); ++i) {
    if (auto rule = compile_rule(library, i, zone)) out.push_back(std::move(*rule));
  }
  return out;
}

void add_reach(const formula::Compiled& row_formula, const model::Catalog& catalog,
               std::vector<Reached>& reached) {
  if (!row_formula.program || row_formula.program->row_type < 0) return;
  const auto type = static_cast<std::size_t>(row_formula.program->row_type);
  Reach(catalog.types[type], reached).visit(row_formula.program->root, 0);
}

}  // namespace cairn::stream
