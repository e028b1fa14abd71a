// SPDX-License-Identifier: Apache-2.0
// The chapter `devices`: who speaks to us, who says that it may, and how it fares.
#include <algorithm>
#include <cmath>
#include <utility>

#include "core/text.hpp"
#include "device/secret.hpp"
#include "server/detail/access_json.hpp"
#include "server/detail/device_json.hpp"
#include "server/device_desk.hpp"
#include "server/guard.hpp"
#include "server/inquiry.hpp"
#include "server/random.hpp"
#include "server/service.hpp"
#include "watch/things.hpp"

namespace cairn::server {
namespace {

using device::Listed;
using device::Target;
using model::Action;

constexpr std::size_t body_bytes = 16 * 1024;
constexpr std::size_t page_standard = 100;
constexpr std::size_t page_most = 1'000;
constexpr std::size_t history_most = 200;
constexpr std::size_t name_bytes = 300;    // 100 characters
constexpr std::size_t note_bytes = 2'000;  // 500 characters
constexpr std::size_t rights_most = 20;

bool may_see(const Call& call, std::string_view region) {
  return region.empty() || may(call, Action::read_devices, region);
}

Response list_devices(const Call& call, const DeviceDesk& desk) {
  if (auto no = refuse_anywhere(call, Action::read_devices)) return std::move(*no);
  Inquiry in(call);
  device::Query query;
  if (const auto word = in.params.word("status", {"waiting", "approved", "blocked", "retired"})) {
    query.status = device::parse_status(*word);
  }
  if (const auto word =
          in.params.word("protocol", {"http", "mqtt", "coap", "hj212", "modbus", "probe"})) {
    query.protocol = device::parse_protocol(*word);
  }
  query.type = in.params.text("type");
  query.vendor = in.params.text("vendor");
  query.text = in.params.text_or("q", "");
  if (in.params.text("silent")) query.silent = in.params.boolean("silent", false);
  if (in.params.text("trouble")) query.trouble = in.params.boolean("trouble", false);
  const model::RegionIndex region = in.region_or_none("region");
  query.limit = static_cast<std::size_t>(
      in.params.integer("limit", 1, page_most).value_or(std::int64_t{page_standard}));
  query.offset = static_cast<std::size_t>(in.params.integer("offset", 0, 10'000'000).value_or(0));
  if (!in.ready()) return in.refusal();
  const model::RegionTree& regions = *call.state->workspace->regions;
  query.shown = [&](std::string_view code) { return may_see(call, code); };
  if (region != model::no_region) {
    query.within = [&](std::string_view code) {
      const model::RegionIndex inner = code.empty() ? model::no_region : regions.find(code);
      return inner != model::no_region && regions.within(inner, region);
    };
  }
  const device::Page page = desk.book().list(query, desk.now());
  Json list = Json::array();
  for (const Listed& one : page.devices) list.push_back(device_json(one, *call.state));
  return json_response({{"devices", std::move(list)},
                        {"total", page.total},
                        {"counts",
                         {{"waiting", page.by_status[0]},
                          {"approved", page.by_status[1]},
                          {"blocked", page.by_status[2]},
                          {"retired", page.by_status[3]},
                          {"silent", page.silent},
                          {"trouble", page.trouble}}}});
}

Response list_vendors(const Call& call, const DeviceDesk& desk) {
  if (auto no = refuse_anywhere(call, Action::read_devices)) return std::move(*no);
  Inquiry in(call);
  if (!in.ready()) return in.refusal();
  auto vendors = desk.book().vendors([&](std::string_view code) { return may_see(call, code); });
  const auto share = [](const device::Vendor& vendor) {
    std::uint64_t wrong = 0;
    for (const std::uint64_t n : vendor.faults) wrong += n;
    const double all = static_cast<double>(vendor.good + wrong);
    return all > 0 ? static_cast<double>(vendor.good) / all : 2.0;  // silent ones last
  };
  std::stable_sort(vendors.begin(), vendors.end(),
                   [&](const auto& a, const auto& b) { return share(a) < share(b); });
  Json list = Json::array();
  for (const device::Vendor& vendor : vendors) {
    list.push_back(vendor_json(vendor, call.state->workspace->zone));
  }
  return json_response({{"vendors", std::move(list)}});
}

// The newest readings of the device's thing.
Json properties_json(const watch::View& view, const std::string& thing) {
  Json out = Json::array();
  const auto found = watch::find_thing(view, thing);
  if (!found) return out;
  for (const watch::PropertyValue& value : watch::property_values(view, *found)) {
    if (!value.def->series) continue;
    out.push_back(
        {{"property", value.def->name},
         {"label", json_label(value.def->label)},
         {"unit", value.def->unit.text},
         {"value", json_number(value.value)},
         {"at", value.time ? Json(to_string(*value.time, view.snapshot.zone)) : Json(nullptr)}});
  }
  return out;
}

Result<Json> detail_json(const Call& call, const DeviceDesk& desk, const Listed& listed) {
  const device::Device& device = listed.device;
  const Zone zone = call.state->workspace->zone;
  Json out = device_json(listed, *call.state);
  out["peer"] = device.peer;
  out["system"] = device.system;
  out["sample"] = device.sample;
  Json rights = device.facts.rights;
  if (!device.target.thing.empty()) rights.insert(rights.begin(), device.target.thing);
  out["rights"] = std::move(rights);
  const Reading reading(call.state, call.state->base, call.today);
  out["properties"] = device.target.thing.empty()
                          ? Json::array()
                          : properties_json(reading.view(), device.target.thing);
  const auto steps = desk.book().history(device.id, history_most);
  if (!steps) return fail(steps.error());
  Json history = Json::array();
  for (const device::Step& step : *steps) history.push_back(step_json(step, zone));
  out["history"] = std::move(history);
  out["may_manage"] = device.target.region.empty()
                          ? model::may_somewhere(call.actor, Action::manage_devices)
                          : may(call, Action::manage_devices, device.target.region);
  return out;
}

Response detail(const Call& call, const DeviceDesk& desk, const std::string& id, int status = 200) {
  const auto listed = desk.book().get(id, desk.now());
  if (!listed) return problem(404, format("there is no device '{}'", id));
  auto out = detail_json(call, desk, *listed);
  return out ? json_response(*out, status) : problem(out.error());
}

Response with_secret(const Call& call, const DeviceDesk& desk, const std::string& id,
                     const std::string& secret, int status) {
  const auto listed = desk.book().get(id, desk.now());
  if (!listed) return problem(404, format("there is no device '{}'", id));
  auto out = detail_json(call, desk, *listed);
  if (!out) return problem(out.error());
  return json_response({{"device", std::move(*out)}, {"secret", json_text_or_null(secret)}},
                       status);
}

Response get_device(const Call& call, const DeviceDesk& desk) {
  if (auto no = refuse_anywhere(call, Action::read_devices)) return std::move(*no);
  Inquiry in(call);
  if (!in.ready()) return in.refusal();
  const auto listed = desk.book().get(call.path("id"), desk.now());
  if (listed && !may_see(call, listed->device.target.region)) {
    return *refuse(call, Action::read_devices, listed->device.target.region, {}, call.path("id"));
  }
  return detail(call, desk, call.path("id"));
}

// The device that is to be changed; or the refusal.
struct Subject {
  std::optional<Listed> device;
  std::optional<Response> refusal;
};
Subject subject_of(const Call& call, const DeviceDesk& desk) {
  const std::string& id = call.path("id");
  Subject out;
  out.device = desk.book().get(id, desk.now());
  const std::string region = out.device ? out.device->device.target.region : std::string();
  out.refusal = refuse(call, Action::manage_devices, region, {}, id);
  if (!out.refusal && !out.device)
    out.refusal = problem(404, format("there is no device '{}'", id));
  return out;
}

std::string optional_text(BodyReader& body, const char* name, std::size_t most) {
  return body.has(name) ? body.text(name, most) : std::string();
}

void read_date(BodyReader& body, const char* name, std::optional<Date>& to) {
  if (!body.has(name)) return;
  if (body.is_null(name)) {
    to.reset();
    return;
  }
  const auto date = parse_date(body.text(name, 20));
  if (date) {
    to = *date;
  } else {
    body.complain(format("/{}", name), "a date is written 2026-05-31");
  }
}

void read_interval(BodyReader& body, device::Facts& facts) {
  if (!body.has("expected_every_s")) return;
  if (body.is_null("expected_every_s")) {
    facts.expected_every_s = 0;
    return;
  }
  const auto seconds = body.number("expected_every_s");
  if (!seconds) return;
  if (*seconds < 1 || *seconds > 31'622'400 || *seconds != std::floor(*seconds)) {
    body.complain("/expected_every_s", "whole seconds, from 1 to 31622400 (366 days)");
    return;
  }
  facts.expected_every_s = static_cast<std::int64_t>(*seconds);
}

// Only the members that are sent change.
void read_facts(BodyReader& body, device::Facts& facts) {
  if (const auto label = body.label("label")) facts.label = *label;
  const auto text = [&](const char* name, std::string& to) {
    if (body.has(name)) to = trim(body.text(name, name_bytes));
  };
  text("vendor", facts.vendor);
  text("model", facts.model);
  text("serial", facts.serial);
  text("firmware", facts.firmware);
  read_date(body, "calibrated_on", facts.calibrated_on);
  read_date(body, "calibration_due", facts.calibration_due);
  read_interval(body, facts);
  if (auto rights = body.texts("rights", rights_most, name_bytes)) facts.rights = *rights;
  if (const auto simulated = body.flag("simulated")) facts.simulated = *simulated;
}

DeviceWish read_wish(BodyReader& body, const std::string& identity) {
  DeviceWish out;
  out.thing = optional_text(body, "thing", name_bytes);
  out.type = optional_text(body, "type", name_bytes);
  out.region = optional_text(body, "region", name_bytes);
  const auto lon = body.number("lon");
  const auto lat = body.number("lat");
  if (lon && lat) out.place = device::Place{*lon, *lat};
  if (lon.has_value() != lat.has_value()) {
    body.complain(lon ? "/lat" : "/lon", "longitude and latitude go together");
  }
  if (out.thing.empty()) out.thing = identity;
  return out;
}

Response change_device(const Call& call, DeviceDesk& desk) {
  Subject subject = subject_of(call, desk);
  if (subject.refusal) return std::move(*subject.refusal);
  const device::Device& device = subject.device->device;
  BodyReader body(call.request);
  device::Facts ignored = device.facts;
  read_facts(body, ignored);
  const std::string note = optional_text(body, "note", note_bytes);
  if (auto refusal = body.done()) return std::move(*refusal);
  const auto done = desk.book().change(
      device.id,
      [&](device::Facts& facts) {
        BodyReader again(call.request);  // over what it is now: another may have changed it
        const bool before = facts.simulated;
        read_facts(again, facts);
        if (facts.simulated == before) return Status{};
        return desk.fits(device.target.thing, facts.simulated);
      },
      note, call.actor.id, desk.now());
  const std::string& region = device.target.region;
  if (!done) return failed(call, Action::manage_devices, region, done.error(), device.id);
  audited(call, Action::manage_devices, region, device.id, "changed");
  desk.changed();
  return detail(call, desk, device.id);
}

Response approve_device(const Call& call, DeviceDesk& desk) {
  if (auto no = refuse_anywhere(call, Action::manage_devices)) return std::move(*no);
  const auto listed = desk.book().get(call.path("id"), desk.now());
  if (!listed) return problem(404, format("there is no device '{}'", call.path("id")));
  const device::Device& device = listed->device;
  BodyReader body(call.request);
  DeviceWish wish =
      read_wish(body, device.target.thing.empty() ? device.identity : device.target.thing);
  device::Facts facts = device.facts;
  read_facts(body, facts);
  device::Approval approval;
  approval.note = optional_text(body, "note", note_bytes);
  approval.accept_offered = body.flag("accept_secret").value_or(false);
  if (auto refusal = body.done()) return std::move(*refusal);
  wish.label = facts.label;
  wish.simulated = facts.simulated;
  const auto target = desk.look(wish);
  if (!target) return problem(target.error());
  // In the region where it will be, and in the one where it was.
  if (auto no = refuse(call, Action::manage_devices, target->region, {}, device.id)) {
    return std::move(*no);
  }
  const bool moves = !device.target.thing.empty() && device.target.region != target->region;
  if (moves && !may(call, Action::manage_devices, device.target.region)) {
    return *refuse(call, Action::manage_devices, device.target.region, {}, device.id);
  }
  const auto done =
      desk.with_thing(wish, format("device {}", device.id), [&](const Target& made) -> Status {
        approval.target = made;
        approval.facts = facts;
        const auto approved = desk.book().approve(device.id, approval, call.actor.id, desk.now());
        return approved ? Status{} : fail(approved.error());
      });
  if (!done) {
    return failed(call, Action::manage_devices, target->region, done.error(), device.id);
  }
  audited(call, Action::manage_devices, target->region, device.id,
          format("approved for {}", wish.thing));
  return detail(call, desk, device.id);
}

Response add_device(const Call& call, DeviceDesk& desk) {
  if (auto no = refuse_anywhere(call, Action::manage_devices)) return std::move(*no);
  BodyReader body(call.request);
  device::NewDevice device;
  const std::string protocol = body.text("protocol", 20);
  if (const auto known = device::parse_protocol(protocol)) {
    device.protocol = *known;
  } else {
    body.complain("/protocol", "it is none of http, mqtt, coap, hj212, modbus, probe");
  }
  device.identity = body.text("identity", 200);
  read_facts(body, device.facts);
  device.note = optional_text(body, "note", note_bytes);
  device.secret = optional_text(body, "secret", 200);
  const bool make = body.flag("make_secret").value_or(false);
  const bool names_thing = body.has("thing") || body.has("type");
  DeviceWish wish = read_wish(body, device.identity);
  if (make && !device.secret.empty()) body.complain("/make_secret", "there is one already");
  if (auto refusal = body.done()) return std::move(*refusal);
  wish.label = device.facts.label;
  wish.simulated = device.facts.simulated;
  Target target;
  if (names_thing) {
    auto found = desk.look(wish);
    if (!found) return problem(found.error());
    target = std::move(*found);
  }
  if (auto no = refuse(call, Action::manage_devices, target.region, {}, device.identity)) {
    return std::move(*no);
  }
  std::string made_secret;
  if (make) device.secret = made_secret = device::make_secret(device.protocol, random_bytes);
  std::string id;
  const auto add = [&](const Target& made) -> Status {
    device.target = made;
    auto added = desk.book().add(device, call.actor.id, desk.now());
    if (!added) return fail(added.error());
    id = added->device.id;
    return {};
  };
  const Status done =
      names_thing ? desk.with_thing(wish, format("device {}", device.identity), add) : add({});
  if (!done) {
    return failed(call, Action::manage_devices, target.region, done.error(), device.identity);
  }
  audited(call, Action::manage_devices, target.region, id, format("registered {}", protocol));
  return with_secret(call, desk, id, made_secret, 201);
}

using End = Result<Listed> (device::Book::*)(const std::string& id, const std::string& reason,
                                             const std::string& actor, Instant now);

Response end_device(const Call& call, DeviceDesk& desk, End end, const char* what) {
  Subject subject = subject_of(call, desk);
  if (subject.refusal) return std::move(*subject.refusal);
  const device::Device& device = subject.device->device;
  BodyReader body(call.request);
  const std::string reason(trim(body.text("reason", note_bytes)));
  if (reason.empty()) body.complain("/reason", "say why");
  if (auto refusal = body.done()) return std::move(*refusal);
  const std::string& region = device.target.region;
  const auto done = (desk.book().*end)(device.id, reason, call.actor.id, desk.now());
  if (!done) return failed(call, Action::manage_devices, region, done.error(), device.id);
  audited(call, Action::manage_devices, region, device.id, format("{}: {}", what, reason));
  desk.changed();
  return detail(call, desk, device.id);
}

Response rotate_secret(const Call& call, DeviceDesk& desk) {
  Subject subject = subject_of(call, desk);
  if (subject.refusal) return std::move(*subject.refusal);
  const device::Device& device = subject.device->device;
  BodyReader body(call.request);
  const std::string given = optional_text(body, "secret", 200);
  const std::string note = optional_text(body, "note", note_bytes);
  if (auto refusal = body.done()) return std::move(*refusal);
  const std::string& region = device.target.region;
  const auto made = desk.book().set_secret(device.id, given, note, call.actor.id, desk.now());
  if (!made) return failed(call, Action::manage_devices, region, made.error(), device.id);
  audited(call, Action::manage_devices, region, device.id, "has a new secret");
  return with_secret(call, desk, device.id, *made, 200);
}

}  // namespace

Response import_devices(const Call& call, DeviceDesk& desk);  // api_device_import.cpp
constexpr std::size_t import_bytes = std::size_t{32} << 20;

void add_device_routes(Router& router, DeviceDesk& desk) {
  const auto add = [&](const char* method, const char* pattern, std::size_t bytes,
                       Response (*handler)(const Call&, DeviceDesk&)) {
    router.add({method, pattern, Access::actor, bytes,
                [&desk, handler](const Call& call) { return handler(call, desk); }});
  };
  add("GET", "/v1/devices", 0,
      [](const Call& call, DeviceDesk& d) { return list_devices(call, d); });
  add("POST", "/v1/devices", body_bytes, add_device);
  add("GET", "/v1/devices/vendors", 0,
      [](const Call& call, DeviceDesk& d) { return list_vendors(call, d); });
  add("POST", "/v1/devices/import", import_bytes, import_devices);
  add("GET", "/v1/devices/{id}", 0,
      [](const Call& call, DeviceDesk& d) { return get_device(call, d); });
  add("PATCH", "/v1/devices/{id}", body_bytes, change_device);
  add("POST", "/v1/devices/{id}/approve", body_bytes, approve_device);
  add("POST", "/v1/devices/{id}/block", body_bytes, [](const Call& call, DeviceDesk& d) {
    return end_device(call, d, &device::Book::block, "blocked");
  });
  add("POST", "/v1/devices/{id}/retire", body_bytes, [](const Call& call, DeviceDesk& d) {
    return end_device(call, d, &device::Book::retire, "retired");
  });
  add("POST", "/v1/devices/{id}/secret", body_bytes, rotate_secret);
}

}  // namespace cairn::server
