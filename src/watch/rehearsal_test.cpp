// SPDX-License-Identifier: Apache-2.0
#include "watch/rehearsal.hpp"

#include <gtest/gtest.h>

#include "watch/test_view.hpp"

namespace cairn::watch {
namespace {

// Six hourly loads of one site, 1 to 6 kW, told again in July.
class RehearsalTest : public testing::Test {
 protected:
  RehearsalTest() {
    const model::MemoryFiles files(view_workspace());
    world_ = load_world(files, {.root = "w", .home = "r"}, view_observations()).value();
  }
  std::shared_ptr<const World> world_;
  Instant start_ = *parse_instant("2021-07-10T00:00:00+08:00");
};

TEST_F(RehearsalTest, TimesOfDayStay) {
  const Rehearsal rehearsal(*world_, start_, 0);
  const auto day = rehearsal.between(start_ - ns_per_day, start_ + ns_per_day);
  ASSERT_FALSE(day.empty());
  for (const RehearsedReading& reading : day) {
    EXPECT_EQ(reading.thing, "a");
    EXPECT_EQ(reading.property, "load");
    const std::int64_t hour =
        (reading.time.ns + 8 * 3600 * ns_per_second) % ns_per_day / (3600 * ns_per_second);
    EXPECT_EQ(static_cast<double>(hour), reading.value);
  }
}

TEST_F(RehearsalTest, EveryReadingComesOnceHoweverItIsAskedFor) {
  const Rehearsal rehearsal(*world_, start_, 0);
  const Instant end = start_ + 3 * ns_per_day;
  const auto whole = rehearsal.between(start_, end);
  EXPECT_EQ(whole.size(), 18u);  // it begins anew every day
  std::size_t parts = 0;
  for (Instant t = start_; t < end; t = t + 1800 * ns_per_second) {
    parts += rehearsal.between(t, t + 1800 * ns_per_second).size();
  }
  EXPECT_EQ(parts, whole.size());
}

}  // namespace
}  // namespace cairn::watch
