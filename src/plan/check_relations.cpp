// SPDX-License-Identifier: Apache-2.0
// Claims that hang together by definition: ratios, sums, parts, totals that nobody prints.
// Claims are matched by year.
#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "core/text.hpp"
#include "plan/detail/rules.hpp"

namespace cairn::plan::detail {
namespace {

using model::Plan;
using model::Relation;

struct Term {
  std::vector<Point> points;  // one a claim of the relation, in its order
  Range sum(Doubt doubt) const {
    Range total{0, 0};
    for (const Point& p : points) total = total + p.range(doubt);
    return total;
  }
};

std::set<int> years_of(const Plan& plan, const std::string& id) {
  std::set<int> years;
  if (const model::Claim* claim = plan.claim(id)) {
    for (const Point& point : points_of(plan, *claim)) {
      if (point.number()) years.insert(year_of(point));
    }
  }
  return years;
}

std::optional<Point> point_of(const Plan& plan, const std::string& id, int year) {
  const model::Claim* claim = plan.claim(id);
  return claim == nullptr ? std::nullopt : point_at(plan, *claim, year);
}

// All members in one year, or nothing when one has no number.
std::optional<Term> members_at(const Plan& plan, const Relation& relation, int year) {
  Term term;
  for (const std::string& id : relation.claims) {
    auto point = point_of(plan, id, year);
    if (!point) return std::nullopt;
    term.points.push_back(std::move(*point));
  }
  return term;
}

void cite_all(Finding& finding, const std::vector<Point>& points) {
  for (const Point& point : points) cite(finding, point);
}

// "98.9 + 545.9", in the unit of the first when all units are equal.
std::string sum_text(const std::vector<Point>& points, bool units) {
  std::string text;
  for (const Point& p : points) {
    text += (text.empty() ? "" : " + ") + (units ? point_text(p) : figure_text(*p.figure));
  }
  return text;
}

bool equal_units(const std::vector<Point>& points, const Point& whole) {
  return std::all_of(points.begin(), points.end(),
                     [&](const Point& p) { return p.claim->unit == whole.claim->unit; });
}

int most_decimals(const std::vector<Point>& points) {
  int decimals = 0;
  for (const Point& p : points) decimals = std::max(decimals, p.figure->decimals);
  return decimals;
}

double nominal_sum(const std::vector<Point>& points) {
  double sum = 0;
  for (const Point& p : points) sum += p.nominal();
  return sum;
}

// --- ratio -----------------------------------------------------------------------------------

void check_ratio(const Plan& plan, const Relation& relation, int year, Findings& findings) {
  const auto of = point_of(plan, relation.of, year);
  const auto over = point_of(plan, relation.numerator, year);
  const auto under = point_of(plan, relation.denominator, year);
  if (!of || !over || !under || !(under->nominal() > 0)) return;
  const auto implied = [&](Doubt doubt) {
    return over->range(doubt) / under->range(doubt) * relation.factor;
  };
  // A target is a decision, not a measurement: its terms mean what is printed.
  const bool decided = over->target && under->target;
  const Range printed = of->range(Doubt::rounded);
  const bool fits = overlap(printed, implied(Doubt::rounded));
  if (fits && (!decided || overlap(printed, implied(Doubt::none)))) return;
  if (!fits && overlap(printed, over->range(Doubt::significant) / under->range(Doubt::significant) *
                                    relation.factor)) {
    return;
  }
  Finding finding = start(fits ? Severity::warning : Severity::error, "ratio-contradicts-terms");
  cite_all(finding, {*of, *over, *under});
  cite(finding, relation);
  const double scale = of->unit.unit.scale;
  const double value = over->nominal() / under->nominal() * relation.factor / scale;
  const std::string ratio = computed(value, of->figure->decimals + 2);
  const std::string unit = of->claim->unit == "1" ? "" : " " + of->claim->unit;
  finding.text = {
      format("{} 年{}为 {}，但{} {} 除以{} {} 得 {}{}。", year, name(*of->claim, Language::zh),
             point_text(*of), name(*over->claim, Language::zh), point_text(*over),
             name(*under->claim, Language::zh), point_text(*under), ratio, unit),
      format("{} in {} is {}, but {} {} over {} {} is {}{}.", name(*of->claim, Language::en), year,
             point_text(*of), name(*over->claim, Language::en), point_text(*over),
             name(*under->claim, Language::en), point_text(*under), ratio, unit)};
  finding.arithmetic = format("{} ÷ {} = {}{} ≠ {}", point_text(*over), point_text(*under), ratio,
                              unit, point_text(*of));
  const double terms = of->nominal() / relation.factor;
  const std::string other_over =
      computed(terms * under->nominal() / over->unit.unit.scale, over->figure->decimals + 1);
  const std::string other_under =
      computed(over->nominal() / terms / under->unit.unit.scale, under->figure->decimals + 1);
  finding.suggestion = {
      format("应写 {}{}；或分子 {}；或分母 {}。", ratio, unit, other_over, other_under),
      format("Print {}{}; or the numerator {}; or the denominator {}.", ratio, unit, other_over,
             other_under)};
  findings.push_back(std::move(finding));
}

// --- sum -------------------------------------------------------------------------------------

void check_total(const Plan& plan, const Relation& relation, int year, Findings& findings) {
  const auto term = members_at(plan, relation, year);
  if (!term) return;
  const double scale = term->points[0].unit.unit.scale;
  const Range whole = number_range(*relation.total, Doubt::none, scale);
  const Range sum = term->sum(Doubt::rounded);
  if (overlap(whole, sum)) return;
  Finding finding = start(Severity::error, "sum-does-not-add-up");
  cite_all(finding, term->points);
  cite(finding, relation);
  const std::string total = figure_text(*relation.total);
  const std::string value =
      computed(nominal_sum(term->points) / scale, most_decimals(term->points));
  finding.text = {format("{} 年各项之和为 {}，不是 {}。", year, value, total),
                  format("The parts of {} add up to {}, not {}.", year, value, total)};
  finding.arithmetic = format("{} = {} ≠ {}", sum_text(term->points, false), value, total);
  finding.suggestion = {"核对各项。", "Compare each part with its source."};
  findings.push_back(std::move(finding));
}

void check_sum(const Plan& plan, const Relation& relation, int year, Findings& findings) {
  const auto whole = point_of(plan, relation.of, year);
  const auto term = members_at(plan, relation, year);
  if (!whole || !term) return;
  if (overlap(whole->range(Doubt::rounded), term->sum(Doubt::rounded))) return;
  if (overlap(whole->range(Doubt::significant), term->sum(Doubt::significant))) return;
  Finding finding = start(Severity::error, "sum-does-not-add-up");
  cite(finding, *whole);
  cite_all(finding, term->points);
  cite(finding, relation);
  const double scale = whole->unit.unit.scale;
  const int decimals = std::max(whole->figure->decimals, most_decimals(term->points));
  const double sum = nominal_sum(term->points) / scale;
  const std::string value = computed(sum, decimals);
  const std::string gap = computed(*whole->figure->value - sum, decimals);
  const bool units = !equal_units(term->points, *whole);
  finding.text = {format("{} 年{}为 {}，各分项之和为 {}，相差 {}。", year,
                         name(*whole->claim, Language::zh), point_text(*whole), value, gap),
                  format("{} in {} is {}, its parts add up to {}: {} apart.",
                         name(*whole->claim, Language::en), year, point_text(*whole), value, gap)};
  finding.arithmetic =
      format("{} = {} ≠ {}", sum_text(term->points, units), value, figure_text(*whole->figure));
  finding.suggestion = {
      format("总数应写 {}；或核对各分项。", value),
      format("Print {} for the whole, or compare each part with its source.", value)};
  findings.push_back(std::move(finding));
}

// --- part ------------------------------------------------------------------------------------

void report_part(const Point& whole, const std::vector<Point>& parts, const Relation& relation,
                 Findings& findings) {
  Finding finding = start(Severity::error, "part-exceeds-whole");
  cite(finding, whole);
  cite_all(finding, parts);
  cite(finding, relation);
  const double scale = whole.unit.unit.scale;
  const int decimals = std::max(whole.figure->decimals, most_decimals(parts));
  const std::string sum = computed(nominal_sum(parts) / scale, std::max(decimals, 2));
  const int year = year_of(whole);
  const std::string zh = parts.size() == 1 ? name(*parts[0].claim, Language::zh) : "各部分之和";
  const std::string en = parts.size() == 1 ? name(*parts[0].claim, Language::en) : "the parts";
  finding.text = {format("{} 年{}为 {}，大于整体{} {}。", year, zh, sum,
                         name(*whole.claim, Language::zh), point_text(whole)),
                  format("In {} {} come to {}, more than the whole, {} {}.", year, en, sum,
                         name(*whole.claim, Language::en), point_text(whole))};
  finding.arithmetic =
      format("{} > {}", sum_text(parts, !equal_units(parts, whole)), point_text(whole));
  finding.suggestion = {"核对各数的口径与单位。",
                        "Compare the definition and unit of each number."};
  findings.push_back(std::move(finding));
}

void check_parts(const Plan& plan, const Relation& relation, int year, Findings& findings) {
  const auto whole = point_of(plan, relation.of, year);
  if (!whole) return;
  std::vector<Point> parts;
  for (const std::string& id : relation.claims) {
    auto part = point_of(plan, id, year);
    if (!part || !comparable(part->unit, whole->unit)) continue;
    if (above(part->range(Doubt::rounded), whole->range(Doubt::rounded))) {
      report_part(*whole, {*part}, relation, findings);
      return;
    }
    parts.push_back(std::move(*part));
  }
  if (!relation.exclusive || parts.size() < 2) return;
  Range sum{0, 0};
  for (const Point& part : parts) sum = sum + part.range(Doubt::rounded);
  if (above(sum, whole->range(Doubt::rounded))) report_part(*whole, parts, relation, findings);
}

// A part that was larger before than the whole is meant to become.
void check_earlier_part(const Plan& plan, const Relation& relation, Findings& findings) {
  const model::Claim* claim = plan.claim(relation.of);
  if (claim == nullptr) return;
  for (const Point& whole : points_of(plan, *claim)) {
    if (!whole.target || !whole.number()) continue;
    for (const std::string& id : relation.claims) {
      const model::Claim* member = plan.claim(id);
      if (member == nullptr) continue;
      for (const Point& part : points_of(plan, *member)) {
        if (part.target || !part.number() || year_of(part) >= year_of(whole)) continue;
        if (!comparable(part.unit, whole.unit)) continue;
        const Range goal = number_range(*whole.figure, Doubt::rounded, whole.unit.unit.scale);
        if (!above(part.range(Doubt::rounded), goal)) continue;
        Finding finding = start(Severity::warning, "part-exceeds-target");
        cite(finding, whole);
        cite(finding, part);
        cite(finding, relation);
        finding.text = {
            format("{}到 {} 年的目标为 {}，而其中的{}在 {} 年已是 {}。",
                   name(*whole.claim, Language::zh), year_of(whole), point_text(whole),
                   name(*part.claim, Language::zh), year_of(part), point_text(part)),
            format("{} is to reach {} in {}, but {}, a part of it, was {} in {} already.",
                   name(*whole.claim, Language::en), point_text(whole), year_of(whole),
                   name(*part.claim, Language::en), point_text(part), year_of(part))};
        finding.arithmetic = format("{} > {}", point_text(part), point_text(whole));
        finding.suggestion = {"核对目标的单位（如亿与百亿、千亿）或口径。",
                              "Compare the unit of the goal (a power of ten) or its definition."};
        findings.push_back(std::move(finding));
        return;
      }
    }
  }
}

// --- implied ---------------------------------------------------------------------------------

struct Implied {
  const Relation* relation;
  Point of;
  Point over;
  Range range;
};

void check_implied(const Context& context, Findings& findings) {
  std::map<std::pair<std::string, int>, std::vector<Implied>> groups;
  for (const Plan& plan : context.plans) {
    for (const Relation& relation : plan.relations) {
      if (relation.kind != model::RelationKind::implied) continue;
      for (const int year : years_of(plan, relation.of)) {
        const auto of = point_of(plan, relation.of, year);
        const auto over = point_of(plan, relation.numerator, year);
        if (!of || !over || !(of->nominal() > 0)) continue;
        const Range range =
            over->range(Doubt::rounded) / of->range(Doubt::rounded) * relation.factor;
        groups[{relation.denominator, year}].push_back({&relation, *of, *over, range});
      }
    }
  }
  for (const auto& [key, group] : groups) {
    const std::vector<Implied>& all = group;
    const bool agree = std::all_of(all.begin(), all.end(), [&](const Implied& a) {
      return std::all_of(all.begin(), all.end(),
                         [&](const Implied& b) { return overlap(a.range, b.range); });
    });
    if (agree) continue;
    Finding finding = start(Severity::warning, "implied-totals-differ");
    Label list;
    for (const Implied& i : all) {
      cite(finding, i.over);
      cite(finding, i.of);
      cite(finding, *i.relation);
      const double scale = i.over.unit.unit.scale;
      const double value = i.over.nominal() / i.of.nominal() * i.relation->factor / scale;
      const int decimals = i.over.figure->decimals + 2;
      const std::string unit = i.over.claim->unit;
      finding.arithmetic +=
          format("{}{} ÷ {} = {} {} [{} … {}]", finding.arithmetic.empty() ? "" : "; ",
                 point_text(i.over), point_text(i.of), computed(value, decimals), unit,
                 computed(i.range.lo / scale, decimals), computed(i.range.hi / scale, decimals));
      list.zh += (list.zh.empty() ? "" : "；") + name(*i.over.claim, Language::zh) + "（" +
                 i.over.plan->id + "）" + computed(value, decimals) + " " + unit;
      list.en += (list.en.empty() ? "" : "; ") + name(*i.over.claim, Language::en) + " (" +
                 i.over.plan->id + ") " + computed(value, decimals) + " " + unit;
    }
    finding.text = {
        format("由占比反推同一总量（{} 年），结果不同：{}。", key.second, list.zh),
        format("The shares of {} imply other totals for one whole: {}.", key.second, list.en)};
    finding.suggestion = {
        "核对占比或分子；占比应以同一总量计算。",
        "Compare the shares and their numerators; they should rest on one total."};
    findings.push_back(std::move(finding));
  }
}

}  // namespace

void check_relations(const Context& context, Findings& findings) {
  for (const Plan& plan : context.plans) {
    for (const Relation& relation : plan.relations) {
      if (relation.kind == model::RelationKind::implied ||
          relation.kind == model::RelationKind::same) {
        continue;
      }
      if (relation.total && relation.claims.empty()) continue;
      const std::string& leading = relation.total ? relation.claims[0] : relation.of;
      for (const int year : years_of(plan, leading)) {
        if (relation.kind == model::RelationKind::ratio) {
          check_ratio(plan, relation, year, findings);
        } else if (relation.kind == model::RelationKind::part) {
          check_parts(plan, relation, year, findings);
        } else if (relation.total) {
          check_total(plan, relation, year, findings);
        } else {
          check_sum(plan, relation, year, findings);
        }
      }
      if (relation.kind == model::RelationKind::part) check_earlier_part(plan, relation, findings);
    }
  }
  check_implied(context, findings);
}

}  // namespace cairn::plan::detail
