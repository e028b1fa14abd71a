// SPDX-License-Identifier: Apache-2.0
// Observations of years on one machine: columnar chunks by series, delta-of-delta times and
// decimal-scaled or XOR values, sealed to segment files with an index; docs/formats/history.md.
//
//   auto history = HistoryStore::open(files, directory, options);
//   history->add(series, time_ns, value, position);   // into memory; the log makes it durable
//   history->seal();                                  // memory to a segment file, synced
//   history->compact();                               // one bounded step; call while idle
//
// One writer (add, seal, compact, retention); any number of readers beside it, who never wait for
// a segment to be written. Of several values for one series and time the last one added counts.
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
  double sum = 0;  // correctly rounded from the points, or of the down-sampled sums
  double min = 0;
  double max = 0;
  double last = 0;
  bool operator==(const Bucket&) const = default;
};

// Kept as points until `age_ns`, then only as buckets of `step_ns`; the last rule's `age_ns` with
// step 0 forgets. Rising ages. Empty: everything for ever.
struct Retention {
  std::int64_t age_ns = 0;
  std::int64_t step_ns = 0;
};

struct HistoryOptions {
  std::size_t memory_points = 4'000'000;   // add() asks for a seal beyond it (24 B a point)
  std::size_t chunk_points = 1024;         // at most in one chunk
  std::size_t compact_points = 16'000'000;  // merged in one step at most: memory and I/O
  std::vector<Retention> retention;
};

struct HistoryStats {
  std::uint64_t points = 0;       // in segments
  std::uint64_t memory_points = 0;
  std::uint64_t bytes = 0;        // of segments
  std::uint64_t segments = 0;
  std::uint64_t sealed_position = 0;  // of the log: everything up to it is in segments
};

class HistoryStore {
 public:
  static Result<std::unique_ptr<HistoryStore>> open(Files& files, const std::string& directory,
                                                    const HistoryOptions& options);
  virtual ~HistoryStore() = default;

  // `position` is the log's; those at or below sealed_position are ignored (a replay after a crash).
  virtual void add(std::uint32_t series, std::int64_t time_ns, double value,
                   std::uint64_t position) = 0;
  virtual bool wants_seal() const = 0;
  // Everything added so far becomes a segment, on disk when it returns.
  virtual Status seal() = 0;
  // One bounded step of merging segments and of retention; false when nothing is left to do.
  // `now` decides what is old.
  virtual Result<bool> compact(Instant now) = 0;

  // after < time <= until, oldest first, one value a time; appended to `out`.
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
