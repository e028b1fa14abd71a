// SPDX-License-Identifier: Apache-2.0
// Observations of years on one machine: columnar chunks by series, delta-of-delta times and
// decimal-scaled or XOR values, sealed to segment files with an index; docs/formats/history.md.
//
//   auto history = HistoryStore::open(files, directory, options);
//   history->add(series, time_ns, value, position);   // into memory; the log makes it durable
//   history->seal();                                  // memory to a segment file, synced
//   history->compact();                               // one bounded step; call while idle
//
// One thread adds and seals, another may compact; any number of readers beside them, who never wait
// for a segment to be written. Of several values for one series and time the last one added counts.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/seams.hpp"
#include "core/time.hpp"

namespace cairn::store {

struct Point {
  std::int64_t time_ns = 0;
  double value = 0;
  bool operator==(const Point&) const = default;
};

// A span of time in one point, for charts and after down-sampling.
struct Bucket {
  std::int64_t begin_ns = 0;  // aligned to the step, from 1970-01-01T00:00Z
  std::uint64_t count = 0;
  // Rounded once, from the points and the sums of down-sampled buckets.
  double sum = 0;
  double min = 0;
  double max = 0;
  double last = 0;
  bool operator==(const Bucket&) const = default;
};

// Kept as points until `age_ns`, then only as buckets of `step_ns`; the last rule's `age_ns` with
// step 0 forgets. Rising ages. Empty: everything for ever. A bucket stands at the time of its last
// observation and counts there; what is added later for its span is counted beside it.
struct Retention {
  std::int64_t age_ns = 0;
  std::int64_t step_ns = 0;
};

struct HistoryOptions {
  std::size_t memory_points = 4'000'000;         // add() asks for a seal beyond it (24 B a point)
  std::size_t chunk_points = 1024;               // at most in one chunk
  std::size_t compact_points = 4'000'000;        // read in one step of compaction: time and I/O
  std::uint64_t segment_points = 1'000'000'000;  // no larger segment is made by merging
  std::vector<Retention> retention;
};

struct HistoryStats {
  std::uint64_t points = 0;  // in segments
  std::uint64_t memory_points = 0;
  std::uint64_t bytes = 0;  // of segments
  std::uint64_t segments = 0;
  std::uint64_t sealed_position = 0;  // of the log: everything up to it is in segments
};

class HistoryStore {
 public:
  static Result<std::unique_ptr<HistoryStore>> open(Files& files, const std::string& directory,
                                                    const HistoryOptions& options);
  virtual ~HistoryStore() = default;

  // `position` is the log's; those at or below sealed_position are ignored (a replay after a
  // crash). Several points may have one position: seal only between two of them. Never waits.
  virtual void add(std::uint32_t series, std::int64_t time_ns, double value,
                   std::uint64_t position) = 0;
  virtual bool wants_seal() const = 0;
  // Everything added so far becomes a segment, on disk when it returns. After an error all of it
  // is still in memory, and the next call tries again.
  virtual Status seal() = 0;
  // seal() in two halves, for who cannot wait: set_aside() by the thread that adds, at once;
  // write_aside() by any one other, while points are added.
  virtual void set_aside() = 0;
  virtual Status write_aside() = 0;
  // One bounded step of merging segments and of retention; false when nothing is left to do.
  // `now` decides what is old. An error of a damaged segment names it; the next call goes on with
  // the others. Old files go when the new one is on disk and the manifest names it.
  virtual Result<bool> compact(Instant now) = 0;

  // after < time <= until, oldest first, one value a time; appended to `out`. Where only buckets
  // are left, the last observation of each. An error of a damaged block names file and byte;
  // other series and times can still be read.
  virtual Status read(std::uint32_t series, Instant after, Instant until,
                      std::vector<Point>& out) const = 0;
  virtual Result<std::optional<Point>> last(std::uint32_t series, Instant until) const = 0;
  // Aligned buckets of `step_ns` with at least one point in (after, until]; uses chunk summaries
  // and down-sampled data where whole chunks fall into one bucket.
  virtual Status buckets(std::uint32_t series, Instant after, Instant until, std::int64_t step_ns,
                         std::vector<Bucket>& out) const = 0;
  virtual std::vector<std::uint32_t> series() const = 0;  // rising
  virtual HistoryStats stats() const = 0;
};

}  // namespace cairn::store
