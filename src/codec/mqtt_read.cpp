// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <initializer_list>

#include "codec/mqtt.hpp"
#include "codec/mqtt_properties.hpp"
#include "codec/mqtt_topic.hpp"

namespace cairn::codec::mqtt {
namespace {

tl::unexpected<Fault> malformed(const char* text) {
  return tl::unexpected(Fault{Reason::malformed, text});
}
tl::unexpected<Fault> protocol_error(const char* text) {
  return tl::unexpected(Fault{Reason::protocol_error, text});
}

constexpr const char* cut_or_long = "the packet is cut or has bytes too many";
constexpr const char* wrong_flags = "the flags of the fixed header are wrong";
constexpr const char* zero_id = "a packet identifier of zero";

bool is_one_of(Reason reason, std::initializer_list<int> codes) {
  return std::find(codes.begin(), codes.end(), static_cast<int>(reason)) != codes.end();
}

bool is_reason_of(Type type, Reason reason) {
  if (type == Type::pubrel || type == Type::pubcomp) return is_one_of(reason, {0x00, 0x92});
  return is_one_of(reason, {0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99});
}

struct ConnectFlags {
  std::uint8_t bits;
  bool reserved() const { return (bits & 0x01) != 0; }
  bool clean() const { return (bits & 0x02) != 0; }
  bool will() const { return (bits & 0x04) != 0; }
  std::uint8_t will_qos() const { return bits >> 3 & 0x03; }
  bool will_retain() const { return (bits & 0x20) != 0; }
  bool password() const { return (bits & 0x40) != 0; }
  bool user() const { return (bits & 0x80) != 0; }
};

Read<Will> read_will(Input& input, ConnectFlags flags, Version version) {
  Will will;
  if (version == Version::v5) {
    auto properties = PropertyReader::read(input, will_properties);
    if (!properties) return tl::unexpected(properties.error());
    will.properties = *properties;
  }
  will.topic = input.text();
  will.payload = input.binary();
  will.qos = flags.will_qos();
  will.retain = flags.will_retain();
  if (!input.ok || !is_topic_name(will.topic)) return malformed("the will is cut or not valid");
  return will;
}

std::optional<Version> version_of(const Frame& frame) {
  Input input{frame.body};
  const std::string_view name = input.binary();
  const std::uint8_t level = input.byte();
  if (!input.ok) return std::nullopt;
  if (name == "MQIsdp" && level == 3) return Version::v31;
  if (name == "MQTT" && level == 4) return Version::v311;
  if (name == "MQTT" && level == 5) return Version::v5;
  return std::nullopt;
}

// Of a packet that may end after any of its parts.
Read<Properties> read_tail(Input& input, int where, Version version) {
  Properties none;
  if (version != Version::v5 || input.rest.empty()) return none;
  auto properties = PropertyReader::read(input, where);
  if (properties && !input.rest.empty()) return malformed(cut_or_long);
  return properties;
}

}  // namespace

Framing next_frame(std::string_view bytes, std::size_t max_bytes, Frame& frame) {
  Framing framing;
  std::size_t length = 0;
  std::size_t at = 1;
  for (int shift = 0;; shift += 7, ++at) {
    if (shift == 28) {
      framing.state = Framing::State::malformed;
      return framing;
    }
    if (at >= bytes.size()) return framing;
    const auto next = static_cast<std::uint8_t>(bytes[at]);
    length |= static_cast<std::size_t>(next & 0x7F) << shift;
    if ((next & 0x80) == 0) break;
  }
  framing.bytes = at + 1 + length;
  if (framing.bytes > max_bytes) {
    framing.state = Framing::State::too_large;
  } else if (bytes.size() >= framing.bytes) {
    frame.header = static_cast<std::uint8_t>(bytes[0]);
    frame.body = bytes.substr(at + 1, length);
    framing.state = Framing::State::whole;
  }
  return framing;
}

std::optional<int> protocol_level(const Frame& frame) {
  Input input{frame.body};
  const std::string_view name = input.binary();
  const std::uint8_t level = input.byte();
  if (!input.ok || (name != "MQTT" && name != "MQIsdp")) return std::nullopt;
  return level;
}

Read<Connect> read_connect(const Frame& frame) {
  const auto version = version_of(frame);
  if (!version) {
    return tl::unexpected(Fault{Reason::unsupported_version, "neither MQTT 3.1, 3.1.1 nor 5.0"});
  }
  // 3.1 does not use the flags of the fixed header.
  if (frame.flags() != 0 && *version != Version::v31) return malformed(wrong_flags);
  Connect out{.version = *version};
  Input input{frame.body};
  (void)input.binary();
  (void)input.byte();
  const ConnectFlags flags{input.byte()};
  out.keep_alive_s = input.two();
  out.clean = flags.clean();
  const bool reserved = flags.reserved() && *version != Version::v31;  // 3.1 does not use that bit
  if (!input.ok || reserved) return malformed("the connect flags are cut or not valid");
  if (!flags.will() && (flags.will_qos() != 0 || flags.will_retain())) {
    return malformed("will options without a will");
  }
  if (flags.will_qos() == 3) return malformed("QoS 3 of the will");
  if (*version != Version::v5 && flags.password() && !flags.user()) {
    return malformed("a password without a user name");
  }
  if (*version == Version::v5) {
    auto properties = PropertyReader::read(input, properties_of(Type::connect));
    if (!properties) return tl::unexpected(properties.error());
    out.properties = *properties;
  }
  out.client_id = input.text();
  if (flags.will()) {
    auto will = read_will(input, flags, *version);
    if (!will) return tl::unexpected(will.error());
    out.will = *will;
  }
  if (flags.user()) out.user = input.text();
  if (flags.password()) out.password = input.binary();
  if (!input.ok || !input.rest.empty()) return malformed(cut_or_long);
  if (out.properties.has(Property::authentication_data) &&
      !out.properties.has(Property::authentication_method)) {
    return protocol_error("authentication data without a method");
  }
  return out;
}

Read<Connack> read_connack(const Frame& frame, Version version) {
  if (frame.flags() != 0) return malformed(wrong_flags);
  Input input{frame.body};
  Connack out;
  const std::uint8_t flags = input.byte();
  out.code = input.byte();
  if (!input.ok || flags > 1) return malformed(cut_or_long);
  out.session_present = flags == 1;
  if (version == Version::v5) {
    auto properties = PropertyReader::read(input, properties_of(Type::connack));
    if (!properties) return tl::unexpected(properties.error());
    out.properties = *properties;
  }
  if (!input.rest.empty()) return malformed(cut_or_long);
  return out;
}

Read<Publish> read_publish(const Frame& frame, Version version) {
  Publish out;
  out.retain = (frame.header & 0x01) != 0;
  out.qos = frame.header >> 1 & 0x03;
  out.dup = (frame.header & 0x08) != 0;
  if (out.qos == 3) return malformed("QoS 3");
  if (out.qos == 0 && out.dup) return malformed("DUP with QoS 0");
  Input input{frame.body};
  out.topic = input.text();
  if (out.qos > 0) out.id = input.two();
  if (!input.ok) return malformed("the topic is cut or no valid text");
  if (out.qos > 0 && out.id == 0) return protocol_error(zero_id);
  if (version == Version::v5) {
    if (!input.rest.empty() && input.rest.front() == '\0') {
      input.rest.remove_prefix(1);
    } else {
      auto properties = PropertyReader::read(input, properties_of(Type::publish));
      if (!properties) return tl::unexpected(properties.error());
      out.properties = *properties;
    }
  }
  if (out.topic.empty()) {
    if (!out.properties.has(Property::topic_alias)) return malformed("no topic and no alias");
  } else if (!is_topic_name(out.topic)) {
    return malformed("a wildcard in the topic name");
  }
  out.payload = input.rest;
  return out;
}

Read<Ack> read_ack(const Frame& frame, Version version) {
  const Type type = frame.type();
  if (frame.flags() != (type == Type::pubrel ? 2 : 0)) return malformed(wrong_flags);
  if (version != Version::v5 && frame.body.size() != 2) return malformed(cut_or_long);
  Input input{frame.body};
  Ack out{.type = type, .id = input.two()};
  if (!input.ok) return malformed(cut_or_long);
  if (out.id == 0) return protocol_error(zero_id);
  if (input.rest.empty()) return out;
  out.reason = static_cast<Reason>(input.byte());
  if (!is_reason_of(type, out.reason)) return protocol_error("a reason code of another packet");
  auto properties = read_tail(input, properties_of(type), version);
  if (!properties) return tl::unexpected(properties.error());
  out.properties = *properties;
  return out;
}

Read<Subscribe> read_subscribe(const Frame& frame, Version version) {
  if (frame.flags() != 2) return malformed(wrong_flags);
  Input input{frame.body};
  Subscribe out{.id = input.two()};
  if (!input.ok) return malformed(cut_or_long);
  if (out.id == 0) return protocol_error(zero_id);
  if (version == Version::v5) {
    auto properties = PropertyReader::read(input, properties_of(Type::subscribe));
    if (!properties) return tl::unexpected(properties.error());
    out.properties = *properties;
  }
  if (input.rest.empty()) return malformed("no topic filter");
  const std::uint8_t reserved = version == Version::v5 ? 0xC0 : 0xFC;
  while (!input.rest.empty()) {
    Subscribe::Item item{.filter = input.text()};
    const std::uint8_t options = input.byte();
    item.qos = options & 0x03;
    item.no_local = (options & 0x04) != 0;
    item.retain_as_published = (options & 0x08) != 0;
    item.retain_handling = options >> 4 & 0x03;
    if (!input.ok) return malformed("a topic filter is cut or no valid text");
    if ((options & reserved) != 0 || item.qos == 3 || item.retain_handling == 3) {
      return malformed("the options of a subscription are not valid");
    }
    if (!is_topic_filter(item.filter)) return malformed("a topic filter is not valid");
    if (version == Version::v5 && is_shared(item.filter)) {
      if (!split_shared(item.filter)) return protocol_error("a shared filter without its parts");
      if (item.no_local) return protocol_error("no local on a shared subscription");
    }
    out.items.push_back(item);
  }
  return out;
}

Read<Unsubscribe> read_unsubscribe(const Frame& frame, Version version) {
  if (frame.flags() != 2) return malformed(wrong_flags);
  Input input{frame.body};
  Unsubscribe out{.id = input.two()};
  if (!input.ok) return malformed(cut_or_long);
  if (out.id == 0) return protocol_error(zero_id);
  if (version == Version::v5) {
    auto properties = PropertyReader::read(input, properties_of(Type::unsubscribe));
    if (!properties) return tl::unexpected(properties.error());
    out.properties = *properties;
  }
  if (input.rest.empty()) return malformed("no topic filter");
  while (!input.rest.empty()) {
    const std::string_view filter = input.text();
    if (!input.ok || !is_topic_filter(filter)) return malformed("a topic filter is not valid");
    out.filters.push_back(filter);
  }
  return out;
}

Read<Suback> read_suback(const Frame& frame, Version version) {
  if (frame.flags() != 0) return malformed(wrong_flags);
  Input input{frame.body};
  Suback out{.type = frame.type(), .id = input.two()};
  if (!input.ok) return malformed(cut_or_long);
  if (out.id == 0) return protocol_error(zero_id);
  if (version == Version::v5) {
    auto properties = PropertyReader::read(input, properties_of(frame.type()));
    if (!properties) return tl::unexpected(properties.error());
    out.properties = *properties;
  }
  for (const char code : input.rest) out.codes.push_back(static_cast<std::uint8_t>(code));
  const bool without_codes = version != Version::v5 && out.type == Type::unsuback;
  if (out.codes.empty() != without_codes) return malformed(cut_or_long);
  return out;
}

Read<Ping> read_ping(const Frame& frame) {
  if (frame.flags() != 0) return malformed(wrong_flags);
  if (!frame.body.empty()) return malformed(cut_or_long);
  return Ping{frame.type()};
}

Read<Disconnect> read_disconnect(const Frame& frame, Version version) {
  if (frame.flags() != 0) return malformed(wrong_flags);
  if (version != Version::v5 && !frame.body.empty()) return malformed(cut_or_long);
  Input input{frame.body};
  Disconnect out;
  if (input.rest.empty()) return out;
  out.reason = static_cast<Reason>(input.byte());
  auto properties = read_tail(input, properties_of(Type::disconnect), version);
  if (!properties) return tl::unexpected(properties.error());
  out.properties = *properties;
  return out;
}

Read<Auth> read_auth(const Frame& frame, Version version) {
  if (frame.flags() != 0) return malformed(wrong_flags);
  if (version != Version::v5) return protocol_error("AUTH is a packet of 5.0");
  Input input{frame.body};
  Auth out;
  if (input.rest.empty()) return out;
  out.reason = static_cast<Reason>(input.byte());
  if (!is_one_of(out.reason, {0x00, 0x18, 0x19})) {
    return protocol_error("a reason code of another packet");
  }
  auto properties = read_tail(input, properties_of(Type::auth), version);
  if (!properties) return tl::unexpected(properties.error());
  out.properties = *properties;
  return out;
}

Read<Packet> read_packet(const Frame& frame, Version version) {
  const auto wrap = [](auto&& read) -> Read<Packet> {
    if (!read) return tl::unexpected(read.error());
    return Packet(std::move(*read));
  };
  switch (frame.type()) {
    case Type::connect:
      return wrap(read_connect(frame));
    case Type::connack:
      return wrap(read_connack(frame, version));
    case Type::publish:
      return wrap(read_publish(frame, version));
    case Type::puback:
    case Type::pubrec:
    case Type::pubrel:
    case Type::pubcomp:
      return wrap(read_ack(frame, version));
    case Type::subscribe:
      return wrap(read_subscribe(frame, version));
    case Type::unsubscribe:
      return wrap(read_unsubscribe(frame, version));
    case Type::suback:
    case Type::unsuback:
      return wrap(read_suback(frame, version));
    case Type::pingreq:
    case Type::pingresp:
      return wrap(read_ping(frame));
    case Type::disconnect:
      return wrap(read_disconnect(frame, version));
    case Type::auth:
      return wrap(read_auth(frame, version));
    case Type::reserved:
      break;
  }
  return protocol_error("a reserved packet type");
}

}  // namespace cairn::codec::mqtt
