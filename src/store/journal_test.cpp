// SPDX-License-Identifier: Apache-2.0
#include "store/journal.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "store/sqlite.hpp"

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

TEST_F(JournalTest, TheFeedGivesEachChangeANumberAndAReplayNone) {
  const model::Alert a = alert("a", 10, 5);
  const model::Alert b = alert("b", 11, 6);
  ASSERT_TRUE(journal_->put({{b, a}, {}, {}}));
  const auto first = journal_->changes(0, 10).value();
  ASSERT_EQ(first, (std::vector<AlertChange>{{1, b}, {2, a}}));
  model::Alert over = b;
  over.state = model::AlertState::resolved;
  over.ended = Instant{20};
  over.position = 9;
  ASSERT_TRUE(journal_->put({{over}, {}, {}}));
  reopen();
  // What a replay of the log writes again: older, equal, and then something new.
  const model::Alert c = alert("c", 12, 10);
  ASSERT_TRUE(journal_->put({{a, b, over, c}, {}, {}}));
  EXPECT_EQ(journal_->changes(0, 10).value(),
            (std::vector<AlertChange>{{2, a}, {3, over}, {4, c}}));
  EXPECT_EQ(journal_->changes(2, 1).value(), (std::vector<AlertChange>{{3, over}}));
  EXPECT_TRUE(journal_->changes(4, 10)->empty());
  EXPECT_TRUE(journal_->changes(UINT64_MAX, 10)->empty());
}

TEST_F(JournalTest, EveryChangeOfContentIsANewOne) {
  std::vector<model::Alert> forms(1, alert("a", 10, 5));
  const auto next = [&](auto change) {
    forms.push_back(forms.back());
    change(forms.back());
  };
  next([](model::Alert& x) { x.suppressed = true; });
  next([](model::Alert& x) { x.since = {9}; });
  next([](model::Alert& x) { x.began.reset(); });
  next([](model::Alert& x) { x.ended = Instant{30}; });
  next([](model::Alert& x) { x.revision = 1; });
  next([](model::Alert& x) { x.state = model::AlertState::retracted; });
  next([](model::Alert& x) { x.known = {77}; });
  for (std::size_t i = 0; i < forms.size(); ++i) {
    ASSERT_TRUE(journal_->put({{forms[i], forms[i]}, {}, {}}));
    EXPECT_EQ(journal_->changes(i, 10).value(), (std::vector<AlertChange>{{i + 1, forms[i]}}));
  }
}

TEST_F(JournalTest, NumbersWhatAnOlderProgramWrote) {
  journal_.reset();
  std::filesystem::remove_all(directory_);
  std::filesystem::create_directories(directory_);
  {
    auto old = Database::open(directory_ + "/live.sqlite").value();
    ASSERT_TRUE(old.execute(R"sql(
CREATE TABLE alert (
  id TEXT PRIMARY KEY, rule TEXT NOT NULL, pack TEXT NOT NULL, thing TEXT NOT NULL,
  type TEXT NOT NULL, region TEXT NOT NULL, state INTEGER NOT NULL, flags INTEGER NOT NULL,
  since INTEGER NOT NULL, began INTEGER, ended INTEGER, known INTEGER NOT NULL,
  position INTEGER NOT NULL, revision INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE published (
  as_of INTEGER NOT NULL, indicator TEXT NOT NULL, region TEXT NOT NULL,
  revision INTEGER NOT NULL, value REAL, known INTEGER NOT NULL,
  PRIMARY KEY (as_of, indicator, region, revision)) WITHOUT ROWID;
INSERT INTO alert VALUES
  ('a', 'high', 'p', 'a', 'meter', '513401', 1, 0, 10, 11, NULL, 12, 9, 0),
  ('b', 'high', 'p', 'a', 'meter', '513401', 1, 0, 10, 11, NULL, 12, 5, 0);
PRAGMA user_version = 1;)sql"));
  }
  reopen();
  EXPECT_EQ(journal_->changes(0, 10).value(),
            (std::vector<AlertChange>{{1, alert("b", 10, 5)}, {2, alert("a", 10, 9)}}));
  ASSERT_TRUE(journal_->put({{alert("c", 1, 1)}, {}, {}}));
  EXPECT_EQ(journal_->changes(2, 10).value(), (std::vector<AlertChange>{{3, alert("c", 1, 1)}}));
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
