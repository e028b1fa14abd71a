// SPDX-License-Identifier: Apache-2.0
#include "store/history_compact.hpp"

#include <algorithm>
#include <utility>

namespace cairn::store {
namespace {

// So many neighbours at least are merged: a point is rewritten once for each fourfold growth.
constexpr std::size_t least_merged = 4;
constexpr std::size_t most_merged = 16;
// A segment is thinned out at most so many times before all of it is old.
constexpr std::int64_t thinning_steps = 8;

bool due(const SegmentInfo& segment, const Sampled& cut) {
  if (segment.first_ns > cut.until_ns) return false;
  std::int64_t done = INT64_MIN;
  for (const Sampled& sampled : segment.sampled) {
    if (sampled.step_ns == cut.step_ns) done = std::max(done, sampled.until_ns);
  }
  if (done >= std::min(cut.until_ns, segment.last_ns)) return false;
  if (segment.last_ns <= cut.until_ns) return true;
  const std::int64_t part =
      segment.last_ns / thinning_steps - segment.first_ns / thinning_steps + cut.step_ns;
  return Instant{cut.until_ns} >= Instant{std::max(done, segment.first_ns)} + part;
}

}  // namespace

std::vector<Sampled> cuts_at(const std::vector<Retention>& rules, Instant now) {
  std::vector<Sampled> cuts;
  for (const Retention& rule : rules) {
    const std::int64_t old = (now - rule.age_ns).ns;
    if (old == INT64_MIN) continue;
    const std::int64_t whole = rule.step_ns > 0 ? span_of(old, rule.step_ns) * rule.step_ns : old;
    cuts.push_back({rule.step_ns, whole - 1});
  }
  return cuts;
}

std::optional<Pick> pick_segments(const std::vector<SegmentInfo>& segments,
                                  const std::vector<bool>& blocked,
                                  const std::vector<Sampled>& cuts, const PickOptions& options) {
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (blocked[i]) continue;
    for (const Sampled& cut : cuts) {
      if (due(segments[i], cut)) return Pick{i, i + 1};
    }
  }
  std::optional<Pick> best;
  std::uint64_t best_points = 0;
  for (std::size_t begin = 0; begin < segments.size(); ++begin) {
    std::uint64_t points = 0;
    std::uint64_t largest = 0;
    for (std::size_t end = begin; end < segments.size() && end - begin < most_merged; ++end) {
      if (blocked[end]) break;
      points += segments[end].points;
      largest = std::max(largest, segments[end].points);
      if (points > options.most_points) break;
      if (end - begin + 1 < least_merged || largest * 2 > points) continue;
      if (best && points >= best_points) continue;
      best = Pick{begin, end + 1};
      best_points = points;
    }
  }
  return best;
}

Compaction::Compaction(std::vector<SegmentPtr> inputs, std::vector<SegmentPtr> newer,
                       std::vector<Sampled> cuts, std::size_t chunk_points,
                       std::unique_ptr<AppendFile> output)
    : inputs_(std::move(inputs)),
      newer_(std::move(newer)),
      cuts_(std::move(cuts)),
      chunk_points_(chunk_points),
      writer_(std::move(output)) {
  for (const SegmentPtr& segment : inputs_) scans_.emplace_back(*segment);
  for (const SegmentPtr& segment : newer_) scans_.emplace_back(*segment);
}

SegmentInfo Compaction::result() const {
  SegmentInfo info = writer_.info();
  info.sampled = cuts_;
  return info;
}

// Everything up to it is dropped.
std::int64_t Compaction::forgotten_ns() const {
  std::int64_t until = INT64_MIN;
  for (const Sampled& cut : cuts_) {
    if (cut.step_ns == 0) until = std::max(until, cut.until_ns);
  }
  return until;
}

Result<bool> Compaction::step(std::size_t points) {
  std::size_t taken = 0;
  while (taken < points) {
    if (!cursor_) {
      const auto more = next_series();
      if (!more) return fail(more.error());
      if (!*more) {
        if (auto done = writer_.finish(); !done) return fail(done.error());
        return true;
      }
    }
    SeriesCursor::Stretch stretch;
    const auto more = cursor_->next(stretch);
    if (!more) {
      failed_ = cursor_->failed();
      return fail(more.error());
    }
    if (!*more) {
      if (auto done = end_series(); !done) return fail(done.error());
      cursor_.reset();
      continue;
    }
    taken += stretch.columns != nullptr ? stretch.end - stretch.begin : stretch.whole->chunk.count;
    if (auto done = take(stretch); !done) return fail(done.error());
  }
  return false;
}

Status Compaction::collect(SegmentScan& scan, std::uint32_t age, bool shadow,
                           std::vector<Part>& parts) {
  refs_.clear();
  if (auto done = scan.take(series_, refs_); !done) {
    failed_ = &scan.segment();
    return done;
  }
  const std::int64_t forgotten = forgotten_ns();
  for (const ChunkRef& ref : refs_) {
    if (ref.last_ns <= forgotten) continue;
    parts.push_back(part_of(scan.segment(), ref, age));
    parts.back().shadow = shadow;
  }
  return {};
}

Result<bool> Compaction::next_series() {
  std::optional<std::uint32_t> least;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const auto next = scans_[i].peek();
    if (!next) {
      failed_ = &scans_[i].segment();
      return fail(next.error());
    }
    if (*next != nullptr) least = std::min(least.value_or(UINT32_MAX), (*next)->series);
  }
  if (!least) return false;
  series_ = *least;
  std::vector<Part> parts;
  for (std::size_t i = 0; i < scans_.size(); ++i) {
    const auto done = collect(scans_[i], static_cast<std::uint32_t>(i), i >= inputs_.size(), parts);
    if (!done) return fail(done.error());
  }
  cursor_.emplace(codec_, std::move(parts));
  return true;
}

// The rule of the greatest age that the time has.
const Sampled* Compaction::cut_of(std::int64_t time_ns) const {
  for (std::size_t i = cuts_.size(); i-- > 0;) {
    if (time_ns <= cuts_[i].until_ns) return &cuts_[i];
  }
  return nullptr;
}

// Large chunks that no rule touches go over as they are.
bool Compaction::copies(const Part& part) const {
  return part.chunk.count * 2 >= chunk_points_ && part.chunk.count <= chunk_points_ &&
         cut_of(part.first_ns) == nullptr;
}

Status Compaction::take(SeriesCursor::Stretch& stretch) {
  if (stretch.columns == nullptr && copies(*stretch.whole)) {
    if (auto done = end_series(); !done) return done;
    const ChunkRef& chunk = stretch.whole->chunk;
    const auto bytes = stretch.whole->segment->bytes(chunk);
    if (!bytes) {
      failed_ = stretch.whole->segment;
      return fail(bytes.error());
    }
    return writer_.add(series_, chunk.first_ns, chunk.last_ns, chunk.count, *bytes);
  }
  const Part* whole = stretch.whole;
  if (auto done = cursor_->decode(stretch); !done) {
    failed_ = whole->segment;
    return done;
  }
  for (std::size_t i = stretch.begin; i < stretch.end; ++i) {
    if (auto done = take_point(*stretch.columns, i); !done) return done;
  }
  return {};
}

Status Compaction::take_point(const Columns& columns, std::size_t i) {
  const std::int64_t time = columns.times_ns[i];
  const Sampled* cut = cut_of(time);
  if (cut == nullptr) {
    if (auto done = end_bucket(); !done) return done;
    return put(time, columns.values[i], columns.digests.empty() ? nullptr : &columns.digests[i]);
  }
  if (cut->step_ns == 0) return {};
  const std::int64_t span = span_of(time, cut->step_ns);
  if (!filling_.empty() && (span_step_ns_ != cut->step_ns || span_ != span)) {
    if (auto done = end_bucket(); !done) return done;
  }
  span_step_ns_ = cut->step_ns;
  span_ = span;
  filling_.add(columns, i);
  return {};
}

Status Compaction::end_bucket() {
  if (filling_.empty()) return {};
  const BucketFilling filled = std::exchange(filling_, {});
  const Digest digest = filled.digest();
  return put(filled.last_ns(), filled.last(), &digest);
}

Status Compaction::put(std::int64_t time_ns, double value, const Digest* digest) {
  const bool other_kind = pending_.size() > 0 && pending_.digests.empty() != (digest == nullptr);
  if (pending_.size() == chunk_points_ || other_kind) {
    if (auto done = write_pending(); !done) return done;
  }
  pending_.times_ns.push_back(time_ns);
  pending_.values.push_back(value);
  if (digest != nullptr) pending_.digests.push_back(*digest);
  return {};
}

Status Compaction::write_pending() {
  if (pending_.size() == 0) return {};
  bytes_.clear();
  codec_.encode(pending_, 0, pending_.size(), bytes_);
  auto done = writer_.add(series_, pending_.times_ns.front(), pending_.times_ns.back(),
                          pending_.size(), bytes_);
  pending_.clear();
  return done;
}

Status Compaction::end_series() {
  if (auto done = end_bucket(); !done) return done;
  return write_pending();
}

}  // namespace cairn::store
