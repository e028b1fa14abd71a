// SPDX-License-Identifier: Apache-2.0
#include "model/memory_files.hpp"

#include <gtest/gtest.h>

namespace cairn::model {
namespace {

TEST(MemoryFiles, AppendMapCutAndRemove) {
  MemoryFiles files(FileMap{{"d/old", "0123"}});
  auto file = files.append_to("d/log").value();
  ASSERT_TRUE(file->append("one "));
  ASSERT_TRUE(file->append("two"));
  ASSERT_TRUE(file->sync());
  EXPECT_EQ(file->size(), 7u);
  const auto map = files.map("d/log").value();
  ASSERT_TRUE(files.truncate("d/log", 3));
  EXPECT_EQ(map->bytes(), "one two");
  EXPECT_EQ(files.read("d/log").value(), "one");
  EXPECT_EQ(files.append_to("d/log").value()->size(), 3u);
  ASSERT_TRUE(files.overwrite("d/old", 1, "xy"));
  EXPECT_EQ(files.read("d/old").value(), "0xy3");
  EXPECT_EQ(files.overwrite("d/old", 3, "xy").error().code, Code::invalid);
  EXPECT_EQ(files.list("d").value(), (std::vector<std::string>{"log", "old"}));
  ASSERT_TRUE(files.remove("d/log"));
  ASSERT_TRUE(files.remove("d/log"));
  EXPECT_FALSE(files.exists("d/log"));
  EXPECT_EQ(files.map("d/log").error().code, Code::not_found);
  EXPECT_EQ(files.truncate("d/log", 0).error().code, Code::not_found);
}

}  // namespace
}  // namespace cairn::model
