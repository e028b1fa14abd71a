// SPDX-License-Identifier: Apache-2.0
#include "server/hj212_orders.hpp"

#include <gtest/gtest.h>

#include <set>

#include "core/text.hpp"

namespace cairn::server {
namespace {

namespace hj212 = codec::hj212;

constexpr Zone china{8 * 3600};

Instant at(const char* digits) {
  return *hj212::read_time(digits, china);
}
Result<Hj212Content> content(const Hj212Command& command) {
  const Hj212Order* order = find_hj212_order(command.command);
  if (order == nullptr) return fail(Code::invalid, "no such command");
  return hj212_content(*order, command, at("20160801085857"), china);
}
std::string said(const Hj212Command& command) {
  const auto made = content(command);
  return made ? made->said : made.error().place + ": " + made.error().message;
}

TEST(Hj212Orders, EachCommandIsThereOnce) {
  std::set<std::string> words, numbers;
  for (const Hj212Order& order : hj212_orders()) {
    EXPECT_TRUE(words.insert(order.command).second) << order.command;
    EXPECT_TRUE(numbers.insert(order.cn).second) << order.cn;
    EXPECT_FALSE(order.label.zh.empty() || order.label.en.empty()) << order.command;
  }
  // All that a platform may say to a site by HJ 212-2017.
  const std::set<std::string> standard{"1000", "1011", "1012", "1061", "1062", "1063", "1064",
                                       "1072", "2011", "2012", "2021", "2022", "2031", "2041",
                                       "2051", "2061", "3011", "3012", "3013", "3014", "3015",
                                       "3016", "3017", "3018", "3019", "3020", "3021"};
  EXPECT_EQ(numbers, standard);
  for (const char* cn : {"1012", "1072", "3011", "3015", "3016", "3021"}) {
    for (const Hj212Order& order : hj212_orders()) {
      if (order.cn == cn) EXPECT_TRUE(order.acts) << cn;
    }
  }
}

TEST(Hj212Orders, TheySayWhatTheStandardWrites) {
  EXPECT_EQ(said({.command = "set_timeouts", .value = 5, .count = 3}), "OverTime=5;ReCount=3");
  EXPECT_EQ(said({.command = "set_clock", .factor = "w01018"}),
            "PolId=w01018;SystemTime=20160801085857");
  EXPECT_EQ(said({.command = "set_realtime_interval", .value = 30}), "RtdInterval=30");
  EXPECT_EQ(said({.command = "set_minute_interval", .value = 10}), "MinInterval=10");
  for (const char* word :
       {"calibrate", "sample", "clean", "compare", "sampling", "sample_out", "serial"}) {
    EXPECT_EQ(said({.command = word, .factor = "w01018"}), "PolId=w01018") << word;
  }
  EXPECT_EQ(said({.command = "keep_sample"}), "");
  EXPECT_EQ(said({.command = "set_sampling", .value = 2, .factor = "w01018", .start = "00:00"}),
            "PolId=w01018;CstartTime=000000;CTime=2");
  EXPECT_EQ(said({.command = "set_sampling", .value = 24, .factor = "w01018", .start = "08:30:15"}),
            "PolId=w01018;CstartTime=083015;CTime=24");
  EXPECT_EQ(said({.command = "info",
                  .span = Interval{at("20160801010522"), at("20160801085857")},
                  .factor = "w01018",
                  .info = "i11001"}),
            "PolId=w01018;InfoId=i11001;BeginTime=20160801010522;EndTime=20160801085857");
  EXPECT_EQ(said({.command = "info", .factor = "w01018", .info = "i12001"}),
            "PolId=w01018;InfoId=i12001");
  EXPECT_EQ(
      said(
          {.command = "set_parameter", .factor = "w01018", .info = "i13004", .parameter = "168.0"}),
      "PolId=w01018;InfoId=i13004;i13004-Info=168.0");
}

TEST(Hj212Orders, APasswordIsSaidButNotShown) {
  const auto made = content({.command = "set_password", .password = "654321"});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->said, "NewPW=654321");
  EXPECT_EQ(made->shown, "NewPW=******");
}

TEST(Hj212Orders, WhatIsWrongIsSaidWithItsField) {
  const auto starts = [](const Hj212Command& command, std::string_view with) {
    const std::string text = said(command);
    EXPECT_TRUE(text.starts_with(with)) << text;
  };
  starts({.command = "calibrate"}, "/factor: calibrate (3011) needs `factor`");
  starts({.command = "calibrate", .factor = "w01018;x"}, "/factor: ");
  starts({.command = "keep_sample", .factor = "w01018"}, "/factor: keep_sample (3015) takes no");
  starts({.command = "set_timeouts", .value = 0, .count = 3}, "/value: ");
  starts({.command = "set_timeouts", .value = 5, .count = 100}, "/count: ");
  starts({.command = "set_realtime_interval", .value = 29}, "/value: ");
  starts({.command = "set_minute_interval", .value = 7}, "/value: ");
  starts({.command = "set_sampling", .value = 25, .factor = "w01018", .start = "00:00"}, "/value:");
  for (const char* start : {"24:00", "0000", "00:60", "00", "-1:00", "00:00:00:00"}) {
    starts({.command = "set_sampling", .value = 2, .factor = "w01018", .start = start}, "/start: ");
  }
  starts({.command = "info", .factor = "w01018", .info = "13004"}, "/info: ");
  starts({.command = "info", .factor = "w01018", .info = "i11001"}, "/from: logs");
  starts({.command = "info",
          .span = Interval{at("20160801010522"), at("20160801085857")},
          .factor = "w01018",
          .info = "i12001"},
         "/from: ");
  starts({.command = "set_parameter", .factor = "w1", .info = "i12001", .parameter = "1"},
         "/info: only parameters");
  starts({.command = "set_parameter", .factor = "w1", .info = "i13001", .parameter = "1;CN=1"},
         "/parameter: ");
  starts({.command = "set_password"}, "/password: ");
  starts({.command = "set_password", .password = "12345"}, "/password: ");
  starts({.command = "set_password", .password = "123;56"}, "/password: ");
  starts({.command = "minutes"}, "/from: ");
  starts({.command = "minutes", .span = Interval{at("20160801085857"), at("20160801010522")}},
         "/from: ");
  starts({.command = "clock", .value = 3}, "/value: clock (1011) takes no `value`");
}

TEST(Hj212Orders, AnAnswerOfSomethingElseIsNone) {
  hj212::Facts facts;
  facts.serials = {{"w01018", "X1"}, {"w21003", "X2"}};
  const Hj212Answer answer = hj212_answer(facts, "w01018", "");
  ASSERT_EQ(answer.facts.serials.size(), 1u);
  EXPECT_EQ(answer.facts.serials[0].serial, "X1");
  EXPECT_EQ(answer.other, "w21003");
  EXPECT_EQ(hj212_answer(facts, "", "").other, "");
  hj212::Facts info;
  info.info = {{"i13005", "w01018", "40", {}}};
  EXPECT_EQ(hj212_answer(info, "w01018", "i13004").other, "i13005");
  EXPECT_FALSE(hj212_told("3020", hj212_answer(info, "w01018", "i13004").facts));
  EXPECT_TRUE(hj212_told("3012", {})) << "nothing is to be told";
}

TEST(Hj212Orders, TheNewestOfEverythingIsKept) {
  hj212::Facts kept;
  for (int i = 1; i <= 30; ++i) {
    hj212::Facts newer;
    newer.bottles = {{i, {}}};
    newer.sampling = {{"w01018", 0, i % 24 + 1}};
    newer.info = {{"i13004", "w01018", std::to_string(i), {}}};
    for (int k = 0; k < 3; ++k) newer.info.push_back({"i11001", "", format("{} {}", i, k), {}});
    keep_facts(kept, newer);
    keep_facts(kept, newer);
  }
  ASSERT_EQ(kept.bottles.size(), 20u);
  EXPECT_EQ(kept.bottles[0].number, 30);
  ASSERT_EQ(kept.sampling.size(), 1u);
  EXPECT_EQ(kept.sampling[0].every_h, 7);
  EXPECT_EQ(kept.info.size(), 51u);
  EXPECT_EQ(kept.info[0].value, "30 2");
  EXPECT_NE(
      std::find_if(kept.info.begin(), kept.info.end(),
                   [](const hj212::Info& one) { return one.id == "i13004" && one.value == "30"; }),
      kept.info.end());
}

TEST(Hj212Orders, ALineSaysWhatWasTold) {
  hj212::Facts facts;
  facts.bottles = {{3, {}}};
  facts.sampling = {{"w01018", 1800, 2}};
  EXPECT_EQ(hj212_facts_text(facts), "bottle 3; w01018: every 2 h from 00:30:00");
  facts.info.assign(500, {"i11001", "", "清洗", {}});
  EXPECT_LE(hj212_facts_text(facts).size(), 205u);
  EXPECT_TRUE(is_valid_utf8(hj212_facts_text(facts)));
}

}  // namespace
}  // namespace cairn::server
