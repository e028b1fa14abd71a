// SPDX-License-Identifier: Apache-2.0
#include "server/device_intake.hpp"

#include <gtest/gtest.h>

#include "server/detail/test_devices.hpp"

namespace cairn::server {
namespace {

using device::Protocol;

// Takes readings of things that the registry knows.
class TestIntake final : public watch::Intake {
 public:
  explicit TestIntake(DeviceDesk& desk) : desk_(desk) {}
  Result<watch::Receipt> submit(const watch::Sender&, const model::ReadingBatch& batch) override {
    watch::Receipt out;
    out.refused = batch.refused;
    taken.clear();
    for (const model::Reading& reading : batch.readings) {
      if (reading.property == "late") {
        out.refused.push_back(
            {reading.record, "x", {Code::invalid, "too old", {}}, model::Flaw::clock});
      } else if (reading.property == "clock") {
        out.refused.push_back({reading.record, "x", {Code::invalid, "clock is no number", {}}});
      } else if (desk_.knows(reading.thing) || reading.thing.starts_with("device:")) {
        ++out.accepted;
        taken.push_back(std::string(reading.thing) + "/" + std::string(reading.property));
      } else {
        out.refused.push_back({reading.record, "x", {Code::not_found, "there is no thing", {}}});
      }
    }
    return out;
  }
  std::uint64_t durable() const override { return 0; }
  void listen(Listener) override {}

  std::vector<std::string> taken;

 private:
  DeviceDesk& desk_;
};

class DeviceIntakeTest : public detail::DeviceTest {
 protected:
  watch::Receipt say(const std::string& sender,
                     const std::vector<std::pair<const char*, const char*>>& readings) {
    model::ReadingBatch batch;
    for (const auto& [thing, property] : readings) {
      batch.readings.push_back(
          {thing, property, {}, now(), 1, static_cast<std::uint32_t>(batch.readings.size())});
    }
    auto receipt = noted_.submit({sender, 0, false, {"*"}}, batch);
    EXPECT_TRUE(receipt);
    return *receipt;
  }

  TestIntake intake_{*desk_};
  DeviceIntake noted_{*desk_, intake_, Protocol::mqtt};
};

TEST_F(DeviceIntakeTest, WhoWritesToAThingThatNobodyKnowsWaits) {
  const auto receipt = say("gateway-7", {{"s2", "load"}, {"new", "load"}});
  EXPECT_EQ(receipt.accepted, 1U);
  ASSERT_EQ(receipt.refused.size(), 1U);
  const auto known = book().find(Protocol::mqtt, "new");
  ASSERT_TRUE(known);
  EXPECT_EQ(known->status, device::Status::waiting);
  EXPECT_NE(receipt.refused[0].error.message.find("waits for approval as " + known->id),
            std::string::npos);
  EXPECT_EQ(book().get(known->id, now())->device.system, "by gateway-7");
  EXPECT_FALSE(book().find(Protocol::mqtt, "s2"));
}

TEST_F(DeviceIntakeTest, CountsWhatADeviceSays) {
  const std::string a = add("a", "s2");
  const std::string b = add("b", "s3");
  say("", {{"s2", "load"}, {"s2", "load"}, {"s3", "load"}});
  say(b, {{"s3", "load"}});
  EXPECT_EQ(book().get(a, now())->counts.messages, 1U);
  EXPECT_EQ(book().get(a, now())->counts.readings, 2U);
  EXPECT_EQ(book().get(b, now())->counts.messages, 2U);
  EXPECT_EQ(book().get(b, now())->counts.last_heard, now());
}

TEST_F(DeviceIntakeTest, FaultsOfTheClockAreCountedByTheirFlawNotByTheirWords) {
  const std::string a = add("a", "s2");
  say("", {{"s2", "late"}, {"s2", "clock"}});
  const auto counts = book().get(a, now())->counts;
  EXPECT_EQ(counts.faults[static_cast<std::size_t>(device::Fault::clock)], 1U);
  EXPECT_EQ(counts.faults[static_cast<std::size_t>(device::Fault::value)], 1U);
}

TEST_F(DeviceIntakeTest, BlockedDevicesHearWhy) {
  const std::string a = add("a", "s2");
  ASSERT_TRUE(book().block(a, "stolen", "x", now()));
  auto receipt = say("", {{"s2", "load"}, {"s3", "load"}});
  EXPECT_EQ(receipt.accepted, 1U);
  EXPECT_EQ(intake_.taken, std::vector<std::string>{"s3/load"});
  ASSERT_EQ(receipt.refused.size(), 1U);
  EXPECT_EQ(receipt.refused[0].error.code, Code::denied);
  EXPECT_NE(receipt.refused[0].error.message.find("blocked: stolen"), std::string::npos);
  // In a connection that was open before.
  receipt = say(a, {{"s3", "load"}});
  EXPECT_EQ(receipt.accepted, 0U);
  EXPECT_EQ(book().get(a, now())->counts.messages, 0U);
  EXPECT_EQ(book().get(a, now())->counts.faults[9], 2U);  // refused
}

TEST_F(DeviceIntakeTest, TheBatteryIsTheDevicesOwn) {
  const std::string a = add("a", "s2");
  say(a, {{"s2", "load"}, {"s2", "battery"}, {"s2", "load"}});
  EXPECT_EQ(intake_.taken,
            (std::vector<std::string>{"s2/load", "device:" + a + "/battery", "s2/load"}));
  EXPECT_EQ(book().get(a, now())->counts.battery->value, 1);
  say("", {{"s3", "battery"}});  // no device: the intake says what it thinks of it
  EXPECT_EQ(intake_.taken, std::vector<std::string>{"s3/battery"});
}

}  // namespace
}  // namespace cairn::server
