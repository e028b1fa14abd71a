// SPDX-License-Identifier: Apache-2.0
#include "server/api_hj212.hpp"

#include <cmath>
#include <string>
#include <utility>

#include "core/text.hpp"
#include "server/detail/access_json.hpp"
#include "server/device_desk.hpp"
#include "server/guard.hpp"
#include "server/hj212_endpoint.hpp"
#include "server/inquiry.hpp"

namespace cairn::server {
namespace {

using model::Action;

constexpr std::size_t body_bytes = 4 * 1024;
constexpr std::size_t name_bytes = 40;
constexpr std::int64_t longest_history_ns = 31 * ns_per_day;

Json request_json(const Hj212Request& request, Zone zone) {
  Json result = Json::object();
  for (const auto& [name, value] : request.result) result[name] = value;
  Json out{{"qn", request.qn},
           {"command", request.command},
           {"cn", request.cn},
           {"by", request.by},
           {"state", to_string(request.state)},
           {"text", request.text},
           {"readings", request.readings},
           {"tries", request.tries},
           {"at", to_string(request.begun, zone)},
           {"result", std::move(result)}};
  if (request.span) {
    out["from"] = to_string(request.span->begin, zone);
    out["to"] = to_string(request.span->end, zone);
  }
  return out;
}

Json standing_json(const Hj212Standing& standing, Zone zone) {
  Json flags = Json::array();
  for (const auto& [code, flag] : standing.flags) {
    flags.push_back(
        {{"code", code}, {"flag", std::string(1, flag)}, {"text", codec::hj212::flag_words(flag)}});
  }
  Json requests = Json::array();
  for (const Hj212Request& one : standing.requests) requests.push_back(request_json(one, zone));
  return {{"connected", standing.connected},
          {"peer", standing.peer},
          {"system", standing.system},
          {"flags", std::move(flags)},
          {"requests", std::move(requests)}};
}

// The device, or the refusal.
struct Subject {
  std::string mn;
  std::string region;
  std::optional<Response> refusal;
};
Subject subject_of(const Call& call, const DeviceDesk& desk, Action action) {
  Subject out;
  const std::string& id = call.path("id");
  const auto listed = desk.book().get(id, desk.now());
  if (listed) out.region = listed->device.target.region;
  out.refusal = refuse(call, action, out.region, {}, id);
  if (out.refusal) return out;
  if (!listed || listed->device.protocol != device::Protocol::hj212) {
    out.refusal = problem(404, format("there is no device '{}' that speaks HJ 212", id));
    return out;
  }
  out.mn = listed->device.identity;
  return out;
}

std::optional<Instant> read_moment(BodyReader& body, const char* name, Zone zone) {
  if (!body.has(name)) return std::nullopt;
  const auto moment = parse_instant(body.text(name, name_bytes), zone);
  if (!moment) body.complain(format("/{}", name), moment.error().message);
  return moment ? std::optional(*moment) : std::nullopt;
}

Response get_standing(const Call& call, const DeviceDesk& desk, const Hj212Endpoint& door) {
  Subject subject = subject_of(call, desk, Action::read_devices);
  if (subject.refusal) return std::move(*subject.refusal);
  return json_response(standing_json(door.standing(subject.mn), call.state->workspace->zone));
}

Response give_command(const Call& call, const DeviceDesk& desk, Hj212Endpoint& door) {
  Subject subject = subject_of(call, desk, Action::manage_devices);
  if (subject.refusal) return std::move(*subject.refusal);
  const Zone zone = call.state->workspace->zone;
  BodyReader body(call.request);
  Hj212Command command;
  command.command = body.text("command", name_bytes);
  if (body.has("factor")) command.factor = body.text("factor", name_bytes);
  if (const auto value = body.number("value")) {
    if (*value != std::floor(*value) || *value < 0 || *value > 1e6) {
      body.complain("/value", "a whole number");
    } else {
      command.value = static_cast<std::int64_t>(*value);
    }
  }
  const auto from = read_moment(body, "from", zone);
  const auto to = read_moment(body, "to", zone);
  if (from && to) {
    command.span = Interval{*from, *to};
    if (to->ns - from->ns > longest_history_ns) {
      body.complain("/to", "a history of at most 31 days at once");
    }
  }
  for (const char c : command.factor) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) {
      body.complain("/factor", "a code of HJ 212 has letters and digits: w01018");
      break;
    }
  }
  if (auto refusal = body.done()) return std::move(*refusal);
  command.by = call.actor.id;
  const auto asked = door.ask(subject.mn, command);
  const std::string& id = call.path("id");
  if (!asked) return failed(call, Action::manage_devices, subject.region, asked.error(), id);
  audited(call, Action::manage_devices, subject.region, id,
          format("asked by HJ 212: {}", command.command));
  return json_response(request_json(*asked, zone), 202);
}

}  // namespace

void add_hj212_routes(Router& router, DeviceDesk& desk, Hj212Endpoint& door) {
  router.add({"GET", "/v1/devices/{id}/hj212", Access::actor, 0,
              [&](const Call& call) { return get_standing(call, desk, door); }});
  router.add({"POST", "/v1/devices/{id}/hj212", Access::actor, body_bytes,
              [&](const Call& call) { return give_command(call, desk, door); }});
}

}  // namespace cairn::server
