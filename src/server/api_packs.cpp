// SPDX-License-Identifier: Apache-2.0
// Packs, proposals and sources: what is loaded and where it comes from.
#include <algorithm>
#include <map>

#include "core/text.hpp"
#include "server/api.hpp"
#include "server/detail/render.hpp"
#include "server/inquiry.hpp"

namespace cairn::server {
namespace {

std::size_t count_things(const watch::View& view, const model::TypeDef& type) {
  const model::Table* table = view.snapshot.table(type.name);
  return table == nullptr ? 0 : table->size();
}

Json pack_summary(const watch::View& view, const model::PackDef& pack) {
  const model::Catalog& catalog = view.catalog();
  const auto own = [&](const auto& def) { return def.pack == pack.id; };
  std::size_t things = 0;
  for (const model::TypeDef& type : catalog.types) {
    if (own(type) && !model::parse_level(type.name)) things += count_things(view, type);
  }
  return {
      {"id", pack.id},
      {"version", pack.version},
      {"label", json_label(pack.label)},
      {"summary", json_label(pack.summary)},
      {"indicator_count", std::count_if(catalog.indicators.begin(), catalog.indicators.end(), own)},
      {"type_count", std::count_if(catalog.types.begin(), catalog.types.end(), own)},
      {"rule_count", std::count_if(catalog.rules.begin(), catalog.rules.end(), own)},
      {"thing_count", things},
      {"elsewhere", std::any_of(pack.series.begin(), pack.series.end(),
                                [](const model::SeriesFile& f) { return f.elsewhere; })},
      {"simulated", std::any_of(pack.series.begin(), pack.series.end(),
                                [](const auto& f) { return f.simulated.has_value(); })}};
}

Response list_packs(const Call& call) {
  Inquiry in(call);
  if (!in.ready()) return in.refusal();
  std::vector<const model::PackDef*> packs;
  for (const model::PackDef& pack : in.view().catalog().packs) packs.push_back(&pack);
  std::sort(packs.begin(), packs.end(), [](auto* a, auto* b) { return a->id < b->id; });
  Json list = Json::array();
  for (const model::PackDef* pack : packs) list.push_back(pack_summary(in.view(), *pack));
  return json_response({{"packs", std::move(list)}});
}

Json property_json(const model::PropertyDef& property) {
  Json out{{"id", property.name},
           {"label", json_label(property.label)},
           {"unit", property.unit.text},
           {"kind", model::to_string(property.kind)},
           {"series", property.series},
           {"counter", property.counter},
           {"formula", json_text_or_null(property.formula)}};
  if (property.every) out["every"] = to_string(*property.every);
  if (property.max_age) out["max_age"] = to_string(*property.max_age);
  return out;
}

Json type_json(const watch::View& view, const model::TypeDef& type) {
  Json properties = Json::array();
  for (const model::PropertyDef& property : type.properties) {
    properties.push_back(property_json(property));
  }
  return {{"id", type.name},
          {"label", json_label(type.label)},
          {"count", count_things(view, type)},
          {"properties", std::move(properties)}};
}

}  // namespace

Json rule_json(const model::RuleDef& rule) {
  return {{"id", rule.id},
          {"label", json_label(rule.label)},
          {"type", rule.type},
          {"when", rule.when},
          {"for", rule.hold ? Json(to_string(*rule.hold)) : Json(nullptr)},
          {"clear", json_text_or_null(rule.clear)},
          {"keep", rule.keep ? Json(to_string(*rule.keep)) : Json(nullptr)},
          {"while", json_text_or_null(rule.suppress)},
          {"no_data", json_text_or_null(rule.no_data)},
          {"expected", rule.expected},
          {"severity", rule.severity},
          {"urgency", rule.urgency},
          {"certainty", rule.certainty}};
}

namespace {

Response get_pack(const Call& call) {
  Inquiry in(call);
  if (!in.ready()) return in.refusal();
  const watch::View& view = in.view();
  const model::Catalog& catalog = view.catalog();
  const model::PackDef* pack = catalog.pack(call.path("id"));
  if (pack == nullptr) {
    return problem({Code::not_found, format("there is no pack '{}'", call.path("id")), "path:id"});
  }
  Json out = pack_summary(view, *pack);
  const auto list = [&](const char* name, const auto& definitions, auto render) {
    Json items = Json::array();
    for (const auto& def : definitions) {
      if (def.pack == pack->id) items.push_back(render(def));
    }
    out[name] = std::move(items);
  };
  Json answers = Json::array();
  for (const model::Quote& quote : pack->answers) answers.push_back(quote_json(quote));
  out["answers"] = std::move(answers);
  list("types", catalog.types, [&](const model::TypeDef& t) { return type_json(view, t); });
  list("indicators", catalog.indicators, indicator_json);
  list("rules", catalog.rules, rule_json);
  list("layers", catalog.layers, [&](const model::LayerDef& layer) {
    return layer_json(view, in.state(), layer, in.map_key());
  });
  Json series = Json::array();
  for (const model::SeriesFile& file : pack->series) series.push_back(series_origin(view, file));
  out["series"] = std::move(series);
  Json sources = Json::array();
  for (const model::SourceDef& source : catalog.sources) {
    if (source.key.starts_with("packs/" + pack->id + "/")) sources.push_back(source_json(source));
  }
  out["sources"] = std::move(sources);
  return json_response(out);
}

Json proposal_json(const watch::View& view, const model::Proposal& proposal) {
  std::map<std::string, std::size_t> types;
  bool estimated = false;
  std::optional<Instant> first;
  for (const model::Thing& thing : proposal.things) {
    ++types[thing.type];
    estimated |= thing.estimated;
    const Instant begin = thing.valid.begin;
    if (begin != Instant::min() && (!first || begin < *first)) first = begin;
  }
  Json by_type = Json::array();
  for (const auto& [name, count] : types) {
    const model::TypeDef* type = view.catalog().type(name);
    by_type.push_back({{"type", name},
                       {"label", json_label(type == nullptr ? Label{name, name} : type->label)},
                       {"count", count}});
  }
  return {
      {"id", proposal.id},
      {"label", json_label(proposal.label)},
      {"summary", json_label_or_null(proposal.note)},
      {"region", region_ref(view.regions(), view.regions().find(proposal.region))},
      {"thing_count", proposal.things.size()},
      {"by_type", std::move(by_type)},
      {"valid_from", first ? Json(to_string(date_of(*first, view.snapshot.zone))) : Json(nullptr)},
      {"estimated", estimated}};
}

Response list_proposals(const Call& call) {
  Inquiry in(call);
  if (!in.ready()) return in.refusal();
  Json list = Json::array();
  for (const model::Proposal& proposal : in.view().workspace.proposals) {
    list.push_back(proposal_json(in.view(), proposal));
  }
  return json_response({{"proposals", std::move(list)}});
}

Response list_sources(const Call& call) {
  Inquiry in(call);
  if (!in.ready()) return in.refusal();
  Json list = Json::array();
  for (const bool region : {true, false}) {
    for (const model::SourceDef& source : in.view().catalog().sources) {
      if (source.key.starts_with("regions/") == region) list.push_back(source_json(source));
    }
  }
  return json_response({{"sources", std::move(list)}});
}

}  // namespace

void add_pack_routes(Router& router) {
  router.add({"GET", "/v1/packs", Access::read, 0, list_packs});
  router.add({"GET", "/v1/packs/{id}", Access::read, 0, get_pack});
  router.add({"GET", "/v1/proposals", Access::read, 0, list_proposals});
  router.add({"GET", "/v1/sources", Access::read, 0, list_sources});
}

}  // namespace cairn::server
