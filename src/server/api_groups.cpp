// SPDX-License-Identifier: Apache-2.0
#include "server/api_groups.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include "core/text.hpp"
#include "respond/cap_compose.hpp"
#include "respond/group_store.hpp"
#include "respond/grouping.hpp"
#include "respond/maintenance.hpp"
#include "respond/spot.hpp"
#include "server/detail/json.hpp"
#include "server/detail/render.hpp"
#include "server/guard.hpp"
#include "server/inquiry.hpp"
#include "server/live_json.hpp"
#include "server/problem.hpp"
#include "server/service.hpp"

namespace cairn::server {
namespace {

using model::Action;
using respond::AlertGroup;
using respond::GroupMember;
using respond::Maintenance;

constexpr std::size_t body_most = 16 * 1024;
constexpr std::size_t text_characters = 500;
constexpr std::size_t key_bytes = 100;
constexpr std::size_t spots_most = 2000;
constexpr std::int64_t offset_most = 1'000'000'000;

Json time_or_null(const std::optional<Instant>& t, Zone zone) {
  return t ? Json(to_string(*t, zone)) : Json(nullptr);
}

Json region_json_or_null(const State& state, const std::string& code) {
  const model::RegionTree& regions = *state.workspace->regions;
  return region_ref(regions, code.empty() ? model::no_region : regions.find(code));
}

const model::RuleDef* find_rule(const State& state, std::string_view id) {
  const auto& rules = state.workspace->catalog->rules;
  const auto at =
      std::find_if(rules.begin(), rules.end(), [&](const auto& rule) { return rule.id == id; });
  return at == rules.end() ? nullptr : &*at;
}

Label rule_label(const State& state, const std::string& id) {
  const model::RuleDef* rule = find_rule(state, id);
  return rule == nullptr || rule->label.empty() ? Label{id, id} : rule->label;
}

void add_spot(Json& out, const respond::Spot& spot, const char* label) {
  out[label] = json_label(spot.name);
  out["position"] = position_json(spot.point);
  out["position_estimated"] = spot.estimated;
}

Json group_json(const AlertGroup& g, const State& state, const GroupReasons& reasons) {
  const Zone zone = state.workspace->zone;
  const model::RuleDef* rule = find_rule(state, g.lead_rule);
  const respond::Spot spot =
      respond::spot_of(state.base->snapshot(), rule == nullptr ? std::string_view() : rule->type,
                       g.lead_thing, g.region, g.since);
  // What it is an alert of, as people call it.
  const bool named =
      rule != nullptr && !rule->response.hazard.empty() && !rule->response.event.empty();
  Json out{{"id", g.id},
           {"hazard", g.hazard},
           {"label", json_label(named ? rule->response.event : rule_label(state, g.lead_rule))},
           {"pack", g.pack},
           {"region", region_json_or_null(state, g.region)},
           {"state", respond::to_string(g.state)},
           {"level", respond::level_word(g.level)},
           {"highest", respond::level_word(g.highest)},
           {"reason", json_label(reasons(g))},
           {"lead_alert", g.lead},
           {"lead_rule", g.lead_rule},
           {"lead_thing", g.lead_thing}};
  add_spot(out, spot, "lead_thing_label");
  out["simulated"] = respond::to_string(reasons.simulated(g));
  out["parent"] = json_text_or_null(g.parent);
  out["cause"] = json_text_or_null(g.cause);
  out["since"] = to_string(g.since, zone);
  out["opened"] = to_string(g.opened, zone);
  out["changed"] = to_string(g.changed, zone);
  out["cleared"] = time_or_null(g.cleared, zone);
  out["firing"] = g.firing;
  out["total"] = g.total;
  out["things"] = g.things;
  out["quiet"] = g.quiet;
  out["consequences"] = g.consequences;
  out["retracted"] = g.retracted;
  out["maintenance"] = json_text_or_null(g.maintenance);
  out["acknowledged_by"] = json_text_or_null(g.acknowledged_by);
  out["acknowledged"] = time_or_null(g.acknowledged, zone);
  out["verdict"] = respond::to_string(g.verdict);
  out["verdict_by"] = json_text_or_null(g.verdict_by);
  out["note"] = g.note;
  out["revision"] = g.revision;
  return out;
}

Json event_json(const respond::GroupEvent& e, Zone zone) {
  return {{"revision", e.revision},
          {"kind", respond::to_string(e.kind)},
          {"at", to_string(e.at, zone)},
          {"before", respond::level_word(e.before)},
          {"level", respond::level_word(e.level)},
          {"firing", e.firing},
          {"total", e.total},
          {"things", e.things},
          {"actor", json_text_or_null(e.actor)},
          {"note", e.note}};
}

Json member_json(const GroupMember& m, const State& state) {
  const Zone zone = state.workspace->zone;
  const model::RuleDef* rule = find_rule(state, m.rule);
  Json out{{"alert", m.alert},
           {"group", m.group},
           {"rule", m.rule},
           {"rule_label", json_label(rule_label(state, m.rule))},
           {"thing", m.thing}};
  const auto spot = respond::spot_of(state.base->snapshot(), m.type, m.thing, m.region, m.began);
  add_spot(out, spot, "thing_label");
  out["simulated"] = spot.simulated;
  out["type"] = m.type;
  out["region"] = region_json_or_null(state, m.region);
  out["state"] = model::to_string(m.state);
  out["level"] = respond::level_word(respond::level_of_rule(rule));
  out["flapping"] = m.flapping;
  out["quiet"] = m.quiet;
  out["consequence"] = m.consequence;
  out["cause"] = json_text_or_null(m.cause);
  out["maintenance"] = json_text_or_null(m.maintenance);
  out["began"] = to_string(m.began, zone);
  out["ended"] = time_or_null(m.ended, zone);
  return out;
}

Json maintenance_json(const Maintenance& w, const State& state, Instant now) {
  const Zone zone = state.workspace->zone;
  const bool active = respond::is_active(w, now);
  const bool planned = !active && now < w.begin && !w.ended;
  return {{"id", w.id},
          {"region", region_json_or_null(state, w.region)},
          {"thing", json_text_or_null(w.thing)},
          {"type", json_text_or_null(w.type)},
          {"rule", json_text_or_null(w.rule)},
          {"begin", to_string(w.begin, zone)},
          {"end", to_string(w.end, zone)},
          {"reason", w.reason},
          {"by", w.by},
          {"state", active    ? "active"
                    : planned ? "planned"
                              : "over"},
          {"ended", time_or_null(w.ended, zone)},
          {"ended_by", json_text_or_null(w.ended_by)},
          {"ended_reason", json_text_or_null(w.ended_reason)}};
}

Response no_group(const std::string& id) {
  return problem({Code::not_found, format("there is no group '{}'", id), "path:id"});
}

Page page_of(Inquiry& in, std::int64_t standard) {
  const auto limit = in.params.integer("limit", 1, 5000).value_or(standard);
  const auto offset = in.params.integer("offset", 0, offset_most).value_or(0);
  return {static_cast<std::size_t>(limit), static_cast<std::size_t>(offset)};
}

Json groups_json(const std::vector<AlertGroup>& groups, const Call& call, const GroupDoors& doors) {
  Json out = Json::array();
  for (const AlertGroup& group : groups) {
    out.push_back(group_json(group, *call.state, doors.reasons));
  }
  return out;
}

Response list_groups(const Call& call, const GroupDoors& doors) {
  Inquiry in(call);
  respond::GroupQuery query;
  const auto open = in.params.word("open", {"true", "false"});
  const model::RegionIndex region = in.region_or_none("region");
  query.hazard = in.params.text_or("hazard", "");
  const Page page = page_of(in, 100);
  if (!in.ready()) return in.refusal();
  if (open) query.open = *open == "true";
  if (region != model::no_region) query.region = in.view().regions()[region].code;
  query.limit = page.limit;
  query.offset = page.offset;
  const auto found = doors.grouping.groups(query);
  if (!found) return problem(found.error());
  return json_response(
      {{"groups", groups_json(found->groups, call, doors)}, {"total", found->total}});
}

Response get_group(const Call& call, const GroupDoors& doors) {
  Inquiry in(call);
  if (!in.ready()) return in.refusal();
  const std::string& id = call.path("id");
  const auto group = doors.grouping.group(id);
  if (!group) return problem(group.error());
  if (!*group) return no_group(id);
  const auto counties = doors.grouping.counties(id);
  const auto children = doors.grouping.children(id);
  const auto caused = doors.grouping.consequences(id);
  const auto history = doors.grouping.history(id);
  if (!counties || !children || !caused || !history) {
    return problem(503, "the group cannot be read just now");
  }
  Json out = group_json(**group, in.state(), doors.reasons);
  Json shares = Json::array();
  for (const respond::CountyShare& share : *counties) {
    shares.push_back({{"region", region_json_or_null(in.state(), share.region)},
                      {"firing", share.firing},
                      {"total", share.total},
                      {"things", share.things}});
  }
  out["counties"] = std::move(shares);
  out["children"] = groups_json(*children, call, doors);
  out["caused"] = groups_json(*caused, call, doors);
  out["lead"] = nullptr;
  if (const watch::Live* live = doors.service.live()) {
    const auto lead = live->alerts({.open = false, .id = (*group)->lead, .limit = 1});
    if (!lead.alerts.empty()) out["lead"] = alert_json(lead.alerts.front(), in.state());
  }
  Json events = Json::array();
  for (const respond::GroupEvent& event : *history) events.push_back(event_json(event, in.zone()));
  out["history"] = std::move(events);
  return json_response(std::move(out));
}

Response list_members(const Call& call, const GroupDoors& doors) {
  Inquiry in(call);
  const Page page = page_of(in, 500);
  if (!in.ready()) return in.refusal();
  const std::string& id = call.path("id");
  const auto group = doors.grouping.group(id);
  if (!group) return problem(group.error());
  if (!*group) return no_group(id);
  const auto found = doors.grouping.members(id, page.limit, page.offset);
  if (!found) return problem(found.error());
  Json list = Json::array();
  for (const GroupMember& member : found->members) list.push_back(member_json(member, in.state()));
  return json_response({{"alerts", std::move(list)}, {"total", found->total}});
}

// Members of a body, all of them texts.
class Body {
 public:
  Body(const Request& request, std::vector<std::string> members) {
    if (!request.header("content-type").starts_with("application/json")) {
      refusal_ = problem(415, "the body must be application/json");
      return;
    }
    document_ = Json::parse(request.body, nullptr, false);
    if (!document_.is_object()) {
      complain("", "the body is no JSON object");
      document_ = Json::object();
      return;
    }
    for (const auto& [name, value] : document_.items()) {
      if (std::find(members.begin(), members.end(), name) == members.end()) {
        complain("/" + name, format("there is no member '{}' here", name));
      } else if (!value.is_string() && !value.is_null()) {
        complain("/" + name, format("'{}' must be a text", name));
      }
    }
  }

  std::string text(const std::string& name, bool needed) {
    const bool given = document_.contains(name) && document_[name].is_string();
    std::string out = given ? document_[name].get<std::string>() : std::string();
    out = std::string(trim(out));
    if (needed && out.empty()) complain("/" + name, format("'{}' is missing", name));
    std::size_t characters = 0;
    for (std::size_t i = 0; i < out.size(); ++characters) next_code_point(out, i);
    if (characters > text_characters) {
      complain("/" + name, format("at most {} characters", text_characters));
    }
    return out;
  }
  std::optional<Instant> time(const std::string& name, bool needed, Zone zone) {
    const std::string given = text(name, needed);
    if (given.empty()) return std::nullopt;
    const auto t = parse_instant(given, zone);
    if (!t) complain("/" + name, t.error().message);
    return t ? std::optional(*t) : std::nullopt;
  }
  void complain(std::string place, std::string message) {
    complaints_.push_back({std::move(place), std::move(message), {}, 1, {}});
  }
  std::optional<Response> refusal() {
    if (!refusal_ && !complaints_.empty()) refusal_ = problem(std::move(complaints_));
    return std::move(refusal_);
  }

 private:
  Json document_;
  std::vector<Complaint> complaints_;
  std::optional<Response> refusal_;
};

template <class Act>
auto in_transaction(store::Ledger& ledger, Act act)
    -> decltype(act(std::declval<store::Ledger::Write&>())) {
  auto write = ledger.begin();
  if (!write) return fail(write.error());
  auto done = act(*write);
  if (!done) return done;
  if (auto committed = write->commit(); !committed) return fail(committed.error());
  return done;
}

// What a person does to a group.
using Act = std::function<Result<AlertGroup>(store::Ledger::Write&, Instant now)>;
Response act_on_group(const Call& call, const GroupDoors& doors, Action action,
                      std::optional<Response> unreadable, std::string_view what, const Act& act) {
  const std::string& id = call.path("id");
  const auto group = doors.grouping.group(id);
  if (!group) return problem(group.error());
  const std::string region = *group ? (*group)->region : std::string();
  if (auto no = refuse(call, action, region, {}, id)) return std::move(*no);
  if (!*group) return no_group(id);
  if (unreadable) return std::move(*unreadable);
  const Instant now = doors.service.true_clock().now();
  const auto done =
      in_transaction(doors.ledger, [&](store::Ledger::Write& write) { return act(write, now); });
  if (!done) return failed(call, action, region, done.error(), id);
  audited(call, action, region, id, what);
  return json_response(group_json(*done, *call.state, doors.reasons));
}

Response acknowledge(const Call& call, const GroupDoors& doors) {
  Body body(call.request, {"note"});
  const std::string note = body.text("note", false);
  return act_on_group(call, doors, Action::acknowledge_alert, body.refusal(), note,
                      [&](store::Ledger::Write& write, Instant now) {
                        return doors.grouping.acknowledge(write, call.path("id"), call.actor, note,
                                                          now);
                      });
}

Response judge(const Call& call, const GroupDoors& doors) {
  Body body(call.request, {"verdict", "note"});
  const std::string word = body.text("verdict", true);
  const std::string note = body.text("note", false);
  const auto verdict = respond::parse_verdict(word);
  if (!word.empty() && (!verdict || *verdict == respond::Verdict::none)) {
    body.complain("/verdict", "there are true_alarm, false_alarm and test");
  }
  return act_on_group(call, doors, Action::judge_alert, body.refusal(), word,
                      [&](store::Ledger::Write& write, Instant now) {
                        return doors.grouping.judge(write, call.path("id"), *verdict, call.actor,
                                                    note, now);
                      });
}

Response list_maintenance(const Call& call, const GroupDoors& doors) {
  Inquiry in(call);
  const bool past = in.params.boolean("past", false);
  if (!in.ready()) return in.refusal();
  const Instant now = doors.service.true_clock().now();
  const auto found = doors.grouping.maintenance(past, now);
  if (!found) return problem(found.error());
  Json list = Json::array();
  for (const Maintenance& window : *found) {
    list.push_back(maintenance_json(window, in.state(), now));
  }
  return json_response({{"maintenance", std::move(list)}});
}

// Whose leave it needs: that of the region, or of the thing's; without either of everywhere.
std::string region_of(const Maintenance& window, const State& state, Instant now) {
  if (!window.region.empty() || window.thing.empty()) return window.region;
  return respond::spot_of(state.base->snapshot(), window.type, window.thing, {}, now).region;
}

Response declare(const Call& call, const GroupDoors& doors) {
  const Zone zone = call.state->workspace->zone;
  const Instant now = doors.service.true_clock().now();
  Body body(call.request, {"region", "thing", "type", "rule", "begin", "end", "reason"});
  Maintenance window;
  window.region = body.text("region", false);
  window.thing = body.text("thing", false);
  window.type = body.text("type", false);
  window.rule = body.text("rule", false);
  window.begin = body.time("begin", false, zone).value_or(now);
  window.end = body.time("end", true, zone).value_or(now);
  window.reason = body.text("reason", true);
  const std::string_view key = call.request.header("idempotency-key");
  if (key.size() > key_bytes) body.complain("header:Idempotency-Key", "at most 100 bytes");
  if (!key.empty()) window.id = respond::stable_id('M', {call.actor.id, key});
  const std::string region = region_of(window, *call.state, now);
  if (auto no = refuse(call, Action::declare_maintenance, region)) return std::move(*no);
  if (auto unreadable = body.refusal()) return std::move(*unreadable);
  const auto done = in_transaction(doors.ledger, [&](store::Ledger::Write& write) {
    return doors.grouping.declare(write, window, call.actor, now);
  });
  if (!done) {
    Error error = done.error();
    if (!error.place.empty()) error.place = "/" + error.place;
    return failed(call, Action::declare_maintenance, region, error);
  }
  audited(call, Action::declare_maintenance, region, done->id, done->reason);
  Response out = json_response(maintenance_json(*done, *call.state, now));
  out.status = 201;
  return out;
}

Response end_maintenance(const Call& call, const GroupDoors& doors) {
  const std::string& id = call.path("id");
  Body body(call.request, {"reason"});
  const std::string reason = body.text("reason", true);
  const Instant now = doors.service.true_clock().now();
  const auto all = doors.grouping.maintenance(true, now);
  if (!all) return problem(all.error());
  const auto window =
      std::find_if(all->begin(), all->end(), [&](const Maintenance& one) { return one.id == id; });
  const std::string region =
      window == all->end() ? std::string() : region_of(*window, *call.state, now);
  if (auto no = refuse(call, Action::declare_maintenance, region, {}, id)) return std::move(*no);
  if (window == all->end()) {
    return problem({Code::not_found, format("there is no window '{}'", id), "path:id"});
  }
  if (auto unreadable = body.refusal()) return std::move(*unreadable);
  const auto done = in_transaction(doors.ledger, [&](store::Ledger::Write& write) {
    return doors.grouping.end_maintenance(write, id, call.actor, reason, now);
  });
  if (!done) return failed(call, Action::declare_maintenance, region, done.error(), id);
  audited(call, Action::declare_maintenance, region, id, reason);
  return json_response(maintenance_json(*done, *call.state, now));
}

}  // namespace

std::vector<respond::Spot> group_spots(const AlertGroup& group, const respond::Grouping& grouping,
                                       const State& state, const store::Database* inside) {
  const auto page = inside != nullptr ? respond::read_member_page(*inside, group.id, spots_most, 0)
                                      : grouping.members(group.id, spots_most, 0);
  std::vector<respond::Spot> out;
  if (!page) return out;
  std::set<std::string> seen;
  for (const GroupMember& m : page->members) {
    if (m.state == model::AlertState::retracted || m.consequence) continue;
    const bool firing =
        m.state == model::AlertState::firing || m.state == model::AlertState::clearing;
    if (!firing && group.firing > 0) continue;
    if (!seen.insert(m.thing).second) continue;
    out.push_back(respond::spot_of(state.base->snapshot(), m.type, m.thing, m.region, m.began));
  }
  return out;
}

std::string text_property(const model::Snapshot& snapshot, std::string_view thing,
                          std::string_view property) {
  for (const auto& table : snapshot.tables) {
    const int index = table->type->property_index(property);
    const auto [first, last] = table->rows_by_id.equal_range(std::string(thing));
    if (index < 0 || first == last) continue;
    const model::Column& column = table->columns[static_cast<std::size_t>(index)];
    std::uint32_t row = first->second;  // the version that began last
    for (auto at = first; at != last; ++at) {
      if (table->valid[at->second].begin > table->valid[row].begin) row = at->second;
    }
    if (row >= column.texts.size() || column.present[row] == 0) continue;
    return column.dictionary[column.texts[row]];
  }
  return {};
}

std::string group_event(const AlertGroup& group, const State& state, const GroupReasons& reasons) {
  return json_text(group_json(group, state, reasons));
}

void add_group_routes(Router& router, const GroupDoors& doors) {
  const auto with = [doors](auto handler) {
    return [doors, handler](const Call& call) { return handler(call, doors); };
  };
  router.add({"GET", "/v1/alert-groups", Access::read, 0, with(list_groups)});
  router.add({"GET", "/v1/alert-groups/{id}", Access::read, 0, with(get_group)});
  router.add({"GET", "/v1/alert-groups/{id}/alerts", Access::read, 0, with(list_members)});
  router.add(
      {"POST", "/v1/alert-groups/{id}/acknowledge", Access::actor, body_most, with(acknowledge)});
  router.add({"POST", "/v1/alert-groups/{id}/verdict", Access::actor, body_most, with(judge)});
  router.add({"GET", "/v1/maintenance", Access::read, 0, with(list_maintenance)});
  router.add({"POST", "/v1/maintenance", Access::actor, body_most, with(declare)});
  router.add({"POST", "/v1/maintenance/{id}/end", Access::actor, body_most, with(end_maintenance)});
}

}  // namespace cairn::server
