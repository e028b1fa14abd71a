// SPDX-License-Identifier: Apache-2.0
#include "device/modbus_address.hpp"

#include <gtest/gtest.h>

namespace cairn::device {
namespace {

TEST(ModbusAddress, IsReadAsItIsWritten) {
  for (const char* text : {"10.8.0.21:502/1", "127.0.0.1:1/0", "10.0.0.1:65535/247",
                           "10.0.0.1:502/255", "[fd00::7]:1502/17"}) {
    const auto read = parse_modbus_address(text);
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(to_string(*read), text);
  }
  EXPECT_EQ(parse_modbus_address("[fd00::7]:1502/17")->host, "fd00::7");
}

TEST(ModbusAddress, NothingElseIs) {
  for (const char* text : {"",
                           "/",
                           ":/",
                           "10.8.0.21",
                           "10.8.0.21:502",
                           "10.8.0.21/1",
                           "10.8.0.21:502/",
                           ":502/1",
                           "10.8.0.21:0/1",
                           "10.8.0.21:65536/1",
                           "10.8.0.21:502/248",
                           "10.8.0.21:502/256",
                           "10.8.0.21:502/-1",
                           "10.8.0.21:0502/1",
                           "10.8.0.21:502/01",
                           "meter.example:502/1",
                           "10.8.0.999:502/1",
                           "fd00::7:502/1",
                           "[10.8.0.21]:502/1",
                           "[fd00::7:502/1",
                           "[]:502/1",
                           "10.8.0.21:502/1 ",
                           "10.8.0.21:5 2/1"}) {
    EXPECT_FALSE(parse_modbus_address(text)) << text;
  }
}

}  // namespace
}  // namespace cairn::device
