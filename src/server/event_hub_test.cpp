// SPDX-License-Identifier: Apache-2.0
#include "server/event_hub.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace cairn::server {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;

class EventHubTest : public ::testing::Test {
 protected:
  std::shared_ptr<BodyStream> open(std::string last = "", std::vector<Topic> topics = {},
                                   std::function<bool(std::string_view)> wants = {}) {
    return hub->open(
        {std::move(topics), std::move(wants), [] { return std::string("{}"); }, std::move(last)});
  }
  std::string pull(BodyStream& stream) {
    std::string out;
    EXPECT_TRUE(stream.pull(now, out));
    return out;
  }
  void alert(const std::string& data, const std::string& region = "5134") {
    hub->publish({{Topic::alerts, "alert", data, region}});
  }

  std::shared_ptr<EventHub> hub = std::make_shared<EventHub>("run", 3);
  std::chrono::steady_clock::time_point now{};
};

TEST_F(EventHubTest, AStreamBeginsWithTheClockAndSendsWhatComes) {
  alert("0");
  const auto stream = open();
  EXPECT_EQ(pull(*stream), ": hello\n\nevent: clock\ndata: {}\n\n");
  EXPECT_EQ(pull(*stream), "");
  alert("1");
  EXPECT_EQ(pull(*stream), "id: run-2\nevent: alert\ndata: 1\n\n");
  EXPECT_EQ(pull(*stream), "");
}

TEST_F(EventHubTest, AQuietStreamBeats) {
  const auto stream = open();
  pull(*stream);
  now += 4s;
  EXPECT_EQ(pull(*stream), "");
  now += 1s;
  EXPECT_EQ(pull(*stream), "event: clock\ndata: {}\n\n");
  now += 5s;
  EXPECT_EQ(pull(*stream), ": still here\n\nevent: clock\ndata: {}\n\n");
}

TEST_F(EventHubTest, TopicsAndRegionsAreLeftOut) {
  const auto stream =
      open("", {Topic::alerts}, [](std::string_view region) { return region == "5134"; });
  pull(*stream);
  alert("far", "51");
  hub->publish({{Topic::readings, "reading", "2", "5134"}});
  alert("near");
  EXPECT_EQ(pull(*stream), "id: run-3\nevent: alert\ndata: near\n\n");
}

TEST_F(EventHubTest, WhoComesBackGetsWhatItMissed) {
  for (const char* data : {"1", "2", "3"}) alert(data);
  const auto stream = open("run-1");
  const std::string out = pull(*stream);
  EXPECT_EQ(out.find("reset"), std::string::npos);
  EXPECT_EQ(out.find("data: 1\n"), std::string::npos);
  EXPECT_NE(out.find("id: run-2\nevent: alert\ndata: 2\n\nid: run-3"), std::string::npos) << out;
}

TEST_F(EventHubTest, WhatIsNoLongerAtHandIsAReset) {
  for (const char* data : {"1", "2", "3", "4", "5"}) alert(data);
  for (const char* last : {"run-1", "other-4", "run-9", "nonsense"}) {
    const auto stream = open(last);
    const std::string out = pull(*stream);
    EXPECT_NE(out.find("event: reset\ndata: {\"reason\":"), std::string::npos) << last;
    EXPECT_EQ(out.find("event: alert"), std::string::npos) << last;
    alert("new");
    EXPECT_NE(pull(*stream).find("data: new"), std::string::npos) << last;
  }
}

TEST_F(EventHubTest, ASlowStreamThatTheRingOvertookIsReset) {
  const auto stream = open();
  pull(*stream);
  for (const char* data : {"1", "2", "3", "4"}) alert(data);
  const std::string out = pull(*stream);
  EXPECT_TRUE(out.starts_with("event: reset\n")) << out;
  EXPECT_EQ(pull(*stream), "");
}

TEST_F(EventHubTest, APullIsBounded) {
  hub = std::make_shared<EventHub>("run", 1000);
  const auto stream = open();
  pull(*stream);
  for (int i = 0; i < 100; ++i) alert(std::string(4096, 'x'));
  std::string all;
  int pulls = 0;
  for (std::string part = pull(*stream); !part.empty(); part = pull(*stream), ++pulls) {
    EXPECT_LT(part.size(), 80'000u);
    all += part;
  }
  EXPECT_GT(pulls, 4);
  EXPECT_NE(all.find("id: run-100\n"), std::string::npos);
}

TEST_F(EventHubTest, StreamsAreWoken) {
  int woken = 0;
  hub->wake_with([&] { ++woken; });
  alert("1");
  hub->publish({});
  EXPECT_EQ(woken, 1);
}

}  // namespace
}  // namespace cairn::server
