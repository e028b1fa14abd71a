// SPDX-License-Identifier: Apache-2.0
#include "model/window_summary.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "model/history.hpp"

namespace cairn::model {
namespace {

constexpr std::uint8_t all_parts =
    summary_part::sum | summary_part::squares | summary_part::extremes | summary_part::falls;

void expect_equal(const WindowSummary& a, const WindowSummary& b) {
  ASSERT_EQ(a.count, b.count);
  ASSERT_EQ(a.estimated, b.estimated);
  ASSERT_EQ(a.instants, b.instants);
  if (a.count == 0) return;
  ASSERT_EQ(a.first, b.first);
  ASSERT_EQ(a.last, b.last);
  ASSERT_EQ(a.totals.min, b.totals.min);
  ASSERT_EQ(a.totals.max, b.totals.max);
  ASSERT_EQ(a.totals.sum.value(), b.totals.sum.value());
  ASSERT_EQ(a.totals.squares.value(), b.totals.squares.value());
  ASSERT_EQ(a.totals.falls.value(), b.totals.falls.value());
}

TEST(WindowSummary, NeighboursAddUp) {
  std::mt19937 random(3);
  for (int round = 0; round < 500; ++round) {
    WindowSummary whole;
    WindowSummary sum;
    WindowSummary part;
    std::int64_t time = 0;
    for (std::uint32_t n = random() % 20; n > 0; --n) {
      time += 1 + random() % 5;
      const Sample sample{{{time - (random() % 4 == 0 ? 1 : 0)}, {time}},
                          static_cast<double>(random() % 50) / 7,
                          random() % 9 == 0,
                          0};
      whole.add(sample, all_parts);
      part.add(sample, all_parts);
      if (random() % 3 != 0) continue;
      sum.append(part, all_parts);
      part = {};
    }
    sum.append(part, all_parts);
    expect_equal(sum, whole);
  }
}

TEST(WindowSummary, ACounterKeepsWhatItHadAtItsRestarts) {
  WindowSummary summary;
  std::int64_t time = 0;
  for (const double value : {90.0, 96.0, 4.0, 9.0, 2.0}) {
    ++time;
    summary.add({{{time}, {time}}, value, false, 0}, summary_part::falls);
  }
  EXPECT_EQ(summary.totals.falls.value(), 96 + 9);
  EXPECT_EQ(summary.totals.sum.value(), 0) << "not asked for";
}

// Reads as any history may; the one in memory has its own way.
class Reader final : public History {
 public:
  explicit Reader(const MemoryHistory& of) : of_(of) {}
  std::optional<Sample> last(SeriesId series, Instant until) const override {
    return of_.last(series, until);
  }
  void read(SeriesId series, Instant after, Instant until,
            std::vector<Sample>& out) const override {
    of_.read(series, after, until, out);
  }

 private:
  const MemoryHistory& of_;
};

TEST(WindowSummary, EveryHistoryGivesTheSame) {
  std::mt19937 random(8);
  MemoryHistory history;
  const SeriesId series = history.create();
  for (int i = 0; i < 300; ++i) {
    const std::int64_t end = random() % 200;
    history.add(series, {{{end - static_cast<std::int64_t>(random() % 3)}, {end}},
                         static_cast<double>(random() % 90) / 8,
                         random() % 5 == 0,
                         0});
  }
  history.sort();
  const Reader reader(history);
  for (int i = 0; i < 400; ++i) {
    const Instant after{static_cast<std::int64_t>(random() % 220) - 10};
    const Instant until{after.ns + static_cast<std::int64_t>(random() % 90)};
    WindowSummary a;
    WindowSummary b;
    WindowSummary c;
    history.summarise(series, after, until, all_parts, a);
    reader.summarise(series, after, until, all_parts, b);
    std::vector<Sample> samples;
    history.read(series, after, until, samples);
    for (const Sample& sample : samples) c.add(sample, all_parts);
    expect_equal(a, c);
    expect_equal(b, c);
  }
}

}  // namespace
}  // namespace cairn::model
