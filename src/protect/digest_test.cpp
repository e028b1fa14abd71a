// SPDX-License-Identifier: Apache-2.0
#include "protect/digest.hpp"

#include <gtest/gtest.h>

namespace cairn::protect {
namespace {

TEST(DigestTest, KnownDigests) {
  // FIPS 180-2, appendix B.1.
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(DigestTest, Base64UrlReadsBackAndIsStrict) {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(parse_base64url(base64url(bytes)), bytes);
    bytes += static_cast<char>(i * 37);
  }
  EXPECT_EQ(base64url("\xfb\xff"), "-_8");
  EXPECT_FALSE(parse_base64url("-_8="));
  EXPECT_FALSE(parse_base64url("-_9"));  // bits beyond the last byte
  EXPECT_FALSE(parse_base64url("+/8"));
  EXPECT_FALSE(parse_base64url("A"));
  EXPECT_FALSE(parse_base64url("A A"));
}

TEST(DigestTest, SecretsCompareWhole) {
  EXPECT_TRUE(same_secret("abc", "abc"));
  EXPECT_FALSE(same_secret("abc", "abd"));
  EXPECT_FALSE(same_secret("abc", "abcd"));
  EXPECT_TRUE(same_secret("", ""));
}

}  // namespace
}  // namespace cairn::protect
