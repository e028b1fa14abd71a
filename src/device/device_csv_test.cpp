// SPDX-License-Identifier: Apache-2.0
#include "device/device_csv.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"

namespace cairn::device {
namespace {

TEST(DeviceCsvTest, ReadsEnglishAndChineseColumns) {
  const auto read = read_csv_devices(
      "协议,设备标识,对象类型,经度,纬度,名称,厂商,检定到期,上报间隔,模拟\n"
      "HJ212,MN1,outfall,102.5,27.5,一号排口,甲厂,2027-01-31,10min,否\n",
      "d.csv");
  ASSERT_TRUE(read) << to_string(read.error());
  ASSERT_EQ(read->devices.size(), 1U);
  EXPECT_TRUE(read->errors.empty());
  const NewDevice& device = read->devices[0].device;
  EXPECT_EQ(read->devices[0].line, 2U);
  EXPECT_EQ(device.protocol, Protocol::hj212);
  EXPECT_EQ(device.identity, "MN1");
  EXPECT_EQ(device.target.thing, "MN1");
  EXPECT_EQ(device.target.type, "outfall");
  EXPECT_EQ(device.target.place, (Place{102.5, 27.5}));
  EXPECT_EQ(device.facts.label.zh, "一号排口");
  EXPECT_EQ(device.facts.vendor, "甲厂");
  EXPECT_EQ(device.facts.calibration_due, (Date{2027, 1, 31}));
  EXPECT_EQ(device.facts.expected_every_s, 600);
  EXPECT_FALSE(device.facts.simulated);
}

TEST(DeviceCsvTest, NamesLineAndColumnOfEachMistake) {
  const auto read = read_csv_devices(
      "protocol,identity,type,lon,lat,every,calibration_due,secret,simulated\n"
      "mqtt,a,,,,,,,\n"
      "lora,b,,,,,,,\n"
      "mqtt,,,,,,,,\n"
      "mqtt,c,site,999,27,,,,\n"
      "mqtt,d,site,,,,,,\n"
      "mqtt,e,,,,weekly,,,\n"
      "mqtt,f,,,,,31.5.2026,,\n"
      "mqtt,g,,,,,,short,\n"
      "mqtt,h,,,,,,,maybe\n"
      "mqtt,a,,,,,,,\n",
      "d.csv");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->rows, 10U);
  EXPECT_EQ(read->wrong, 9U);
  ASSERT_EQ(read->devices.size(), 1U);
  std::vector<std::pair<std::size_t, std::string>> places;
  for (const CsvError& error : read->errors) places.emplace_back(error.line, error.column);
  EXPECT_EQ(places, (std::vector<std::pair<std::size_t, std::string>>{{3, "protocol"},
                                                                      {4, "identity"},
                                                                      {5, "lon"},
                                                                      {6, "type"},
                                                                      {7, "every"},
                                                                      {8, "calibration_due"},
                                                                      {9, "secret"},
                                                                      {10, "simulated"},
                                                                      {11, "identity"}}));
}

TEST(DeviceCsvTest, AMeterIsNamedByItsAddress) {
  const auto read = read_csv_devices(
      "protocol,identity,thing\nmodbus,10.8.0.21:502/17,p1\nmodbus,10.8.0.21,p2\n", "d.csv");
  ASSERT_TRUE(read);
  ASSERT_EQ(read->devices.size(), 1U);
  EXPECT_EQ(read->devices[0].device.identity, "10.8.0.21:502/17");
  ASSERT_EQ(read->errors.size(), 1U);
  EXPECT_EQ(read->errors[0].line, 3U);
  EXPECT_EQ(read->errors[0].column, "identity");
}

TEST(DeviceCsvTest, RefusesWhatIsNoTableOfDevices) {
  const auto error = [](std::string_view text) {
    const auto read = read_csv_devices(text, "d.csv");
    return read ? std::string() : to_string(read.error());
  };
  EXPECT_NE(error("").find("empty"), std::string::npos);
  EXPECT_NE(error("protocol,colour\n").find("'colour'"), std::string::npos);
  EXPECT_NE(error("protocol\n").find("'identity' is missing"), std::string::npos);
  EXPECT_NE(error("protocol,协议,identity\n").find("two columns"), std::string::npos);
  EXPECT_FALSE(error("protocol,identity\n\"mqtt,a\n").empty());
}

}  // namespace
}  // namespace cairn::device
