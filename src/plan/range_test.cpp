// SPDX-License-Identifier: Apache-2.0
#include "plan/range.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "core/text.hpp"
#include "plan/testdata/builder.hpp"

namespace cairn::plan {
namespace {

using testing::figure;

TEST(Range, MeaningsOfPrintedNumbers) {
  const auto is = [](std::string_view text, Doubt doubt, double lo, double hi) {
    const Range range = meaning(figure(text), doubt);
    EXPECT_NEAR(range.lo, lo, 1e-12) << text;
    if (std::isinf(hi)) {
      EXPECT_TRUE(std::isinf(range.hi)) << text;
    } else {
      EXPECT_NEAR(range.hi, hi, 1e-12) << text;
    }
  };
  is("0.16", Doubt::rounded, 0.155, 0.165);
  is("0.16", Doubt::none, 0.16, 0.16);
  is("13.80", Doubt::rounded, 13.795, 13.805);
  is("5", Doubt::significant, 4.5, 5.5);
  is("100", Doubt::significant, 95, 105);
  is("17000", Doubt::significant, 16500, 17500);
  is("17000", Doubt::rounded, 16999.5, 17000.5);
  is(">50", Doubt::rounded, 50, INFINITY);
  is("<=1.3", Doubt::rounded, 0, 1.3);
  is("~100", Doubt::rounded, 95, 105);
  is("2-3", Doubt::none, 2, 3);
}

// Whatever numbers round to the printed ones, the true result lies in the computed range.
TEST(Range, ArithmeticContainsEveryMeaning) {
  std::mt19937_64 random(20);
  std::uniform_real_distribution<double> value(0.2, 900);
  const auto printed = [](double x, int decimals) {
    return figure(fmt::format("{:.{}f}", x, decimals));
  };
  for (int i = 0; i < 20'000; ++i) {
    const double a = value(random);
    const double b = value(random);
    const int decimals = static_cast<int>(random() % 4);
    const Range ra = meaning(printed(a, decimals), Doubt::rounded);
    const Range rb = meaning(printed(b, decimals), Doubt::rounded);
    const auto contains = [](Range range, double x) { return overlap(range, {x, x}); };
    ASSERT_TRUE(contains(ra, a) && contains(rb, b));
    ASSERT_TRUE(contains(ra + rb, a + b));
    ASSERT_TRUE(contains(ra - rb, a - b));
    ASSERT_TRUE(contains(ra / rb, a / b)) << a << ' ' << b << ' ' << decimals;
    ASSERT_TRUE(contains(ra * 3.5, a * 3.5));
    ASSERT_TRUE(contains(yearly_growth(ra / rb, 5), std::pow(a / b, 0.2) - 1));
  }
}

TEST(Range, OverlapIsSymmetricAndAboveIsItsOpposite) {
  std::mt19937_64 random(21);
  std::uniform_real_distribution<double> value(-5, 5);
  for (int i = 0; i < 20'000; ++i) {
    const double p = value(random);
    const double q = value(random);
    const Range a{p, p + std::fabs(value(random))};
    const Range b{q, q + std::fabs(value(random))};
    ASSERT_EQ(overlap(a, b), overlap(b, a));
    ASSERT_EQ(overlap(a, b), !above(a, b) && !above(b, a));
  }
  EXPECT_TRUE(overlap({0.1 + 0.2, 1}, {0, 0.3})) << "the last bit is no contradiction";
}

TEST(Range, DivisionByWhatMayBeZero) {
  const Range range = Range{1, 2} / Range{0, 4};
  EXPECT_EQ(range.lo, 0.25);
  EXPECT_TRUE(std::isinf(range.hi));
}

}  // namespace
}  // namespace cairn::plan
