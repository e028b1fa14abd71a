// SPDX-License-Identifier: Apache-2.0
// Where a meter is reached: the identity of devices of the protocol `modbus`.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cairn::device {

struct ModbusAddress {
  std::string host;  // IPv4 or IPv6 address; names are not looked up
  std::uint16_t port = 502;
  std::uint8_t unit = 1;  // behind a gateway: 1 to 247; 0 and 255 are the server itself
  bool operator==(const ModbusAddress&) const = default;
};

bool is_ip_address(const std::string& host);
// "10.8.0.21:502/1", "[fd00::7]:502/1", all three parts.
std::optional<ModbusAddress> parse_modbus_address(std::string_view text);
std::string to_string(const ModbusAddress& address);

}  // namespace cairn::device
