// SPDX-License-Identifier: Apache-2.0
#include "codec/modbus_registers.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numeric>
#include <tuple>

namespace cairn::codec {
namespace {

using model::ByteOrder;
using model::ModbusRegister;
using model::RegisterBank;
using model::RegisterType;

// The words as one number, the highest byte first whatever the maker's order is.
std::uint64_t bits_of(ByteOrder order, std::span<const std::uint16_t> words) {
  const bool words_turned = order == ByteOrder::cdab || order == ByteOrder::dcba;
  const bool bytes_turned = order == ByteOrder::badc || order == ByteOrder::dcba;
  std::uint64_t out = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::uint16_t word = words_turned ? words[words.size() - 1 - i] : words[i];
    if (bytes_turned) word = static_cast<std::uint16_t>(word << 8 | word >> 8);
    out = out << 16 | word;
  }
  return out;
}

double raw_number(const ModbusRegister& reg, std::uint64_t bits) {
  if (reg.bit) return static_cast<double>(bits >> *reg.bit & 1U);
  switch (reg.as) {
    case RegisterType::bit:
      return bits == 0 ? 0 : 1;
    case RegisterType::int16:
      return static_cast<std::int16_t>(bits);
    case RegisterType::int32:
      return static_cast<std::int32_t>(bits);
    case RegisterType::int64:
      return static_cast<double>(static_cast<std::int64_t>(bits));
    case RegisterType::float32:
      return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    case RegisterType::float64:
      return std::bit_cast<double>(bits);
    case RegisterType::uint16:
    case RegisterType::uint32:
    case RegisterType::uint64:
      break;
  }
  return static_cast<double>(bits);
}

std::uint32_t end_of(const ModbusRegister& reg) {
  return std::uint32_t{reg.at} + modbus_width(reg);
}

ModbusRequest request_of(std::span<const std::size_t> members,
                         std::span<const ModbusRegister> registers) {
  ModbusRequest out;
  out.bank = registers[members.front()].bank;
  out.at = registers[members.front()].at;
  std::uint32_t end = 0;
  for (const std::size_t member : members) end = std::max(end, end_of(registers[member]));
  out.count = static_cast<std::uint16_t>(end - out.at);
  out.members.assign(members.begin(), members.end());
  return out;
}

}  // namespace

bool is_bits(RegisterBank bank) {
  return bank == RegisterBank::coil || bank == RegisterBank::discrete;
}

std::uint16_t modbus_width(const ModbusRegister& reg) {
  if (is_bits(reg.bank)) return 1;
  switch (reg.as) {
    case RegisterType::int32:
    case RegisterType::uint32:
    case RegisterType::float32:
      return 2;
    case RegisterType::int64:
    case RegisterType::uint64:
    case RegisterType::float64:
      return 4;
    default:
      return 1;
  }
}

std::vector<ModbusRequest> modbus_requests(std::span<const ModbusRegister> registers,
                                           std::uint16_t gap) {
  std::vector<std::size_t> order(registers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::erase_if(order, [&](std::size_t i) { return end_of(registers[i]) > 0x10000; });
  std::ranges::stable_sort(
      order, {}, [&](std::size_t i) { return std::tuple(registers[i].bank, registers[i].at); });
  std::vector<ModbusRequest> out;
  for (const std::size_t i : order) {
    const ModbusRegister& reg = registers[i];
    const std::uint32_t most = is_bits(reg.bank) ? modbus_most_bits : modbus_most_registers;
    if (!out.empty() && out.back().bank == reg.bank) {
      ModbusRequest& last = out.back();
      const std::uint32_t end = std::uint32_t{last.at} + last.count;
      const std::uint32_t wanted = std::max(end, end_of(reg)) - last.at;
      if (reg.at <= end + gap && wanted <= most) {
        last.count = static_cast<std::uint16_t>(wanted);
        last.members.push_back(i);
        continue;
      }
    }
    out.push_back(request_of({&i, 1}, registers));
  }
  return out;
}

std::vector<ModbusRequest> divide(const ModbusRequest& request,
                                  std::span<const ModbusRegister> registers) {
  const auto& members = request.members;
  // Where one value ends before the next begins: the widest gap, of equal ones the middle one.
  std::size_t best = 0;
  std::tuple<std::uint32_t, std::int64_t> best_is{0, 0};
  std::uint32_t end = 0;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const ModbusRegister& reg = registers[members[i]];
    if (i > 0 && reg.at >= end) {
      const auto off_middle =
          std::abs(2 * static_cast<std::int64_t>(i) - static_cast<std::int64_t>(members.size()));
      const std::tuple<std::uint32_t, std::int64_t> is{reg.at - end, -off_middle};
      if (best == 0 || is > best_is) {
        best = i;
        best_is = is;
      }
    }
    end = std::max(end, end_of(reg));
  }
  if (best == 0) return {};
  const std::span<const std::size_t> all = members;
  return {request_of(all.first(best), registers), request_of(all.subspan(best), registers)};
}

ModbusValue modbus_value(const ModbusRegister& reg, std::span<const std::uint16_t> words) {
  if (words.size() != modbus_width(reg)) return {};
  if (reg.bit && (*reg.bit > 15 || words.size() != 1)) return {};
  const double raw = raw_number(reg, bits_of(reg.order, words));
  if (reg.missing && (raw == *reg.missing || (std::isnan(raw) && std::isnan(*reg.missing)))) {
    return {ModbusValue::State::missing, 0};
  }
  const double number = raw * reg.value.scale + reg.value.offset;
  if (!std::isfinite(number)) return {};
  return {ModbusValue::State::good, number};
}

}  // namespace cairn::codec
