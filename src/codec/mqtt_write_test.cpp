// SPDX-License-Identifier: Apache-2.0
// What is written is read back as it was.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "codec/mqtt.hpp"

namespace cairn::codec::mqtt {
namespace {

void expect_same(const Packet& packet, Version version) {
  std::string bytes;
  write(bytes, packet, version);
  Frame frame;
  const Framing framing = next_frame(bytes, 1 << 20, frame);
  ASSERT_EQ(framing.state, Framing::State::whole);
  ASSERT_EQ(framing.bytes, bytes.size());
  const auto again = read_packet(frame, version);
  ASSERT_TRUE(again) << again.error().text << " in packet type " << packet.index();
  EXPECT_EQ(*again, packet) << "packet type " << packet.index();
}

TEST(MqttWrite, EveryPacketOfFiveComesBack) {
  std::string users;
  append_user_property(users, "sequence", "17");
  append_user_property(users, "sequence", "18");
  Properties message;
  message.set(Property::payload_format, 1);
  message.set(Property::content_type, "application/senml+json");
  message.set(Property::correlation_data, std::string_view("\0\1", 2));
  message.set_users(users);
  Properties hello;
  hello.set(Property::session_expiry, 0xFFFFFFFF);
  hello.set(Property::receive_maximum, 20);
  hello.set(Property::maximum_packet_size, 1 << 20);
  Properties why;
  why.set(Property::reason_string, "3 of 50 refused");
  Properties delayed;
  delayed.set(Property::will_delay, 5);
  const Will will{.topic = "a", .payload = "gone", .qos = 2, .retain = true, .properties = delayed};
  expect_same(Connect{.version = Version::v5,
                      .clean = false,
                      .keep_alive_s = 60,
                      .client_id = "c",
                      .will = will,
                      .user = "u",
                      .password = "p",
                      .properties = hello},
              Version::v5);
  expect_same(Connack{.session_present = true, .code = 0, .properties = hello}, Version::v5);
  expect_same(Publish{.dup = true,
                      .retain = true,
                      .qos = 1,
                      .id = 7,
                      .topic = "水/位",
                      .payload = "23.5",
                      .properties = message},
              Version::v5);
  expect_same(
      Ack{.type = Type::puback, .id = 7, .reason = Reason::invalid_payload, .properties = why},
      Version::v5);
  expect_same(Ack{.type = Type::pubrel, .id = 7, .reason = Reason::packet_id_not_found},
              Version::v5);
  expect_same(Subscribe{.id = 9,
                        .items = {{.filter = "a/#",
                                   .qos = 2,
                                   .no_local = true,
                                   .retain_as_published = true,
                                   .retain_handling = 2},
                                  {.filter = "b"}}},
              Version::v5);
  expect_same(Unsubscribe{.id = 9, .filters = {"a/#", "+"}}, Version::v5);
  expect_same(Suback{.type = Type::suback, .id = 9, .codes = {0, 0x87}, .properties = why},
              Version::v5);
  expect_same(Suback{.type = Type::unsuback, .id = 9, .codes = {0x11}}, Version::v5);
  expect_same(Ping{Type::pingresp}, Version::v5);
  expect_same(Disconnect{.reason = Reason::session_taken_over, .properties = why}, Version::v5);
  expect_same(Auth{.reason = static_cast<Reason>(0x18)}, Version::v5);
}

TEST(MqttWrite, EveryPacketOfThreeComesBack) {
  for (const Version version : {Version::v31, Version::v311}) {
    expect_same(Connect{.version = version,
                        .keep_alive_s = 60,
                        .client_id = "c",
                        .will = Will{.topic = "a", .payload = "gone"},
                        .user = "u",
                        .password = "p"},
                version);
    expect_same(Connack{.code = 4}, version);
    expect_same(Publish{.qos = 2, .id = 65'535, .topic = "a", .payload = ""}, version);
    expect_same(Ack{.type = Type::pubcomp, .id = 7}, version);
    expect_same(Subscribe{.id = 9, .items = {{.filter = "a/#", .qos = 1}}}, version);
    expect_same(Unsubscribe{.id = 9, .filters = {"a/#", "+"}}, version);
    expect_same(Suback{.type = Type::suback, .id = 9, .codes = {1, 0x80}}, version);
    expect_same(Suback{.type = Type::unsuback, .id = 9}, version);
    expect_same(Disconnect{}, version);
  }
}

TEST(MqttWrite, AcknowledgementsAreAsShortAsTheyMayBe) {
  std::string bytes;
  write_ack(bytes, Type::puback, 0x1234, Reason::success, Version::v5);
  EXPECT_EQ(bytes, std::string("\x40\x02\x12\x34", 4));
  bytes.clear();
  write_ack(bytes, Type::puback, 0x1234, Reason::no_matching_subscribers, Version::v5);
  EXPECT_EQ(bytes, std::string("\x40\x03\x12\x34\x10", 5));
  bytes.clear();
  write_ack(bytes, Type::pubrel, 0x1234, Reason::no_matching_subscribers, Version::v311);
  EXPECT_EQ(bytes, std::string("\x62\x02\x12\x34", 4));
}

TEST(MqttWrite, DeliveriesSayTheirSizeAndAreReadBack) {
  Properties message;
  message.set(Property::content_type, "text/plain");
  std::string users;
  append_user_property(users, "a", "b");
  message.set_users(users);
  std::string published;
  write(published, Publish{.topic = "t", .properties = message}, Version::v5);
  Frame frame;
  ASSERT_EQ(next_frame(published, 100, frame).state, Framing::State::whole);
  const auto original = read_publish(frame, Version::v5);
  ASSERT_TRUE(original);
  std::string forwarded;
  append_forwarded(forwarded, original->properties);
  const std::vector<std::uint32_t> ids{1, 300};
  for (const Version version : {Version::v311, Version::v5}) {
    const Delivery delivery{.qos = 1,
                            .retain = true,
                            .id = 3,
                            .topic = "t",
                            .alias = 2,
                            .expiry_s = 9,
                            .subscription_ids = ids,
                            .forwarded = forwarded,
                            .payload = "hello"};
    std::string bytes;
    write_delivery(bytes, delivery, version);
    EXPECT_EQ(bytes.size(), delivery_bytes(delivery, version));
    ASSERT_EQ(next_frame(bytes, 1000, frame).state, Framing::State::whole);
    const auto again = read_publish(frame, version);
    ASSERT_TRUE(again) << again.error().text;
    EXPECT_EQ(again->payload, "hello");
    EXPECT_EQ(again->id, 3);
    if (version != Version::v5) continue;
    EXPECT_EQ(again->properties.text(Property::content_type), "text/plain");
    EXPECT_EQ(again->properties.number(Property::message_expiry), 9U);
    EXPECT_EQ(again->properties.number(Property::topic_alias), 2U);
    EXPECT_EQ(again->properties.number(Property::subscription_id), 300U);
    EXPECT_TRUE(again->properties.has(Property::user));
  }
}

}  // namespace
}  // namespace cairn::codec::mqtt
