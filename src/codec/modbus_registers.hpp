// SPDX-License-Identifier: Apache-2.0
// Registers of Modbus (Application Protocol V1.1b3): which requests read them, and what number the
// words of one are.
//
//   for (const ModbusRequest& request : modbus_requests(model.registers)) { … read request.count …
//   } const ModbusValue value = modbus_value(reg, words); if (value.state ==
//   ModbusValue::State::good) … value.number, in reg.value.unit …
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "model/input.hpp"

namespace cairn::codec {

inline constexpr std::uint16_t modbus_most_registers = 125;  // of one request
inline constexpr std::uint16_t modbus_most_bits = 2000;
// Words between two that are wanted and that are read with them: fewer requests. Meters that have
// nothing there answer with an exception; then the request is divided.
inline constexpr std::uint16_t modbus_gap_registers = 16;

// Coils and discrete inputs: one bit each; the other banks hold words of 16 bits.
bool is_bits(model::RegisterBank bank);
// Words (or bits) that a value takes: 1, 2 or 4.
std::uint16_t modbus_width(const model::ModbusRegister& reg);

// One request of a bank: `count` words or bits from `at` on.
struct ModbusRequest {
  model::RegisterBank bank = model::RegisterBank::holding;
  std::uint16_t at = 0;
  std::uint16_t count = 0;
  std::vector<std::size_t> members;  // indices of the registers it answers, by address
};

// As few as the protocol and `gap` allow. Values are never divided. A register that would reach
// beyond address 65535 is in none.
std::vector<ModbusRequest> modbus_requests(std::span<const model::ModbusRegister> registers,
                                           std::uint16_t gap = modbus_gap_registers);
// After an exception: the same values in two smaller requests, divided at the widest gap, else in
// the middle. Empty: it asks for one address only (several values may be bits of it).
std::vector<ModbusRequest> divide(const ModbusRequest& request,
                                  std::span<const model::ModbusRegister> registers);

struct ModbusValue {
  enum class State : std::uint8_t {
    good,
    missing,  // the raw value that says "no reading"
    wrong     // not finite, or the words are not as many as the type needs
  };
  State state = State::wrong;
  double number = 0;  // raw * scale + offset
};

// `words`: those of the register alone, as many as modbus_width() says; of bits 0 or 1.
ModbusValue modbus_value(const model::ModbusRegister& reg, std::span<const std::uint16_t> words);

}  // namespace cairn::codec
