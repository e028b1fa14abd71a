// SPDX-License-Identifier: Apache-2.0
// One quantity printed twice with other values or bounds, in one plan or in several; and regions
// that have more than the region they lie in.
#include <algorithm>
#include <cmath>
#include <map>

#include "core/text.hpp"
#include "plan/detail/rules.hpp"

namespace cairn::plan::detail {
namespace {

bool one_sided(const model::Figure& figure) {
  return figure.bound != model::Bound::exact && figure.bound != model::Bound::about;
}

enum class Agreement { agree, bounds, rounded, differ };

// How two numbers of one quantity and year stand to each other.
Agreement compare(const Point& a, const Point& b) {
  const auto number = [](const Point& p, Doubt doubt) {
    return number_range(*p.figure, doubt, p.unit.unit.scale);
  };
  const bool same_number = overlap(number(a, Doubt::rounded), number(b, Doubt::rounded));
  const bool sided_a = one_sided(*a.figure);
  const bool sided_b = one_sided(*b.figure);
  // "More than 3" and 3.4 print other numbers, though 3 may be what 3.4 rounds to.
  const bool passed = sided_a != sided_b && a.nominal() != b.nominal();
  if (same_number && !passed) {
    // "About 28" for what was 28 is no contradiction; a goal of "about 100" and of 100 is.
    const bool counted = !sided_a && !sided_b && !(a.target && b.target);
    return a.figure->bound == b.figure->bound || counted ? Agreement::agree : Agreement::bounds;
  }
  const bool fit = overlap(a.range(Doubt::rounded), b.range(Doubt::rounded));
  if (sided_a != sided_b && fit) {
    // "More than 96" for what is 100: true, but nobody would print it so. Up to one unit of the
    // last digit it is the usual way of rounding down.
    const Point& bound = sided_a ? a : b;
    const Point& exact = sided_a ? b : a;
    const double gap = std::fabs(exact.nominal() - bound.nominal());
    const double unit = 2 * half_unit(*bound.figure, Doubt::significant) * bound.unit.unit.scale;
    return gap > unit * 1.001 && gap > 0.02 * std::fabs(bound.nominal()) ? Agreement::bounds
                                                                         : Agreement::agree;
  }
  if (!sided_a && !sided_b && fit) return Agreement::agree;
  const bool loosely = overlap(number(a, Doubt::significant), number(b, Doubt::significant));
  return loosely ? Agreement::rounded : Agreement::differ;
}

struct Verdict {
  Severity severity;
  const char* rule;
};

Verdict verdict_on(const Point& a, const Point& b, Agreement agreement) {
  if (agreement == Agreement::bounds) return {Severity::note, "bounds-differ"};
  if (agreement == Agreement::rounded) return {Severity::note, "values-differ-by-rounding"};
  switch (compare_scopes(*a.claim, *b.claim)) {
    case Scopes::equal:
      return {Severity::error, "values-differ"};
    case Scopes::unsure:
      return {Severity::warning, "values-differ"};
    case Scopes::different:
      return {Severity::note, "definitions-differ"};
  }
  return {Severity::error, "values-differ"};
}

std::string scope_text(const Point& point, Language language) {
  if (point.claim->scope.empty()) return {};
  return language == Language::zh ? format("（{}）", point.claim->scope.in(language))
                                  : format(" ({})", point.claim->scope.in(language));
}

std::string joined(const std::vector<std::string>& texts, std::string_view separator) {
  std::vector<std::string> each;
  for (const std::string& text : texts) {
    if (std::find(each.begin(), each.end(), text) == each.end()) each.push_back(text);
  }
  return join(each, separator);
}

std::string values_text(const std::vector<const Point*>& points, bool with_plan,
                        Language language) {
  std::vector<std::string> texts;
  for (const Point* p : points) {
    texts.push_back((with_plan ? p->plan->id + " " : std::string()) + point_text(*p) +
                    scope_text(*p, language));
  }
  return joined(texts, language == Language::zh ? "、" : ", ");
}

void report_values(const std::vector<const Point*>& points, Verdict verdict, Findings& findings) {
  Finding finding = start(verdict.severity, verdict.rule);
  bool plans = false;
  for (const Point* point : points) {
    cite(finding, *point);
    plans = plans || point->plan != points.front()->plan;
  }
  const Point& first = *points.front();
  const int year = year_of(first);
  finding.text = {format("{}在 {} 年有不同写法：{}。", name(*first.claim, Language::zh), year,
                         values_text(points, plans, Language::zh)),
                  format("{} in {} is printed as {}.", name(*first.claim, Language::en), year,
                         values_text(points, plans, Language::en))};
  const std::string_view rule = verdict.rule;
  std::vector<std::string> values;
  for (const Point* point : points) values.push_back(point_text(*point));
  finding.arithmetic = joined(values, " ≠ ");
  if (rule == "definitions-differ") {
    finding.suggestion = {"口径不同，请用不同的名称。",
                          "Give quantities that are defined differently different names."};
  } else if (rule == "bounds-differ") {
    finding.suggestion = {"各处统一“超过”“达到”或确数。",
                          "Use one wording everywhere: above, at least, or the number."};
  } else if (rule == "values-differ-by-rounding") {
    finding.suggestion = {"若是取整，注明“约”；否则统一数值。",
                          "Say ‘about’ where it is rounded; otherwise print one value."};
  } else {
    finding.suggestion = {
        "核对来源，各处统一为一个数值；口径不同则注明。",
        "Print one value everywhere after comparing the sources, or say what each "
        "counts."};
  }
  findings.push_back(std::move(finding));
}

// Compares all numbers of one year; what disagrees in the gravest way makes one finding.
void check_year(const std::vector<const Point*>& points, Findings& findings) {
  std::map<std::string_view, std::pair<Severity, std::vector<const Point*>>> by_rule;
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t j = i + 1; j < points.size(); ++j) {
      const Point& a = *points[i];
      const Point& b = *points[j];
      if (a.claim == b.claim || !comparable(a.unit, b.unit) || price_bases_differ(a, b)) continue;
      if (unit_slip(a, b) != 0) continue;  // told as such
      const Agreement agreement = compare(a, b);
      if (agreement == Agreement::agree) continue;
      const Verdict verdict = verdict_on(a, b, agreement);
      auto& [severity, who] =
          by_rule.try_emplace(verdict.rule, verdict.severity, std::vector<const Point*>())
              .first->second;
      severity = std::min(severity, verdict.severity);
      for (const Point* point : {&a, &b}) {
        if (std::find(who.begin(), who.end(), point) == who.end()) who.push_back(point);
      }
    }
  }
  const auto gravest = std::min_element(by_rule.begin(), by_rule.end(), [](auto& a, auto& b) {
    return a.second.first < b.second.first;
  });
  if (gravest == by_rule.end()) return;
  report_values(gravest->second.second, {gravest->second.first, gravest->first.data()}, findings);
}

// Counts, lengths, money, energy add up over regions; shares, rates and ratios do not, nor does
// what each place has for itself (a bandwidth).
bool additive(const Point& point) {
  const model::PrintedUnit& unit = point.unit;
  const auto time = unit.unit.powers[static_cast<std::size_t>(Dimension::time)];
  const bool rate = !unit.unit.dimensionless() && time < 0 &&
                    unit.unit.powers[static_cast<std::size_t>(Dimension::mass)] == 0;
  return point.number() && !unit.percent && !unit.ratio && !unit.incomplete && !rate &&
         point.claim->unit != "1" && point.claim->unit != "位" && point.claim->unit != "倍";
}

void compare_regions(const Point& part, const Point& whole, Findings& findings) {
  if (!comparable(part.unit, whole.unit) || price_bases_differ(part, whole)) return;
  if (year_of(part) != year_of(whole) ||
      !above(part.range(Doubt::rounded), whole.range(Doubt::rounded))) {
    return;
  }
  const Scopes scopes = compare_scopes(*part.claim, *whole.claim);
  if (scopes == Scopes::different) return;
  Finding finding =
      start(scopes == Scopes::equal ? Severity::error : Severity::warning, "part-exceeds-whole");
  cite(finding, part);
  cite(finding, whole);
  finding.text = {format("{} 年{}为 {}（{}），大于包含它的 {} 的 {}。", year_of(part),
                         name(*part.claim, Language::zh), point_text(part), part.claim->region,
                         whole.claim->region, point_text(whole)),
                  format("{} in {} is {} for {}, more than {} for {}, which contains it.",
                         name(*part.claim, Language::en), year_of(part), point_text(part),
                         part.claim->region, point_text(whole), whole.claim->region)};
  finding.arithmetic = format("{} > {}", point_text(part), point_text(whole));
  finding.suggestion = {"核对两份规划的统计口径与数值。",
                        "Compare definition and value in both plans."};
  findings.push_back(std::move(finding));
}

void check_nested(const Context& context, Findings& findings) {
  for (const Quantity& whole : context.quantities) {
    for (const Quantity& part : context.quantities) {
      if (&part == &whole || part.indicator != whole.indicator) continue;
      if (part.region == model::no_region || whole.region == model::no_region ||
          part.region == whole.region || !context.regions.within(part.region, whole.region)) {
        continue;
      }
      if (has_unit_slip(part) || has_unit_slip(whole)) continue;
      const std::size_t before = findings.size();
      for (const Point& p : part.points) {
        for (const Point& w : whole.points) {
          if (findings.size() == before && additive(p) && additive(w)) {
            compare_regions(p, w, findings);
          }
        }
      }
    }
  }
}

}  // namespace

void check_cross(const Context& context, Findings& findings) {
  for (const Quantity& quantity : context.quantities) {
    std::map<int, std::vector<const Point*>> by_year;
    for (const Point& point : quantity.points) {
      if (point.number() && point.figure->year) by_year[*point.figure->year].push_back(&point);
    }
    for (const auto& [year, points] : by_year) check_year(points, findings);
  }
  check_nested(context, findings);
}

}  // namespace cairn::plan::detail
