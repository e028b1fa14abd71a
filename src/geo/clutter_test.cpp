// SPDX-License-Identifier: Apache-2.0
#include "geo/clutter.hpp"

#include <gtest/gtest.h>

namespace cairn::geo {
namespace {

TEST(ClutterTable, WorldCoverKnowsItsElevenClasses) {
  const ClutterTable table = worldcover_clutter();
  int classes = 0;
  for (const auto& name : table.class_name) classes += name.empty() ? 0 : 1;
  EXPECT_EQ(classes, 11);
  EXPECT_EQ(table.height_m[10], 15);
  EXPECT_EQ(table.height_m[50], 10);
  EXPECT_EQ(table.height_m[80], 0);
  EXPECT_EQ(table.half_metres(10), 30);
  EXPECT_EQ(table.half_metres(11), 0);
}

TEST(ClutterTable, ReadsWhatAUserHas) {
  const auto table = read_clutter_table("name;class;height_m\n林地;2;12.4\n;255;127.5\n", "c.csv");
  ASSERT_TRUE(table);
  EXPECT_EQ(table->class_name[2], "林地");
  EXPECT_EQ(table->half_metres(2), 25);
  EXPECT_EQ(table->half_metres(255), 255);
  EXPECT_EQ(table->class_name[255], "class 255");
}

TEST(ClutterTable, MistakesHaveTheirLine) {
  const auto place = [](std::string_view csv) {
    const auto table = read_clutter_table(csv, "c.csv");
    return table ? std::string() : table.error().place;
  };
  EXPECT_EQ(place("class,height\n1,2\n"), "c.csv:1");
  EXPECT_EQ(place("class,height_m\n1,2\n256,2\n"), "c.csv:3");
  EXPECT_EQ(place("class,height_m\nx,2\n"), "c.csv:2");
  EXPECT_EQ(place("class,height_m\n1,-2\n"), "c.csv:2");
  EXPECT_EQ(place("class,height_m\n1,128\n"), "c.csv:2");
  EXPECT_EQ(place("class,height_m\n1,nan\n"), "c.csv:2");
  EXPECT_EQ(place("class,height_m\n1,2\n1,3\n"), "c.csv:3");
  EXPECT_EQ(place("class,height_m\n1,2\n"), "");
}

}  // namespace
}  // namespace cairn::geo
