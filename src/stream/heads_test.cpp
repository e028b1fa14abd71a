// SPDX-License-Identifier: Apache-2.0
#include "stream/heads.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace cairn::stream {
namespace {

std::vector<Point> read(const Heads& heads, Series series, std::int64_t after, std::int64_t until) {
  std::vector<model::Sample> samples;
  heads.read(series, {after}, {until}, samples);
  std::vector<Point> points;
  for (const model::Sample& sample : samples) points.push_back({sample.time.end.ns, sample.value});
  return points;
}

TEST(Heads, WithoutARingOnlyTheNewestIsKept) {
  Heads heads;
  heads.resize(1);
  EXPECT_FALSE(heads.heard(0));
  EXPECT_EQ(heads.add(0, {10, 1}), Placement::newer);
  EXPECT_EQ(heads.add(0, {30, 3}), Placement::newer);
  EXPECT_EQ(heads.add(0, {30, 3}), Placement::duplicate);
  EXPECT_EQ(heads.add(0, {20, 2}), Placement::late);
  EXPECT_EQ(heads.add(0, {20, 2}), Placement::beyond);  // whether it is new is not known here
  EXPECT_EQ(heads.add(0, {5, 2}), Placement::beyond);
  EXPECT_EQ(heads.add(0, {30, 4}), Placement::correction);
  EXPECT_EQ(heads.last(0), (Point{30, 4}));
  EXPECT_FALSE(heads.last(0, Instant{29}));
  EXPECT_EQ(read(heads, 0, 0, 30).size(), 1u);
  EXPECT_EQ(read(heads, 0, 30, 40).size(), 0u);
}

TEST(Heads, NegativeZeroIsAnotherValue) {
  Heads heads;
  heads.resize(1);
  heads.add(0, {1, 0.0});
  EXPECT_EQ(heads.add(0, {1, -0.0}), Placement::correction);
}

// Whatever comes in whatever order: of the span before the newest everything is there, and what is
// said to be complete is complete.
TEST(Heads, KeepsTheSpanOfTheWindowsInAnyOrder) {
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    std::mt19937_64 random(seed);
    Heads heads;
    heads.resize(2);
    const std::int64_t span = std::int64_t{1} << (random() % 8);
    heads.keep(1, span);
    std::map<std::int64_t, double> truth;
    for (int i = 0; i < 200; ++i) {
      const Point point{static_cast<std::int64_t>(random() % 300),
                        static_cast<double>(random() % 3)};
      const auto known = truth.find(point.time_ns);
      const bool newest = truth.empty() || point.time_ns > truth.rbegin()->first;
      const Placement placement = heads.add(1, point);
      EXPECT_EQ(placement == Placement::newer, newest);
      if (placement == Placement::duplicate) {
        ASSERT_TRUE(known != truth.end());
        EXPECT_EQ(known->second, point.value);
      }
      truth[point.time_ns] = point.value;
      const Instant until{truth.rbegin()->first};
      const Instant after{until.ns - span};
      const auto kept = read(heads, 1, after.ns, until.ns);
      std::vector<Point> expected;
      for (auto at = truth.upper_bound(after.ns); at != truth.end(); ++at) {
        expected.push_back({at->first, at->second});
      }
      ASSERT_EQ(kept, expected);
      ASSERT_EQ(heads.last(1), expected.back());
      ASSERT_LE(heads.complete_after(1).ns, after.ns);
    }
    std::string bytes;
    heads.write(bytes);
    std::string_view in = bytes;
    auto again = Heads::read_from(in);
    ASSERT_TRUE(again);
    EXPECT_TRUE(in.empty());
    std::string twice;
    again->write(twice);
    EXPECT_EQ(bytes, twice);
    EXPECT_EQ(again->last(1), heads.last(1));
  }
}

TEST(Heads, ARingThatBeginsLaterKnowsWhatItLacks) {
  Heads heads;
  heads.resize(1);
  heads.add(0, {10, 1});
  heads.add(0, {20, 2});
  heads.keep(0, 100);
  EXPECT_EQ(heads.complete_after(0), Instant{10});
  heads.add(0, {30, 3});
  EXPECT_EQ(read(heads, 0, 0, 40).size(), 2u);
}

// In whatever order points come, and however they are blocked: the same bytes, the same windows,
// and a ring that was read goes on as the one that was written.
TEST(Heads, EqualContentIsEqualBytes) {
  for (std::uint32_t seed = 1; seed <= 6; ++seed) {
    std::mt19937_64 random(seed);
    std::vector<Point> points;
    for (std::int64_t t = 1; t <= 9'000; ++t) {
      points.push_back({t * 10, static_cast<double>(random() % 700) / 8});
    }
    std::vector<Heads> all;
    for (int order = 0; order < 3; ++order) {
      Heads& heads = all.emplace_back();
      heads.resize(2);
      heads.keep(1, 1'000'000, order == 1);
      if (order == 1) std::reverse(points.begin(), points.end());
      if (order == 2) std::shuffle(points.begin(), points.end(), random);
      for (const Point& point : points) heads.add(1, point);
    }
    std::string first;
    all[0].write(first);
    std::string_view in = first;
    auto read_back = Heads::read_from(in);
    ASSERT_TRUE(read_back);
    all.push_back(std::move(*read_back));
    for (int i = 0; i < 400; ++i) {
      const Point late{static_cast<std::int64_t>(random() % 100'000),
                       static_cast<double>(random() % 9)};
      for (Heads& heads : all) heads.add(1, late);
      const Instant after{static_cast<std::int64_t>(random() % 90'000)};
      const Instant until{after.ns + static_cast<std::int64_t>(random() % 90'000)};
      std::vector<model::WindowSummary> summaries(all.size());
      for (std::size_t k = 0; k < all.size(); ++k) {
        all[k].summarise(1, after, until, 15, summaries[k]);
        EXPECT_EQ(summaries[k].count, summaries[0].count);
        EXPECT_EQ(summaries[k].totals.sum.value(), summaries[0].totals.sum.value());
        EXPECT_EQ(summaries[k].totals.squares.value(), summaries[0].totals.squares.value());
        EXPECT_EQ(summaries[k].totals.falls.value(), summaries[0].totals.falls.value());
        EXPECT_EQ(summaries[k].totals.max, summaries[0].totals.max);
      }
    }
    std::string end;
    all[0].write(end);
    EXPECT_NE(end, first);
    for (const Heads& heads : all) {
      std::string bytes;
      heads.write(bytes);
      EXPECT_EQ(bytes, end);
    }
  }
}

TEST(Heads, BrokenBytesAreAnError) {
  Heads heads;
  heads.resize(3);
  heads.keep(2, 10);
  heads.add(2, {1, 1});
  std::string bytes;
  heads.write(bytes);
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    std::string_view in(bytes.data(), length);
    EXPECT_FALSE(Heads::read_from(in)) << length;
  }
}

}  // namespace
}  // namespace cairn::stream
