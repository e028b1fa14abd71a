// SPDX-License-Identifier: Apache-2.0
#include "server/mqtt_ingest.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "server/mqtt_test_intake.hpp"

namespace cairn::server {
namespace {

namespace mqtt = codec::mqtt;

std::string named(std::string_view topic) {
  static constexpr const char* kinds[] = {"other", "reserved", "property", "thing",
                                          "senml", "influx",   "sta"};
  const IngestTopic read = read_ingest_topic(topic);
  return format("{}{} '{}' '{}'", kinds[static_cast<int>(read.kind)],
                read.historical ? " historical" : "", read.thing, read.property);
}

TEST(MqttIngest, TopicsNameThingsAndProperties) {
  EXPECT_EQ(named("cairn/v1/things/a/b"), "property 'a' 'b'");
  EXPECT_EQ(named("cairn/v1/backfill/things/a"), "thing historical 'a' ''");
  EXPECT_EQ(named("cairn/v1/senml"), "senml '' ''");
  EXPECT_EQ(named("cairn/v1/influx"), "influx '' ''");
  EXPECT_EQ(named("v1.1/Observations"), "sta '' ''");
  EXPECT_EQ(named("v1.1/Datastreams('air:7:pm25')/Observations"), "sta 'air:7' 'pm25'");
  for (const char* reserved : {"cairn/v1/things/a/b/c", "cairn/x", "$SYS/x", "v1.1/Things",
                               "v1.1/Datastreams(7)/Observations",
                               "v1.1/Datastreams('x')/Observations", "v1.1/Datastreams('a:b')"}) {
    EXPECT_EQ(read_ingest_topic(reserved).kind, IngestTopic::Kind::reserved) << reserved;
  }
  EXPECT_EQ(named("gateway/log"), "other '' ''");
}

class MqttIngestTest : public testing::Test {
 protected:
  watch::Receipt take(std::string topic, std::string payload, watch::Sender& sender,
                      std::string_view sequence = "") {
    mqtt::Publish publish{.qos = 1, .id = 1, .topic = topic, .payload = payload};
    std::string users;
    mqtt::append_user_property(users, "sequence", sequence);
    if (!sequence.empty()) publish.properties.set_users(users);
    const auto receipt = ingest.take(read_ingest_topic(topic), publish, sender);
    EXPECT_TRUE(receipt);
    return receipt.value_or(watch::Receipt{});
  }
  TestIntake intake;
  FixedClock clock{Instant{1'700'000'000'000'000'000}};
  MqttIngest ingest{intake, clock, Zone{}};
};

TEST_F(MqttIngestTest, SensorThingsObservations) {
  watch::Sender sender{.things = {"*"}};
  take("v1.1/Datastreams('air:7:pm25')/Observations", R"({"result":41.5})", sender);
  take("v1.1/Observations", R"({"result":42,"Datastream":{"@iot.id":"air:7:pm10"}})", sender);
  ASSERT_EQ(intake.taken.size(), 2U);
  EXPECT_EQ(intake.taken[0].thing + "/" + intake.taken[0].property, "air:7/pm25");
  EXPECT_EQ(intake.taken[1].property, "pm10");
}

TEST_F(MqttIngestTest, ASequenceNeedsAnIdentity) {
  watch::Sender nobody{.things = {"*"}};
  const auto refused = take("cairn/v1/things/a/b", "1", nobody, "7");
  ASSERT_EQ(refused.refused.size(), 1U);
  EXPECT_EQ(refused.accepted, 0U);
  watch::Sender gateway{.name = "gateway-7", .things = {"*"}};
  EXPECT_EQ(take("cairn/v1/things/a/b", "1", gateway, "7").accepted, 1U);
  EXPECT_EQ(intake.taken.back().sequence, 7U);
}

TEST_F(MqttIngestTest, RefusedTextEndsWithACharacter) {
  watch::Sender sender{.things = {"*"}};
  std::string text(499, 'x');
  text += "清江";
  const auto receipt = take("cairn/v1/things/a/b", text, sender);
  ASSERT_EQ(receipt.refused.size(), 1U);
  EXPECT_TRUE(is_valid_utf8(receipt.refused[0].text)) << receipt.refused[0].text;
}

}  // namespace
}  // namespace cairn::server
