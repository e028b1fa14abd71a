// SPDX-License-Identifier: Apache-2.0
// Each function against std:: over the range in use, for every instruction set, and all of these
// against each other to the bit.
#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cmath>
#include <cstring>
#include <vector>

#include "radio/testing.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "radio/lane_math_test.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "radio/lane_math.hpp"

#ifndef CAIRN_RADIO_LANE_MATH_TEST
#define CAIRN_RADIO_LANE_MATH_TEST
namespace cairn::radio {
namespace {
enum class Function { log2, exp2, falling_logistic, sine_of_third, log10, power_of_ten };
}  // namespace
}  // namespace cairn::radio
#endif

HWY_BEFORE_NAMESPACE();
namespace cairn::radio::HWY_NAMESPACE {
namespace {

V one_of(Function function, V x) {
  switch (function) {
    case Function::log2:
      return log2(x);
    case Function::exp2:
      return exp2(x);
    case Function::falling_logistic:
      return falling_logistic(x);
    case Function::sine_of_third:
      return sine_of_third(x);
    case Function::log10:
      return log10(x);
    case Function::power_of_ten:
      return power_of_ten(x);
  }
  return x;
}

// The size of `x` is a multiple of 16.
void evaluate(Function function, const std::vector<double>& x, std::vector<double>& y) {
  const Doubles tag;
  y.resize(x.size());
  for (std::size_t i = 0; i < x.size(); i += hn::Lanes(tag)) {
    hn::StoreU(one_of(function, hn::LoadU(tag, x.data() + i)), tag, y.data() + i);
  }
}

}  // namespace
}  // namespace cairn::radio::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cairn::radio {
namespace {

HWY_EXPORT(evaluate);

using testing::Generator;
using testing::uniform;

std::vector<double> on_every_target(Function function, const std::vector<double>& x) {
  std::vector<double> first;
  for (std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    std::vector<double> y;
    HWY_DYNAMIC_DISPATCH(evaluate)(function, x, y);
    if (first.empty()) first = y;
    EXPECT_EQ(0, std::memcmp(y.data(), first.data(), y.size() * sizeof(double)))
        << hwy::TargetName(target);
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  return first;
}

constexpr std::size_t count = 400'000;

std::vector<double> between(double low, double high) {
  Generator generator(2);
  std::vector<double> x(count);
  for (double& value : x) value = uniform(generator, low, high);
  x[0] = low;
  x[1] = high;
  x[2] = low / 2 + high / 2;
  return x;
}

std::vector<double> over_magnitudes() {
  std::vector<double> x = between(-1020, 1020);
  Generator generator(3);
  for (double& value : x) value = std::exp2(value) * uniform(generator, 1, 2);
  x[0] = 1;
  for (std::size_t i = 1; i < count / 2; ++i) x[i] = 1 + uniform(generator, -0.3, 0.5);
  x[1] = 0x1.fffffffffffffp-1;
  x[2] = 0x1.0000000000001p0;
  return x;
}

TEST(LaneMath, Log2) {
  std::vector<double> x = over_magnitudes();
  std::vector<double> y = on_every_target(Function::log2, x);
  for (std::size_t i = 0; i < count; ++i) {
    double expected = std::log2(x[i]);
    ASSERT_NEAR(y[i], expected, 1e-15 * std::max(1.0, std::abs(expected))) << x[i];
  }
  EXPECT_EQ(y[0], 0);
}

TEST(LaneMath, Exp2) {
  for (double reach : {2.0, 1022.0}) {
    std::vector<double> x = between(-reach, reach);
    x[3] = 0;
    std::vector<double> y = on_every_target(Function::exp2, x);
    for (std::size_t i = 0; i < count; ++i) {
      double expected = std::exp2(x[i]);
      ASSERT_NEAR(y[i] / expected, 1, 1e-15) << x[i];
    }
    EXPECT_EQ(y[3], 1);
  }
  std::vector<double> x(16, -1e9);
  x[1] = 1e9;
  x[2] = 1023;
  std::vector<double> y = on_every_target(Function::exp2, x);
  EXPECT_EQ(y[0], 0x1p-1022);
  EXPECT_EQ(y[1], 0x1p1023);
  EXPECT_EQ(y[2], 0x1p1023);
}

TEST(LaneMath, PowersAndLogarithmsOfTen) {
  std::vector<double> x = between(-40, 40);
  std::vector<double> y = on_every_target(Function::power_of_ten, x);
  for (std::size_t i = 0; i < count; ++i) {
    ASSERT_NEAR(y[i] / std::pow(10.0, x[i]), 1, 3e-14) << x[i];
  }
  std::vector<double> back = on_every_target(Function::log10, y);
  for (std::size_t i = 0; i < count; ++i) ASSERT_NEAR(back[i], x[i], 3e-14) << x[i];
}

TEST(LaneMath, FallingLogisticIsATanh) {
  std::vector<double> x = between(-80, 80);
  std::vector<double> y = on_every_target(Function::falling_logistic, x);
  for (std::size_t i = 0; i < count; ++i) {
    ASSERT_NEAR(y[i], 0.5 - 0.5 * std::tanh(x[i] / 2), 3e-16) << x[i];
  }
}

TEST(LaneMath, SineOfAThird) {
  std::vector<double> x = between(-1, 1);
  x[3] = 0;
  x[4] = 0.5;
  x[5] = 1e-12;
  x[6] = 1 + 1e-12;  // rounding of the caller
  std::vector<double> y = on_every_target(Function::sine_of_third, x);
  for (std::size_t i = 0; i < count; ++i) {
    double expected = std::sin(std::asin(std::min(x[i], 1.0)) / 3);
    ASSERT_NEAR(y[i], expected, 2e-13 * std::abs(expected)) << x[i];
  }
}

}  // namespace
}  // namespace cairn::radio
#endif
