// SPDX-License-Identifier: Apache-2.0
#include "server/work_queue.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>

namespace cairn::server {
namespace {

TEST(WorkQueueTest, DoesWhatFitsAndRefusesTheRest) {
  std::promise<void> gate;
  std::shared_future<void> open(gate.get_future());
  std::atomic<int> done{0};
  WorkQueue queue(1, 2);
  std::promise<void> begun;
  ASSERT_TRUE(queue.post([&] {
    begun.set_value();
    open.wait();
    ++done;
  }));
  begun.get_future().wait();
  EXPECT_TRUE(queue.post([&] { ++done; }));
  std::promise<void> last;
  EXPECT_TRUE(queue.post([&] {
    ++done;
    last.set_value();
  }));
  EXPECT_FALSE(queue.post([&] { ++done; }));
  gate.set_value();
  last.get_future().wait();
  queue.stop();
  EXPECT_EQ(done, 3);
  EXPECT_FALSE(queue.post([] {}));
}

}  // namespace
}  // namespace cairn::server
