// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "model/simulated.hpp"
#include "server/api.hpp"
#include "server/detail/plan_json.hpp"
#include "server/detail/render.hpp"
#include "server/inquiry.hpp"

namespace cairn::server {
namespace {

using formula::Compiled;
using formula::Explanation;
using model::RegionIndex;

constexpr std::size_t query_formula_bytes = 4096;
constexpr std::size_t contributions_max = 100;
// A formula of the greatest length with every character escaped in JSON, and the other members.
constexpr std::size_t body_bytes = 6 * limits::formula_bytes + 4096;

// What GET and POST ask alike.
struct FormulaQuery {
  std::string formula;
  RegionIndex region = model::no_region;
  std::optional<model::Level> by;
  std::optional<Unit> unit;
};

void set_unit(Inquiry& in, FormulaQuery& query, std::string_view text, std::string place) {
  auto unit = parse_unit(text);
  if (unit) {
    query.unit = std::move(*unit);
  } else {
    in.refuse(Error{Code::invalid, unit.error().message, std::move(place)});
  }
}

std::optional<Compiled> compile(Inquiry& in, const std::string& formula) {
  auto compiled = in.state().library->compile(formula);
  if (compiled) {
    if (compiled->type == formula::Type::number || compiled->type == formula::Type::boolean) {
      return std::move(*compiled);
    }
    in.refuse(problem(400, "the result of the formula is neither a number nor a truth value",
                      {{"formula", "give a formula whose result is a number", 0, 1, {}}}));
    return std::nullopt;
  }
  in.refuse(formula_problem(compiled.error(), formula));
  return std::nullopt;
}

Response answer(Inquiry& in, const FormulaQuery& query) {
  const auto compiled = compile(in, query.formula);
  if (!in.ready()) return in.refusal();
  const watch::View& view = in.view();
  const auto rows = watch::values(view, *compiled, query.region, query.by, query.unit);
  if (!rows) return problem(rows.error());
  Json list = Json::array();
  std::size_t reported = 0;
  for (const watch::RegionCell& row : rows->rows) {
    reported += row.cell.value ? 1 : 0;
    list.push_back(row_json(row, rows->unit, view));
  }
  return json_response({{"formula", query.formula},
                        {"unit", rows->unit.text},
                        {"type", compiled->type == formula::Type::boolean ? "boolean" : "number"},
                        {"region", region_ref(view.regions(), query.region)},
                        {"by", query.by ? Json(model::to_string(*query.by)) : Json(nullptr)},
                        {"at", in.at_text()},
                        {"overlay", overlay_json(in.overlay())},
                        {"reported", reported},
                        {"expected", rows->rows.size()},
                        {"rows", std::move(list)}});
}

std::string query_formula(Inquiry& in, std::string_view name) {
  std::string formula = in.params.required(name);
  if (formula.size() > query_formula_bytes) {
    in.params.complain(
        name, format("a formula of more than {} bytes comes by POST", query_formula_bytes));
  }
  return formula;
}

Response get_evaluate(const Call& call) {
  Inquiry in(call);
  FormulaQuery query;
  query.formula = query_formula(in, "formula");
  query.region = in.region("region");
  query.by = in.level("by");
  in.read_at();
  in.read_overlay();
  if (const auto unit = in.params.text("unit")) set_unit(in, query, *unit, "query:unit");
  return answer(in, query);
}

// The body as an object of texts with these members; complaints carry JSON pointers.
std::optional<Json> read_body(Inquiry& in, const Request& request,
                              const std::set<std::string>& members) {
  if (!request.header("content-type").starts_with("application/json")) {
    in.refuse(problem(415, "the body must be application/json"));
    return std::nullopt;
  }
  Json body = Json::parse(request.body, nullptr, false);
  if (body.is_discarded() || !body.is_object()) {
    in.refuse(problem(400, "the body is no JSON object",
                      {{"", "the body is no JSON object", std::nullopt, 1, {}}}));
    return std::nullopt;
  }
  std::vector<Complaint> complaints;
  for (const auto& [name, value] : body.items()) {
    if (!members.contains(name)) {
      complaints.push_back({"/" + name, format("there is no member '{}' here", name), {}, 1, {}});
    } else if (!value.is_string()) {
      complaints.push_back({"/" + name, format("'{}' must be a text", name), {}, 1, {}});
    }
  }
  if (complaints.empty() && !body.contains("formula")) {
    complaints.push_back({"/formula", "the member 'formula' is required", {}, 1, {}});
  }
  if (!complaints.empty()) {
    in.refuse(problem(std::move(complaints)));
    return std::nullopt;
  }
  return body;
}

FormulaQuery from_body(Inquiry& in, const Json& body) {
  FormulaQuery query;
  const auto text = [&](const char* name) { return body.value(name, std::string()); };
  query.formula = text("formula");
  query.region = in.region_of(body.contains("region") ? text("region") : in.state().workspace->home,
                              "/region");
  if (body.contains("by")) {
    query.by = model::parse_level(text("by"));
    if (!query.by) in.refuse(Error{Code::invalid, "this is no level of regions", "/by"});
  }
  if (body.contains("at")) in.set_at(text("at"), "/at");
  if (body.contains("overlay")) in.set_overlay(text("overlay"));
  if (body.contains("unit")) set_unit(in, query, text("unit"), "/unit");
  return query;
}

Response post_evaluate(const Call& call) {
  Inquiry in(call);
  const auto body =
      read_body(in, call.request, {"formula", "region", "by", "at", "overlay", "unit"});
  if (!body) return in.refusal();
  return answer(in, from_body(in, *body));
}

std::string_view kind_of(const Explanation& node, const formula::Library& library) {
  if (!node.inputs.empty() || node.input_count > 0) return "aggregate";
  if (!node.source.empty()) return "statistic";
  if (library.indicator(node.text) != nullptr) return "indicator";
  const model::IndicatorDef* def = library.catalog().indicator(node.text);
  if (def != nullptr) return def->given ? "statistic" : "indicator";
  return node.parts.empty() ? "constant" : "operation";
}

Json contributions(const Explanation& node, const watch::View& view) {
  if (node.inputs.empty() && node.input_count == 0) return nullptr;
  Json items = Json::array();
  for (const Explanation::Input& input : node.inputs) {
    if (items.size() >= contributions_max) break;
    const bool is_region = view.regions().find(input.thing) != model::no_region;
    items.push_back({{"kind", is_region ? "region" : "thing"},
                     {"id", input.thing},
                     {"label", json_label(input.label)},
                     {"region", input.region},
                     {"value", json_number(input.value)},
                     {"unit", input.unit.text},
                     {"time", input.time ? Json(date_text(input.time->end, view.snapshot.zone))
                                         : Json(nullptr)},
                     {"source", json_text_or_null(input.source)},
                     {"estimated", input.estimated},
                     {"simulated", !is_region && model::is_simulated_thing(
                                                     view.catalog(), input.thing, input.source)}});
  }
  const std::size_t total = std::max(node.input_count, node.inputs.size());
  return {{"total", total}, {"truncated", total > items.size()}, {"items", items}};
}

}  // namespace

Json explain_node(const Explanation& node, const watch::View& view) {
  Json out = measure_json(node.cell, node.unit, view.snapshot.zone);
  out["kind"] = kind_of(node, view.library);
  out["text"] = node.text;
  out["label"] = json_label_or_null(node.label);
  out["as_of"] = date_text(node.as_of, view.snapshot.zone);
  std::set<std::string> keys;
  if (!node.source.empty()) keys.insert(node.source);
  for (const Explanation::Input& input : node.inputs) {
    if (!input.source.empty()) keys.insert(input.source);
  }
  Json sources = Json::array();
  for (const std::string& key : keys) {
    if (Json source = source_by_key(view.snapshot, key); !source.is_null()) {
      sources.push_back(std::move(source));
    }
  }
  out["sources"] = std::move(sources);
  out["quotes"] = Json::array();
  Json children = Json::array();
  for (const Explanation& part : node.parts) children.push_back(explain_node(part, view));
  out["children"] = std::move(children);
  out["contributions"] = contributions(node, view);
  return out;
}

namespace {

Response explained(const Inquiry& in, const Label& title, RegionIndex region,
                   const Explanation& root) {
  return json_response({{"title", json_label(title)},
                        {"region", region_ref(in.view().regions(), region)},
                        {"at", in.at_text()},
                        {"overlay", overlay_json(in.overlay())},
                        {"root", explain_node(root, in.view())}});
}

Response explain_formula(Inquiry& in, const FormulaQuery& query) {
  const auto compiled = compile(in, query.formula);
  if (!in.ready()) return in.refusal();
  const Explanation root =
      in.view().evaluator.explain(*compiled, query.region, in.as_of(), contributions_max);
  return explained(in, {query.formula, query.formula}, query.region, root);
}

Response get_explain(const Call& call) {
  Inquiry in(call);
  in.read_at();
  in.read_overlay();
  const auto indicator = in.params.text("indicator");
  const auto given = in.params.text("formula");
  const auto plan = in.params.text("plan");
  const auto claim = in.params.text("claim");
  const auto part =
      in.params.word("part", {"baseline", "target", "change", "required", "actual", "gap"});
  FormulaQuery query;
  query.region = in.region("region");
  const int asked = (indicator ? 1 : 0) + (given ? 1 : 0) + (plan || claim ? 1 : 0);
  if (asked != 1 || plan.has_value() != claim.has_value() || (part && !plan)) {
    in.params.complain(indicator ? "indicator" : "formula",
                       "give exactly one of 'indicator', 'formula' or 'plan' with 'claim'; 'part' "
                       "belongs to a claim");
  }
  if (given) {
    query.formula = query_formula(in, "formula");
    return explain_formula(in, query);
  }
  if (!in.ready()) return in.refusal();
  if (plan) return explain_claim(in, *plan, *claim, part.value_or("actual"));
  const model::IndicatorDef* def = in.view().catalog().indicator(*indicator);
  const auto root = in.view().evaluator.explain_indicator(*indicator, query.region, in.as_of(),
                                                          contributions_max);
  if (!root) return problem(root.error());
  return explained(in, def == nullptr ? Label{*indicator, *indicator} : def->label, query.region,
                   *root);
}

Response post_explain(const Call& call) {
  Inquiry in(call);
  const auto body = read_body(in, call.request, {"formula", "region", "at", "overlay"});
  if (!body) return in.refusal();
  return explain_formula(in, from_body(in, *body));
}

}  // namespace

void add_formula_routes(Router& router) {
  router.add({"GET", "/v1/evaluate", Access::read, 0, get_evaluate});
  router.add({"POST", "/v1/evaluate", Access::read, body_bytes, post_evaluate});
  router.add({"GET", "/v1/explain", Access::read, 0, get_explain});
  router.add({"POST", "/v1/explain", Access::read, body_bytes, post_explain});
}

}  // namespace cairn::server
