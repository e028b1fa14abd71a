// SPDX-License-Identifier: Apache-2.0
// What stands between a door and the intake: the register hears who spoke, blocked devices are
// refused with the reason, and who writes to a thing that nobody knows becomes a stranger that
// waits for approval. Thread-safe, memory only.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "core/seams.hpp"
#include "device/book.hpp"
#include "watch/intake.hpp"

namespace cairn::server {

class DeviceDesk;

class DeviceIntake final : public watch::Intake {
 public:
  // All must outlive it.
  DeviceIntake(DeviceDesk& desk, watch::Intake& intake, device::Protocol protocol)
      : desk_(desk), intake_(intake), protocol_(protocol) {}

  Result<watch::Receipt> submit(const watch::Sender& sender,
                                const model::ReadingBatch& batch) override;
  std::uint64_t durable() const override { return intake_.durable(); }
  void listen(Listener listener) override { intake_.listen(std::move(listener)); }

 private:
  struct Heard;  // what of a message is whose
  void look(const watch::Sender& sender, const model::ReadingBatch& batch, Heard& heard) const;
  void count(const watch::Sender& sender, const model::ReadingBatch& batch, const Heard& heard,
             watch::Receipt& receipt) const;
  void complain(const watch::Sender& sender, std::uint32_t device, std::string_view thing,
                model::Refusal& refusal) const;

  DeviceDesk& desk_;
  watch::Intake& intake_;
  device::Protocol protocol_;
};

}  // namespace cairn::server
