// SPDX-License-Identifier: Apache-2.0
#include "server/map_keeper.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>

#include "server/detail/test_service.hpp"
#include "server/map_data.hpp"

namespace cairn::server {
namespace {

const std::string present(MapData::present_key);

class MapKeeperTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto world = watch::load_world(files_, {"w", "r"}, {});
    ASSERT_TRUE(world.has_value());
    state_ = build_state(*world, {}, now_, [this] { return generation_.load(); });
  }
  std::shared_ptr<const ThingSet> set(const std::string& type = "site") {
    const Reading reading(state_, state_->base, now_);
    return state_->map->things(reading.view(), type, present);
  }
  std::vector<std::string> wanted() { return state_->map->wanted(*state_->workspace->catalog); }

  model::MemoryFiles files_{detail::small_workspace()};
  const Instant now_ = *parse_instant("2022-06-30T10:00:00+08:00");
  std::atomic<std::uint64_t> generation_{1};
  std::shared_ptr<State> state_;  // shared: as readings take it
};

TEST_F(MapKeeperTest, ThePresentIsKeptUntilReadingsChange) {
  const auto one = set();
  ASSERT_NE(one, nullptr);
  EXPECT_EQ(one->things.size(), 3u);
  EXPECT_EQ(set(), one);
  generation_ = 2;
  const auto two = set();
  EXPECT_NE(two, one) << "three sites take a moment only";
  EXPECT_EQ(set(), two);
  EXPECT_EQ(set("nothing"), nullptr);
  // What tells of many types does not compute them all anew.
  generation_ = 3;
  const Reading reading(state_, state_->base, now_);
  EXPECT_EQ(state_->map->recent(reading.view(), "site", present), two);
  EXPECT_NE(set(), two);
}

TEST_F(MapKeeperTest, WantsWhatNobodyComputedAndWhatWasAskedFor) {
  EXPECT_EQ(wanted(), std::vector<std::string>{"site"});
  {
    const Reading reading(state_, state_->base, now_);
    state_->map->refresh(reading.view(), "site");
  }
  EXPECT_TRUE(wanted().empty());
  generation_ = 2;
  EXPECT_EQ(wanted(), std::vector<std::string>{"site"});
}

TEST_F(MapKeeperTest, KeepsThePresentByItself) {
  MapKeeper keeper([this] { return state_; }, [this] { return now_; });
  keeper.run();
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!wanted().empty() && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(wanted().empty());
  generation_ = 2;
  while (!wanted().empty() && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  EXPECT_TRUE(wanted().empty());
  keeper.stop();
  generation_ = 3;
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  EXPECT_FALSE(wanted().empty()) << "stopped is stopped";
}

TEST_F(MapKeeperTest, ATileIsOfTheSetOfItsTime) {
  const auto tile = [&] {
    const Reading reading(state_, state_->base, now_);
    return state_->map->thing_tile(reading.view(), "site", present, {0, 0, 0});
  };
  const auto one = tile();
  ASSERT_NE(one, nullptr);
  EXPECT_EQ(tile(), one) << "kept";
  generation_ = 2;
  EXPECT_NE(tile(), one) << "made anew";
}

}  // namespace
}  // namespace cairn::server
