// SPDX-License-Identifier: Apache-2.0
#include "core/text.hpp"

#include <gtest/gtest.h>

namespace cairn {
namespace {

TEST(Text, Numbers) {
  EXPECT_EQ(parse_number("1e3"), 1000.0);
  EXPECT_EQ(parse_number("-0.5"), -0.5);
  EXPECT_EQ(parse_number("+7"), 7.0);
  for (const char* bad : {"", "nan", "inf", "0x10", "1 ", " 1", "1,000", "++1", "1e999", "-"}) {
    EXPECT_FALSE(parse_number(bad)) << bad;
  }
  EXPECT_EQ(number_text(-0.0), "0");
  EXPECT_EQ(number_text(0.1), "0.1");
  EXPECT_EQ(number_text(6070562), "6070562");
  EXPECT_EQ(parse_number(number_text(1.0 / 3)), 1.0 / 3);
  EXPECT_EQ(number_text(1e300), "1e+300");
}

TEST(Text, Utf8) {
  EXPECT_TRUE(is_valid_utf8("凉山州 5G"));
  EXPECT_EQ(first_invalid_utf8("ab\xC0\x80"), 2u);        // overlong
  EXPECT_EQ(first_invalid_utf8("\xED\xA0\x80"), 0u);      // surrogate
  EXPECT_EQ(first_invalid_utf8("\xF4\x90\x80\x80"), 0u);  // above U+10FFFF
  EXPECT_EQ(first_invalid_utf8("x\xE5\x87"), 1u);         // cut short
  std::size_t at = 0;
  const std::string text = "攀a";
  EXPECT_EQ(next_code_point(text, at), U'攀');
  EXPECT_EQ(next_code_point(text, at), U'a');
  std::string out;
  append_utf8(out, U'攀');
  append_utf8(out, U'\U0001F3D4');
  EXPECT_EQ(out, "攀\xF0\x9F\x8F\x94");
  EXPECT_EQ(display_width("攀西 5G"), 7u);
}

TEST(Text, SuggestsOnlyLikelyTypos) {
  const std::vector<std::string> words = {"population", "county", "village"};
  EXPECT_EQ(nearest("populaton", words), "population");
  EXPECT_EQ(nearest("Vilage", words), "village");
  EXPECT_FALSE(nearest("temperature", words));
}

TEST(Text, SplitTrimJoin) {
  EXPECT_EQ(trim(" \t a b \r\n"), "a b");
  EXPECT_EQ(split("a,,b", ',').size(), 3u);
  EXPECT_EQ(split("", ',').size(), 1u);
  const std::vector<std::string> parts = {"a", "b"};
  EXPECT_EQ(join(parts, "; "), "a; b");
  EXPECT_TRUE(is_identifier("bs5g_2025"));
  EXPECT_FALSE(is_identifier("5g"));
  EXPECT_FALSE(is_identifier("a-b"));
}

}  // namespace
}  // namespace cairn
