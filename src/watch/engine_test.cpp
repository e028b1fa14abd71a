// SPDX-License-Identifier: Apache-2.0
#include "watch/engine.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <random>

#include "watch/test_view.hpp"

namespace cairn::watch {
namespace {

// The small region of the view tests with a rule over its sites, and an engine that is stepped by
// hand.
class EngineTest : public testing::Test {
 protected:
  EngineTest() {
    auto files = overload_workspace();
    workspace_ = std::make_unique<model::MemoryFiles>(files);
    world_ = load_world(*workspace_, {.root = "w", .home = "r"}, {}).value();
    EXPECT_TRUE(world_->problems.ok()) << to_string(world_->problems.errors[0]);
    directory_ = testing::TempDir() + "/engine-" + std::to_string(::getpid()) + "-" +
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(directory_);
    open();
  }
  ~EngineTest() override { std::filesystem::remove_all(directory_); }

  void open(bool hourly = true) {
    engine_.reset();
    auto journal = store::Journal::open(directory_);
    ASSERT_TRUE(journal) << to_string(journal.error());
    EngineOptions options;
    options.directory = directory_;
    options.hourly = hourly;
    auto engine = Engine::open(*files_, clock_, world_, std::move(*journal), options);
    ASSERT_TRUE(engine) << to_string(engine.error());
    engine_ = std::move(*engine);
    engine_->watch([this](const LiveUpdate& update) { updates_.push_back(update); });
  }
  // A reading of site a or b, so many seconds after the beginning.
  void send(std::string_view thing, int seconds, double load, bool historical = false) {
    model::ReadingBatch batch;
    batch.readings.push_back({thing, "load", "", begin_ + seconds * ns_per_second, load, 0});
    const auto receipt = engine_->intake().submit({"test", 0, historical, {"*"}}, batch);
    ASSERT_TRUE(receipt);
    ASSERT_EQ(receipt->accepted, 1u);
    last_ = receipt->position;
  }
  void step() {
    ASSERT_TRUE(engine_->write(0));
    ASSERT_TRUE(engine_->apply(0));
    engine_->tell_alerts();
    engine_->publish();
  }
  // Until nothing is left to revise.
  void rest() {
    for (int i = 0; i < 10; ++i) {
      clock_.set(clock_.now() + 2 * ns_per_second);
      step();
      ASSERT_TRUE(engine_->keep());
      step();
    }
    EXPECT_EQ(engine_->stats().late_things, 0u);
  }
  std::optional<double> load_sum() {
    const auto cell = engine_->value("load_sum", "5134");
    return cell ? cell->cell.value : std::nullopt;
  }
  std::vector<Alert> all_alerts() { return engine_->alerts({.open = false}).alerts; }

  std::unique_ptr<model::MemoryFiles> workspace_;
  std::shared_ptr<const World> world_;
  std::unique_ptr<Files> files_ = system_files();
  std::string directory_;
  Instant begin_ = *parse_instant("2021-07-01T00:00:00Z");
  FixedClock clock_{begin_ + 3600 * ns_per_second};
  std::vector<LiveUpdate> updates_;
  std::unique_ptr<Engine> engine_;
  std::uint64_t last_ = 0;
};

TEST_F(EngineTest, AReadingReachesDiskIndicatorAndPage) {
  send("a", 3500, 5);
  EXPECT_LT(engine_->intake().durable(), last_);
  ASSERT_TRUE(engine_->write(0));
  EXPECT_GE(engine_->intake().durable(), last_);
  step();
  EXPECT_EQ(load_sum(), 5);
  ASSERT_FALSE(updates_.empty());
  EXPECT_EQ(updates_.back().readings.size() + updates_.front().readings.size() > 0, true);
  // What requests read says the same.
  const model::Snapshot snapshot = engine_->snapshot();
  formula::Evaluator evaluator(world_->library, snapshot);
  const auto region = snapshot.regions->find("5134");
  const auto answer = evaluator.indicator("load_sum", {{region}, clock_.now()});
  EXPECT_EQ(answer->cells[0].value, 5);
}

TEST_F(EngineTest, FullHoursArePublishedUnlessNobodyWantsThem) {
  for (const bool hourly : {false, true}) {
    open(hourly);
    send("a", hourly ? 3600 : 3500, 5);
    step();
    clock_.set(clock_.now() + 3600 * ns_per_second);
    rest();
    engine_.reset();
    const auto journal = store::Journal::open(directory_);
    ASSERT_TRUE(journal);
    const auto published = (*journal)->published(Instant::min(), Instant::max());
    ASSERT_TRUE(published);
    EXPECT_EQ(published->empty(), !hourly);
  }
  open();
}

TEST_F(EngineTest, DivisionsThatHaveNothingAreNotToldAndCountiesAreWide) {
  send("a", 3500, 5);
  step();
  std::map<std::string, bool> wide;
  for (const LiveUpdate& update : updates_) {
    for (const LiveCell& cell : update.cells) {
      if (cell.indicator == "load_sum") wide[cell.region] = cell.wide;
    }
  }
  EXPECT_TRUE(wide.at("513401"));
  for (const auto& [region, above] : wide) {
    EXPECT_EQ(above, region.size() <= 6) << region;
    EXPECT_GT(engine_->value("load_sum", region)->cell.expected, 0U) << region;
  }
  EXPECT_LT(wide.size(), world_->snapshot.regions->size());
}

TEST_F(EngineTest, AnAlertAppearsAndClears) {
  send("a", 3000, 11);
  step();
  auto page = engine_->alerts({});
  ASSERT_EQ(page.alerts.size(), 1u);
  EXPECT_EQ(page.alerts[0].state, AlertState::firing);
  EXPECT_EQ(page.alerts[0].thing, "a");
  EXPECT_EQ(page.alerts[0].region, "513401");
  EXPECT_EQ(page.alerts[0].began, begin_ + 3000 * ns_per_second);
  EXPECT_EQ(engine_->alerts({.region = "513402"}).total, 0u);
  send("a", 3100, 9);  // neither
  send("a", 3200, 7);
  step();
  EXPECT_TRUE(engine_->alerts({}).alerts.empty());
  const auto all = all_alerts();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].state, AlertState::resolved);
  EXPECT_EQ(all[0].ended, begin_ + 3200 * ns_per_second);
}

TEST_F(EngineTest, WhyItFiredAndWhyNot) {
  send("a", 3000, 11);
  step();
  auto why = engine_->why("overload", "a", begin_ + 3001 * ns_per_second);
  ASSERT_TRUE(why) << to_string(why.error());
  EXPECT_EQ(why->condition, true);
  EXPECT_EQ(why->state, "firing");
  ASSERT_EQ(why->explanation.inputs.size(), 1u);
  EXPECT_EQ(why->explanation.inputs[0].value, 11);
  why = engine_->why("overload", "a", begin_ + 2999 * ns_per_second);
  EXPECT_EQ(why->state, "inactive");
  EXPECT_FALSE(why->condition);
  EXPECT_FALSE(engine_->why("overlod", "a", begin_));
  EXPECT_FALSE(engine_->why("overload", "zz", begin_));
}

TEST_F(EngineTest, ARestartAtAnyMomentIsAsIfThereHadBeenNone) {
  std::mt19937 random(7);
  std::vector<std::string> ids;
  for (int i = 0; i < 60; ++i) {
    send(i % 2 == 0 ? "a" : "b", i * 50, static_cast<double>(random() % 16));
    step();
    if (random() % 3 == 0) {
      ASSERT_TRUE(engine_->keep());
    }
    if (random() % 6 == 0) {
      ASSERT_TRUE(engine_->close());
    }
    const std::string before = engine_->state_bytes();
    const auto alerts = all_alerts();
    const auto sum = load_sum();
    if (random() % 2 == 0) continue;
    open();  // the old one was not told
    EXPECT_EQ(engine_->state_bytes(), before) << i;
    engine_->publish();
    EXPECT_EQ(load_sum(), sum) << i;
    ASSERT_EQ(all_alerts().size(), alerts.size()) << i;
    EXPECT_EQ(all_alerts(), alerts) << i;
  }
  EXPECT_GT(all_alerts().size(), 3u);
}

TEST_F(EngineTest, BackFillRaisesNoAlarm) {
  send("a", 100, 15, true);
  step();
  const auto open = engine_->alerts({}).alerts;
  ASSERT_EQ(open.size(), 1u);
  EXPECT_TRUE(open[0].suppressed);
  EXPECT_EQ(engine_->stats().received, 1u);
}

TEST_F(EngineTest, BackFillBecomesAnAlarmOnceALiveReadingSaysSoToo) {
  send("a", 100, 15, true);
  step();
  updates_.clear();
  send("a", 200, 14, true);
  send("a", 300, 9, true);  // neither fires nor clears
  step();
  EXPECT_TRUE(engine_->alerts({}).alerts.at(0).suppressed);
  send("a", 400, 15);
  step();
  EXPECT_FALSE(engine_->alerts({}).alerts.at(0).suppressed);
  EXPECT_EQ(engine_->alerts({}).alerts.at(0).began, begin_ + 100 * ns_per_second);
  send("a", 500, 16);
  step();
  send("a", 600, 16, true);
  step();
  std::size_t alarms = 0;
  for (const LiveUpdate& update : updates_) {
    for (const Alert& alert : update.alerts) alarms += alert.suppressed ? 0 : 1;
  }
  EXPECT_EQ(alarms, 1u);
  EXPECT_EQ(all_alerts().size(), 1u);
}

TEST_F(EngineTest, WhatComesLateIsARevisionAndNoAlarm) {
  send("a", 100, 5);
  send("a", 300, 5);
  step();
  updates_.clear();
  send("a", 200, 15);
  step();
  EXPECT_TRUE(all_alerts().empty());
  EXPECT_EQ(engine_->stats().late_things, 1u);
  rest();
  const auto all = all_alerts();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].state, AlertState::resolved);
  EXPECT_EQ(all[0].began, begin_ + 200 * ns_per_second);
  EXPECT_EQ(all[0].ended, begin_ + 300 * ns_per_second);
  EXPECT_EQ(all[0].revision, 1);
  EXPECT_TRUE(all[0].suppressed);
  const auto told = std::count_if(updates_.begin(), updates_.end(),
                                  [](const LiveUpdate& update) { return !update.alerts.empty(); });
  EXPECT_EQ(told, 1);
  // And taken back when that reading is corrected.
  send("a", 200, 6);
  step();
  rest();
  EXPECT_EQ(all_alerts().at(0).state, AlertState::retracted);
  EXPECT_EQ(all_alerts().at(0).revision, 2);
}

TEST_F(EngineTest, AFiringFoundLateBecomesAnAlarmWithTheNextReading) {
  send("a", 100, 5);
  send("b", 100, 5);
  send("a", 300, 9);  // neither
  step();
  send("a", 200, 15);
  step();
  rest();
  auto open = engine_->alerts({}).alerts;
  ASSERT_EQ(open.size(), 1u);
  EXPECT_TRUE(open[0].suppressed);
  send("a", 400, 9);
  step();
  open = engine_->alerts({}).alerts;
  ASSERT_EQ(open.size(), 1u);
  EXPECT_FALSE(open[0].suppressed);
  EXPECT_EQ(open[0].began, begin_ + 200 * ns_per_second);
}

TEST_F(EngineTest, WhatIsLeftToReviseSurvivesAnyStop) {
  send("a", 100, 5);
  send("a", 300, 5);
  step();
  send("a", 200, 15);
  step();
  ASSERT_TRUE(engine_->close());  // the mark is in the state
  open();
  EXPECT_EQ(engine_->stats().late_things, 0u);  // counted with the next step
  rest();
  ASSERT_EQ(all_alerts().size(), 1u);
  send("a", 250, 15);  // the mark follows from the log
  step();
  open();
  rest();
  EXPECT_EQ(all_alerts().at(0).ended, begin_ + 300 * ns_per_second);
  send("a", 250, 7);
  step();
  open();
  rest();
  EXPECT_EQ(all_alerts().at(0).ended, begin_ + 250 * ns_per_second);
}

TEST_F(EngineTest, WhatIsRefusedIsListed) {
  model::ReadingBatch batch;
  batch.readings.push_back({"zz", "load", "", begin_, 1, 0});
  ASSERT_TRUE(engine_->intake().submit({"gate", 0, false, {"*"}}, batch));
  auto rows = engine_->rejected(UINT64_MAX, 10);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].sender, "gate");
  EXPECT_NE(rows[0].reason.find("no thing 'zz'"), std::string::npos);
  ASSERT_TRUE(engine_->keep());
  open();
  rows = engine_->rejected(UINT64_MAX, 10);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].number, 1u);
}

TEST_F(EngineTest, TheSameAgainHasNoEffect) {
  for (int i = 0; i < 2; ++i) {
    send("a", 3000, 5);
    step();
  }
  EXPECT_EQ(engine_->stats().duplicates, 1u);
  EXPECT_EQ(load_sum(), 5);
}

}  // namespace
}  // namespace cairn::watch
