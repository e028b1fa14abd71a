// SPDX-License-Identifier: Apache-2.0
#include "store/journal.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace cairn::store {
namespace {

class JournalTest : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = testing::TempDir() + "/journal-" + std::to_string(::getpid()) + "-" +
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(directory_);
    reopen();
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  void reopen(std::size_t kept = 100) {
    journal_.reset();
    auto opened = Journal::open(directory_, kept);
    ASSERT_TRUE(opened) << to_string(opened.error());
    journal_ = std::move(*opened);
  }
  static model::Alert alert(std::string id, std::int64_t since, std::uint64_t position) {
    model::Alert out;
    out.id = std::move(id);
    out.rule = "high";
    out.pack = "p";
    out.thing = "a";
    out.type = "meter";
    out.region = "513401";
    out.state = model::AlertState::firing;
    out.since = {since};
    out.began = Instant{since + 1};
    out.known = {since + 2};
    out.position = position;
    return out;
  }

  std::string directory_;
  std::unique_ptr<Journal> journal_;
};

TEST_F(JournalTest, AnAlertWrittenAgainChangesNothing) {
  const model::Alert first = alert("x", 10, 5);
  model::Alert later = first;
  later.state = model::AlertState::resolved;
  later.ended = Instant{20};
  later.position = 9;
  later.flapping = true;
  ASSERT_TRUE(journal_->put({{first, later}, {}, {}}));
  ASSERT_TRUE(journal_->put({{first}, {}, {}}));  // a replay after a crash
  reopen();
  EXPECT_EQ(journal_->alerts({}).value(), std::vector<model::Alert>{later});
  EXPECT_EQ(journal_->alert("x").value(), later);
  EXPECT_TRUE(journal_->open_alerts()->empty());
  EXPECT_FALSE(journal_->alert("y").value());
}

TEST_F(JournalTest, PagesNewestFirst) {
  JournalBatch batch;
  for (int i = 0; i < 5; ++i) batch.alerts.push_back(alert("a" + std::to_string(i), i, 1));
  batch.alerts[2].thing = "b";
  ASSERT_TRUE(journal_->put(batch));
  const auto page = journal_->alerts({.limit = 2, .offset = 1}).value();
  ASSERT_EQ(page.size(), 2u);
  EXPECT_EQ(page[0].id, "a3");
  EXPECT_EQ(page[1].id, "a2");
  EXPECT_EQ(journal_->alerts({.thing = "b"})->size(), 1u);
  EXPECT_EQ(journal_->alerts({.from = Instant{3}})->size(), 2u);
  EXPECT_EQ(journal_->alerts({.rule = "low"})->size(), 0u);
}

TEST_F(JournalTest, KeepsSoManyRefusedReadings) {
  reopen(3);
  JournalBatch batch;
  for (std::uint64_t i = 1; i <= 7; ++i) batch.rejected.push_back({i, {1}, "s", "t", "p", "r"});
  ASSERT_TRUE(journal_->put(batch));
  const auto rows = journal_->rejected(UINT64_MAX, 10).value();
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows.front().number, 7u);
  EXPECT_EQ(journal_->rejected(6, 10)->size(), 1u);
  EXPECT_EQ(journal_->last_rejected().value(), 7u);
}

TEST_F(JournalTest, ARevisionStandsBesideWhatWasPublished) {
  const Published first{"load", "5134", {100}, 0, 7.5, {101}};
  Published revised = first;
  revised.revision = 1;
  revised.value = 8.5;
  revised.known = {300};
  Published silent = first;
  silent.region = "5104";
  silent.value = std::nullopt;
  ASSERT_TRUE(journal_->put({{}, {}, {first, silent}}));
  ASSERT_TRUE(journal_->put({{}, {}, {revised}}));
  EXPECT_EQ(journal_->published({0}, {100}).value(), (std::vector<Published>{silent, revised}));
  EXPECT_TRUE(journal_->published({101}, {200})->empty());
  const auto revisions = journal_->revisions(10).value();
  ASSERT_EQ(revisions.size(), 1u);
  EXPECT_EQ(revisions[0].before, 7.5);
  EXPECT_EQ(revisions[0].after, 8.5);
  EXPECT_EQ(revisions[0].known, Instant{300});
}

}  // namespace
}  // namespace cairn::store
