// SPDX-License-Identifier: Apache-2.0
#include "store/ledger.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <thread>

namespace cairn::store {
namespace {

constexpr std::array first_steps{"CREATE TABLE note (text TEXT);"};
constexpr std::array both_steps{"CREATE TABLE note (text TEXT);",
                                "ALTER TABLE note ADD COLUMN who TEXT;"};

class LedgerTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "/ledger-" +
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(directory_);
    ledger_ = *Ledger::open(directory_);
  }
  void note(bool commit) {
    auto write = ledger_->begin();
    ASSERT_TRUE(write);
    ASSERT_TRUE(write->db().execute("INSERT INTO note (text) VALUES ('a');"));
    if (commit) ASSERT_TRUE(write->commit());
  }
  std::int64_t count() {
    const auto read = ledger_->read();
    auto rows = read.db().prepare("SELECT count(*) FROM note");
    EXPECT_TRUE(rows && *rows->step());
    return rows->integer(0);
  }
  std::string directory_;
  std::unique_ptr<Ledger> ledger_;
};

TEST_F(LedgerTest, WhatIsNotCommittedIsNotThere) {
  ASSERT_TRUE(ledger_->ensure({"notes", first_steps}));
  note(false);
  EXPECT_EQ(count(), 0);
  note(true);
  EXPECT_EQ(count(), 1);
}

TEST_F(LedgerTest, TablesGrowAndAnOlderProgramRefuses) {
  ASSERT_TRUE(ledger_->ensure({"notes", first_steps}));
  note(true);
  ledger_ = *Ledger::open(directory_);
  ASSERT_TRUE(ledger_->ensure({"notes", both_steps}));
  ASSERT_TRUE(ledger_->ensure({"notes", both_steps}));
  EXPECT_EQ(count(), 1);
  const Status older = ledger_->ensure({"notes", first_steps});
  ASSERT_FALSE(older);
  EXPECT_EQ(older.error().code, Code::conflict);
}

TEST_F(LedgerTest, ACommittedWriteHoldsUpNobody) {
  ASSERT_TRUE(ledger_->ensure({"notes", first_steps}));
  auto first = ledger_->begin();
  ASSERT_TRUE(first && first->commit());
  auto second = ledger_->begin();  // would wait for ever
  ASSERT_TRUE(second);
}

TEST_F(LedgerTest, ReadersDoNotWaitForAWriter) {
  ASSERT_TRUE(ledger_->ensure({"notes", first_steps}));
  auto write = ledger_->begin();
  ASSERT_TRUE(write && write->db().execute("INSERT INTO note (text) VALUES ('a');"));
  std::int64_t seen = -1;
  std::thread([&] { seen = count(); }).join();
  EXPECT_EQ(seen, 0);
  ASSERT_TRUE(write->commit());
  EXPECT_EQ(count(), 1);
}

}  // namespace
}  // namespace cairn::store
