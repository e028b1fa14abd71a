// SPDX-License-Identifier: Apache-2.0
#include "server/smtp_message.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"

namespace cairn::server {
namespace {

constexpr Zone china{8 * 3'600};

Mail mail() {
  return {.from = "cairn@example.org",
          .from_name = "Cairn",
          .to = "li@example.org",
          .subject = "Slope 7 moves",
          .text = "Go there.\n",
          .cap_xml = "",
          .delivery = "0123abcd",
          .date = *parse_instant("2026-11-21T22:10:15+08:00"),
          .zone = china};
}

TEST(SmtpMessage, IsExactlyThis) {
  EXPECT_EQ(mail_message(mail()),
            "Date: Sat, 21 Nov 2026 22:10:15 +0800\r\n"
            "From: Cairn\r\n <cairn@example.org>\r\n"
            "To: li@example.org\r\n"
            "Subject: Slope 7 moves\r\n"
            "Message-ID: <0123abcd@example.org>\r\n"
            "Auto-Submitted: auto-generated\r\n"
            "X-Cairn-Delivery: 0123abcd\r\n"
            "MIME-Version: 1.0\r\n"
            "Content-Type: multipart/mixed;\r\n boundary=\"=_cairn_0123abcd\"\r\n"
            "\r\n"
            "--=_cairn_0123abcd\r\n"
            "Content-Type: text/plain; charset=utf-8\r\n"
            "Content-Transfer-Encoding: base64\r\n"
            "\r\n"
            "R28gdGhlcmUuCg==\r\n"
            "--=_cairn_0123abcd--\r\n");
}

TEST(SmtpMessage, CarriesTheCapMessage) {
  Mail with = mail();
  with.cap_xml = "<alert/>";
  with.urgent = true;
  const std::string text = mail_message(with);
  EXPECT_NE(text.find("Content-Type: application/cap+xml; name=\"warning.cap.xml\"\r\n"),
            std::string::npos);
  EXPECT_NE(text.find("PGFsZXJ0Lz4=\r\n--=_cairn_0123abcd--"), std::string::npos);
  EXPECT_NE(text.find("X-Priority: 1\r\n"), std::string::npos);
}

TEST(SmtpMessage, NothingFromOutsideBecomesAHeader) {
  Mail bad = mail();
  bad.subject = "a\r\nBcc: x@example.org\r\n\r\nbody";
  bad.from_name = "b\nX-Evil: 1";
  bad.delivery = "c\r\nX-Evil: 2>";
  const std::string text = mail_message(bad);
  for (const auto line : split(text, '\n')) {
    EXPECT_FALSE(line.starts_with("Bcc")) << line;
    EXPECT_FALSE(line.starts_with("X-Evil")) << line;
    EXPECT_LE(line.size(), 78U) << line;
    EXPECT_TRUE(line.empty() || line.back() == '\r') << line;
  }
  EXPECT_NE(text.find("Message-ID: <cXEvil2@example.org>"), std::string::npos);
}

TEST(SmtpMessage, SubjectsOfAnyLanguageAndLength) {
  EXPECT_EQ(encoded_header("plain"), "plain");
  EXPECT_EQ(encoded_header("红色"), "=?UTF-8?B?57qi6Imy?=");
  EXPECT_EQ(encoded_header("=?UTF-8?Q?x?="), "=?UTF-8?B?PT9VVEYtOD9RP3g/PQ==?=");
  std::string subject;
  for (int i = 0; i < 40; ++i) subject += "地灾😀";
  const std::string encoded = encoded_header(subject);
  for (const auto word : split(encoded, '\n')) EXPECT_LE(trim(word).size(), 75U);
  EXPECT_GT(split(encoded, '\n').size(), 3U);
  EXPECT_NE(encoded_header("\xFF\xFE").find("=?UTF-8?B?77+977+9?="), std::string::npos);
  EXPECT_LT(encoded_header(std::string(100'000, 'x')).size(), 1'000U);
}

TEST(SmtpMessage, AddressesAreReadStrictly) {
  for (const char* good : {"a@b", "li.si+duty@mail.example.org", "x_y@10.example"}) {
    EXPECT_TRUE(is_mail_address(good)) << good;
  }
  for (const char* bad : {"", "@", "a@", "@b", "a b@c", "a@b\r\n", "a@b>", "<a@b", "a@b,c@d",
                          "\"a\"@b", "a@b@c", "李@example.org", ".a@b", "-f@b", "a;b@c"}) {
    EXPECT_FALSE(is_mail_address(bad)) << bad;
  }
  EXPECT_FALSE(is_mail_address(std::string(65, 'a') + "@b"));
  EXPECT_FALSE(is_mail_address("a@" + std::string(300, 'b')));
}

TEST(SmtpMessage, DatesAreWrittenInTheZone) {
  EXPECT_EQ(mail_date({0}, {}), "Thu, 1 Jan 1970 00:00:00 +0000");
  EXPECT_EQ(mail_date({0}, {-12'600}), "Wed, 31 Dec 1969 20:30:00 -0330");
  EXPECT_EQ(mail_date(*parse_instant("2024-02-29T12:00:00Z"), china),
            "Thu, 29 Feb 2024 20:00:00 +0800");
}

}  // namespace
}  // namespace cairn::server
