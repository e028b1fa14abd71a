// SPDX-License-Identifier: Apache-2.0
#include "server/detail/plan_json.hpp"

#include <cmath>

#include "core/text.hpp"
#include "model/printed_unit.hpp"
#include "plan/quantity.hpp"
#include "server/detail/render.hpp"

namespace cairn::server {
namespace {

using model::Claim;
using model::Figure;
using model::Plan;

constexpr std::size_t inputs_max = 100;

// A node of an explanation that rests on the plan's own text.
Json claim_node(const Inquiry& in, const Claim& claim, std::string text, const Label& label,
                const std::optional<double>& value, std::string_view unit) {
  return {{"value", json_number(value)},
          {"unit", unit},
          {"reported", value ? 1 : 0},
          {"expected", 1},
          {"estimated", false},
          {"data_date", nullptr},
          {"reason", value ? Json(nullptr) : Json("not_computable")},
          {"kind", "claim"},
          {"text", std::move(text)},
          {"label", json_label(label)},
          {"as_of", in.at_text()},
          {"sources", Json::array()},
          {"quotes", quotes_json(claim.quotes)},
          {"children", Json::array()},
          {"contributions", nullptr}};
}

struct ClaimQuestion {
  const Plan& plan;
  const Claim& claim;
  const plan::ClaimResult& result;
};

Json figure_node(const Inquiry& in, const ClaimQuestion& q, const std::optional<Figure>& figure,
                 const Label& label) {
  const std::string text = figure ? plan::figure_text(*figure) : std::string();
  return claim_node(in, q.claim, text, label, figure ? figure->value : std::nullopt, q.claim.unit);
}

const Label baseline_label{"基期值", "Baseline"};
const Label target_label{"目标值", "Target"};
const Label actual_label{"实际值", "Actual value"};

Json actual_node(const Inquiry& in, const ClaimQuestion& q) {
  const auto& actual = q.result.actual;
  Json node = claim_node(in, q.claim, q.claim.indicator, actual_label,
                         actual ? std::optional(actual->value) : std::nullopt, q.claim.unit);
  node["quotes"] = Json::array();
  const watch::View& view = in.view();
  const auto region = plan::region_of(view.regions(), q.claim.region);
  if (region == model::no_region || view.catalog().indicator(q.claim.indicator) == nullptr) {
    return node;
  }
  const auto explained =
      view.evaluator.explain_indicator(q.claim.indicator, region, in.as_of(), inputs_max);
  if (!explained) return node;
  node["kind"] = "operation";
  node["children"].push_back(explain_node(*explained, view));
  if (!actual) return node;
  node["reported"] = actual->reported;
  node["expected"] = actual->expected;
  node["estimated"] = actual->estimated;
  if (actual->data_time) node["data_date"] = date_text(*actual->data_time, in.zone());
  return node;
}

Json required_node(const Inquiry& in, const ClaimQuestion& q) {
  std::string text;
  for (const plan::YearValue& point : q.result.trajectory) {
    text +=
        format("{}{}: {}", text.empty() ? "" : ", ", point.year, plan::computed(point.value, 4));
  }
  Json node = claim_node(in, q.claim, text, {"当前应达到的值", "Required by now"},
                         q.result.required, q.claim.unit);
  const auto base = plan::baseline_of(q.plan, q.claim);
  node["children"].push_back(
      figure_node(in, q, base ? std::optional(*base->figure) : q.claim.baseline, baseline_label));
  node["children"].push_back(figure_node(in, q, q.claim.target, target_label));
  return node;
}

Json gap_node(const Inquiry& in, const ClaimQuestion& q) {
  std::string text;
  if (q.result.actual && q.claim.target && q.claim.target->value) {
    const std::string target = number_text(*q.claim.target->value);
    const std::string actual = plan::computed(q.result.actual->value, 4);
    const bool rising =
        q.result.gap && *q.result.gap * (*q.claim.target->value - q.result.actual->value) >= 0;
    text = rising ? format("{} − {}", target, actual) : format("{} − {}", actual, target);
  }
  Json node = claim_node(in, q.claim, text, {"与目标的差距", "Gap to the target"}, q.result.gap,
                         q.claim.unit);
  node["children"].push_back(figure_node(in, q, q.claim.target, target_label));
  node["children"].push_back(actual_node(in, q));
  return node;
}

Json change_node(const Inquiry& in, const ClaimQuestion& q) {
  const auto& change = q.claim.change;
  const bool yearly = change && change->kind == model::ChangeKind::cagr;
  return claim_node(in, q.claim, change ? plan::figure_text(change->figure) : "",
                    yearly ? Label{"年均增速", "Growth a year"} : Label{"累计变化", "Change"},
                    change ? change->figure.value : std::nullopt, yearly ? "%" : q.claim.unit);
}

}  // namespace

std::optional<IndicatorTarget> target_of(const watch::View& view, const PlanResults& results,
                                         const model::IndicatorDef& indicator,
                                         model::RegionIndex region) {
  const model::RegionIndex wanted = plan::region_of(view.regions(), view.regions()[region].code);
  std::optional<IndicatorTarget> best;
  for (std::size_t p = 0; p < results->size(); ++p) {
    const Plan& plan = view.workspace.plans[p];
    for (std::size_t c = 0; c < plan.claims.size(); ++c) {
      const Claim& claim = plan.claims[c];
      if (claim.indicator != indicator.id || !claim.target || !claim.target->value) continue;
      if (plan::region_of(view.regions(), claim.region) != wanted) continue;
      const auto printed = model::read_printed_unit(claim.unit);
      if (!printed || printed->incomplete || !printed->unit.compatible(indicator.unit)) continue;
      if (best && claim.place != "table") continue;
      best = IndicatorTarget{&plan, &claim, &(*results)[p].claims[c],
                             printed->unit.scale / indicator.unit.scale};
      if (claim.place == "table") return best;
    }
  }
  return best;
}

void add_target(Json& row, const std::optional<IndicatorTarget>& target, const Unit& unit) {
  if (!target) return;
  const Figure& figure = *target->claim->target;
  row["target"] = {{"value", json_number(*figure.value * target->factor)},
                   {"op", op_word(figure.bound)},
                   {"unit", unit.text},
                   {"year", figure.year.value_or(target->plan->last_year)},
                   {"plan", target->plan->id},
                   {"claim", target->claim->id}};
  const auto& gap = target->result->gap;
  row["gap"] = gap ? json_number(*gap * target->factor) : Json(nullptr);
  row["status"] = plan::to_string(target->result->status);
}

Json trajectory_json(const std::vector<plan::YearValue>& trajectory, double factor) {
  Json out = Json::array();
  for (const plan::YearValue& point : trajectory) {
    out.push_back({{"year", point.year}, {"value", json_number(point.value * factor)}});
  }
  return out;
}

std::string_view op_word(model::Bound bound) {
  return bound == model::Bound::exact ? "=" : model::to_string(bound);
}

Json quotes_json(const std::vector<model::Quote>& quotes) {
  Json out = Json::array();
  for (const model::Quote& quote : quotes) out.push_back(quote_json(quote));
  return out;
}

Response explain_claim(Inquiry& in, const std::string& plan_id, const std::string& claim_id,
                       const std::string& part) {
  const watch::View& view = in.view();
  const Plan* plan = view.workspace.plan(plan_id);
  if (plan == nullptr) {
    return problem({Code::not_found, format("there is no plan '{}'", plan_id), "query:plan"});
  }
  const Claim* claim = plan->claim(claim_id);
  if (claim == nullptr) {
    return problem({Code::not_found, format("the plan '{}' has no claim '{}'", plan_id, claim_id),
                    "query:claim"});
  }
  const auto results = in.state().plan_results(view, in.overlay(), in.state_key());
  const auto p = static_cast<std::size_t>(plan - view.workspace.plans.data());
  const auto c = static_cast<std::size_t>(claim - plan->claims.data());
  const ClaimQuestion question{*plan, *claim, (*results)[p].claims[c]};
  Json root;
  if (part == "baseline") root = figure_node(in, question, claim->baseline, baseline_label);
  if (part == "target") root = figure_node(in, question, claim->target, target_label);
  if (part == "change") root = change_node(in, question);
  if (part == "required") root = required_node(in, question);
  if (part == "actual") root = actual_node(in, question);
  if (part == "gap") root = gap_node(in, question);
  const auto region = plan::region_of(view.regions(), claim->region);
  return json_response({{"title", json_label(claim->label)},
                        {"region", region_ref(view.regions(), region)},
                        {"at", in.at_text()},
                        {"overlay", overlay_json(in.overlay())},
                        {"root", std::move(root)}});
}

}  // namespace cairn::server
