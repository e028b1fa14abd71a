// SPDX-License-Identifier: Apache-2.0
// Work that takes long, one after the other on a few threads of its own, so that those that answer
// everything are not kept. What does not fit is refused at once.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace cairn::server {

class WorkQueue {
 public:
  WorkQueue(int threads, std::size_t most_waiting);
  ~WorkQueue();

  // False: too many wait, or it has stopped; `work` is dropped.
  bool post(std::function<void()> work);
  // What is under way ends, what waits is dropped. Idempotent.
  void stop();

 private:
  void run();

  const std::size_t most_waiting_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> waiting_;  // under the mutex, as the next
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace cairn::server
