// SPDX-License-Identifier: Apache-2.0
#include "plan/check.hpp"

#include <algorithm>
#include <array>
#include <climits>
#include <tuple>

#include "core/text.hpp"
#include "plan/detail/rules.hpp"

namespace cairn::plan {
namespace {

struct RuleTitle {
  std::string_view rule;
  const char* zh;
  const char* en;
};
constexpr std::array<RuleTitle, 24> titles{{
    {"change-does-not-follow", "变化量与基期、目标不符", "The change does not follow"},
    {"change-of-another-kind", "变化量的口径写错", "The change is of another kind"},
    {"change-only-after-rounding", "变化量仅在基数取整后成立", "The change follows only roughly"},
    {"decline-printed-as-growth", "下降被写成增长", "A decline printed as growth"},
    {"change-exceeds-target", "增量大于目标值", "The change exceeds the target"},
    {"price-bases-mixed", "价格基期不同却相比", "Price bases are mixed"},
    {"unit-contradiction", "单位相互矛盾", "Units contradict each other"},
    {"unit-incomplete", "单位不完整或不一致", "A unit is incomplete"},
    {"values-differ", "同一指标数值不一", "One indicator, two values"},
    {"values-differ-by-rounding", "同一指标精度不一", "One indicator, two precisions"},
    {"definitions-differ", "同名指标口径不一", "One name, two definitions"},
    {"bounds-differ", "同一指标界限不一", "One indicator, two bounds"},
    {"part-exceeds-whole", "部分大于整体", "A part exceeds its whole"},
    {"part-exceeds-target", "部分已超过整体的目标",
     "A part already exceeds the goal for the whole"},
    {"sum-does-not-add-up", "分项之和与总数不符", "The parts do not add up"},
    {"ratio-contradicts-terms", "比率与其分子分母不符", "The ratio contradicts its terms"},
    {"implied-totals-differ", "推算出的总量互相矛盾", "The implied totals differ"},
    {"range-reversed", "区间上下限颠倒", "The range is reversed"},
    {"bound-points-the-wrong-way", "界限方向相反", "The bound points the wrong way"},
    {"share-beyond-100", "占比超过百分之百", "A share beyond 100 %"},
    {"target-met-at-baseline", "目标在基期已经达到", "The target was met at the baseline"},
    {"target-worse-than-baseline", "目标劣于基期", "The target is worse than the baseline"},
    {"deadlines-differ", "同一目标期限不一", "One goal, two deadlines"},
    {"year-out-of-order", "年份不合规划期", "A year out of order"},
}};

using detail::Findings;

int first_line(const Finding& finding) {
  int line = INT_MAX;
  for (const model::Quote& quote : finding.quotes) {
    if (quote.plan == finding.claims.front().plan) line = std::min(line, quote.line);
  }
  return line;
}

// Findings of one rule about the same claims, or about the same quotes, have one cause.
Findings merged(Findings findings) {
  Findings out;
  for (Finding& finding : findings) {
    const auto same = std::find_if(out.begin(), out.end(), [&](const Finding& other) {
      return other.rule == finding.rule &&
             (other.claims == finding.claims || other.quotes == finding.quotes);
    });
    if (same == out.end()) {
      out.push_back(std::move(finding));
      continue;
    }
    same->severity = std::min(same->severity, finding.severity);
    for (ClaimRef& ref : finding.claims) {
      if (std::find(same->claims.begin(), same->claims.end(), ref) == same->claims.end()) {
        same->claims.push_back(std::move(ref));
      }
    }
    const auto add = [](std::string& to, const std::string& what, const char* between) {
      if (what.empty() || to.find(what) != std::string::npos) return;
      to += (to.empty() ? "" : between) + what;
    };
    add(same->text.zh, finding.text.zh, "");
    add(same->text.en, finding.text.en, " ");
    add(same->arithmetic, finding.arithmetic, "; ");
    add(same->suggestion.zh, finding.suggestion.zh, "");
    add(same->suggestion.en, finding.suggestion.en, " ");
  }
  return out;
}

}  // namespace

const char* to_string(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::note:
      return "note";
  }
  return "";
}

std::string finding_id(const Finding& finding) {
  std::string id = format("{} {}", to_string(finding.severity), finding.rule);
  for (const ClaimRef& ref : finding.claims) id += format(" {}/{}", ref.plan, ref.claim);
  return id;
}

std::vector<Finding> check(std::span<const model::Plan> plans, const model::RegionTree& regions) {
  const std::vector<Quantity> groups = quantities(plans, regions);
  const detail::Context context{plans, regions, groups};
  Findings findings;
  detail::check_change(context, findings);
  detail::check_units(context, findings);
  detail::check_cross(context, findings);
  detail::check_relations(context, findings);
  detail::check_bounds(context, findings);
  detail::check_deadlines(context, findings);
  findings = merged(std::move(findings));
  const auto plan_order = [&](const Finding& finding) {
    const auto at = std::find_if(plans.begin(), plans.end(), [&](const model::Plan& plan) {
      return plan.id == finding.claims.front().plan;
    });
    return at - plans.begin();
  };
  std::stable_sort(findings.begin(), findings.end(), [&](const Finding& a, const Finding& b) {
    return std::tuple(a.severity, plan_order(a), first_line(a), a.rule) <
           std::tuple(b.severity, plan_order(b), first_line(b), b.rule);
  });
  return findings;
}

std::vector<Finding> concerning(std::span<const Finding> findings, std::string_view plan) {
  std::vector<Finding> out;
  std::copy_if(findings.begin(), findings.end(), std::back_inserter(out), [&](const Finding& f) {
    return std::any_of(f.claims.begin(), f.claims.end(),
                       [&](const ClaimRef& ref) { return ref.plan == plan; });
  });
  return out;
}

namespace detail {

Finding start(Severity severity, std::string_view rule) {
  Finding finding;
  finding.severity = severity;
  finding.rule = std::string(rule);
  for (const RuleTitle& title : titles) {
    if (title.rule == rule) finding.title = {title.zh, title.en};
  }
  return finding;
}

void cite(Finding& finding, const model::Plan& plan, const model::Claim& claim) {
  const ClaimRef ref{plan.id, claim.id};
  if (std::find(finding.claims.begin(), finding.claims.end(), ref) != finding.claims.end()) return;
  finding.claims.push_back(ref);
  for (const model::Quote& quote : claim.quotes) {
    if (std::find(finding.quotes.begin(), finding.quotes.end(), quote) == finding.quotes.end()) {
      finding.quotes.push_back(quote);
    }
  }
}

void cite(Finding& finding, const Point& point) {
  cite(finding, *point.plan, *point.claim);
}

void cite(Finding& finding, const model::Relation& relation) {
  for (const model::Quote& quote : relation.quotes) {
    if (std::find(finding.quotes.begin(), finding.quotes.end(), quote) == finding.quotes.end()) {
      finding.quotes.push_back(quote);
    }
  }
}

std::string name(const model::Claim& claim, Language language) {
  const std::string& label = claim.label.in(language);
  return language == Language::zh ? "「" + label + "」" : "‘" + label + "’";
}

std::string dated(const Point& point, bool with_plan) {
  const std::string text = format("{}: {}", year_of(point), point_text(point));
  return with_plan ? point.plan->id + " " + text : text;
}

Severity weaker(Severity severity) {
  return severity == Severity::error ? Severity::warning : Severity::note;
}

}  // namespace detail
}  // namespace cairn::plan
