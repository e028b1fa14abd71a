// SPDX-License-Identifier: Apache-2.0
#include "core/parallel.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

namespace cairn {
namespace {

TEST(Workers, EachTaskOnce) {
  for (std::size_t threads : {std::size_t{1}, std::size_t{2}, std::size_t{7}}) {
    const auto workers = thread_workers(threads);
    EXPECT_EQ(workers->threads(), threads);
    std::vector<std::atomic<int>> calls(1000);
    workers->run(calls.size(), [&](std::size_t i) { ++calls[i]; });
    for (const auto& count : calls) EXPECT_EQ(count, 1);
    workers->run(0, [](std::size_t) { ADD_FAILURE(); });
  }
}

TEST(Workers, SerialStaysInItsThreadAndOrder) {
  std::vector<std::size_t> order;
  serial_workers()->run(4, [&](std::size_t i) { order.push_back(i); });
  EXPECT_EQ(order, (std::vector<std::size_t>{0, 1, 2, 3}));
}

TEST(Workers, SeveralThreadsWorkAtOnce) {
  std::atomic<int> inside = 0;
  const auto workers = thread_workers(2);
  workers->run(2, [&](std::size_t) {
    ++inside;
    while (inside < 2) std::this_thread::yield();  // ends only with both inside
  });
  EXPECT_EQ(inside, 2);
  EXPECT_GE(thread_workers(0)->threads(), 1U);
}

}  // namespace
}  // namespace cairn
