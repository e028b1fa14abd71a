// SPDX-License-Identifier: Apache-2.0
// Reading and writing of MQTT 5.0 properties, and the plain fields of packets (section 1.5 and
// 2.2.2 of the standard). Used by mqtt_read.cpp and mqtt_write.cpp.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "codec/mqtt.hpp"

namespace cairn::codec::mqtt {

// Takes fields off the front; `ok` turns false at the first one that is not whole or not valid.
struct Input {
  std::string_view rest;
  bool ok = true;

  std::uint8_t byte();
  std::uint16_t two();
  std::uint32_t four();
  std::uint32_t varint();  // at most four bytes, no longer than needed
  std::string_view binary();
  std::string_view text();  // is_text
};

// Which table of allowed properties holds: a packet's, or the will's inside CONNECT.
inline constexpr int will_properties = 0;
constexpr int properties_of(Type type) {
  return static_cast<int>(type);
}

class PropertyReader {
 public:
  // Reads the length and the properties. Unknown or cut ones are malformed. One that stands twice
  // is a protocol error. One of another packet is malformed by section 2.2.2.2; only in SUBSCRIBE
  // and UNSUBSCRIBE do mosquitto's sequences say so too, elsewhere they expect a protocol error,
  // and since a client closes either way, we do as they expect.
  static Read<Properties> read(Input& input, int where);

 private:
  static Fault take(Input& input, std::uint32_t id, int where, Properties& out);
};

void put_two(std::string& out, std::uint16_t value);
void put_four(std::string& out, std::uint32_t value);
void put_varint(std::string& out, std::uint32_t value);
std::size_t varint_bytes(std::uint32_t value);
void put_text(std::string& out, std::string_view text);  // or binary data, at most 65,535 bytes

// The length and the properties.
void put_properties(std::string& out, const Properties& properties);
// Without the length.
void put_property_list(std::string& out, const Properties& properties);

}  // namespace cairn::codec::mqtt
