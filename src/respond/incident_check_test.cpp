// SPDX-License-Identifier: Apache-2.0
#include "respond/incident_check.hpp"

#include <gtest/gtest.h>

namespace cairn::respond {
namespace {

TEST(IncidentCheck, AFileNameIsNothingButAName) {
  EXPECT_EQ(file_name("现场 1.JPG", "image/jpeg"), "现场_1.jpg");
  EXPECT_EQ(file_name("../../etc/passwd", "text/plain"), "passwd.txt");
  EXPECT_EQ(file_name("C:\\x\\a.exe", "image/png"), "a.png");
  EXPECT_EQ(file_name("a\r\nSet-Cookie: x.png", "image/png"), "aSet-Cookie_x.png");
  EXPECT_EQ(file_name("gpj.\xE2\x80\xAE"
                      "evil.png",
                      "image/png"),
            "gpj.evil.png");
  EXPECT_EQ(file_name("<b>\"x\"", "application/pdf"), "bx.pdf");
  EXPECT_EQ(file_name("", "text/plain"), "file.txt");
  EXPECT_EQ(file_name("...", "text/plain"), "file.txt");
  EXPECT_LE(file_name(std::string(5'000, 'x'), "text/plain").size(), 84u);
}

TEST(IncidentCheck, WordsWithoutTricks) {
  EXPECT_EQ(*check_words("  两行\r\n字 ", "/text"), "两行\n字");
  EXPECT_FALSE(check_words("a\x1B[31m", "/text"));
  EXPECT_FALSE(check_words("\xC3", "/text"));
  EXPECT_TRUE(check_words(std::string(4'000, 'x'), "/text"));
  EXPECT_EQ(check_words(std::string(4'001, 'x'), "/text").error().code, Code::too_large);
  EXPECT_FALSE(check_fields({{"actor", "li"}}));
  EXPECT_TRUE(check_fields({{"reason", " "}})->empty());
}

}  // namespace
}  // namespace cairn::respond
