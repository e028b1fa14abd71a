// SPDX-License-Identifier: Apache-2.0
#include "store/history.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <random>
#include <thread>

#include "core/exact_sum.hpp"
#include "core/simulated_files.hpp"

namespace cairn::store {
namespace {

constexpr std::int64_t second = ns_per_second;
constexpr std::int64_t start = 1'700'000'000 * second;

std::unique_ptr<HistoryStore> opened(Files& files, const HistoryOptions& options = {}) {
  auto history = HistoryStore::open(files, "history", options);
  EXPECT_TRUE(history) << to_string(history.error());
  return history ? std::move(*history) : nullptr;
}

std::vector<Point> all(const HistoryStore& history, std::uint32_t series) {
  std::vector<Point> points;
  const auto done = history.read(series, Instant::min(), Instant::max(), points);
  EXPECT_TRUE(done) << to_string(done.error());
  return points;
}

struct Added {
  std::uint32_t series = 0;
  std::int64_t time_ns = 0;
  double value = 0;
};
using Oracle = std::map<std::uint32_t, std::map<std::int64_t, double>>;

std::vector<Bucket> buckets_of(const std::map<std::int64_t, double>& points, std::int64_t after,
                               std::int64_t until, std::int64_t step) {
  std::vector<Bucket> out;
  ExactSum sum;
  for (auto at = points.upper_bound(after); at != points.end() && at->first <= until; ++at) {
    const std::int64_t begin = (at->first - (at->first % step < 0 ? step : 0) - at->first % step);
    if (out.empty() || out.back().begin_ns != begin) {
      out.push_back({begin, 0, 0, at->second, at->second, 0});
      sum = {};
    }
    sum.add(at->second);
    Bucket& bucket = out.back();
    ++bucket.count;
    bucket.sum = sum.value();
    bucket.min = std::min(bucket.min, at->second);
    bucket.max = std::max(bucket.max, at->second);
    bucket.last = at->second;
  }
  return out;
}

// Random adding, sealing, merging and reopening beside a plain map.
class Random {
 public:
  Random(std::uint64_t seed, const HistoryOptions& options)
      : random_(seed), options_(options), history_(opened(files_, options)) {}

  void run(int rounds) {
    for (int i = 0; i < rounds && !testing::Test::HasFailure(); ++i) {
      step();
      check();
    }
  }

 private:
  std::uint64_t roll(std::uint64_t below) { return random_() % below; }

  void step() {
    switch (roll(12)) {
      case 0:
        ASSERT_TRUE(history_->seal());
        break;
      case 1:
        history_->set_aside();
        break;
      case 2:
        ASSERT_TRUE(history_->write_aside());
        break;
      case 3:
      case 4: {
        const auto more = history_->compact(Instant{start});
        ASSERT_TRUE(more) << to_string(more.error());
        break;
      }
      case 5:
        reopen();
        break;
      default:
        add_some();
    }
  }

  void add_some() {
    const std::uint64_t count = roll(4) == 0 ? 1 + roll(3'000) : 1 + roll(40);
    const auto only = static_cast<std::uint32_t>(roll(5));
    const bool late = roll(4) == 0;
    for (std::uint64_t i = 0; i < count; ++i) {
      Added p;
      p.series = roll(3) == 0 ? only : static_cast<std::uint32_t>(roll(5)) * 70'000;
      now_ += static_cast<std::int64_t>(roll(3)) * second;
      p.time_ns = late ? now_ - static_cast<std::int64_t>(roll(5'000)) * second : now_;
      p.value = static_cast<double>(roll(1'000)) / 10;
      if (roll(200) == 0) p.value = 1.0 / (1.0 + static_cast<double>(roll(100)));
      added_.push_back(p);
      oracle_[p.series][p.time_ns] = p.value;
      history_->add(p.series, p.time_ns, p.value, added_.size());
    }
  }

  // As after a crash: what was not sealed is gone, and the whole log is replayed.
  void reopen() {
    history_.reset();
    history_ = opened(files_, options_);
    ASSERT_TRUE(history_);
    for (std::size_t i = 0; i < added_.size(); ++i) {
      history_->add(added_[i].series, added_[i].time_ns, added_[i].value, i + 1);
    }
  }

  void check() {
    const auto series = static_cast<std::uint32_t>(roll(5)) * (roll(2) == 0 ? 1 : 70'000);
    const auto& want = oracle_[series];
    if (want.empty()) oracle_.erase(series);
    const std::int64_t after = now_ - static_cast<std::int64_t>(roll(8'000)) * second;
    const std::int64_t until = after + static_cast<std::int64_t>(roll(8'000)) * second;
    std::vector<Point> expected;
    if (!want.empty()) {
      for (auto at = want.upper_bound(after); at != want.end() && at->first <= until; ++at) {
        expected.push_back({at->first, at->second});
      }
    }
    std::vector<Point> got;
    ASSERT_TRUE(history_->read(series, Instant{after}, Instant{until}, got));
    ASSERT_EQ(got, expected);
    const auto last = history_->last(series, Instant{until});
    ASSERT_TRUE(last);
    check_last(series, until, *last);
    const auto step = static_cast<std::int64_t>(1 + roll(roll(2) == 0 ? 50 : 5'000)) * second;
    std::vector<Bucket> buckets;
    ASSERT_TRUE(history_->buckets(series, Instant{after}, Instant{until}, step, buckets));
    ASSERT_EQ(buckets, oracle_.contains(series) ? buckets_of(oracle_[series], after, until, step)
                                                : std::vector<Bucket>{});
    std::vector<std::uint32_t> known;
    for (const auto& [number, points] : oracle_) known.push_back(number);
    ASSERT_EQ(history_->series(), known);
  }

  void check_last(std::uint32_t series, std::int64_t until, const std::optional<Point>& got) {
    const auto found = oracle_.find(series);
    if (found == oracle_.end() || found->second.upper_bound(until) == found->second.begin()) {
      EXPECT_FALSE(got);
      return;
    }
    const auto behind = found->second.upper_bound(until);
    ASSERT_TRUE(got);
    ASSERT_EQ(*got, (Point{std::prev(behind)->first, std::prev(behind)->second}));
  }

  std::mt19937_64 random_;
  SimulatedFiles files_{1};
  HistoryOptions options_;
  std::unique_ptr<HistoryStore> history_;
  std::vector<Added> added_;
  Oracle oracle_;
  std::int64_t now_ = start;
};

TEST(History, GivesBackWhatAMapWould) {
  for (std::uint64_t seed = 1; seed <= 60 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    HistoryOptions options;
    options.chunk_points = seed % 3 == 0 ? 7 : seed % 3 == 1 ? 300 : 1024;
    options.compact_points = seed % 2 == 0 ? 100 : 4'000'000;  // merging in many steps
    Random(seed, options).run(120);
  }
}

TEST(History, OfSeveralValuesForOneTimeTheLastOneCounts) {
  SimulatedFiles files(1);
  const auto history = opened(files);
  history->add(3, start, 1, 1);
  history->add(3, start, 2, 2);
  EXPECT_EQ(all(*history, 3), (std::vector<Point>{{start, 2}}));
  ASSERT_TRUE(history->seal());
  history->add(3, start, 3, 3);
  EXPECT_EQ(all(*history, 3), (std::vector<Point>{{start, 3}}));
  ASSERT_TRUE(history->seal());
  EXPECT_EQ(all(*history, 3), (std::vector<Point>{{start, 3}}));
  EXPECT_EQ(history->last(3, Instant::max()).value(), (Point{start, 3}));
}

TEST(History, WhatWasSealedIsNotAddedAgain) {
  SimulatedFiles files(1);
  {
    const auto history = opened(files);
    history->add(1, start, 1, 10);
    ASSERT_TRUE(history->seal());
    history->add(1, start + 1, 9, 10);  // the record was sealed as a whole
    history->add(1, start + 2, 2, 11);
    EXPECT_EQ(all(*history, 1).size(), 2u);
  }
  const auto history = opened(files);
  EXPECT_EQ(history->stats().sealed_position, 10u);
  history->add(1, start, 7, 10);
  EXPECT_EQ(all(*history, 1), (std::vector<Point>{{start, 1}}));
  history->add(1, start, 7, 11);
  EXPECT_EQ(all(*history, 1), (std::vector<Point>{{start, 7}}));
}

TEST(History, AsksToBeSealedAndCounts) {
  SimulatedFiles files(1);
  HistoryOptions options;
  options.memory_points = 3;
  const auto history = opened(files, options);
  history->add(1, start, 1, 1);
  history->add(2, start, 1, 1);
  EXPECT_FALSE(history->wants_seal());
  history->add(1, start + 1, 1, 2);
  EXPECT_TRUE(history->wants_seal());
  EXPECT_EQ(history->stats().memory_points, 3u);
  ASSERT_TRUE(history->seal());
  EXPECT_FALSE(history->wants_seal());
  const HistoryStats stats = history->stats();
  EXPECT_EQ(stats.points, 3u);
  EXPECT_EQ(stats.memory_points, 0u);
  EXPECT_EQ(stats.segments, 1u);
  EXPECT_GT(stats.bytes, 0u);
}

TEST(History, MergesNeighboursAndKeepsOldFilesForTheirReaders) {
  SimulatedFiles files(1);
  const auto history = opened(files);
  std::uint64_t position = 0;
  for (int seal = 0; seal < 17; ++seal) {
    for (int i = 0; i < 100; ++i) {
      ++position;
      history->add(static_cast<std::uint32_t>(i % 4),
                   start + static_cast<std::int64_t>(position) * second, i, position);
    }
    ASSERT_TRUE(history->seal());
  }
  int steps = 0;
  while (history->compact(Instant{start}).value()) ASSERT_LT(++steps, 100);
  EXPECT_LE(history->stats().segments, 4u);
  EXPECT_EQ(history->stats().points, 1'700u);
  // One file a segment and the manifest: the merged ones are gone.
  EXPECT_EQ(files.list("history")->size(), history->stats().segments + 1);
  EXPECT_EQ(all(*history, 2).size(), 425u);
}

TEST(History, TimesOutsideTheUsualAreFine) {
  SimulatedFiles files(1);
  const auto history = opened(files);
  const std::vector<std::int64_t> times = {INT64_MIN + 1, -5, 0, 5, INT64_MAX};
  for (std::size_t i = 0; i < times.size(); ++i) history->add(9, times[i], 1, i + 1);
  for (int round = 0; round < 2; ++round) {
    EXPECT_EQ(all(*history, 9).size(), times.size());
    std::vector<Bucket> buckets;
    ASSERT_TRUE(history->buckets(9, Instant::min(), Instant::max(), 10, buckets));
    ASSERT_EQ(buckets.size(), 4u);
    EXPECT_EQ(buckets[1].begin_ns, -10);
    EXPECT_EQ(buckets[2].count, 2u);
    ASSERT_TRUE(history->seal());
  }
  std::vector<Bucket> buckets;
  EXPECT_EQ(history->buckets(9, Instant::min(), Instant::max(), 0, buckets).error().code,
            Code::invalid);
}

TEST(History, DownSamplesWhatIsOldAndForgetsWhatIsOlder) {
  SimulatedFiles files(1);
  HistoryOptions options;
  options.retention = {{100 * second, 10 * second}, {1'000 * second, 0}};
  const auto history = opened(files, options);
  for (int i = 0; i < 500; ++i)
    history->add(1, start + i * second, i, static_cast<unsigned>(i) + 1);
  ASSERT_TRUE(history->seal());
  std::vector<Bucket> before;
  ASSERT_TRUE(history->buckets(1, Instant::min(), Instant::max(), 20 * second, before));
  ASSERT_EQ(before.size(), 25u);
  while (history->compact(Instant{start + 500 * second}).value()) {
  }
  // 400 s are old: 40 buckets, whose points are the last ones; 100 points stay.
  const auto points = all(*history, 1);
  ASSERT_EQ(points.size(), 140u);
  EXPECT_EQ(points[0], (Point{start + 9 * second, 9}));
  EXPECT_EQ(points[40], (Point{start + 400 * second, 400}));
  std::vector<Bucket> after;
  ASSERT_TRUE(history->buckets(1, Instant::min(), Instant::max(), 20 * second, after));
  EXPECT_EQ(after, before);
  EXPECT_EQ(history->stats().points, 140u);
  while (history->compact(Instant{start + 1'200 * second}).value()) {
  }
  EXPECT_EQ(all(*history, 1)[0].time_ns, start + 209 * second);  // 200 s are forgotten
  while (history->compact(Instant{start + 5'000 * second}).value()) {
  }
  EXPECT_EQ(all(*history, 1).size(), 0u);
  EXPECT_EQ(history->stats().segments, 0u);
  EXPECT_EQ(files.list("history")->size(), 1u);
}

TEST(History, DownSamplingCountsACorrectedObservationOnce) {
  SimulatedFiles files(1);
  HistoryOptions options;
  options.retention = {{100 * second, 10 * second}};
  const auto history = opened(files, options);
  for (int i = 0; i < 10; ++i) history->add(1, start + i * second, i, 1);
  ASSERT_TRUE(history->seal());
  history->add(1, start + 4 * second, 104, 2);
  history->add(1, start + 9 * second, 109, 2);
  ASSERT_TRUE(history->seal());
  while (history->compact(Instant{start + 500 * second}).value()) {
  }
  std::vector<Bucket> buckets;
  ASSERT_TRUE(history->buckets(1, Instant::min(), Instant::max(), 10 * second, buckets));
  ASSERT_EQ(buckets.size(), 1u);
  EXPECT_EQ(buckets[0], (Bucket{start, 10, 45 + 200, 0, 109, 109}));
  // A correction of the bucket's last observation, when the bucket is all that is left.
  history->add(1, start + 9 * second, 9, 3);
  buckets.clear();
  ASSERT_TRUE(history->buckets(1, Instant::min(), Instant::max(), 10 * second, buckets));
  EXPECT_EQ(buckets.at(0), (Bucket{start, 10, 45 + 100, 0, 109, 9}));
}

TEST(History, ADamagedBlockIsNamedAndOthersGoOn) {
  SimulatedFiles files(1);
  std::string path;
  {
    const auto history = opened(files);
    std::mt19937_64 random(1);
    for (int i = 0; i < 200'000; ++i) {
      history->add(static_cast<std::uint32_t>(i / 20'000), start + i * second,
                   static_cast<double>(random() % 10'000), static_cast<unsigned>(i) + 1);
    }
    ASSERT_TRUE(history->seal());
    path = "history/" + files.list("history")->back();
  }
  files.flip(path, 1'000, 4);
  const auto history = opened(files);
  std::vector<Point> points;
  const auto damaged = history->read(0, Instant::min(), Instant::max(), points);
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code, Code::io);
  EXPECT_EQ(damaged.error().place, path + ": byte 8");
  EXPECT_EQ(all(*history, 9).size(), 20'000u);
  EXPECT_EQ(history->series().size(), 10u);
}

TEST(History, ADamagedOrMissingSegmentIsNamedAndOthersGoOn) {
  SimulatedFiles files(1);
  {
    const auto history = opened(files);
    for (int i = 0; i < 6; ++i) {
      history->add(1, start + i * second, i, static_cast<unsigned>(i) + 1);
      ASSERT_TRUE(history->seal());
    }
  }
  files.put("history/segment-0000000002.history", "nonsense");
  ASSERT_TRUE(files.remove("history/segment-0000000003.history"));
  const auto history = opened(files);
  std::vector<Point> points;
  EXPECT_EQ(history->read(1, Instant::min(), Instant::max(), points).error().place,
            "history/segment-0000000002.history: byte 0");
  EXPECT_EQ(history->read(1, Instant{start + second}, Instant::max(), points).error().code,
            Code::not_found);
  points.clear();
  ASSERT_TRUE(history->read(1, Instant{start + 2 * second}, Instant::max(), points));
  EXPECT_EQ(points.size(), 3u);
  EXPECT_TRUE(history->last(1, Instant::max()).value());
  EXPECT_FALSE(history->compact(Instant{start}).value());  // nothing to merge around the gap
}

TEST(History, ASegmentThatCannotBeMergedIsSaidOnceAndPassedOver) {
  SimulatedFiles files(1);
  HistoryOptions options;
  options.chunk_points = 4;
  auto history = opened(files, options);
  std::uint64_t position = 0;
  const auto fill = [&](int seals) {
    for (int i = 0; i < seals; ++i) {
      ++position;
      for (int k = 0; k < 5; ++k) {
        history->add(1, start + static_cast<std::int64_t>(position * 10) * second + k, k, position);
      }
      ASSERT_TRUE(history->seal());
    }
  };
  fill(4);
  files.flip("history/segment-0000000002.history", 9, 1);
  history = opened(files, options);  // what is mapped already does not change
  const auto failed = history->compact(Instant{start});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().place, "history/segment-0000000002.history: byte 8");
  EXPECT_FALSE(history->compact(Instant{start}).value());
  EXPECT_EQ(files.list("history")->size(), 5u);  // the half-written one is gone
  fill(4);
  int steps = 0;
  while (history->compact(Instant{start}).value()) ASSERT_LT(++steps, 10);
  EXPECT_LE(history->stats().segments, 5u);
}

TEST(History, WithoutItsManifestItDoesNotTakeSegmentsForRubbish) {
  SimulatedFiles files(1);
  {
    const auto history = opened(files);
    history->add(1, start, 1, 1);
    ASSERT_TRUE(history->seal());
  }
  ASSERT_TRUE(files.remove("history/history.manifest"));
  const auto failed = HistoryStore::open(files, "history", {});
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().place, "history/history.manifest");
  EXPECT_EQ(files.list("history")->size(), 1u);
}

TEST(History, OptionsThatMakeNoSenseAreRefused) {
  SimulatedFiles files(1);
  HistoryOptions options;
  options.chunk_points = 0;
  EXPECT_FALSE(HistoryStore::open(files, "history", options));
  options = {};
  options.retention = {{10, 5}, {10, 0}};
  EXPECT_FALSE(HistoryStore::open(files, "history", options));
  options.retention = {{10, 0}, {20, 5}};
  EXPECT_FALSE(HistoryStore::open(files, "history", options));
}

// Readers beside one that adds and one that seals and merges see every point that was added before
// they began, once, with its value.
TEST(History, ReadersBesideAWriterSeeWhatWasThere) {
  SimulatedFiles files(1);
  HistoryOptions options;
  options.compact_points = 2'000;
  const auto history = opened(files, options);
  constexpr std::int64_t count = 200'000;
  std::atomic<std::int64_t> added{0};
  std::atomic<bool> failed{false};
  std::thread files_thread([&] {
    while (added.load() < count) {
      if (!history->write_aside() || !history->compact(Instant{start})) failed = true;
    }
  });
  std::vector<std::thread> readers;
  for (std::uint32_t reader = 0; reader < 2; ++reader) {
    readers.emplace_back([&, reader] {
      while (added.load() < count && !failed.load()) {
        const std::int64_t known = added.load();
        std::vector<Point> points;
        if (!history->read(reader, Instant::min(), Instant::max(), points)) failed = true;
        std::int64_t at = 0;
        for (const Point& point : points) {
          if (point.time_ns != start + at * second ||
              point.value != static_cast<double>(at % 100)) {
            failed = true;
          }
          ++at;
        }
        if (at < known) failed = true;
        if (known > 0 && !history->last(reader, Instant::max()).value()) failed = true;
      }
    });
  }
  for (std::int64_t i = 0; i < count; ++i) {
    for (const std::uint32_t series : {0u, 1u}) {
      history->add(series, start + i * second, static_cast<double>(i % 100),
                   static_cast<std::uint64_t>(i) + 1);
    }
    added.store(i + 1);
    if (i % 5'000 == 4'999) history->set_aside();
  }
  files_thread.join();
  for (std::thread& reader : readers) reader.join();
  EXPECT_FALSE(failed);
  EXPECT_EQ(all(*history, 0).size(), static_cast<std::size_t>(count));
}

}  // namespace
}  // namespace cairn::store
