// SPDX-License-Identifier: Apache-2.0
// The bytes are written out by hand after RFC 1035.
#include "probe/dns_message.hpp"

#include <gtest/gtest.h>

using std::string_literals::operator""s;

namespace cairn::probe {
namespace {

const std::string name =
    "\x06portal\x07"
    "example\x00"s;
std::string header(const std::string& flags, char answers, char authority = 0) {
  return "\x12\x34"s + flags + "\0\x01\0"s + answers + "\0"s + authority + "\0\0"s;
}
// The name as a pointer to the question; class IN; one hour.
std::string row(const std::string& type, const std::string& data) {
  return "\xC0\x0C"s + type + "\0\x01\0\0\x0E\x10"s + "\0"s + static_cast<char>(data.size()) + data;
}

TEST(Dns, Question) {
  const auto question = write_question({"Portal.example", DnsType::aaaa, true, true}, 0x1234);
  ASSERT_TRUE(question);
  EXPECT_EQ(*question, "\x12\x34\x01\0\0\x01\0\0\0\0\0\x01"s +
                           "\x06Portal\x07"
                           "example\0"s +
                           "\0\x1C\0\x01"s + "\0\0\x29\x04\xD0\0\0\x80\0\0\0"s);
  const auto server = write_question({"", DnsType::ns, false, false}, 1);
  ASSERT_TRUE(server);
  EXPECT_EQ(*server, "\0\x01\0\0\0\x01\0\0\0\0\0\x01"s + "\0\0\x02\0\x01"s +
                         "\0\0\x29\x04\xD0\0\0\0\0\0\0"s);
  EXPECT_FALSE(write_question({"a..b"}, 1));
  EXPECT_FALSE(write_question({std::string(64, 'a') + ".b"}, 1));
  EXPECT_FALSE(write_question({std::string(254, 'a')}, 1));
}

TEST(Dns, Answers) {
  const std::string bytes =
      header("\x85\xA0"s, 7) + name + "\0\x1C\0\x01"s +
      row("\0\x1C"s, "\x20\x01\x0D\xB8\0\0\0\0\0\0\0\0\0\0\0\x07"s) +
      row("\0\x01"s, "\xC6\x33\x64\x07"s) + row("\0\x02"s, "\x03ns1\xC0\x13"s) +
      row("\0\x06"s,
          "\x03ns1\xC0\x13\x01"
          "a\xC0\x13"s +
              "\x78\xC3\x28\x65"s + "\0\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0\x04"s) +
      row("\0\x10"s,
          "\x03"
          "cai\x02rn"s) +
      row("\x01\x01"s, "\0\x05issueca.example"s) + row("\0\x2E"s, "\0\x1C"s);
  const auto message = read_message(bytes);
  ASSERT_TRUE(message) << to_string(message.error());
  EXPECT_EQ(message->id, 0x1234);
  EXPECT_TRUE(message->authoritative);
  EXPECT_TRUE(message->authentic);
  EXPECT_FALSE(message->truncated);
  EXPECT_EQ(message->code, 0);
  ASSERT_EQ(message->answers.size(), 7u);
  EXPECT_EQ(message->answers[0].name, "portal.example");
  EXPECT_EQ(message->answers[0].text, "2001:db8::7");
  EXPECT_EQ(message->answers[1].text, "198.51.100.7");
  EXPECT_EQ(message->answers[2].text, "ns1.example");
  EXPECT_EQ(message->answers[3].serial, 2'026'055'781u);
  EXPECT_EQ(message->answers[4].text, "cairn");
  EXPECT_EQ(message->answers[5].text, "issue ca.example");
  EXPECT_EQ(message->answers[6].type, DnsType::rrsig);
  EXPECT_EQ(texts_of(message->answers, DnsType::a).size(), 1u);
  EXPECT_TRUE(texts_of(message->answers, DnsType::a, "other.example").empty());
}

TEST(Dns, CodesAndFlags) {
  const auto message = read_message(header("\x82\x05"s, 0) + name + "\0\x01\0\x01"s);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->code, 5);
  EXPECT_TRUE(message->truncated);
  EXPECT_EQ(code_name(5), "refused");
  EXPECT_EQ(code_name(3), "no such name");
  EXPECT_EQ(code_name(11), "other error");
}

TEST(Dns, WhatIsWrongIsRefusedWithItsPlace) {
  const std::string good =
      header("\x81\x80"s, 1) + name + "\0\x01\0\x01"s + row("\0\x01"s, "\xC6\x33\x64\x07"s);
  ASSERT_TRUE(read_message(good));
  for (std::size_t size = 0; size < good.size(); ++size) {
    const auto cut = read_message(std::string_view(good).substr(0, size));
    ASSERT_FALSE(cut) << size;
    EXPECT_TRUE(cut.error().place.starts_with("byte ")) << size;
  }
  EXPECT_FALSE(read_message(header("\x01\x80"s, 0) + name + "\0\x01\0\x01"s));  // a question
  // A name that points to itself.
  EXPECT_FALSE(read_message(header("\x81\x80"s, 0) + "\xC0\x0C\0\x01\0\x01"s));
}

TEST(Dns, NamesAreSafeToShow) {
  const auto message = read_message(header("\x81\x80"s, 1) +
                                    "\x03"
                                    "a\n\"\0"s +
                                    "\0\x01\0\x01"s + row("\0\x10"s, "\x03\x1b[m"s));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->answers[0].name, "a??");
  EXPECT_EQ(message->answers[0].text, "?[m");
}

}  // namespace
}  // namespace cairn::probe
