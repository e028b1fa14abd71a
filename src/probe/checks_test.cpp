// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <set>

#include "probe/judge.hpp"

namespace cairn::probe {
namespace {

TEST(Checks, EachHasItsRuleInBothLanguagesAndASource) {
  std::set<std::string_view> ids;
  for (const Check& check : checks()) {
    EXPECT_TRUE(ids.insert(check.id).second) << check.id;
    EXPECT_FALSE(check.label.zh.empty() || check.label.en.empty()) << check.id;
    EXPECT_FALSE(check.rule.zh.empty() || check.rule.en.empty()) << check.id;
    EXPECT_FALSE(check.source.empty()) << check.id;
    EXPECT_NE(check.severity, Severity::none) << check.id;
  }
  EXPECT_EQ(ids.size(), 21u);
}

TEST(Checks, TheSevenNationalItemsAreThere) {
  int national = 0;
  for (const Check& check : checks()) {
    if (check.source.find("国家 IPv6 发展监测平台") != std::string_view::npos) ++national;
  }
  EXPECT_EQ(national, 9);  // name servers are two checks, and slowness is of the network's items
}

}  // namespace
}  // namespace cairn::probe
