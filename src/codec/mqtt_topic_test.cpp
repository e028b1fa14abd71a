// SPDX-License-Identifier: Apache-2.0
#include "codec/mqtt_topic.hpp"

#include <gtest/gtest.h>

namespace cairn::codec::mqtt {
namespace {

TEST(MqttTopic, TextIsUtf8WithoutControlCharacters) {
  EXPECT_TRUE(is_text(""));
  EXPECT_TRUE(is_text("cairn/v1"));
  EXPECT_TRUE(is_text("水位/𠀀"));
  EXPECT_FALSE(is_text(std::string_view("a\0b", 3)));
  EXPECT_FALSE(is_text("a\x01"));
  EXPECT_FALSE(is_text("a\x7F"));
  EXPECT_FALSE(is_text("a\xC2\x9F"));         // U+009F
  EXPECT_FALSE(is_text("a\xED\xA0\x80"));     // a surrogate
  EXPECT_FALSE(is_text("a\xEF\xBF\xBF"));     // U+FFFF
  EXPECT_FALSE(is_text("a\xEF\xB7\x90"));     // U+FDD0
  EXPECT_FALSE(is_text("\xF0\x9F\xBF\xBE"));  // U+1FFFE
  EXPECT_FALSE(is_text("a\xC0\x80"));         // an overlong NUL
  EXPECT_FALSE(is_text("a\xE6\xB0"));         // cut
}

TEST(MqttTopic, NamesHaveNoWildcards) {
  EXPECT_TRUE(is_topic_name("/"));
  EXPECT_TRUE(is_topic_name("a//b"));
  EXPECT_FALSE(is_topic_name(""));
  EXPECT_FALSE(is_topic_name("a/+"));
  EXPECT_FALSE(is_topic_name("a#"));
}

TEST(MqttTopic, WildcardsOfFiltersFillWholeLevels) {
  for (const char* good : {"#", "+", "a/#", "+/a/+", "/", "a//+", "/+"}) {
    EXPECT_TRUE(is_topic_filter(good)) << good;
  }
  for (const char* bad : {"", "a#", "#/a", "a/#/b", "a+", "+a/b", "a/b#", "##"}) {
    EXPECT_FALSE(is_topic_filter(bad)) << bad;
  }
}

TEST(MqttTopic, FiltersTakeWhatTheStandardSays) {
  // OASIS MQTT 5.0 section 4.7.1 and 4.7.2.
  EXPECT_TRUE(filter_matches("sport/tennis/player1/#", "sport/tennis/player1"));
  EXPECT_TRUE(filter_matches("sport/tennis/player1/#", "sport/tennis/player1/ranking"));
  EXPECT_TRUE(filter_matches("sport/#", "sport"));
  EXPECT_TRUE(filter_matches("#", "a/b"));
  EXPECT_TRUE(filter_matches("sport/tennis/+", "sport/tennis/player1"));
  EXPECT_FALSE(filter_matches("sport/tennis/+", "sport/tennis/player1/ranking"));
  EXPECT_FALSE(filter_matches("sport/+", "sport"));
  EXPECT_TRUE(filter_matches("sport/+", "sport/"));
  EXPECT_TRUE(filter_matches("+/+", "/finance"));
  EXPECT_TRUE(filter_matches("/+", "/finance"));
  EXPECT_FALSE(filter_matches("+", "/finance"));
  EXPECT_FALSE(filter_matches("#", "$SYS/a"));
  EXPECT_FALSE(filter_matches("+/monitor/Clients", "$SYS/monitor/Clients"));
  EXPECT_TRUE(filter_matches("$SYS/#", "$SYS/a"));
  EXPECT_TRUE(filter_matches("+/#", "sport"));
  EXPECT_FALSE(filter_matches("a/b", "a/b/c"));
  EXPECT_FALSE(filter_matches("a/b/c", "a/b"));
  EXPECT_FALSE(filter_matches("a", "A"));
}

TEST(MqttTopic, WiderFiltersCoverNarrowerOnes) {
  EXPECT_TRUE(filter_covers("cairn/v1/things/#", "cairn/v1/things/+/level"));
  EXPECT_TRUE(filter_covers("a/+", "a/b"));
  EXPECT_FALSE(filter_covers("a/b", "a/+"));
  EXPECT_FALSE(filter_covers("a/+", "a/#"));
  EXPECT_FALSE(filter_covers("a/+", "a/b/c"));
  EXPECT_FALSE(filter_covers("a/+/c", "a/b"));
}

TEST(MqttTopic, SharedFiltersNameAGroup) {
  EXPECT_TRUE(is_shared("$share/g/a"));
  EXPECT_FALSE(is_shared("$shared/g/a"));
  const auto shared = split_shared("$share/g/a/+");
  ASSERT_TRUE(shared);
  EXPECT_EQ(shared->group, "g");
  EXPECT_EQ(shared->filter, "a/+");
  for (const char* bad :
       {"$share", "$share/", "$share/g", "$share/g/", "$share//a", "$share/+/a"}) {
    EXPECT_FALSE(split_shared(bad)) << bad;
  }
}

}  // namespace
}  // namespace cairn::codec::mqtt
