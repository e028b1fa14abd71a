// SPDX-License-Identifier: Apache-2.0
#include "radio/p525.hpp"

#include <gtest/gtest.h>

namespace cairn::radio {
namespace {

TEST(FreeSpace, KnownValues) {
  // 32.4478 + 20 log10(f MHz) + 20 log10(d km).
  EXPECT_NEAR(free_space_loss_db(0.001, 1), 32.4478, 5e-5);
  EXPECT_NEAR(free_space_loss_db(0.7, 10), 32.4478 + 56.90196 + 20, 1e-4);
  EXPECT_NEAR(free_space_loss_db(1.4, 10) - free_space_loss_db(0.7, 10), 6.0206, 1e-4);
}

TEST(FreeSpace, NeverAGain) {
  EXPECT_EQ(free_space_loss_db(0.001, 1e-6), 0);
}

TEST(FreeSpace, SlantDistance) {
  EXPECT_DOUBLE_EQ(slant_distance_km(3, 4000, 0), 5);
  EXPECT_DOUBLE_EQ(slant_distance_km(3, 0, 4000), 5);
  EXPECT_DOUBLE_EQ(slant_distance_km(7, 100, 100), 7);
}

}  // namespace
}  // namespace cairn::radio
