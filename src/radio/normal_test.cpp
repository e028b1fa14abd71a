// SPDX-License-Identifier: Apache-2.0
#include "radio/normal.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace cairn::radio {
namespace {

double exceeded(double x) {
  return std::erfc(x / std::numbers::sqrt2) / 2;
}

TEST(Normal, IsTheInverseOfTheTail) {
  for (double p = 1e-12; p < 1; p = p < 0.001 ? p * 3 : p + 0.001) {
    EXPECT_NEAR(exceeded(normal_exceeded(p)) / p, 1, 1e-12) << p;
  }
  EXPECT_NEAR(normal_exceeded(0.5), 0, 1e-15);
  EXPECT_NEAR(normal_exceeded(0.1), 1.2815515655446004, 1e-13);
  EXPECT_NEAR(normal_exceeded(0.9), -1.2815515655446004, 1e-13);
}

TEST(Normal, ApproximationsStayWithinTheirError) {
  for (double p = 1e-6; p < 1 - 1e-6; p = p < 0.001 ? p * 3 : p + 0.001) {
    EXPECT_NEAR(normal_exceeded_p1812(p), normal_exceeded(p), 4.5e-4) << p;
    EXPECT_NEAR(normal_exceeded_itm(p), normal_exceeded(p), 4.5e-4) << p;
  }
  EXPECT_EQ(normal_exceeded_p1812(0), normal_exceeded_p1812(1e-6));
  EXPECT_EQ(normal_exceeded_p1812(1), normal_exceeded_p1812(1 - 1e-6));
}

}  // namespace
}  // namespace cairn::radio
