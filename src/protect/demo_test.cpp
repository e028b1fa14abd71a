// SPDX-License-Identifier: Apache-2.0
#include "protect/demo.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace cairn::protect {
namespace {

TEST(DemoTest, SampleAccountsComeStayAndGo) {
  const std::string directory = testing::TempDir() + "/demo-accounts-test";
  std::filesystem::remove_all(directory);
  const auto ledger = *store::Ledger::open(directory);
  int calls = 0;
  const auto accounts = *Accounts::open(
      *ledger, {[&](std::size_t bytes) { return sha256(std::to_string(++calls)).substr(0, bytes); },
                {1, 8192}});
  model::ResponseDef response;
  for (const char* id : {"5134-emergency", "513428-emergency", "513428-water", "513401-desk"}) {
    const std::string text = id;
    const std::size_t dash = text.find('-');
    model::UnitDef unit;
    unit.id = text;
    unit.label = {text, text};
    unit.region = text.substr(0, dash);
    unit.kind = text.substr(dash + 1);
    response.units.push_back(unit);
  }
  const auto shown = ensure_demo_accounts(*accounts, directory, "panxi", response, {0});
  ASSERT_TRUE(shown) << to_string(shown.error());
  std::vector<std::string> ids;
  for (const DemoAccount& each : *shown) {
    ids.push_back(each.id);
    EXPECT_TRUE(accounts->sign_in(each.id, each.password, "", {0})->session) << each.id;
    EXPECT_FALSE(each.label.zh.empty());
  }
  EXPECT_EQ(ids,
            (std::vector<std::string>{"demo-duty", "demo-513428", "demo-checker", "demo-admin"}));
  EXPECT_EQ(accounts->find("demo-513428")->grants.size(), 2U);
  const auto again = ensure_demo_accounts(*accounts, directory, "panxi", response, {0});
  EXPECT_EQ((*again)[0].password, (*shown)[0].password);
  std::filesystem::remove(directory + "/demo-accounts");
  const auto anew = ensure_demo_accounts(*accounts, directory, "panxi", response, {0});
  EXPECT_NE((*anew)[0].password, (*shown)[0].password);
  EXPECT_TRUE(accounts->sign_in("demo-duty", (*anew)[0].password, "", {0})->session);
  ASSERT_TRUE(disable_demo_accounts(*accounts, directory, {0}));
  for (const DemoAccount& each : *anew) {
    EXPECT_FALSE(accounts->sign_in(each.id, each.password, "", {0})->session);
  }
  EXPECT_FALSE(std::filesystem::exists(directory + "/demo-accounts"));
  const auto back = ensure_demo_accounts(*accounts, directory, "panxi", response, {0});
  EXPECT_TRUE(accounts->sign_in("demo-duty", (*back)[0].password, "", {0})->session);
}

}  // namespace
}  // namespace cairn::protect
