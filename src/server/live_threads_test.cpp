// SPDX-License-Identifier: Apache-2.0
#include "server/live_threads.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <random>

#include "watch/test_view.hpp"

namespace cairn::server {
namespace {

constexpr std::int64_t ms = 1'000'000;

std::shared_ptr<const watch::World> small_world() {
  auto files = watch::view_workspace();
  files["w/packs/p/pack.yaml"] +=
      "  load_sum: {label: {zh: 荷, en: Load}, formula: sum(load of site), unit: kW}\n"
      "rules:\n"
      "  overload:\n    label: {zh: 过荷, en: Overload}\n    type: site\n"
      "    when: load > 10 kW\n    clear: load < 8 kW\n"
      "  rising:\n    label: {zh: 升, en: Rising}\n    type: site\n"
      "    when: 'avg(load, 1s) > 9 kW'\n    for: 1s\n"
      "  mute:\n    label: {zh: 静, en: Mute}\n    type: site\n    no_data: load\n    for: 1s\n";
  return watch::load_world(model::MemoryFiles(files), {.root = "w", .home = "r"}, {}).value();
}

class LiveThreadsTest : public testing::Test {
 protected:
  LiveThreadsTest() {
    directory_ = testing::TempDir() + "/live-threads-" + std::to_string(::getpid());
    std::filesystem::remove_all(directory_);
    watch::EngineOptions options;
    options.directory = directory_;
    options.state_bytes = 20'000;  // states, seals and merges all the time
    options.history.memory_points = 500;
    auto journal = store::Journal::open(directory_);
    engine_ = watch::Engine::open(*files_, *clock_, world_, std::move(*journal), options).value();
  }
  ~LiveThreadsTest() override { std::filesystem::remove_all(directory_); }

  // One sender's readings of a site, a few of them late; each time is its own.
  void send(std::uint32_t sender, std::string_view site) {
    std::mt19937 random(sender);
    for (std::int64_t i = 0; i < messages; ++i) {
      model::ReadingBatch batch;
      for (std::int64_t k = 0; k < 10; ++k) {
        const bool late = random() % 8 == 0;
        const Instant time =
            begin_ + ((i * 10 + k) * senders + sender) * ms - (late ? 3600'000 * ms : 0);
        batch.readings.push_back({site, "load", "", time, double(random() % 20), 0});
      }
      batch.readings.push_back({"nobody", "load", "", begin_, 1, 0});
      const auto receipt =
          engine_->intake().submit({"s" + std::to_string(sender), 0, false, {"*"}}, batch);
      if (!receipt) continue;  // the queue is full: not taken, not counted
      const std::lock_guard lock(mutex_);
      for (std::size_t k = 0; k < 10; ++k) {
        sent_[std::string(site)][batch.readings[k].time.ns] = batch.readings[k].value;
      }
    }
  }
  // What pages and programs ask for meanwhile.
  void ask() {
    while (!done_) {
      const auto alerts = engine_->alerts({.open = false});
      if (!alerts.alerts.empty()) (void)engine_->alerts({.id = alerts.alerts.front().id});
      (void)engine_->why("overload", "a", engine_->now());
      (void)engine_->value("load_sum", "5134");
      (void)engine_->stats();
      (void)engine_->silent();
      (void)engine_->rejected(UINT64_MAX, 10);
      (void)engine_->revisions(10);
      const model::Snapshot snapshot = engine_->snapshot();
      formula::Evaluator evaluator(world_->library, snapshot);
      const auto region = snapshot.regions->find("5134");
      if (!evaluator.indicator("load_sum", {{region}, engine_->now()})) ++failures_;
      ++answers_;
    }
  }
  std::map<std::int64_t, double> stored(std::uint32_t row) const {
    const model::Snapshot snapshot = engine_->snapshot();
    const model::Table& table = *snapshot.table("site");
    const auto column = static_cast<std::size_t>(table.type->property_index("load"));
    std::vector<model::Sample> samples;
    snapshot.history->read(table.columns[column].series[row], Instant::min(), Instant::max(),
                           samples);
    std::map<std::int64_t, double> out;
    for (const model::Sample& sample : samples) out[sample.time.end.ns] = sample.value;
    EXPECT_EQ(out.size(), samples.size());
    return out;
  }

  static constexpr std::int64_t senders = 3;
  static constexpr std::int64_t messages = 150;
  std::unique_ptr<Files> files_ = system_files();
  std::unique_ptr<Clock> clock_ = system_clock();
  std::shared_ptr<const watch::World> world_ = small_world();
  std::string directory_;
  Instant begin_{(clock_->now().ns / ms - 60'000) * ms};
  std::unique_ptr<watch::Engine> engine_;
  std::mutex mutex_;
  std::map<std::string, std::map<std::int64_t, double>> sent_;
  std::atomic<bool> done_{false};
  std::atomic<std::uint64_t> answers_{0};
  std::atomic<std::uint64_t> failures_{0};
};

// Meant for -fsanitize=thread, and true without it.
TEST_F(LiveThreadsTest, SendersReadersAndANewWorldAtOnce) {
  std::atomic<std::uint64_t> told{0};
  engine_->watch([&told](const watch::LiveUpdate&) { ++told; });
  LiveThreads threads(*engine_, [](const Error& error) { ADD_FAILURE() << to_string(error); });
  std::vector<std::thread> sending;
  sending.emplace_back([this] { send(0, "a"); });
  sending.emplace_back([this] { send(1, "a"); });
  sending.emplace_back([this] { send(2, "b"); });
  std::vector<std::thread> asking;
  for (int i = 0; i < 2; ++i) asking.emplace_back([this] { ask(); });
  for (int i = 0; i < 3; ++i) {
    const auto world = std::make_shared<const watch::World>(*world_);
    const auto prepared = engine_->prepare(world);
    EXPECT_TRUE(threads.between([&] { return engine_->rebind(*prepared); }));
    EXPECT_TRUE(engine_->shelve("overload", "a", clock_->now() + 50 * ms, "test", "race"));
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
  }
  for (std::thread& thread : sending) thread.join();
  // Acknowledged readings become visible.
  for (int i = 0; i < 1000 && stored(0).size() < sent_["a"].size(); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  while (answers_ < 5) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  done_ = true;
  for (std::thread& thread : asking) thread.join();
  threads.stop();
  EXPECT_EQ(stored(0), sent_["a"]);
  EXPECT_EQ(stored(1), sent_["b"]);
  EXPECT_EQ(failures_, 0u);
  EXPECT_GT(told, 0u);
  EXPECT_FALSE(engine_->alerts({.open = false}).alerts.empty());
}

}  // namespace
}  // namespace cairn::server
