// SPDX-License-Identifier: Apache-2.0
#include "protect/account_store.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace cairn::protect {
namespace {

TEST(AccountStoreTest, WhatIsPutIsRead) {
  const std::string directory = testing::TempDir() + "/account-store";
  std::filesystem::remove_all(directory);
  const auto ledger = *store::Ledger::open(directory);
  ASSERT_TRUE(make_account_tables(*ledger));
  const Account account{"duty",
                        {"值班'\"", "Duty"},
                        {{model::Role::unit, "5134", "5134-desk"}, {model::Role::checker, "", ""}},
                        true,
                        true,
                        "hash",
                        "issuer subject",
                        {1},
                        {2},
                        Instant{3}};
  const Session session{"k1", "duty", {4}, {5}, "192.0.2.1"};
  ApiToken token{"t1", "duty", "k2", "script", account.grants, {6}, {7}, std::nullopt};
  {
    auto write = ledger->begin();
    ASSERT_TRUE(write);
    ASSERT_TRUE(put_account(write->db(), account));
    ASSERT_TRUE(put_session(write->db(), session));
    ASSERT_TRUE(put_token(write->db(), token));
    ASSERT_TRUE(note_token_used(write->db(), "t1", {8}));
    ASSERT_TRUE(raise_stamp(write->db()));
    ASSERT_TRUE(write->commit());
  }
  token.used = Instant{8};
  const auto rows = read_accounts(ledger->read().db());
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->stamp, 1);
  EXPECT_EQ(rows->accounts, std::vector{account});
  EXPECT_EQ(rows->sessions, std::vector{session});
  EXPECT_EQ(rows->tokens, std::vector{token});
  auto write = ledger->begin();
  ASSERT_TRUE(erase_old_sessions(write->db(), {5}, {0}));
  EXPECT_TRUE(read_accounts(write->db())->sessions.empty());
  ASSERT_TRUE(erase_tokens(write->db(), "duty"));
  EXPECT_TRUE(read_accounts(write->db())->tokens.empty());
}

}  // namespace
}  // namespace cairn::protect
