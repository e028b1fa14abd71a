// SPDX-License-Identifier: Apache-2.0
// Tells pages what happened, on a thread of its own: who finds out what happened never waits for
// who renders it. Alerts go first and at once. The rest waits while the thread has had its share of
// the processor: a busy province has a hundred thousand new values of indicators each second.
// Meanwhile a newer value takes the place of the older one, and those of counties and above, which
// pages show, do not wait behind those of villages.
//
//   Herald herald([&](const watch::LiveUpdate& update) { engine.tell(update); });
//   engine.relay([&](watch::LiveUpdate update) { herald.hear(std::move(update)); });
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "watch/live.hpp"

namespace cairn::server {

class Herald {
 public:
  // Called from the herald's thread, never twice at once.
  using Tell = std::function<void(const watch::LiveUpdate&)>;
  explicit Herald(Tell tell);
  ~Herald() { stop(); }
  Herald(const Herald&) = delete;
  Herald& operator=(const Herald&) = delete;

  // Thread-safe, does not wait.
  void hear(watch::LiveUpdate update);
  // Tells the alerts that it has heard, then ends its thread; values that were not told are found
  // anew by whoever starts. Idempotent.
  void stop();

 private:
  // Values that nobody was told yet, the newest of each, in the order in which they changed.
  class Queue {
   public:
    void put(watch::LiveCell cell);
    bool empty() const { return cells_.empty(); }
    std::size_t size() const { return cells_.size(); }
    void take(std::size_t most, std::vector<watch::LiveCell>& out);

   private:
    std::deque<watch::LiveCell> cells_;
    std::size_t told_ = 0;                                // how many stood before them
    std::unordered_map<std::string, std::size_t> place_;  // told_ + index, by indicator and region
  };

  void run();
  bool has_values() const { return !wide_.empty() || !narrow_.empty(); }
  bool take_alerts(watch::LiveUpdate& out);  // under the mutex, as the next
  bool take_slice(watch::LiveUpdate& out);

  const Tell tell_;
  std::mutex mutex_;
  std::condition_variable heard_;
  watch::LiveUpdate waiting_;  // its cells in the queues
  bool urgent_ = false;        // it holds alerts
  bool slow_ = false;          // it holds something else
  Queue wide_;
  Queue narrow_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace cairn::server
