// SPDX-License-Identifier: Apache-2.0
// Asks meters by Modbus/TCP, each at its interval, and gives their readings to the intake.
// docs/modbus.md says what a register map and modbus.csv hold, and what is done in trouble.
//
//   auto poller = ModbusPoller::start(targets, models, intake, clock, true_clock, devices, {});
//   … (*poller)->stop();
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/seams.hpp"
#include "device/register.hpp"
#include "model/input.hpp"
#include "server/metrics.hpp"
#include "server/modbus_link.hpp"
#include "server/modbus_targets.hpp"
#include "watch/intake.hpp"

namespace cairn::server {

// Live figures, for /metrics.
struct ModbusCounters {
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> answers{0};      // with values
  std::atomic<std::uint64_t> exceptions{0};   // the device refused
  std::atomic<std::uint64_t> silences{0};     // no answer, no connection, or a broken one
  std::atomic<std::uint64_t> readings{0};     // accepted
  std::atomic<std::uint64_t> refused{0};      // values that are not finite, or the intake refused
  std::atomic<std::uint64_t> unavailable{0};  // readings given up: queue or disk were full
  std::atomic<std::int64_t> targets{0};       // meters that are asked
  std::atomic<std::int64_t> silent{0};        // of them: those that did not answer when last asked
};
void add_modbus_gauges(std::vector<Gauge>& gauges, const ModbusCounters& counters);

struct ModbusOptions {
  unsigned threads = 4;  // meters on different hosts are asked at the same time
  // Registers that a meter refuses are tried again after so long.
  std::int64_t refused_again_ms = 600'000;
  // A meter that is silent is asked at twice the interval each time, up to this.
  std::int64_t most_backoff_ms = 60'000;
  std::function<Result<std::unique_ptr<ModbusLink>>(const std::string&, std::uint16_t)> link = {};
  // Meters that come and go: asked every so often, from one of the poller's threads at a time; all
  // of them, when they have changed. Those that are targets from the beginning stay as they are.
  std::function<std::optional<std::vector<ModbusTarget>>()> registered = {};
  std::int64_t look_every_ms = 1'000;
};

class ModbusPoller {
 public:
  // Asks from threads of its own until stop() or destruction. `intake`, the clocks and `devices`
  // must outlive it; `devices` may be null. Readings have the time of `clock`, the register of
  // devices hears that of `true_clock`. Hosts that cannot be asked are problems.
  static std::unique_ptr<ModbusPoller> start(std::vector<ModbusTarget> targets,
                                             std::vector<model::ModbusModel> models,
                                             watch::Intake& intake, const Clock& clock,
                                             const Clock& true_clock, device::Register* devices,
                                             ModbusOptions options, Problems& problems);
  virtual ~ModbusPoller() = default;
  virtual const ModbusCounters& counters() const = 0;
  // Waits, but not for meters; idempotent.
  virtual void stop() = 0;
};

}  // namespace cairn::server
