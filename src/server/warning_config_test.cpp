// SPDX-License-Identifier: Apache-2.0
#include "server/warning_config.hpp"

#include <gtest/gtest.h>

namespace cairn::server {
namespace {

TEST(WarningConfig, NamesTheSenderAndTheSecondPerson) {
  respond::WarningOptions options;
  Problems problems;
  read_warning_config(
      "sender: warn@county.example\nsender_name: {zh: 某县, en: County}\ncontact: '0834-1'\n"
      "base_url: https://c.example/\nsecond_person_from: red\nradius_km: 3\n",
      "w.yaml", options, problems);
  EXPECT_TRUE(problems.ok());
  EXPECT_EQ(options.sender, "warn@county.example");
  EXPECT_EQ(options.sender_name.zh, "某县");
  EXPECT_EQ(options.contact, "0834-1");
  EXPECT_EQ(options.base_url, "https://c.example");
  EXPECT_EQ(options.second_person_from, respond::Level::red);
  EXPECT_EQ(options.radius_m, 3000);
  read_warning_config("second_person_from: never\n", "w.yaml", options, problems);
  EXPECT_FALSE(options.second_person_from);
}

TEST(WarningConfig, MistakesHaveTheirLineAndTheRestCounts) {
  const respond::WarningOptions before;
  respond::WarningOptions options;
  Problems problems;
  read_warning_config(
      "sender: two words\nbase_url: here\nsecond_person_from: pink\n"
      "radius_km: 0\nsendr: x\ncontact: c\n",
      "w.yaml", options, problems);
  ASSERT_EQ(problems.errors.size(), 5u);
  for (int line = 1; line <= 5; ++line) {
    EXPECT_TRUE(problems.errors[static_cast<std::size_t>(line - 1)].place.starts_with(
        "w.yaml:" + std::to_string(line)))
        << problems.errors[static_cast<std::size_t>(line - 1)].place;
  }
  EXPECT_EQ(options.sender, before.sender);
  EXPECT_FALSE(options.second_person_from);
  EXPECT_EQ(options.contact, "c");
}

}  // namespace
}  // namespace cairn::server
