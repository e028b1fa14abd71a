// SPDX-License-Identifier: Apache-2.0
// Any words and any map of registers: each register is in one request at most, no request is larger
// than the protocol allows, dividing ends, and a good value is finite.
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <vector>

#include "codec/modbus_registers.hpp"

namespace {

using namespace cairn::codec;
using cairn::model::ModbusRegister;

void require(bool holds) {
  if (!holds) std::abort();
}

// Eight bytes a register: bank, address, type, order, bit, scale, missing.
std::vector<ModbusRegister> registers_of(std::span<const std::uint8_t> bytes) {
  std::vector<ModbusRegister> out;
  for (; bytes.size() >= 8 && out.size() < 300; bytes = bytes.subspan(8)) {
    ModbusRegister reg;
    reg.bank = static_cast<cairn::model::RegisterBank>(bytes[0] % 4);
    reg.at = static_cast<std::uint16_t>(bytes[1] << 8 | bytes[2]);
    reg.as = static_cast<cairn::model::RegisterType>(bytes[3] % 9);
    reg.order = static_cast<cairn::model::ByteOrder>(bytes[4] % 4);
    if (bytes[5] % 2 == 1) reg.bit = static_cast<std::uint8_t>(bytes[5] / 2 % 20);
    reg.value.scale = bytes[6] - 100.0;
    if (bytes[7] % 2 == 1) reg.missing = bytes[7];
    out.push_back(reg);
  }
  return out;
}

void check(const ModbusRequest& request, std::span<const ModbusRegister> registers) {
  const int most = is_bits(request.bank) ? modbus_most_bits : modbus_most_registers;
  require(request.count > 0 && request.count <= most && request.at + request.count <= 0x10000);
  for (const std::size_t member : request.members) {
    const ModbusRegister& reg = registers[member];
    require(reg.bank == request.bank && reg.at >= request.at &&
            reg.at + modbus_width(reg) <= request.at + request.count);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto registers = registers_of({data, size});
  std::vector<int> seen(registers.size());
  auto open = modbus_requests(registers);
  for (const ModbusRequest& request : open) {
    for (const std::size_t member : request.members) require(++seen[member] == 1);
  }
  while (!open.empty()) {
    const ModbusRequest request = open.back();
    open.pop_back();
    check(request, registers);
    const auto parts = divide(request, registers);
    std::size_t members = 0;
    for (const ModbusRequest& part : parts) {
      members += part.members.size();
      open.push_back(part);
    }
    require(parts.empty() || members == request.members.size());
  }
  for (std::size_t i = 0; i < registers.size(); ++i) {
    std::vector<std::uint16_t> words(modbus_width(registers[i]));
    for (std::size_t k = 0; k < words.size(); ++k) {
      const std::size_t from = (8 * i + 2 * k) % size;
      words[k] = static_cast<std::uint16_t>(data[from] << 8 | data[(from + 1) % size]);
    }
    const ModbusValue value = modbus_value(registers[i], words);
    require(value.state != ModbusValue::State::good || std::isfinite(value.number));
  }
  return 0;
}
