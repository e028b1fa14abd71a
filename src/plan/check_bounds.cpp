// SPDX-License-Identifier: Apache-2.0
// Numbers against what they may be: direction of a bound, ranges, shares of a whole, and targets
// against the baseline.
#include <algorithm>
#include <optional>

#include "core/text.hpp"
#include "plan/detail/rules.hpp"

namespace cairn::plan::detail {
namespace {

using model::Better;
using model::Bound;

bool lower_bound(const model::Figure& f) {
  return f.bound == Bound::above || f.bound == Bound::at_least;
}
bool upper_bound(const model::Figure& f) {
  return f.bound == Bound::below || f.bound == Bound::at_most;
}

void check_direction(const Point& point, Findings& findings) {
  if (!point.target) return;
  const Better better = point.claim->better;
  const bool wrong = (better == Better::lower && lower_bound(*point.figure)) ||
                     (better == Better::higher && upper_bound(*point.figure));
  if (!wrong) return;
  Finding finding = start(Severity::warning, "bound-points-the-wrong-way");
  cite(finding, point);
  const bool less = better == Better::lower;
  finding.text = {
      format("{}以{}为好，目标却写成 {}。", name(*point.claim, Language::zh), less ? "低" : "高",
             point_text(point)),
      format("{} is better when it is {}, yet the target is {}.", name(*point.claim, Language::en),
             less ? "lower" : "higher", point_text(point))};
  const std::string right =
      std::string(less ? "≤" : "≥") + computed(*point.figure->value, point.figure->decimals);
  finding.suggestion = {format("应写 {}。", right), format("Print {}.", right)};
  findings.push_back(std::move(finding));
}

void check_range(const Point& point, Findings& findings) {
  if (!point.figure->value_max || *point.figure->value_max >= *point.figure->value) return;
  Finding finding = start(Severity::error, "range-reversed");
  cite(finding, point);
  finding.text = {
      format("{}的区间 {} 上限小于下限。", name(*point.claim, Language::zh), point_text(point)),
      format("The range {} of {} ends below where it begins.", point_text(point),
             name(*point.claim, Language::en))};
  finding.arithmetic = format("{} > {}", computed(*point.figure->value, point.figure->decimals),
                              computed(*point.figure->value_max, point.figure->decimals));
  finding.suggestion = {"交换上下限。", "Exchange the ends."};
  findings.push_back(std::move(finding));
}

void check_share(const Point& point, Findings& findings) {
  if (!point.unit.percent || point.unit.text == "‰" || is_growth(*point.claim)) return;
  const model::Figure& figure = *point.figure;
  const bool beyond = *figure.value > 100 || figure.value_max.value_or(0) > 100 ||
                      (*figure.value == 100 && figure.bound == Bound::above);
  if (!beyond) return;
  Finding finding = start(Severity::error, "share-beyond-100");
  cite(finding, point);
  finding.text = {format("{}是占比，{} 年写为 {}。", name(*point.claim, Language::zh),
                         year_of(point), point_text(point)),
                  format("{} is a share, yet {} is printed for {}.",
                         name(*point.claim, Language::en), point_text(point), year_of(point))};
  finding.arithmetic = format("{} > 100 %", point_text(point));
  finding.suggestion = {"占比至多 100 %；若为每百人拥有量，单位应为“每百人”。",
                        "A share is 100 % at most; a number per hundred people needs that unit."};
  findings.push_back(std::move(finding));
}

enum class Progress { improves, met, worse };

// Where a target stands to a baseline, in the sense of `better`.
Progress progress(const Point& base, const Point& target, Better better) {
  const bool higher = better == Better::higher;
  const Range b = number_range(*base.figure, Doubt::rounded, base.unit.unit.scale);
  const Range t = number_range(*target.figure, Doubt::none, target.unit.unit.scale);
  const bool bounded = higher ? lower_bound(*target.figure) : upper_bound(*target.figure);
  const bool better_base = higher ? above(b, t) : above(t, b);
  if (better_base) return bounded ? Progress::met : Progress::worse;
  if (base.nominal() != target.nominal()) return Progress::improves;
  // Equal: "more than" what it is already is a goal.
  const bool strict = target.figure->bound == Bound::above || target.figure->bound == Bound::below;
  const bool open_base = lower_bound(*base.figure) || upper_bound(*base.figure);
  return strict || open_base ? Progress::improves : Progress::met;
}

// 100 % of a whole.
bool is_all(const Point& point) {
  return point.unit.percent && *point.figure->value == 100 && !is_growth(*point.claim) &&
         (point.figure->bound == Bound::exact || point.figure->bound == Bound::at_least);
}

void report_progress(const Point& base, const Point& target, Progress where, Findings& findings) {
  const Scopes scopes = compare_scopes(*base.claim, *target.claim);
  Severity severity = Severity::warning;
  // To keep all of a whole is a goal of a kind.
  const bool keeps = base.claim == target.claim && is_all(base) && is_all(target);
  if (scopes != Scopes::equal || keeps) severity = Severity::note;
  Finding finding = start(
      severity, where == Progress::met ? "target-met-at-baseline" : "target-worse-than-baseline");
  cite(finding, target);
  if (base.claim != target.claim) cite(finding, base);
  const bool elsewhere = base.plan != target.plan;
  const std::string zh = elsewhere ? format("（{}）", base.plan->title.zh) : std::string();
  const std::string en = elsewhere ? format(" ({})", base.plan->title.in(Language::en)) : "";
  finding.text = {
      format("{}在 {} 年已是 {}{}，{} 年的目标为 {}{}。", name(*target.claim, Language::zh),
             year_of(base), point_text(base), zh, year_of(target), point_text(target),
             where == Progress::met ? "，已经达到" : "，反而后退"),
      format("{} was {} in {}{}; the target for {} is {}{}.", name(*target.claim, Language::en),
             point_text(base), year_of(base), en, year_of(target), point_text(target),
             where == Progress::met ? ", met already" : ", a step back")};
  const char* sign = base.nominal() > target.nominal()   ? ">"
                     : base.nominal() < target.nominal() ? "<"
                                                         : "=";
  finding.arithmetic = format("{} {} {}", computed(*base.figure->value, base.figure->decimals),
                              sign, computed(*target.figure->value, target.figure->decimals));
  finding.suggestion = {"提高目标，或核对基期与目标的口径。",
                        "Raise the target, or compare what baseline and target count."};
  findings.push_back(std::move(finding));
}

// The first target of a quantity that a baseline has met: of its own claim before others'.
void check_progress(const Quantity& quantity, Findings& findings) {
  const bool slip = has_unit_slip(quantity);
  for (const bool own : {true, false}) {
    for (const Point& target : quantity.points) {
      if (!target.target || !target.number()) continue;
      const Better better = target.claim->better;
      if (better == Better::neither) continue;
      for (const Point& base : quantity.points) {
        if (base.target || !base.number() || (base.claim == target.claim) != own) continue;
        if (!own && (slip || base.plan != target.plan ||
                     compare_scopes(*base.claim, *target.claim) == Scopes::different)) {
          continue;
        }
        if (year_of(base) >= year_of(target) || !comparable(base.unit, target.unit) ||
            price_bases_differ(base, target)) {
          continue;
        }
        const Progress where = progress(base, target, better);
        if (where == Progress::improves) continue;
        report_progress(base, target, where, findings);
        return;
      }
    }
  }
}

// What a whole region has everywhere, each region inside it has.
void check_covered(const Context& context, Findings& findings) {
  for (const Quantity& part : context.quantities) {
    for (const Quantity& whole : context.quantities) {
      if (&part == &whole || part.indicator != whole.indicator || part.region == whole.region ||
          part.region == model::no_region || whole.region == model::no_region ||
          !context.regions.within(part.region, whole.region)) {
        continue;
      }
      const auto report = [&] {
        for (const Point& target : part.points) {
          if (!target.target || !target.number() || !target.unit.percent) continue;
          for (const Point& base : whole.points) {
            if (base.target || !base.number() || !is_all(base)) continue;
            if (year_of(base) >= year_of(target) || is_growth(*target.claim) ||
                compare_scopes(*base.claim, *target.claim) == Scopes::different) {
              continue;
            }
            return report_progress(base, target, Progress::met, findings);
          }
        }
      };
      report();
    }
  }
}

}  // namespace

void check_bounds(const Context& context, Findings& findings) {
  for (const Quantity& quantity : context.quantities) {
    for (const Point& point : quantity.points) {
      if (!point.number()) continue;
      check_direction(point, findings);
      check_range(point, findings);
      check_share(point, findings);
    }
    check_progress(quantity, findings);
  }
  check_covered(context, findings);
}

}  // namespace cairn::plan::detail
