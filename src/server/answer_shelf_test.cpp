// SPDX-License-Identifier: Apache-2.0
#include "server/answer_shelf.hpp"

#include <gtest/gtest.h>

namespace cairn::server {
namespace {

TEST(AnswerShelf, GivesWhatTookLongForAMinute) {
  AnswerShelf shelf;
  EXPECT_FALSE(shelf.find("panxi", 0));
  shelf.put("panxi", "a", 500, 1'000);
  EXPECT_EQ(shelf.find("panxi", 61'000), "a");
  EXPECT_FALSE(shelf.find("panxi", 61'001));
  shelf.put("panxi", "b", 9'000, 62'000);
  EXPECT_EQ(shelf.find("panxi", 62'001), "b");
}

TEST(AnswerShelf, WhatIsQuickIsNeverKept) {
  AnswerShelf shelf;
  shelf.put("5134", "a", 29, 0);
  EXPECT_FALSE(shelf.find("5134", 1));
  shelf.put("5134", "a", 30, 0);
  EXPECT_TRUE(shelf.find("5134", 1));
  shelf.put("5134", "b", 10, 2);  // it has become quick
  EXPECT_FALSE(shelf.find("5134", 3));
}

TEST(AnswerShelf, AnAnswerIsDueAfterTwentyTimesAsLongAsItTook) {
  AnswerShelf shelf;
  shelf.put("a", "1", 500, 0);
  shelf.put("b", "2", 100, 1'000);
  shelf.put("c", "3", 9'000, 0);
  EXPECT_TRUE(shelf.wanted(2'999).empty());
  EXPECT_EQ(shelf.wanted(3'000), std::vector<std::string>{"b"});
  EXPECT_EQ(shelf.wanted(10'000), (std::vector<std::string>{"a", "b"})) << "the oldest first";
  EXPECT_EQ(shelf.wanted(30'000), (std::vector<std::string>{"a", "c", "b"}))
      << "half a minute at the latest";
  shelf.put("a", "4", 500, 30'000);
  EXPECT_EQ(shelf.wanted(30'001), (std::vector<std::string>{"c", "b"}));
}

TEST(AnswerShelf, MakesAnewOnlyWhatSomebodyAsksFor) {
  AnswerShelf shelf;
  shelf.put("a", "1", 200, 0);
  shelf.put("b", "2", 200, 0);
  EXPECT_EQ(shelf.wanted(120'000), (std::vector<std::string>{"a", "b"}));
  shelf.find("b", 100'000);
  EXPECT_EQ(shelf.wanted(120'001), std::vector<std::string>{"b"});
}

TEST(AnswerShelf, HoldsABoundedNumber) {
  AnswerShelf shelf;
  for (int i = 0; i < 500; ++i) shelf.put(std::to_string(i), "x", 200, 0);
  EXPECT_EQ(shelf.wanted(4'000).size(), 200u);
  shelf.put("new", "x", 200, 500'000);
  EXPECT_EQ(shelf.wanted(504'000), std::vector<std::string>{"new"});
}

}  // namespace
}  // namespace cairn::server
