// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "server/test_hj212.hpp"

namespace cairn::server {
namespace {

using State = Hj212Request::State;

std::string minutes(const char* time) {
  return format("DataTime={};w01018-Avg=40.1,w01018-Flag=N", time);
}

// What annex C has for a history: request, 9011, data with QNs of their own, 9012.
void answer_history(Hj212Bench& bench, const codec::hj212::Packet& request,
                    const std::vector<const char*>& times) {
  const std::string head = format("QN={};ST=91;", request.qn);
  bench.say(codec::hj212::write_frame(head + "CN=9011;PW=123456;MN=A1;Flag=4;CP=&&QnRtn=1&&"));
  for (const char* time : times) bench.say(request.cn, minutes(time), 4);
  bench.say(codec::hj212::write_frame(head + "CN=9012;PW=123456;MN=A1;Flag=4;CP=&&ExeRtn=1&&"));
}

TEST(Hj212DeskAsk, AfterAGapItAsksForWhatIsMissing) {
  Hj212Bench bench;
  bench.clock.at = bench.at("20160801080001000");
  bench.say("2051", minutes("20160801075000"));
  EXPECT_TRUE(bench.sent().empty());
  bench.clock.at = bench.at("20160801085001000");
  bench.say("2051", minutes("20160801084000"));
  bench.wait(200);
  EXPECT_TRUE(bench.sent().empty()) << "first the acknowledgement";
  bench.to_disk();
  EXPECT_EQ(bench.sent().size(), 2u);
  bench.wait(200);
  const auto sent = bench.sent();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].cn, "2051");
  EXPECT_EQ(sent[0].st, "32");
  EXPECT_EQ(sent[0].pw, "123456");
  EXPECT_EQ(sent[0].flag, 5);
  EXPECT_EQ(*sent[0].find("BeginTime"), "20160801080000");
  EXPECT_EQ(*sent[0].find("EndTime"), "20160801083000");
  answer_history(bench, sent[0], {"20160801080000", "20160801081000", "20160801083000"});
  ASSERT_EQ(bench.intake.taken.size(), 5u);
  EXPECT_FALSE(bench.intake.taken[1].historical);
  EXPECT_TRUE(bench.intake.taken[2].historical);
  EXPECT_TRUE(bench.intake.taken[4].historical);
  const Hj212Standing standing = bench.desk->standing("A1");
  ASSERT_EQ(standing.requests.size(), 1u);
  EXPECT_EQ(standing.requests[0].state, State::done);
  EXPECT_EQ(standing.requests[0].readings, 3u);
  EXPECT_EQ(standing.requests[0].by, "back-fill");
}

TEST(Hj212DeskAsk, AfterARestartTheLastReadingSaysWhereItWent) {
  Hj212DeskOptions options;
  options.last = [](std::string_view thing, std::string_view property) -> std::optional<Instant> {
    EXPECT_EQ(thing, "out-1");
    EXPECT_EQ(property, "cod_hour");
    return codec::hj212::read_time("20160801050000", Hj212Bench::zone);
  };
  Hj212Bench bench(options);
  bench.say("2061", minutes("20160801070000"));
  bench.to_disk();
  (void)bench.sent();
  bench.wait(200);
  const auto sent = bench.sent();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].cn, "2061");
  EXPECT_EQ(*sent[0].find("BeginTime"), "20160801050000");
  EXPECT_EQ(*sent[0].find("EndTime"), "20160801060000");
}

TEST(Hj212DeskAsk, RepeatsAndGivesUp) {
  Hj212Bench bench;
  bench.say("9015", "");
  (void)bench.sent();
  ASSERT_TRUE(bench.desk->ask("A1", {.command = "clock", .by = "li"}, bench.now_ms));
  for (int i = 0; i < 2; ++i) bench.wait(5'001);
  EXPECT_EQ(bench.sent().size(), 3u) << "ReCount";
  bench.wait(5'001);
  EXPECT_TRUE(bench.sent().empty());
  EXPECT_EQ(bench.desk->standing("A1").requests[0].state, State::silent);
  EXPECT_EQ(bench.devices.count(device::Fault::timeout), 1u);
}

TEST(Hj212DeskAsk, ALostConnectionDoesNotLoseTheGap) {
  Hj212Bench bench;
  bench.clock.at = bench.at("20160801080001000");
  bench.say("2051", minutes("20160801075000"));
  bench.clock.at = bench.at("20160801085001000");
  bench.say("2051", minutes("20160801084000"));
  bench.to_disk();
  bench.wait(200);
  ASSERT_EQ(bench.sent().size(), 3u);
  bench.desk->lost(bench.session);
  bench.wait(6'000);
  Hj212Session again;
  again.id = 21;
  bench.desk->opened(again, bench.now_ms);
  bench.desk->receive(again, Hj212Bench::data(bench.clock.at, "9015", ""), bench.now_ms);
  again.out.clear();
  bench.wait(200);
  EXPECT_NE(again.out.find("BeginTime=20160801080000;EndTime=20160801083000"), std::string::npos);
}

TEST(Hj212DeskAsk, AnOperatorAsks) {
  Hj212Bench bench;
  EXPECT_EQ(bench.desk->ask("A1", {.command = "clock"}, 0).error().code, Code::conflict)
      << "not connected";
  bench.say("9015", "");
  (void)bench.sent();
  EXPECT_NE(bench.desk->ask("A1", {.command = "clok"}, 0).error().message.find("'clock'"),
            std::string::npos);
  EXPECT_FALSE(bench.desk->ask("A1", {.command = "set_realtime_interval", .value = 29}, 0));
  EXPECT_FALSE(bench.desk->ask("A1", {.command = "set_minute_interval", .value = 7}, 0));
  EXPECT_FALSE(bench.desk->ask("A1", {.command = "minutes"}, 0));
  const auto asked =
      bench.desk->ask("A1", {.command = "realtime_interval", .by = "li"}, bench.now_ms);
  ASSERT_TRUE(asked);
  EXPECT_FALSE(bench.desk->ask("A1", {.command = "clock"}, 0)) << "one at a time";
  auto sent = bench.sent();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].cn, "1061");
  const std::string head = format("QN={};ST=", asked->qn);
  bench.say(codec::hj212::write_frame(head + "91;CN=9011;PW=123456;MN=A1;Flag=4;CP=&&QnRtn=1&&"));
  bench.say(
      codec::hj212::write_frame(head + "32;CN=1061;PW=123456;MN=A1;Flag=4;CP=&&RtdInterval=30&&"));
  bench.say(codec::hj212::write_frame(head + "91;CN=9012;PW=123456;MN=A1;Flag=4;CP=&&ExeRtn=1&&"));
  const auto standing = bench.desk->standing("A1");
  EXPECT_TRUE(standing.connected);
  EXPECT_EQ(standing.requests[0].state, State::done);
  EXPECT_EQ(standing.requests[0].result.at(0).second, "30");
  EXPECT_EQ(bench.session.out, "") << "answers are not answered";
}

TEST(Hj212DeskAsk, ARefusalIsToldWithItsReason) {
  Hj212Bench bench;
  bench.say("9015", "");
  const auto asked = bench.desk->ask("A1", {.command = "set_clock"}, bench.now_ms);
  bench.say(codec::hj212::write_frame(
      format("QN={};ST=91;CN=9011;PW=123456;MN=A1;Flag=4;CP=&&QnRtn=8&&", asked->qn)));
  EXPECT_EQ(bench.desk->standing("A1").requests[0].state, State::refused);
  EXPECT_EQ(bench.devices.count(device::Fault::refused, "does not know the command"), 1u);
}

TEST(Hj212DeskAsk, TheClockOfAnInstrumentIsMeasured) {
  Hj212Bench bench;
  bench.say("9015", "");
  const auto asked = bench.desk->ask("A1", {.command = "clock"}, bench.now_ms);
  bench.say(codec::hj212::write_frame(format(
      "QN={};ST=32;CN=1011;PW=123456;MN=A1;Flag=4;CP=&&SystemTime=20160801085957&&", asked->qn)));
  EXPECT_EQ(bench.devices.offset, 59'777'000'000);
}

}  // namespace
}  // namespace cairn::server
