// SPDX-License-Identifier: Apache-2.0
#include "server/modbus_register.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "device/modbus_address.hpp"

namespace cairn::server {

Result<ModbusTarget> ModbusRegister::target_of(const device::Device& device) const {
  const auto address = device::parse_modbus_address(device.identity);
  if (!address) {
    return fail(Code::invalid, "its identity is no address and unit, as 10.8.0.21:502/1");
  }
  // What people call its model, where that is a map; else the one map that its thing's type has.
  const model::ModbusModel* found = nullptr;
  std::vector<std::string> fitting;
  for (const model::ModbusModel& model : models_) {
    if (model.type != device.target.type) continue;
    fitting.push_back(model.id);
    if (model.id == device.facts.model || found == nullptr) found = &model;
  }
  if (found == nullptr) {
    return fail(
        Code::not_found,
        format("no pack declares a register map for things of the type '{}'", device.target.type));
  }
  if (fitting.size() > 1 && found->id != device.facts.model) {
    return fail(Code::not_found,
                format("several register maps fit '{}': give the device one of them as its model "
                       "({})",
                       device.target.type, join(fitting, ", ")));
  }
  ModbusTarget out;
  out.host = address->host;
  out.port = address->port;
  out.unit = address->unit;
  out.model = found->id;
  out.place = device.id;
  if (device.facts.expected_every_s > 0) {
    out.every_ms = std::min<std::int64_t>(device.facts.expected_every_s, 86'400) * 1'000;
  }
  return out;
}

std::optional<std::vector<ModbusTarget>> ModbusRegister::changed() {
  const std::uint64_t generation = book_.generation();
  if (generation == std::exchange(generation_, generation)) return std::nullopt;
  std::vector<ModbusTarget> out;
  std::map<std::string, std::string> troubles;
  for (const device::Device& device : book_.approved()) {
    if (device.protocol != device::Protocol::modbus) continue;
    auto target = target_of(device);
    if (target) {
      out.push_back(std::move(*target));
    } else {
      troubles[device.id] = target.error().message;
    }
  }
  for (const auto& [id, why] : troubles) {
    const auto known = told_.find(id);
    if (known != told_.end() && known->second == why) continue;
    book_.fault(device::Protocol::modbus, id, {}, device::Fault::unknown_name, why, {},
                clock_.now());
  }
  told_ = std::move(troubles);
  return out;
}

}  // namespace cairn::server
