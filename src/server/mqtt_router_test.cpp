// SPDX-License-Identifier: Apache-2.0
#include "server/mqtt_router.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "codec/mqtt_topic.hpp"
#include "server/mqtt_session.hpp"

namespace cairn::server {
namespace {

class MqttRouterTest : public testing::Test {
 protected:
  std::multiset<const MqttSession*> heard(std::string_view topic) {
    std::multiset<const MqttSession*> out;
    subscriptions_.match(
        topic, [&](const MqttSession* s) { return away_.count(s) == 0; },
        [&](MqttSession* s, const MqttSubscription&) { out.insert(s); });
    return out;
  }

  MqttSubscriptions subscriptions_;
  MqttSession a_, b_, c_;
  std::set<const MqttSession*> away_;
};

TEST_F(MqttRouterTest, FindsSubscribersAndForgetsThem) {
  EXPECT_TRUE(subscriptions_.add("a/+/c", false, &a_, {}));
  EXPECT_TRUE(subscriptions_.add("a/#", false, &b_, {}));
  EXPECT_FALSE(subscriptions_.add("a/#", false, &b_, {.qos = 2}));
  EXPECT_EQ(heard("a/b/c"), (std::multiset<const MqttSession*>{&a_, &b_}));
  EXPECT_EQ(heard("a"), std::multiset<const MqttSession*>{&b_});
  EXPECT_TRUE(heard("b").empty());
  EXPECT_TRUE(subscriptions_.remove("a/#", false, &b_));
  EXPECT_FALSE(subscriptions_.remove("a/#", false, &b_));
  EXPECT_FALSE(subscriptions_.remove("never/+", false, &b_));
  EXPECT_TRUE(heard("a").empty());
  EXPECT_EQ(subscriptions_.size(), 1U);
}

TEST_F(MqttRouterTest, AgreesWithTheFiltersOneByOne) {
  std::mt19937 random(7);
  const std::vector<std::string> words{"a", "b", "", "$s", "+", "#"};
  const auto any = [&](std::size_t choices) {
    std::string out;
    const std::size_t levels = 1 + random() % 4;
    for (std::size_t i = 0; i < levels; ++i) {
      const std::string& word = words[random() % choices];
      out += (i > 0 ? "/" : "") + word;
      if (word == "#") break;
    }
    return out;
  };
  std::set<std::string> filters;
  while (filters.size() < 60) {
    if (const std::string one = any(6); codec::mqtt::is_topic_filter(one)) filters.insert(one);
  }
  for (const std::string& filter : filters) subscriptions_.add(filter, false, &a_, {});
  for (int i = 0; i < 500; ++i) {
    const std::string topic = any(4);
    if (!codec::mqtt::is_topic_name(topic)) continue;
    std::size_t expected = 0;
    for (const std::string& filter : filters) {
      expected += codec::mqtt::filter_matches(filter, topic) ? 1 : 0;
    }
    EXPECT_EQ(heard(topic).size(), expected) << topic;
  }
  for (const std::string& filter : filters) EXPECT_TRUE(subscriptions_.remove(filter, false, &a_));
  EXPECT_EQ(subscriptions_.size(), 0U);
}

TEST_F(MqttRouterTest, AGroupSharesItsMessages) {
  subscriptions_.add("$share/g/t/+", true, &a_, {});
  subscriptions_.add("$share/g/t/+", true, &b_, {});
  subscriptions_.add("t/#", false, &c_, {});
  std::multiset<const MqttSession*> all;
  for (int i = 0; i < 10; ++i) all.merge(heard("t/x"));
  EXPECT_EQ(all.count(&a_), 5U);
  EXPECT_EQ(all.count(&b_), 5U);
  EXPECT_EQ(all.count(&c_), 10U);
  away_.insert(&a_);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(heard("t/x").count(&b_), 1U);
  EXPECT_TRUE(subscriptions_.remove("$share/g/t/+", true, &a_));
  EXPECT_TRUE(subscriptions_.remove("$share/g/t/+", true, &b_));
  EXPECT_EQ(heard("t/x").size(), 1U);
}

TEST(MqttRetained, KeepsTheLastOfEachTopic) {
  MqttRetained retained;
  const auto put = [&](const char* topic, const char* payload, std::int64_t expires_ms = 0) {
    auto message = std::make_shared<MqttMessage>();
    message->topic = topic;
    message->payload = payload;
    message->expires_ms = expires_ms;
    return retained.put(message);
  };
  const auto found = [&](const char* filter) {
    std::string out;
    retained.for_each(filter, [&](const SharedMqttMessage& one) { out += one->payload + ";"; });
    return out;
  };
  EXPECT_TRUE(put("a/b", "1") && put("a/b", "2") && put("a", "3") && put("ab/c", "4", 50));
  EXPECT_EQ(found("a/b"), "2;");
  EXPECT_EQ(found("a/#"), "3;2;");
  EXPECT_EQ(found("+/+"), "2;4;");
  retained.expire(50);
  EXPECT_EQ(found("#"), "3;2;");
  EXPECT_TRUE(put("a/b", ""));
  EXPECT_EQ(found("#"), "3;");
}

TEST(MqttRetained, IsBounded) {
  MqttRetained retained;
  auto big = std::make_shared<MqttMessage>();
  big->topic = "big";
  big->payload.assign(limits::mqtt_retained_bytes, 'x');
  EXPECT_FALSE(retained.put(big));
  for (std::size_t i = 0; i <= limits::mqtt_retained; ++i) {
    auto message = std::make_shared<MqttMessage>();
    message->topic = std::to_string(i);
    message->payload = "x";
    EXPECT_EQ(retained.put(message), i < limits::mqtt_retained);
  }
  EXPECT_EQ(retained.size(), limits::mqtt_retained);
}

}  // namespace
}  // namespace cairn::server
