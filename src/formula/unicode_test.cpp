// SPDX-License-Identifier: Apache-2.0
#include "formula/unicode.hpp"

#include <gtest/gtest.h>

namespace cairn::formula {
namespace {

TEST(Unicode, CaseFoldingIsFull) {
  EXPECT_EQ(fold_case("KØBENHAVN"), "københavn");
  EXPECT_EQ(fold_case("Straße"), fold_case("STRASSE"));
  EXPECT_EQ(fold_case("ΟΔΟΣ"), fold_case("οδος"));
  EXPECT_EQ(fold_case("КИЕВ"), "киев");
  EXPECT_EQ(fold_case("攀枝花 5G"), "攀枝花 5g");
}

TEST(Unicode, AccentsAreDropped) {
  EXPECT_EQ(strip_accents("Chișinău"), "Chisinau");
  EXPECT_EQ(strip_accents("débárquér"), "debarquer");
  EXPECT_EQ(strip_accents("Ελλάδα"), "Ελλαδα");
  EXPECT_EQ(strip_accents("København"), "København");
  EXPECT_EQ(strip_accents("ガ"), "ガ");
  EXPECT_EQ(strip_accents("e\xCC\x81"), "e");
}

TEST(Unicode, LowerAndUpper) {
  EXPECT_EQ(to_lower("ÄÖ"), "äö");
  EXPECT_EQ(to_upper("straße"), "STRASSE");
}

TEST(Unicode, LikePatterns) {
  const auto like = [](std::string_view text, std::string_view pattern) {
    return LikePattern(pattern).matches(text);
  };
  EXPECT_TRUE(like("Berlin", "B_r%"));
  EXPECT_FALSE(like("Brno", "B_r%"));
  EXPECT_TRUE(like("København", "K_benhavn"));
  EXPECT_TRUE(like("", "%"));
  EXPECT_TRUE(like("", ""));
  EXPECT_FALSE(like("", "_%"));
  EXPECT_FALSE(like("a", ""));
  EXPECT_TRUE(like("aXbXc", "a%b%c"));
  EXPECT_TRUE(like("mississippi", "%iss%ip%"));
  EXPECT_FALSE(like("mississippi", "%iss%ip"));
  EXPECT_TRUE(like("100%", "100\\%"));
  EXPECT_FALSE(like("1000", "100\\%"));
  EXPECT_TRUE(like("a_b\\", "a\\_b\\\\"));
  EXPECT_TRUE(like("x\\", "x\\"));
  const std::string many(5'000, 'a');
  EXPECT_FALSE(like(many, "%a%a%a%a%a%a%b"));
}

}  // namespace
}  // namespace cairn::formula
