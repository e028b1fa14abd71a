// SPDX-License-Identifier: Apache-2.0
// Another world while readings come: what happens beside its making is neither late nor lost.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "watch/engine.hpp"
#include "watch/test_view.hpp"

namespace cairn::watch {
namespace {

// The small region of the view tests; of its sites a and b, `b` comes with the second world.
class EngineRebindTest : public testing::Test {
 protected:
  EngineRebindTest() {
    auto files = overload_workspace();
    whole_ = load_world(model::MemoryFiles(files), {.root = "w", .home = "r"}, {}).value();
    std::string& things = files.at("w/regions/r/things.csv");
    const std::size_t row = things.find("\nb,");
    EXPECT_NE(row, std::string::npos);
    things.erase(row, things.find('\n', row + 1) - row);
    less_ = load_world(model::MemoryFiles(files), {.root = "w", .home = "r"}, {}).value();
    directory_ = testing::TempDir() + "/rebind-" + std::to_string(::getpid()) + "-" +
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(directory_);
    open(less_);
  }
  ~EngineRebindTest() override {
    engine_.reset();
    std::filesystem::remove_all(directory_);
  }

  void open(std::shared_ptr<const World> world) {
    engine_.reset();
    EngineOptions options;
    options.directory = directory_;
    auto engine =
        Engine::open(*files_, clock_, std::move(world), *store::Journal::open(directory_), options);
    ASSERT_TRUE(engine) << to_string(engine.error());
    engine_ = std::move(*engine);
  }
  std::size_t send(std::string_view thing, int seconds, double load) {
    model::ReadingBatch batch;
    batch.readings.push_back({thing, "load", "", begin_ + seconds * ns_per_second, load, 0});
    const auto receipt = engine_->intake().submit({"test", 0, false, {"*"}}, batch);
    EXPECT_TRUE(receipt);
    return receipt->accepted;
  }
  void step() {
    ASSERT_TRUE(engine_->write(0));
    ASSERT_TRUE(engine_->apply(0));
    engine_->tell_alerts();
    engine_->publish();
  }
  std::vector<std::string> open_alerts() {
    std::vector<std::string> out;
    for (const Alert& alert : engine_->alerts({}).alerts) out.push_back(alert.thing);
    std::sort(out.begin(), out.end());
    return out;
  }
  std::optional<double> load_sum() {
    const auto cell = engine_->value("load_sum", "5134");
    return cell ? cell->cell.value : std::nullopt;
  }

  std::shared_ptr<const World> whole_, less_;
  std::unique_ptr<Files> files_ = system_files();
  std::string directory_;
  Instant begin_ = *parse_instant("2021-07-01T00:00:00Z");
  FixedClock clock_{begin_ + 3600 * ns_per_second};
  std::unique_ptr<Engine> engine_;
};

using Things = std::vector<std::string>;

TEST_F(EngineRebindTest, AnAlertDoesNotWaitForTheNewWorld) {
  ASSERT_EQ(send("a", 100, 5), 1U);
  step();
  const auto prepared = engine_->prepare(whole_);
  EXPECT_EQ(send("a", 200, 11), 1U);
  EXPECT_EQ(send("b", 200, 11), 0U) << "it is not there yet";
  step();
  EXPECT_EQ(open_alerts(), Things{"a"}) << "while the other waits";
  EXPECT_EQ(send("a", 210, 12), 1U);  // in the log when it is taken over, not yet applied
  ASSERT_TRUE(engine_->write(0));
  ASSERT_TRUE(engine_->rebind(*prepared));
  step();
  EXPECT_EQ(open_alerts(), Things{"a"});
  EXPECT_EQ(load_sum(), 12);
  EXPECT_EQ(send("b", 300, 20), 1U);
  EXPECT_EQ(send("a", 300, 7), 1U);
  step();
  EXPECT_EQ(open_alerts(), Things{"b"}) << "the one that began in the world before has ended";
  EXPECT_EQ(load_sum(), 27);
  const std::string state = engine_->state_bytes();
  open(whole_);
  EXPECT_EQ(engine_->state_bytes(), state) << "the log says the same";
}

TEST_F(EngineRebindTest, WhatWasPreparedBesideAnotherWorldIsNotTaken) {
  const auto first = engine_->prepare(whole_);
  const auto second = engine_->prepare(whole_);
  ASSERT_TRUE(engine_->rebind(*first));
  EXPECT_EQ(send("b", 100, 5), 1U);
  step();
  const auto refused = engine_->rebind(*second);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::conflict);
  EXPECT_EQ(send("b", 200, 6), 1U) << "and all goes on";
  step();
  EXPECT_EQ(load_sum(), 6);
}

}  // namespace
}  // namespace cairn::watch
