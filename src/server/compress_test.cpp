// SPDX-License-Identifier: Apache-2.0
#include "server/compress.hpp"

#include <gtest/gtest.h>

#include "core/seams.hpp"

namespace cairn::server {
namespace {

TEST(AcceptsGzip, ReadsWeightsAndStars) {
  EXPECT_TRUE(accepts_gzip("gzip"));
  EXPECT_TRUE(accepts_gzip("br;q=1.0, GZIP;q=0.8"));
  EXPECT_TRUE(accepts_gzip("*"));
  EXPECT_FALSE(accepts_gzip(""));
  EXPECT_FALSE(accepts_gzip("identity"));
  EXPECT_FALSE(accepts_gzip("gzip;q=0, *"));
  EXPECT_FALSE(accepts_gzip("*;q=0"));
}

TEST(Gzip, UnpacksToTheSame) {
  for (const std::string& text : {std::string(), std::string("a"), std::string(100'000, 'x')}) {
    EXPECT_EQ(*gunzip(gzip(text), 1 << 20), text);
  }
  EXPECT_LT(gzip(std::string(100'000, 'x')).size(), 1000u);
}

TEST(EntityTag, ChangesWithEveryByte) {
  const std::string text = "0123456789abcdefg";
  const std::string tag = entity_tag(text);
  EXPECT_EQ(entity_tag(text), tag);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string other = text;
    other[i] ^= 1;
    EXPECT_NE(entity_tag(other), tag) << i;
  }
  EXPECT_NE(entity_tag(text + '\0'), tag);
  EXPECT_NE(entity_tag(""), entity_tag(std::string(1, '\0')));
}

TEST(MatchesTag, ComparesWeaklyInAList) {
  EXPECT_TRUE(matches_tag("\"a\"", "\"a\""));
  EXPECT_TRUE(matches_tag("\"b\", W/\"a\"", "\"a\""));
  EXPECT_TRUE(matches_tag("*", "\"a\""));
  EXPECT_FALSE(matches_tag("", "\"a\""));
  EXPECT_FALSE(matches_tag("\"ab\"", "\"a\""));
}

}  // namespace
}  // namespace cairn::server
