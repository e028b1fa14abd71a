// SPDX-License-Identifier: Apache-2.0
// What is refused, and with which reason. The byte-level sequences of server/testdata/mqtt go much
// further (server/mqtt_sequences_test.cpp).
#include <gtest/gtest.h>

#include <string>

#include "codec/mqtt.hpp"

namespace cairn::codec::mqtt {
namespace {

std::string bytes_of(std::string_view hex) {
  std::string out;
  int high = -1;
  for (const char c : hex) {
    if (c == ' ') continue;
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    if (high < 0) {
      high = digit;
    } else {
      out.push_back(static_cast<char>(high << 4 | digit));
      high = -1;
    }
  }
  return out;
}

// The reason for which the packet is refused; success when it is not.
Reason refusal(std::string_view hex, Version version = Version::v5) {
  const std::string bytes = bytes_of(hex);
  Frame frame;
  const Framing framing = next_frame(bytes, 1 << 20, frame);
  EXPECT_EQ(framing.state, Framing::State::whole) << hex;
  EXPECT_EQ(framing.bytes, bytes.size()) << hex;
  const auto packet = read_packet(frame, version);
  return packet ? Reason::success : packet.error().reason;
}

TEST(MqttRead, FindsThePacketAsSoonAsItIsWhole) {
  const std::string bytes = bytes_of("30 05 0003 612F62 C000");
  Frame frame;
  for (std::size_t n = 0; n < 7; ++n) {
    EXPECT_EQ(next_frame({bytes.data(), n}, 100, frame).state, Framing::State::more) << n;
  }
  const Framing framing = next_frame(bytes, 100, frame);
  EXPECT_EQ(framing.state, Framing::State::whole);
  EXPECT_EQ(framing.bytes, 7U);
  EXPECT_EQ(frame.type(), Type::publish);
  EXPECT_EQ(frame.body.size(), 5U);
}

TEST(MqttRead, RefusesALengthThatIsTooLongBeforeTheBytesCome) {
  Frame frame;
  EXPECT_EQ(next_frame(bytes_of("30 FFFFFF7F"), 1 << 20, frame).state, Framing::State::too_large);
  EXPECT_EQ(next_frame(bytes_of("30 FFFFFFFF"), 1 << 20, frame).state, Framing::State::malformed);
  EXPECT_EQ(next_frame(bytes_of("30 FFFFFF"), 1 << 20, frame).state, Framing::State::more);
}

TEST(MqttRead, PublishGivesItsParts) {
  const std::string bytes =
      bytes_of("3D 19 0003 612F62 0102 0F 0101 0200000E10 26 0001 6B 0002 7631 3233");
  Frame frame;
  ASSERT_EQ(next_frame(bytes, 100, frame).state, Framing::State::whole);
  const auto publish = read_publish(frame, Version::v5);
  ASSERT_TRUE(publish) << publish.error().text;
  EXPECT_TRUE(publish->dup);
  EXPECT_TRUE(publish->retain);
  EXPECT_EQ(publish->qos, 2);
  EXPECT_EQ(publish->id, 0x0102);
  EXPECT_EQ(publish->topic, "a/b");
  EXPECT_EQ(publish->payload, "23");
  EXPECT_EQ(publish->properties.number(Property::message_expiry), 3600U);
  std::string_view rest = publish->properties.raw();
  std::string_view name;
  std::string_view value;
  ASSERT_TRUE(next_user(rest, name, value));
  EXPECT_EQ(name, "k");
  EXPECT_EQ(value, "v1");
  EXPECT_FALSE(next_user(rest, name, value));
}

TEST(MqttRead, ReasonsOfRefusal) {
  EXPECT_EQ(refusal("36 05 0003 612F62"), Reason::malformed);                    // QoS 3
  EXPECT_EQ(refusal("38 06 0003 612F62 00"), Reason::malformed);                 // DUP, QoS 0
  EXPECT_EQ(refusal("32 08 0003 612F62 0000 00"), Reason::protocol_error);       // identifier 0
  EXPECT_EQ(refusal("30 06 0003 612F2B 00"), Reason::malformed);                 // wildcard
  EXPECT_EQ(refusal("30 08 0003 612F62 02 0102"), Reason::protocol_error);       // format 2
  EXPECT_EQ(refusal("30 08 0003 612F62 02 0401"), Reason::malformed);            // unknown property
  EXPECT_EQ(refusal("30 08 0003 612F62 02 2401"), Reason::protocol_error);       // CONNACK's
  EXPECT_EQ(refusal("30 0A 0003 612F62 04 0101 0101"), Reason::protocol_error);  // twice
  EXPECT_EQ(refusal("30 06 0003 612F62 05"), Reason::malformed);                 // cut
  EXPECT_EQ(refusal("82 09 0001 02 0100 0001 70 00"), Reason::malformed);
  EXPECT_EQ(refusal("82 0B 0001 04 0B010B01 0001 70 00"), Reason::protocol_error);
  EXPECT_EQ(refusal("82 06 0001 0001 70 03", Version::v311), Reason::malformed);
  EXPECT_EQ(refusal("40 03 0001 FF"), Reason::protocol_error);
  EXPECT_EQ(refusal("62 03 0001 10"), Reason::protocol_error);  // PUBACK's code in a PUBREL
  EXPECT_EQ(refusal("60 02 0001"), Reason::malformed);
  EXPECT_EQ(refusal("C1 00"), Reason::malformed);
  EXPECT_EQ(refusal("00 00"), Reason::protocol_error);
  EXPECT_EQ(refusal("E0 01 00", Version::v311), Reason::malformed);
  EXPECT_EQ(refusal("F0 00", Version::v311), Reason::protocol_error);
}

TEST(MqttRead, ConnectNamesItsVersion) {
  EXPECT_EQ(refusal("10 0D 0004 4D515454 04 02 000A 0001 70"), Reason::success);
  EXPECT_EQ(refusal("10 0F 0006 4D5149736470 03 02 000A 0001 70"), Reason::success);
  EXPECT_EQ(refusal("10 0E 0004 4D515454 05 02 000A 00 0001 70"), Reason::success);
  EXPECT_EQ(refusal("10 0D 0004 4D515454 06 02 000A 0001 70"), Reason::unsupported_version);
  EXPECT_EQ(refusal("10 0D 0004 4D515454 04 03 000A 0001 70"), Reason::malformed);  // reserved
  EXPECT_EQ(refusal("10 0D 0004 4D515454 04 0A 000A 0001 70"), Reason::malformed);  // will QoS
  // A password alone is for 5.0 only.
  EXPECT_EQ(refusal("10 10 0004 4D515454 04 42 000A 0001 70 0001 70"), Reason::malformed);
  EXPECT_EQ(refusal("10 11 0004 4D515454 05 42 000A 00 0001 70 0001 70"), Reason::success);
  const std::string bytes = bytes_of("10 0D 0004 4D515454 06 02 000A 0001 70");
  Frame frame;
  (void)next_frame(bytes, 100, frame);
  EXPECT_EQ(protocol_level(frame), 6);
}

TEST(MqttRead, SharedFiltersNeedTheirPartsAndNoNoLocal) {
  EXPECT_EQ(refusal("82 10 1234 00 000A 2473686172652F702F70 00"), Reason::success);
  EXPECT_EQ(refusal("82 10 1234 00 000A 2473686172652F702F70 04"), Reason::protocol_error);
  EXPECT_EQ(refusal("82 0F 1234 00 0009 2473686172652F702F 00"), Reason::protocol_error);
}

}  // namespace
}  // namespace cairn::codec::mqtt
