// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>

#include "simulate/device.hpp"

namespace cairn::simulate {
namespace {

Rows of(std::vector<std::pair<std::string, double>> with, double hours, int step_s,
        std::vector<Change> changes = {}, std::uint64_t seed = 7) {
  Setting setting;
  setting.seed = seed;
  setting.to = Instant{static_cast<std::int64_t>(hours * 3600) * ns_per_second};
  setting.every_ns = step_s * ns_per_second;
  setting.with = std::move(with);
  setting.changes = std::move(changes);
  auto rows = run(*kind("fibre_ring"), setting);
  EXPECT_TRUE(rows.has_value());
  return rows ? *rows : Rows{};
}

enum Out : std::size_t { up, cuts, state, lost, switch_ms };

TEST(FibreRing, WholeItSaysNothing) {
  const Rows rows = of({}, 1, 300);
  EXPECT_EQ(rows.columns[up].front(), 6);
  EXPECT_EQ(rows.columns[state].front(), 0);
  EXPECT_TRUE(std::isnan(rows.columns[switch_ms].front()));
}

// 10 ms to detect + 2 * 400 km * 4.9 us + 6 nodes of 3 ms = 31.92 ms, once.
TEST(FibreRing, OneCutIsSwitchedOnceAndLosesNobody) {
  const Rows rows = of({{"cut_a", 3}}, 1, 300);
  EXPECT_EQ(rows.columns[state].front(), 1);
  EXPECT_EQ(rows.columns[lost].front(), 0);
  EXPECT_GE(rows.columns[switch_ms][0], 31.92);
  EXPECT_LT(rows.columns[switch_ms][0], 38);
  EXPECT_TRUE(std::isnan(rows.columns[switch_ms][1]));
}

// Spans 2 and 5 of six: nodes 2, 3 and 4 hear the hub on neither side.
TEST(FibreRing, TwoCutsIsolateWhatLiesBetween) {
  EXPECT_EQ(of({{"cut_a", 5}, {"cut_b", 2}}, 1, 300).columns[lost].front(), 3);
  EXPECT_EQ(of({{"cut_a", 1}, {"cut_b", 6}}, 1, 300).columns[lost].front(), 5) << "all but the hub";
  EXPECT_EQ(of({{"cut_a", 4}, {"cut_b", 4}}, 1, 300).columns[state].front(), 1) << "one span twice";
}

}  // namespace
}  // namespace cairn::simulate
