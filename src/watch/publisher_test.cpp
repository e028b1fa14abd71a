// SPDX-License-Identifier: Apache-2.0
#include "watch/publisher.hpp"

#include <gtest/gtest.h>

#include "watch/detail/test_engine.hpp"

namespace cairn::watch {
namespace {

using detail::Drop;

constexpr std::int64_t hour = Publisher::hour_ns;
constexpr std::int64_t minute = 60 * ns_per_second;
constexpr std::int64_t t0 = 472'222 * hour;  // a full hour of 2023

class PublisherTest : public testing::Test {
 protected:
  PublisherTest() { open(); }

  void open() {
    engine_.reset();
    EngineOptions options;
    options.directory = "d";
    auto engine = Engine::open(files_, clock_, world_,
                               std::make_unique<detail::MemoryJournal>(journal_), options);
    ASSERT_TRUE(engine) << to_string(engine.error());
    engine_ = std::move(*engine);
    engine_->watch([this](const LiveUpdate& update) {
      told_.insert(told_.end(), update.revisions.begin(), update.revisions.end());
    });
  }
  void at(std::int64_t since_ns) { clock_.set(Instant{t0 + since_ns}); }
  void send(std::int64_t since_ns, double level, std::size_t gauge = 0) {
    std::vector<std::string> names;
    const auto batch = detail::batch_of({Drop{gauge, false, t0 + since_ns, level}}, names);
    const auto receipt = engine_->intake().submit({"test", 0, false, {"*"}}, batch);
    ASSERT_TRUE(receipt && receipt->accepted == 1);
  }
  void step() {
    ASSERT_TRUE(engine_->write(0));
    ASSERT_TRUE(engine_->apply(0));
    engine_->publish();
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(engine_->keep());
    engine_->publish();
  }
  std::optional<double> published(std::int64_t since_ns, int revision = 0) const {
    const auto row = journal_.published.find({t0 + since_ns, "total", "51", revision});
    return row == journal_.published.end() ? std::nullopt : row->second.value;
  }

  std::shared_ptr<const World> world_ = detail::gauge_world(
      2, "indicators:\n  total: {label: {zh: a, en: b}, formula: sum(level of gauge), unit: m}\n");
  SimulatedFiles files_{1};
  detail::JournalDisk journal_;
  FixedClock clock_{Instant{t0 + 10 * minute}};
  std::vector<Revision> told_;
  std::unique_ptr<Engine> engine_;
};

TEST_F(PublisherTest, EachFullHourIsPublishedAMinuteAfterIt) {
  ASSERT_TRUE(world_->problems.ok());
  send(5 * minute, 3);
  step();
  EXPECT_FALSE(published(0));  // the hour before: nothing was known
  at(60 * minute + 59 * ns_per_second);
  send(59 * minute, 4);
  step();
  EXPECT_FALSE(published(hour));
  at(61 * minute);
  send(60 * minute + 1, 9);  // after the hour
  step();
  EXPECT_EQ(published(hour), 4);
  EXPECT_TRUE(told_.empty());
}

TEST_F(PublisherTest, LateDataReviseWhatTheyChangeAndNothingElse) {
  for (std::int64_t m = 5; m <= 185; m += 30) {
    at(m * minute);
    send(m * minute, static_cast<double>(m));
    step();
  }
  EXPECT_EQ(published(hour), 35);
  EXPECT_EQ(published(2 * hour), 95);
  EXPECT_EQ(published(3 * hour), 155);
  send(50 * minute, 50);
  step();
  EXPECT_TRUE(told_.empty());  // more may come
  at(190 * minute);
  step();
  ASSERT_EQ(told_.size(), 1u);
  EXPECT_EQ(told_[0].indicator, "total");
  EXPECT_EQ(told_[0].region, "51");
  EXPECT_EQ(told_[0].as_of, Instant{t0 + hour});
  EXPECT_EQ(told_[0].before, 35);
  EXPECT_EQ(told_[0].after, 50);
  EXPECT_EQ(told_[0].known, Instant{t0 + 190 * minute});
  EXPECT_GT(told_[0].position, 0u);
  EXPECT_EQ(published(hour), 35);  // not written over
  EXPECT_EQ(published(hour, 1), 50);
  EXPECT_FALSE(published(2 * hour, 1));
  EXPECT_EQ(engine_->revisions(10).size(), 1u);
  // A value where there was none.
  send(-5 * minute, 7, 1);
  step();
  at(195 * minute);
  step();
  EXPECT_EQ(published(hour, 2), 57);
  EXPECT_EQ(published(0, 1), 7);
}

TEST_F(PublisherTest, AStopLosesNothing) {
  for (std::int64_t m = 5; m <= 125; m += 60) {
    at(m * minute);
    send(m * minute, static_cast<double>(m));
    step();
  }
  EXPECT_EQ(published(hour), 5);
  EXPECT_EQ(published(2 * hour), 65);
  send(40 * minute, 40);
  step();
  open();  // killed: from the log
  at(127 * minute);
  step();
  EXPECT_EQ(published(hour, 1), 40);
  send(50 * minute, 50);
  step();
  ASSERT_TRUE(engine_->close());  // from the state
  open();
  at(129 * minute);
  step();
  EXPECT_EQ(published(hour, 2), 50);
  const auto rows = journal_.published.size();
  open();
  at(131 * minute);
  step();
  EXPECT_EQ(journal_.published.size(), rows);
}

}  // namespace
}  // namespace cairn::watch
