// SPDX-License-Identifier: Apache-2.0
#include "server/detail/device_json.hpp"

#include <optional>
#include <string>

#include "core/text.hpp"

namespace cairn::server {
namespace {

// To the millisecond.
std::string time_text(Instant t, Zone zone) {
  constexpr std::int64_t ms = 1'000'000;
  return to_string(Instant{t.ns / ms * ms}, zone);
}
Json time_or_null(const std::optional<Instant>& t, Zone zone) {
  return t ? Json(time_text(*t, zone)) : Json(nullptr);
}
Json date_or_null(const std::optional<Date>& date) {
  return date ? Json(to_string(*date)) : Json(nullptr);
}

Json faults_json(const std::array<std::uint64_t, device::fault_kinds>& faults) {
  Json out = Json::object();
  for (std::size_t i = 0; i < faults.size(); ++i) {
    if (faults[i] > 0) out[to_string(static_cast<device::Fault>(i))] = faults[i];
  }
  return out;
}

Json place_json(const std::optional<device::Place>& place) {
  return place ? Json{{"lon", place->lon}, {"lat", place->lat}} : Json(nullptr);
}

Json battery_json(const std::optional<device::Battery>& battery, Zone zone) {
  if (!battery) return nullptr;
  return {{"value", json_number(battery->value)},
          {"unit", battery->unit},
          {"at", time_text(battery->at, zone)}};
}

Json trouble_json(const std::optional<device::Trouble>& trouble, Zone zone) {
  if (!trouble) return nullptr;
  return {{"fault", to_string(trouble->fault)},
          {"text", trouble->text},
          {"at", time_text(trouble->at, zone)}};
}

// What people said of it.
void add_facts(Json& out, const device::Facts& facts) {
  out["vendor"] = facts.vendor;
  out["model"] = facts.model;
  out["serial"] = facts.serial;
  out["firmware"] = facts.firmware;
  out["calibrated_on"] = date_or_null(facts.calibrated_on);
  out["calibration_due"] = date_or_null(facts.calibration_due);
}

// Where it belongs.
void add_target(Json& out, const device::Target& target, const model::Workspace& workspace) {
  const model::TypeDef* type = workspace.catalog->type(target.type);
  const model::RegionIndex region = workspace.regions->find(target.region);
  out["thing"] = json_text_or_null(target.thing);
  out["type"] = json_text_or_null(target.type);
  out["type_label"] = type == nullptr ? Json(nullptr) : json_label(type->label);
  out["region"] = json_text_or_null(target.region);
  out["region_label"] =
      region == model::no_region ? Json(nullptr) : json_label((*workspace.regions)[region].name);
  out["place"] = place_json(target.place);
}

}  // namespace

Json device_json(const device::Listed& listed, const State& state) {
  const device::Device& device = listed.device;
  const device::Counts& counts = listed.counts;
  const Zone zone = state.workspace->zone;
  Label label = device.facts.label;
  if (label.empty()) label = {device.identity, device.identity};
  Json out{{"id", device.id},
           {"label", json_label(label)},
           {"protocol", to_string(device.protocol)},
           {"identity", device.identity}};
  add_facts(out, device.facts);
  out["status"] = to_string(device.status);
  out["reason"] = json_text_or_null(device.reason);
  add_target(out, device.target, *state.workspace);
  out["simulated"] = device.facts.simulated;
  out["estimated"] = device.target.estimated;
  out["registered_at"] = time_text(device.registered_at, zone);
  out["registered_by"] = device.registered_by;
  out["first_heard"] = time_or_null(counts.first_heard, zone);
  out["last_heard"] = time_or_null(counts.last_heard, zone);
  out["silent"] = listed.silent;
  const std::int64_t every_s = device.facts.expected_every_s;
  out["expected_every_s"] = every_s > 0 ? Json(every_s) : Json(nullptr);
  constexpr std::int64_t ns_per_ms = 1'000'000;
  out["clock_offset_ms"] =
      counts.clock_offset_ns ? Json(*counts.clock_offset_ns / ns_per_ms) : Json(nullptr);
  out["battery"] = battery_json(counts.battery, zone);
  out["messages"] = counts.messages;
  out["readings"] = counts.readings;
  out["faults"] = faults_json(counts.faults);
  out["trouble"] = trouble_json(counts.trouble, zone);
  out["has_secret"] = !device.digest.empty();
  return out;
}

Json vendor_json(const device::Vendor& vendor, Zone zone) {
  std::uint64_t wrong = 0;
  for (const std::uint64_t n : vendor.faults) wrong += n;
  const std::uint64_t all = vendor.good + wrong;
  Json samples = Json::array();
  for (const device::Sample& sample : vendor.samples) {
    samples.push_back({{"fault", to_string(sample.fault)},
                       {"what", sample.what},
                       {"sample", sample.text},
                       {"at", time_text(sample.at, zone)}});
  }
  return {
      {"vendor", vendor.vendor},
      {"protocol", to_string(vendor.protocol)},
      {"devices", vendor.devices},
      {"messages", all},
      {"good", vendor.good},
      {"faults", faults_json(vendor.faults)},
      {"share_good", all == 0 ? Json(nullptr)
                              : Json(static_cast<double>(vendor.good) / static_cast<double>(all))},
      {"samples", std::move(samples)}};
}

Json step_json(const device::Step& step, Zone zone) {
  return {{"at", time_text(step.at, zone)},
          {"actor", step.actor},
          {"action", step.action},
          {"note", step.note}};
}

}  // namespace cairn::server
