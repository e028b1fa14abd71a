// SPDX-License-Identifier: Apache-2.0
// The way in for readings, behind every door (HTTP, MQTT, CoAP, a stream). Thread-safe.
//
//   auto receipt = intake.submit(sender, batch);
//   if (!receipt) … refuse the whole message: the disk is full, the queue is full
//   … answer 2xx / PUBACK / ACK once intake.durable() >= receipt->position
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "model/reading.hpp"

namespace cairn::watch {

// Who sends, and the number of the message among those of this sender: a number that was taken
// before is acknowledged without effect. Sequence 0: not numbered.
struct Sender {
  std::string name;                 // of the identity: "gateway-7"; empty: anonymous
  std::uint64_t sequence = 0;       // rises with every new message of this sender
  bool historical = false;          // a back-fill: no live alarm comes of it
  std::vector<std::string> things;  // patterns ("meter-*", "*") of thing ids it may write to
};

struct Receipt {
  std::uint64_t position = 0;  // of the log; 0 when nothing had to be written
  std::size_t accepted = 0;
  std::vector<model::Refusal> refused;  // of decoder and intake; the rest is accepted
};

class Intake {
 public:
  virtual ~Intake() = default;
  // Looks up, checks, and queues for the log. The batch's views are not needed afterwards. Errors:
  // too_large (the queue is full: try again later), io (the log does not take anything).
  virtual Result<Receipt> submit(const Sender& sender, const model::ReadingBatch& batch) = 0;
  // Everything up to here is on disk.
  virtual std::uint64_t durable() const = 0;
  // Calls from the log's thread after each commit, with durable(), and with an error when
  // positions above durable() up to `failed_to` were not written (disk full) and never will be.
  struct Commit {
    std::uint64_t durable = 0;
    std::uint64_t failed_to = 0;  // 0: nothing failed
    Error error;
  };
  using Listener = std::function<void(const Commit&)>;
  virtual void listen(Listener listener) = 0;
};

}  // namespace cairn::watch
