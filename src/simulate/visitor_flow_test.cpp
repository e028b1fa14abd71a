// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "simulate/device.hpp"

namespace cairn::simulate {
namespace {

Rows flow(Setting setting) {
  const Kind* visitors = kind("visitor_flow");
  setting.from = parse_instant("2025-10-01T00:00").value();
  setting.to = parse_instant("2025-10-02T00:00").value();
  setting.every_ns = 600 * ns_per_second;
  return run(*visitors, setting).value();
}

double sum(const std::vector<double>& values) {
  double out = 0;
  for (const double value : values) out += value;
  return out;
}

// Arrivals of the whole normal course less the tails outside the hours of opening: with a peak at
// 10.5 h and a deviation of 2 h, Phi(3.5) - Phi(-1.75) = 0.9597.
TEST(VisitorFlow, AsManyComeAsTheCourseSays) {
  double total = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    total += sum(flow({.seed = seed, .with = {{"arrivals", 6000}}}).columns[0]);
  }
  EXPECT_NEAR(total / 20, 6000 * 0.9597, 60);
}

TEST(VisitorFlow, WhoEnteredLeavesAndNobodyIsCountedTwice) {
  const Rows rows = flow({.seed = 3});
  double inside = 0;
  for (std::size_t i = 0; i < rows.times.size(); ++i) {
    EXPECT_EQ(rows.columns[0][i], std::round(rows.columns[0][i]));
    inside += rows.columns[0][i] - rows.columns[1][i];
    EXPECT_GE(inside, 0);
    EXPECT_EQ(rows.columns[2][i], inside);
  }
  EXPECT_EQ(inside, 0) << "the night is empty";
}

TEST(VisitorFlow, ShutGatesLetNobodyIn) {
  EXPECT_EQ(sum(flow({.with = {{"gates_shut", 1}}}).columns[0]), 0);
  EXPECT_EQ(sum(flow({.with = {{"open", 0}}}).columns[0]), 0);
}

TEST(VisitorFlow, TheSameSeedGivesTheSameCounts) {
  EXPECT_EQ(flow({.seed = 5}).columns, flow({.seed = 5}).columns);
  EXPECT_NE(flow({.seed = 5}).columns, flow({.seed = 6}).columns);
}

}  // namespace
}  // namespace cairn::simulate
