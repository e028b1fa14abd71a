// SPDX-License-Identifier: Apache-2.0
#include "codec/modbus_registers.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace cairn::codec {
namespace {

using model::ByteOrder;
using model::ModbusRegister;
using model::RegisterBank;
using model::RegisterType;
using State = ModbusValue::State;

ModbusRegister reg(RegisterType as, ByteOrder order = ByteOrder::abcd) {
  ModbusRegister out;
  out.as = as;
  out.order = order;
  return out;
}
double number(const ModbusRegister& reg, std::vector<std::uint16_t> words) {
  const ModbusValue value = modbus_value(reg, words);
  EXPECT_EQ(value.state, State::good);
  return value.number;
}

// 123.456f is 0x42F6E979 (IEEE 754: 1.929 * 2^6).
TEST(ModbusRegisters, Float32InEachOrderOfBytes) {
  const double expected = static_cast<double>(123.456F);
  EXPECT_EQ(number(reg(RegisterType::float32, ByteOrder::abcd), {0x42F6, 0xE979}), expected);
  EXPECT_EQ(number(reg(RegisterType::float32, ByteOrder::cdab), {0xE979, 0x42F6}), expected);
  EXPECT_EQ(number(reg(RegisterType::float32, ByteOrder::badc), {0xF642, 0x79E9}), expected);
  EXPECT_EQ(number(reg(RegisterType::float32, ByteOrder::dcba), {0x79E9, 0xF642}), expected);
}

// -2.5 as a double is 0xC004000000000000, 1/3 is 0x3FD5555555555555.
TEST(ModbusRegisters, Float64) {
  EXPECT_EQ(number(reg(RegisterType::float64), {0xC004, 0, 0, 0}), -2.5);
  EXPECT_EQ(number(reg(RegisterType::float64, ByteOrder::dcba), {0, 0, 0, 0x04C0}), -2.5);
  EXPECT_EQ(number(reg(RegisterType::float64, ByteOrder::cdab), {0x5555, 0x5555, 0x5555, 0x3FD5}),
            1.0 / 3);
}

TEST(ModbusRegisters, Integers) {
  EXPECT_EQ(number(reg(RegisterType::uint16), {0xFFFE}), 65534);
  EXPECT_EQ(number(reg(RegisterType::int16), {0xFFFE}), -2);
  EXPECT_EQ(number(reg(RegisterType::int16, ByteOrder::badc), {0xFEFF}), -2);
  EXPECT_EQ(number(reg(RegisterType::uint32), {0x0001, 0x86A0}), 100'000);
  EXPECT_EQ(number(reg(RegisterType::uint32, ByteOrder::cdab), {0x86A0, 0x0001}), 100'000);
  EXPECT_EQ(number(reg(RegisterType::int32), {0xFFFE, 0x7960}), -100'000);
  EXPECT_EQ(number(reg(RegisterType::int64), {0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF}), -1);
  // 5,000,000,000 = 0x1_2A05_F200
  EXPECT_EQ(number(reg(RegisterType::uint64), {0, 1, 0x2A05, 0xF200}), 5e9);
  EXPECT_EQ(number(reg(RegisterType::uint64, ByteOrder::badc), {0, 0x0100, 0x052A, 0x00F2}), 5e9);
}

TEST(ModbusRegisters, BitsOfWordsAndOfBanks) {
  ModbusRegister word = reg(RegisterType::uint16);
  word.bit = 0;
  EXPECT_EQ(number(word, {0x0005}), 1);
  word.bit = 1;
  EXPECT_EQ(number(word, {0x0005}), 0);
  word.bit = 15;
  EXPECT_EQ(number(word, {0x8000}), 1);
  ModbusRegister coil = reg(RegisterType::bit);
  coil.bank = RegisterBank::coil;
  EXPECT_EQ(number(coil, {1}), 1);
  EXPECT_EQ(number(coil, {0}), 0);
  word.bit = 16;
  EXPECT_EQ(modbus_value(word, std::vector<std::uint16_t>{1}).state, State::wrong);
}

TEST(ModbusRegisters, ScaleOffsetMissing) {
  ModbusRegister temperature = reg(RegisterType::int16);
  temperature.value.scale = 0.1;
  temperature.value.offset = -40;
  temperature.missing = -32768;  // before the scale
  EXPECT_NEAR(number(temperature, {635}), 23.5, 1e-12);
  EXPECT_EQ(modbus_value(temperature, std::vector<std::uint16_t>{0x8000}).state, State::missing);
  ModbusRegister real = reg(RegisterType::float32);
  const std::vector<std::uint16_t> nan{0x7FC0, 0x0000};
  const std::vector<std::uint16_t> infinite{0x7F80, 0x0000};
  EXPECT_EQ(modbus_value(real, nan).state, State::wrong);
  EXPECT_EQ(modbus_value(real, infinite).state, State::wrong);
  real.missing = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(modbus_value(real, nan).state, State::missing);
  EXPECT_EQ(modbus_value(real, std::vector<std::uint16_t>{1}).state, State::wrong);
}

ModbusRegister at(std::uint16_t address, RegisterType as = RegisterType::uint16,
                  RegisterBank bank = RegisterBank::holding) {
  ModbusRegister out;
  out.at = address;
  out.as = as;
  out.bank = bank;
  return out;
}

TEST(ModbusRegisters, NeighboursAreReadTogether) {
  const std::vector<ModbusRegister> all{at(10), at(0, RegisterType::float32),
                                        at(4, RegisterType::uint16, RegisterBank::input), at(2),
                                        at(40, RegisterType::float64)};
  const auto requests = modbus_requests(all);
  ASSERT_EQ(requests.size(), 3U);
  EXPECT_EQ(requests[0].at, 0);
  EXPECT_EQ(requests[0].count, 11);
  EXPECT_EQ(requests[0].members, (std::vector<std::size_t>{1, 3, 0}));
  EXPECT_EQ(requests[1].at, 40);
  EXPECT_EQ(requests[1].count, 4);
  EXPECT_EQ(requests[2].bank, RegisterBank::input);
}

TEST(ModbusRegisters, NoMoreThanTheProtocolAllows) {
  std::vector<ModbusRegister> words;
  for (std::uint16_t i = 0; i < 126; ++i) words.push_back(at(i));
  auto requests = modbus_requests(words);
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].count, 125);
  EXPECT_EQ(requests[1].at, 125);
  // A value of two words is not divided.
  words.pop_back();
  words.back() = at(124, RegisterType::uint32);
  requests = modbus_requests(words);
  ASSERT_EQ(requests.size(), 2U);
  EXPECT_EQ(requests[0].count, 124);
  EXPECT_EQ(requests[1].count, 2);
  std::vector<ModbusRegister> bits;
  for (std::uint16_t i = 0; i < 2001; ++i) {
    bits.push_back(at(i, RegisterType::bit, RegisterBank::discrete));
  }
  EXPECT_EQ(modbus_requests(bits).size(), 2U);
  EXPECT_TRUE(modbus_requests(std::vector{at(65535, RegisterType::float32)}).empty());
  EXPECT_EQ(modbus_requests(std::vector{at(65535)}).size(), 1U);
}

TEST(ModbusRegisters, ARefusedRequestIsDividedAtItsWidestGap) {
  const std::vector<ModbusRegister> all{at(0), at(1), at(9), at(12), at(12)};
  const auto whole = modbus_requests(all);
  ASSERT_EQ(whole.size(), 1U);
  const auto parts = divide(whole[0], all);
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_EQ(parts[0].members, (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(parts[0].count, 2);
  EXPECT_EQ(parts[1].at, 9);
  EXPECT_EQ(parts[1].count, 4);
  const auto rest = divide(parts[1], all);
  ASSERT_EQ(rest.size(), 2U);
  EXPECT_EQ(rest[1].members, (std::vector<std::size_t>{3, 4}));
  EXPECT_TRUE(divide(rest[1], all).empty());  // two values of one address
  const auto neighbours = divide(parts[0], all);
  ASSERT_EQ(neighbours.size(), 2U);
  EXPECT_EQ(neighbours[1].at, 1);
}

}  // namespace
}  // namespace cairn::codec
