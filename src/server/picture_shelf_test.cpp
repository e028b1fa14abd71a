// SPDX-License-Identifier: Apache-2.0
#include "server/picture_shelf.hpp"

#include <gtest/gtest.h>

namespace cairn::server {
namespace {

TEST(PictureShelf, KeepsWhatWasUsedLastWithinItsBound) {
  PictureShelf shelf(30);
  shelf.put("a", std::string(9, 'A'));
  shelf.put("b", std::string(9, 'B'));
  shelf.put("c", std::string(9, 'C'));
  EXPECT_EQ(shelf.bytes(), 30U);
  const auto kept = shelf.find("a");  // now "b" is the one that nobody used longest
  ASSERT_TRUE(kept);
  shelf.put("d", std::string(4, 'D'));
  EXPECT_FALSE(shelf.find("b"));
  EXPECT_EQ(*shelf.find("a"), "AAAAAAAAA");
  EXPECT_EQ(*shelf.find("d"), "DDDD");
  EXPECT_EQ(shelf.bytes(), 25U);
}

TEST(PictureShelf, GivesTheNewOneAndNothingTooLarge) {
  PictureShelf shelf(10);
  shelf.put("a", "one");
  const auto one = shelf.find("a");
  shelf.put("a", "three");
  EXPECT_EQ(*shelf.find("a"), "three");
  EXPECT_EQ(*one, "one") << "a reply under way has what it had";
  EXPECT_EQ(shelf.bytes(), 6U);
  shelf.put("a", std::string(10, 'x'));
  EXPECT_FALSE(shelf.find("a"));
  EXPECT_EQ(shelf.bytes(), 0U);
}

}  // namespace
}  // namespace cairn::server
