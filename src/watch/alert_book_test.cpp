// SPDX-License-Identifier: Apache-2.0
#include "watch/alert_book.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "watch/detail/test_engine.hpp"

namespace cairn::watch {
namespace {

using model::Alert;
using model::AlertState;

// Between what a question finds in memory and what it finds on disk, other threads go on.
class BusyJournal final : public detail::MemoryJournal {
 public:
  using MemoryJournal::MemoryJournal;
  Result<std::vector<Alert>> alerts(const store::JournalQuery& query) const override {
    asked = query;
    if (before) std::exchange(before, {})();
    auto out = MemoryJournal::alerts(query);
    if (after) std::exchange(after, {})();
    return out;
  }
  mutable store::JournalQuery asked;  // last
  mutable std::function<void()> before;
  mutable std::function<void()> after;
};

class AlertBookTest : public testing::Test {
 protected:
  static Alert alert_of(int number, AlertState state, std::uint64_t position) {
    Alert out;
    out.id = format("flood-{:x}", number);
    out.rule = "flood";
    out.thing = "g1";
    out.state = state;
    out.since = {number};
    out.position = position;
    return out;
  }
  void save() {
    const auto unsaved = book_.unsaved(1'000);
    ASSERT_TRUE(journal_.put({unsaved, {}, {}}));
    book_.saved(unsaved);
  }
  std::vector<Alert> all() {
    AlertQuery query;
    query.open = false;
    query.limit = 1'000;
    return book_.query(query, regions_).alerts;
  }
  std::vector<Alert> episodes() {
    auto found = book_.episodes("flood", "g1", {0});
    EXPECT_TRUE(found);
    std::sort(found->begin(), found->end(),
              [](const Alert& a, const Alert& b) { return a.since > b.since; });
    return *found;
  }

  detail::JournalDisk disk_;
  BusyJournal journal_{disk_};
  AlertBook book_{journal_};
  const model::RegionTree regions_;
};

TEST_F(AlertBookTest, AnAlertThatIsSavedWhileItIsAskedForIsThere) {
  std::vector<Alert> expected;
  for (auto* when : {&journal_.before, &journal_.after}) {
    for (const bool of_rule : {false, true}) {
      const int number = static_cast<int>(expected.size()) + 1;
      expected.insert(expected.begin(), alert_of(number, AlertState::firing, 5));
      ASSERT_TRUE(book_.put(expected.front()));
      *when = [this] { save(); };
      EXPECT_EQ(of_rule ? episodes() : all(), expected);
    }
  }
}

TEST_F(AlertBookTest, AStateThatIsSavedWhileItIsAskedForIsNotTheOldOne) {
  ASSERT_TRUE(book_.put(alert_of(1, AlertState::firing, 5)));
  save();
  const Alert news = alert_of(1, AlertState::resolved, 7);
  ASSERT_TRUE(book_.put(news));
  journal_.after = [this] { save(); };
  EXPECT_EQ(all(), std::vector{news});
  EXPECT_EQ(episodes(), std::vector{news});
}

TEST_F(AlertBookTest, TheNewerOfBothStands) {
  ASSERT_TRUE(book_.put(alert_of(1, AlertState::firing, 5)));
  const Alert newer = alert_of(1, AlertState::resolved, 9);
  journal_.before = [&] {
    ASSERT_TRUE(book_.put(newer));
    save();
  };
  EXPECT_EQ(all(), std::vector{newer});
}

TEST_F(AlertBookTest, WhoWantsAllGetsAll) {
  AlertQuery query;
  query.open = false;
  query.limit = 10;
  (void)book_.query(query, regions_);
  EXPECT_GE(journal_.asked.limit, 100'000u) << "those of other regions are passed over";
  query.limit = std::numeric_limits<std::size_t>::max();
  (void)book_.query(query, regions_);
  EXPECT_EQ(journal_.asked.limit, static_cast<std::size_t>(INT64_MAX));
}

TEST_F(AlertBookTest, EpisodesOfSeveralPagesComeOnceWhateverIsWrittenBetweenThem) {
  for (int i = 1; i <= 600; ++i) ASSERT_TRUE(book_.put(alert_of(i, AlertState::resolved, 5)));
  save();
  journal_.after = [this] {
    for (int i = 601; i <= 650; ++i) ASSERT_TRUE(book_.put(alert_of(i, AlertState::resolved, 6)));
    save();
  };
  auto found = book_.episodes("flood", "g1", {-1});
  ASSERT_TRUE(found);
  std::set<std::string> ids;
  for (const Alert& alert : *found) EXPECT_TRUE(ids.insert(alert.id).second) << alert.id;
  for (int i = 1; i <= 600; ++i) EXPECT_TRUE(ids.contains(format("flood-{:x}", i))) << i;
}

TEST_F(AlertBookTest, WhatIsHeardLastFromBelowStandsWhateverItsNumber) {
  ASSERT_TRUE(book_.raise(alert_of(1, AlertState::firing, 500)));
  save();
  EXPECT_FALSE(book_.raise(alert_of(1, AlertState::firing, 500)));
  EXPECT_FALSE(book_.raise(alert_of(1, AlertState::firing, 700)));  // said again
  // The stream was made anew and counts from one.
  const auto closed = book_.raise(alert_of(1, AlertState::resolved, 3));
  ASSERT_TRUE(closed);
  EXPECT_EQ(closed->position, 501u);
  EXPECT_EQ(book_.open_count(), 0u);
  save();
  EXPECT_EQ(all().at(0).state, AlertState::resolved);
}

}  // namespace
}  // namespace cairn::watch
