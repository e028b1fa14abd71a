// SPDX-License-Identifier: Apache-2.0
// One quantity in units that contradict each other: a power of ten apart for one year, or of
// another dimension.
#include <cmath>
#include <set>

#include "core/text.hpp"
#include "plan/detail/rules.hpp"

namespace cairn::plan::detail {
namespace {

void report_slip(const Point& a, const Point& b, double factor, Findings& findings) {
  Finding finding = start(
      compare_scopes(*a.claim, *b.claim) == Scopes::different ? Severity::warning : Severity::error,
      "unit-contradiction");
  cite(finding, a);
  cite(finding, b);
  const std::string times = computed(factor, 0);
  finding.text = {
      format("{}在 {} 年一处为 {}，另一处为 {}，相差 {} 倍。", name(*a.claim, Language::zh),
             year_of(a), point_text(a), point_text(b), times),
      format("{} in {} is {} in one place and {} in another: {} times apart.",
             name(*a.claim, Language::en), year_of(a), point_text(a), point_text(b), times)};
  const Point& more = a.nominal() > b.nominal() ? a : b;
  const Point& less = a.nominal() > b.nominal() ? b : a;
  finding.arithmetic = format("{} = {} × {}", point_text(more), times, point_text(less));
  if (*a.figure->value == *b.figure->value) {
    finding.suggestion = {
        format("数字相同而单位不同：统一为 {} 或 {}。", a.claim->unit, b.claim->unit),
        format("The digits agree, the units do not: use {} or {} in both places.", a.claim->unit,
               b.claim->unit)};
  } else {
    finding.suggestion = {"核对两处的单位与小数点。",
                          "Compare the unit and the decimal point of both places."};
  }
  findings.push_back(std::move(finding));
}

void report_incomparable(const Point& a, const Point& b, Findings& findings) {
  const bool incomplete = a.unit.incomplete || b.unit.incomplete;
  Finding finding = start(Severity::warning, "unit-incomplete");
  cite(finding, a);
  cite(finding, b);
  finding.text = {format("{}的单位一处是 {}，另一处是 {}。", name(*a.claim, Language::zh),
                         a.claim->unit, b.claim->unit),
                  format("The unit of {} is {} in one place and {} in another.",
                         name(*a.claim, Language::en), a.claim->unit, b.claim->unit)};
  finding.arithmetic = format("{}; {}", dated(a), dated(b));
  const std::string& full = a.unit.incomplete ? b.claim->unit : a.claim->unit;
  if (incomplete) {
    finding.suggestion = {format("只写词头，没有单位：补全为 {}。", full),
                          format("A prefix alone is no unit: print {}.", full)};
  } else {
    finding.suggestion = {"两处使用同一量纲的单位。", "Use units of one dimension."};
  }
  findings.push_back(std::move(finding));
}

void check_quantity(const Quantity& quantity, Findings& findings) {
  const auto& points = quantity.points;
  bool slipped = false;
  std::set<std::string> told;  // plans whose units have been told to be of other dimensions
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t j = i + 1; j < points.size(); ++j) {
      const Point& a = points[i];
      const Point& b = points[j];
      if (!a.number() || !b.number() || a.claim == b.claim) continue;
      if (!comparable(a.unit, b.unit)) {
        if (a.plan == b.plan && told.insert(a.plan->id).second) {
          report_incomparable(a, b, findings);
        }
        continue;
      }
      const double factor = slipped ? 0 : unit_slip(a, b);
      if (factor == 0) continue;
      report_slip(a, b, factor, findings);
      slipped = true;  // one cause, one finding
    }
  }
}

}  // namespace

double unit_slip(const Point& a, const Point& b) {
  if (!a.number() || !b.number() || a.claim == b.claim || year_of(a) != year_of(b)) return 0;
  if (!a.figure->year || !b.figure->year || !comparable(a.unit, b.unit)) return 0;
  if (price_bases_differ(a, b) || !(a.nominal() > 0) || !(b.nominal() > 0)) return 0;
  const Range ratio = a.nominal() > b.nominal()
                          ? number_range(*a.figure, Doubt::rounded, a.unit.unit.scale) /
                                number_range(*b.figure, Doubt::rounded, b.unit.unit.scale)
                          : number_range(*b.figure, Doubt::rounded, b.unit.unit.scale) /
                                number_range(*a.figure, Doubt::rounded, a.unit.unit.scale);
  // A number without digits after its first fits a power of ten too easily.
  if (ratio.hi > 1.2 * ratio.lo) return 0;
  for (double factor = 10; factor <= 1e13; factor *= 10) {
    if (overlap(ratio, {factor, factor})) return factor;
  }
  return 0;
}

bool has_unit_slip(const Quantity& quantity) {
  for (const Point& a : quantity.points) {
    for (const Point& b : quantity.points) {
      if (&a < &b && unit_slip(a, b) != 0) return true;
    }
  }
  return false;
}

void check_units(const Context& context, Findings& findings) {
  for (const Quantity& quantity : context.quantities) check_quantity(quantity, findings);
}

}  // namespace cairn::plan::detail
