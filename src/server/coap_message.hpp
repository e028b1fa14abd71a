// SPDX-License-Identifier: Apache-2.0
// A CoAP request and its answer as plain values: all that the door knows of the protocol.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cairn::server {

// "2.04" as one byte (RFC 7252, 12.1).
constexpr std::uint8_t coap_code(int kind, int detail) {
  return static_cast<std::uint8_t>(kind << 5 | detail);
}
inline constexpr std::uint8_t coap_changed = coap_code(2, 4);
inline constexpr std::uint8_t coap_content = coap_code(2, 5);
inline constexpr std::uint8_t coap_continue = coap_code(2, 31);
inline constexpr std::uint8_t coap_bad_request = coap_code(4, 0);
inline constexpr std::uint8_t coap_unauthorized = coap_code(4, 1);
inline constexpr std::uint8_t coap_forbidden = coap_code(4, 3);
inline constexpr std::uint8_t coap_incomplete = coap_code(4, 8);
inline constexpr std::uint8_t coap_too_large = coap_code(4, 13);
inline constexpr std::uint8_t coap_unknown_format = coap_code(4, 15);
inline constexpr std::uint8_t coap_unavailable = coap_code(5, 3);

// Content formats (RFC 7252, 12.3; RFC 8428, 12.3).
inline constexpr std::uint16_t coap_text = 0;
inline constexpr std::uint16_t coap_json = 50;
inline constexpr std::uint16_t coap_cbor = 60;
inline constexpr std::uint16_t coap_senml_json = 110;
inline constexpr std::uint16_t coap_senml_cbor = 112;

// What fits one datagram of the smallest path with its header: RFC 7252, 4.6, advises 1,024.
inline constexpr std::size_t coap_answer_bytes = 1'024;

struct CoapBlock {
  std::uint32_t number = 0;
  bool more = false;
  std::uint8_t size_exponent = 0;  // a block has 1 << (this + 4) bytes
  std::size_t offset() const { return std::size_t{number} << (size_exponent + 4); }
};

struct CoapRequest {
  std::string peer;                  // address and port
  std::string path;                  // "v1/observations"
  std::vector<std::string> queries;  // "thing=meter-7"
  std::optional<std::uint16_t> format = {};
  std::optional<CoapBlock> block = {};       // Block1
  std::optional<std::uint32_t> size1 = {};   // of the whole body, as announced
  std::string tag = {};                      // Request-Tag: bodies under way at once differ in it
  std::optional<std::string> identity = {};  // that DTLS has verified
  std::string payload = {};
};

struct CoapAnswer {
  std::uint8_t code = coap_changed;
  std::string payload = {};
  std::optional<std::uint16_t> format = {};     // none: a diagnostic text
  std::optional<std::uint32_t> max_age_s = {};  // of 5.03: when to come again
  std::optional<CoapBlock> block = {};          // Block1
  std::optional<std::uint32_t> size1 = {};      // of 4.13: what is taken
  std::uint64_t position = 0;  // of the log: to be sent when that is durable; 0: at once
};

inline CoapAnswer coap_error(std::uint8_t code, std::string diagnostic) {
  CoapAnswer out;
  out.code = code;
  out.payload = std::move(diagnostic);
  return out;
}

}  // namespace cairn::server
