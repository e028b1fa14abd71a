// SPDX-License-Identifier: Apache-2.0
#include "formula/depends.hpp"

#include <algorithm>

namespace cairn::formula {
namespace {

std::int64_t sum_ns(std::int64_t a, std::int64_t b) {
  return a > unlimited_ns - b ? unlimited_ns : a + b;
}

// Months at their longest.
std::int64_t longest_ns(Span span) {
  const std::int64_t months = std::min<std::int64_t>(span.months, 1200);
  return sum_ns(span.ns, months * 31 * ns_per_day);
}

std::int64_t longest_ns(const Over& over) {
  if (over.form == Over::Form::moving) return longest_ns(over.span);
  if (over.kind == PeriodKind::year) return unlimited_ns;
  const std::int64_t days = over.kind == PeriodKind::day     ? 1
                            : over.kind == PeriodKind::month ? 31
                                                             : 92;
  return days * ns_per_day * (over.form == Over::Form::last_calendar ? 2 : 1);
}

void put(Depends& out, const Reach& reach) {
  const auto at = std::lower_bound(
      out.reaches.begin(), out.reaches.end(), reach.column,
      [](const Reach& known, std::uint32_t column) { return known.column < column; });
  if (at == out.reaches.end() || at->column != reach.column) {
    out.reaches.insert(at, reach);
    return;
  }
  at->back_ns = std::max(at->back_ns, reach.back_ns);
  at->and_before = at->and_before || reach.and_before;
}

// `before_ns`: how long before the date `e` is asked for.
void walk(const Expr& e, const model::TypeDef& type, std::int64_t before_ns, Depends& out) {
  switch (e.kind) {
    case ExprKind::column: {
      const model::PropertyDef& property = type.properties[e.index];
      if (!property.series) return;
      const std::int64_t age_ns = property.max_age ? longest_ns(*property.max_age) : 0;
      out.by_time = out.by_time || property.max_age.has_value();
      put(out, {e.index, before_ns == 0 ? 0 : sum_ns(before_ns, age_ns),
                before_ns != 0 && !property.max_age});
      return;
    }
    case ExprKind::derived:
      return walk(e.inner->root, type, before_ns, out);
    case ExprKind::window:
      out.by_time = true;
      if (e.args.empty()) {
        put(out, {e.index, sum_ns(before_ns, longest_ns(e.window.span)), false});
      } else {
        walk(e.args[0], type, sum_ns(before_ns, longest_ns(e.window.span)), out);
      }
      return;
    case ExprKind::period:
      out.by_time = true;
      put(out, {e.index, sum_ns(before_ns, longest_ns(*e.over)), false});
      return;
    case ExprKind::at:
      if (e.shift.as_of.empty()) {
        out.by_time = true;
        walk(e.args[0], type, sum_ns(before_ns, longest_ns(e.shift.back)), out);
      } else {
        const bool by_time = out.by_time;
        walk(e.args[0], type, unlimited_ns, out);
        out.by_time = by_time;  // the date does not move
      }
      return;
    default:
      for (const Expr& arg : e.args) walk(arg, type, before_ns, out);
  }
}

}  // namespace

const Reach* Depends::find(std::uint32_t column) const {
  for (const Reach& reach : reaches) {
    if (reach.column == column) return &reach;
  }
  return nullptr;
}

void Depends::merge(const Depends& other) {
  for (const Reach& reach : other.reaches) put(*this, reach);
  by_time = by_time || other.by_time;
}

Depends depends(const Expr& e, const model::TypeDef& type) {
  Depends out;
  walk(e, type, 0, out);
  return out;
}

Depends depends(const Compiled& row_formula, const model::TypeDef& type) {
  return depends(row_formula.program->root, type);
}

Depends depends(const Aggregate& aggregate, const model::TypeDef& type) {
  Depends out;
  if (aggregate.where) out.merge(depends(*aggregate.where, type));
  if (aggregate.value) out.merge(depends(*aggregate.value, type));
  return out;
}

}  // namespace cairn::formula
