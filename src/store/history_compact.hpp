// SPDX-License-Identifier: Apache-2.0
// Merging segments and thinning out what is old, in bounded steps: which segments are next, and
// the work itself, which reads them series by series and writes one new segment.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/seams.hpp"
#include "store/history.hpp"
#include "store/history_bucket.hpp"
#include "store/history_cursor.hpp"
#include "store/history_segment.hpp"

namespace cairn::store {

// What the rules come to at `now`: rising `until_ns` for falling age, all in whole buckets.
std::vector<Sampled> cuts_at(const std::vector<Retention>& rules, Instant now);

// Segments [begin, end) of the list, the older first.
struct Pick {
  std::size_t begin = 0;
  std::size_t end = 0;
};
struct PickOptions {
  std::uint64_t most_points = 0;  // of the merged segment
};
// Neighbours of similar size to be merged, or one that has enough to thin out or forget; nothing
// when all is well. Segments with `blocked` set are left alone.
std::optional<Pick> pick_segments(const std::vector<SegmentInfo>& segments,
                                  const std::vector<bool>& blocked,
                                  const std::vector<Sampled>& cuts, const PickOptions& options);

// One merge, which may take many steps.
class Compaction {
 public:
  // shared: readers may hold a segment longer than the history does.
  using SegmentPtr = std::shared_ptr<const Segment>;

  // `newer` are the segments behind the inputs whose values win over the inputs'.
  Compaction(std::vector<SegmentPtr> inputs, std::vector<SegmentPtr> newer,
             std::vector<Sampled> cuts, std::size_t chunk_points,
             std::unique_ptr<AppendFile> output);

  // Reads about `points` points; true when all is done and synced.
  Result<bool> step(std::size_t points);
  const std::vector<SegmentPtr>& inputs() const { return inputs_; }
  // The input that the last error came from; nothing when writing failed.
  const Segment* failed_input() const { return failed_; }
  // After the last step.
  SegmentInfo result() const;

 private:
  Result<bool> next_series();
  Status collect(SegmentScan& scan, std::uint32_t age, bool shadow, std::vector<Part>& parts);
  Status take(SeriesCursor::Stretch& stretch);
  bool copies(const Part& part) const;
  const Sampled* cut_of(std::int64_t time_ns) const;
  Status take_point(const Columns& columns, std::size_t i);
  Status end_bucket();
  Status put(std::int64_t time_ns, double value, const Digest* digest);
  Status write_pending();
  Status end_series();
  std::int64_t forgotten_ns() const;

  std::vector<SegmentPtr> inputs_;
  std::vector<SegmentPtr> newer_;
  std::vector<Sampled> cuts_;
  std::size_t chunk_points_;
  SegmentWriter writer_;
  std::vector<SegmentScan> scans_;  // of the inputs, then of the newer ones
  ChunkCodec codec_;
  std::optional<SeriesCursor> cursor_;
  std::uint32_t series_ = 0;
  Columns pending_;  // not yet written
  BucketFilling filling_;
  std::int64_t span_ = 0;  // of the bucket that is being filled
  std::int64_t span_step_ns_ = 0;
  std::string bytes_;
  std::vector<ChunkRef> refs_;
  const Segment* failed_ = nullptr;
};

}  // namespace cairn::store
