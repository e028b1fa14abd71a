// SPDX-License-Identifier: Apache-2.0
#include "server/modbus_targets.hpp"

#include <gtest/gtest.h>

namespace cairn::server {
namespace {

std::vector<model::ModbusModel> models() {
  model::ModbusModel meter;
  meter.id = "pump_meter";
  return {meter};
}

TEST(ModbusTargets, ARowIsAMeter) {
  Problems problems;
  const auto all = models();
  const auto targets = read_modbus_targets(
      "host,port,unit,model,thing,every,timeout\n"
      "10.8.0.21,1502,7,pump_meter,pump:north,10s,500ms\n"
      "::1,,,pump_meter,,,\n",
      "modbus.csv", all, problems);
  ASSERT_TRUE(problems.ok()) << to_string(problems.errors.front());
  ASSERT_EQ(targets.size(), 2U);
  EXPECT_EQ(identity_of(targets[0]), "10.8.0.21:1502/7");
  EXPECT_EQ(targets[0].thing, "pump:north");
  EXPECT_EQ(targets[0].every_ms, 10'000);
  EXPECT_EQ(targets[0].timeout_ms, 500);
  EXPECT_EQ(identity_of(targets[1]), "[::1]:502/1");
  EXPECT_EQ(targets[1].every_ms, 60'000);
  EXPECT_EQ(targets[1].timeout_ms, 1'000);
}

TEST(ModbusTargets, EachMistakeHasItsLineAndTheRestGoesOn) {
  Problems problems;
  const auto all = models();
  const auto targets = read_modbus_targets(
      "host,port,unit,model,thing,every,timeout\n"
      "meter.example,502,1,pump_meter,p,10s,1s\n"
      "10.0.0.1,70000,1,pump_meter,p,10s,1s\n"
      "10.0.0.1,502,250,pump_meter,p,10s,1s\n"
      "10.0.0.1,502,1,pump_metre,p,10s,1s\n"
      "10.0.0.1,502,1,pump_meter,p,10 ms,1s\n"
      "10.0.0.1,502,1,pump_meter,p,10s,1min\n"
      "10.0.0.1,502,1,pump_meter,p,10s,1s\n"
      "10.0.0.1,502,1,pump_meter,q,10s,1s\n",
      "modbus.csv", all, problems);
  ASSERT_EQ(targets.size(), 1U);
  EXPECT_EQ(targets[0].place, "modbus.csv:8");
  ASSERT_EQ(problems.errors.size(), 7U);
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(problems.errors[i].place, "modbus.csv:" + std::to_string(i + 2));
  }
  EXPECT_NE(problems.errors[3].message.find("did you mean 'pump_meter'"), std::string::npos);
  EXPECT_EQ(problems.errors[6].place, "modbus.csv:9");
  EXPECT_NE(problems.errors[6].message.find("see modbus.csv:8"), std::string::npos);
}

TEST(ModbusTargets, AnUnknownColumnIsAMistake) {
  Problems problems;
  const auto all = models();
  EXPECT_TRUE(
      read_modbus_targets("host,model,thng\n10.0.0.1,pump_meter,x\n", "m.csv", all, problems)
          .empty());
  ASSERT_EQ(problems.errors.size(), 1U);
  EXPECT_EQ(problems.errors[0].place, "m.csv:1");
}

}  // namespace
}  // namespace cairn::server
