// SPDX-License-Identifier: Apache-2.0
// Years that contradict: one goal with several deadlines, words that contradict for one year,
// targets before their baseline or outside the plan's period.
#include <algorithm>
#include <map>
#include <set>

#include "core/text.hpp"
#include "plan/detail/rules.hpp"

namespace cairn::plan::detail {
namespace {

bool outside(const Point& point) {
  return point.figure->year && (*point.figure->year < point.plan->first_year ||
                                *point.figure->year > point.plan->last_year);
}

// Both print the same goal: one number, or one phrase.
bool same_goal(const Point& a, const Point& b) {
  if (a.number() != b.number()) return false;
  if (!a.number()) return a.figure->text == b.figure->text;
  return comparable(a.unit, b.unit) &&
         overlap(number_range(*a.figure, Doubt::rounded, a.unit.unit.scale),
                 number_range(*b.figure, Doubt::rounded, b.unit.unit.scale));
}

// One year, two phrases.
bool contradicts(const Point& a, const Point& b) {
  return !a.number() && !b.number() && *a.figure->year == *b.figure->year &&
         a.figure->text != b.figure->text;
}

void report_deadlines(const std::vector<const Point*>& points, bool words, bool unsure,
                      Findings& findings) {
  Finding finding = start(unsure ? Severity::note : Severity::warning, "deadlines-differ");
  bool early = false;
  std::vector<const Point*> sorted = points;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Point* a, const Point* b) {
    return *a->figure->year < *b->figure->year;
  });
  for (const Point* point : points) cite(finding, *point);
  for (const Point* point : sorted) {
    early = early || outside(*point);
    const std::string text = dated(*point);
    if (finding.arithmetic.find(text) != std::string::npos) continue;
    finding.arithmetic += (finding.arithmetic.empty() ? "" : "; ") + text;
  }
  const Point& first = *points.front();
  if (words) {
    finding.text = {
        format("{}的进度说法互相矛盾：{}。", name(*first.claim, Language::zh), finding.arithmetic),
        format("The stages of {} contradict each other: {}.", name(*first.claim, Language::en),
               finding.arithmetic)};
  } else {
    finding.text = {format("{}的同一目标有不同期限：{}。", name(*first.claim, Language::zh),
                           finding.arithmetic),
                    format("One goal of {} has several deadlines: {}.",
                           name(*first.claim, Language::en), finding.arithmetic)};
  }
  if (early) {
    finding.text.zh +=
        format("有的期限不在规划期 {}–{} 年内。", first.plan->first_year, first.plan->last_year);
    finding.text.en += format(" One lies outside the plan's period {}–{}.", first.plan->first_year,
                              first.plan->last_year);
  }
  finding.suggestion = {"统一期限；若范围不同，写明各自的范围。",
                        "Use one deadline, or say how the goals differ."};
  findings.push_back(std::move(finding));
}

void check_goals(const Quantity& quantity, std::set<const model::Claim*>& told,
                 Findings& findings) {
  std::vector<const Point*> goals;
  for (const Point& point : quantity.points) {
    if (point.target && point.figure->year) goals.push_back(&point);
  }
  std::vector<const Point*> conflicting;
  bool words = false;
  bool unsure = true;
  const auto add = [&](const Point* point) {
    if (std::find(conflicting.begin(), conflicting.end(), point) == conflicting.end()) {
      conflicting.push_back(point);
    }
  };
  for (std::size_t i = 0; i < goals.size(); ++i) {
    for (std::size_t j = i + 1; j < goals.size(); ++j) {
      const Point& a = *goals[i];
      const Point& b = *goals[j];
      const Scopes scopes = compare_scopes(*a.claim, *b.claim);
      if (a.claim == b.claim || scopes == Scopes::different) continue;
      const bool phrase = contradicts(a, b);
      if (!phrase && (*a.figure->year == *b.figure->year || !same_goal(a, b))) continue;
      words = words || phrase;
      unsure = unsure && scopes == Scopes::unsure;
      add(&a);
      add(&b);
    }
  }
  if (conflicting.empty()) return;
  if (words) {
    // The stages in between belong to the contradiction.
    for (const Point* goal : goals) {
      if (!goal->number()) add(goal);
    }
  }
  for (const Point* point : conflicting) told.insert(point->claim);
  report_deadlines(conflicting, words, unsure, findings);
}

void report_order(const Point& target, const Point& base, Findings& findings) {
  Finding finding = start(Severity::error, "year-out-of-order");
  cite(finding, target);
  finding.text = {format("{}的目标年 {} 不晚于基期 {}。", name(*target.claim, Language::zh),
                         year_of(target), year_of(base)),
                  format("The target year {} of {} is not after the baseline's, {}.",
                         year_of(target), name(*target.claim, Language::en), year_of(base))};
  finding.arithmetic = format("{} ≤ {}", year_of(target), year_of(base));
  finding.suggestion = {"核对年份。", "Compare the year with its source."};
  findings.push_back(std::move(finding));
}

// Goals of one plan with one year outside its period: one finding, however many they are.
void report_outside(const std::vector<const Point*>& targets, Findings& findings) {
  Finding finding = start(Severity::warning, "year-out-of-order");
  Label names;
  for (const Point* target : targets) {
    cite(finding, *target);
    names.zh += (names.zh.empty() ? "" : "、") + name(*target->claim, Language::zh);
    names.en += (names.en.empty() ? "" : ", ") + name(*target->claim, Language::en);
  }
  const model::Plan& plan = *targets.front()->plan;
  const int year = year_of(*targets.front());
  finding.text = {format("{}的期限 {} 年不在规划期 {}–{} 年内。", names.zh, year, plan.first_year,
                         plan.last_year),
                  format("The deadline {} of {} lies outside the plan's period {}–{}.", year,
                         names.en, plan.first_year, plan.last_year)};
  finding.arithmetic = year < plan.first_year ? format("{} < {}", year, plan.first_year)
                                              : format("{} > {}", year, plan.last_year);
  finding.suggestion = {"核对年份；已完成的写入回顾。",
                        "Compare the year with its source; what is done belongs to the review."};
  findings.push_back(std::move(finding));
}

}  // namespace

void check_deadlines(const Context& context, Findings& findings) {
  std::set<const model::Claim*> told;
  std::map<std::pair<const model::Plan*, int>, std::vector<const Point*>> outsiders;
  for (const Quantity& quantity : context.quantities) {
    check_goals(quantity, told, findings);
    for (const Point& target : quantity.points) {
      if (!target.target || !target.figure->year) continue;
      const model::Claim& claim = *target.claim;
      if (claim.baseline && claim.baseline->year && *claim.baseline->year >= year_of(target)) {
        for (const Point& own : points_of(*target.plan, claim)) {
          if (!own.target) report_order(target, own, findings);
        }
      } else if (outside(target) && claim.place != "review" && !told.contains(&claim)) {
        outsiders[{target.plan, year_of(target)}].push_back(&target);
      }
    }
  }
  // In the order of the plans, not of addresses.
  for (const model::Plan& plan : context.plans) {
    for (const auto& [key, targets] : outsiders) {
      if (key.first == &plan) report_outside(targets, findings);
    }
  }
}

}  // namespace cairn::plan::detail
