// SPDX-License-Identifier: Apache-2.0
// Sealing, merging and forgetting with a crash or a fault at every single step of the disk.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "core/simulated_files.hpp"
#include "store/history.hpp"

namespace cairn::store {
namespace {

constexpr std::int64_t second = ns_per_second;
constexpr std::int64_t start = 1'700'000'000 * second;
constexpr std::uint64_t positions = 90;
constexpr std::uint64_t seal_every = 10;

struct Added {
  std::uint32_t series;
  std::int64_t time_ns;
  double value;
};
// What the log holds at a position: three series, late points and corrections among them.
std::vector<Added> record(std::uint64_t position) {
  std::vector<Added> out;
  const auto p = static_cast<std::int64_t>(position);
  for (std::uint32_t series = 0; series < 3; ++series) {
    out.push_back({series, start + p * 10 * second, static_cast<double>(position * 7 % 50) / 10});
  }
  if (position % 4 == 0) out.push_back({1, start + (p - 3) * 10 * second, 99});
  if (position % 5 == 0) out.push_back({2, start + (p * 3 % 70) * 10 * second + 1, 0.5});
  return out;
}

using Points = std::map<std::pair<std::uint32_t, std::int64_t>, double>;
Points expected(std::uint64_t until) {
  Points out;
  for (std::uint64_t p = 1; p <= until; ++p) {
    for (const Added& a : record(p)) out[{a.series, a.time_ns}] = a.value;
  }
  return out;
}
Points found(const HistoryStore& history) {
  Points out;
  for (const std::uint32_t series : history.series()) {
    std::vector<Point> points;
    const auto done = history.read(series, Instant::min(), Instant::max(), points);
    EXPECT_TRUE(done) << to_string(done.error());
    for (const Point& point : points) {
      EXPECT_TRUE(out.emplace(std::pair{series, point.time_ns}, point.value).second);
    }
  }
  return out;
}

HistoryOptions options() {
  HistoryOptions out;
  out.chunk_points = 8;
  out.compact_points = 100;
  return out;
}

struct Work {
  std::uint64_t sealed = 0;  // the last position that a seal promised
  bool failed = false;       // some call did
  std::unique_ptr<HistoryStore> history;
};

// The work of some time; goes on after errors, as long as the disk answers.
Work work(Files& disk) {
  Work run;
  auto opened = HistoryStore::open(disk, "h", options());
  if (!opened) {
    run.failed = true;
    return run;
  }
  run.history = std::move(*opened);
  for (std::uint64_t p = 1; p <= positions; ++p) {
    for (const Added& a : record(p)) run.history->add(a.series, a.time_ns, a.value, p);
    if (p % seal_every != 0) continue;
    if (run.history->seal()) {
      run.sealed = p;
    } else {
      run.failed = true;
    }
    for (int step = 0; step < 3; ++step) {
      if (!run.history->compact(Instant{start})) run.failed = true;
    }
  }
  return run;
}

void check_after_crash(SimulatedFiles& disk, const Work& run) {
  auto opened = HistoryStore::open(disk, "h", options());
  ASSERT_TRUE(opened) << to_string(opened.error());
  HistoryStore& history = **opened;
  const std::uint64_t sealed = history.stats().sealed_position;
  ASSERT_GE(sealed, run.sealed);
  ASSERT_EQ(found(history), expected(sealed));
  // No segments but those of the manifest.
  const auto names = disk.list("h").value();
  const auto files = std::count_if(names.begin(), names.end(), [](const std::string& name) {
    return name.starts_with("segment-");
  });
  ASSERT_EQ(static_cast<std::uint64_t>(files), history.stats().segments);
  for (std::uint64_t p = 1; p <= positions; ++p) {
    for (const Added& a : record(p)) history.add(a.series, a.time_ns, a.value, p);
  }
  ASSERT_EQ(found(history), expected(positions));
  ASSERT_TRUE(history.seal());
  while (history.compact(Instant{start}).value()) {
  }
  ASSERT_EQ(found(history), expected(positions));
}

std::uint64_t operations() {
  SimulatedFiles dry(1);
  const Work run = work(dry);
  EXPECT_FALSE(run.failed);
  EXPECT_EQ(run.sealed, positions);
  EXPECT_LE(run.history->stats().segments, 4u);  // it has merged
  return dry.operations().size();
}

TEST(HistoryCrash, APowerCutAtAnyStepLosesNothingThatWasSealed) {
  const std::uint64_t steps = operations();
  ASSERT_GT(steps, 100u);
  for (std::uint64_t at = 1; at <= steps && !HasFailure(); ++at) {
    for (std::uint64_t seed = 1; seed <= 3 && !HasFailure(); ++seed) {
      SCOPED_TRACE(testing::Message() << "operation " << at << ", seed " << seed);
      SimulatedFiles disk(seed);
      disk.crash_at(at);
      const Work run = work(disk);
      ASSERT_TRUE(disk.crashed());
      disk.restart();
      check_after_crash(disk, run);
    }
  }
}

TEST(HistoryCrash, AKilledProcessAtAnyStepLosesNothingThatWasSealed) {
  const std::uint64_t steps = operations();
  for (std::uint64_t at = 1; at <= steps && !HasFailure(); ++at) {
    SCOPED_TRACE(at);
    SimulatedFiles disk(at);
    disk.crash_at(at, SimulatedFiles::Crash::process);
    const Work run = work(disk);
    disk.restart();
    check_after_crash(disk, run);
  }
}

TEST(HistoryCrash, AFaultAtAnyStepIsSaidAndNothingIsLost) {
  const std::uint64_t steps = operations();
  for (std::uint64_t at = 1; at <= steps && !HasFailure(); ++at) {
    SCOPED_TRACE(at);
    SimulatedFiles disk(at);
    disk.fail_at(at);
    Work run = work(disk);
    ASSERT_TRUE(run.failed);
    if (!run.history) continue;  // it could not be opened
    ASSERT_EQ(found(*run.history), expected(positions));
    ASSERT_TRUE(run.history->seal());
    run.history.reset();
    run.sealed = positions;
    check_after_crash(disk, run);
  }
}

TEST(HistoryCrash, AFullDiskKeepsPointsInMemoryUntilThereIsSpace) {
  SimulatedFiles disk(1);
  auto history = HistoryStore::open(disk, "h", options()).value();
  disk.set_space(200);
  for (std::uint64_t p = 1; p <= positions; ++p) {
    for (const Added& a : record(p)) history->add(a.series, a.time_ns, a.value, p);
    const bool seal = p % 30 == 0;
    if (seal) {
      EXPECT_FALSE(history->seal());
    }
  }
  EXPECT_EQ(history->stats().segments, 0u);
  EXPECT_EQ(found(*history), expected(positions));
  disk.set_space(std::uint64_t{1} << 30);
  ASSERT_TRUE(history->seal());
  EXPECT_EQ(history->stats().memory_points, 0u);
  EXPECT_EQ(history->stats().sealed_position, positions);
  EXPECT_EQ(found(*history), expected(positions));
}

// --- Retention ---------------------------------------------------------------------------------

// Ten seconds a position: 200 s as observed, then by 100 s, gone after 600 s.
HistoryOptions thinning() {
  HistoryOptions out = options();
  out.retention = {{200 * second, 100 * second}, {600 * second, 0}};
  return out;
}
Instant clock_at(std::uint64_t position) {
  return {start + static_cast<std::int64_t>(position) * 10 * second};
}

Work thin(Files& disk) {
  Work run;
  auto opened = HistoryStore::open(disk, "h", thinning());
  if (!opened) {
    run.failed = true;
    return run;
  }
  run.history = std::move(*opened);
  for (std::uint64_t p = 1; p <= positions; ++p) {
    run.history->add(0, clock_at(p).ns, static_cast<double>(p), p);
    run.history->add(1, clock_at(p).ns, static_cast<double>(p % 7), p);
    if (p % seal_every != 0) continue;
    if (run.history->seal()) {
      run.sealed = p;
    } else {
      run.failed = true;
    }
    for (int step = 0; step < 4; ++step) {
      if (!run.history->compact(clock_at(p))) run.failed = true;
    }
  }
  return run;
}

// Whatever was thinned out by then: the buckets are those of all points, up to what may be gone.
void check_thinned(SimulatedFiles& disk, const Work& run) {
  auto opened = HistoryStore::open(disk, "h", thinning());
  ASSERT_TRUE(opened) << to_string(opened.error());
  HistoryStore& history = **opened;
  ASSERT_GE(history.stats().sealed_position, run.sealed);
  for (std::uint64_t p = 1; p <= positions; ++p) {
    history.add(0, clock_at(p).ns, static_cast<double>(p), p);
    history.add(1, clock_at(p).ns, static_cast<double>(p % 7), p);
  }
  ASSERT_TRUE(history.seal());
  while (history.compact(clock_at(positions)).value()) {
  }
  // A whole bucket behind what may be forgotten; what is older than that is gone for good.
  const Instant whole{(start / (100 * second) + 4) * 100 * second};
  for (std::uint32_t series = 0; series < 2; ++series) {
    std::vector<Point> points;
    ASSERT_TRUE(history.read(series, Instant::min(), Instant::max(), points));
    ASSERT_GE(points.front().time_ns, clock_at(positions - 70).ns);
    ASSERT_LT(points.size(), positions / 2);
    std::vector<Bucket> buckets;
    ASSERT_TRUE(history.buckets(series, whole - 1, Instant::max(), 100 * second, buckets));
    std::vector<Bucket> all;
    for (std::uint64_t p = 1; p <= positions; ++p) {
      const std::int64_t time = clock_at(p).ns;
      if (time < whole.ns) continue;
      const double value = static_cast<double>(series == 0 ? p : p % 7);
      const std::int64_t begin = time / (100 * second) * 100 * second;
      if (all.empty() || all.back().begin_ns != begin) {
        all.push_back({begin, 0, 0, value, value, value});
      }
      Bucket& bucket = all.back();
      ++bucket.count;
      bucket.sum += value;
      bucket.min = std::min(bucket.min, value);
      bucket.max = std::max(bucket.max, value);
      bucket.last = value;
    }
    ASSERT_EQ(buckets, all);
  }
}

TEST(HistoryCrash, APowerCutInTheMidstOfThinningOutLosesNothingAndCountsNothingTwice) {
  SimulatedFiles dry(1);
  const Work whole = thin(dry);
  ASSERT_FALSE(whole.failed);
  check_thinned(dry, whole);
  const std::uint64_t steps = dry.operations().size();
  for (std::uint64_t at = 1; at <= steps && !HasFailure(); ++at) {
    for (const auto crash : {SimulatedFiles::Crash::power, SimulatedFiles::Crash::process}) {
      SCOPED_TRACE(testing::Message() << "operation " << at);
      SimulatedFiles disk(at);
      disk.crash_at(at, crash);
      const Work run = thin(disk);
      disk.restart();
      check_thinned(disk, run);
    }
  }
}

TEST(HistoryCrash, AFaultInTheMidstOfThinningOutIsSaidAndNothingIsLost) {
  SimulatedFiles dry(1);
  (void)thin(dry);
  const std::uint64_t steps = dry.operations().size();
  for (std::uint64_t at = 1; at <= steps && !HasFailure(); ++at) {
    SCOPED_TRACE(at);
    SimulatedFiles disk(at);
    disk.fail_at(at);
    Work run = thin(disk);
    ASSERT_TRUE(run.failed);
    run.history.reset();
    check_thinned(disk, run);
  }
}

}  // namespace
}  // namespace cairn::store
