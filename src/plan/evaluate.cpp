// SPDX-License-Identifier: Apache-2.0
#include "plan/evaluate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/text.hpp"
#include "plan/quantity.hpp"

namespace cairn::plan {
namespace {

using model::Better;
using model::Bound;

// 2020.5 is the middle of 2020; the end of 2020 is 2021.0.
double years_at(Instant t, Zone zone) {
  const int year = date_of(t, zone).year;
  const Instant begin = start_of({year, 1, 1}, zone);
  const Instant end = start_of({year + 1, 1, 1}, zone);
  return year + static_cast<double>(t.ns - begin.ns) / static_cast<double>(end.ns - begin.ns);
}

// Baseline and target in the claim's unit, with the years at whose ends they hold.
struct Path {
  double base = 0;
  double target = 0;
  int first = 0;
  int last = 0;
  bool geometric = false;

  double at(double share) const {
    if (geometric) return base * std::pow(target / base, share);
    return base + (target - base) * share;
  }
};

std::optional<Path> path_of(const model::Plan& plan, const model::Claim& claim) {
  const auto base = baseline_of(plan, claim);
  if (!base || !claim.target || !claim.target->value) return std::nullopt;
  Path path;
  for (const Point& point : points_of(plan, claim)) {
    if (!point.target) continue;
    if (!point.price_base().empty() && !base->price_base().empty() &&
        point.price_base() != base->price_base()) {
      return std::nullopt;
    }
    path.base = base->nominal() / point.unit.unit.scale;
    path.target = *claim.target->value;
    path.last = year_of(point);
  }
  if (base->claim == &claim) path.base = *claim.baseline->value;
  path.first = year_of(*base);
  if (path.last <= path.first) return std::nullopt;
  path.geometric = claim.change && claim.change->kind == model::ChangeKind::cagr && path.base > 0 &&
                   path.target > 0;
  return path;
}

// Whether more of it is better: as the plan says, else by where the target lies.
bool rises(const model::Claim& claim, const std::optional<Path>& path) {
  if (claim.better != Better::neither) return claim.better == Better::higher;
  return !path || path->target >= path->base;
}

bool meets(double actual, double wanted, bool higher) {
  const double slack = 1e-9 * std::max(std::fabs(actual), std::fabs(wanted));
  return higher ? actual >= wanted - slack : actual <= wanted + slack;
}

bool reached(double actual, const model::Figure& target, bool higher) {
  if (!meets(actual, *target.value, higher)) return false;
  const bool strict = target.bound == Bound::above || target.bound == Bound::below;
  return !strict || actual != *target.value;
}

std::string number(double value, const model::Claim& claim) {
  const int decimals = std::max(claim.target ? claim.target->decimals : 0,
                                claim.baseline ? claim.baseline->decimals : 0);
  return computed(value, std::max(decimals, std::fabs(value) < 100 ? 2 : 0));
}

void set_trajectory(ClaimResult& result, const Path& path, double now) {
  const int years = path.last - path.first;
  for (int i = 0; i <= years; ++i) {
    result.trajectory.push_back({path.first + i, path.at(static_cast<double>(i) / years)});
  }
  const double share = (now - (path.first + 1)) / years;
  if (share >= 0) result.required = path.at(std::min(share, 1.0));
}

// A reason why the actual value says nothing about progress; empty when it does.
Label stale(const Actual& actual, int baseline_year, double now, Zone zone) {
  const double baseline_end = baseline_year + 1;
  if (actual.proposed || now <= baseline_end) return {};
  if (actual.data_time) {
    if (years_at(*actual.data_time, zone) > baseline_end) return {};
    const std::string date = to_string(date_of(*actual.data_time - 1, zone));
    return {format("最新数据截至 {}，基期之后没有数据。", date),
            format("The newest data are of {}: none since the baseline.", date)};
  }
  if (!actual.estimated) return {};
  return {"登记数据为估计值，没有基期之后的报告。",
          "The registry is an estimate; nothing was reported since the baseline."};
}

void judge(ClaimResult& result, const model::Claim& claim, const std::optional<Path>& path,
           bool past_deadline) {
  const double actual = result.actual->value;
  const bool higher = rises(claim, path);
  const std::string shown = number(actual, claim);
  const std::string goal = figure_text(*claim.target);
  if (reached(actual, *claim.target, higher)) {
    result.status = Status::reached;
    result.reason = {format("{}，已达到目标 {}。", shown, goal),
                     format("{} meets the target {}.", shown, goal)};
    return;
  }
  if (!result.required && !past_deadline) {
    result.reason = {format("{}，未达到目标 {}；规划没有基期，无法推算应达到的进度。", shown, goal),
                     format("{} does not meet the target {} yet; without a baseline the plan "
                            "requires no path.",
                            shown, goal)};
    return;
  }
  const double required = past_deadline ? *claim.target->value : *result.required;
  const std::string path_text = number(required, claim);
  if (!past_deadline && meets(actual, required, higher)) {
    result.status = Status::on_track;
    result.reason = {format("{}，不落后于当前应达到的 {}。", shown, path_text),
                     format("{} keeps up with the {} required by now.", shown, path_text)};
    return;
  }
  result.status = Status::behind;
  result.reason = {format("{}，落后于当前应达到的 {}。", shown, path_text),
                   format("{} is behind the {} required by now.", shown, path_text)};
}

ClaimResult evaluate_claim(const model::Plan& plan, const model::Claim& claim, Instant as_of,
                           Zone zone, const Actuals& actuals) {
  ClaimResult result;
  result.has_target = claim.target.has_value();
  const double now = years_at(as_of, zone);
  const auto path = path_of(plan, claim);
  if (path) set_trajectory(result, *path, now);
  result.actual = actuals(claim);
  if (!claim.target) {
    result.reason = {"规划没有给出目标。", "The plan sets no target."};
    return result;
  }
  if (!claim.target->value) {
    result.reason = {"目标是文字，不能计算。", "The target is in words and cannot be computed."};
    return result;
  }
  if (!result.actual) {
    result.reason = {"没有可计算或已上报的数值。", "Nothing computes or reports it."};
    return result;
  }
  const bool higher = rises(claim, path);
  result.gap = higher ? *claim.target->value - result.actual->value
                      : result.actual->value - *claim.target->value;
  const int baseline_year = path ? path->first : plan.first_year - 1;
  if (Label old = stale(*result.actual, baseline_year, now, zone); !old.empty()) {
    result.reason = std::move(old);
    return result;
  }
  const int deadline = claim.target->year.value_or(plan.last_year);
  judge(result, claim, path, now > deadline + 1 + 1e-9);
  if (const auto& time = result.actual->data_time; time && now - years_at(*time, zone) > 1) {
    const std::string date = to_string(date_of(*time - 1, zone));
    result.reason.zh += format("数据截至 {}。", date);
    result.reason.en += format(" The data are of {}.", date);
  }
  return result;
}

void count(StatusCounts& counts, Status status) {
  switch (status) {
    case Status::reached:
      ++counts.reached;
      break;
    case Status::on_track:
      ++counts.on_track;
      break;
    case Status::behind:
      ++counts.behind;
      break;
    case Status::no_data:
      ++counts.no_data;
      break;
  }
}

}  // namespace

const char* to_string(Status status) {
  constexpr std::array<const char*, 4> names{"reached", "on_track", "behind", "no_data"};
  return names[static_cast<std::size_t>(status)];
}

const Label& label_of(Status status) {
  static const std::array<Label, 4> labels{Label{"已达到", "reached"}, Label{"按进度", "on track"},
                                           Label{"落后", "behind"}, Label{"无数据", "no data"}};
  return labels[static_cast<std::size_t>(status)];
}

PlanResult evaluate(const model::Plan& plan, Instant as_of, Zone zone, const Actuals& actuals) {
  PlanResult out;
  out.as_of = as_of;
  out.zone = zone;
  for (const model::Claim& claim : plan.claims) {
    const ClaimResult& result =
        out.claims.emplace_back(evaluate_claim(plan, claim, as_of, zone, actuals));
    if (!result.has_target) continue;
    count(out.counts, result.status);
    if (claim.binding == "binding") count(out.binding, result.status);
    if (claim.binding == "expected") count(out.expected, result.status);
  }
  return out;
}

Actuals formula_actuals(FormulaActuals inputs) {
  return [inputs](const model::Claim& claim) -> std::optional<Actual> {
    const model::RegionIndex region = inputs.regions.find(claim.region);
    const model::IndicatorDef* definition = inputs.library.catalog().indicator(claim.indicator);
    const auto printed = model::read_printed_unit(claim.unit);
    if (region == model::no_region || definition == nullptr || !printed || printed->incomplete) {
      return std::nullopt;
    }
    const formula::Request request{.regions = {region}, .as_of = inputs.as_of};
    const auto answer = inputs.evaluator.indicator(claim.indicator, request);
    if (!answer || answer->cells.empty() || !answer->cells[0].value ||
        !answer->unit.compatible(printed->unit)) {
      return std::nullopt;
    }
    const formula::Cell& cell = answer->cells[0];
    Actual actual;
    actual.value = convert(*cell.value, answer->unit, printed->unit);
    actual.given = definition->given;
    actual.reported = cell.reported;
    actual.expected = cell.expected;
    actual.estimated = cell.estimated;
    actual.data_time = cell.data_time;
    actual.proposed = inputs.overlay && !cell.data_time;
    if (inputs.overlay && inputs.base != nullptr) {
      const auto before = inputs.base->indicator(claim.indicator, request);
      actual.proposed = before && before->cells[0].value != cell.value;
    }
    return actual;
  };
}

}  // namespace cairn::plan
