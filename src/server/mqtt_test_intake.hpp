// SPDX-License-Identifier: Apache-2.0
// An intake in memory whose log becomes durable by hand, or at once: for tests.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "watch/intake.hpp"

namespace cairn::server {

class TestIntake final : public watch::Intake {
 public:
  struct Taken {
    std::string sender;
    std::uint64_t sequence = 0;
    bool historical = false;
    std::string thing, property;
    double value = 0;
  };

  Result<watch::Receipt> submit(const watch::Sender& sender,
                                const model::ReadingBatch& batch) override {
    ++offered;
    const std::lock_guard lock(mutex_);
    if (full) return fail(Code::too_large, "the queue is full");
    if (broken) return fail(Code::io, "the disk is full");
    watch::Receipt receipt;
    receipt.refused = batch.refused;
    for (const auto& reading : batch.readings) {
      if (reading.thing == "unknown") {
        receipt.refused.push_back(
            {reading.record, "", {Code::not_found, "there is no thing \"unknown\"", ""}});
        continue;
      }
      taken.push_back({sender.name, sender.sequence, sender.historical, std::string(reading.thing),
                       std::string(reading.property), reading.value});
      ++receipt.accepted;
    }
    if (receipt.accepted > 0) receipt.position = ++position;
    if (instant) durable_ = position;
    return receipt;
  }
  std::uint64_t durable() const override { return durable_; }
  void listen(Listener listener) override { listener_ = std::move(listener); }
  void commit(const Commit& commit) {
    durable_ = commit.durable;
    if (listener_) listener_(commit);
  }

  std::atomic<int> offered{0};
  bool full = false;
  bool broken = false;
  bool instant = false;  // durable() follows at once; the listener is still to be told
  std::uint64_t position = 0;
  std::vector<Taken> taken;

 private:
  std::mutex mutex_;
  std::uint64_t durable_ = 0;
  Listener listener_;
};

}  // namespace cairn::server
