// SPDX-License-Identifier: Apache-2.0
#include "server/channel_speech.hpp"

#include <gtest/gtest.h>

namespace cairn::server {
namespace {

std::string of(std::size_t count, const char* character) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += character;
  return out;
}

TEST(ChannelSpeech, CountsSegmentsAsPhonesDo) {
  EXPECT_EQ(sms_size("").segments, 0U);
  EXPECT_EQ(sms_size(of(70, "雨")).segments, 1U);
  EXPECT_EQ(sms_size(of(71, "雨")).segments, 2U);
  EXPECT_EQ(sms_size(of(134, "雨")).segments, 2U);
  EXPECT_EQ(sms_size(of(135, "雨")).segments, 3U);
  EXPECT_EQ(sms_size("😀").characters, 2U);
}

TEST(ChannelSpeech, CutsBetweenCharacters) {
  EXPECT_EQ(sms_cut(of(70, "雨"), 1), of(70, "雨"));
  EXPECT_EQ(sms_cut(of(71, "雨"), 1), of(69, "雨") + "…");
  EXPECT_EQ(sms_cut(of(36, "😀"), 1), of(34, "😀") + "…");
  EXPECT_EQ(sms_size(sms_cut(of(500, "雨"), 3)).segments, 3U);
}

TEST(ChannelSpeech, SaysHowLongItTakesToRead) {
  EXPECT_DOUBLE_EQ(speech_s(of(40, "雨")), 10);
  EXPECT_DOUBLE_EQ(speech_s("go to the hill now"), 2);
  EXPECT_DOUBLE_EQ(speech_s("雨。"), 0.75);
  EXPECT_DOUBLE_EQ(speech_s(""), 0);
}

}  // namespace
}  // namespace cairn::server
