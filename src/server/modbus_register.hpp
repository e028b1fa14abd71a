// SPDX-License-Identifier: Apache-2.0
// Which meters the register of devices has: approved devices of the protocol `modbus`, each with
// the register map for the type of its thing. docs/modbus.md.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/seams.hpp"
#include "device/book.hpp"
#include "model/input.hpp"
#include "server/modbus_targets.hpp"

namespace cairn::server {

class ModbusRegister {
 public:
  // All must outlive it. `clock` is on the wall.
  ModbusRegister(device::Book& book, const std::vector<model::ModbusModel>& models,
                 const Clock& clock)
      : book_(book), models_(models), clock_(clock) {}

  // All of them, when anything has changed since it was last asked. A device that cannot be asked
  // is told so, once for each reason. Not thread-safe.
  std::optional<std::vector<ModbusTarget>> changed();

 private:
  Result<ModbusTarget> target_of(const device::Device& device) const;

  device::Book& book_;
  const std::vector<model::ModbusModel>& models_;
  const Clock& clock_;
  std::uint64_t generation_ = 0;             // of the book, when it was last read
  std::map<std::string, std::string> told_;  // by device: why it cannot be asked
};

}  // namespace cairn::server
