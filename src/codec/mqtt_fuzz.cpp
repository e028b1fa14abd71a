// SPDX-License-Identifier: Apache-2.0
// A stream of any bytes, in each version: packets are found and refused without reading beyond
// the bytes, and a packet that was read is read again, the same, from what is written for it.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "codec/mqtt.hpp"
#include "codec/mqtt_topic.hpp"

namespace {

using namespace cairn::codec::mqtt;

void check_same(const Packet& packet, Version version) {
  std::string bytes;
  write(bytes, packet, version);
  Frame frame;
  const Framing framing = next_frame(bytes, 1 << 24, frame);
  if (framing.state != Framing::State::whole || framing.bytes != bytes.size()) std::abort();
  const auto again = read_packet(frame, version);
  if (!again || !(*again == packet)) std::abort();
  std::string twice;
  write(twice, *again, version);
  if (twice != bytes) std::abort();
}

void check_delivery(const Publish& publish, Version version) {
  std::string forwarded;
  append_forwarded(forwarded, publish.properties);
  const Delivery delivery{.qos = publish.qos,
                          .id = publish.id,
                          .topic = publish.topic.empty() ? "t" : publish.topic,
                          .forwarded = forwarded,
                          .payload = publish.payload};
  std::string bytes;
  write_delivery(bytes, delivery, version);
  if (bytes.size() != delivery_bytes(delivery, version)) std::abort();
  Frame frame;
  if (next_frame(bytes, 1 << 24, frame).state != Framing::State::whole) std::abort();
  const auto again = read_publish(frame, version);
  if (!again || again->payload != publish.payload) std::abort();
}

void read_stream(std::string_view bytes, Version version) {
  for (;;) {
    Frame frame;
    const Framing framing = next_frame(bytes, 1 << 20, frame);
    if (framing.state != Framing::State::whole) return;
    if (framing.bytes < 2 || framing.bytes > bytes.size()) std::abort();
    (void)protocol_level(frame);
    if (const auto packet = read_packet(frame, version)) {
      check_same(*packet, version);
      if (const auto* publish = std::get_if<Publish>(&*packet)) check_delivery(*publish, version);
    } else if (packet.error().reason == Reason::success || packet.error().text[0] == '\0') {
      std::abort();
    }
    bytes.remove_prefix(framing.bytes);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  read_stream(bytes, Version::v311);
  read_stream(bytes, Version::v5);
  const std::string_view filter = bytes.substr(0, size / 2);
  const std::string_view topic = bytes.substr(size / 2);
  if (is_topic_filter(filter) && is_topic_name(topic)) (void)filter_matches(filter, topic);
  if (const auto shared = split_shared(filter); shared && !is_topic_filter(shared->filter)) {
    std::abort();
  }
  return 0;
}
