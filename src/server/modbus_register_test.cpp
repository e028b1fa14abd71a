// SPDX-License-Identifier: Apache-2.0
#include "server/modbus_register.hpp"

#include <gtest/gtest.h>

#include "server/detail/test_devices.hpp"

namespace cairn::server {
namespace {

using device::Protocol;

class ModbusRegisterTest : public detail::DeviceTest {
 protected:
  static model::ModbusModel map(const char* id, const char* type) {
    model::ModbusModel out;
    out.id = id;
    out.type = type;
    return out;
  }
  std::string meter(const std::string& identity, const std::string& model = {},
                    std::int64_t every_s = 0, const std::string& type = "site") {
    device::NewDevice device;
    device.protocol = Protocol::modbus;
    device.identity = identity;
    device.facts.model = model;
    device.facts.expected_every_s = every_s;
    device.target = {"s2", type, "5134", {}, false};
    const auto made = book().add(device, "li", now());
    EXPECT_TRUE(made) << to_string(made.error());
    return made ? made->device.id : std::string();
  }

  std::vector<model::ModbusModel> models_{map("one", "site"), map("other", "pump")};
  ModbusRegister register_{book(), models_, service_.clock()};
};

TEST_F(ModbusRegisterTest, ApprovedMetersAreAskedByTheMapOfTheirType) {
  EXPECT_TRUE(register_.changed()->empty()) << "at first, all there are";
  EXPECT_FALSE(register_.changed()) << "nothing has changed";
  const std::string id = meter("10.8.0.21:1502/17", "", 10);
  meter("[fd00::7]:502/1", "maker's own name of it");
  add("no-meter", "s2", Protocol::mqtt);
  const auto targets = register_.changed();
  ASSERT_TRUE(targets);
  ASSERT_EQ(targets->size(), 2U);
  EXPECT_EQ(targets->at(0).host, "10.8.0.21");
  EXPECT_EQ(targets->at(0).port, 1502);
  EXPECT_EQ(targets->at(0).unit, 17);
  EXPECT_EQ(targets->at(0).model, "one");
  EXPECT_EQ(targets->at(0).every_ms, 10'000);
  EXPECT_EQ(targets->at(1).host, "fd00::7");
  EXPECT_EQ(targets->at(1).every_ms, 60'000);
  ASSERT_TRUE(book().block(id, "stolen", "li", now()));
  const auto left = register_.changed();
  ASSERT_TRUE(left);
  EXPECT_EQ(left->size(), 1U);
}

TEST_F(ModbusRegisterTest, OfSeveralMapsTheModelTellsWhich) {
  models_.push_back(map("two", "site"));
  const std::string id = meter("10.8.0.21:502/1");
  meter("10.8.0.22:502/1", "two");
  const auto targets = register_.changed();
  ASSERT_EQ(targets->size(), 1U);
  EXPECT_EQ(targets->at(0).model, "two");
  const auto troubled = book().get(id, now());
  ASSERT_TRUE(troubled->counts.trouble);
  EXPECT_NE(troubled->counts.trouble->text.find("one, two"), std::string::npos);
  EXPECT_EQ(troubled->counts.all_faults(), 1U);
  meter("10.8.0.23:502/1", "one");
  EXPECT_EQ(register_.changed()->size(), 2U);
  EXPECT_EQ(book().get(id, now())->counts.all_faults(), 1U) << "told once";
  ASSERT_TRUE(book().change(
      id,
      [](device::Facts& facts) {
        facts.model = "one";
        return Status{};
      },
      "", "li", now()));
  EXPECT_EQ(register_.changed()->size(), 3U);
}

TEST_F(ModbusRegisterTest, WithoutAMapItIsToldAtTheDevice) {
  const std::string id = meter("10.8.0.21:502/1", "one", 0, "chiller");
  EXPECT_TRUE(register_.changed()->empty());
  EXPECT_NE(book().get(id, now())->counts.trouble->text.find("no pack declares a register map"),
            std::string::npos);
}

TEST_F(ModbusRegisterTest, WhatIsNoAddressIsNotRegistered) {
  device::NewDevice device;
  device.protocol = Protocol::modbus;
  device.identity = "the meter in the cellar";
  const auto made = book().add(device, "li", now());
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().place, "/identity");
}

}  // namespace
}  // namespace cairn::server
