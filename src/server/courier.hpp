// SPDX-License-Identifier: Apache-2.0
// Carries what waits in a channel's queue to the other side, one delivery at a time, and notes the
// receipt. Stopped between the other side's taking and our note, it delivers again under the same
// id: receivers tell doubles by it.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "core/seams.hpp"
#include "respond/outbox_store.hpp"

namespace cairn::server {

struct CourierOptions {
  std::string channel;
  std::int64_t heartbeat_ns = 24 * 3'600 * ns_per_second;  // a test so often; 0: none
  bool digests = false;
};

// Without a thread of its own; not thread-safe.
class Courier {
 public:
  Courier(store::Ledger& ledger, respond::StoredOutbox& outbox, respond::Channel& channel,
          CourierOptions options)
      : ledger_(ledger), outbox_(outbox), channel_(channel), options_(std::move(options)) {}

  struct Step {
    bool carried = false;  // something was delivered or tried
    Instant again;         // when to come again at the latest
  };
  // One delivery, or what must be done without one. `now` is asked again after a delivery, which
  // takes its time. Error: the ledger could not be written; come again in a while.
  Result<Step> step(const Clock& clock);

 private:
  struct Carried {
    respond::Delivery delivery;
    respond::Attempt attempt;
  };
  Status note(Instant now);
  Status beat(Instant now);
  Status gather(Instant now);

  store::Ledger& ledger_;
  respond::StoredOutbox& outbox_;
  respond::Channel& channel_;
  const CourierOptions options_;
  std::optional<Carried> carried_;    // not noted yet
  std::optional<Instant> next_beat_;  // none: not known yet
};

// A courier on a thread of its own.
class CourierThread {
 public:
  // `changed` is called after each delivery and at least every half minute; when it answers true,
  // again within about a second.
  CourierThread(Courier courier, const Clock& clock, store::Ledger& ledger,
                std::function<bool()> changed);
  ~CourierThread() { stop(); }
  CourierThread(const CourierThread&) = delete;
  CourierThread& operator=(const CourierThread&) = delete;

  // Something may be there once the write that is under way has ended. Does not block.
  void wake();
  // So that a delivery under way can be cut off: true from the moment of asking.
  void ask_to_stop();
  void stop();  // waits for it

 private:
  void work();
  void pause(std::int64_t ns);

  Courier courier_;
  const Clock& clock_;
  store::Ledger& ledger_;
  const std::function<bool()> changed_;
  std::mutex mutex_;
  std::condition_variable wake_;
  bool woken_ = false;     // under mutex
  bool stopping_ = false;  // under mutex
  std::thread thread_;
};

}  // namespace cairn::server
