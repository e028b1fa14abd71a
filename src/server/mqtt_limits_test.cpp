// SPDX-License-Identifier: Apache-2.0
// Clients of the MQTT door that are silent, half-hearted or do not listen, by a clock that the
// test turns.
#include <gtest/gtest.h>

#include "core/limits.hpp"
#include "model/memory_files.hpp"
#include "server/mqtt_broker.hpp"
#include "server/mqtt_test_intake.hpp"

namespace cairn::server {
namespace {

namespace mqtt = codec::mqtt;
using mqtt::Version;
using State = MqttLink::State;

class MqttLimitsTest : public testing::Test {
 protected:
  void connect(MqttLink& link, Version version, std::uint16_t keep_alive_s) {
    connect(broker_, link, {.version = version, .keep_alive_s = keep_alive_s, .client_id = "c"});
  }
  static void connect(MqttBroker& broker, MqttLink& link, const mqtt::Connect& hello) {
    broker.opened(link, 0);
    std::string bytes;
    mqtt::write(bytes, hello, hello.version);
    broker.receive(link, bytes, 0);
    ASSERT_EQ(link.state, State::open);
    link.out.clear();
  }
  void send(MqttLink& link, const mqtt::Packet& packet, Version version, std::int64_t now_ms) {
    std::string bytes;
    mqtt::write(bytes, packet, version);
    broker_.receive(link, bytes, now_ms);
  }

  MqttOptions options_;
  TestIntake intake_;
  std::shared_ptr<const Identities> identities_ = Identities::open();
  FixedClock clock_{Instant{1'700'000'000'000'000'000}};
  MqttCounters counters_;
  MqttBroker broker_{options_, intake_, *identities_, clock_, counters_, 1};
};

constexpr std::string_view ping{"\xc0\0", 2};

TEST_F(MqttLimitsTest, SilenceOfOneAndAHalfKeepAlivesEndsAConnection) {
  MqttLink link;
  connect(link, Version::v5, 60);
  EXPECT_LE(broker_.check(link, 80'000), 90'000);  // it wants to look again in time
  broker_.receive(link, ping, 89'000);
  link.out.clear();
  broker_.check(link, 89'000 + 89'999);
  EXPECT_EQ(link.state, State::open);
  broker_.check(link, 89'000 + 90'000);
  EXPECT_EQ(link.state, State::closing);
  ASSERT_GE(link.out.size(), 3U);
  EXPECT_EQ(link.out[0], '\xe0');  // DISCONNECT …
  EXPECT_EQ(link.out[2], '\x8d');  // … for the keep-alive
}

// Any byte is a sign of life, also of a packet that is not whole yet.
TEST_F(MqttLimitsTest, PartsOfPacketsKeepAConnectionAlive) {
  MqttLink link;
  connect(link, Version::v311, 10);
  broker_.receive(link, std::string_view("\x30\x7f\0\1a", 5), 14'000);
  broker_.check(link, 28'999);
  EXPECT_EQ(link.state, State::open);
  broker_.check(link, 29'000);
  EXPECT_EQ(link.state, State::closing);
  EXPECT_TRUE(intake_.taken.empty());
}

TEST_F(MqttLimitsTest, WithoutKeepAliveSilenceIsNoFault) {
  MqttLink link;
  connect(link, Version::v311, 0);
  broker_.check(link, 365LL * 86'400'000);
  EXPECT_EQ(link.state, State::open);
}

// What it sent while nothing was read must not count as silence.
TEST_F(MqttLimitsTest, APausedClientIsNotTakenForSilent) {
  MqttLink link;
  connect(link, Version::v311, 10);
  intake_.full = true;
  send(link, mqtt::Publish{.qos = 1, .id = 1, .topic = "cairn/v1/things/g/level", .payload = "1"},
       Version::v311, 1'000);
  ASSERT_TRUE(link.paused);
  broker_.check(link, 60'000);
  EXPECT_EQ(link.state, State::open);
  intake_.full = false;
  broker_.resume(60'000);
  EXPECT_FALSE(link.paused);
  EXPECT_EQ(intake_.taken.size(), 1U);
  broker_.check(link, 74'000);
  EXPECT_EQ(link.state, State::open);
}

TEST_F(MqttLimitsTest, WhoNeverSaysConnectGoes) {
  MqttLink link;
  broker_.opened(link, 500);
  broker_.receive(link, std::string_view("\x10\x20", 2), 600);
  broker_.check(link, 500 + options_.connect_ms - 1);
  EXPECT_EQ(link.state, State::waiting);
  broker_.check(link, 500 + options_.connect_ms);
  EXPECT_EQ(link.state, State::closing);
}

TEST_F(MqttLimitsTest, AnUnknownClientCannotFillTheMemory) {
  MqttLink link;
  broker_.opened(link, 0);
  // A CONNECT that says it has a megabyte.
  broker_.receive(link, std::string_view("\x10\xff\xff\x3f", 4), 1);
  EXPECT_EQ(link.state, State::closing);
}

TEST_F(MqttLimitsTest, AClientThatIsStuckIsLetGo) {
  MqttLink link;
  connect(link, Version::v311, 0);
  link.out = "what its socket does not take";
  link.stuck_since_ms = 1'000;  // as the endpoint notes it
  broker_.check(link, 1'000 + options_.stalled_ms - 1);
  EXPECT_EQ(link.state, State::open);
  broker_.check(link, 1'000 + options_.stalled_ms);
  EXPECT_EQ(link.state, State::closing);
  EXPECT_TRUE(link.out.empty());
  EXPECT_EQ(counters_.slow_consumers, 1);
}

// Two bytes for two: without a limit the answers of one client would fill the memory.
TEST_F(MqttLimitsTest, PingsWithoutReadingTheAnswersAreBounded) {
  MqttLink link;
  connect(link, Version::v311, 0);
  std::string pings;
  for (int i = 0; i < 32'768; ++i) pings += ping;
  for (int i = 0; i < 200 && link.state == State::open; ++i) broker_.receive(link, pings, 1);
  EXPECT_EQ(link.state, State::closing);
  EXPECT_LE(link.out.size(), limits::mqtt_output_bytes + pings.size() + 100);
  EXPECT_EQ(counters_.slow_consumers, 1);
}

TEST_F(MqttLimitsTest, AcknowledgementsThatNobodyReadsAreBounded) {
  MqttLink link;
  connect(link, Version::v311, 0);
  std::string messages;
  for (std::uint16_t id = 1; id <= 4'000; ++id) {
    mqtt::write(
        messages,
        mqtt::Publish{.qos = 1, .id = id, .topic = "cairn/v1/things/g/level", .payload = "1"},
        Version::v311);
  }
  for (int i = 0; i < 400 && link.state == State::open; ++i) {
    broker_.receive(link, messages, 1);
    intake_.taken.clear();
    broker_.committed({.durable = intake_.position, .failed_to = 0, .error = {}}, 1);
  }
  EXPECT_EQ(link.state, State::closing);
  EXPECT_LE(link.out.size(), limits::mqtt_output_bytes + 4 * 4'000 + 100);
}

// A gateway that lost its acknowledgements sends all of it again. Each message is taken (the log
// knows the numbers it had) and acknowledged, and nothing of the door grows.
TEST_F(MqttLimitsTest, AGatewayThatComesBackWithEverythingIsAnswered) {
  std::string messages;
  for (std::uint16_t id = 1; id <= 1'000; ++id) {
    mqtt::Publish packet{
        .dup = true, .qos = 1, .id = id, .topic = "cairn/v1/things/g/level", .payload = "1"};
    std::string users;
    mqtt::append_user_property(users, "sequence", std::to_string(id));
    packet.properties.set_users(users);
    mqtt::write(messages, packet, Version::v5);
  }
  // The digest of "secret".
  const model::MemoryFiles files(model::FileMap{
      {"identities.csv",
       "name,sha256,things,rights\n"
       "gate,2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b,*,publish\n"}});
  const auto known = *Identities::load(files, "identities.csv", "127.0.0.1");
  MqttBroker broker(options_, intake_, *known, clock_, counters_, 1);
  for (int round = 0; round < 3; ++round) {
    MqttLink link;
    connect(broker, link,
            {.version = Version::v5,
             .keep_alive_s = 60,
             .client_id = "c",
             .user = "gate",
             .password = "secret"});
    broker.receive(link, messages, 1);
    ASSERT_EQ(intake_.taken.size(), 1'000U);
    EXPECT_EQ(intake_.taken.back().sequence, 1'000U);
    intake_.taken.clear();
    broker.committed({.durable = intake_.position, .failed_to = 0, .error = {}}, 2);
    EXPECT_EQ(link.out.size(), 1'000U * 4);
    EXPECT_EQ(link.pending_acks(), 0U);
    broker.lost(link, 3);
  }
}

}  // namespace
}  // namespace cairn::server
