// SPDX-License-Identifier: Apache-2.0
#include "core/aside_files.hpp"

#include <gtest/gtest.h>

#include "core/simulated_files.hpp"

namespace cairn {
namespace {

TEST(AsideFiles, WhatChangesChangesBesideTheRealFiles) {
  SimulatedFiles real(1);
  ASSERT_TRUE(real.make_directory("d"));
  ASSERT_TRUE(real.replace("d/a.log", "0123456789"));
  ASSERT_TRUE(real.replace("d/b", "bytes"));
  const std::size_t before = real.operations().size();
  AsideFiles files(real, ".log");
  const auto mapped = files.map("d/a.log");
  ASSERT_TRUE(mapped);
  ASSERT_TRUE(files.truncate("d/a.log", 6));
  ASSERT_TRUE(files.overwrite("d/a.log", 1, "xy"));
  EXPECT_FALSE(files.overwrite("d/a.log", 5, "xy"));
  auto file = files.append_to("d/a.log");
  ASSERT_TRUE(file && (*file)->append("!") && (*file)->sync());
  EXPECT_EQ(files.read("d/a.log").value(), "0xy345!");
  EXPECT_EQ((*mapped)->bytes(), "0123456789");
  ASSERT_TRUE(files.replace("d/b", "other"));
  EXPECT_EQ(files.map("d/b").value()->bytes(), "other");
  ASSERT_TRUE(files.append_to("d/new") && files.make_directory("e") && files.remove("d/b"));
  EXPECT_TRUE(files.exists("d/new"));
  EXPECT_EQ(real.operations().size(), before);
  EXPECT_EQ(real.read("d/a.log").value(), "0123456789");
  EXPECT_EQ(real.read("d/b").value(), "bytes");
}

TEST(AsideFiles, ReadAGrowingFileOnce) {
  SimulatedFiles real(1);
  ASSERT_TRUE(real.make_directory("d"));
  ASSERT_TRUE(real.replace("d/a.log", "one"));
  ASSERT_TRUE(real.replace("d/b", "one"));
  const AsideFiles files(real, ".log");
  EXPECT_EQ(files.read("d/a.log").value(), "one");
  ASSERT_TRUE(real.replace("d/a.log", "two"));
  ASSERT_TRUE(real.replace("d/b", "two"));
  EXPECT_EQ(files.map("d/a.log").value()->bytes(), "one");
  EXPECT_EQ(files.read("d/b").value(), "two");
  EXPECT_EQ(files.list("d")->size(), 2u);
  EXPECT_FALSE(files.read("d/c.log"));
}

}  // namespace
}  // namespace cairn
