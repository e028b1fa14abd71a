// SPDX-License-Identifier: Apache-2.0
// Which meters are asked by Modbus/TCP: <data>/live/modbus.csv.
//
// host,port,unit,model,thing,every,timeout
//   10.8.0.21,502,1,pump_meter_x,pump:north,10s,1s
// `host` is an address; without a port it is 502, without a unit 1; `model` is a register map of a
// pack; without a thing the device's own counts once it is approved. docs/modbus.md.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/seams.hpp"
#include "model/input.hpp"

namespace cairn::server {

struct ModbusTarget {
  std::string host;  // IPv4 or IPv6 address
  std::uint16_t port = 502;
  std::uint8_t unit = 1;  // behind a gateway: 1 to 247; 0 and 255 are the server itself
  std::string model;
  std::string thing;  // empty: that of the registered device
  std::int64_t every_ms = 60'000;
  std::int64_t timeout_ms = 1'000;
  std::string place;
  bool operator==(const ModbusTarget&) const = default;
};

// "10.8.0.21:502/1", as devices are registered.
std::string identity_of(const ModbusTarget& target);

// Rows that are wrong are problems with their line; the others are taken.
std::vector<ModbusTarget> read_modbus_targets(std::string_view text, std::string_view name,
                                              std::span<const model::ModbusModel> models,
                                              Problems& problems);
// The same of a file; none where there is no such file.
std::vector<ModbusTarget> load_modbus_targets(const Files& files, const std::string& path,
                                              std::span<const model::ModbusModel> models,
                                              Problems& problems);

}  // namespace cairn::server
