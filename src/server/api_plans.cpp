// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/text.hpp"
#include "plan/report.hpp"
#include "server/api.hpp"
#include "server/detail/plan_json.hpp"
#include "server/detail/render.hpp"

namespace cairn::server {
namespace {

using model::Claim;
using model::Figure;
using model::Plan;

Json counts_json(const plan::StatusCounts& counts) {
  return {{"reached", counts.reached},
          {"on_track", counts.on_track},
          {"behind", counts.behind},
          {"no_data", counts.no_data}};
}

Json severities_json(const std::vector<plan::Finding>& findings) {
  const auto n = [&](plan::Severity severity) {
    return std::count_if(findings.begin(), findings.end(),
                         [&](const plan::Finding& f) { return f.severity == severity; });
  };
  return {{"error", n(plan::Severity::error)},
          {"warning", n(plan::Severity::warning)},
          {"note", n(plan::Severity::note)}};
}

Json plan_summary(const watch::View& view, const Plan& plan, const plan::PlanResult& result,
                  const std::vector<plan::Finding>& findings) {
  return {{"id", plan.id},
          {"title", json_label(plan.title)},
          {"issuer", json_label(plan.issuer)},
          {"period", Json::array({plan.first_year, plan.last_year})},
          {"region", region_ref(view.regions(), view.regions().find(plan.region))},
          {"claim_count", plan.claims.size()},
          {"by_status", counts_json(result.counts)},
          {"by_severity", severities_json(findings)}};
}

Json number_json(const std::optional<Figure>& figure, int year) {
  if (!figure) return nullptr;
  return {{"year", figure->year.value_or(year)},
          {"value", json_number(figure->value)},
          {"value_max", json_number(figure->value_max)},
          {"op", op_word(figure->bound)},
          {"text", json_text_or_null(figure->text)}};
}

Json change_json(const std::optional<model::StatedChange>& change) {
  if (!change || !change->figure.value) return nullptr;
  return {{"value", json_number(*change->figure.value)},
          {"op", op_word(change->figure.bound)},
          {"kind", change->kind == model::ChangeKind::cagr ? "cagr" : "cumulative"}};
}

Json actual_json(const std::optional<plan::Actual>& actual, const std::string& unit, Zone zone) {
  if (!actual) return nullptr;
  return {
      {"value", json_number(actual->value)},
      {"unit", unit},
      {"origin", actual->given ? "given" : "computed"},
      {"reported", actual->reported},
      {"expected", actual->expected},
      {"estimated", actual->estimated},
      {"data_date", actual->data_time ? Json(date_text(*actual->data_time, zone)) : Json(nullptr)}};
}

Json claim_json(const watch::View& view, const Plan& plan, const Claim& claim,
                const plan::ClaimResult& result, const std::vector<plan::Finding>& findings) {
  const auto region = view.regions().find(claim.region);
  const auto named =
      std::count_if(findings.begin(), findings.end(), [&](const plan::Finding& finding) {
        return std::find(finding.claims.begin(), finding.claims.end(),
                         plan::ClaimRef{plan.id, claim.id}) != finding.claims.end();
      });
  return {{"id", claim.id},
          {"indicator", claim.indicator},
          {"region", claim.region},
          {"region_label", json_label(region == model::no_region ? Label{claim.region, claim.region}
                                                                 : view.regions()[region].name)},
          {"label", json_label(claim.label)},
          {"unit", claim.unit},
          {"place", claim.place},
          {"baseline", number_json(claim.baseline, plan.first_year - 1)},
          {"target", number_json(claim.target, plan.last_year)},
          {"change", change_json(claim.change)},
          {"class", json_text_or_null(claim.binding)},
          {"better", better_word(claim.better)},
          {"price_base", json_text_or_null(claim.price_base)},
          {"scope", json_label_or_null(claim.scope)},
          {"trajectory", trajectory_json(result.trajectory, 1)},
          {"required", json_number(result.required)},
          {"actual", actual_json(result.actual, claim.unit, view.snapshot.zone)},
          {"gap", json_number(result.gap)},
          {"status", plan::to_string(result.status)},
          {"status_reason", json_label(result.reason)},
          {"quotes", quotes_json(claim.quotes)},
          {"findings", named}};
}

Json finding_json(const plan::Finding& finding) {
  Json claims = Json::array();
  for (const plan::ClaimRef& ref : finding.claims) {
    claims.push_back({{"plan", ref.plan}, {"claim", ref.claim}});
  }
  return {{"severity", plan::to_string(finding.severity)},
          {"rule", finding.rule},
          {"title", json_label(finding.title)},
          {"text", json_label(finding.text)},
          {"claims", std::move(claims)},
          {"quotes", quotes_json(finding.quotes)},
          {"arithmetic", json_text_or_null(finding.arithmetic)},
          {"suggestion", json_label_or_null(finding.suggestion)}};
}

Response list_plans(const Call& call) {
  Inquiry in(call);
  in.read_at();
  in.read_overlay();
  if (!in.ready()) return in.refusal();
  const watch::View& view = in.view();
  const auto results = in.state().plan_results(view, in.overlay(), in.state_key());
  const auto& plans = view.workspace.plans;
  std::vector<std::size_t> order(plans.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const bool home_a = plans[a].region == view.workspace.home;
    const bool home_b = plans[b].region == view.workspace.home;
    return home_a != home_b ? home_a : plans[a].id < plans[b].id;
  });
  Json list = Json::array();
  for (const std::size_t i : order) {
    list.push_back(plan_summary(view, plans[i], (*results)[i],
                                plan::concerning(in.state().findings, plans[i].id)));
  }
  return json_response({{"plans", std::move(list)}, {"at", in.at_text()}});
}

// The plan of the path, or a refusal of the inquiry.
const Plan* require_plan(Inquiry& in, const Call& call) {
  const std::string& id = call.path("id");
  const Plan* plan = call.state->workspace->plan(id);
  if (plan == nullptr) {
    std::vector<std::string> ids;
    for (const Plan& p : call.state->workspace->plans) ids.push_back(p.id);
    in.refuse(Error{Code::not_found,
                    format("there is no plan '{}'; there are {}", id, join(ids, ", ")), "path:id"});
  }
  return plan;
}

const plan::PlanResult& result_of(const Inquiry& in, const PlanResults& results, const Plan& plan) {
  const auto index = &plan - in.view().workspace.plans.data();
  return (*results)[static_cast<std::size_t>(index)];
}

Response get_plan(const Call& call) {
  Inquiry in(call);
  in.read_at();
  in.read_overlay();
  const Plan* plan = require_plan(in, call);
  if (!in.ready()) return in.refusal();
  const watch::View& view = in.view();
  const auto results = in.state().plan_results(view, in.overlay(), in.state_key());
  const plan::PlanResult& result = result_of(in, results, *plan);
  const auto findings = plan::concerning(in.state().findings, plan->id);
  Json out = plan_summary(view, *plan, result, findings);
  out["at"] = in.at_text();
  out["overlay"] = overlay_json(in.overlay());
  Json claims = Json::array();
  for (std::size_t i = 0; i < plan->claims.size(); ++i) {
    claims.push_back(claim_json(view, *plan, plan->claims[i], result.claims[i], findings));
  }
  out["claims"] = std::move(claims);
  return json_response(out);
}

Response get_findings(const Call& call) {
  Inquiry in(call);
  const Plan* plan = require_plan(in, call);
  if (!in.ready()) return in.refusal();
  Json list = Json::array();
  for (const plan::Finding& finding : plan::concerning(in.state().findings, plan->id)) {
    list.push_back(finding_json(finding));
  }
  return json_response({{"plan", plan->id}, {"findings", std::move(list)}});
}

Response get_report(const Call& call) {
  Inquiry in(call);
  in.read_at();
  in.read_overlay();
  const auto language = in.params.word("lang", {"zh", "en"});
  const Plan* plan = require_plan(in, call);
  if (!in.ready()) return in.refusal();
  const watch::View& view = in.view();
  const auto results = in.state().plan_results(view, in.overlay(), in.state_key());
  const auto findings = plan::concerning(in.state().findings, plan->id);
  const model::Proposal* proposal = view.workspace.proposal(in.overlay());
  Response out;
  out.type = "text/html; charset=utf-8";
  out.body = plan::report_html({*plan, result_of(in, results, *plan), findings, view.regions(),
                                language == "en" ? Language::en : Language::zh,
                                proposal == nullptr ? Label{} : proposal->label});
  out.headers.push_back({"Content-Security-Policy",
                         "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
                         "base-uri 'none'; frame-ancestors 'self'"});
  return out;
}

}  // namespace

void add_plan_routes(Router& router) {
  router.add({"GET", "/v1/plans", Access::read, 0, list_plans});
  router.add({"GET", "/v1/plans/{id}", Access::read, 0, get_plan});
  router.add({"GET", "/v1/plans/{id}/findings", Access::read, 0, get_findings});
  router.add({"GET", "/v1/plans/{id}/report", Access::read, 0, get_report});
}

}  // namespace cairn::server
