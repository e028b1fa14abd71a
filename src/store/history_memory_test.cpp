// SPDX-License-Identifier: Apache-2.0
#include "store/history_memory.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace cairn::store {
namespace {

TEST(MemoryPart, GivesSeriesInOrderOfTime) {
  std::mt19937_64 random(1);
  MemoryPart part;
  std::map<std::uint32_t, std::map<std::int64_t, double>> want;
  for (int i = 0; i < 200'000; ++i) {
    const auto series = static_cast<std::uint32_t>(random() % 50 * 131'071);
    const auto time = static_cast<std::int64_t>(random() % 100'000);
    part.add(series, time, i, static_cast<std::uint64_t>(i));
    want[series][time] = i;
  }
  EXPECT_EQ(part.size(), 200'000u);
  EXPECT_EQ(part.position(), 199'999u);
  const auto check = [&](std::uint32_t series, const Columns& columns) {
    const auto& points = want.at(series);
    ASSERT_EQ(columns.size(), points.size());
    std::size_t i = 0;
    for (const auto& [time, value] : points) {
      ASSERT_EQ(columns.times_ns[i], time);
      ASSERT_EQ(columns.values[i++], value);
    }
  };
  std::vector<std::uint32_t> series;
  part.series(series);
  ASSERT_EQ(series.size(), want.size());
  EXPECT_TRUE(std::is_sorted(series.begin(), series.end()));
  Columns columns;
  for (const std::uint32_t s : series) {
    part.collect(s, columns);
    check(s, columns);
  }
  std::vector<std::uint32_t> taken;
  ASSERT_TRUE(part.each_series([&](std::uint32_t s, const Columns& c) -> Status {
    taken.push_back(s);
    check(s, c);
    return {};
  }));
  EXPECT_EQ(taken, series);
}

TEST(MemoryPart, OfEqualTimesTheLastOneCounts) {
  MemoryPart part;
  part.add(1, 10, 1, 1);
  part.add(1, 5, 2, 2);
  part.add(1, 10, 3, 3);
  Columns columns;
  part.collect(1, columns);
  EXPECT_EQ(columns.times_ns, (std::vector<std::int64_t>{5, 10}));
  EXPECT_EQ(columns.values, (std::vector<double>{2, 3}));
  part.collect(2, columns);
  EXPECT_EQ(columns.size(), 0u);
}

TEST(MemoryPart, AnErrorOfTheTakerEndsIt) {
  MemoryPart part;
  part.add(1, 1, 1, 1);
  part.add(2, 1, 1, 1);
  int taken = 0;
  const auto done = part.each_series([&](std::uint32_t, const Columns&) -> Status {
    ++taken;
    return fail(Code::io, "full");
  });
  EXPECT_FALSE(done);
  EXPECT_EQ(taken, 1);
}

}  // namespace
}  // namespace cairn::store
