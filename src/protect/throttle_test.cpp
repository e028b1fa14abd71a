// SPDX-License-Identifier: Apache-2.0
#include "protect/throttle.hpp"

#include <gtest/gtest.h>

namespace cairn::protect {
namespace {

Instant second(std::int64_t s) {
  return {s * ns_per_second};
}

TEST(ThrottleTest, WaitsDoubleAfterAFewAndEndAtFiveMinutes) {
  Throttle throttle;
  std::int64_t now = 0;
  std::vector<std::int64_t> waits;
  for (int i = 0; i < 16; ++i) {
    waits.push_back(throttle.wait_s("192.0.2.1", "duty", second(now)));
    now += waits.back();
    throttle.begin("192.0.2.1", "duty", second(now));
  }
  const std::vector<std::int64_t> expected{0, 0,  0,  0,  0,   1,   2,   4,
                                           8, 16, 32, 64, 128, 256, 300, 300};
  EXPECT_EQ(waits, expected);
}

TEST(ThrottleTest, ElsewhereTheOfficerSignsIn) {
  Throttle throttle;
  for (int i = 0; i < 50; ++i) throttle.begin("192.0.2.1", "duty", second(0));
  EXPECT_GT(throttle.wait_s("192.0.2.1", "duty", second(0)), 0);
  EXPECT_EQ(throttle.wait_s("192.0.2.2", "duty", second(0)), 0);
}

TEST(ThrottleTest, OneAddressCannotTryEveryAccount) {
  Throttle throttle;
  for (int i = 0; i < 40; ++i) throttle.begin("192.0.2.1", "a" + std::to_string(i), second(0));
  EXPECT_GT(throttle.wait_s("192.0.2.1", "untouched", second(0)), 0);
  EXPECT_EQ(throttle.wait_s("192.0.2.1", "untouched", second(4000)), 0);
}

TEST(ThrottleTest, TheRightPasswordEndsTheWait) {
  Throttle throttle;
  for (int i = 0; i < 8; ++i) throttle.begin("192.0.2.1", "duty", second(0));
  throttle.right("192.0.2.1", "duty");
  EXPECT_EQ(throttle.wait_s("192.0.2.1", "duty", second(0)), 0);
}

TEST(ThrottleTest, NetworksOfAddresses) {
  EXPECT_EQ(network_of("2001:db8:1:2:3::4"), network_of("2001:db8:1:2:ffff::1"));
  EXPECT_NE(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:3::1"));
  EXPECT_NE(network_of("::ffff:192.0.2.1"), network_of("::ffff:192.0.2.2"));
  EXPECT_EQ(network_of("192.0.2.1"), "192.0.2.1");
}

TEST(ThrottleTest, AFloodTakesNoMoreThanItsPlace) {
  Throttle throttle(100);
  for (int i = 0; i < 10'000; ++i) {
    throttle.begin("192.0.2." + std::to_string(i % 250), std::string(1000, 'x') + std::to_string(i),
                   second(i));
  }
  EXPECT_LE(throttle.size(), 100U);
}

}  // namespace
}  // namespace cairn::protect
