// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "server/test_hj212.hpp"

namespace cairn::server {
namespace {

TEST(Hj212DeskData, NamesBecomePropertiesWithTheirTime) {
  Hj212Bench bench;
  bench.say("2011", "DataTime=20160801085857;w01018-Rtd=30.5,w01018-Flag=N;w00000-Rtd=10");
  bench.say("2051", "DataTime=20160801084000;w01018-Min=1,w01018-Avg=40.1,w01018-Max=50");
  bench.say("2061", "DataTime=20160801070000;w01018-Avg=41");
  bench.say("2031", "DataTime=20160731000000;w01018-Avg=42");
  ASSERT_EQ(bench.intake.taken.size(), 5u);
  const auto& taken = bench.intake.taken;
  EXPECT_EQ(taken[0].property, "cod");
  EXPECT_EQ(taken[0].time, bench.at("20160801085857"));
  EXPECT_EQ(taken[1].property, "flow");
  EXPECT_DOUBLE_EQ(taken[1].value, 37);
  EXPECT_EQ(taken[1].unit, "m3/h");
  EXPECT_EQ(taken[2].property, "cod_10min");
  EXPECT_EQ(taken[2].time, bench.at("20160801085000")) << "the end of its ten minutes";
  EXPECT_EQ(taken[3].time, bench.at("20160801080000"));
  EXPECT_EQ(taken[4].time, bench.at("20160801000000"));
  for (const auto& reading : taken) EXPECT_FALSE(reading.historical);
  EXPECT_EQ(bench.counters.unnamed, 2u) << "Min and Max of a factor that is known";
  EXPECT_EQ(bench.devices.count(device::Fault::unknown_name), 0u);
}

TEST(Hj212DeskData, WhatIsNotMeasuredIsNotTaken) {
  Hj212Bench bench;
  for (const char* flag : {"D", "C", "M", "F", "S", "T", "B", "?"}) {
    bench.say("2011", format("DataTime=20160801085857;w01018-Rtd=30.5,w01018-Flag={}", flag));
  }
  EXPECT_TRUE(bench.intake.taken.empty());
  EXPECT_EQ(bench.counters.flagged, 8u);
  EXPECT_EQ(bench.sent().size(), 8u) << "acknowledged: there is nothing to write";
  EXPECT_EQ(bench.desk->standing("A1").flags.at("w01018"), '?');
  bench.say("2011", "DataTime=20160801085857;w01018-Rtd=30.5,w01018-Flag=N");
  EXPECT_TRUE(bench.desk->standing("A1").flags.empty());
  EXPECT_EQ(bench.intake.taken.size(), 1u);
}

TEST(Hj212DeskData, OnlyWhatThePackTakesOfThatSystem) {
  Hj212Bench bench;
  bench.say("2011", "DataTime=20160801085857;w99999-Rtd=1");
  EXPECT_EQ(bench.devices.count(device::Fault::unknown_name, "w99999-Rtd"), 1u);
  bench.say(codec::hj212::write_frame(
      "QN=20160801085857223;ST=31;CN=2011;PW=123456;MN=A1;Flag=5;CP=&&DataTime=20160801085857;"
      "w01018-Rtd=1&&"));
  EXPECT_TRUE(bench.intake.taken.empty());
}

TEST(Hj212DeskData, AnImpossibleTimeIsNotTaken) {
  Hj212Bench bench;
  bench.say("2011", "DataTime=20161301085857;w01018-Rtd=30.5");
  EXPECT_TRUE(bench.intake.taken.empty());
  EXPECT_EQ(bench.session.out, "");
  EXPECT_EQ(bench.devices.count(device::Fault::clock, "DataTime is '20161301085857'"), 1u);
  EXPECT_EQ(bench.counters.wrong_frames, 1u);
  EXPECT_EQ(bench.counters.frames, 0u);
}

TEST(Hj212DeskData, MakersWhoStampTheEnd) {
  Hj212Bench bench;
  bench.say("2051", "DataTime=20160801085850;w01018-Avg=40");
  ASSERT_EQ(bench.intake.taken.size(), 1u);
  EXPECT_EQ(bench.intake.taken[0].time, bench.at("20160801085850"));
  EXPECT_EQ(bench.devices.count(device::Fault::clock, "is the end of its interval"), 1u);
}

TEST(Hj212DeskData, WhatComesLateIsHistory) {
  Hj212Bench bench;
  bench.say("2011", "DataTime=20160801084800;w01018-Rtd=1");
  bench.say("2051", "DataTime=20160801074800;w01018-Avg=1");
  bench.say("2061", "DataTime=20160801040000;w01018-Avg=1");
  bench.say("2011", "DataTime=20160801084900;w01018-Rtd=1");
  ASSERT_EQ(bench.intake.taken.size(), 4u);
  EXPECT_TRUE(bench.intake.taken[0].historical);
  EXPECT_TRUE(bench.intake.taken[1].historical);
  EXPECT_TRUE(bench.intake.taken[2].historical);
  EXPECT_FALSE(bench.intake.taken[3].historical);
  EXPECT_EQ(bench.counters.historical, 3u);
}

TEST(Hj212DeskData, PartsAreAnsweredOneByOneAndShareTheirTime) {
  Hj212Bench bench;
  const auto part = [](int number, const char* content) {
    return codec::hj212::write_frame(
        format("QN=2016080108585753{};ST=32;CN=2061;PW=123456;MN=A1;Flag=7;PNUM=2;PNO={};CP=&&{}&&",
               number, number, content));
  };
  bench.say(part(1, "DataTime=20160801070000;w00000-Avg=1"));
  bench.say(part(2, "w01018-Avg=40.1,w01018-Flag=N"));
  ASSERT_EQ(bench.intake.taken.size(), 1u);
  EXPECT_EQ(bench.intake.taken[0].time, bench.at("20160801080000"));
  bench.to_disk();
  const auto sent = bench.sent();
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0].qn, "20160801085857531");
  EXPECT_EQ(sent[1].qn, "20160801085857532");
}

}  // namespace
}  // namespace cairn::server
