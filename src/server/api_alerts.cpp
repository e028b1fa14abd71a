// SPDX-License-Identifier: Apache-2.0
// Alerts, the rules they come of, why they came, and putting them aside.
#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <tuple>
#include <variant>

#include "core/text.hpp"
#include "server/api.hpp"
#include "server/detail/render.hpp"
#include "server/guard.hpp"
#include "server/inquiry.hpp"
#include "server/live_json.hpp"
#include "server/service.hpp"
#include "watch/things.hpp"

namespace cairn::server {
namespace {

constexpr std::size_t page_standard = 500;
constexpr std::size_t page_most = 5000;
constexpr std::size_t shelve_bytes = 16 * 1024;
constexpr std::size_t reason_characters = 500;
// Longer is a matter for the rule, not for putting its alerts aside.
constexpr std::int64_t shelve_most_ns = 30 * 86'400 * ns_per_second;

Response list_alerts(const Call& call, const Service& service) {
  Inquiry in(call);
  watch::AlertQuery query;
  query.open = in.params.word("state", {"open", "all"}).value_or("open") == "open";
  const model::RegionIndex region = in.region_or_none("region");
  query.rule = in.params.text_or("rule", "");
  query.thing = in.params.text_or("thing", "");
  query.from = in.moment("from", false);
  const Page page = in.page(page_standard, page_most);
  if (!in.ready()) return in.refusal();
  if (region != model::no_region) query.region = in.view().regions()[region].code;
  query.limit = page.limit;
  query.offset = page.offset;
  const watch::Live* live = service.live();
  const auto found = live == nullptr ? watch::AlertPage{} : live->alerts(query);
  Json list = Json::array();
  for (const model::Alert& alert : found.alerts) list.push_back(alert_json(alert, in.state()));
  const std::size_t end = page.offset + found.alerts.size();
  const bool more = !found.alerts.empty() && end < found.total;
  return json_response({{"alerts", std::move(list)},
                        {"total", found.total},
                        {"next_cursor", more ? Json(std::to_string(end)) : Json(nullptr)}});
}

Response get_alert(const Call& call, const Service& service) {
  Inquiry in(call);
  if (!in.ready()) return in.refusal();
  const std::string& id = call.path("id");
  if (const watch::Live* live = service.live(); live != nullptr && !id.empty()) {
    const auto found = live->alerts({.open = false, .id = id, .limit = 1});
    if (!found.alerts.empty()) return json_response(alert_json(found.alerts.front(), in.state()));
  }
  return problem({Code::not_found, format("there is no alert '{}'", id), "path:id"});
}

std::size_t count_code_points(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < text.size(); ++count) next_code_point(text, i);
  return count;
}

struct ShelveOrder {
  std::string rule;
  std::string thing;
  Instant until;
  std::string reason;
};

// What the body asks for, or the refusal of it.
std::variant<ShelveOrder, Response> read_order(const Request& request, Instant now, Zone zone) {
  if (!request.header("content-type").starts_with("application/json")) {
    return problem(415, "the body must be application/json");
  }
  const Json body = Json::parse(request.body, nullptr, false);
  if (body.is_discarded() || !body.is_object()) {
    return problem(std::vector{Complaint{"", "the body is no JSON object", {}, 1, {}}});
  }
  std::vector<Complaint> complaints;
  const auto complain = [&](const std::string& name, std::string message) {
    complaints.push_back({"/" + name, std::move(message), {}, 1, {}});
  };
  const std::set<std::string> members{"rule", "thing", "until", "reason"};
  for (const auto& [name, value] : body.items()) {
    if (!members.contains(name)) complain(name, format("there is no member '{}' here", name));
  }
  for (const std::string& name : members) {
    const bool given = body.contains(name) && body[name].is_string();
    if (!given || trim(body[name].get_ref<const std::string&>()).empty()) {
      complain(name, format("'{}' must be a text that is not empty", name));
    }
  }
  if (!complaints.empty()) return problem(std::move(complaints));
  ShelveOrder out{body["rule"], body["thing"], {}, body["reason"]};
  if (const auto until = parse_instant(body["until"].get<std::string>(), zone)) {
    out.until = *until;
    if (out.until > now + shelve_most_ns) complain("until", "at most 30 days ahead");
  } else {
    complain("until", until.error().message);
  }
  if (count_code_points(out.reason) > reason_characters) {
    complain("reason", format("at most {} characters", reason_characters));
  }
  if (!complaints.empty()) return problem(std::move(complaints));
  return out;
}

// Of a thing that is known; otherwise whoever asks needs the right everywhere.
std::string region_of(const watch::View& view, const std::string& thing) {
  const auto found = watch::find_thing(view, thing);
  if (!found) return {};
  const model::RegionIndex region = view.snapshot.tables[found->type]->region[found->row];
  return region == model::no_region ? std::string() : view.regions()[region].code;
}

Response shelve_alerts(const Call& call, Service& service) {
  const auto right = model::Action::shelve_alert;
  if (call.actor.kind == model::ActorKind::nobody) return *refuse(call, right, {});
  Inquiry in(call);
  if (!in.ready()) return in.refusal();
  watch::Live* live = service.live();
  if (live == nullptr) return no_engine();
  auto read = read_order(call.request, live->now(), in.zone());
  if (auto* refusal = std::get_if<Response>(&read)) return std::move(*refusal);
  const auto& order = std::get<ShelveOrder>(read);
  const std::string region = region_of(in.view(), order.thing);
  if (auto no = refuse(call, right, region, {}, order.thing)) return std::move(*no);
  const bool server_token = call.actor.id == Service::token_actor().id;
  const Status done = live->shelve(order.rule, order.thing, order.until,
                                   server_token ? "token" : call.actor.id, order.reason);
  if (!done) return failed(call, right, region, done.error(), order.thing);
  audited(call, right, region, order.thing, order.rule + ": " + order.reason);
  Response out;
  out.status = 204;
  return out;
}

Response get_why(const Call& call, const Service& service) {
  Inquiry in(call);
  const std::string rule = in.params.required("rule");
  const std::string thing = in.params.required("thing");
  const auto at = in.moment("at", true);
  if (!in.ready()) return in.refusal();
  const watch::Live* live = service.live();
  if (live == nullptr) return no_engine();
  const auto why = live->why(rule, thing, at.value_or(live->now()));
  if (!why) return problem(why.error());
  return json_response(why_json(*why, in.state(), in.view()));
}

Response list_rules(const Call& call, const Service& service) {
  Inquiry in(call);
  if (!in.ready()) return in.refusal();
  std::map<std::string, std::size_t> open;  // by rule
  if (const watch::Live* live = service.live()) {
    const auto page = live->alerts({.limit = std::numeric_limits<std::size_t>::max()});
    for (const model::Alert& alert : page.alerts) ++open[alert.rule];
  }
  const model::Catalog& catalog = in.view().catalog();
  std::vector<const model::RuleDef*> rules;
  for (const model::RuleDef& rule : catalog.rules) rules.push_back(&rule);
  std::sort(rules.begin(), rules.end(),
            [](auto* a, auto* b) { return std::tie(a->pack, a->id) < std::tie(b->pack, b->id); });
  Json list = Json::array();
  for (const model::RuleDef* rule : rules) {
    Json item = rule_json(*rule);
    const model::TypeDef* type = catalog.type(rule->type);
    item["pack"] = rule->pack;
    item["type_label"] = json_label(type == nullptr ? Label{rule->type, rule->type} : type->label);
    item["text"] = json_label(rule->text.empty() ? rule->label : rule->text);
    item["open"] = open[rule->id];
    list.push_back(std::move(item));
  }
  return json_response({{"rules", std::move(list)}});
}

}  // namespace

void add_alert_routes(Router& router, Service& service) {
  const auto with = [&service](auto handler) {
    return [&service, handler](const Call& call) { return handler(call, service); };
  };
  router.add({"GET", "/v1/alerts", Access::read, 0, with(list_alerts)});
  router.add({"GET", "/v1/alerts/{id}", Access::read, 0, with(get_alert)});
  router.add({"POST", "/v1/alerts/shelve", Access::actor, shelve_bytes, with(shelve_alerts)});
  router.add({"GET", "/v1/why", Access::read, 0, with(get_why)});
  router.add({"GET", "/v1/rules", Access::read, 0, with(list_rules)});
}

}  // namespace cairn::server
