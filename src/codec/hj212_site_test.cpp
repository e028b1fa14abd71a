// SPDX-License-Identifier: Apache-2.0
#include "codec/hj212_site.hpp"

#include <gtest/gtest.h>

#include "codec/test_hj212.hpp"
#include "core/text.hpp"

namespace cairn::codec::hj212 {
namespace {

constexpr Zone china{8 * 3600};

ReadFacts read(const std::string& cn, const std::string& content) {
  const Parsed parsed = parse(
      format("QN=20160801085857223;ST=32;CN={};PW=123456;MN=A1;Flag=4;CP=&&{}&&", cn, content));
  return read_facts(parsed.packet, china);
}
Instant at(const char* digits) {
  return *read_time(digits, china);
}

TEST(Hj212Site, TheStandardsExamplesAreUnderstood) {
  const auto clock = read("1011", "PolId=w01018;SystemTime=20160801085857").facts;
  EXPECT_EQ(clock.clock, at("20160801085857"));
  EXPECT_EQ(read("1061", "RtdInterval=30").facts.realtime_interval_s, 30);
  EXPECT_EQ(read("1063", "MinInterval=10").facts.minute_interval_min, 10);
  EXPECT_EQ(read("2081", "DataTime=20160801085857;RestartTime=20160801085624").facts.restarted,
            at("20160801085624"));
  const auto bottle = read("3015", "DataTime=20160801085857;VaseNo=1").facts;
  ASSERT_EQ(bottle.bottles.size(), 1u);
  EXPECT_EQ(bottle.bottles[0], (Bottle{1, at("20160801085857")}));
  const auto sampling = read("3017", "PolId=w01018;CstartTime=083000;CTime=2").facts;
  ASSERT_EQ(sampling.sampling.size(), 1u);
  EXPECT_EQ(sampling.sampling[0], (Sampling{"w01018", 8 * 3600 + 30 * 60, 2}));
  const auto out = read("3018", "PolId=w01018;Stime=40").facts;
  ASSERT_EQ(out.sample_out.size(), 1u);
  EXPECT_EQ(out.sample_out[0], (SampleOut{"w01018", 40}));
  const auto serial = read("3019", "PolId=w01018;w01018-SN=010000A8900016F000169DC1").facts;
  ASSERT_EQ(serial.serials.size(), 1u);
  EXPECT_EQ(serial.serials[0], (Serial{"w01018", "010000A8900016F000169DC1"}));
}

TEST(Hj212Site, StatesParametersAndLogs) {
  const auto states =
      read("3020", "DataTime=20100301145000;PolId=w01018;i12001-Info=1;i12003-Info=0").facts;
  ASSERT_EQ(states.info.size(), 2u);
  EXPECT_EQ(states.info[0], (Info{"i12001", "w01018", "1", at("20100301145000")}));
  EXPECT_EQ(info_kind(states.info[1].id), InfoKind::state);
  const auto log =
      read("3020", "DataTime=20160801062035;PolId=w01018,i11001-Info=//清洗管路, 2 min//").facts;
  ASSERT_EQ(log.info.size(), 1u);
  EXPECT_EQ(log.info[0].value, "清洗管路, 2 min") << "a separator within it";
  EXPECT_EQ(info_kind("i13004"), InfoKind::parameter);
  EXPECT_EQ(info_kind("i21001"), InfoKind::log) << "of the logger";
  EXPECT_EQ(info_kind("w01018"), InfoKind::other);
}

TEST(Hj212Site, MakersWriteItAsTheyLike) {
  EXPECT_EQ(read("3017", "PolId=w01018;CstartTime=0000;Ctime=4").facts.sampling.at(0),
            (Sampling{"w01018", 0, 4}));
  EXPECT_EQ(read("3015", "vaseno=07").facts.bottles.at(0), (Bottle{7, {}}));
  EXPECT_EQ(read("3019", "SN=X-1").facts.serials.at(0), (Serial{"", "X-1"}));
  // GB 2312, as most loggers write Chinese: 清洗.
  EXPECT_EQ(read("3020", "i11001-Info=//\xC7\xE5\xCF\xB4//").facts.info.at(0).value, "清洗");
}

TEST(Hj212Site, WhatCannotBeIsToldAndLeftOut) {
  const auto told = [](const ReadFacts& read) {
    EXPECT_TRUE(read.facts.empty());
    return texts(read.findings);
  };
  EXPECT_NE(told(read("3015", "VaseNo=0")).find("the number of a bottle"), std::string::npos);
  EXPECT_NE(told(read("3015", "VaseNo=one")).find("'one'"), std::string::npos);
  EXPECT_NE(told(read("3017", "CstartTime=250000;CTime=2")).find("CstartTime"), std::string::npos);
  EXPECT_NE(told(read("3017", "CstartTime=000000;CTime=25")).find("CTime"), std::string::npos);
  EXPECT_NE(told(read("3017", "CstartTime=000000")).find("needs"), std::string::npos);
  EXPECT_NE(told(read("3018", "Stime=-1")).find("Stime"), std::string::npos);
  EXPECT_NE(told(read("3019", "w01018-SN= ")).find("serial"), std::string::npos);
  EXPECT_NE(told(read("3020", "x-Info=1")).find("InfoId"), std::string::npos);
  EXPECT_NE(told(read("1011", "SystemTime=20161301085857")).find("14 digits"), std::string::npos);
  EXPECT_TRUE(read("2011", "VaseNo=3;SystemTime=20160801085857").facts.empty())
      << "another command";
}

TEST(Hj212Site, AnAnswerIsReadAgainAfterItWasWritten) {
  for (const char* content :
       {"DataTime=20160801085857;VaseNo=1", "PolId=w01018;CstartTime=000000;CTime=2",
        "PolId=w01018;Stime=40", "PolId=w01018;w01018-SN=X1",
        "DataTime=20160801085857;PolId=w01018;i13004-Info=168.0;i13005-Info=40"}) {
    for (const char* cn : {"3015", "3017", "3018", "3019", "3020"}) {
      const Packet packet =
          parse(format("QN=20160801085857223;ST=32;CN={};PW=123456;MN=A1;Flag=4;CP=&&{}&&", cn,
                       content))
              .packet;
      const Frame frame = only_frame(write_frame(write(packet)));
      ASSERT_TRUE(frame.right());
      const Packet again = parse(frame.data).packet;
      EXPECT_EQ(again, packet);
      EXPECT_EQ(read_facts(again, china).facts, read_facts(packet, china).facts);
    }
  }
}

TEST(Hj212Site, PasswordsAreNotShown) {
  EXPECT_EQ(without_passwords("ST=32;PW=123456;MN=A1;CP=&&NewPW=654321&&1C80"),
            "ST=32;PW=******;MN=A1;CP=&&NewPW=******&&1C80");
  EXPECT_EQ(without_passwords("PW="), "PW=");
  EXPECT_EQ(without_passwords("pw=12\r\nPW=\xFF"), "pw=**\r\nPW=*");
}

TEST(Hj212Site, TextsAreUtf8) {
  EXPECT_EQ(readable("abc"), "abc");
  EXPECT_EQ(readable("a\x01z"), "a z");
  EXPECT_TRUE(is_valid_utf8(readable("\xFF\xFE\xFF")));
}

}  // namespace
}  // namespace cairn::codec::hj212
