// SPDX-License-Identifier: Apache-2.0
// One connection by Modbus/TCP to a meter or gateway (libmodbus). It connects when it is asked
// something, and ends the connection after silence or nonsense, so that no late answer is taken for
// that of the next request.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "codec/modbus_registers.hpp"
#include "core/result.hpp"

namespace cairn::server {

struct ModbusAnswer {
  enum class Kind : std::uint8_t {
    good,         // `words` are as many as were asked for
    exception,    // the device refuses: `exception` is the protocol's code, 1 to 11
    silent,       // nothing came within the time
    unreachable,  // no connection
    broken        // the connection ended, or what came is no answer
  };
  Kind kind = Kind::broken;
  int exception = 0;
  std::vector<std::uint16_t> words;  // of bits: 0 or 1
  std::string text;                  // what was wrong
};

// "illegal data address (exception 2)"
std::string exception_text(int exception);

// Used by one thread at a time, but for interrupt().
class ModbusLink {
 public:
  virtual ~ModbusLink() = default;
  virtual ModbusAnswer read(std::uint8_t unit, const codec::ModbusRequest& request,
                            std::int64_t timeout_ms) = 0;
  // A request under way ends at once, and all later ones. From any thread.
  virtual void interrupt() = 0;
};

// `host` is an address. Does not connect yet. An error where the process has so many open files
// that libmodbus cannot wait for one more (it uses select).
Result<std::unique_ptr<ModbusLink>> tcp_link(const std::string& host, std::uint16_t port);

}  // namespace cairn::server
