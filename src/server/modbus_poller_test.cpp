// SPDX-License-Identifier: Apache-2.0
#include "server/modbus_poller.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>

#include "server/modbus_test_meter.hpp"
#include "server/mqtt_test_intake.hpp"

namespace cairn::server {
namespace {

using device::Fault;
using device::Status;
using model::RegisterBank;

class TestRegister final : public device::Register {
 public:
  std::optional<device::Known> find(device::Protocol, std::string_view) const override {
    const std::lock_guard lock(mutex);
    return known;
  }
  bool accepts(std::string_view, std::string_view) const override { return true; }
  void contact(const device::Contact& contact, Instant) override {
    const std::lock_guard lock(mutex);
    contacts.push_back(contact);
  }
  void heard(std::string_view, std::uint64_t readings, std::optional<std::int64_t>,
             Instant) override {
    const std::lock_guard lock(mutex);
    heard_readings += readings;
  }
  void fault(device::Protocol, std::string_view, std::string_view identity, Fault fault,
             std::string_view what, std::string_view, Instant) override {
    const std::lock_guard lock(mutex);
    faults.emplace_back(fault, std::string(identity) + " " + std::string(what));
  }
  mutable std::mutex mutex;
  std::optional<device::Known> known;
  std::vector<device::Contact> contacts;
  std::vector<std::pair<Fault, std::string>> faults;
  std::uint64_t heard_readings = 0;
};

class ModbusPollerTest : public testing::Test {
 protected:
  void start(int targets = 1, std::string thing = "pump:1", std::int64_t every_ms = 20) {
    model::ModbusModel map;
    map.id = "m";
    map.registers = {test_register(0, "pressure"), test_register(1, "level")};
    map.registers[0].value.unit = *parse_unit("kPa");
    for (int i = 0; i < targets; ++i)
      meter.words = {{{RegisterBank::holding, 0}, 300}, {{RegisterBank::holding, 1}, 7}};
    std::vector<ModbusTarget> all;
    for (int i = 0; i < targets; ++i) {
      ModbusTarget target;
      target.host = "10.0.0.1";
      target.unit = static_cast<std::uint8_t>(i + 1);
      target.model = "m";
      target.thing = thing;
      target.every_ms = every_ms;
      all.push_back(target);
    }
    ModbusOptions options;
    options.most_backoff_ms = 40;
    options.link = [this](const std::string&, std::uint16_t) {
      ++links;
      return Result<std::unique_ptr<ModbusLink>>(std::make_unique<TestLink>(meter));
    };
    if (with_register) {
      options.look_every_ms = 10;
      options.registered = [this] {
        const std::lock_guard lock(devices.mutex);
        return std::exchange(registered, std::nullopt);
      };
    }
    poller = ModbusPoller::start(all, {map}, intake, clock, clock, &devices, options, problems);
  }
  template <typename Condition>
  static bool wait(Condition condition) {
    for (int i = 0; i < 3'000 && !condition(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    return condition();
  }

  FixedClock clock{Instant{1'700'000'000'000'000'000}};
  TestIntake intake;
  TestRegister devices;
  TestMeter meter;
  Problems problems;
  std::atomic<int> links{0};
  bool with_register = false;
  std::optional<std::vector<ModbusTarget>> registered;  // news of the register; under its mutex
  std::unique_ptr<ModbusPoller> poller;                 // goes first
};

TEST_F(ModbusPollerTest, ReadingsComeToTheThing) {
  devices.known = device::Known{"dev-1", "", "", "", Status::approved};
  start();
  ASSERT_TRUE(wait([&] { return poller->counters().readings >= 4; }));
  poller->stop();
  EXPECT_EQ(intake.taken[0].sender, "modbus:10.0.0.1:502/1");
  EXPECT_EQ(intake.taken[0].thing, "pump:1");
  EXPECT_EQ(intake.taken[0].property, "pressure");
  EXPECT_EQ(intake.taken[0].value, 300);
  EXPECT_EQ(devices.heard_readings, intake.taken.size());
  EXPECT_TRUE(devices.contacts.empty());
  EXPECT_EQ(poller->counters().targets, 1);
}

TEST_F(ModbusPollerTest, AStrangerWithoutAThingIsAskedAndWaits) {
  start(1, "");
  ASSERT_TRUE(wait([&] {
    const std::lock_guard lock(devices.mutex);
    return !devices.contacts.empty();
  }));
  EXPECT_EQ(devices.contacts[0].identity, "10.0.0.1:502/1");
  EXPECT_EQ(devices.contacts[0].system, "m");
  EXPECT_EQ(devices.contacts[0].sample, "holding 0: 012c 0007");
  EXPECT_TRUE(intake.taken.empty());
  {
    const std::lock_guard lock(devices.mutex);
    devices.known = device::Known{"dev-1", "pump:9", "", "", Status::approved};
  }
  ASSERT_TRUE(wait([&] { return poller->counters().readings > 0; }));
  poller->stop();
  EXPECT_EQ(intake.taken[0].thing, "pump:9");
}

TEST_F(ModbusPollerTest, ABlockedDeviceIsNotAsked) {
  devices.known = device::Known{"dev-1", "pump:1", "", "", Status::blocked};
  start();
  std::this_thread::sleep_for(std::chrono::milliseconds(80));
  poller->stop();
  EXPECT_TRUE(meter.asked.empty());
}

TEST_F(ModbusPollerTest, MetersOfTheRegisterComeAndGoWithoutARestart) {
  with_register = true;
  devices.known = device::Known{"dev-1", "pump:9", "", "", Status::approved};
  start(0);
  const auto tell = [&](std::vector<ModbusTarget> all) {
    const std::lock_guard lock(devices.mutex);
    registered = std::move(all);
  };
  meter.words = {{{RegisterBank::holding, 0}, 300}, {{RegisterBank::holding, 1}, 7}};
  ModbusTarget target;
  target.host = "10.0.0.1";
  target.model = "m";
  target.every_ms = 20;
  ModbusTarget other = target;
  other.host = "10.0.0.2";
  ModbusTarget unknown = target;
  unknown.host = "10.0.0.3";
  unknown.model = "n";
  tell({target, other, unknown});
  ASSERT_TRUE(wait([&] { return poller->counters().readings >= 4; }));
  EXPECT_EQ(poller->counters().targets, 2);
  EXPECT_EQ(links, 2);
  {
    const std::lock_guard lock(devices.mutex);
    ASSERT_EQ(devices.faults.size(), 1U);
    EXPECT_NE(devices.faults[0].second.find("no pack declares the register map 'n'"),
              std::string::npos);
  }
  other.every_ms = 10;  // asked otherwise: it is another
  tell({other});
  ASSERT_TRUE(wait([&] { return poller->counters().targets == 1 && links == 3; }));
  tell({});
  ASSERT_TRUE(wait([&] { return poller->counters().targets == 0; }));
  const std::uint64_t requests = poller->counters().requests;
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(poller->counters().requests, requests) << "nobody is asked any more";
  tell({target});
  ASSERT_TRUE(wait([&] { return poller->counters().requests > requests; }));
}

TEST_F(ModbusPollerTest, AMeterOfTheFileStaysAsItIs) {
  with_register = true;
  devices.known = device::Known{"dev-1", "", "", "", Status::approved};
  start(1);
  ModbusTarget same;
  same.host = "10.0.0.1";
  same.unit = 1;
  same.model = "m";
  same.every_ms = 3'600'000;
  {
    const std::lock_guard lock(devices.mutex);
    registered = std::vector<ModbusTarget>{same};
  }
  ASSERT_TRUE(wait([&] {
    const std::lock_guard lock(devices.mutex);
    return !registered;
  }));
  const std::uint64_t readings = poller->counters().readings;
  ASSERT_TRUE(wait([&] { return poller->counters().readings > readings + 4; }));
  EXPECT_EQ(poller->counters().targets, 1);
}

TEST_F(ModbusPollerTest, AMeterThatGoesWhileItIsAskedGoesWithItsAnswer) {
  with_register = true;
  devices.known = device::Known{"dev-1", "pump:9", "", "", Status::approved};
  meter.ask_us = 200'000;
  meter.words = {{{RegisterBank::holding, 0}, 300}, {{RegisterBank::holding, 1}, 7}};
  start(0);
  ModbusTarget target;
  target.host = "10.0.0.1";
  target.model = "m";
  {
    const std::lock_guard lock(devices.mutex);
    registered = std::vector<ModbusTarget>{target};
  }
  ASSERT_TRUE(wait([&] {
    const std::lock_guard lock(meter.mutex);
    return meter.at_once == 1;
  }));
  {
    const std::lock_guard lock(devices.mutex);
    registered = std::vector<ModbusTarget>{};
  }
  ASSERT_TRUE(wait([&] { return poller->counters().targets == 0; }));
}

TEST_F(ModbusPollerTest, SilenceIsToldAndEndsWithAnAnswer) {
  devices.known = device::Known{"dev-1", "", "", "", Status::approved};
  meter.instead = ModbusAnswer{ModbusAnswer::Kind::silent, 0, {}, "no answer within 1000 ms"};
  start();
  ASSERT_TRUE(wait([&] { return poller->counters().silences >= 3; }));
  EXPECT_EQ(poller->counters().silent, 1);
  {
    const std::lock_guard lock(devices.mutex);
    ASSERT_FALSE(devices.faults.empty());
    EXPECT_EQ(devices.faults[0].first, Fault::timeout);
    EXPECT_EQ(devices.faults[0].second, "10.0.0.1:502/1 no answer within 1000 ms");
  }
  {
    const std::lock_guard lock(meter.mutex);
    meter.instead.reset();
  }
  ASSERT_TRUE(wait([&] { return poller->counters().readings > 0; }));
  ASSERT_TRUE(wait([&] { return poller->counters().silent == 0; }));
}

TEST_F(ModbusPollerTest, SilenceIsAskedLessAndLessOften) {
  meter.instead = ModbusAnswer{ModbusAnswer::Kind::silent, 0, {}, "no answer"};
  start(1, "pump:1", 10);  // 10, 20, 40, 40 …
  std::this_thread::sleep_for(std::chrono::milliseconds(400));
  poller->stop();
  EXPECT_LE(meter.asked.size(), 14U);
}

TEST_F(ModbusPollerTest, SilenceDoesNotEndTheQuestions) {
  meter.instead = ModbusAnswer{ModbusAnswer::Kind::silent, 0, {}, "no answer"};
  start(1, "pump:1", 10);
  EXPECT_TRUE(wait([&] {
    const std::lock_guard lock(meter.mutex);
    return meter.asked.size() >= 5;
  }));
}

TEST_F(ModbusPollerTest, OneRequestAtATimeOnABus) {
  meter.ask_us = 3'000;
  start(8);
  ASSERT_TRUE(wait([&] { return poller->counters().answers >= 16; }));
  poller->stop();
  EXPECT_EQ(links, 1);
  EXPECT_EQ(meter.most_at_once, 1);
  EXPECT_EQ(poller->counters().silent, 0);
}

TEST_F(ModbusPollerTest, AFullQueueIsOfferedAgainAndStoppingDoesNotWait) {
  intake.full = true;
  start();
  ASSERT_TRUE(wait([&] { return intake.offered > 0; }));
  const auto begin = std::chrono::steady_clock::now();
  poller->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(500));
  EXPECT_EQ(poller->counters().unavailable, 2U);
}

TEST_F(ModbusPollerTest, StoppingInterruptsAQuestion) {
  meter.ask_us = 10'000'000;
  start();
  ASSERT_TRUE(wait([&] {
    const std::lock_guard lock(meter.mutex);
    return meter.at_once == 1;
  }));
  const auto begin = std::chrono::steady_clock::now();
  poller->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
}

TEST_F(ModbusPollerTest, WhatTheIntakeRefusesIsTold) {
  devices.known = device::Known{"dev-1", "unknown", "", "", Status::approved};
  start();
  ASSERT_TRUE(wait([&] {
    const std::lock_guard lock(devices.mutex);
    return !devices.faults.empty();
  }));
  poller->stop();
  EXPECT_EQ(devices.faults[0].first, Fault::unknown_name);
  EXPECT_GE(poller->counters().refused, 2U);
}

}  // namespace
}  // namespace cairn::server
