// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>

#include "codec/test_hj212.hpp"

namespace cairn::codec::hj212 {
namespace {

const std::string root = CAIRN_SOURCE_DIR;

bool has(const std::vector<Finding>& findings, Trouble trouble, std::string_view text) {
  for (const Finding& finding : findings) {
    if (finding.trouble == trouble && finding.text.find(text) != std::string::npos) return true;
  }
  return false;
}

std::vector<Frame> all_of(Framer& framer) {
  std::vector<Frame> out;
  while (auto frame = framer.next()) out.push_back(std::move(*frame));
  return out;
}

TEST(Hj212Frame, TheStandardsCrcIsNotThatOfModbus) {
  const std::string data =
      "QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;CP=&&"
      "RtdInterval=30&&";
  EXPECT_EQ(crc(data), 0x1C80);
  EXPECT_EQ(write_frame(data), "##0101" + data + "1C80\r\n");
}

TEST(Hj212Frame, RightFramesAreRightAndWrongOnesToldWhy) {
  const auto frames = test_frames(root);
  ASSERT_EQ(frames.size(), 26u);
  int right = 0;
  for (const FrameCase& c : frames) {
    const Frame frame = only_frame(c.frame);
    EXPECT_EQ(frame.right(), c.wrong == "right") << c.frame << texts(frame.findings);
    right += frame.right() ? 1 : 0;
    EXPECT_EQ(has(frame.findings, Trouble::length, ""), c.wrong.find("length") == 0) << c.frame;
    EXPECT_EQ(has(frame.findings, Trouble::checksum, ""),
              c.wrong.find("checksum") != std::string::npos)
        << c.frame;
  }
  EXPECT_EQ(right, 15);
}

TEST(Hj212Frame, GuessesWhatTheMakerDid) {
  const auto frames = test_frames(root);
  int modbus = 0;
  for (const FrameCase& c : frames) {
    if (has(only_frame(c.frame).findings, Trouble::checksum, "that of Modbus")) ++modbus;
  }
  EXPECT_EQ(modbus, 6);
  EXPECT_TRUE(has(only_frame(frames[4].frame).findings, Trouble::length,
                  "says 0223, but the data segment has 217 bytes: it counts six more"));
  EXPECT_TRUE(has(only_frame("##0003abc" + write_frame("abc").substr(11, 2) +
                             write_frame("abc").substr(9, 2) + "\r\n")
                      .findings,
                  Trouble::checksum, "exchanged"));
}

TEST(Hj212Frame, FramesAreTheSameHoweverTheStreamIsCut) {
  std::string stream = "rubbish ##12 ##QN=1;\r\n";
  std::size_t expected = 1;  // rubbish
  for (const FrameCase& c : test_frames(root)) {
    stream += c.frame;
    ++expected;
  }
  stream += "\r\n\r\n";  // blank lines are nothing
  Framer whole;
  whole.feed(stream);
  const auto frames = all_of(whole);
  ASSERT_EQ(frames.size(), expected);
  EXPECT_TRUE(frames[0].rubbish);
  EXPECT_TRUE(has(frames[0].findings, Trouble::framing, "four digits must say the length"));
  EXPECT_FALSE(whole.finish());
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    Framer framer;
    std::vector<Frame> got;
    for (std::size_t at = 0; at < stream.size();) {
      const std::size_t n = std::min<std::size_t>(stream.size() - at, 1 + random() % 40);
      framer.feed(std::string_view(stream).substr(at, n));
      for (Frame& frame : all_of(framer)) got.push_back(std::move(frame));
      at += n;
    }
    ASSERT_EQ(got.size(), frames.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
      ASSERT_EQ(got[i].bytes, frames[i].bytes);
      ASSERT_EQ(texts(got[i].findings), texts(frames[i].findings));
    }
  }
}

TEST(Hj212Frame, FindsTheNextFrameBehindOneWithoutEnd) {
  const std::string good = write_frame("QN=1");
  Framer framer;
  framer.feed(good.substr(0, good.size() - 2) + good);
  auto frames = all_of(framer);
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_TRUE(frames[0].right()) << "CRC and length are right; only the end is missing";
  EXPECT_TRUE(has(frames[0].findings, Trouble::framing, "the next one begins at once"));
  EXPECT_TRUE(frames[1].findings.empty());
}

TEST(Hj212Frame, TellsOtherFaultsOfTheBorder) {
  const std::string good = write_frame("QN=1");
  EXPECT_TRUE(has(only_frame(good.substr(0, good.size() - 2) + "\n").findings, Trouble::framing,
                  "LF alone"));
  EXPECT_TRUE(has(only_frame("##0004QN=1\r\n").findings, Trouble::checksum, "there is no CRC"));
  EXPECT_TRUE(
      has(only_frame("##0004QN=1xyzw\r\n").findings, Trouble::checksum, "four hexadecimal"));
  EXPECT_TRUE(has(only_frame("##0004QN\r\n").findings, Trouble::framing, "cut off"));
  EXPECT_TRUE(has(only_frame(write_frame("QN=1\xE6")).findings, Trouble::syntax, "byte 5"));
  EXPECT_TRUE(has(only_frame(write_frame(std::string(1025, 'a'))).findings, Trouble::length,
                  "the standard allows 1024"));
  EXPECT_TRUE(only_frame(write_frame(std::string(1025, 'a'))).right());
}

TEST(Hj212Frame, HoldsNoMoreThanAFrame) {
  Framer framer;
  framer.feed("##0100" + std::string(30'000, 'x'));
  const auto frame = framer.next();
  ASSERT_TRUE(frame);
  EXPECT_FALSE(frame->right());
  EXPECT_TRUE(has(frame->findings, Trouble::framing, "does not end within"));
  EXPECT_FALSE(framer.next());
  EXPECT_EQ(framer.held(), 0u) << "what follows is rubbish";
  const auto rest = framer.finish();
  ASSERT_TRUE(rest);
  EXPECT_TRUE(rest->rubbish);
  EXPECT_LE(rest->bytes.size(), shown_bytes);
}

TEST(Hj212Frame, TheRestOfAStreamIsTold) {
  const std::string good = write_frame("QN=1");
  Framer framer;
  framer.feed(good.substr(0, 9));
  EXPECT_FALSE(framer.next());
  const auto rest = framer.finish();
  ASSERT_TRUE(rest);
  EXPECT_TRUE(has(rest->findings, Trouble::framing, "the stream ends within the frame"));
  EXPECT_FALSE(framer.finish());
}

}  // namespace
}  // namespace cairn::codec::hj212
