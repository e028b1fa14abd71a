// SPDX-License-Identifier: Apache-2.0
#include "watch/archive.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "watch/engine.hpp"
#include "watch/test_view.hpp"

namespace cairn::watch {
namespace {

class Archive : public testing::Test {
 protected:
  Archive() {
    world_ = *load_world(model::MemoryFiles(view_workspace()), {.root = "w", .home = "r"},
                         view_observations());
    directory_ = testing::TempDir() + "/archive-" + std::to_string(::getpid());
    std::filesystem::remove_all(directory_);
    auto journal = store::Journal::open(directory_);
    EngineOptions options;
    options.directory = directory_;
    engine_ = *Engine::open(*files_, clock_, world_, std::move(*journal), options);
  }
  ~Archive() override { std::filesystem::remove_all(directory_); }

  void send(int seconds, double load) {
    model::ReadingBatch batch;
    batch.readings.push_back({"a", "load", "", begin_ + seconds * ns_per_second, load, 0});
    ASSERT_TRUE(engine_->intake().submit({"test", 0, false, {"*"}}, batch));
    ASSERT_TRUE(engine_->write(0));
    ASSERT_TRUE(engine_->apply(0));
  }
  // Values of site a since July, as an onlooker reads them.
  std::vector<double> seen() {
    const auto snapshot = stored_snapshot(*files_, directory_, world_);
    EXPECT_TRUE(snapshot) << to_string(snapshot.error());
    const model::Table& table = *snapshot->table("site");
    const auto column = static_cast<std::size_t>(table.type->property_index("load"));
    std::vector<model::Sample> samples;
    snapshot->history->read(table.columns[column].series[0], begin_ - 1, Instant::max(), samples);
    std::vector<double> out;
    for (const model::Sample& sample : samples) out.push_back(sample.value);
    return out;
  }
  std::uintmax_t bytes() const {
    std::uintmax_t sum = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_)) {
      if (entry.is_regular_file()) sum += entry.file_size();
    }
    return sum;
  }

  std::unique_ptr<Files> files_ = system_files();
  std::shared_ptr<const World> world_;
  std::string directory_;
  Instant begin_ = *parse_instant("2021-07-01T00:00:00Z");
  FixedClock clock_{begin_ + 3600 * ns_per_second};
  std::unique_ptr<Engine> engine_;
};

TEST_F(Archive, SeesWhatARunningEngineHasAcknowledgedAndChangesNothing) {
  EXPECT_TRUE(seen().empty());
  send(1, 5);
  send(2, 6);
  const auto before = bytes();
  EXPECT_EQ(seen(), (std::vector<double>{5, 6}));
  EXPECT_EQ(bytes(), before);
  send(2, 7);  // a correction
  EXPECT_EQ(seen(), (std::vector<double>{5, 7}));
}

TEST_F(Archive, SeesHistoryStateAndLogAsOne) {
  send(1, 5);
  ASSERT_TRUE(engine_->close());  // all of it in the history, and a state
  send(2, 6);                     // only in the log
  EXPECT_EQ(seen(), (std::vector<double>{5, 6}));
  engine_.reset();
  EXPECT_EQ(seen(), (std::vector<double>{5, 6}));
}

TEST_F(Archive, WithoutAnEngineThereIsTheWorldAlone) {
  const auto snapshot = stored_snapshot(*files_, directory_ + "/nowhere", world_);
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(snapshot->history, world_->snapshot.history);
}

}  // namespace
}  // namespace cairn::watch
