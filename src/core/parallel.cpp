// SPDX-License-Identifier: Apache-2.0
#include "core/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace cairn {
namespace {

class Serial final : public Workers {
 public:
  void run(std::size_t count, const std::function<void(std::size_t)>& task) const override {
    for (std::size_t i = 0; i < count; ++i) task(i);
  }
  std::size_t threads() const override { return 1; }
};

class Threads final : public Workers {
 public:
  explicit Threads(std::size_t threads) : threads_(threads) {}

  void run(std::size_t count, const std::function<void(std::size_t)>& task) const override {
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
      for (std::size_t i = next++; i < count; i = next++) task(i);
    };
    std::vector<std::thread> others;
    const std::size_t useful = std::min(threads_, count);
    for (std::size_t i = 1; i < useful; ++i) others.emplace_back(work);
    work();
    for (std::thread& other : others) other.join();
  }
  std::size_t threads() const override { return threads_; }

 private:
  std::size_t threads_;
};

}  // namespace

std::unique_ptr<Workers> serial_workers() {
  return std::make_unique<Serial>();
}
std::unique_ptr<Workers> thread_workers(std::size_t threads) {
  if (threads == 0) threads = std::max(1U, std::thread::hardware_concurrency());
  if (threads == 1) return serial_workers();
  return std::make_unique<Threads>(threads);
}

}  // namespace cairn
