// SPDX-License-Identifier: Apache-2.0
// Orders and what instruments make of them: right, wrong, late, not at all.
#include <gtest/gtest.h>

#include "server/test_hj212.hpp"

namespace cairn::server {
namespace {

using State = Hj212Request::State;

// An instrument that is there, and an operator who asks it.
struct Ordered : Hj212Bench {
  Ordered() {
    say("9015", "");
    (void)sent();
  }
  void ask(const Hj212Command& command) {
    const auto asked = desk->ask("A1", command, now_ms);
    ASSERT_TRUE(asked) << asked.error().message;
    qn = asked->qn;
  }
  void answer(const std::string& cn, const std::string& content, const std::string& of = "",
              const std::string& pw = "123456") {
    const bool formal = cn[0] == '9';
    say(codec::hj212::write_frame(format("QN={};ST={};CN={};PW={};MN=A1;Flag=4;CP=&&{}&&",
                                         of.empty() ? qn : of, formal ? "91" : "32", cn, pw,
                                         content)));
  }
  Hj212Request request() const { return desk->standing("A1").requests.at(0); }
  // What the register was given to write, which it does.
  std::vector<Hj212Note> written(const Status& done = {}) {
    auto notes = desk->take_notes();
    for (const Hj212Note& note : notes) desk->noted(note.number, done);
    return notes;
  }
  std::string qn;
};

TEST(Hj212DeskAnswer, AnOrderIsCarriedOut) {
  Ordered bench;
  bench.ask({.command = "calibrate", .factor = "w01018", .by = "li"});
  const auto sent = bench.sent();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].cn, "3011");
  EXPECT_EQ(sent[0].flag, 5);
  EXPECT_EQ(*sent[0].find("PolId"), "w01018");
  bench.answer("9011", "QnRtn=1");
  EXPECT_EQ(bench.request().state, State::accepted);
  bench.wait(50'000);
  bench.answer("9012", "ExeRtn=1");
  EXPECT_EQ(bench.request().state, State::done);
  EXPECT_TRUE(bench.request().ended);
  const auto notes = bench.written();
  ASSERT_EQ(notes.size(), 2u);
  EXPECT_EQ(notes[0].actor, "li");
  EXPECT_EQ(notes[0].action, "order");
  EXPECT_EQ(notes[0].text, "3011 零点校准量程校准 Calibrate zero and span: PolId=w01018; asked");
  EXPECT_NE(notes[1].text.find("; done: done"), std::string::npos);
}

TEST(Hj212DeskAnswer, WhatWasToldIsKept) {
  Ordered bench;
  bench.ask({.command = "sampling", .factor = "w01018"});
  bench.answer("9011", "QnRtn=1");
  bench.answer("3017", "PolId=w01018;CstartTime=083000;CTime=2");
  EXPECT_EQ(bench.request().state, State::accepted);
  bench.answer("9012", "ExeRtn=1");
  EXPECT_EQ(bench.request().state, State::done);
  ASSERT_EQ(bench.request().facts.sampling.size(), 1u);
  EXPECT_EQ(bench.request().facts.sampling[0].every_h, 2);
  EXPECT_TRUE(bench.written().empty()) << "nothing was changed at the site";
  bench.ask({.command = "sample_out", .factor = "w01018"});
  bench.answer("3018", "PolId=w01018;Stime=40");
  bench.answer("9012", "ExeRtn=1");
  EXPECT_EQ(bench.request().facts.sample_out.at(0).minutes, 40);
  const auto uploads = bench.desk->standing("A1").uploads;
  EXPECT_EQ(uploads.sampling.size(), 1u);
  EXPECT_EQ(uploads.sample_out.size(), 1u);
}

TEST(Hj212DeskAnswer, LogsHaveNumbersOfTheirOwn) {
  Ordered bench;
  bench.ask({.command = "info",
             .span = Interval{bench.at("20160801010522"), bench.at("20160801085857")},
             .factor = "w01018",
             .info = "i11001"});
  bench.answer("9011", "QnRtn=1");
  bench.answer("3020", "DataTime=20160801062035;PolId=w01018;i11001-Info=//one//",
               "20160801085857334");
  bench.wait(59'000);
  bench.answer("3020", "DataTime=20160801082857;PolId=w01018;i11001-Info=//two//",
               "20160801085857335");
  bench.wait(59'000);
  EXPECT_EQ(bench.request().state, State::accepted) << "it is still answering";
  bench.answer("9012", "ExeRtn=1");
  EXPECT_EQ(bench.request().state, State::done);
  ASSERT_EQ(bench.request().facts.info.size(), 2u);
  EXPECT_EQ(bench.request().facts.info[1].value, "two");
}

TEST(Hj212DeskAnswer, DoneWithoutWhatWasAskedIsNotDone) {
  Ordered bench;
  bench.ask({.command = "serial", .factor = "w01018"});
  bench.answer("9011", "QnRtn=1");
  bench.answer("9012", "ExeRtn=1");
  EXPECT_EQ(bench.request().state, State::failed);
  EXPECT_EQ(bench.request().text, "says done, but did not tell its serial number");
  EXPECT_EQ(bench.devices.count(device::Fault::value, "did not tell"), 1u);
  bench.answer("3019", "PolId=w01018;w01018-SN=X1");
  EXPECT_EQ(bench.request().state, State::done) << "in the wrong order, but told";
  const auto notes = bench.written();
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0].serial, "X1");
  EXPECT_EQ(notes[0].action, "report");
}

TEST(Hj212DeskAnswer, AnAnswerAboutSomethingElseIsNone) {
  Ordered bench;
  bench.ask({.command = "info", .factor = "w01018", .info = "i13004"});
  bench.answer("9011", "QnRtn=1");
  bench.answer("3020", "PolId=w01018;i13005-Info=40");
  bench.answer("9012", "ExeRtn=1");
  EXPECT_EQ(bench.request().state, State::failed);
  EXPECT_EQ(bench.devices.count(device::Fault::value, "asked for i13004, but answers of i13005"),
            1u);
  bench.ask({.command = "serial", .factor = "w01018"});
  bench.answer("3018", "PolId=w01018;Stime=40");
  EXPECT_EQ(bench.devices.count(device::Fault::syntax, "answers 3019 with 3018"), 1u);
  EXPECT_TRUE(bench.request().facts.empty());
  bench.answer("3019", "PolId=w21003;w21003-SN=X2");
  EXPECT_FALSE(hj212_told("3019", bench.request().facts));
  bench.answer("9011", "QnRtn=1", "20160801000000000");
  EXPECT_EQ(bench.devices.count(device::Fault::syntax, "a request that was not made"), 1u);
}

TEST(Hj212DeskAnswer, WrongValuesAreTold) {
  Ordered bench;
  bench.ask({.command = "keep_sample", .by = "li"});
  bench.answer("9011", "QnRtn=1");
  bench.answer("3015", "DataTime=20160801085857;VaseNo=0");
  bench.answer("9012", "ExeRtn=1");
  EXPECT_EQ(bench.request().state, State::done);
  EXPECT_EQ(bench.request().text, "done, but did not say in which bottle");
  EXPECT_EQ(bench.devices.count(device::Fault::value, "the number of a bottle"), 1u);
  bench.answer("3015", "DataTime=20160801085857;VaseNo=3");
  EXPECT_EQ(bench.request().facts.bottles.at(0).number, 3);
  bench.answer("9012", "ExeRtn=4");
  EXPECT_EQ(bench.request().state, State::done) << "once is enough";
}

TEST(Hj212DeskAnswer, ALateAnswerCounts) {
  Ordered bench;
  bench.ask({.command = "clean", .factor = "w01018", .by = "li"});
  for (int i = 0; i < 3; ++i) bench.wait(5'001);
  EXPECT_EQ(bench.sent().size(), 3u);
  EXPECT_EQ(bench.request().state, State::silent);
  bench.answer("9011", "QnRtn=1");
  EXPECT_EQ(bench.request().state, State::accepted);
  bench.answer("9011", "QnRtn=1");
  bench.answer("9012", "ExeRtn=1");
  EXPECT_EQ(bench.request().state, State::done);
  bench.ask({.command = "clean", .factor = "w01018", .by = "li"});
  for (int i = 0; i < 3; ++i) bench.wait(5'001);
  bench.answer("9012", "ExeRtn=5");
  EXPECT_EQ(bench.request().state, State::failed);
  EXPECT_EQ(bench.request().text, "failed: busy (said late)");
  const auto notes = bench.written();
  ASSERT_EQ(notes.size(), 6u) << "asked, silent, and what came of it; twice";
  EXPECT_NE(notes[1].text.find("silent: no answer"), std::string::npos);
  bench.ask({.command = "serial", .factor = "w01018"});
  for (int i = 0; i < 3; ++i) bench.wait(5'001);
  bench.answer("3019", "PolId=w01018;w01018-SN=X1");
  EXPECT_EQ(bench.request().state, State::done);
  EXPECT_EQ(bench.request().text, "told (late)");
}

TEST(Hj212DeskAnswer, AcceptedAndThenNothing) {
  Ordered bench;
  bench.ask({.command = "sample", .factor = "w01018", .by = "li"});
  bench.answer("9011", "QnRtn=1");
  for (int i = 0; i < 10; ++i) {
    bench.answer("9011", "QnRtn=1");
    bench.wait(6'001);
  }
  EXPECT_EQ(bench.request().state, State::silent) << "saying it again gives no more time";
  EXPECT_EQ(bench.request().tries, 1);
  bench.ask({.command = "serial", .factor = "w01018"});
  bench.answer("3019", "PolId=w01018;w01018-SN=X1");
  bench.wait(60'001);
  EXPECT_EQ(bench.request().state, State::done);
  EXPECT_EQ(bench.request().text, "told, though it never said done (9012)");
}

TEST(Hj212DeskAnswer, AfterARefusalItIsNotDone) {
  Ordered bench;
  bench.ask({.command = "compare", .factor = "w01018", .by = "li"});
  bench.answer("9011", "QnRtn=2");
  bench.answer("9012", "ExeRtn=1");
  EXPECT_EQ(bench.request().state, State::refused);
  EXPECT_EQ(bench.devices.count(device::Fault::syntax, "refused it before"), 1u);
}

TEST(Hj212DeskAnswer, UploadsAreAcknowledgedOnceTheyAreWritten) {
  Ordered bench;
  bench.say("3015", "DataTime=20160801085857;VaseNo=1");
  EXPECT_TRUE(bench.sent().empty()) << "not on disk yet";
  bench.say("3015", "DataTime=20160801085857;VaseNo=1");
  EXPECT_TRUE(bench.sent().empty()) << "nor is it when it comes again";
  auto notes = bench.written();
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0].actor, "system/hj212");
  EXPECT_EQ(notes[0].action, "report");
  EXPECT_NE(notes[0].text.find("bottle 1 2016-08-01"), std::string::npos) << notes[0].text;
  auto sent = bench.sent();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].cn, "9014");
  bench.say("3015", "DataTime=20160801085857;VaseNo=1");
  EXPECT_EQ(bench.sent().size(), 1u) << "known: at once";
  bench.say("2081", "DataTime=20160801085857;RestartTime=20160801085624");
  EXPECT_EQ(bench.written(fail(Code::conflict, "no")).size(), 1u);
  EXPECT_TRUE(bench.sent().empty()) << "the register did not take it";
  bench.say("3020", "DataTime=20160801085857;PolId=w01018;i12001-Info=1");
  EXPECT_EQ(bench.sent().size(), 1u);
  const auto uploads = bench.desk->standing("A1").uploads;
  EXPECT_EQ(uploads.bottles.size(), 1u);
  EXPECT_EQ(uploads.info.at(0).value, "1");
  EXPECT_EQ(uploads.restarted, bench.at("20160801085624"));
}

TEST(Hj212DeskAnswer, AnInstrumentThatReportsWithoutEndDoesNotFillTheRegister) {
  Ordered bench;
  std::size_t notes = 0;
  for (int i = 0; i < 300; ++i) {
    bench.say("3015", format("DataTime=201608010{:03}00;VaseNo={}", i, i % 99 + 1));
    notes += bench.written().size();
  }
  for (int i = 0; i < 300; ++i) {
    bench.clock.at = bench.clock.at + ns_per_second;
    bench.say("3019", format("PolId=w01018;w01018-SN=X{}", i));
    notes += bench.written().size();
  }
  EXPECT_EQ(notes, 200u);
  bench.clock.at = bench.clock.at + ns_per_day;
  bench.say("3019", "PolId=w01018;w01018-SN=Y");
  EXPECT_EQ(bench.written().size(), 1u) << "another day";
}

TEST(Hj212DeskAnswer, ANewPasswordHoldsOnceTheInstrumentHasIt) {
  Ordered bench;
  bench.ask({.command = "set_password", .by = "li", .password = "654321"});
  EXPECT_EQ(bench.written().size(), 1u);
  EXPECT_EQ(*bench.sent().at(0).find("NewPW"), "654321");
  bench.answer("9011", "QnRtn=1");
  bench.say(Hj212Bench::data(bench.clock.at, "9015", "", "A1", "111111"));
  EXPECT_EQ(bench.devices.count(device::Fault::password), 1u) << "neither the old nor the new";
  EXPECT_TRUE(bench.written().empty());
  bench.answer("9012", "ExeRtn=1", "", "654321");
  EXPECT_EQ(bench.request().state, State::accepted) << "the register has not taken it yet";
  EXPECT_TRUE(bench.desk->changes_password("A1"));
  EXPECT_FALSE(bench.desk->ask("A1", {.command = "clock"}, bench.now_ms));
  bench.wait(600'000);
  const auto notes = bench.desk->take_notes();
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0].password, "654321");
  EXPECT_EQ(notes[0].actor, "li");
  bench.devices.password = "654321";
  bench.desk->noted(notes[0].number, {});
  EXPECT_EQ(bench.request().state, State::done);
  EXPECT_FALSE(bench.desk->changes_password("A1"));
  (void)bench.sent();
  EXPECT_TRUE(bench.desk->ask("A1", {.command = "clock"}, bench.now_ms));
  EXPECT_EQ(bench.sent().at(0).pw, "654321");
  bench.say("9015", "");
  EXPECT_EQ(bench.devices.count(device::Fault::password), 2u) << "the old one is gone";
}

TEST(Hj212DeskAnswer, APasswordThatWasNotChangedStays) {
  Ordered bench;
  bench.ask({.command = "set_password", .by = "li", .password = "654321"});
  bench.answer("9011", "QnRtn=1");
  bench.answer("9012", "ExeRtn=2");
  EXPECT_EQ(bench.request().state, State::failed);
  for (const Hj212Note& note : bench.written()) EXPECT_EQ(note.password, "");
  bench.say(Hj212Bench::data(bench.clock.at, "9015", "", "A1", "654321"));
  EXPECT_EQ(bench.devices.count(device::Fault::password), 1u);
  bench.ask({.command = "set_password", .by = "li", .password = "654321"});
  for (int i = 0; i < 3; ++i) bench.wait(5'001);
  EXPECT_EQ(bench.request().state, State::silent);
  for (const Hj212Note& note : bench.written()) EXPECT_EQ(note.password, "");
}

TEST(Hj212DeskAnswer, WhoNeverSaidThatItChangedButSpeaksAnewHasChanged) {
  Ordered bench;
  bench.ask({.command = "set_password", .by = "li", .password = "654321"});
  for (int i = 0; i < 3; ++i) bench.wait(5'001);
  (void)bench.written();
  bench.say(Hj212Bench::data(bench.clock.at, "2011", "DataTime=20160801085857;w01018-Rtd=2.2", "A1",
                             "654321"));
  EXPECT_EQ(bench.intake.taken.size(), 1u);
  const auto notes = bench.written();
  ASSERT_EQ(notes.size(), 1u);
  EXPECT_EQ(notes[0].password, "654321");
  EXPECT_EQ(bench.request().state, State::done);
  EXPECT_NE(bench.request().text.find("speaks with the new password"), std::string::npos);
}

TEST(Hj212DeskAnswer, ARegisterThatDoesNotTakeThePasswordIsSaid) {
  Ordered bench;
  bench.ask({.command = "set_password", .by = "li", .password = "654321"});
  bench.answer("9012", "ExeRtn=1");
  (void)bench.written(fail(Code::conflict, "the device is retired"));
  EXPECT_EQ(bench.request().state, State::failed);
  EXPECT_NE(bench.request().text.find("the device is retired"), std::string::npos);
  bench.say(Hj212Bench::data(bench.clock.at, "9015", "", "A1", "654321"));
  EXPECT_EQ(bench.devices.count(device::Fault::password), 0u) << "it is let in all the same";
}

TEST(Hj212DeskAnswer, NoPasswordIsShownAnywhere) {
  Ordered bench;
  bench.ask({.command = "set_password", .by = "li", .password = "s3cr3t"});
  bench.answer("9011", "QnRtn=1");
  bench.answer("1072", "NewPW=s3cr3t");
  bench.answer("9012", "ExeRtn=1", "", "s3cr3t");
  bench.say(
      Hj212Bench::data(bench.clock.at, "2011", "DataTime=20160801085857;w9-Rtd=1", "A1", "s3cr3t"));
  bench.say("##0077QN=1;PW=s3cr3t;CP=&&NewPW=s3cr3t&&0000\r\n");
  std::string all;
  for (const auto& told : bench.devices.faults) all += told.what + told.sample;
  EXPECT_FALSE(bench.devices.faults.empty());
  for (const Hj212Request& request : bench.desk->standing("A1").requests) {
    all += request.shown + request.text + request.content;
    for (const auto& [name, value] : request.result) all += name + value;
  }
  for (const Hj212Note& note : bench.written()) all += note.text;
  EXPECT_EQ(all.find("s3cr3t"), std::string::npos) << all;
}

TEST(Hj212DeskAnswer, OrdersWaitForADiskThatTakesNothing) {
  Ordered bench;
  for (int i = 0; i < 500; ++i) {
    bench.ask({.command = "clean", .factor = "w01018", .by = "li"});
    bench.answer("9012", "ExeRtn=1");
  }
  EXPECT_EQ(bench.desk->ask("A1", {.command = "clean", .factor = "w01018"}, 0).error().code,
            Code::io);
  EXPECT_TRUE(bench.desk->ask("A1", {.command = "clock"}, 0)) << "asking costs nothing";
  bench.say("3015", "DataTime=20160801085857;VaseNo=1");
  (void)bench.sent();
  EXPECT_TRUE(bench.desk->standing("A1").uploads.bottles.empty()) << "it comes again";
}

}  // namespace
}  // namespace cairn::server
