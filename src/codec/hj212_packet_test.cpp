// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "codec/test_hj212.hpp"

namespace cairn::codec::hj212 {
namespace {

const std::string root = CAIRN_SOURCE_DIR;

bool says(const Parsed& parsed, std::string_view text) {
  return texts(parsed.findings).find(text) != std::string::npos;
}
const std::string head = "QN=20160801085857223;ST=32;CN=2011;PW=123456;MN=A1;Flag=5;";

TEST(Hj212Packet, ReadsAllFields) {
  const Parsed parsed = parse(
      "QN=20160801085857535;ST=32;CN=2061;PW=123456;MN=010000A8900016F000169DC0;Flag=7;PNUM=2;"
      "PNO=1;CP=&&DataTime=20160801080000;w00000-Cou=63.0,w00000-Flag=N&&");
  EXPECT_TRUE(parsed.findings.empty()) << texts(parsed.findings);
  const Packet& p = parsed.packet;
  EXPECT_EQ(p.qn, "20160801085857535");
  EXPECT_EQ(p.st, "32");
  EXPECT_EQ(p.cn, "2061");
  EXPECT_EQ(p.pw, "123456");
  EXPECT_EQ(p.mn, "010000A8900016F000169DC0");
  EXPECT_TRUE(p.wants_answer());
  EXPECT_TRUE(p.is_split());
  EXPECT_EQ(p.version(), 1);
  EXPECT_EQ(p.part, 1);
  ASSERT_EQ(p.items.size(), 2u);
  EXPECT_EQ(p.items[1][0], (Item{"w00000-Cou", "63.0"}));
  EXPECT_EQ(*p.find("w00000-Flag"), "N");
}

TEST(Hj212Packet, AnswersAreTheStandardsByteForByte) {
  int answered = 0;
  for (const FrameCase& c : test_frames(root)) {
    const Frame frame = only_frame(c.frame);
    if (!frame.right()) continue;
    const Parsed parsed = parse(frame.data);
    EXPECT_TRUE(parsed.right()) << c.frame << texts(parsed.findings);
    const std::string answer = answer_to(parsed.packet);
    EXPECT_EQ(answer, c.answer == "-" ? "" : c.answer + "\r\n");
    answered += answer.empty() ? 0 : 1;
    EXPECT_EQ(kind_of(parsed.packet.cn) == Kind::other, parsed.packet.cn == "1062");
  }
  EXPECT_EQ(answered, 7);
}

// The annex's own misprints, with what is wrong in them: the parser says so too.
struct Misprint {
  std::string part, reason;
};
const std::vector<Misprint> misprints{
    {"Flag=5CP=", "the ; before CP is missing"},
    {"i11001\xEF\xBC\x89//",
     "'i11001?"
     "?"
     "?//' in CP has no ="},
    {"i11001//", "'i11001//' in CP has no ="},
    {"i12001\xEF\xBC\x89-Info", ""},  // a bracket too many: read as a name
};

TEST(Hj212Packet, TheSegmentsOfAnnexCComeBackAsTheyWere) {
  const auto lines = test_lines(root, "annex_c.txt");
  ASSERT_EQ(lines.size(), 74u);
  int as_they_were = 0;
  int misprinted = 0;
  for (std::string line : lines) {
    // Where the annex leaves something out, with or without a separator before.
    const std::string dots = "\xE2\x80\xA6";
    for (const std::string& left_out : {";" + dots, dots}) {
      if (const std::size_t at = line.find(left_out); at != std::string::npos) {
        line.erase(at, left_out.size());
      }
    }
    const Parsed parsed = parse(line);
    EXPECT_TRUE(parsed.right()) << line << texts(parsed.findings);
    const Misprint* known = nullptr;
    for (const Misprint& one : misprints) {
      if (line.find(one.part) != std::string::npos) known = &one;
    }
    if (known == nullptr) {
      EXPECT_TRUE(parsed.findings.empty()) << line << "\n" << texts(parsed.findings);
    } else {
      EXPECT_TRUE(says(parsed, known->reason)) << line;
      ++misprinted;
    }
    if (line.find("Flag=5CP=") != std::string::npos) {
      EXPECT_EQ(write(parsed.packet), line.replace(line.find("5CP"), 3, "5;CP"));
    } else {
      EXPECT_EQ(write(parsed.packet), line);
      ++as_they_were;
    }
  }
  EXPECT_EQ(as_they_were, 73);
  EXPECT_EQ(misprinted, 5);
}

TEST(Hj212Packet, TellsWhatIsMissing) {
  struct Case {
    std::string data, says;
    bool right;
  };
  const Case cases[] = {
      {"ST=32;CN=2011;PW=1;CP=&&&&", "MN is missing", false},
      {"ST=32;PW=1;MN=A;CP=&&&&", "CN is missing", false},
      {"CN=2011;PW=1;MN=A;CP=&&&&", "ST is missing", false},
      {"ST=32;CN=201x;PW=1;MN=A;CP=&&&&", "CN is '201x'", false},
      {"ST=32;CN=2011;PW=1;MN=A;Flag=5;CP=&&&&", "QN is missing, but the answer", false},
      {"ST=32;CN=2011;PW=1;MN=A;CP=&&&&", "QN is missing", true},
      {"ST=32;CN=2011;MN=A;CP=&&&&", "PW is missing", true},
      {"ST=32;CN=2011;PW=1;MN=A", "no CP=&&", false},
      {"ST=3x;CN=2011;PW=1;MN=A;CP=&&&&", "ST is '3x'", true},
      {"ST=32;CN=2011;PW=1;MN=0123456789012345678901234;CP=&&&&", "25 characters", false},
      {"ST=32;CN=2011;PW=1;MN=a b;CP=&&&&", "beyond printable", false},
      {"QN=20161301000000000;ST=32;CN=2011;PW=1;MN=A;CP=&&&&", "QN is '20161301", true},
      {"QN=20160801085857;ST=32;CN=2011;PW=1;MN=A;CP=&&&&", "QN has 14 digits", true},
      {"ST=32;CN=2011;PW=1;MN=A;Flag=3;CP=&&&&", "no PNUM and PNO", false},
      {head + "PNUM=2;PNO=1;CP=&&&&", "Flag does not say", true},
      {head + "PNUM=2;PNO=3;CP=&&&&", "PNO is 3 of PNUM 2", true},
      {head + "PNUM=x;CP=&&&&", "PNUM is 'x'", true},
      {"ST=32;CN=2011;PW=1;MN=A;Flag=256;CP=&&&&", "Flag is '256'", true},
      {head + "ST=31;CP=&&&&", "ST is there twice", true},
      {head + "Pol=1;CP=&&&&", "no field 'Pol'", true},
      {head + "CP=&&DataTime=20160801085857", "does not end with &&", true},
      {head + "CP=&&&&x", "behind the last &&", true},
      {head + "CP=&&a-Rtd=1;&&", "a ; too many", true},
      {head + "CP=&&a-Rtd=1,,b-Rtd=1&&", "a , too many", true},
      {head + "CP=&&a-Rtd=1=2&&", "has two =", true},
  };
  for (const Case& c : cases) {
    const Parsed parsed = parse(c.data);
    EXPECT_TRUE(says(parsed, c.says)) << c.data << "\n" << texts(parsed.findings);
    EXPECT_EQ(parsed.right(), c.right) << c.data;
  }
}

TEST(Hj212Packet, MendsAForgottenSeparator) {
  const Parsed parsed =
      parse(head + "CP=&&DataTime=20160801085857w01018-Rtd=2.2w01018-Flag=N;B-Rtd=1&&");
  EXPECT_TRUE(says(parsed, "the separator behind 'DataTime=20160801085857' is missing"));
  EXPECT_EQ(*parsed.packet.find("DataTime"), "20160801085857");
  EXPECT_EQ(*parsed.packet.find("w01018-Rtd"), "2.2");
  EXPECT_EQ(*parsed.packet.find("w01018-Flag"), "N");
  EXPECT_EQ(*parsed.packet.find("B-Rtd"), "1");
}

Packet part(int number, int of) {
  Packet out;
  out.mn = "A";
  out.cn = "2061";
  out.parts = of;
  out.part = number;
  return out;
}

TEST(Hj212Packet, PartsShareTheirTimeAndNoneIsMissing) {
  Parts parts;
  auto place = parts.add(part(1, 3));
  EXPECT_FALSE(place.complete);
  EXPECT_FALSE(place.time);
  parts.time(Instant{5});
  place = parts.add(part(2, 3));
  EXPECT_EQ(place.time, Instant{5});
  place = parts.add(part(2, 3));
  EXPECT_NE(texts(place.findings).find("part 2 came again"), std::string::npos);
  place = parts.add(part(3, 3));
  EXPECT_TRUE(place.complete);
  EXPECT_EQ(place.time, Instant{5});
  EXPECT_TRUE(place.findings.empty());
  place = parts.add(part(3, 3));
  EXPECT_FALSE(place.complete);
  EXPECT_FALSE(place.time) << "of another message";
  EXPECT_NE(texts(place.findings).find("part 3 of 3 came, but part 1"), std::string::npos);
  parts.add(part(1, 2));
  place = parts.add(Packet{});
  EXPECT_TRUE(place.complete);
  EXPECT_NE(texts(place.findings).find("the parts 2 to 2"), std::string::npos);
}

TEST(Hj212Packet, AnswersOnlyWhatAsksForIt) {
  Packet packet;
  packet.qn = "20160801085857223";
  packet.mn = "A";
  packet.pw = "1";
  packet.flag = 4;
  packet.cn = "2011";
  EXPECT_EQ(answer_to(packet), "");
  packet.flag = 5;
  EXPECT_NE(answer_to(packet).find("CN=9014"), std::string::npos);
  packet.cn = "1013";
  EXPECT_NE(answer_to(packet).find("CN=9013"), std::string::npos);
  packet.cn = "9012";
  EXPECT_EQ(answer_to(packet), "");
  EXPECT_STREQ(request_words(3), "says the password is wrong");
  EXPECT_STREQ(execution_words(100), "there are no data");
}

}  // namespace
}  // namespace cairn::codec::hj212
