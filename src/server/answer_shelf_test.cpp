// SPDX-License-Identifier: Apache-2.0
#include "server/answer_shelf.hpp"

#include <gtest/gtest.h>

namespace cairn::server {
namespace {

TEST(AnswerShelf, KeepsWhatTookLongForTwentyTimesAsLong) {
  AnswerShelf shelf;
  EXPECT_FALSE(shelf.find("panxi", 0));
  shelf.put("panxi", "a", 500, 1'000);
  EXPECT_EQ(shelf.find("panxi", 11'000), "a");
  EXPECT_FALSE(shelf.find("panxi", 11'001));
  shelf.put("panxi", "b", 9'000, 20'000);
  EXPECT_EQ(shelf.find("panxi", 80'000), "b") << "but no longer than a minute";
  EXPECT_FALSE(shelf.find("panxi", 80'001));
}

TEST(AnswerShelf, WhatIsQuickIsNeverKept) {
  AnswerShelf shelf;
  shelf.put("5134", "a", 99, 0);
  EXPECT_FALSE(shelf.find("5134", 1));
  shelf.put("5134", "a", 100, 0);
  EXPECT_TRUE(shelf.find("5134", 1));
  shelf.put("5134", "b", 10, 2);  // it has become quick
  EXPECT_FALSE(shelf.find("5134", 3));
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
  EXPECT_EQ(shelf.wanted(1).size(), 200u);
  shelf.put("new", "x", 200, 500'000);
  EXPECT_EQ(shelf.wanted(500'000), std::vector<std::string>{"new"});
}

}  // namespace
}  // namespace cairn::server
