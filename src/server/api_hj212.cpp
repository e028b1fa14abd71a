// SPDX-License-Identifier: Apache-2.0
#include "server/api_hj212.hpp"

#include <cmath>
#include <string>
#include <utility>

#include "core/text.hpp"
#include "device/secret.hpp"
#include "server/detail/access_json.hpp"
#include "server/device_desk.hpp"
#include "server/guard.hpp"
#include "server/hj212_clerk.hpp"
#include "server/hj212_endpoint.hpp"
#include "server/inquiry.hpp"
#include "server/random.hpp"

namespace cairn::server {
namespace {

using model::Action;

constexpr std::size_t body_bytes = 4 * 1024;
constexpr std::size_t name_bytes = 40;  // the longest parameter
constexpr std::int64_t longest_history_ns = 31 * ns_per_day;

Json label_json(const Label& label) {
  return {{"zh", label.zh}, {"en", label.en}};
}

Json time_json(const std::optional<Instant>& time, Zone zone) {
  return time ? Json(to_string(*time, zone)) : Json();
}

std::string start_text(int seconds) {
  return format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

// `always`: also the lists that are empty.
Json facts_json(const codec::hj212::Facts& facts, Zone zone, bool always) {
  Json out = Json::object();
  if (facts.clock) out["clock"] = to_string(*facts.clock, zone);
  if (facts.realtime_interval_s) out["realtime_interval_s"] = *facts.realtime_interval_s;
  if (facts.minute_interval_min) out["minute_interval_min"] = *facts.minute_interval_min;
  if (facts.restarted) out["restarted_at"] = to_string(*facts.restarted, zone);
  const auto list = [&](const char* name, const auto& all, const auto& write) {
    if (all.empty() && !always) return;
    Json& to = out[name] = Json::array();
    for (const auto& one : all) to.push_back(write(one));
  };
  list("bottles", facts.bottles, [&](const codec::hj212::Bottle& one) {
    return Json{{"bottle", one.number}, {"at", time_json(one.time, zone)}};
  });
  list("sampling", facts.sampling, [](const codec::hj212::Sampling& one) {
    return Json{
        {"factor", one.factor}, {"start", start_text(one.start_s)}, {"every_h", one.every_h}};
  });
  list("sample_out", facts.sample_out, [](const codec::hj212::SampleOut& one) {
    return Json{{"factor", one.factor}, {"minutes", one.minutes}};
  });
  list("serials", facts.serials, [](const codec::hj212::Serial& one) {
    return Json{{"factor", one.factor}, {"serial", one.serial}};
  });
  list("info", facts.info, [&](const codec::hj212::Info& one) {
    return Json{{"info", one.id},
                {"kind", to_string(codec::hj212::info_kind(one.id))},
                {"factor", one.factor},
                {"value", one.value},
                {"at", time_json(one.time, zone)}};
  });
  return out;
}

Json request_json(const Hj212Request& request, Zone zone) {
  Json result = Json::object();
  for (const auto& [name, value] : request.result) result[name] = value;
  const Hj212Order* order = find_hj212_order(request.command);
  Json out{{"qn", request.qn},
           {"command", request.command},
           {"cn", request.cn},
           {"label", label_json(order == nullptr ? Label{} : order->label)},
           {"acts", request.acts},
           {"by", request.by},
           {"asked", request.shown},
           {"state", to_string(request.state)},
           {"text", request.text},
           {"readings", request.readings},
           {"tries", request.tries},
           {"at", to_string(request.begun, zone)},
           {"result", std::move(result)},
           {"facts", facts_json(request.facts, zone, false)}};
  if (request.ended) out["ended_at"] = to_string(*request.ended, zone);
  if (request.span) {
    out["from"] = to_string(request.span->begin, zone);
    out["to"] = to_string(request.span->end, zone);
  }
  return out;
}

Json fields_json(const std::vector<Hj212Field>& fields) {
  Json out = Json::array();
  for (const Hj212Field field : fields) out.push_back(to_string(field));
  return out;
}

Json commands_json() {
  Json out = Json::array();
  for (const Hj212Order& order : hj212_orders()) {
    out.push_back({{"command", order.command},
                   {"cn", order.cn},
                   {"label", label_json(order.label)},
                   {"acts", order.acts},
                   {"needs", fields_json(order.needs)},
                   {"takes", fields_json(order.takes)}});
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
  return {{"connected", standing.connected}, {"peer", standing.peer},
          {"system", standing.system},       {"flags", std::move(flags)},
          {"requests", std::move(requests)}, {"uploads", facts_json(standing.uploads, zone, true)},
          {"commands", commands_json()}};
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

std::optional<std::int64_t> read_whole(BodyReader& body, const char* name) {
  const auto number = body.number(name);
  if (!number) return std::nullopt;
  if (*number != std::floor(*number) || *number < 0 || *number > 1e6) {
    body.complain(format("/{}", name), "a whole number");
    return std::nullopt;
  }
  return static_cast<std::int64_t>(*number);
}

Hj212Command read_command(BodyReader& body, Zone zone) {
  Hj212Command out;
  out.command = body.text("command", name_bytes);
  const auto text = [&](const char* name, std::string& to) {
    if (body.has(name)) to = body.text(name, name_bytes);
  };
  text("factor", out.factor);
  text("start", out.start);
  text("info", out.info);
  text("parameter", out.parameter);
  text("password", out.password);
  out.value = read_whole(body, "value");
  out.count = read_whole(body, "count");
  const auto from = read_moment(body, "from", zone);
  const auto to = read_moment(body, "to", zone);
  if (from && to) {
    out.span = Interval{*from, *to};
    if (to->ns - from->ns > longest_history_ns) {
      body.complain("/to", "a history of at most 31 days at once");
    }
  } else if (from || to) {
    body.complain(from ? "/to" : "/from", "`from` and `to` go together");
  }
  return out;
}

Response give_command(const Call& call, const DeviceDesk& desk, Hj212Endpoint& door) {
  Subject subject = subject_of(call, desk, Action::manage_devices);
  if (subject.refusal) return std::move(*subject.refusal);
  const Zone zone = call.state->workspace->zone;
  BodyReader body(call.request);
  Hj212Command command = read_command(body, zone);
  if (auto refusal = body.done()) return std::move(*refusal);
  command.by = call.actor.id;
  std::string made;
  if (command.command == "set_password" && command.password.empty()) {
    command.password = made = device::make_secret(device::Protocol::hj212, random_bytes);
  }
  const auto asked = door.ask(subject.mn, command);
  const std::string& id = call.path("id");
  if (!asked) return failed(call, Action::manage_devices, subject.region, asked.error(), id);
  audited(call, Action::manage_devices, subject.region, id,
          format("asked by HJ 212: {} ({}){}{}", asked->command, asked->cn,
                 asked->shown.empty() ? "" : " ", asked->shown));
  Json out = request_json(*asked, zone);
  if (!made.empty()) out["password"] = made;
  return json_response(out, 202);
}

}  // namespace

void add_hj212_routes(Router& router, DeviceDesk& desk, Hj212Endpoint& door) {
  door.keep_notes([&](const Hj212Note& note) -> Status {
    const auto kept = keep_hj212_note(desk.book(), note, desk.now());
    if (!kept) return fail(kept.error());
    if (kept->facts_changed) desk.changed();
    return {};
  });
  router.add({"GET", "/v1/devices/{id}/hj212", Access::actor, 0,
              [&](const Call& call) { return get_standing(call, desk, door); }});
  router.add({"POST", "/v1/devices/{id}/hj212", Access::actor, body_bytes,
              [&](const Call& call) { return give_command(call, desk, door); }});
}

}  // namespace cairn::server
