// SPDX-License-Identifier: Apache-2.0
#include "server/herald.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <semaphore>

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

TEST(Herald, AlertsOvertakeValues) {
  std::binary_semaphore first(0);
  std::binary_semaphore go_on(0);
  std::vector<std::string> order;  // of the herald's thread until stop()
  std::size_t told = 0;
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
  std::size_t told = 0;
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
  }
  EXPECT_EQ(told, 2U);
  EXPECT_EQ(last.size(), 10U);
  for (const auto& [region, value] : last) EXPECT_EQ(value, 1'000) << region;
}

TEST(Herald, TellsEverythingBeforeItEnds) {
  std::atomic<std::size_t> cells{0};
  std::atomic<std::size_t> alerts{0};
  Herald herald([&](const watch::LiveUpdate& update) {
    cells += update.cells.size();
    alerts += update.alerts.size();
  });
  herald.hear(values(5'000, 1));
  for (int i = 0; i < 100; ++i) herald.hear(alarm("a"));
  herald.stop();
  EXPECT_EQ(cells, 5'000U);
  EXPECT_EQ(alerts, 100U);
  herald.stop();
}

}  // namespace
}  // namespace cairn::server
