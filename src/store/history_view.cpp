// SPDX-License-Identifier: Apache-2.0
#include "store/history_view.hpp"

#include <algorithm>
#include <deque>

#include "store/history_bucket.hpp"
#include "store/history_cursor.hpp"

namespace cairn::store {
namespace {

bool touches(const Segment& segment, Instant after, Instant until) {
  return segment.info().last_ns > after.ns && segment.info().first_ns <= until.ns;
}

// All of a series with points in (after, until]; memory is gathered into `memory`.
Status gather(const HistoryView& view, std::uint32_t series, Instant after, Instant until,
              std::vector<Part>& parts, std::deque<Columns>& memory) {
  std::uint32_t age = 0;
  std::vector<ChunkRef> refs;
  for (const auto& segment : view.segments) {
    ++age;
    if (!touches(*segment, after, until)) continue;
    if (segment->damage()) return fail(*segment->damage());
    refs.clear();
    if (auto done = segment->chunks(series, after.ns, until.ns, refs); !done) return done;
    for (const ChunkRef& ref : refs) parts.push_back(part_of(*segment, ref, age));
  }
  for (const auto& part : view.memory) {
    ++age;
    Columns& columns = memory.emplace_back();
    part->collect(series, columns);
    if (columns.size() == 0 || columns.times_ns.back() <= after.ns ||
        columns.times_ns.front() > until.ns) {
      continue;
    }
    parts.push_back(part_of(columns, age));
  }
  return {};
}

// The part of [begin, end) with times in (after, until].
void narrow(SeriesCursor::Stretch& stretch, Instant after, Instant until) {
  const auto& times = stretch.columns->times_ns;
  const auto begin = times.begin() + static_cast<std::ptrdiff_t>(stretch.begin);
  const auto end = times.begin() + static_cast<std::ptrdiff_t>(stretch.end);
  const auto from = std::upper_bound(begin, end, after.ns);
  stretch.begin = static_cast<std::size_t>(from - times.begin());
  stretch.end = static_cast<std::size_t>(std::upper_bound(from, end, until.ns) - times.begin());
}

// Collects buckets of one step, in order.
class Buckets {
 public:
  Buckets(std::int64_t step_ns, std::vector<Bucket>& out) : step_ns_(step_ns), out_(out) {}

  void add(const SeriesCursor::Stretch& stretch) {
    const Columns& columns = *stretch.columns;
    for (std::size_t i = stretch.begin; i < stretch.end; ++i) {
      const std::int64_t time = columns.times_ns[i];
      if (filling_.empty() || time > end_ns_) begin(time);
      filling_.add(columns, i);
    }
  }
  // The whole part from its summary; false when it does not lie in one bucket or has none.
  Result<bool> add_summary(const Part& part, ChunkCodec& codec) {
    if (part.chunk.count < summary_points ||
        span_of(part.first_ns, step_ns_) != span_of(part.last_ns, step_ns_)) {
      return false;
    }
    const auto bytes = part.segment->bytes(part.chunk);
    if (!bytes) return fail(bytes.error());
    const auto summary = codec.summary(*bytes, part.chunk.count);
    if (!summary) return fail(summary.error());
    if (!*summary) return false;
    if (filling_.empty() || part.first_ns > end_ns_) begin(part.first_ns);
    filling_.add(**summary, part.chunk.count, part.last_ns);
    return true;
  }
  void end() {
    if (filling_.empty()) return;
    const Digest d = filling_.digest();
    out_.push_back({begin_ns_, d.count, d.sum, d.min, d.max, filling_.last()});
    filling_ = {};
  }

 private:
  void begin(std::int64_t time) {
    end();
    const Instant begins{span_of(time, step_ns_)};
    // Below the first whole bucket of all times the product would overflow: it begins there.
    begin_ns_ = begins.ns < INT64_MIN / step_ns_ ? INT64_MIN : begins.ns * step_ns_;
    end_ns_ = begins.ns < INT64_MIN / step_ns_ ? INT64_MIN / step_ns_ * step_ns_ - 1
                                               : (Instant{begin_ns_} + (step_ns_ - 1)).ns;
  }

  std::int64_t step_ns_;
  std::vector<Bucket>& out_;
  BucketFilling filling_;
  std::int64_t begin_ns_ = 0;
  std::int64_t end_ns_ = 0;  // the last time in it
};

// The newest point up to `until` of one chunk, if it has one.
Result<std::optional<Point>> last_of(const Segment& segment, const ChunkRef& chunk, Instant until,
                                     ChunkCodec& codec) {
  Columns columns;
  if (auto done = segment.decode(chunk, codec, columns); !done) return fail(done.error());
  const auto end = std::upper_bound(columns.times_ns.begin(), columns.times_ns.end(), until.ns);
  if (end == columns.times_ns.begin()) return std::nullopt;
  const auto i = static_cast<std::size_t>(end - columns.times_ns.begin()) - 1;
  return Point{columns.times_ns[i], columns.values[i]};
}

}  // namespace

Status read_points(const HistoryView& view, std::uint32_t series, Instant after, Instant until,
                   std::vector<Point>& out) {
  std::vector<Part> parts;
  std::deque<Columns> memory;
  if (auto done = gather(view, series, after, until, parts, memory); !done) return done;
  ChunkCodec codec;
  SeriesCursor cursor(codec, std::move(parts));
  SeriesCursor::Stretch stretch;
  for (;;) {
    const auto more = cursor.next(stretch);
    if (!more) return fail(more.error());
    if (!*more) return {};
    if (auto done = cursor.decode(stretch); !done) return done;
    narrow(stretch, after, until);
    for (std::size_t i = stretch.begin; i < stretch.end; ++i) {
      out.push_back({stretch.columns->times_ns[i], stretch.columns->values[i]});
    }
  }
}

Result<std::optional<Point>> last_point(const HistoryView& view, std::uint32_t series,
                                        Instant until) {
  std::optional<Point> best;
  Columns columns;
  for (auto part = view.memory.rbegin(); part != view.memory.rend(); ++part) {
    (*part)->collect(series, columns);
    const auto end = std::upper_bound(columns.times_ns.begin(), columns.times_ns.end(), until.ns);
    if (end == columns.times_ns.begin()) continue;
    const auto i = static_cast<std::size_t>(end - columns.times_ns.begin()) - 1;
    // At equal times the newer part, which came first, counts.
    if (!best || columns.times_ns[i] > best->time_ns) {
      best = Point{columns.times_ns[i], columns.values[i]};
    }
  }
  ChunkCodec codec;
  std::vector<ChunkRef> refs;
  for (auto at = view.segments.rbegin(); at != view.segments.rend(); ++at) {
    const Segment& segment = **at;
    const Instant after = best ? Instant{best->time_ns} : Instant::min();
    if (!touches(segment, after, until)) continue;
    if (segment.damage()) return fail(*segment.damage());
    refs.clear();
    if (auto done = segment.chunks(series, after.ns, until.ns, refs); !done) {
      return fail(done.error());
    }
    std::sort(refs.begin(), refs.end(),
              [](const ChunkRef& a, const ChunkRef& b) { return a.last_ns > b.last_ns; });
    for (const ChunkRef& ref : refs) {
      if (best && ref.last_ns <= best->time_ns) break;
      const auto found = last_of(segment, ref, until, codec);
      if (!found) return fail(found.error());
      if (*found && (!best || (*found)->time_ns > best->time_ns)) best = *found;
    }
  }
  return best;
}

Status read_buckets(const HistoryView& view, std::uint32_t series, Instant after, Instant until,
                    std::int64_t step_ns, std::vector<Bucket>& out) {
  if (step_ns <= 0) return fail(Code::invalid, "the step of buckets must be longer than nothing");
  std::vector<Part> parts;
  std::deque<Columns> memory;
  if (auto done = gather(view, series, after, until, parts, memory); !done) return done;
  ChunkCodec codec;
  SeriesCursor cursor(codec, std::move(parts));
  Buckets buckets(step_ns, out);
  SeriesCursor::Stretch stretch;
  for (;;) {
    const auto more = cursor.next(stretch);
    if (!more) return fail(more.error());
    if (!*more) break;
    const Part* whole = stretch.columns == nullptr ? stretch.whole : nullptr;
    if (whole != nullptr && whole->first_ns > after.ns && whole->last_ns <= until.ns) {
      const auto summed = buckets.add_summary(*whole, codec);
      if (!summed) return fail(summed.error());
      if (*summed) continue;
    }
    if (auto done = cursor.decode(stretch); !done) return done;
    narrow(stretch, after, until);
    buckets.add(stretch);
  }
  buckets.end();
  return {};
}

std::vector<std::uint32_t> all_series(const HistoryView& view) {
  std::vector<std::uint32_t> out;
  for (const auto& part : view.memory) part->series(out);
  std::vector<ChunkRef> refs;
  for (const auto& segment : view.segments) {
    for (std::size_t i = 0; i < segment->groups(); ++i) {
      refs.clear();
      // What is damaged cannot be listed; reading it says so.
      if (!segment->group(i, refs)) continue;
      for (const ChunkRef& ref : refs) {
        if (out.empty() || out.back() != ref.series) out.push_back(ref.series);
      }
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace cairn::store
