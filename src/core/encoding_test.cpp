// SPDX-License-Identifier: Apache-2.0
#include "core/encoding.hpp"

#include <gtest/gtest.h>

namespace cairn {
namespace {

TEST(Encoding, DetectsAndConverts) {
  const auto utf8 = decode_text("名称,x\n");
  ASSERT_TRUE(utf8);
  EXPECT_EQ(utf8->encoding, "UTF-8");
  const auto bom = decode_text("\xEF\xBB\xBFname");
  ASSERT_TRUE(bom);
  EXPECT_EQ(bom->text, "name");
  EXPECT_EQ(bom->encoding, "UTF-8 with BOM");
  const auto gb = decode_text("\xB7\xB3\xD6\xA6\xBB\xA8");  // not UTF-8, valid GB 18030
  ASSERT_TRUE(gb);
  EXPECT_EQ(gb->encoding, "GB 18030");
  const auto liangshan = decode_text("\xC1\xB9\xC9\xBD");
  ASSERT_TRUE(liangshan);
  EXPECT_EQ(liangshan->text, "凉山");
  const auto utf16 =
      decode_text(std::string_view("\xFF\xFE"
                                   "A\0\xC9\x51",
                                   6));
  ASSERT_TRUE(utf16);
  EXPECT_EQ(utf16->text, "A凉");
}

TEST(Encoding, NamesTheFirstByteThatIsNeither) {
  const auto bad = decode_text("ok\nab\xFF\xFFzz");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().place, "line 2, byte 6");
}

}  // namespace
}  // namespace cairn
