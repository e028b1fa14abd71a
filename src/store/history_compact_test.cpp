// SPDX-License-Identifier: Apache-2.0
#include "store/history_compact.hpp"

#include <gtest/gtest.h>

namespace cairn::store {
namespace {

std::vector<SegmentInfo> sized(const std::vector<std::uint64_t>& points) {
  std::vector<SegmentInfo> out;
  for (const std::uint64_t p : points) {
    const auto i = static_cast<std::int64_t>(out.size());
    out.push_back({out.size() + 1, p, p, i * 100, i * 100 + 99, {}});
  }
  return out;
}

std::optional<std::pair<std::size_t, std::size_t>> picked(
    const std::vector<SegmentInfo>& segments, const std::vector<std::size_t>& blocked = {},
    const std::vector<Sampled>& cuts = {}, std::uint64_t most = 1'000) {
  std::vector<bool> flags(segments.size(), false);
  for (const std::size_t i : blocked) flags[i] = true;
  const auto pick = pick_segments(segments, flags, cuts, {most});
  if (!pick) return std::nullopt;
  return std::pair{pick->begin, pick->end};
}

using Range = std::pair<std::size_t, std::size_t>;

TEST(PickSegments, FourNeighboursOfAKind) {
  EXPECT_FALSE(picked(sized({10, 10, 10})));
  EXPECT_EQ(picked(sized({10, 10, 10, 10})), (Range{0, 4}));
  // The small ones behind the large one, which is not rewritten for so little.
  EXPECT_EQ(picked(sized({400, 10, 10, 10, 10})), (Range{1, 5}));
  EXPECT_FALSE(picked(sized({400, 10, 10, 10})));
  EXPECT_FALSE(picked(sized({300, 300, 300, 300})));  // more than may be in one
  EXPECT_FALSE(picked(sized({10, 10, 10, 10}), {1}));
  EXPECT_EQ(picked(sized({10, 10, 10, 10, 10, 10}), {1}), (Range{2, 6}));
}

TEST(PickSegments, MergingEndsWithFewSegments) {
  std::vector<std::uint64_t> points;
  std::uint64_t written = 0;
  for (int seal = 0; seal < 1'000; ++seal) {
    points.push_back(4);
    while (const auto range = picked(sized(points), {}, {}, 1'000'000)) {
      std::uint64_t sum = 0;
      for (std::size_t i = range->first; i < range->second; ++i) sum += points[i];
      written += sum;
      points.erase(points.begin() + static_cast<std::ptrdiff_t>(range->first),
                   points.begin() + static_cast<std::ptrdiff_t>(range->second));
      points.insert(points.begin() + static_cast<std::ptrdiff_t>(range->first), sum);
    }
  }
  EXPECT_LE(points.size(), 15u);
  EXPECT_LE(written, 4'000u * 7);  // about once for each fourfold growth
}

TEST(PickSegments, OneThatHasEnoughToThinOut) {
  auto segments = sized({10, 10});  // [0, 99] and [100, 199]
  EXPECT_FALSE(picked(segments, {}, {{5, -1}}));
  EXPECT_FALSE(picked(segments, {}, {{5, 3}}));  // less than an eighth
  EXPECT_EQ(picked(segments, {}, {{5, 30}}), (Range{0, 1}));
  segments[0].sampled = {{5, 30}};
  EXPECT_FALSE(picked(segments, {}, {{5, 34}}));
  EXPECT_EQ(picked(segments, {}, {{5, 99}}), (Range{0, 1}));
  EXPECT_EQ(picked(segments, {0}, {{5, 150}}), (Range{1, 2}));
  segments[0].sampled = {{5, 99}};
  EXPECT_FALSE(picked(segments, {}, {{5, 99}}));
  EXPECT_EQ(picked(segments, {}, {{5, 99}, {0, 99}}), (Range{0, 1}));
}

TEST(Cuts, AreWholeBucketsInThePast) {
  EXPECT_EQ(cuts_at({{100, 10}, {1'000, 0}}, Instant{2'345}),
            (std::vector<Sampled>{{10, 2'239}, {0, 1'344}}));
  EXPECT_EQ(cuts_at({{100, 10}}, Instant{95}), (std::vector<Sampled>{{10, -11}}));
  EXPECT_TRUE(cuts_at({{100, 10}}, Instant::min()).empty());
}

}  // namespace
}  // namespace cairn::store
