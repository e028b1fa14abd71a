// SPDX-License-Identifier: Apache-2.0
// A connection ends with the right to it, packet by packet.
#include <gtest/gtest.h>

#include "model/memory_files.hpp"
#include "server/mqtt_broker.hpp"
#include "server/mqtt_test_intake.hpp"

namespace cairn::server {
namespace {

namespace mqtt = codec::mqtt;
using device::Revoked;
using mqtt::Version;

// Who shows the token of the register is in; the name is the device's number.
class TestNames final : public DeviceNames {
 public:
  std::optional<Result<Identity>> authenticate(std::string_view user, std::string_view password,
                                               bool) const override {
    if (password != token) return fail(Code::denied, "the token is wrong");
    return Identity{.name = std::string(user),
                    .things = {"*"},
                    .publish = true,
                    .subscribe = user == "watcher"};
  }
  std::optional<Result<Identity>> by_name(std::string_view name) const override {
    return Identity{.name = std::string(name), .things = {"*"}, .publish = true};
  }
  std::optional<std::string> key(std::string_view) const override { return std::nullopt; }
  std::string token = "old";
};

class MqttRevokeTest : public testing::Test {
 protected:
  MqttRevokeTest() {
    model::MemoryFiles files(model::FileMap{{"i.csv", "name,sha256,things,rights\n"}});
    identities_ = *Identities::load(files, "i.csv", "127.0.0.1", &names_);
    broker_ = std::make_unique<MqttBroker>(options_, intake_, *identities_, clock_, counters_, 1);
  }
  void connect(MqttLink& link, const std::string& user, Version version, bool will = false) {
    broker_->opened(link, 0);
    mqtt::Connect packet{.version = version, .clean = false, .keep_alive_s = 60};
    const std::string id = "client of " + user;
    packet.client_id = id;
    packet.user = user;
    packet.password = names_.token;
    if (version == Version::v5) packet.properties.set(mqtt::Property::session_expiry, 3'600U);
    if (will) packet.will = mqtt::Will{.topic = "state/of", .payload = "gone", .retain = true};
    send(link, packet);
    ASSERT_EQ(link.state, MqttLink::State::open) << user;
    link.out.clear();
  }
  void send(MqttLink& link, const mqtt::Packet& packet) {
    std::string bytes;
    const auto* connect = std::get_if<mqtt::Connect>(&packet);
    mqtt::write(bytes, packet, connect != nullptr ? connect->version : link.version);
    broker_->receive(link, bytes, 1);
  }
  void reading(MqttLink& link) {
    send(link, mqtt::Publish{
                   .qos = 1, .id = 7, .topic = "cairn/v1/things/gauge-1/level", .payload = "2.5"});
  }
  void revoke(const std::string& name, Revoked why, const std::string& reason = "") {
    const MqttBroker::Revoked revoked{
        {name, {name, device::Protocol::mqtt, "pump-7", why, reason}}};
    broker_->revoke(revoked, 2);
  }
  // Of the DISCONNECT that a 5.0 client was sent; 0: none.
  static std::pair<int, std::string> told(const MqttLink& link) {
    mqtt::Frame frame;
    const auto framing = mqtt::next_frame(link.out, 10'000, frame);
    if (framing.state != mqtt::Framing::State::whole) return {0, "nothing was sent"};
    const auto packet = mqtt::read_disconnect(frame, link.version);
    if (!packet) return {0, "no DISCONNECT"};
    return {static_cast<int>(packet->reason),
            std::string(packet->properties.text(mqtt::Property::reason_string))};
  }

  TestNames names_;
  MqttOptions options_;
  TestIntake intake_;
  std::shared_ptr<const Identities> identities_;
  FixedClock clock_{Instant{1'700'000'000'000'000'000}};
  MqttCounters counters_;
  std::unique_ptr<MqttBroker> broker_;
};

TEST_F(MqttRevokeTest, ANewSecretEndsTheConnectionAtOnceAndKeepsTheSession) {
  MqttLink link;
  MqttLink other;
  connect(link, "dev-1", Version::v5);
  connect(other, "dev-2", Version::v5);
  names_.token = "new";
  revoke("dev-1", Revoked::secret);
  EXPECT_EQ(link.state, MqttLink::State::closing);
  EXPECT_EQ(told(link).first, 0x87);
  EXPECT_NE(told(link).second.find("new secret"), std::string::npos) << told(link).second;
  EXPECT_EQ(other.state, MqttLink::State::open);
  reading(link);
  EXPECT_TRUE(intake_.taken.empty()) << "what it still sends is not heard";
  EXPECT_EQ(broker_->sessions(), 2U) << "with the new one it goes on where it was";
  EXPECT_EQ(counters_.revoked, 1);
  broker_->lost(link, 3);
  MqttLink again;
  connect(again, "dev-1", Version::v5);
  reading(again);
  EXPECT_EQ(intake_.taken.size(), 1U);
}

TEST_F(MqttRevokeTest, BlockedAndRetiredOnesLoseTheirSessionToo) {
  MqttLink here;
  connect(here, "dev-1", Version::v5);
  MqttLink went;
  connect(went, "dev-2", Version::v5);
  broker_->lost(went, 1);
  ASSERT_EQ(broker_->sessions(), 2U);
  revoke("dev-1", Revoked::blocked, "stolen");
  EXPECT_EQ(told(here).first, 0x98);
  EXPECT_NE(told(here).second.find("dev-1 is blocked: stolen"), std::string::npos);
  EXPECT_EQ(here.state, MqttLink::State::closing);
  EXPECT_EQ(broker_->sessions(), 1U);
  revoke("dev-2", Revoked::retired);
  EXPECT_EQ(broker_->sessions(), 0U) << "nothing is kept for who never comes back";
}

TEST_F(MqttRevokeTest, OtherRightsHoldFromTheNextConnectionOn) {
  MqttLink link;
  connect(link, "dev-1", Version::v5);
  revoke("dev-1", Revoked::rights);
  EXPECT_EQ(link.state, MqttLink::State::closing);
  EXPECT_EQ(told(link).first, 0x98);
  EXPECT_EQ(broker_->sessions(), 1U);
}

TEST_F(MqttRevokeTest, OldClientsAreClosedWithoutAWord) {
  MqttLink link;
  connect(link, "dev-1", Version::v311);
  revoke("dev-1", Revoked::secret);
  EXPECT_EQ(link.state, MqttLink::State::closing);
  EXPECT_EQ(link.out, "");
}

TEST_F(MqttRevokeTest, ItsWillSaysNothingAnyMore) {
  MqttLink watcher;
  connect(watcher, "watcher", Version::v311);
  send(watcher, mqtt::Subscribe{.id = 1, .items = {{.filter = "state/#"}}});
  watcher.out.clear();
  for (const Revoked why : {Revoked::secret, Revoked::rights, Revoked::blocked}) {
    MqttLink link;
    connect(link, "dev-1", Version::v311, true);
    revoke("dev-1", why);
    broker_->lost(link, 3);
    EXPECT_EQ(watcher.out, "");
  }
  MqttLink lost;
  connect(lost, "dev-1", Version::v311, true);
  broker_->lost(lost, 3);
  EXPECT_NE(watcher.out.find("gone"), std::string::npos) << "that of an ordinary end is heard";
}

TEST_F(MqttRevokeTest, ACertificateOutlivesANewToken) {
  MqttLink link;
  link.certificate_name = "dev-1";
  connect(link, "dev-1", Version::v5);
  revoke("dev-1", Revoked::secret);
  EXPECT_EQ(link.state, MqttLink::State::open);
  revoke("dev-1", Revoked::blocked);
  EXPECT_EQ(link.state, MqttLink::State::closing);
}

}  // namespace
}  // namespace cairn::server
