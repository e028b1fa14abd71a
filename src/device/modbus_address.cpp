// SPDX-License-Identifier: Apache-2.0
#include "device/modbus_address.hpp"

#include <arpa/inet.h>

#include "core/text.hpp"

namespace cairn::device {

bool is_ip_address(const std::string& host) {
  in6_addr bytes{};
  return ::inet_pton(AF_INET, host.c_str(), &bytes) == 1 ||
         ::inet_pton(AF_INET6, host.c_str(), &bytes) == 1;
}

std::optional<ModbusAddress> parse_modbus_address(std::string_view text) {
  const std::size_t slash = text.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::size_t colon = text.rfind(':', slash);
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = parse_integer(text.substr(colon + 1, slash - colon - 1));
  const auto unit = parse_integer(text.substr(slash + 1));
  if (!port || *port < 1 || *port > 65'535) return std::nullopt;
  if (!unit || *unit < 0 || (*unit > 247 && *unit != 255)) return std::nullopt;
  ModbusAddress out;
  out.host = text.substr(0, colon);
  const bool bracketed = out.host.starts_with('[') && out.host.ends_with(']');
  if (bracketed) out.host = out.host.substr(1, out.host.size() - 2);
  if (!is_ip_address(out.host)) return std::nullopt;
  if (bracketed != (out.host.find(':') != std::string::npos)) return std::nullopt;
  out.port = static_cast<std::uint16_t>(*port);
  out.unit = static_cast<std::uint8_t>(*unit);
  // One meter has one name: no signs, no leading zeros.
  if (to_string(out) != text) return std::nullopt;
  return out;
}

std::string to_string(const ModbusAddress& address) {
  const bool six = address.host.find(':') != std::string::npos;
  return format("{}{}{}:{}/{}", six ? "[" : "", address.host, six ? "]" : "", address.port,
                static_cast<unsigned>(address.unit));
}

}  // namespace cairn::device
