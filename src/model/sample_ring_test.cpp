// SPDX-License-Identifier: Apache-2.0
#include "model/sample_ring.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <map>
#include <random>

#include "core/exact_sum.hpp"

namespace cairn::model {
namespace {

constexpr std::uint8_t all_parts =
    summary_part::sum | summary_part::squares | summary_part::extremes | summary_part::falls;

std::vector<Point> read(const SampleRing& ring, std::int64_t after, std::int64_t until) {
  std::vector<Point> points;
  ring.read(after, until, [&](std::span<const Point> part) {
    points.insert(points.end(), part.begin(), part.end());
  });
  return points;
}

std::uint64_t bits(double value) {
  return std::bit_cast<std::uint64_t>(value);
}

// Of the points themselves, one by one.
struct Truth {
  std::map<std::int64_t, double> points;

  std::vector<Point> between(std::int64_t after, std::int64_t until) const {
    std::vector<Point> out;
    for (auto at = points.upper_bound(after); at != points.end() && at->first <= until; ++at) {
      out.push_back({at->first, at->second});
    }
    return out;
  }
};

void expect_summary(const SampleRing& ring, const Truth& truth, std::int64_t after,
                    std::int64_t until) {
  const std::vector<Point> points = truth.between(after, until);
  ASSERT_EQ(read(ring, after, until), points);
  WindowSummary summary;
  ring.summarise(after, until, all_parts, summary);
  ASSERT_EQ(summary.count, points.size());
  WindowSummary ends;
  ring.summarise(after, until, 0, ends);
  ASSERT_EQ(ends.count, points.size());
  if (points.empty()) return;
  for (const WindowSummary& one : {summary, ends}) {
    ASSERT_EQ(one.first, instant_sample(points.front().time_ns, points.front().value));
    ASSERT_EQ(one.last, instant_sample(points.back().time_ns, points.back().value));
  }
  ExactSum sum;
  ExactSum squares;
  ExactSum falls;
  double low = points[0].value + 0.0;
  double high = low;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double value = points[i].value;
    sum.add(value);
    squares.add(value * value);  // of few bits: exact
    low = std::min(low, value + 0.0);
    high = std::max(high, value + 0.0);
    if (i > 0 && value < points[i - 1].value) falls.add(points[i - 1].value);
  }
  ASSERT_EQ(bits(summary.totals.sum.value()), bits(sum.value()));
  ASSERT_EQ(bits(summary.totals.squares.value()), bits(squares.value()));
  ASSERT_EQ(bits(summary.totals.falls.value()), bits(falls.value()));
  ASSERT_EQ(bits(summary.totals.min), bits(low));
  ASSERT_EQ(bits(summary.totals.max), bits(high));
}

struct Load {
  std::int64_t span = 0;
  std::int64_t times = 0;  // how far they lie apart at most
  int late = 0;            // of ten points
  int points = 0;
};

// Points mostly rise in time; late ones, corrections and repetitions come in between.
void run(const Load& load, unsigned seed) {
  std::mt19937_64 random(seed);
  const auto below = [&](std::int64_t n) {
    return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(n));
  };
  SampleRing ring;
  // Squares may be asked for when there are points already.
  const int squares_from = seed % 2 == 0 ? 0 : load.points / 2;
  ring.keep(load.span, false);
  Truth truth;
  std::int64_t newest = 0;
  std::int64_t gone = INT64_MIN;
  for (int i = 0; i < load.points; ++i) {
    if (i == squares_from) ring.keep(1, true);
    const bool late = below(10) < load.late && newest > 0;
    const std::int64_t reach = below(3) == 0 ? load.span + load.span / 4 : 1 + load.span / 16;
    Point point{late ? newest - below(reach + 1) : newest + 1 + below(load.times), 0};
    point.value = below(6) == 0 ? -0.0 : static_cast<double>(below(4096) - 2048) / 64;
    const auto known = truth.points.find(point.time_ns);
    const Placement placement = ring.add(point);
    if (point.time_ns > newest || truth.points.empty()) {
      ASSERT_EQ(placement, Placement::newer);
      newest = point.time_ns;
    } else if (placement != Placement::beyond && point.time_ns > newest - load.span) {
      const Placement expected = known == truth.points.end()                ? Placement::late
                                 : bits(known->second) == bits(point.value) ? Placement::duplicate
                                                                            : Placement::correction;
      ASSERT_EQ(placement, expected);
    }
    truth.points[point.time_ns] = point.value;
    for (auto at = truth.points.begin(); at->first <= newest - load.span;) {
      gone = std::max(gone, at->first);
      at = truth.points.erase(at);
    }
    ASSERT_EQ(ring.gone_ns(), gone);
    ASSERT_EQ(ring.size(), truth.points.size());
    ASSERT_EQ(ring.newest().time_ns, newest);
    if (below(8 + load.points / 200) != 0) continue;
    expect_summary(ring, truth, newest - load.span, newest);
    const std::int64_t after = newest - below(load.span + 2);
    expect_summary(ring, truth, after, after + below(load.span + 2));
    const auto last = ring.last(after);
    auto next = truth.points.upper_bound(after);
    ASSERT_EQ(last.has_value(), next != truth.points.begin());
    if (last) {
      --next;
      ASSERT_EQ(*last, (Point{next->first, next->second}));
    }
  }
}

TEST(SampleRing, SummariesAreThoseOfThePoints) {
  const Load loads[] = {
      {20, 3, 3, 2'000},        // a dozen points
      {400, 3, 2, 6'000},       // some blocks
      {12'000, 3, 4, 30'000},   // groups of blocks
      {40'000, 4, 0, 30'000},   // in order
      {9'000, 1, 8, 40'000},    // mostly late: blocks and groups are halved
      {1'000, 3'000, 1, 3'000}  // windows that hold next to nothing
  };
  for (const Load& load : loads) {
    for (unsigned seed = 1; seed <= 3; ++seed) run(load, seed);
  }
}

TEST(SampleRing, LetsTheOldestGoWhenThereAreTooManyAndSaysSo) {
  SampleRing ring(1000);
  ring.keep(1'000'000, false);
  for (std::int64_t t = 1; t <= 1'000; ++t) ring.add({t, 1});
  WindowSummary whole;
  ring.summarise(0, 1'000, summary_part::sum, whole);
  EXPECT_EQ(whole.count, 1'000u);
  EXPECT_EQ(whole.totals.sum.value(), 1'000);
  ring.add({1'001, 1});
  EXPECT_EQ(ring.size(), 1'000u);
  EXPECT_EQ(ring.gone_ns(), 1);
  WindowSummary more;
  ring.summarise(0, 1'001, summary_part::sum, more);
  EXPECT_GT(more.count, limits::window_samples);
  WindowSummary fewer;
  ring.summarise(1, 1'001, summary_part::sum, fewer);
  EXPECT_EQ(fewer.count, 1'000u);
  // A late one takes the place of the oldest.
  EXPECT_EQ(ring.add({500, 2}), Placement::correction);
  EXPECT_EQ(ring.add({1, 2}), Placement::beyond);
  EXPECT_EQ(ring.size(), 1'000u);
}

TEST(SampleRing, TakesSixteenBytesAPointAndAFifthMore) {
  for (const bool squares : {false, true}) {
    SampleRing ring;
    ring.keep(INT64_MAX / 2, squares);
    constexpr std::int64_t count = 200'000;
    for (std::int64_t t = 1; t <= count; ++t) ring.add({t, static_cast<double>(t % 997) / 10});
    EXPECT_LT(static_cast<double>(ring.bytes()) / count, 16 * 1.2) << squares;
  }
  EXPECT_EQ(SampleRing().bytes(), 0u);
  EXPECT_LE(sizeof(SampleRing), 80u);
}

TEST(SampleRing, HugeAndTinyValuesStayExact) {
  SampleRing ring;
  ring.keep(INT64_MAX / 2, true);
  for (std::int64_t t = 1; t <= 1'000; ++t) ring.add({t, t % 3 == 0 ? 1e300 : 1e-300});
  for (std::int64_t t = 1'001; t <= 1'334; ++t) ring.add({t, t < 1'334 ? -1e300 : 5});
  WindowSummary summary;
  ring.summarise(0, 2'000, all_parts, summary);
  ExactSum expected;
  for (int i = 0; i < 667; ++i) expected.add(1e-300);
  expected.add(5);
  EXPECT_EQ(bits(summary.totals.sum.value()), bits(expected.value()));
}

}  // namespace
}  // namespace cairn::model
