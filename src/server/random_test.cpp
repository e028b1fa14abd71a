// SPDX-License-Identifier: Apache-2.0
#include "server/random.hpp"

#include <gtest/gtest.h>

#include <set>

namespace cairn::server {
namespace {

TEST(RandomTest, EachTimeAnother) {
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) seen.insert(random_bytes(16));
  EXPECT_EQ(seen.size(), 1000U);
  EXPECT_EQ(random_bytes(33).size(), 33U);
}

}  // namespace
}  // namespace cairn::server
