// SPDX-License-Identifier: Apache-2.0
// Many devices from one CSV: what it would do, and doing it.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "core/limits.hpp"
#include "core/text.hpp"
#include "device/device_csv.hpp"
#include "server/detail/json.hpp"
#include "server/device_desk.hpp"
#include "server/guard.hpp"
#include "server/inquiry.hpp"

namespace cairn::server {
namespace {

using device::CsvDevice;
using device::CsvError;
using model::Action;

struct Plan {
  device::CsvDevices read;
  std::vector<device::NewDevice> kept;  // new and changed ones
  std::vector<DeviceWish> things;       // to be made
  std::size_t fresh = 0;
  std::size_t changed = 0;
  std::size_t unchanged = 0;
};

void refuse_row(Plan& plan, const CsvDevice& row, std::string column, std::string message) {
  plan.read.errors.push_back({row.line, std::move(column), std::move(message)});
  ++plan.read.wrong;
}

// Rows whose thing is neither there nor can be made.
void check_targets(const DeviceDesk& desk, const model::Catalog& catalog, Plan& plan) {
  std::erase_if(plan.read.devices, [&](CsvDevice& row) {
    device::NewDevice& device = row.device;
    device::Target& target = device.target;
    if (target.thing.empty()) {
      if (!device.facts.rights.empty()) return false;
      refuse_row(plan, row, "thing", "it names no thing, no type of one, and no rights");
      return true;
    }
    const auto there = desk.target_of(target.thing);
    if (there && !target.type.empty() && there->type != target.type) {
      refuse_row(plan, row, "type", format("'{}' is there and is a {}", there->thing, there->type));
      return true;
    }
    if (there) {
      if (const auto fit = desk.fits(target.thing, device.facts.simulated); !fit) {
        refuse_row(plan, row, "thing", fit.error().message);
        return true;
      }
      target = *there;
      return false;
    }
    if (target.type.empty()) {
      refuse_row(
          plan, row, "thing",
          format("there is no thing '{}'; name its type and place to make it", target.thing));
      return true;
    }
    if (catalog.type(target.type) != nullptr) return false;
    refuse_row(plan, row, "type", format("there is no type '{}'", target.type));
    return true;
  });
}

// Things to be made, tried as an import of things; rows whose thing is refused go.
Status check_things(DeviceDesk& desk, Plan& plan) {
  std::vector<std::size_t> rows;  // of plan.read.devices, one a thing
  std::set<std::string> seen;
  for (std::size_t i = 0; i < plan.read.devices.size(); ++i) {
    const device::NewDevice& device = plan.read.devices[i].device;
    const device::Target& target = device.target;
    if (target.thing.empty() || desk.knows(target.thing)) continue;
    if (!seen.insert(target.thing).second) continue;
    plan.things.push_back({target.thing, target.type, target.region, target.place,
                           device.facts.label, device.facts.simulated});
    rows.push_back(i);
  }
  if (plan.things.empty()) return {};
  const auto errors = desk.try_things(things_csv(plan.things));
  if (!errors) return fail(errors.error());
  std::set<std::string> refused;
  for (const share::RowError& error : *errors) {
    if (error.record == 0 || error.record > rows.size()) {
      return fail(Code::internal, error.message);
    }
    const CsvDevice& row = plan.read.devices[rows[error.record - 1]];
    if (!refused.insert(row.device.target.thing).second) continue;
    refuse_row(plan, row, error.column, error.message);
  }
  std::erase_if(plan.read.devices,
                [&](const CsvDevice& row) { return refused.contains(row.device.target.thing); });
  std::erase_if(plan.things, [&](const DeviceWish& wish) { return refused.contains(wish.thing); });
  return {};
}

void compare(const DeviceDesk& desk, Plan& plan) {
  for (CsvDevice& row : plan.read.devices) {
    device::NewDevice& device = row.device;
    const auto known = desk.book().find(device.protocol, device.identity);
    if (!known || known->status == device::Status::retired) {
      ++plan.fresh;
    } else {
      const auto listed = desk.book().get(known->id, desk.now());
      const bool same =
          listed && known->status != device::Status::waiting &&
          listed->device.facts == device.facts && device.secret.empty() &&
          (device.target.thing.empty() || device.target.thing == listed->device.target.thing);
      ++(same ? plan.unchanged : plan.changed);
      if (same) continue;
    }
    plan.kept.push_back(device);
  }
}

Status commit(const Call& call, DeviceDesk& desk, const std::string& name, Plan& plan) {
  const auto put = [&](const DeviceDesk::Targets& made) -> Status {
    for (device::NewDevice& device : plan.kept) {
      const auto at = made.find(device.target.thing);
      if (at != made.end()) device.target = at->second;
      device.note = name;
    }
    return desk.book().put(plan.kept, call.actor.id, desk.now());
  };
  if (!plan.things.empty()) return desk.with_things(things_csv(plan.things), name, put);
  if (plan.kept.empty()) return {};
  auto done = put({});
  if (done) desk.changed();
  return done;
}

Json plan_json(const Plan& plan, bool committed) {
  auto errors = plan.read.errors;
  std::stable_sort(errors.begin(), errors.end(),
                   [](const CsvError& a, const CsvError& b) { return a.line < b.line; });
  Json list = Json::array();
  for (const CsvError& error : errors) {
    if (list.size() == limits::reported_errors) break;
    list.push_back({{"line", error.line}, {"column", error.column}, {"message", error.message}});
  }
  return {{"rows", plan.read.rows},          {"errors", std::move(list)},
          {"errors_total", plan.read.wrong}, {"new", plan.fresh},
          {"changed", plan.changed},         {"unchanged", plan.unchanged},
          {"things", plan.things.size()},    {"committed", committed}};
}

}  // namespace

Response import_devices(const Call& call, DeviceDesk& desk);

Response import_devices(const Call& call, DeviceDesk& desk) {
  if (auto no = refuse(call, Action::manage_devices, {}, {}, "import")) return std::move(*no);
  Inquiry in(call);
  const bool wanted = in.params.boolean("commit", false);
  const bool partial = in.params.boolean("partial", false);
  const std::string name = in.params.text_or("name", "devices.csv");
  if (name.size() > 800) in.params.complain("name", "at most 200 characters");
  if (!in.ready()) return in.refusal();
  Plan plan;
  auto read = device::read_csv_devices(call.request.body, name);
  if (!read) return problem(read.error());
  plan.read = std::move(*read);
  check_targets(desk, *call.state->workspace->catalog, plan);
  if (auto checked = check_things(desk, plan); !checked) return problem(checked.error());
  compare(desk, plan);
  if (!wanted) return json_response(plan_json(plan, false));
  if (plan.read.wrong > 0 && !partial) {
    const Error wrong{Code::conflict,
                      format("{} of {} rows are wrong; correct them, or pass partial=true to leave "
                             "them out",
                             plan.read.wrong, plan.read.rows),
                      "query:partial"};
    return failed(call, Action::manage_devices, {}, wrong, name);
  }
  if (auto done = commit(call, desk, name, plan); !done) {
    return failed(call, Action::manage_devices, {}, done.error(), name);
  }
  audited(call, Action::manage_devices, {}, name,
          format("{} devices new, {} changed", plan.fresh, plan.changed));
  return json_response(plan_json(plan, true));
}

}  // namespace cairn::server
