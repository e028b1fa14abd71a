// SPDX-License-Identifier: Apache-2.0
// MQTT 3.1, 3.1.1 and 5.0 packets as bytes (OASIS mqtt-v3.1.1-os and mqtt-v5.0-os). Pure: no
// sockets, no state. Strict: what the standard calls malformed is refused with its reason code.
//
//   Frame frame;
//   switch (const Framing next = next_frame(bytes, max_bytes, frame); next.state) …
//   auto publish = read_publish(frame, version);
//   if (!publish) … publish.error().reason, publish.error().text
//
// Views of what was read point into the frame.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

namespace cairn::codec::mqtt {

enum class Version : std::uint8_t { v31 = 3, v311 = 4, v5 = 5 };

enum class Type : std::uint8_t {
  reserved,
  connect,
  connack,
  publish,
  puback,
  pubrec,
  pubrel,
  pubcomp,
  subscribe,
  suback,
  unsubscribe,
  unsuback,
  pingreq,
  pingresp,
  disconnect,
  auth,
};

// Reason codes of 5.0 that are used here.
enum class Reason : std::uint8_t {
  success = 0x00,
  disconnect_with_will = 0x04,
  no_matching_subscribers = 0x10,
  no_subscription_existed = 0x11,
  unspecified = 0x80,
  malformed = 0x81,
  protocol_error = 0x82,
  implementation_specific = 0x83,
  unsupported_version = 0x84,
  invalid_client_id = 0x85,
  bad_user_or_password = 0x86,
  not_authorized = 0x87,
  server_unavailable = 0x88,
  server_busy = 0x89,
  server_shutting_down = 0x8B,
  bad_authentication_method = 0x8C,
  keep_alive_timeout = 0x8D,
  session_taken_over = 0x8E,
  invalid_filter = 0x8F,
  invalid_topic = 0x90,
  packet_id_in_use = 0x91,
  packet_id_not_found = 0x92,
  receive_maximum_exceeded = 0x93,
  invalid_topic_alias = 0x94,
  packet_too_large = 0x95,
  quota_exceeded = 0x97,
  administrative = 0x98,
  invalid_payload = 0x99,
  retain_not_supported = 0x9A,
};

// Why a packet is refused. `text` is a constant.
struct Fault {
  Reason reason = Reason::malformed;
  const char* text = "";
};
template <class T>
using Read = tl::expected<T, Fault>;

// ---- properties of 5.0

enum class Property : std::uint8_t {
  payload_format = 0x01,
  message_expiry = 0x02,
  content_type = 0x03,
  response_topic = 0x08,
  correlation_data = 0x09,
  subscription_id = 0x0B,
  session_expiry = 0x11,
  assigned_client_id = 0x12,
  server_keep_alive = 0x13,
  authentication_method = 0x15,
  authentication_data = 0x16,
  request_problem_information = 0x17,
  will_delay = 0x18,
  request_response_information = 0x19,
  response_information = 0x1A,
  server_reference = 0x1C,
  reason_string = 0x1F,
  receive_maximum = 0x21,
  topic_alias_maximum = 0x22,
  topic_alias = 0x23,
  maximum_qos = 0x24,
  retain_available = 0x25,
  user = 0x26,
  maximum_packet_size = 0x27,
  wildcard_available = 0x28,
  subscription_ids_available = 0x29,
  shared_available = 0x2A,
};

// The properties of one packet: each at most once, besides `user`.
class Properties {
 public:
  bool has(Property id) const { return (present_ >> static_cast<int>(id) & 1) != 0; }
  bool empty() const { return present_ == 0; }
  std::optional<std::uint32_t> number(Property id) const;
  std::uint32_t number_or(Property id, std::uint32_t fallback) const;
  std::string_view text(Property id) const;  // empty when absent
  // User properties as they stand in the packet, identifiers included; with other properties
  // between them only after reading.
  std::string_view raw() const { return raw_; }

  void set(Property id, std::uint32_t value);
  void set(Property id, std::string_view value);
  // Encoded by append_user_property; the bytes must outlive this.
  void set_users(std::string_view raw);

  // The same properties with the same values; user properties in the same order.
  bool operator==(const Properties& other) const;

  static constexpr std::size_t number_slots = 17;
  static constexpr std::size_t text_slots = 9;

 private:
  friend class PropertyReader;
  std::uint64_t present_ = 0;  // bit n: identifier n
  std::array<std::uint32_t, number_slots> numbers_{};
  std::array<std::string_view, text_slots> texts_{};
  std::string_view raw_;
};

// Takes the first user property off `rest`, which begins as Properties::raw(); false: no more.
bool next_user(std::string_view& rest, std::string_view& name, std::string_view& value);
void append_user_property(std::string& out, std::string_view name, std::string_view value);
// The properties that a server passes on with a message: payload format, content type, response
// topic, correlation data and user properties, in their order. Message expiry, aliases and
// subscription identifiers are each hop's own.
void append_forwarded(std::string& out, const Properties& properties);

// ---- packets

struct Will {
  std::string_view topic = {};
  std::string_view payload = {};
  std::uint8_t qos = 0;
  bool retain = false;
  Properties properties = {};
  bool operator==(const Will&) const = default;
};
struct Connect {
  Version version = Version::v311;
  bool clean = true;
  std::uint16_t keep_alive_s = 0;
  std::string_view client_id = {};
  std::optional<Will> will = {};
  std::optional<std::string_view> user = {};
  std::optional<std::string_view> password = {};
  Properties properties = {};
  bool operator==(const Connect&) const = default;
};
struct Connack {
  bool session_present = false;
  std::uint8_t code = 0;  // of 3.1.1 (0 to 5) or a Reason
  Properties properties = {};
  bool operator==(const Connack&) const = default;
};
struct Publish {
  bool dup = false;
  bool retain = false;
  std::uint8_t qos = 0;
  std::uint16_t id = 0;  // of QoS 1 and 2
  std::string_view topic = {};
  std::string_view payload = {};
  Properties properties = {};
  bool operator==(const Publish&) const = default;
};
// PUBACK, PUBREC, PUBREL, PUBCOMP.
struct Ack {
  Type type = Type::puback;
  std::uint16_t id = 0;
  Reason reason = Reason::success;
  Properties properties = {};
  bool operator==(const Ack&) const = default;
};
struct Subscribe {
  struct Item {
    std::string_view filter = {};
    std::uint8_t qos = 0;
    bool no_local = false;
    bool retain_as_published = false;
    std::uint8_t retain_handling = 0;
    bool operator==(const Item&) const = default;
  };
  std::uint16_t id = 0;
  std::vector<Item> items = {};
  Properties properties = {};
  bool operator==(const Subscribe&) const = default;
};
struct Unsubscribe {
  std::uint16_t id = 0;
  std::vector<std::string_view> filters = {};
  Properties properties = {};
  bool operator==(const Unsubscribe&) const = default;
};
// SUBACK, UNSUBACK (which has no codes in 3.1.1).
struct Suback {
  Type type = Type::suback;
  std::uint16_t id = 0;
  std::vector<std::uint8_t> codes = {};
  Properties properties = {};
  bool operator==(const Suback&) const = default;
};
struct Ping {
  Type type = Type::pingreq;  // or pingresp
  bool operator==(const Ping&) const = default;
};
struct Disconnect {
  Reason reason = Reason::success;
  Properties properties = {};
  bool operator==(const Disconnect&) const = default;
};
struct Auth {
  Reason reason = Reason::success;
  Properties properties = {};
  bool operator==(const Auth&) const = default;
};
using Packet = std::variant<Connect, Connack, Publish, Ack, Subscribe, Unsubscribe, Suback, Ping,
                            Disconnect, Auth>;

// ---- reading

struct Frame {
  std::uint8_t header = 0;
  std::string_view body;
  Type type() const { return static_cast<Type>(header >> 4); }
  std::uint8_t flags() const { return header & 0x0F; }
};
struct Framing {
  enum class State : std::uint8_t { whole, more, malformed, too_large };
  State state = State::more;
  std::size_t bytes = 0;  // of the packet, as soon as its length is known
};
// Finds the first packet in `bytes`.
Framing next_frame(std::string_view bytes, std::size_t max_bytes, Frame& frame);

// The protocol level of a CONNECT that names MQTT or MQIsdp, whatever it is; nothing when the
// packet is none.
std::optional<int> protocol_level(const Frame& frame);
Read<Connect> read_connect(const Frame& frame);
Read<Connack> read_connack(const Frame& frame, Version version);
Read<Publish> read_publish(const Frame& frame, Version version);
Read<Ack> read_ack(const Frame& frame, Version version);
Read<Subscribe> read_subscribe(const Frame& frame, Version version);
Read<Unsubscribe> read_unsubscribe(const Frame& frame, Version version);
Read<Suback> read_suback(const Frame& frame, Version version);
Read<Ping> read_ping(const Frame& frame);
Read<Disconnect> read_disconnect(const Frame& frame, Version version);
Read<Auth> read_auth(const Frame& frame, Version version);
// Any of them. The version of a CONNECT is its own.
Read<Packet> read_packet(const Frame& frame, Version version);

// ---- writing: appends to `out`

void write(std::string& out, const Packet& packet, Version version);
// A PUBACK, PUBREC, PUBREL or PUBCOMP without properties, as short as the version allows.
void write_ack(std::string& out, Type type, std::uint16_t id, Reason reason, Version version);

// A PUBLISH to a subscriber.
struct Delivery {
  std::uint8_t qos = 0;
  bool dup = false;
  bool retain = false;
  std::uint16_t id = 0;
  std::string_view topic = {};  // empty: `alias` alone
  std::uint16_t alias = 0;      // 0: none
  std::optional<std::uint32_t> expiry_s = {};
  std::span<const std::uint32_t> subscription_ids = {};
  std::string_view forwarded = {};  // by append_forwarded
  std::string_view payload = {};
};
// Its size in bytes, which the client may have limited.
std::size_t delivery_bytes(const Delivery& delivery, Version version);
void write_delivery(std::string& out, const Delivery& delivery, Version version);

}  // namespace cairn::codec::mqtt
