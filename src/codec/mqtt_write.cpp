// SPDX-License-Identifier: Apache-2.0
#include "codec/mqtt.hpp"
#include "codec/mqtt_properties.hpp"

namespace cairn::codec::mqtt {
namespace {

char header(Type type, int flags = 0) {
  return static_cast<char>(static_cast<int>(type) << 4 | flags);
}

void put_packet(std::string& out, char first, std::string_view body) {
  out.push_back(first);
  put_varint(out, static_cast<std::uint32_t>(body.size()));
  out += body;
}

void put_byte(std::string& out, int value) {
  out.push_back(static_cast<char>(value));
}

void put_properties_if(std::string& out, const Properties& properties, Version version) {
  if (version == Version::v5) put_properties(out, properties);
}

// A reason code and properties, as far as they say anything.
void put_tail(std::string& out, Reason reason, const Properties& properties, Version version) {
  if (version != Version::v5) return;
  if (reason == Reason::success && properties.empty()) return;
  put_byte(out, static_cast<int>(reason));
  if (!properties.empty()) put_properties(out, properties);
}

void write_one(std::string& out, const Connect& packet, Version) {
  std::string body;
  put_text(body, packet.version == Version::v31 ? "MQIsdp" : "MQTT");
  put_byte(body, static_cast<int>(packet.version));
  int flags = packet.clean ? 0x02 : 0;
  if (packet.will) {
    flags |= 0x04 | packet.will->qos << 3 | (packet.will->retain ? 0x20 : 0);
  }
  if (packet.password) flags |= 0x40;
  if (packet.user) flags |= 0x80;
  put_byte(body, flags);
  put_two(body, packet.keep_alive_s);
  put_properties_if(body, packet.properties, packet.version);
  put_text(body, packet.client_id);
  if (packet.will) {
    put_properties_if(body, packet.will->properties, packet.version);
    put_text(body, packet.will->topic);
    put_text(body, packet.will->payload);
  }
  if (packet.user) put_text(body, *packet.user);
  if (packet.password) put_text(body, *packet.password);
  put_packet(out, header(Type::connect), body);
}

void write_one(std::string& out, const Connack& packet, Version version) {
  std::string body;
  put_byte(body, packet.session_present ? 1 : 0);
  put_byte(body, packet.code);
  put_properties_if(body, packet.properties, version);
  put_packet(out, header(Type::connack), body);
}

void write_one(std::string& out, const Publish& packet, Version version) {
  std::string body;
  put_text(body, packet.topic);
  if (packet.qos > 0) put_two(body, packet.id);
  put_properties_if(body, packet.properties, version);
  body += packet.payload;
  const int flags = (packet.dup ? 8 : 0) | packet.qos << 1 | (packet.retain ? 1 : 0);
  put_packet(out, header(Type::publish, flags), body);
}

void write_one(std::string& out, const Ack& packet, Version version) {
  std::string body;
  put_two(body, packet.id);
  put_tail(body, packet.reason, packet.properties, version);
  put_packet(out, header(packet.type, packet.type == Type::pubrel ? 2 : 0), body);
}

void write_one(std::string& out, const Subscribe& packet, Version version) {
  std::string body;
  put_two(body, packet.id);
  put_properties_if(body, packet.properties, version);
  for (const auto& item : packet.items) {
    put_text(body, item.filter);
    put_byte(body, item.qos | (item.no_local ? 0x04 : 0) | (item.retain_as_published ? 0x08 : 0) |
                       item.retain_handling << 4);
  }
  put_packet(out, header(Type::subscribe, 2), body);
}

void write_one(std::string& out, const Unsubscribe& packet, Version version) {
  std::string body;
  put_two(body, packet.id);
  put_properties_if(body, packet.properties, version);
  for (const auto filter : packet.filters) put_text(body, filter);
  put_packet(out, header(Type::unsubscribe, 2), body);
}

void write_one(std::string& out, const Suback& packet, Version version) {
  std::string body;
  put_two(body, packet.id);
  put_properties_if(body, packet.properties, version);
  if (version == Version::v5 || packet.type == Type::suback) {
    for (const auto code : packet.codes) put_byte(body, code);
  }
  put_packet(out, header(packet.type), body);
}

void write_one(std::string& out, const Ping& packet, Version) {
  put_packet(out, header(packet.type), {});
}

void write_one(std::string& out, const Disconnect& packet, Version version) {
  std::string body;
  put_tail(body, packet.reason, packet.properties, version);
  put_packet(out, header(Type::disconnect), body);
}

void write_one(std::string& out, const Auth& packet, Version version) {
  std::string body;
  put_tail(body, packet.reason, packet.properties, version);
  put_packet(out, header(Type::auth), body);
}

struct DeliverySizes {
  std::size_t properties = 0;
  std::size_t body = 0;
};

DeliverySizes sizes_of(const Delivery& delivery, Version version) {
  DeliverySizes sizes;
  sizes.body = 2 + delivery.topic.size() + (delivery.qos > 0 ? 2 : 0) + delivery.payload.size();
  if (version != Version::v5) return sizes;
  sizes.properties =
      delivery.forwarded.size() + (delivery.alias != 0 ? 3 : 0) + (delivery.expiry_s ? 5 : 0);
  for (const auto id : delivery.subscription_ids) sizes.properties += 1 + varint_bytes(id);
  sizes.body += varint_bytes(static_cast<std::uint32_t>(sizes.properties)) + sizes.properties;
  return sizes;
}

}  // namespace

void write(std::string& out, const Packet& packet, Version version) {
  std::visit([&](const auto& one) { write_one(out, one, version); }, packet);
}

void write_ack(std::string& out, Type type, std::uint16_t id, Reason reason, Version version) {
  const bool with_reason = version == Version::v5 && reason != Reason::success;
  out.push_back(header(type, type == Type::pubrel ? 2 : 0));
  put_byte(out, with_reason ? 3 : 2);
  put_two(out, id);
  if (with_reason) put_byte(out, static_cast<int>(reason));
}

std::size_t delivery_bytes(const Delivery& delivery, Version version) {
  const std::size_t body = sizes_of(delivery, version).body;
  return 1 + varint_bytes(static_cast<std::uint32_t>(body)) + body;
}

void write_delivery(std::string& out, const Delivery& delivery, Version version) {
  const DeliverySizes sizes = sizes_of(delivery, version);
  const int flags = (delivery.dup ? 8 : 0) | delivery.qos << 1 | (delivery.retain ? 1 : 0);
  out.push_back(header(Type::publish, flags));
  put_varint(out, static_cast<std::uint32_t>(sizes.body));
  put_text(out, delivery.topic);
  if (delivery.qos > 0) put_two(out, delivery.id);
  if (version == Version::v5) {
    put_varint(out, static_cast<std::uint32_t>(sizes.properties));
    for (const auto id : delivery.subscription_ids) {
      put_byte(out, static_cast<int>(Property::subscription_id));
      put_varint(out, id);
    }
    if (delivery.alias != 0) {
      put_byte(out, static_cast<int>(Property::topic_alias));
      put_two(out, delivery.alias);
    }
    if (delivery.expiry_s) {
      put_byte(out, static_cast<int>(Property::message_expiry));
      put_four(out, *delivery.expiry_s);
    }
    out += delivery.forwarded;
  }
  out += delivery.payload;
}

}  // namespace cairn::codec::mqtt
