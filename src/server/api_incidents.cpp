// SPDX-License-Identifier: Apache-2.0
#include "server/api_incidents.hpp"

#include <algorithm>
#include <set>
#include <utility>
#include <variant>

#include "core/text.hpp"
#include "model/workspace.hpp"
#include "respond/incident_photo.hpp"
#include "server/detail/incident_json.hpp"
#include "server/guard.hpp"
#include "server/inquiry.hpp"
#include "server/problem.hpp"
#include "store/ledger.hpp"

namespace cairn::server {
namespace {

using model::Action;
using respond::Incident;
using respond::Outcome;

constexpr std::size_t page_standard = 100;
constexpr std::size_t page_most = 1'000;
constexpr std::size_t body_most = 64 * 1024;
constexpr std::size_t fields_most = 20;
constexpr std::size_t events_at_once = 1'000;

std::variant<Json, Response> read_object(const Request& request,
                                         const std::set<std::string>& members) {
  if (!request.header("content-type").starts_with("application/json")) {
    return problem(415, "the body must be application/json");
  }
  Json body = Json::parse(request.body, nullptr, false);
  if (body.is_discarded() || !body.is_object()) {
    return problem(std::vector{Complaint{"", "the body is no JSON object", {}, 1, {}}});
  }
  for (const auto& [name, value] : body.items()) {
    if (!members.contains(name)) {
      return problem(std::vector{
          Complaint{"/" + name, format("there is no member '{}' here", name), {}, 1, {}}});
    }
  }
  return body;
}

Response wrong_member(const std::string& pointer, std::string message) {
  return problem(std::vector{Complaint{pointer, std::move(message), {}, 1, {}}});
}

// The text of a member, "" without it; nothing when it is no text.
std::optional<std::string> text_of(const Json& body, const char* name) {
  if (!body.contains(name) || body[name].is_null()) return std::string();
  if (!body[name].is_string()) return std::nullopt;
  return body[name].get<std::string>();
}

// The key of the client; nothing when it is no key.
std::optional<std::string> key_of(const Request& request) {
  const std::string_view key = request.header("idempotency-key");
  if (key.empty()) return std::string();
  const bool plain = std::ranges::all_of(key, [](char c) { return c > 0x20 && c < 0x7F; });
  if (!plain || key.size() < 8 || key.size() > 100) return std::nullopt;
  return std::string(key);
}
Response wrong_key() {
  return problem(400, "Idempotency-Key: 8 to 100 visible ASCII characters, made by the client");
}

bool may_read(const Call& call, const Incident& incident) {
  return may(call, Action::read_incidents, incident.region, incident.unit);
}

// The incident for those who may read it. Whether there is one is told to them only.
std::variant<Incident, Response> readable(const Call& call, const IncidentDoors& doors) {
  if (auto no = refuse_anywhere(call, Action::read_incidents)) return std::move(*no);
  auto incident = doors.desk.find(call.path("id"));
  if (!incident) return problem(incident.error());
  auto no = refuse(call, Action::read_incidents, incident->region, incident->unit, incident->id);
  if (no) return std::move(*no);
  return std::move(*incident);
}

// One transaction; what is committed is told.
template <class Do>
Result<Outcome> committed(const IncidentDoors& doors, Do what) {
  Result<Outcome> out = [&]() -> Result<Outcome> {
    auto write = doors.ledger.begin();
    if (!write) return fail(write.error());
    auto done = what(*write);
    if (!done) return done;
    if (auto kept = write->commit(); !kept) return fail(kept.error());
    return done;
  }();
  if (out && doors.changed) doors.changed();
  return out;
}

// With what its group says of simulated devices.
Json marked_json(const Incident& incident, const respond::IncidentBook& book,
                 const IncidentDoors& doors) {
  Json out = incident_json(incident, book);
  out["simulated"] = respond::to_string(incident.group.empty() || !doors.simulated
                                            ? respond::Simulated::none
                                            : doors.simulated(incident.group));
  return out;
}

Response list_incidents(const Call& call, const IncidentDoors& doors) {
  if (auto no = refuse_anywhere(call, Action::read_incidents)) return std::move(*no);
  Inquiry in(call);
  respond::IncidentQuery query;
  const auto open = in.params.word("open", {"true", "false", "all"}).value_or("true");
  if (open != "all") query.open = open == "true";
  const auto region = in.region_or_none("region");
  query.unit = in.params.text_or("unit", "");
  query.kind = in.params.text_or("kind", "");
  query.group = in.params.text_or("group", "");
  if (const auto light = in.params.word("light", {"green", "yellow", "red", "overdue"})) {
    for (const flow::Light l :
         {flow::Light::green, flow::Light::yellow, flow::Light::red, flow::Light::overdue}) {
      if (*light == flow::to_string(l)) query.light = l;
    }
  }
  const bool mine = in.params.boolean("mine", false);
  query.words = in.params.text_or("q", "");
  query.limit = static_cast<std::size_t>(
      in.params.integer("limit", 1, static_cast<std::int64_t>(page_most)).value_or(page_standard));
  query.offset =
      static_cast<std::size_t>(in.params.integer("offset", 0, 1'000'000'000).value_or(0));
  if (!in.ready()) return in.refusal();
  if (region != model::no_region) query.region = in.view().regions()[region].code;
  if (mine) {
    for (const model::Grant& grant : call.actor.grants) {
      if (grant.role == model::Role::unit) query.units.push_back(grant.unit);
    }
    if (query.units.empty()) query.units.emplace_back("\x01");  // of no unit: none are his
  }
  query.visible = [&](const Incident& incident) { return may_read(call, incident); };
  const auto page = doors.desk.list(query);
  if (!page) return problem(page.error());
  const auto book = doors.desk.book();
  Json list = Json::array();
  for (const Incident& incident : page->incidents) {
    list.push_back(marked_json(incident, *book, doors));
  }
  return json_response({{"incidents", std::move(list)}, {"total", page->total}});
}

Response get_board(const Call& call, const IncidentDoors& doors) {
  if (auto no = refuse_anywhere(call, Action::read_incidents)) return std::move(*no);
  Inquiry in(call);
  const auto region = in.region_or_none("region");
  if (!in.ready()) return in.refusal();
  respond::IncidentQuery query;
  if (region != model::no_region) query.region = in.view().regions()[region].code;
  query.visible = [&](const Incident& incident) { return may_read(call, incident); };
  const auto loads = doors.desk.board(query);
  if (!loads) return problem(loads.error());
  const auto book = doors.desk.book();
  Json list = Json::array();
  for (const respond::UnitLoad& load : *loads) list.push_back(load_json(load, *book));
  return json_response({{"units", std::move(list)}});
}

std::variant<respond::NewIncident, Response> read_new(const Request& request) {
  auto read =
      read_object(request, {"kind", "region", "title", "text", "position", "estimated", "group"});
  if (auto* no = std::get_if<Response>(&read)) return std::move(*no);
  const Json& body = std::get<Json>(read);
  respond::NewIncident out;
  for (const auto& [name, text] : {std::pair{"kind", &out.kind}, std::pair{"region", &out.region},
                                   std::pair{"title", &out.title}, std::pair{"text", &out.text},
                                   std::pair{"group", &out.group}}) {
    auto value = text_of(body, name);
    if (!value) return wrong_member(format("/{}", name), "it must be a text");
    *text = *std::move(value);
  }
  if (body.contains("estimated")) {
    if (!body["estimated"].is_boolean()) {
      return wrong_member("/estimated", "it must be true or false");
    }
    out.estimated = body["estimated"].get<bool>();
  }
  if (body.contains("position") && !body["position"].is_null()) {
    const Json& at = body["position"];
    const bool whole = at.is_object() && at.contains("lon") && at.contains("lat") &&
                       at["lon"].is_number() && at["lat"].is_number();
    if (!whole) return wrong_member("/position", "it must be {\"lon\": …, \"lat\": …}");
    out.position = geo::Point{at["lon"].get<double>(), at["lat"].get<double>()};
  }
  auto key = key_of(request);
  if (!key) return wrong_key();
  out.key = *std::move(key);
  return out;
}

Response open_incident(const Call& call, const IncidentDoors& doors) {
  auto read = read_new(call.request);
  if (auto* complaint = std::get_if<Response>(&read)) {
    if (auto no = refuse_anywhere(call, Action::open_incident)) return std::move(*no);
    return std::move(*complaint);
  }
  const auto& what = std::get<respond::NewIncident>(read);
  const std::string& region = what.region;
  if (auto no = refuse(call, Action::open_incident, region)) return std::move(*no);
  const auto opened = committed(doors, [&](store::Ledger::Write& write) {
    return doors.desk.open(write, what, call.actor, call.asked_at);
  });
  if (!opened) return failed(call, Action::open_incident, region, opened.error());
  audited(call, Action::open_incident, region, opened->incident);
  const auto incident = doors.desk.find(opened->incident);
  if (!incident) return problem(incident.error());
  Response out = json_response(marked_json(*incident, *doors.desk.book(), doors), 201);
  out.headers.push_back({"Location", "/v1/incidents/" + opened->incident});
  return out;
}

// By the rights of the asker alone; the workflow has its own word.
bool is_allowed(const Call& call, const respond::Choice& choice, const Incident& incident) {
  return std::ranges::any_of(choice.by, [&](const std::string& by) {
    if (by == "duty") return may(call, Action::route_incident, incident.region);
    if (by == "unit") {
      return !incident.unit.empty() &&
             may(call, Action::handle_incident, incident.region, incident.unit);
    }
    return by == "checker" && may(call, Action::check_incident, incident.region);
  });
}

Response get_incident(const Call& call, const IncidentDoors& doors) {
  auto found = readable(call, doors);
  if (auto* no = std::get_if<Response>(&found)) return std::move(*no);
  const auto view = doors.desk.view(call.path("id"), call.actor, call.asked_at);
  if (!view) return problem(view.error());
  const auto book = doors.desk.book();
  const Incident& incident = view->incident;
  // A quiet look: without the right it is left out. With it, that it was read goes on record.
  bool personal = may(call, Action::read_reporter, incident.region, incident.unit);
  const bool there = !view->reporter.empty();
  if (there && personal) {
    personal = !refuse(call, Action::read_reporter, incident.region, incident.unit, incident.id);
  }
  Json choices = Json::array();
  for (const respond::Choice& choice : view->choices) {
    choices.push_back(choice_json(choice, is_allowed(call, choice, incident)));
  }
  const Zone zone = book->workspace().zone;
  Json deadlines = Json::array();
  for (const auto& line : view->deadlines) deadlines.push_back(deadline_json(line, zone));
  Json timeline = Json::array();
  std::vector<std::string> warnings;
  for (const respond::Entry& entry : view->entries) {
    timeline.push_back(entry_json(entry, incident, *book, doors.name_of, personal));
    const auto warning = entry.fields.find("warning");
    if (entry.kind == respond::Entry::Kind::warning && warning != entry.fields.end() &&
        std::ranges::find(warnings, warning->second) == warnings.end()) {
      warnings.push_back(warning->second);
    }
  }
  Json evidence = Json::array();
  for (const respond::Evidence& e : view->evidence) {
    if (!e.personal || personal) evidence.push_back(evidence_json(e, zone));
  }
  Json out{{"incident", marked_json(incident, *book, doors)},
           {"choices", std::move(choices)},
           {"deadlines", std::move(deadlines)},
           {"timeline", std::move(timeline)},
           {"evidence", std::move(evidence)},
           {"group", json_text_or_null(incident.group)},
           {"warnings", warnings}};
  if (there && personal) {
    out["reporter"] = {{"name", view->reporter.name},
                       {"phone", view->reporter.phone},
                       {"mail", view->reporter.mail},
                       {"words", view->reporter.words}};
  }
  return json_response(out);
}

std::variant<respond::Command, Response> read_command(const Request& request) {
  auto read = read_object(request, {"event", "fields", "version"});
  if (auto* no = std::get_if<Response>(&read)) return std::move(*no);
  const Json& body = std::get<Json>(read);
  respond::Command out;
  auto event = text_of(body, "event");
  if (!event || event->empty() || event->size() > 100) {
    return wrong_member("/event", "it names one of the choices");
  }
  out.event = *std::move(event);
  if (!body.contains("version") || !body["version"].is_number_unsigned()) {
    return wrong_member("/version", "it is the version of the incident it was decided upon");
  }
  out.version = body["version"].get<std::uint64_t>();
  if (body.contains("fields")) {
    const Json& fields = body["fields"];
    if (!fields.is_object() || fields.size() > fields_most) {
      return wrong_member("/fields", "it is an object of texts");
    }
    for (const auto& [name, value] : fields.items()) {
      if (!value.is_string()) return wrong_member("/fields/" + name, "it must be a text");
      out.fields[name] = value.get<std::string>();
    }
  }
  auto key = key_of(request);
  if (!key) return wrong_key();
  out.key = *std::move(key);
  return out;
}

// What others have done since, and the version to go on with.
Response conflict(const Call& call, const IncidentDoors& doors, const std::string& message,
                  std::uint64_t since) {
  Response out = problem(409, message);
  Json body = Json::parse(out.body, nullptr, false);
  const auto incident = doors.desk.find(call.path("id"));
  const auto entries = doors.desk.entries_after(call.path("id"), since);
  if (!incident || !entries) return out;
  const auto book = doors.desk.book();
  const bool personal = may(call, Action::read_reporter, incident->region, incident->unit);
  Json meanwhile = Json::array();
  for (const respond::Entry& entry : *entries) {
    meanwhile.push_back(entry_json(entry, *incident, *book, doors.name_of, personal));
  }
  body["version"] = incident->version;
  body["meanwhile"] = std::move(meanwhile);
  out.body = json_text(body);
  return out;
}

// The right under which the actor does the event: the first he has, else the first it asks for.
Action right_for(const Call& call, const respond::EventRight& right) {
  for (const Action action : right.actions) {
    const std::string unit = action == Action::handle_incident ? right.unit : std::string();
    if (may(call, action, right.region, unit)) return action;
  }
  return right.actions.empty() ? Action::route_incident : right.actions.front();
}

Response move_incident(const Call& call, const IncidentDoors& doors) {
  auto found = readable(call, doors);
  if (auto* no = std::get_if<Response>(&found)) return std::move(*no);
  auto read = read_command(call.request);
  if (auto* no = std::get_if<Response>(&read)) return std::move(*no);
  const auto& command = std::get<respond::Command>(read);
  const std::string& id = call.path("id");
  const auto right = doors.desk.rights(id, command.event);
  if (!right) return problem(right.error());
  const Action action = right_for(call, *right);
  const std::string unit = action == Action::handle_incident ? right->unit : std::string();
  if (auto no = refuse(call, action, right->region, unit, id)) return std::move(*no);
  if (const auto of = command.fields.find("of"); of != command.fields.end()) {
    // Linking changes the other one too.
    const auto other = doors.desk.find(of->second);
    if (other) {
      if (auto no = refuse(call, action, other->region, {}, other->id)) return std::move(*no);
    }
  }
  const auto done = committed(doors, [&](store::Ledger::Write& write) {
    return doors.desk.act(write, id, command, call.actor, call.asked_at);
  });
  if (!done) {
    Response out = failed(call, action, right->region, done.error(), id);
    return done.error().code == Code::conflict
               ? conflict(call, doors, done.error().message, command.version)
               : out;
  }
  if (!done->refusal.empty()) {
    (void)failed(call, action, right->region, {Code::conflict, done->refusal, {}}, id);
    return conflict(call, doors, done->refusal, command.version);
  }
  audited(call, action, right->region, id, command.event);
  return json_response(outcome_json(*done, std::get<Incident>(found), *doors.desk.book()));
}

// What the actor is to the incident when he writes a line or adds a file: any of the three.
Action part_in(const Call& call, const Incident& incident) {
  if (may(call, Action::handle_incident, incident.region, incident.unit)) {
    return Action::handle_incident;
  }
  if (may(call, Action::check_incident, incident.region)) return Action::check_incident;
  return Action::route_incident;
}

Response note_incident(const Call& call, const IncidentDoors& doors) {
  auto found = readable(call, doors);
  if (auto* no = std::get_if<Response>(&found)) return std::move(*no);
  const auto& incident = std::get<Incident>(found);
  const Action action = part_in(call, incident);
  const std::string unit = action == Action::handle_incident ? incident.unit : std::string();
  if (auto no = refuse(call, action, incident.region, unit, incident.id)) return std::move(*no);
  auto read = read_object(call.request, {"text"});
  if (auto* no = std::get_if<Response>(&read)) return std::move(*no);
  const auto text = text_of(std::get<Json>(read), "text");
  if (!text) return wrong_member("/text", "it must be a text");
  const auto key = key_of(call.request);
  if (!key) return wrong_key();
  const auto done = committed(doors, [&](store::Ledger::Write& write) {
    return doors.desk.note(write, incident.id, *text, call.actor, call.asked_at, *key);
  });
  if (!done) return failed(call, action, incident.region, done.error(), incident.id);
  audited(call, action, incident.region, incident.id, "note");
  return json_response(outcome_json(*done, incident, *doors.desk.book()), 201);
}

Response attach_file(const Call& call, const IncidentDoors& doors) {
  auto found = readable(call, doors);
  if (auto* no = std::get_if<Response>(&found)) return std::move(*no);
  const auto& incident = std::get<Incident>(found);
  const Action action = part_in(call, incident);
  const std::string unit = action == Action::handle_incident ? incident.unit : std::string();
  if (auto no = refuse(call, action, incident.region, unit, incident.id)) return std::move(*no);
  Inquiry in(call);
  const std::string name = in.params.text_or("name", "");
  if (!call.request.header("content-encoding").empty()) {
    in.refuse(problem(415, "the body must not be compressed"));
  }
  if (!in.ready()) return in.refusal();
  const auto kept = doors.desk.keep(call.request.body, name, false);
  if (!kept) {
    Response out = failed(call, action, incident.region, kept.error(), incident.id);
    return kept.error().code == Code::unsupported ? problem(415, kept.error().message) : out;
  }
  const auto done = committed(doors, [&](store::Ledger::Write& write) {
    return doors.desk.attach(write, incident.id, *kept, call.actor, call.asked_at);
  });
  if (!done) return failed(call, action, incident.region, done.error(), incident.id);
  audited(call, action, incident.region, incident.id, "file " + kept->sha256.substr(0, 16));
  const auto file = doors.desk.file(incident.id, kept->sha256);
  if (!file) return problem(file.error());
  return json_response(evidence_json(file->evidence, doors.desk.workspace()->zone), 201);
}

Response get_file(const Call& call, const IncidentDoors& doors) {
  auto found = readable(call, doors);
  if (auto* no = std::get_if<Response>(&found)) return std::move(*no);
  const auto& incident = std::get<Incident>(found);
  auto file = doors.desk.file(incident.id, call.path("sha256"));
  if (!file) return problem(file.error());
  if (file->evidence.personal) {
    auto no = refuse(call, Action::read_reporter, incident.region, incident.unit, incident.id);
    if (no) return std::move(*no);
  }
  Response out;
  out.type = file->evidence.type;
  if (out.type == "text/plain") out.type += "; charset=utf-8";
  out.body = std::move(file->bytes);
  const bool picture = out.type.starts_with("image/");
  out.headers = {
      {"Content-Disposition", format("{}; filename*=UTF-8''{}", picture ? "inline" : "attachment",
                                     percent_encode(file->evidence.name))},
      {"Content-Security-Policy", "default-src 'none'; sandbox"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Cache-Control", "private, no-cache"}};
  return out;
}

Response list_units(const Call& call, const IncidentDoors& doors) {
  Inquiry in(call);
  const auto region = in.region_or_none("region");
  if (!in.ready()) return in.refusal();
  const auto workspace = doors.desk.workspace();
  const model::RegionTree& regions = *workspace->regions;
  const auto place = region == model::no_region ? model::no_region
                                                : regions.find(in.view().regions()[region].code);
  std::vector<const model::UnitDef*> units;
  for (const model::UnitDef& unit : workspace->response.units) {
    const auto area = regions.find(unit.region);
    const bool answers =
        region == model::no_region || (place != model::no_region && area != model::no_region &&
                                       (regions.is_ancestor_or_self(area, place) || unit.desk));
    if (answers) units.push_back(&unit);
  }
  std::ranges::sort(units, {}, [](const auto* u) { return std::tie(u->region, u->label.zh); });
  Json list = Json::array();
  for (const model::UnitDef* unit : units) list.push_back(unit_json(*unit, regions));
  return json_response({{"units", std::move(list)}});
}

Response list_kinds(const Call& call, const IncidentDoors& doors) {
  Inquiry in(call);
  if (!in.ready()) return in.refusal();
  const auto workspace = doors.desk.workspace();
  Json list = Json::array();
  for (const auto& kind : workspace->response.kinds) list.push_back(kind_json(kind));
  return json_response({{"kinds", std::move(list)}});
}

Response get_workflow(const Call& call, const IncidentDoors& doors) {
  Inquiry in(call);
  if (!in.ready()) return in.refusal();
  const auto book = doors.desk.book();
  const flow::Workflow* workflow = book->workflow(call.path("id"));
  if (workflow == nullptr) {
    return problem({Code::not_found, "no pack has such a workflow", "path:id"});
  }
  return json_response(workflow_json(*workflow));
}

}  // namespace

void add_incident_routes(Router& router, IncidentDoors doors) {
  const auto add = [&](const char* method, const char* path, Access access, std::size_t most,
                       Response (*handler)(const Call&, const IncidentDoors&)) {
    router.add({method, path, access, most,
                [doors, handler](const Call& call) { return handler(call, doors); }});
  };
  add("GET", "/v1/incidents", Access::actor, 0, list_incidents);
  add("GET", "/v1/incidents/board", Access::actor, 0, get_board);
  add("POST", "/v1/incidents", Access::actor, body_most, open_incident);
  add("GET", "/v1/incidents/{id}", Access::actor, 0, get_incident);
  add("POST", "/v1/incidents/{id}/events", Access::actor, body_most, move_incident);
  add("POST", "/v1/incidents/{id}/notes", Access::actor, body_most, note_incident);
  add("POST", "/v1/incidents/{id}/files", Access::actor, respond::evidence_bytes_most, attach_file);
  add("GET", "/v1/incidents/{id}/files/{sha256}", Access::actor, 0, get_file);
  add("GET", "/v1/units", Access::read, 0, list_units);
  add("GET", "/v1/incident-kinds", Access::read, 0, list_kinds);
  add("GET", "/v1/workflows/{id}", Access::read, 0, get_workflow);
}

std::vector<Event> incident_events(const respond::IncidentDesk& desk, std::uint64_t& cursor) {
  const auto changed = desk.changed(cursor, events_at_once);
  std::vector<Event> out;
  if (!changed) return out;
  const auto book = desk.book();
  for (const Incident& incident : *changed) {
    out.push_back({Topic::incidents, "incident", json_text(incident_event_json(incident, *book)),
                   incident.region});
  }
  return out;
}

}  // namespace cairn::server
