// SPDX-License-Identifier: Apache-2.0
#include "server/api_services.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "core/text.hpp"
#include "probe/target.hpp"
#include "server/detail/json.hpp"
#include "server/guard.hpp"
#include "server/problem.hpp"
#include "server/state.hpp"
#include "watch/things.hpp"

namespace cairn::server {
namespace {

using model::Action;

constexpr std::size_t body_most = 8 * 1024;
constexpr std::size_t text_bytes = 2'000;  // 500 characters
constexpr std::size_t owner_bytes = 800;   // 200 characters
constexpr const char* thing_type = "service";

std::string time_text(Instant t, Zone zone) {
  constexpr std::int64_t ms = 1'000'000;
  return to_string(Instant{t.ns / ms * ms}, zone);
}

std::string subject_of(std::string_view id) {
  return "service/" + std::string(id);
}

Json finding_json(const KeptFinding& finding) {
  const auto& all = probe::checks();
  const auto check = std::ranges::find(all, finding.check, &probe::Check::id);
  const bool known = check != all.end();
  const Label name{finding.check, finding.check};
  return {{"check", finding.check},
          {"group", known ? probe::to_string(check->group) : "ipv6"},
          {"label", json_label(known ? check->label : name)},
          {"passed", finding.passed ? Json(*finding.passed) : Json(nullptr)},
          {"severity", finding.severity},
          {"value", json_number(finding.value)},
          {"unit", finding.unit},
          {"text", json_label(finding.text)},
          {"rule", json_label(known ? check->rule : Label{})},
          {"source", known ? std::string(check->source) : std::string()}};
}

Json last_json(const Measured& measured, Zone zone) {
  Json findings = Json::array();
  for (const KeptFinding& finding : measured.findings) findings.push_back(finding_json(finding));
  return {{"at", time_text(measured.at, zone)},
          {"seconds", json_number(measured.seconds)},
          {"requests", measured.requests},
          {"findings", std::move(findings)}};
}

Json service_json(const WebService& service, const ProbeService& probe, Zone zone) {
  const bool confirmed = service.state == ServiceState::confirmed;
  const auto target = probe::parse_target(service.url);
  const probe::Target at = target.value_or(probe::Target{});
  return {{"id", service.id},
          {"label", json_label(service.label)},
          {"url", service.url},
          {"host", at.host},
          {"owner", service.owner},
          {"thing", service.thing},
          {"region", service.region},
          {"state", to_string(service.state)},
          {"confirmed", confirmed},
          {"confirmed_by", json_text_or_null(service.confirmed_by)},
          {"confirmed_at",
           service.confirmed_at ? Json(time_text(*service.confirmed_at, zone)) : Json(nullptr)},
          {"confirmed_how", json_text_or_null(service.confirmed_how)},
          {"registered_by", service.registered_by},
          {"registered_at", time_text(service.registered_at, zone)},
          {"token", service.token},
          {"token_record", probe::token_record(at)},
          {"token_url", probe::token_page(at).url()},
          {"measuring", probe.measuring(service.id)},
          {"next", confirmed ? Json(time_text(probe.next_due(service.id), zone)) : Json(nullptr)},
          {"last", service.last ? last_json(*service.last, zone) : Json(nullptr)}};
}

Response answer(const Call& call, const ProbeService& probe, const WebService& service,
                int status = 200) {
  return json_response(service_json(service, probe, call.state->workspace->zone), status);
}

Response list_services(const Call& call, const ProbeService& probe) {
  if (auto no = refuse_anywhere(call, Action::manage_services)) return std::move(*no);
  const auto services = probe.store().list();
  if (!services) return problem(services.error());
  Json list = Json::array();
  for (const WebService& service : *services) {
    if (!may(call, Action::manage_services, service.region)) continue;
    list.push_back(service_json(service, probe, call.state->workspace->zone));
  }
  return json_response({{"services", std::move(list)}});
}

// The service of the path, and the right over it; or the answer that refuses.
struct Found {
  WebService service;
  std::optional<Response> refusal;
};
Found find(const Call& call, const ProbeService& probe, Action action) {
  const std::string& id = call.path("id");
  auto service = probe.store().find(id);
  const std::string region = service ? service->region : std::string();
  if (auto no = refuse(call, action, region, {}, subject_of(id))) return {{}, std::move(*no)};
  if (!service) return {{}, problem(service.error())};
  return {std::move(*service), std::nullopt};
}

Response get_service(const Call& call, const ProbeService& probe) {
  Found found = find(call, probe, Action::manage_services);
  if (found.refusal) return std::move(*found.refusal);
  const auto events = probe.store().events(found.service.id);
  if (!events) return problem(events.error());
  const Zone zone = call.state->workspace->zone;
  Json out = service_json(found.service, probe, zone);
  out["history"] = Json::array();
  for (const ServiceEvent& event : *events) {
    out["history"].push_back({{"at", time_text(event.at, zone)},
                              {"actor", event.actor},
                              {"action", event.action},
                              {"note", event.note}});
  }
  return json_response(out);
}

// Texts of a body, with complaints for what is missing or too long.
class Body {
 public:
  explicit Body(const std::string& text) : json_(Json::parse(text, nullptr, false)) {
    if (!json_.is_object()) complain("", "the body is a JSON object");
  }

  std::string text(const char* key, std::size_t most, bool needed) {
    if (!json_.is_object() || !json_.contains(key) || json_[key].is_null()) {
      if (needed && json_.is_object()) complain(key, "it is needed");
      return {};
    }
    if (!json_[key].is_string()) {
      complain(key, "it is a text");
      return {};
    }
    std::string out(trim(json_[key].get<std::string>()));
    if ((needed && out.empty()) || out.size() > most) {
      complain(key, format("it has from {} to {} bytes", needed ? 1 : 0, most));
    }
    return out;
  }
  Label label(const char* key) {
    const bool fine = json_.is_object() && json_.contains(key) && json_[key].is_object();
    if (!fine) {
      complain(key, "it is {\"zh\": …, \"en\": …}");
      return {};
    }
    const Label out{json_[key].value("zh", ""), json_[key].value("en", "")};
    if (out.empty() || out.zh.size() > text_bytes || out.en.size() > text_bytes) {
      complain(key, "it is {\"zh\": …, \"en\": …}, at most 500 characters each");
    }
    return out;
  }
  std::optional<double> number(const char* key) {
    if (!json_.is_object() || !json_.contains(key) || json_[key].is_null()) return std::nullopt;
    if (json_[key].is_number()) return json_[key].get<double>();
    complain(key, "it is a number");
    return std::nullopt;
  }
  void complain(const std::string& key, std::string text) {
    Complaint complaint;
    complaint.place = "/" + key;
    complaint.message = std::move(text);
    complaints_.push_back(std::move(complaint));
  }
  const std::vector<Complaint>& complaints() const { return complaints_; }

 private:
  Json json_;
  std::vector<Complaint> complaints_;
};

bool is_service_id(std::string_view text) {
  return !text.empty() && text.size() <= 60 && text.front() != '-' &&
         std::ranges::all_of(text, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
         });
}

std::string csv_cell(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    out += c;
    if (c == '"') out += c;
  }
  return out + "\"";
}

struct Wish {
  NewService service;
  std::string csv;  // of the thing that is to be made; empty: it is there
};

std::string things_csv(const NewService& service, std::optional<double> lon,
                       std::optional<double> lat) {
  const auto coordinate = [](std::optional<double> value) {
    return value ? number_text(*value) : std::string();
  };
  return format("id,type,region,name_zh,name_en,lon,lat,status\n{},{},{},{},{},{},{},live\n",
                csv_cell(service.thing), thing_type, csv_cell(service.region),
                csv_cell(service.label.in(Language::zh)), csv_cell(service.label.in(Language::en)),
                coordinate(lon), coordinate(lat));
}

Wish read_wish(const Call& call, Body& body, bool can_make) {
  Wish out;
  NewService& service = out.service;
  service.id = body.text("id", 60, true);
  service.label = body.label("label");
  service.url = body.text("url", text_bytes, true);
  service.owner = body.text("owner", owner_bytes, true);
  service.thing = body.text("thing", 200, false);
  service.region = body.text("region", 40, false);
  const auto lon = body.number("lon");
  const auto lat = body.number("lat");
  if (!is_service_id(service.id)) {
    body.complain("id", "it has letters a-z, digits and '-', at most 60");
  }
  if (const auto target = probe::parse_target(service.url); !target) {
    body.complain("url", target.error().message);
  }
  const State& state = *call.state;
  if (service.thing.empty()) service.thing = "service:" + service.id;
  const Reading reading(call.state, state.base, call.today);
  const auto thing = watch::find_thing(reading.view(), service.thing);
  if (thing) {
    const model::Table& table = *reading.view().snapshot.tables[thing->type];
    if (table.type->name != thing_type) {
      body.complain("thing", format("it is of type '{}', not '{}'", table.type->name, thing_type));
    }
    const model::RegionIndex at = table.region[thing->row];
    if (at != model::no_region) service.region = (*state.workspace->regions)[at].code;
    return out;
  }
  if (!can_make || service.region.empty()) {
    body.complain("thing", format("there is no thing '{}'; name one of type '{}', or a region in "
                                  "which it is made",
                                  service.thing, thing_type));
    return out;
  }
  const model::RegionIndex region = state.workspace->regions->find(service.region);
  if (region == model::no_region) {
    body.complain("region", format("there is no region '{}'", service.region));
    return out;
  }
  service.region = (*state.workspace->regions)[region].code;
  out.csv = things_csv(service, lon, lat);
  return out;
}

// A call that outlives its request, for work that is done later.
struct KeptCall {
  Request request;
  std::unique_ptr<Call> call;
  explicit KeptCall(const Call& from) : request(from.request) {
    call.reset(new Call{.request = request,
                        .captures = from.captures,
                        .query = from.query,
                        .state = from.state,
                        .today = from.today,
                        .actor = from.actor,
                        .doubt = from.doubt,
                        .asked_at = from.asked_at,
                        .audit = from.audit});
  }
};

// The reply is shared so that it can be answered when the work does not fit.
void later(const Call& call, Reply reply, WorkQueue& queue,
           std::function<Response(const Call&)> work) {
  auto kept = std::make_shared<KeptCall>(call);
  auto to = std::make_shared<Reply>(std::move(reply));
  const bool fits = queue.post([kept, to, work = std::move(work)] { to->send(work(*kept->call)); });
  if (!fits) to->send(problem(503, "too much waits already: try again in a minute"));
}

Response register_service(const Call& call, const ServiceDoors& doors, const Wish& wish) {
  const NewService& service = wish.service;
  const std::string subject = subject_of(service.id);
  const auto taken = doors.probe.store().find(service.id);
  if (taken) {
    return failed(call, Action::manage_services, service.region,
                  {Code::conflict, format("there is a service '{}' already", service.id), "/id"},
                  subject);
  }
  if (!wish.csv.empty()) {
    if (auto made = doors.make_things(wish.csv); !made) {
      return failed(call, Action::manage_services, service.region, made.error(), subject);
    }
  }
  const auto added = doors.probe.add(service, call.actor.id);
  if (!added) {
    return failed(call, Action::manage_services, service.region, added.error(), subject);
  }
  audited(call, Action::manage_services, service.region, subject, "register " + added->url);
  return answer(call, doors.probe, *added, 201);
}

void begin_register(const Call& call, const ServiceDoors& doors, Reply reply) {
  if (auto no = refuse_anywhere(call, Action::manage_services)) return reply.send(std::move(*no));
  Body body(call.request.body);
  const Wish wish = read_wish(call, body, doors.make_things != nullptr);
  if (!body.complaints().empty()) return reply.send(problem(body.complaints()));
  const std::string subject = subject_of(wish.service.id);
  if (auto no = refuse(call, Action::manage_services, wish.service.region, {}, subject)) {
    return reply.send(std::move(*no));
  }
  later(call, std::move(reply), doors.work,
        [&doors, wish](const Call& kept) { return register_service(kept, doors, wish); });
}

Response done(const Call& call, const ProbeService& probe, Action action, const WebService& service,
              const Result<WebService>& result, std::string_view what) {
  if (!result) {
    // Too much within the hour is not too large a body.
    if (result.error().code == Code::too_large) {
      failed(call, action, service.region, result.error(), subject_of(service.id));
      return problem(429, result.error().message);
    }
    return failed(call, action, service.region, result.error(), subject_of(service.id));
  }
  audited(call, action, service.region, subject_of(service.id), what);
  return answer(call, probe, *result);
}

void begin_confirm(const Call& call, const ServiceDoors& doors, Reply reply) {
  Body body(call.request.body);
  const std::string how = body.text("how", 20, true);
  const bool person = how == "person";
  if (!person && how != "token") body.complain("how", "there are token and person");
  const std::string note = body.text("note", text_bytes, person);
  const Action action = person ? Action::confirm_service : Action::manage_services;
  Found found = find(call, doors.probe, action);
  if (found.refusal) return reply.send(std::move(*found.refusal));
  if (!body.complaints().empty()) return reply.send(problem(body.complaints()));
  ProbeService& probe = doors.probe;
  const WebService& service = found.service;
  if (person) {
    const auto result = probe.confirm_by_person(service.id, call.actor.id, note);
    return reply.send(done(call, probe, action, service, result, "confirmed: " + note));
  }
  later(call, std::move(reply), doors.work, [&probe, service, action](const Call& kept) {
    const auto result = probe.confirm_by_token(service.id, kept.actor.id);
    return done(kept, probe, action, service, result, "confirmed by token");
  });
}

Response withdraw(const Call& call, ProbeService& probe) {
  Found found = find(call, probe, Action::manage_services);
  if (found.refusal) return std::move(*found.refusal);
  Body body(call.request.body);
  const std::string reason = body.text("reason", text_bytes, true);
  if (!body.complaints().empty()) return problem(body.complaints());
  const auto result = probe.withdraw(found.service.id, call.actor.id, reason);
  return done(call, probe, Action::manage_services, found.service, result, "withdrawn: " + reason);
}

Response measure(const Call& call, ProbeService& probe) {
  Found found = find(call, probe, Action::manage_services);
  if (found.refusal) return std::move(*found.refusal);
  const auto result = probe.measure_soon(found.service.id);
  Response out = done(call, probe, Action::manage_services, found.service, result, "measure");
  if (result) out.status = 202;
  return out;
}

}  // namespace

void add_service_routes(Router& router, ServiceDoors doors) {
  // shared: by the handlers of these routes, for as long as the router lives.
  const auto kept = std::make_shared<const ServiceDoors>(std::move(doors));
  router.add({"GET", "/v1/services", Access::actor, 0,
              [kept](const Call& call) { return list_services(call, kept->probe); }});
  router.add(
      {"POST", "/v1/services", Access::actor, body_most, {}, [kept](const Call& call, Reply reply) {
         begin_register(call, *kept, std::move(reply));
       }});
  router.add({"GET", "/v1/services/{id}", Access::actor, 0,
              [kept](const Call& call) { return get_service(call, kept->probe); }});
  router.add(
      {"POST",
       "/v1/services/{id}/confirm",
       Access::actor,
       body_most,
       {},
       [kept](const Call& call, Reply reply) { begin_confirm(call, *kept, std::move(reply)); }});
  router.add({"POST", "/v1/services/{id}/withdraw", Access::actor, body_most,
              [kept](const Call& call) { return withdraw(call, kept->probe); }});
  router.add({"POST", "/v1/services/{id}/measure", Access::actor, body_most,
              [kept](const Call& call) { return measure(call, kept->probe); }});
}

}  // namespace cairn::server
