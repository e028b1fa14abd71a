// SPDX-License-Identifier: Apache-2.0
// Threads come in from outside: engines are handed workers and never make a thread of their own.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

namespace cairn {

// Runs independent tasks. What a task gives may depend on its number only, so that any number of
// threads gives the same bytes.
class Workers {
 public:
  virtual ~Workers() = default;
  // Calls task(0) .. task(count - 1), each once, in any order, and returns when all have ended.
  // Tasks do not throw.
  virtual void run(std::size_t count, const std::function<void(std::size_t)>& task) const = 0;
  virtual std::size_t threads() const = 0;
};

// One after the other, in the calling thread.
std::unique_ptr<Workers> serial_workers();
// `threads` at once, the calling thread among them; 0: as many as the machine has processors.
// Each run starts and ends its threads: meant for work of milliseconds and more.
std::unique_ptr<Workers> thread_workers(std::size_t threads);

}  // namespace cairn
