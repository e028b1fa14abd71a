// SPDX-License-Identifier: Apache-2.0
#include "server/api_reports.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/text.hpp"
#include "respond/incident_desk.hpp"
#include "respond/report_desk.hpp"
#include "server/detail/render.hpp"
#include "server/guard.hpp"
#include "server/inquiry.hpp"

namespace cairn::server {
namespace {

using model::Level;
using model::RegionIndex;
using model::RegionTree;
using respond::NewReport;
using respond::ReportDesk;

// Words of the greatest length, each character escaped, and the other members.
constexpr std::size_t body_most = std::size_t{64} << 10;
constexpr std::size_t reason_most = std::size_t{16} << 10;

struct Doors {
  ReportDesk& desk;
  respond::IncidentDesk& incidents;
  ReportDoors& doors;
};

std::optional<Response> too_often(PeerGate& gate, const Call& call) {
  const auto wait_s = gate.refuse(call.request.peer, call.asked_at);
  if (!wait_s) return std::nullopt;
  Response out =
      problem(429, format("太频繁，请 {0} 秒后再试 / too many requests from this address: "
                          "try again in {0} s",
                          *wait_s));
  out.headers.push_back({"Retry-After", std::to_string(*wait_s)});
  return out;
}

// What the desk says, as the statuses of this chapter.
Response refusal(const Error& error) {
  if (error.code == Code::io) {
    Response out = problem(507,
                           "暂时存不下，什么都没有收下，请稍后再试 / nothing was taken, the disk "
                           "takes no more now; try again later");
    out.headers.push_back({"Retry-After", "60"});
    return out;
  }
  return problem(error);
}

Json place_json(const RegionTree& regions, std::string_view code) {
  const RegionIndex index = regions.find(code);
  if (index == model::no_region) return {{"code", code}, {"name", json_label({"", ""})}};
  return {{"code", regions[index].code}, {"name", json_label(regions[index].name)}};
}

Json unit_json(const Call& call, const std::string& id) {
  const model::UnitDef* unit = call.state->workspace->response.unit(id);
  return unit == nullptr ? Json(nullptr) : json_label(unit->label);
}

Json nearby_json(const Call& call, const std::vector<respond::Nearby>& list) {
  Json out = Json::array();
  for (const respond::Nearby& n : list) {
    const model::IncidentKind* kind = call.state->workspace->response.kind(n.kind);
    out.push_back(
        {{"number", n.number},
         {"kind", n.kind},
         {"kind_label", json_label(kind == nullptr ? Label{n.kind, n.kind} : kind->label)},
         {"distance_m", json_number(std::round(n.distance_m))},
         {"age_s", n.age_ns / ns_per_second}});
  }
  return out;
}

Response get_form(const Call& call, Doors my) {
  if (auto no = too_often(my.doors.reads, call)) return std::move(*no);
  const model::Workspace& workspace = *call.state->workspace;
  const RegionTree& regions = *workspace.regions;
  Json kinds = Json::array();
  for (const model::IncidentKind& kind : workspace.response.kinds) {
    if (!kind.citizens) continue;
    kinds.push_back({{"id", kind.id},
                     {"label", json_label(kind.label)},
                     {"group", json_label(kind.group)},
                     {"hint", json_label_or_null(kind.hint)}});
  }
  Json counties = Json::array();
  for (const RegionIndex county :
       regions.at_level(regions.find(workspace.home), Level::county, call.today - 1)) {
    counties.push_back(place_json(regions, regions[county].code));
  }
  return json_response({{"kinds", std::move(kinds)},
                        {"home", place_json(regions, workspace.home)},
                        {"counties", std::move(counties)},
                        {"limits",
                         {{"photos", respond::report_photos},
                          {"photo_bytes", respond::report_photo_bytes},
                          {"text_characters", respond::report_text_characters}}},
                        {"call", json_label(my.desk.call())}});
}

Response list_places(const Call& call, Doors my) {
  if (auto no = too_often(my.doors.reads, call)) return std::move(*no);
  Inquiry in(call);
  const std::string parent = in.params.required("parent");
  if (!in.ready()) return in.refusal();
  const RegionTree& regions = *call.state->workspace->regions;
  const RegionIndex index = regions.find(parent);
  if (index == model::no_region) return problem(404, format("there is no region '{}'", parent));
  const Level level = regions[index].level;
  if (level != Level::county && level != Level::town) {
    return problem(400, "parent is a county or a town");
  }
  Json places = Json::array();
  for (const RegionIndex child : regions.children(index)) {
    if (regions[child].valid_at(call.today - 1)) {
      places.push_back(place_json(regions, regions[child].code));
    }
  }
  return json_response({{"places", std::move(places)}});
}

Response list_nearby(const Call& call, Doors my) {
  if (auto no = too_often(my.doors.reads, call)) return std::move(*no);
  Inquiry in(call);
  const std::string kind = in.params.required("kind");
  in.params.required("lon");
  in.params.required("lat");
  const auto lon = in.params.number("lon");
  const auto lat = in.params.number("lat");
  if (!in.ready()) return in.refusal();
  const model::IncidentKind* known = call.state->workspace->response.kind(kind);
  if (known == nullptr || !known->citizens) {
    return problem(400, format("the public does not report the kind '{}'", kind));
  }
  const auto list = my.desk.nearby(kind, {*lon, *lat}, call.asked_at);
  if (!list) return refusal(list.error());
  return json_response({{"incidents", nearby_json(call, *list)}});
}

// Reads the members of a JSON object and remembers the first that is wrong.
class Members {
 public:
  Members(const Json& object, std::string pointer) : object_(object), pointer_(std::move(pointer)) {
    if (!object.is_object()) wrong("", "an object is expected");
  }
  std::string text(const char* name) {
    const Json* value = find(name);
    if (value == nullptr) return {};
    if (value->is_string()) return value->get<std::string>();
    wrong(name, "a text is expected");
    return {};
  }
  std::optional<double> number(const char* name) {
    const Json* value = find(name);
    if (value == nullptr) return std::nullopt;
    if (value->is_number() && std::isfinite(value->get<double>())) return value->get<double>();
    wrong(name, "a number is expected");
    return std::nullopt;
  }
  const Json* object(const char* name) {
    const Json* value = find(name);
    if (value == nullptr || value->is_object()) return value;
    wrong(name, "an object is expected");
    return nullptr;
  }
  // Members that nobody asked for are mistakes of the sender, told rather than dropped.
  const std::optional<Error>& done() {
    if (!error_ && object_.is_object()) {
      for (const auto& [name, value] : object_.items()) {
        if (!asked_.contains(name)) wrong(name.c_str(), "this member is not known");
      }
    }
    return error_;
  }
  void wrong(const std::string& name, std::string message) {
    if (!error_) {
      error_ =
          Error{Code::invalid, std::move(message), name.empty() ? pointer_ : pointer_ + "/" + name};
    }
  }

 private:
  const Json* find(const char* name) {
    asked_.insert(name);
    if (!object_.is_object()) return nullptr;
    const auto found = object_.find(name);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }
  const Json& object_;
  std::string pointer_;
  std::set<std::string> asked_;
  std::optional<Error> error_;
};

Status read_place(const Json& json, NewReport& out) {
  Members place(json, "/place");
  const auto lon = place.number("lon");
  const auto lat = place.number("lat");
  out.accuracy_m = place.number("accuracy_m");
  out.region = place.text("region");
  out.place = place.text("note");
  if (lon.has_value() != lat.has_value()) place.wrong("", "lon and lat belong together");
  if (lon && lat) out.position = geo::Point{*lon, *lat};
  if (place.done()) return fail(*place.done());
  return {};
}

Result<NewReport> read_report(const Call& call) {
  const Json body = Json::parse(call.request.body, nullptr, false);
  if (body.is_discarded()) return fail(Code::invalid, "the body is not JSON in UTF-8");
  NewReport out;
  out.key = std::string(call.request.header("idempotency-key"));
  Members in(body, "");
  out.kind = in.text("kind");
  out.text = in.text("text");
  const double photos = in.number("photos").value_or(0);
  if (!(photos >= 0 && photos <= respond::report_photos) || photos != std::floor(photos)) {
    in.wrong("photos", format("a whole number from 0 to {}", respond::report_photos));
  } else {
    out.photos = static_cast<int>(photos);
  }
  if (const std::string at = in.text("taken_at"); !at.empty()) {
    const auto instant = parse_instant(at, call.state->workspace->zone);
    if (instant) out.taken_at = *instant;
    if (!instant) in.wrong("taken_at", instant.error().message);
  }
  const Json* place = in.object("place");
  const Json* contact = in.object("contact");
  if (place == nullptr) in.wrong("place", "say where it is");
  if (in.done()) return fail(*in.done());
  if (auto read = read_place(*place, out); !read) return fail(read.error());
  if (contact != nullptr) {
    Members who(*contact, "/contact");
    out.contact = {who.text("name"), who.text("phone"), who.text("mail"), {}};
    if (who.done()) return fail(*who.done());
  }
  return out;
}

Response create_report(const Call& call, Doors my) {
  if (auto no = too_often(my.doors.reports, call)) return std::move(*no);
  Inquiry in(call);
  if (!in.ready()) return in.refusal();
  const auto report = read_report(call);
  if (!report) return refusal(report.error());
  const auto taken = my.desk.take(*report, call.asked_at);
  if (!taken) return refusal(taken.error());
  Response out =
      json_response({{"number", taken->number},
                     {"incident", taken->number},
                     {"secret", taken->secret},
                     {"region", place_json(*call.state->workspace->regions, taken->region)},
                     {"unit", unit_json(call, taken->unit)},
                     {"nearby", nearby_json(call, taken->nearby)}},
                    taken->again ? 200 : 201);
  out.headers.push_back({"Location", "/v1/reports/" + percent_encode(taken->number)});
  return out;
}

Response put_photo(const Call& call, Doors my) {
  if (auto no = too_often(my.doors.photos, call)) return std::move(*no);
  Inquiry in(call);
  if (!in.ready()) return in.refusal();
  const auto k = parse_integer(call.path("k"));
  if (!k || *k < 1 || *k > respond::report_photos) {
    return problem(404, format("photos are numbered from 1 to {}", respond::report_photos));
  }
  const auto kept = my.desk.photo(call.path("number"), call.request.header("x-report-secret"),
                                  static_cast<int>(*k), call.request.body, call.asked_at);
  if (!kept && kept.error().code == Code::unsupported) return problem(415, kept.error().message);
  if (!kept && kept.error().code == Code::invalid) return problem(415, kept.error().message);
  if (!kept) return refusal(kept.error());
  return json_response(
      {{"k", kept->k}, {"size_bytes", kept->size_bytes}, {"received", kept->received}},
      kept->again ? 200 : 201);
}

Json status_json(const Call& call, const respond::ReportStatus& status) {
  const Zone zone = call.state->workspace->zone;
  const respond::Incident& incident = status.incident;
  const model::IncidentKind* kind = call.state->workspace->response.kind(incident.kind);
  Json steps = Json::array();
  for (const auto& step : status.steps) {
    steps.push_back({{"at", to_string(step.at, zone)},
                     {"label", json_label(step.label)},
                     {"text", json_text_or_null(step.text)}});
  }
  return {{"number", incident.id},
          {"kind", incident.kind},
          {"kind_label",
           json_label(kind == nullptr ? Label{incident.kind, incident.kind} : kind->label)},
          {"text", status.text},
          {"region", place_json(*call.state->workspace->regions, incident.region)},
          {"reported", to_string(status.reported, zone)},
          {"status", status.closed ? "closed" : "open"},
          {"status_label", json_label(status.state)},
          {"unit", unit_json(call, incident.unit)},
          {"due", incident.due ? Json(to_string(*incident.due, zone)) : Json(nullptr)},
          {"answer", json_text_or_null(status.answer)},
          {"steps", std::move(steps)},
          {"photos", status.photos},
          {"photos_announced", status.photos_announced},
          {"can_reopen", status.can_reopen},
          {"can_satisfy", status.can_satisfy},
          {"duplicate_of", json_text_or_null(incident.duplicate_of)}};
}

Response status_of_report(const Call& call, Doors my) {
  const auto status =
      my.desk.status(call.path("number"), call.request.header("x-report-secret"), call.asked_at);
  return status ? json_response(status_json(call, *status)) : refusal(status.error());
}

Response get_report(const Call& call, Doors my) {
  if (auto no = too_often(my.doors.reads, call)) return std::move(*no);
  return status_of_report(call, my);
}

Response reopen(const Call& call, Doors my) {
  if (auto no = too_often(my.doors.reports, call)) return std::move(*no);
  const Json body = Json::parse(call.request.body, nullptr, false);
  if (body.is_discarded()) return problem(400, "the body is not JSON in UTF-8");
  Members in(body, "");
  const std::string reason = in.text("reason");
  if (in.done()) return refusal(*in.done());
  const auto done = my.desk.reopen(call.path("number"), call.request.header("x-report-secret"),
                                   reason, call.asked_at);
  return done ? status_of_report(call, my) : refusal(done.error());
}

Response satisfied(const Call& call, Doors my) {
  if (auto no = too_often(my.doors.reports, call)) return std::move(*no);
  const auto done =
      my.desk.satisfied(call.path("number"), call.request.header("x-report-secret"), call.asked_at);
  return done ? status_of_report(call, my) : refusal(done.error());
}

// For the officer: what may be the same.
Response incident_nearby(const Call& call, Doors my) {
  const auto incident = my.incidents.find(call.path("id"));
  const std::string region = incident ? incident->region : std::string();
  const std::string unit = incident ? incident->unit : std::string();
  if (auto no = refuse(call, model::Action::read_incidents, region, unit, call.path("id"))) {
    return std::move(*no);
  }
  if (!incident) return problem(incident.error());
  std::vector<respond::Nearby> list;
  if (incident->position) {
    auto found = my.desk.nearby(incident->kind, *incident->position, call.asked_at, incident->id);
    if (!found) return problem(found.error());
    list = std::move(*found);
  }
  return json_response({{"incidents", nearby_json(call, list)}});
}

}  // namespace

void add_report_routes(Router& router, ReportDesk& desk, respond::IncidentDesk& incidents,
                       ReportDoors& doors) {
  const Doors my{desk, incidents, doors};
  const auto with = [my](auto handler) {
    return [my, handler](const Call& call) { return handler(call, my); };
  };
  const auto add = [&](const char* method, const char* path, std::size_t body, auto handler) {
    router.add({method, path, Access::open, body, with(handler)});
  };
  add("GET", "/v1/report-form", 0, get_form);
  add("GET", "/v1/report-places", 0, list_places);
  add("GET", "/v1/report-nearby", 0, list_nearby);
  add("POST", "/v1/reports", body_most, create_report);
  add("GET", "/v1/reports/{number}", 0, get_report);
  // A little more, so that what is too large is told by the desk and not by a cut connection.
  add("PUT", "/v1/reports/{number}/photos/{k}", respond::report_photo_bytes + 1024, put_photo);
  add("POST", "/v1/reports/{number}/reopen", reason_most, reopen);
  add("POST", "/v1/reports/{number}/satisfied", reason_most, satisfied);
  router.add({"GET", "/v1/incidents/{id}/nearby", Access::actor, 0, with(incident_nearby)});
}

}  // namespace cairn::server
