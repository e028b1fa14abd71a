// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "device/register.hpp"

namespace cairn::device {
namespace {

constexpr std::array<const char*, 6> protocol_names{"http",  "mqtt",   "coap",
                                                    "hj212", "modbus", "probe"};
constexpr std::array<const char*, 4> status_names{"waiting", "approved", "blocked", "retired"};
constexpr std::array<const char*, 10> fault_names{"framing",  "length",       "checksum", "syntax",
                                                  "password", "unknown_name", "clock",    "value",
                                                  "timeout",  "refused"};

template <class T, std::size_t n>
std::optional<T> parse(const std::array<const char*, n>& names, std::string_view text) {
  for (std::size_t i = 0; i < n; ++i) {
    if (text == names[i]) return static_cast<T>(i);
  }
  return std::nullopt;
}

}  // namespace

const char* to_string(Protocol protocol) {
  return protocol_names[static_cast<std::size_t>(protocol)];
}
std::optional<Protocol> parse_protocol(std::string_view text) {
  return parse<Protocol>(protocol_names, text);
}
const char* to_string(Status status) {
  return status_names[static_cast<std::size_t>(status)];
}
std::optional<Status> parse_status(std::string_view text) {
  return parse<Status>(status_names, text);
}
const char* to_string(Fault fault) {
  return fault_names[static_cast<std::size_t>(fault)];
}

}  // namespace cairn::device
