// SPDX-License-Identifier: Apache-2.0
// The promise of the door, packet by packet: no acknowledgement before the log is durable.
#include "server/mqtt_broker.hpp"

#include <gtest/gtest.h>

#include "server/mqtt_test_intake.hpp"

namespace cairn::server {
namespace {

namespace mqtt = codec::mqtt;
using mqtt::Version;

class MqttBrokerTest : public testing::Test {
 protected:
  void connect(MqttLink& link, const std::string& id, Version version, bool clean = true) {
    broker_.opened(link, 0);
    send(link,
         mqtt::Connect{.version = version, .clean = clean, .keep_alive_s = 60, .client_id = id},
         version);
    EXPECT_EQ(link.state, MqttLink::State::open);
    link.out.clear();
  }
  void send(MqttLink& link, const mqtt::Packet& packet, Version version) {
    std::string bytes;
    mqtt::write(bytes, packet, version);
    broker_.receive(link, bytes, 1);
  }
  void reading(MqttLink& link, std::uint16_t id, std::uint8_t qos = 1,
               const std::string& topic = "cairn/v1/things/gauge-1/level") {
    send(link, mqtt::Publish{.qos = qos, .id = id, .topic = topic, .payload = "2.5"}, link.version);
  }
  static std::string ack(mqtt::Type type, std::uint16_t id) {
    std::string bytes;
    mqtt::write_ack(bytes, type, id, mqtt::Reason::success, Version::v311);
    return bytes;
  }

  MqttOptions options_;
  TestIntake intake_;
  std::shared_ptr<const Identities> identities_ = Identities::open();
  FixedClock clock_{Instant{1'700'000'000'000'000'000}};
  MqttCounters counters_;
  MqttBroker broker_{options_, intake_, *identities_, clock_, counters_, 1};
};

TEST_F(MqttBrokerTest, NothingIsAcknowledgedBeforeItIsDurable) {
  MqttLink link;
  connect(link, "c", Version::v311);
  for (std::uint16_t id = 1; id <= 3; ++id) reading(link, id);
  ASSERT_EQ(intake_.taken.size(), 3U);
  EXPECT_EQ(intake_.taken[0].thing, "gauge-1");
  EXPECT_EQ(intake_.taken[0].property, "level");
  EXPECT_EQ(intake_.taken[0].value, 2.5);
  EXPECT_EQ(link.out, "");
  broker_.committed({.durable = 2, .failed_to = 0, .error = {}}, 2);
  EXPECT_EQ(link.out, ack(mqtt::Type::puback, 1) + ack(mqtt::Type::puback, 2));
  link.out.clear();
  broker_.committed({.durable = 3, .failed_to = 0, .error = {}}, 2);
  EXPECT_EQ(link.out, ack(mqtt::Type::puback, 3));
}

TEST_F(MqttBrokerTest, QosTwoIsTakenOnceOverAReconnect) {
  MqttLink first;
  connect(first, "c", Version::v311, false);
  reading(first, 7, 2);
  EXPECT_EQ(first.out, "");
  broker_.lost(first, 2);
  MqttLink second;
  connect(second, "c", Version::v311, false);
  send(second,
       mqtt::Publish{.dup = true,
                     .qos = 2,
                     .id = 7,
                     .topic = "cairn/v1/things/gauge-1/level",
                     .payload = "2.5"},
       Version::v311);
  EXPECT_EQ(intake_.taken.size(), 1U);
  EXPECT_EQ(second.out, "");  // still not on disk
  broker_.committed({.durable = 1, .failed_to = 0, .error = {}}, 3);
  EXPECT_EQ(second.out, ack(mqtt::Type::pubrec, 7));
}

TEST_F(MqttBrokerTest, AFullQueueStopsReadingAndLosesNothing) {
  MqttLink link;
  connect(link, "c", Version::v311);
  intake_.full = true;
  reading(link, 1);
  EXPECT_TRUE(link.paused);
  reading(link, 2);
  EXPECT_TRUE(intake_.taken.empty());
  intake_.full = false;
  broker_.resume(2);
  EXPECT_FALSE(link.paused);
  EXPECT_EQ(intake_.taken.size(), 2U);
  EXPECT_TRUE(link.in.empty());
}

TEST_F(MqttBrokerTest, AFailedCommitIsNeverAcknowledged) {
  MqttLink three, five;
  connect(three, "three", Version::v311, false);
  connect(five, "five", Version::v5);
  reading(three, 1);
  reading(three, 2, 2);
  reading(five, 1);
  broker_.committed({.durable = 1, .failed_to = 3, .error = {Code::io, "disk full", ""}}, 2);
  EXPECT_EQ(three.out, ack(mqtt::Type::puback, 1));
  EXPECT_EQ(three.state, MqttLink::State::closing);
  mqtt::Frame frame;
  ASSERT_EQ(mqtt::next_frame(five.out, 1'000, frame).state, mqtt::Framing::State::whole);
  const auto answer = mqtt::read_ack(frame, Version::v5);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->reason, mqtt::Reason::quota_exceeded);
  // QoS 2: sent again, it is taken again.
  broker_.lost(three, 3);
  MqttLink again;
  connect(again, "three", Version::v311, false);
  reading(again, 2, 2);
  EXPECT_EQ(intake_.taken.size(), 4U);
}

TEST_F(MqttBrokerTest, WhatWasRefusedIsSaidInFive) {
  MqttLink link;
  connect(link, "c", Version::v5);
  reading(link, 1, 1, "cairn/v1/things/unknown/level");
  mqtt::Frame frame;
  ASSERT_EQ(mqtt::next_frame(link.out, 1'000, frame).state, mqtt::Framing::State::whole);
  const auto answer = mqtt::read_ack(frame, Version::v5);
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->reason, mqtt::Reason::invalid_payload);
  EXPECT_NE(answer->properties.text(mqtt::Property::reason_string).find("no thing"),
            std::string_view::npos);
}

TEST_F(MqttBrokerTest, UnacknowledgedDeliveriesComeAgain) {
  MqttLink first;
  connect(first, "c", Version::v311, false);
  send(first, mqtt::Subscribe{.id = 1, .items = {{.filter = "cairn/v1/alerts/#", .qos = 1}}},
       Version::v311);
  first.out.clear();
  broker_.publish("cairn/v1/alerts/a", "now", {.retain = false, .qos = 1}, 2);
  mqtt::Frame frame;
  ASSERT_EQ(mqtt::next_frame(first.out, 1'000, frame).state, mqtt::Framing::State::whole);
  broker_.lost(first, 3);
  broker_.publish("cairn/v1/alerts/b", "later", {.retain = false, .qos = 1}, 3);
  MqttLink second;
  broker_.opened(second, 4);
  send(second, mqtt::Connect{.clean = false, .client_id = "c"}, Version::v311);
  std::string_view rest = second.out;
  std::vector<std::string> got;
  while (mqtt::next_frame(rest, 1'000, frame).state == mqtt::Framing::State::whole) {
    rest.remove_prefix(mqtt::next_frame(rest, 1'000, frame).bytes);
    if (frame.type() != mqtt::Type::publish) continue;
    const auto one = mqtt::read_publish(frame, Version::v311);
    got.push_back((one->dup ? "dup " : "") + std::string(one->topic));
  }
  EXPECT_EQ(got, (std::vector<std::string>{"dup cairn/v1/alerts/a", "cairn/v1/alerts/b"}));
}

}  // namespace
}  // namespace cairn::server
