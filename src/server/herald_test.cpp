// SPDX-License-Identifier: Apache-2.0
#include "server/herald.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <semaphore>
#include <thread>

namespace cairn::server {
namespace {

watch::LiveUpdate values(std::size_t count, double value) {
  watch::LiveUpdate out;
  for (std::size_t i = 0; i < count; ++i) {
    watch::LiveCell& cell = out.cells.emplace_back();
    cell.indicator = "power";
    cell.region = std::to_string(i);
    cell.cell.value = value;
  }
  return out;
}
watch::LiveUpdate alarm(std::string id) {
  watch::LiveUpdate out;
  out.alerts.emplace_back().id = std::move(id);
  return out;
}

// Until `done` is so, for ten seconds at most.
template <class Done>
void wait_for(Done done) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!done() && std::chrono::steady_clock::now() < end) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

TEST(Herald, AlertsOvertakeValues) {
  std::binary_semaphore first(0);
  std::binary_semaphore go_on(0);
  std::vector<std::string> order;  // of the herald's thread until stop()
  std::atomic<std::size_t> told = 0;
  {
    Herald herald([&](const watch::LiveUpdate& update) {
      if (told == 0) {
        first.release();
        go_on.acquire();
      }
      told += update.cells.size();
      order.push_back(update.alerts.empty() ? "values" : update.alerts.front().id);
    });
    herald.hear(values(2'000, 1));
    first.acquire();
    herald.hear(alarm("fire"));
    go_on.release();
    wait_for([&] { return told == 2'000U; });
  }
  EXPECT_EQ(told, 2'000U);
  ASSERT_GT(order.size(), 2U);
  EXPECT_EQ(order[0], "values");
  EXPECT_EQ(order[1], "fire");  // of eight slices of values only one came before it
}

// However often values change while nobody is told, what waits is one a region, the newest.
TEST(Herald, ANewerValueTakesTheOldersPlace) {
  std::binary_semaphore first(0);
  std::binary_semaphore go_on(0);
  std::map<std::string, double> last;
  std::atomic<std::size_t> told = 0;
  {
    Herald herald([&](const watch::LiveUpdate& update) {
      if (told++ == 0) {
        first.release();
        go_on.acquire();
      }
      for (const auto& cell : update.cells) last[cell.region] = *cell.cell.value;
    });
    herald.hear(values(10, 0));
    first.acquire();
    for (int round = 1; round <= 1'000; ++round) herald.hear(values(10, round));
    go_on.release();
    wait_for([&] { return told == 2U; });
  }
  EXPECT_EQ(told, 2U);
  EXPECT_EQ(last.size(), 10U);
  for (const auto& [region, value] : last) EXPECT_EQ(value, 1'000) << region;
}

TEST(Herald, CountiesDoNotWaitBehindVillages) {
  std::binary_semaphore first(0);
  std::binary_semaphore go_on(0);
  std::vector<bool> order;  // of the herald's thread until stop()
  std::atomic<std::size_t> told = 0;
  {
    Herald herald([&](const watch::LiveUpdate& update) {
      if (told == 0) {
        first.release();
        go_on.acquire();
      }
      for (const auto& cell : update.cells) order.push_back(cell.wide);
      told += update.cells.size();
    });
    herald.hear(values(2'000, 1));
    first.acquire();
    auto counties = values(100, 1);
    for (auto& cell : counties.cells) {
      cell.region += "-county";
      cell.wide = true;
    }
    herald.hear(std::move(counties));
    go_on.release();
    wait_for([&] { return told == 2'100U; });
  }
  ASSERT_EQ(order.size(), 2'100U);
  // One slice went before; then 48 of each 64 are of counties.
  EXPECT_EQ(std::count(order.begin(), order.begin() + 192, true), 96);
  EXPECT_EQ(std::count(order.begin(), order.begin() + 256, true), 100);
}

TEST(Herald, TellsAlertsBeforeItEndsAndLetsValuesGo) {
  std::binary_semaphore first(0);
  std::binary_semaphore go_on(0);
  std::atomic<std::size_t> cells{0};
  std::atomic<std::size_t> alerts{0};
  std::atomic<std::size_t> heard{0};
  Herald herald([&](const watch::LiveUpdate& update) {
    if (cells == 0) {
      first.release();
      go_on.acquire();
    }
    cells += update.cells.size();
    alerts += update.alerts.size();
    heard += update.heard.size();
  });
  herald.hear(values(100'000, 1));
  first.acquire();
  for (int i = 0; i < 100; ++i) herald.hear(alarm("a"));
  watch::LiveUpdate again;
  again.heard.emplace_back();
  herald.hear(again);
  go_on.release();
  herald.stop();
  EXPECT_EQ(alerts, 100U);
  EXPECT_EQ(heard, 1U);
  EXPECT_LT(cells, 100'000U);
  herald.stop();
}

}  // namespace
}  // namespace cairn::server
