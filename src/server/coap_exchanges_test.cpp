// SPDX-License-Identifier: Apache-2.0
#include "server/coap_exchanges.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"

namespace cairn::server {
namespace {

struct Wire {
  std::vector<std::string> sent;
  CoapExchanges exchanges;
  explicit Wire(CoapExchanges::Limits limits = {})
      : exchanges(
            limits,
            [this](CoapExchange& x) {
              EXPECT_TRUE(x.session);
              sent.push_back(format("{} {}.{:02}{}", x.key, x.answer.code >> 5, x.answer.code & 31,
                                    x.acknowledged ? " separate" : ""));
            },
            [this](CoapExchange& x) { sent.push_back(x.key + " empty"); }) {}
  void begin(const std::string& key, std::uint64_t position, std::int64_t now_ms = 0,
             bool confirmable = true) {
    CoapExchange exchange;
    exchange.key = key;
    exchange.confirmable = confirmable;
    exchange.session = session;
    CoapAnswer answer;
    answer.position = position;
    exchanges.begin(std::move(exchange), std::move(answer), now_ms);
  }
  std::shared_ptr<void> session = std::make_shared<int>(1);
  using Sent = std::vector<std::string>;
};

TEST(CoapExchanges, AnswersWhenTheReadingsAreOnDisk) {
  Wire wire;
  wire.begin("a", 1);
  wire.begin("b", 2);
  wire.begin("c", 0);  // needs no disk
  EXPECT_EQ(wire.sent, (Wire::Sent{"c 2.04"}));
  wire.exchanges.settle({1, 0, {}});
  EXPECT_EQ(wire.sent, (Wire::Sent{"c 2.04", "a 2.04"}));
  wire.exchanges.settle({2, 0, {}});
  EXPECT_EQ(wire.sent.back(), "b 2.04");
  wire.begin("d", 2);  // durable before it was asked for
  EXPECT_EQ(wire.sent.back(), "d 2.04");
  EXPECT_EQ(wire.session.use_count(), 1);
}

TEST(CoapExchanges, AFullDiskIsToldWithATimeToComeAgain) {
  Wire wire;
  wire.begin("a", 1);
  wire.begin("b", 2);
  wire.begin("c", 3);
  wire.exchanges.settle({1, 2, {Code::io, "no space", ""}});
  EXPECT_EQ(wire.sent, (Wire::Sent{"a 2.04", "b 5.03"}));
  wire.exchanges.settle({3, 0, {}});
  EXPECT_EQ(wire.sent.back(), "c 2.04");
  EXPECT_EQ(coap_disk_refuses({Code::io, "no space", ""}).max_age_s, 60U);
}

TEST(CoapExchanges, ARepetitionHasOneEffectAndTheSameAnswer) {
  Wire wire;
  EXPECT_FALSE(wire.exchanges.repeated("a", wire.session));
  wire.begin("a", 1);
  EXPECT_TRUE(wire.exchanges.repeated("a", wire.session));
  EXPECT_TRUE(wire.sent.empty());  // the answer is still to come
  wire.exchanges.settle({1, 0, {}});
  EXPECT_TRUE(wire.exchanges.repeated("a", wire.session));
  EXPECT_EQ(wire.sent, (Wire::Sent{"a 2.04", "a 2.04"}));
  wire.begin("non", 0, 0, false);
  EXPECT_TRUE(wire.exchanges.repeated("non", wire.session));
  EXPECT_EQ(wire.sent.size(), 3U);
}

TEST(CoapExchanges, ASlowDiskIsAcknowledgedEmptyAndAnsweredApart) {
  Wire wire;
  wire.begin("a", 1, 0);
  wire.begin("b", 2, 900);
  wire.begin("non", 3, 0, false);
  wire.exchanges.tick(999);
  EXPECT_TRUE(wire.sent.empty());
  wire.exchanges.tick(1'000);
  wire.exchanges.tick(1'100);
  EXPECT_EQ(wire.sent, (Wire::Sent{"a empty"}));
  EXPECT_TRUE(wire.exchanges.repeated("a", wire.session));
  EXPECT_EQ(wire.sent.back(), "a empty");
  wire.exchanges.settle({3, 0, {}});
  EXPECT_EQ(wire.sent, (Wire::Sent{"a empty", "a empty", "a 2.04 separate", "b 2.04", "non 2.04"}));
}

TEST(CoapExchanges, OldAnswersAreForgottenAndTheirNumberIsBounded) {
  Wire wire({.under_way = 2, .kept = 3, .lifetime_ms = 1'000, .acknowledge_ms = 100});
  for (int i = 0; i < 10; ++i) wire.begin(std::to_string(i), 0);
  wire.exchanges.tick(0);
  EXPECT_EQ(wire.exchanges.kept(), 3U);
  EXPECT_FALSE(wire.exchanges.repeated("0", wire.session));
  EXPECT_TRUE(wire.exchanges.repeated("9", wire.session));
  wire.begin("w1", 1);
  EXPECT_FALSE(wire.exchanges.full());
  wire.begin("w2", 2);
  EXPECT_TRUE(wire.exchanges.full());
  wire.exchanges.tick(1'001);
  EXPECT_EQ(wire.exchanges.kept(), 2U);  // those that wait stay
  wire.exchanges.settle({2, 0, {}});
  wire.exchanges.tick(2'002);
  EXPECT_EQ(wire.exchanges.kept(), 0U);
}

}  // namespace
}  // namespace cairn::server
