// SPDX-License-Identifier: Apache-2.0
// The threads of a live engine: one writes the log, one applies and publishes, one keeps history,
// states and journal, and one tells those who watch.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "core/result.hpp"
#include "server/herald.hpp"
#include "watch/engine.hpp"

namespace cairn::server {

class LiveThreads {
 public:
  // `fatal` is called once, from a thread of this, when the disk has broken its word: the process
  // has to end and to recover. `engine` must outlive this.
  LiveThreads(watch::Engine& engine, std::function<void(const Error&)> fatal);
  ~LiveThreads() { stop(); }
  LiveThreads(const LiveThreads&) = delete;
  LiveThreads& operator=(const LiveThreads&) = delete;

  // Runs between two applies, on their thread, and waits for it.
  Status between(std::function<Status()> work);
  // Joins the threads, then brings everything to disk. Idempotent.
  void stop();

 private:
  void write();
  void apply();
  bool publish(std::chrono::steady_clock::duration& took);
  void keep();
  void give_up(const Error& error);
  void tell_of(const Error& error);
  void run_between();

  watch::Engine& engine_;
  std::function<void(const Error&)> fatal_;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> failed_{false};
  std::string told_;  // of keep(): its last error, while it lasts
  std::mutex mutex_;
  std::vector<std::packaged_task<Status()>> between_;
  Herald herald_;
  std::vector<std::thread> threads_;
};

}  // namespace cairn::server
