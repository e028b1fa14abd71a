// SPDX-License-Identifier: Apache-2.0
#include "server/topics.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"

namespace cairn::server {
namespace {

struct Sent {
  std::vector<std::string> lines;
  std::size_t room = 1'000;
  Topics topics{
      [this](const std::string& topic, const std::string& payload, bool retain, std::uint8_t qos) {
        if (lines.size() >= room) return false;
        lines.push_back(format("{} '{}'{} {}", topic, payload, retain ? " retained" : "", qos));
        return true;
      }};
  void cell(const std::string& region, const std::string& value, std::int64_t now_ms,
            std::size_t reported = 1) {
    watch::LiveUpdate update;
    update.cells.push_back({"load", region, {}, {}});
    update.cells.back().cell.reported = reported;
    topics.publish(update, {{Topic::indicators, "indicator", value, region}}, now_ms);
  }
  void alert(const std::string& thing, model::AlertState state, const std::string& json) {
    watch::LiveUpdate update;
    model::Alert alert;
    alert.rule = "hot";
    alert.region = "5134";
    alert.thing = thing;
    alert.state = state;
    update.alerts.push_back(alert);
    topics.publish(update, {{Topic::alerts, "alert", json, "5134"}}, 0);
  }
};
using Lines = std::vector<std::string>;

TEST(Topics, AlertsAreRetainedWhileTheyAreOpen) {
  Sent sent;
  sent.alert("pump/1", model::AlertState::firing, "fires");
  sent.alert("pump/1", model::AlertState::resolved, "ends");
  EXPECT_EQ(sent.lines, (Lines{"cairn/v1/alerts/5134/hot/pump%2F1 'fires' retained 1",
                               "cairn/v1/alerts/5134/hot/pump%2F1 'ends' 1",
                               "cairn/v1/alerts/5134/hot/pump%2F1 '' retained 1"}));
}

TEST(Topics, WhatWasOpenBeforeTheStartIsTold) {
  Sent sent;
  model::Alert alert;
  alert.rule = "hot";
  alert.thing = "pump";
  sent.topics.open(alert, "still");
  sent.topics.publish({}, {}, 0);
  EXPECT_EQ(sent.lines, (Lines{"cairn/v1/alerts/-/hot/pump 'still' retained 1"}));
}

TEST(Topics, AnIndicatorIsToldOnceASecondWithItsNewestValue) {
  Sent sent;
  sent.cell("51", "1", 10'000);
  sent.cell("51", "2", 10'020);
  sent.cell("51", "3", 10'500);
  sent.cell("5134", "9", 10'500);
  const Lines first{"cairn/v1/indicators/51/load '1' retained 0",
                    "cairn/v1/indicators/5134/load '9' retained 0"};
  EXPECT_EQ(sent.lines, first);
  EXPECT_EQ(sent.topics.waiting(), 1U);
  sent.topics.publish({}, {}, 11'000);  // nothing new: the one that waits goes
  EXPECT_EQ(sent.lines.back(), "cairn/v1/indicators/51/load '3' retained 0");
  EXPECT_EQ(sent.topics.waiting(), 0U);
  sent.topics.publish({}, {}, 13'000);
  EXPECT_EQ(sent.lines.size(), 3U);
}

TEST(Topics, WhatNeverHadAValueIsNoNews) {
  Sent sent;
  sent.cell("51", "null", 10'000, 0);
  EXPECT_TRUE(sent.lines.empty());
  sent.cell("51", "1", 11'000);
  sent.cell("51", "null", 12'000, 0);  // it had one: that it has none now is news
  EXPECT_EQ(sent.lines.size(), 2U);
}

TEST(Topics, AFullDoorDelaysAndLosesNothingThatCounts) {
  Sent sent;
  sent.room = 0;
  sent.cell("51", "1", 10'000);
  sent.cell("51", "2", 12'000);
  sent.alert("a", model::AlertState::firing, "fires");
  sent.alert("a", model::AlertState::resolved, "ends");
  sent.alert("b", model::AlertState::firing, "b");
  EXPECT_EQ(sent.topics.waiting(), 3U);
  sent.room = 1'000;
  sent.topics.publish({}, {}, 12'000);
  EXPECT_EQ(sent.lines, (Lines{"cairn/v1/alerts/5134/hot/a 'ends' 1",
                               "cairn/v1/alerts/5134/hot/a '' retained 1",
                               "cairn/v1/alerts/5134/hot/b 'b' retained 1",
                               "cairn/v1/indicators/51/load '2' retained 0"}));
}

TEST(Topics, LevelsCannotBreakOut) {
  EXPECT_EQ(topic_level("a/b+c#d e%"), "a%2Fb%2Bc%23d%20e%25");
  EXPECT_EQ(topic_level("清江"), "清江");
  EXPECT_EQ(topic_level(""), "-");
}

}  // namespace
}  // namespace cairn::server
