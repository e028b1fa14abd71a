// SPDX-License-Identifier: Apache-2.0
#include "protect/audit.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

namespace cairn::protect {
namespace {

class AuditTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "/audit-" +
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(directory_);
    ledger_ = *store::Ledger::open(directory_);
    trail_ = *AuditTrail::open(*ledger_);
  }
  AuditRow row(std::string actor, std::string action, Outcome outcome = Outcome::allowed) {
    AuditRow out;
    out.at = {++time_};
    out.actor = std::move(actor);
    out.action = std::move(action);
    out.outcome = outcome;
    out.peer = "192.0.2.1";
    return out;
  }
  void write(int rows) {
    for (int i = 0; i < rows; ++i) {
      AuditRow one = row(i % 2 == 0 ? "a" : "b", "send_warning");
      one.subject = "w" + std::to_string(i);
      ASSERT_TRUE(trail_->append(one));
    }
  }
  void tamper(const char* sql) {
    auto write = ledger_->begin();
    ASSERT_TRUE(write && write->db().execute(sql) && write->commit());
  }
  std::uint64_t times() {
    std::uint64_t sum = 0;
    const auto page = trail_->find({.limit = 500});
    for (const AuditRow& one : page->rows) sum += one.times;
    return sum;
  }
  std::optional<std::uint64_t> wrong() { return trail_->verify()->wrong; }

  std::string directory_;
  std::unique_ptr<store::Ledger> ledger_;
  std::unique_ptr<AuditTrail> trail_;
  std::int64_t time_ = 0;
};

TEST_F(AuditTest, RowsAreFoundByWhatTheyHold) {
  write(10);
  AuditRow refused = row("c", "read_reporter", Outcome::refused);
  refused.subject = "w3";
  ASSERT_TRUE(trail_->append(refused));
  EXPECT_EQ(trail_->find({})->rows.size(), 11U);
  EXPECT_EQ(trail_->find({})->rows.front().actor, "c");
  EXPECT_EQ(trail_->find({.actor = "a"})->rows.size(), 5U);
  EXPECT_EQ(trail_->find({.action = "read_reporter"})->rows.size(), 1U);
  EXPECT_EQ(trail_->find({.outcome = Outcome::refused})->rows.size(), 1U);
  EXPECT_EQ(trail_->find({.subject = "w3"})->rows.size(), 2U);
  EXPECT_EQ(trail_->find({.from = Instant{3}, .to = Instant{6}})->rows.size(), 3U);
  EXPECT_EQ(trail_->find({.actor = "a' OR '1'='1"})->rows.size(), 0U);
  const auto page = trail_->find({.limit = 4});
  EXPECT_TRUE(page->more);
  EXPECT_EQ(trail_->find({.before = page->rows.back().number})->rows.size(), 7U);
}

TEST_F(AuditTest, AnUntouchedTrailVerifiesAlsoAfterARestart) {
  write(5);
  trail_ = *AuditTrail::open(*ledger_);
  write(5);
  const auto check = trail_->verify();
  ASSERT_TRUE(check);
  EXPECT_EQ(check->rows, 10U);
  EXPECT_FALSE(check->wrong) << check->trouble;
  EXPECT_EQ(check->head.size(), 64U);
}

TEST_F(AuditTest, AChangedRowIsFound) {
  write(10);
  tamper("UPDATE audit SET actor = 'x' WHERE number = 4");
  EXPECT_EQ(wrong(), 4U);
}
TEST_F(AuditTest, ATimeThatWasMovedIsFound) {
  write(10);
  tamper("UPDATE audit SET at = at + 1 WHERE number = 7");
  EXPECT_EQ(wrong(), 7U);
}
TEST_F(AuditTest, ARemovedRowIsFound) {
  write(10);
  tamper("DELETE FROM audit WHERE number = 6");
  EXPECT_EQ(wrong(), 6U);
}
TEST_F(AuditTest, AnExchangeOfTwoRowsIsFound) {
  write(10);
  tamper(
      "UPDATE audit SET number = -3 WHERE number = 3; UPDATE audit SET number = 3 WHERE number "
      "= 4; UPDATE audit SET number = 4 WHERE number = -3");
  EXPECT_EQ(wrong(), 3U);
}
TEST_F(AuditTest, RowsTakenOffTheEndAreMissed) {
  write(10);
  tamper("DELETE FROM audit WHERE number > 8");
  EXPECT_EQ(wrong(), 9U);
}
TEST_F(AuditTest, RowsPutBehindTheEndAreFound) {
  write(10);
  tamper(
      "INSERT INTO audit SELECT 11, at, actor, action, outcome, region, unit, subject, peer, "
      "detail, times, hash FROM audit WHERE number = 10");
  EXPECT_EQ(wrong(), 11U);
}

TEST_F(AuditTest, ATrailThatWasWrittenAnewLacksTheEarlierHead) {
  write(5);
  const std::string head = trail_->verify()->head;
  write(5);
  EXPECT_FALSE(trail_->verify(head)->wrong);
  tamper("DELETE FROM audit; UPDATE audit_head SET number = 0, hash = ''");
  write(12);
  EXPECT_FALSE(trail_->verify()->wrong);
  EXPECT_TRUE(trail_->verify(head)->wrong);
}

TEST_F(AuditTest, HostileTextsAreCutAndHarmless) {
  AuditRow hostile = row(std::string(5000, 'x'), "a\nb\0c");
  hostile.detail = "\xff\xfe'; DROP TABLE audit;-- \u202eevil\x1b[31m" + std::string(5000, 'y');
  ASSERT_TRUE(trail_->append(hostile));
  const auto rows = trail_->find({})->rows;
  ASSERT_EQ(rows.size(), 1U);
  EXPECT_LT(rows[0].actor.size(), 130U);
  EXPECT_LT(rows[0].detail.size(), 600U);
  EXPECT_EQ(rows[0].detail.find('\x1b'), std::string::npos);
  EXPECT_EQ(rows[0].detail.find("\u202e"), std::string::npos);
  EXPECT_FALSE(wrong());
}

TEST_F(AuditTest, AFloodOfRefusalsBecomesRowsThatCount) {
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(trail_->append_refusal(row("", "sign_in", Outcome::refused)));
  }
  EXPECT_EQ(trail_->find({})->rows.size(), 20U);
  ASSERT_TRUE(trail_->append_refusal(row("other", "sign_in", Outcome::refused)));
  EXPECT_EQ(trail_->find({.actor = "other"})->rows.size(), 1U);
  time_ += 61 * ns_per_second;
  ASSERT_TRUE(trail_->append_refusal(row("", "sign_in", Outcome::refused)));
  EXPECT_EQ(times(), 1002U);
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(trail_->append_refusal(row("", "sign_in", Outcome::refused)));
  }
  ASSERT_TRUE(trail_->flush());
  EXPECT_EQ(times(), 1052U);
  EXPECT_FALSE(wrong());
}

TEST_F(AuditTest, ManyWritersMakeOneChain) {
  const auto other_ledger = *store::Ledger::open(directory_);
  const auto other = *AuditTrail::open(*other_ledger);
  const auto work = [](AuditTrail& trail) {
    for (int i = 0; i < 50; ++i) {
      AuditRow one;
      one.action = "a";
      EXPECT_TRUE(trail.append(one));
    }
  };
  std::thread first([&] { work(*trail_); });
  std::thread second([&] { work(*trail_); });
  work(*other);
  first.join();
  second.join();
  EXPECT_EQ(trail_->verify()->rows, 150U);
  EXPECT_FALSE(wrong());
}

TEST_F(AuditTest, WhatIsRolledBackIsNotInTheTrail) {
  {
    auto open = ledger_->begin();
    ASSERT_TRUE(trail_->append(*open, row("a", "send_warning")));
  }
  EXPECT_TRUE(trail_->find({})->rows.empty());
  write(1);
  EXPECT_FALSE(wrong());
}

}  // namespace
}  // namespace cairn::protect
