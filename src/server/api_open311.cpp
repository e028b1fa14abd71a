// SPDX-License-Identifier: Apache-2.0
#include "server/api_open311.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "respond/incident_desk.hpp"
#include "server/guard.hpp"
#include "server/state.hpp"

namespace cairn::server {
namespace {

using model::Action;

constexpr std::size_t body_most = std::size_t{64} << 10;
constexpr std::size_t ids_most = 1'000;

struct Geo {
  Open311Desk& desk;
  Authenticator& who;
  ReportDoors& doors;
};

// One request: what all operations share.
struct Asked {
  const Call& call;
  Geo my;
  GeoFormat format;
  const std::string* parameter(std::string_view name) const {
    for (const auto& [key, value] : call.query) {
      if (key == name) return value.empty() ? nullptr : &value;
    }
    return nullptr;
  }
  const model::Workspace& workspace() const { return *call.state->workspace; }
  Language language() const {
    return call.request.header("accept-language").starts_with("en") ? Language::en : Language::zh;
  }
  Response refuse(int status, std::string_view message) const {
    return render_error(status, message, format);
  }
  Response refuse(const GeoError& error) const { return refuse(error.status, error.message); }
};

std::optional<Response> too_often(PeerGate& gate, const Asked& in) {
  const auto wait_s = gate.refuse(in.call.request.peer, in.call.asked_at);
  if (!wait_s) return std::nullopt;
  Response out = in.refuse(429, format("too many requests: try again in {} s", *wait_s));
  out.headers.push_back({"Retry-After", std::to_string(*wait_s)});
  return out;
}

// Who asks: by api_key, else as the rest of the server knows him. Nothing: the key is wrong. A
// cookie alone does not count where something is created: pages of others can post forms.
std::optional<model::Actor> actor_of(const Asked& in, const std::string* api_key) {
  if (api_key == nullptr) {
    const bool cookie = in.call.actor.kind == model::ActorKind::person;
    return cookie && in.call.request.method == "POST" ? model::Actor{} : in.call.actor;
  }
  Request with;
  with.peer = in.call.request.peer;
  with.headers.push_back({"authorization", "Bearer " + *api_key});
  Known known = in.my.who.identify(with);
  if (known.actor.kind == model::ActorKind::nobody) return std::nullopt;
  return std::move(known.actor);
}

std::optional<Response> elsewhere(const Asked& in, const std::string* jurisdiction) {
  const auto wrong = in.my.desk.wrong_jurisdiction(jurisdiction, in.workspace());
  if (!wrong) return std::nullopt;
  return in.refuse(*wrong);
}

Response list_services(const Asked& in) {
  return render_services(in.my.desk.services(in.workspace(), in.language()), in.format);
}

Response get_service(const Asked& in) {
  const auto found = in.my.desk.service(in.workspace(), in.call.path("code"), in.language());
  return found ? render_definition(*found, in.format) : in.refuse(found.error());
}

std::vector<std::string> listed(const std::string* text) {
  std::vector<std::string> out;
  if (text == nullptr) return out;
  for (const std::string_view part : split(*text, ',')) {
    if (!trim(part).empty()) out.emplace_back(trim(part));
  }
  return out;
}

tl::expected<GeoQuery, GeoError> read_query(const Asked& in) {
  const auto wrong = [](std::string message) {
    return tl::unexpected<GeoError>(GeoError{400, std::move(message)});
  };
  GeoQuery out;
  out.ids = listed(in.parameter("service_request_id"));
  if (out.ids.size() > ids_most) return wrong(format("at most {} ids at once", ids_most));
  out.services = listed(in.parameter("service_code"));
  bool open = false;
  bool closed = false;
  for (const std::string& word : listed(in.parameter("status"))) {
    if (word != "open" && word != "closed") {
      return wrong(format("status is open or closed, not '{}'", word));
    }
    (word == "open" ? open : closed) = true;
  }
  if (open != closed) out.closed = closed;
  for (const char* name : {"start_date", "end_date"}) {
    const std::string* text = in.parameter(name);
    if (text == nullptr) continue;
    const auto at = parse_instant(*text, in.workspace().zone);
    if (!at) return wrong(format("{}: {}", name, at.error().message));
    (name[0] == 's' ? out.from : out.to) = *at;
  }
  return out;
}

Response answer_requests(const Asked& in, const GeoQuery& query, bool one) {
  const auto actor = actor_of(in, in.parameter("api_key"));
  if (!actor) return in.refuse(403, "the api_key is not valid");
  const auto found =
      in.my.desk.requests(query, in.workspace(), *actor, in.language(), in.call.asked_at);
  if (!found) return in.refuse(found.error());
  if (one && found->empty()) {
    return in.refuse(404, format("service_request_id '{}' was not found", query.ids.front()));
  }
  return render_requests(*found, in.format);
}

Response list_requests(const Asked& in) {
  const auto query = read_query(in);
  return query ? answer_requests(in, *query, false) : in.refuse(query.error());
}

Response get_request(const Asked& in) {
  GeoQuery query;
  query.ids.push_back(in.call.path("id"));
  return answer_requests(in, query, true);
}

// Requests get their number at once; who asks with it as a token gets it back.
Response get_token(const Asked& in) {
  GeoQuery query;
  query.ids.push_back(in.call.path("id"));
  const auto found =
      in.my.desk.requests(query, in.workspace(), {}, in.language(), in.call.asked_at);
  if (!found) return in.refuse(found.error());
  if (found->empty()) {
    return in.refuse(404, format("token '{}' was not found: this server gives none, a request has "
                                 "its service_request_id at once",
                                 in.call.path("id")));
  }
  return render_token(found->front().id, in.call.path("id"), in.format);
}

Response create_request(const Asked& in) {
  const std::string_view type = in.call.request.header("content-type");
  if (!lower_ascii(type).starts_with("application/x-www-form-urlencoded")) {
    return in.refuse(400, "the body is sent as application/x-www-form-urlencoded in UTF-8");
  }
  const auto post = parse_geo_post(in.call.request.body);
  if (!post) return in.refuse(400, to_string(post.error()));
  const auto field = [&](const char* name) {
    const std::string* in_body = post->find(name);
    return in_body == nullptr ? in.parameter(name) : in_body;
  };
  if (auto no = elsewhere(in, field("jurisdiction_id"))) return std::move(*no);
  const std::string* api_key = field("api_key");
  auto actor = actor_of(in, api_key);
  // A partner brings what many have told him.
  if (!actor || actor->kind == model::ActorKind::nobody) {
    if (auto no = too_often(in.my.doors.reports, in)) return std::move(*no);
  }
  if (!actor) return in.refuse(403, "the api_key is not valid");
  const auto region = in.my.desk.region_of(*post, in.workspace());
  if (!region) return in.refuse(region.error());
  const bool nobody = actor->kind == model::ActorKind::nobody;
  Call known = in.call;
  if (nobody && in.my.desk.options().public_posting) {
    actor = respond::reporter_of({});
  } else {
    known.actor = *actor;
    if (const auto no = refuse(known, Action::open_incident, *region)) {
      return in.refuse(403, nobody ? "an api_key is required to create a request"
                                   : "this api_key may not open incidents there");
    }
  }
  const auto created =
      in.my.desk.create(*post, *region, std::string(in.call.request.header("idempotency-key")),
                        in.workspace(), *actor, in.call.asked_at);
  if (!created) {
    if (!nobody) {
      (void)failed(known, Action::open_incident, *region,
                   Error{Code::invalid, created.error().message, {}});
    }
    return in.refuse(created.error());
  }
  if (!nobody) audited(known, Action::open_incident, *region, created->id, "Open311");
  return render_created(created->id, created->notice, in.format);
}

Response discovery(const Asked& in) {
  const std::string_view host = in.call.request.header("host");
  const bool plain = std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == ':' || c == '-' || c == '[' || c == ']';
  });
  const std::string base = plain && !host.empty() ? format("http://{}", host) : std::string();
  return render_discovery(base, to_string(in.call.state->built_at, in.workspace().zone), in.format);
}

}  // namespace

void add_open311_routes(Router& router, Open311Desk& desk, Authenticator& who, ReportDoors& doors) {
  const Geo my{desk, who, doors};
  const auto add = [&](const char* method, const std::string& path, std::size_t body,
                       auto handler) {
    for (const GeoFormat format : {GeoFormat::json, GeoFormat::xml}) {
      const bool post = std::string_view(method) == "POST";
      const auto handle = [my, format, handler, post](const Call& call) {
        const Asked in{call, my, format};
        if (!post) {
          if (auto no = too_often(my.doors.reads, in)) return std::move(*no);
          if (auto no = elsewhere(in, in.parameter("jurisdiction_id"))) return std::move(*no);
        }
        return handler(in);
      };
      const char* ending = format == GeoFormat::json ? ".json" : ".xml";
      router.add({method, "/open311/" + path + ending, Access::open, body, handle});
    }
  };
  add("GET", "discovery", 0, discovery);
  add("GET", "v2/services", 0, list_services);
  add("GET", "v2/services/{code}", 0, get_service);
  add("GET", "v2/requests", 0, list_requests);
  add("POST", "v2/requests", body_most, create_request);
  add("GET", "v2/requests/{id}", 0, get_request);
  add("GET", "v2/tokens/{id}", 0, get_token);
  router.add({"GET", "/open311/*", Access::open, 0, [](const Call& call) {
                const bool json = call.request.path.ends_with(".json");
                return render_error(404,
                                    "there is nothing here: services, requests and tokens lie "
                                    "below /open311/v2 and end in .json or .xml",
                                    json ? GeoFormat::json : GeoFormat::xml);
              }});
}

}  // namespace cairn::server
