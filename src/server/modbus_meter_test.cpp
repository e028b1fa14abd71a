// SPDX-License-Identifier: Apache-2.0
#include "server/modbus_meter.hpp"

#include <gtest/gtest.h>

#include "server/modbus_test_meter.hpp"

namespace cairn::server {
namespace {

using model::RegisterBank;
using model::RegisterType;

class ModbusMeterTest : public testing::Test {
 protected:
  ModbusMeter meter_of(std::vector<model::ModbusRegister> registers) {
    model::ModbusModel model;
    model.registers = std::move(registers);
    ModbusTarget target;
    target.unit = 3;
    return {target, model, 10'000};
  }
  void hold(int at, std::uint16_t word) { meter.words[{RegisterBank::holding, at}] = word; }

  FixedClock clock{Instant{5}};
  TestMeter meter;
  TestLink link{meter};
};

TEST_F(ModbusMeterTest, NeighboursComeWithOneRequest) {
  hold(0, 235);
  hold(1, 0x42F6);
  hold(2, 0xE979);
  auto temperature = test_register(0, "temperature", RegisterType::int16);
  temperature.value.scale = 0.1;
  auto asked = meter_of({temperature, test_register(1, "flow", RegisterType::float32)});
  const ModbusRound round = asked.ask(link, clock, 0);
  EXPECT_EQ(meter.asked, (std::vector<std::string>{"3/0+3"}));
  ASSERT_EQ(round.readings.size(), 2U);
  EXPECT_NEAR(round.readings[0].value, 23.5, 1e-12);
  EXPECT_EQ(round.readings[1].value, static_cast<double>(123.456F));
  EXPECT_EQ(round.readings[1].time.ns, 5);
  EXPECT_EQ(round.sample, "holding 0: 00eb 42f6 e979");
  EXPECT_TRUE(round.troubles.empty());
}

TEST_F(ModbusMeterTest, WhatItRefusesIsToldByRegisterAndLeftOutForAWhile) {
  hold(0, 1);
  hold(1, 2);
  hold(3, 4);
  auto asked = meter_of(
      {test_register(0, "a"), test_register(1, "b"), test_register(2, "c"), test_register(3, "d")});
  ModbusRound round = asked.ask(link, clock, 0);
  EXPECT_EQ(round.readings.size(), 3U);
  ASSERT_EQ(round.troubles.size(), 1U);
  EXPECT_EQ(round.troubles[0].fault, device::Fault::refused);
  EXPECT_EQ(round.troubles[0].what, "holding register 2 (c): illegal data address (exception 2)");
  EXPECT_EQ(asked.left_out(), 1U);
  meter.asked.clear();
  round = asked.ask(link, clock, 9'000);
  EXPECT_EQ(meter.asked, (std::vector<std::string>{"3/0+2", "3/3+1"}));
  EXPECT_TRUE(round.troubles.empty());
  hold(2, 9);  // it has learnt it
  round = asked.ask(link, clock, 10'000);
  EXPECT_EQ(round.readings.size(), 4U);
  EXPECT_EQ(asked.left_out(), 0U);
}

TEST_F(ModbusMeterTest, GapsAreReadTooUnlessItRefuses) {
  hold(0, 1);
  hold(8, 2);
  auto asked = meter_of({test_register(0, "a"), test_register(8, "b")});
  const ModbusRound round = asked.ask(link, clock, 0);
  EXPECT_EQ(meter.asked, (std::vector<std::string>{"3/0+9", "3/0+1", "3/8+1"}));
  EXPECT_EQ(round.readings.size(), 2U);
  EXPECT_TRUE(round.troubles.empty());
}

TEST_F(ModbusMeterTest, SilenceEndsTheRoundAndKeepsThePlan) {
  hold(0, 1);
  hold(100, 1);
  auto asked = meter_of({test_register(0, "a"), test_register(100, "b")});
  meter.instead = ModbusAnswer{ModbusAnswer::Kind::silent, 0, {}, "no answer within 1000 ms"};
  ModbusRound round = asked.ask(link, clock, 0);
  EXPECT_TRUE(round.silent);
  EXPECT_FALSE(round.answered);
  EXPECT_EQ(meter.asked.size(), 1U);
  ASSERT_EQ(round.troubles.size(), 1U);
  EXPECT_EQ(round.troubles[0].fault, device::Fault::timeout);
  meter.instead = test_exception(11);  // of a gateway: the device behind it is silent
  EXPECT_TRUE(asked.ask(link, clock, 0).silent);
  meter.instead.reset();
  EXPECT_EQ(asked.ask(link, clock, 0).readings.size(), 2U);
}

TEST_F(ModbusMeterTest, ABusyDeviceIsNoTroubleAFailedOneIs) {
  hold(0, 1);
  auto asked = meter_of({test_register(0, "a")});
  meter.instead = test_exception(6);
  EXPECT_TRUE(asked.ask(link, clock, 0).troubles.empty());
  meter.instead = test_exception(4);
  const ModbusRound round = asked.ask(link, clock, 0);
  ASSERT_EQ(round.troubles.size(), 1U);
  EXPECT_EQ(round.troubles[0].fault, device::Fault::refused);
  EXPECT_EQ(asked.left_out(), 0U);
  meter.instead.reset();
  EXPECT_EQ(asked.ask(link, clock, 0).readings.size(), 1U);
}

TEST_F(ModbusMeterTest, MissingValuesAreNoReadingsAndNoTrouble) {
  hold(0, 0xFFFF);
  hold(1, 0x7FC0);
  hold(2, 0);
  auto absent = test_register(0, "a");
  absent.missing = 65535;
  auto asked = meter_of({absent, test_register(1, "b", RegisterType::float32)});
  const ModbusRound round = asked.ask(link, clock, 0);
  EXPECT_TRUE(round.readings.empty());
  ASSERT_EQ(round.troubles.size(), 1U);
  EXPECT_EQ(round.troubles[0].fault, device::Fault::value);
}

}  // namespace
}  // namespace cairn::server
