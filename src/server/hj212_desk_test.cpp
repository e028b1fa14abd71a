// SPDX-License-Identifier: Apache-2.0
#include "server/hj212_desk.hpp"

#include <gtest/gtest.h>

#include "codec/test_hj212.hpp"
#include "server/test_hj212.hpp"

namespace cairn::server {
namespace {

const std::string cod = "DataTime=20160801085857;w01018-Rtd=30.5,w01018-Flag=N";

TEST(Hj212Desk, AcknowledgesOnlyWhatIsOnDisk) {
  Hj212Bench bench;
  bench.say("2011", cod);
  ASSERT_EQ(bench.intake.taken.size(), 1u);
  EXPECT_EQ(bench.intake.taken[0].thing, "out-1");
  EXPECT_EQ(bench.session.out, "") << "not on disk yet";
  bench.to_disk();
  EXPECT_EQ(bench.session.out,
            codec::hj212::write_frame("QN=20160801085857223;ST=91;CN=9014;PW=123456;MN=A1;Flag=4;"
                                      "CP=&&&&"));
  EXPECT_EQ(bench.counters.acknowledged, 1u);
  EXPECT_EQ(bench.devices.total, 1u);
  EXPECT_EQ(bench.devices.offset, 0);
}

TEST(Hj212Desk, WhatDidNotComeToTheDiskIsNotAcknowledged) {
  Hj212Bench bench;
  bench.say("2011", cod);
  bench.desk->committed({0, 1, {Code::io, "the disk is full", ""}});
  EXPECT_EQ(bench.session.out, "");
  bench.intake.full = true;
  bench.say("2011", cod);
  EXPECT_EQ(bench.session.out, "");
  EXPECT_EQ(bench.counters.unavailable, 2u);
  bench.intake.full = false;
  bench.say("2011", cod);
  bench.to_disk();
  EXPECT_EQ(bench.sent().size(), 1u) << "the repeated one";
}

TEST(Hj212Desk, NothingIsAnsweredThatAsksForNothing) {
  Hj212Bench bench;
  bench.say("2011", cod, 4);
  bench.to_disk();
  EXPECT_EQ(bench.intake.taken.size(), 1u);
  EXPECT_EQ(bench.session.out, "");
}

TEST(Hj212Desk, AStrangerWaitsWithItsFrameAsSample) {
  Hj212Bench bench;
  const std::string frame = Hj212Bench::data(bench.clock.at, "2011", cod, "B2");
  bench.say(frame);
  bench.say(frame);
  ASSERT_EQ(bench.devices.contacts.size(), 1u) << "once a session";
  EXPECT_EQ(bench.devices.contacts[0].identity, "B2");
  EXPECT_EQ(bench.devices.contacts[0].system, "32");
  EXPECT_EQ(bench.devices.contacts[0].peer, "192.0.2.7");
  EXPECT_NE(bench.devices.contacts[0].sample.find("w01018-Rtd=30.5"), std::string::npos);
  EXPECT_TRUE(bench.intake.taken.empty());
  EXPECT_EQ(bench.session.out, "") << "data of strangers are not acknowledged";
  EXPECT_EQ(bench.counters.strangers, 2u);
  bench.say(Hj212Bench::data(bench.clock.at, "1013", "PolId=w01018", "B2"));
  const auto sent = bench.sent();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(*sent[0].find("QnRtn"), "4");
  // Approved meanwhile: from now on it is heard.
  bench.devices.known["B2"] = {"dev-2", "out-2", "outfall", "", device::Status::approved};
  bench.say(frame);
  ASSERT_EQ(bench.intake.taken.size(), 1u);
  EXPECT_EQ(bench.intake.taken[0].thing, "out-2");
}

TEST(Hj212Desk, PasswordsAndBlockedInstruments) {
  Hj212Bench bench;
  bench.say(Hj212Bench::data(bench.clock.at, "2011", cod, "A1", "000000"));
  EXPECT_TRUE(bench.intake.taken.empty());
  EXPECT_EQ(bench.devices.count(device::Fault::password), 1u);
  EXPECT_EQ(bench.session.out, "");
  bench.say(Hj212Bench::data(bench.clock.at, "9015", "", "A1", "000000"));
  EXPECT_EQ(*bench.sent().at(0).find("QnRtn"), "3");
  bench.devices.known["A1"].status = device::Status::blocked;
  bench.say("2011", cod);
  EXPECT_TRUE(bench.session.closing);
  EXPECT_TRUE(bench.intake.taken.empty());
  EXPECT_EQ(bench.counters.denied, 3u);
}

TEST(Hj212Desk, AConnectionEndsWithTheRightToIt) {
  Hj212Bench bench;
  bench.say("2011", cod);
  bench.to_disk();
  bench.session.out.clear();
  EXPECT_TRUE(bench.desk->standing("A1").connected);
  bench.desk->revoke("B2");
  EXPECT_FALSE(bench.session.closing) << "of another instrument";
  bench.desk->revoke("A1");
  EXPECT_TRUE(bench.session.closing);
  EXPECT_FALSE(bench.desk->standing("A1").connected);
  bench.say("2011", cod);
  EXPECT_EQ(bench.intake.taken.size(), 1u) << "what it still sends is not heard";
  EXPECT_FALSE(bench.desk->ask("A1", {.command = "clock"}, 1));
}

TEST(Hj212Desk, ASharedConnectionStaysForTheOthers) {
  Hj212Bench bench;
  bench.devices.known["B2"] = {"dev-2", "out-2", "outfall", "", device::Status::approved};
  bench.say("2011", cod);
  bench.say(Hj212Bench::data(bench.clock.at, "2011", cod, "B2"));
  bench.devices.password = "654321";  // of A1 and, here, of all
  bench.desk->revoke("A1");
  EXPECT_FALSE(bench.session.closing);
  EXPECT_FALSE(bench.desk->standing("A1").connected);
  EXPECT_TRUE(bench.desk->standing("B2").connected);
  bench.say("2011", cod);
  EXPECT_EQ(bench.intake.taken.size(), 2u) << "with its old password it is refused";
  bench.say(Hj212Bench::data(bench.clock.at, "2011", cod, "A1", "654321"));
  EXPECT_EQ(bench.intake.taken.size(), 3u);
  EXPECT_TRUE(bench.desk->standing("A1").connected);
}

TEST(Hj212Desk, TheFieldsFramesAreTakenOrTold) {
  Hj212Bench bench;
  std::string expected;
  for (const auto& c : codec::hj212::test_frames(CAIRN_SOURCE_DIR)) {
    const auto mn = c.frame.substr(c.frame.find("MN=") + 3);
    bench.devices.known[mn.substr(0, mn.find(';'))] = {"dev-x", "out-1", "outfall", "maker",
                                                       device::Status::approved};
    if (c.answer != "-") expected += c.answer + "\r\n";
  }
  // Several passwords are in the frames; here each is the device's own.
  for (const auto& c : codec::hj212::test_frames(CAIRN_SOURCE_DIR)) {
    const std::size_t at = c.frame.find("PW=");
    bench.devices.password = c.frame.substr(at + 3, c.frame.find(';', at) - at - 3);
    bench.say(c.frame);
  }
  bench.to_disk();
  EXPECT_EQ(bench.session.out, expected);
  EXPECT_EQ(bench.counters.frames, 15u);
  EXPECT_EQ(bench.counters.wrong_frames, 11u);
  EXPECT_EQ(bench.devices.count(device::Fault::length), 4u);
  EXPECT_EQ(bench.devices.count(device::Fault::checksum), 8u);
  EXPECT_EQ(bench.devices.count(device::Fault::checksum, "Modbus"), 6u);
  EXPECT_GE(bench.devices.count(device::Fault::unknown_name, "LA-td"), 1u);
  for (const auto& told : bench.devices.faults) EXPECT_EQ(told.device, "dev-x");
}

TEST(Hj212Desk, RubbishAndSilenceEndASession) {
  Hj212Bench bench;
  bench.say("GET / HTTP/1.1\r\n\r\n");
  bench.wait(61'000);
  EXPECT_TRUE(bench.session.closing) << "no frame within a minute";
  Hj212Bench other;
  other.say("2011", cod);
  other.say(std::string(70'000, 'x'));
  EXPECT_TRUE(other.session.closing);
  Hj212Bench idle;
  idle.say("2011", cod);
  idle.wait(1'700'000);
  EXPECT_FALSE(idle.session.closing);
  idle.wait(200'000);
  EXPECT_TRUE(idle.session.closing);
}

TEST(Hj212Desk, HalfAFrameIsToldInTheEnd) {
  Hj212Bench bench;
  bench.say("2011", cod);
  bench.say("##0123QN=2016");
  bench.wait(61'000);
  EXPECT_EQ(bench.devices.count(device::Fault::framing, "the stream ends within"), 1u);
  EXPECT_EQ(bench.devices.faults.back().device, "dev-1") << "whose session it is";
}

TEST(Hj212Desk, SmallFaultsAreCountedOnceASession) {
  Hj212Bench bench;
  for (int i = 0; i < 5; ++i) bench.say("2011", cod + ";LA-td=50." + std::to_string(i) + ";");
  EXPECT_EQ(bench.devices.count(device::Fault::unknown_name), 1u);
  EXPECT_EQ(bench.devices.count(device::Fault::syntax, "a ; too many"), 1u);
  EXPECT_EQ(bench.intake.taken.size(), 5u);
}

TEST(Hj212Desk, AClockThatIsFarOffIsTold) {
  Hj212Bench bench;
  bench.clock.at = bench.clock.at + 3'600 * ns_per_second;
  bench.say(Hj212Bench::data(bench.at("20160801085857223"), "2011", cod));
  EXPECT_EQ(bench.devices.offset, -3'600 * ns_per_second);
  EXPECT_EQ(bench.devices.count(device::Fault::clock, "its clock is 60 min behind"), 1u);
}

TEST(Hj212Desk, HeartbeatsAndClockRequestsAreAnsweredAsNotices) {
  Hj212Bench bench;
  bench.say("9015", "");
  auto sent = bench.sent();
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].cn, "9013");
  bench.say("1013", "PolId=w01018");
  sent = bench.sent();
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0].cn, "9013");
  EXPECT_EQ(sent[1].cn, "1012");
  EXPECT_EQ(*sent[1].find("PolId"), "w01018");
  EXPECT_EQ(*sent[1].find("SystemTime"), "20160801085857");
}

}  // namespace
}  // namespace cairn::server
