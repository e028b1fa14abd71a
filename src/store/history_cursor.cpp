// SPDX-License-Identifier: Apache-2.0
#include "store/history_cursor.hpp"

#include <algorithm>

namespace cairn::store {
namespace {

struct Value {
  double value = 0;
  bool sampled = false;
  Digest digest;
};

Value value_at(const Columns& columns, std::size_t i) {
  Value v{columns.values[i], !columns.digests.empty(), {}};
  if (v.sampled) v.digest = columns.digests[i];
  return v;
}

// What stands at one time after `newer` came. A correction of the last observation of a
// down-sampled bucket changes its sum and may widen its range; two buckets that end alike add up.
void replace(Value& old, const Value& newer) {
  if (!old.sampled) {
    old = newer;
    return;
  }
  Digest& d = old.digest;
  if (newer.sampled) {
    d.count += newer.digest.count;
    d.sum += newer.digest.sum;
    d.min = std::min(d.min, newer.digest.min);
    d.max = std::max(d.max, newer.digest.max);
  } else {
    d.sum += newer.value - old.value;
    d.min = std::min(d.min, newer.value);
    d.max = std::max(d.max, newer.value);
  }
  old.value = newer.value;
}

}  // namespace

Part part_of(const Segment& segment, const ChunkRef& chunk, std::uint32_t age) {
  return {chunk.first_ns, chunk.last_ns, age, false, &segment, chunk, nullptr};
}

Part part_of(const Columns& columns, std::uint32_t age) {
  return {columns.times_ns.front(), columns.times_ns.back(), age, false, nullptr, {}, &columns};
}

SeriesCursor::SeriesCursor(ChunkCodec& codec, std::vector<Part> parts)
    : codec_(&codec), parts_(std::move(parts)) {
  std::sort(parts_.begin(), parts_.end(), [](const Part& a, const Part& b) {
    return a.first_ns != b.first_ns ? a.first_ns < b.first_ns : a.age < b.age;
  });
}

Status SeriesCursor::load(const Part& part, Columns& out) {
  auto done = part.segment->decode(part.chunk, *codec_, out);
  if (!done) failed_ = part.segment;
  return done;
}

Status SeriesCursor::open(const Part& part) {
  Open opened{&part, nullptr, part.columns, 0};
  if (part.columns == nullptr) {
    if (spare_.empty()) spare_.push_back(std::make_unique<Columns>());
    opened.decoded = std::move(spare_.back());
    spare_.pop_back();
    if (auto done = load(part, *opened.decoded); !done) return done;
    opened.columns = opened.decoded.get();
  }
  open_.push_back(std::move(opened));
  return {};
}

void SeriesCursor::close_finished() {
  for (std::size_t i = 0; i < open_.size();) {
    if (open_[i].at < open_[i].columns->size()) {
      ++i;
      continue;
    }
    if (open_[i].decoded) spare_.push_back(std::move(open_[i].decoded));
    if (i + 1 != open_.size()) std::swap(open_[i], open_.back());
    open_.pop_back();
  }
}

std::int64_t SeriesCursor::least_head() const {
  std::int64_t least = open_[0].head();
  for (const Open& open : open_) least = std::min(least, open.head());
  return least;
}

bool SeriesCursor::combine(std::int64_t time_ns) {
  std::vector<Open*> at_time;
  for (Open& open : open_) {
    if (open.head() == time_ns) at_time.push_back(&open);
  }
  std::sort(at_time.begin(), at_time.end(),
            [](const Open* a, const Open* b) { return a->part->age < b->part->age; });
  bool any = false;
  bool hidden = false;
  Value value;
  for (Open* open : at_time) {
    const std::size_t at = open->at++;
    hidden |= open->part->shadow;
    if (open->part->shadow) continue;
    const Value newer = value_at(*open->columns, at);
    any ? replace(value, newer) : void(value = newer);
    any = true;
  }
  // A bucket stands for more than the one observation that the shadow has.
  if (!any || (hidden && !value.sampled)) return false;
  combined_.times_ns.assign(1, time_ns);
  combined_.values.assign(1, value.value);
  combined_.digests.assign(value.sampled ? 1 : 0, value.digest);
  return true;
}

Result<bool> SeriesCursor::next(Stretch& out) {
  for (;;) {
    close_finished();
    if (open_.empty()) {
      if (next_ == parts_.size()) return false;
      const Part& part = parts_[next_++];
      if (next_ == parts_.size() || parts_[next_].first_ns > part.last_ns) {
        if (part.shadow) continue;
        out = {&part, part.columns, 0, part.columns == nullptr ? 0 : part.columns->size()};
        return true;
      }
      if (auto done = open(part); !done) return fail(done.error());
    }
    std::int64_t least = least_head();
    while (next_ < parts_.size() && parts_[next_].first_ns <= least) {
      if (auto done = open(parts_[next_++]); !done) return fail(done.error());
      least = least_head();
    }
    Open* only = nullptr;
    std::int64_t limit = next_ < parts_.size() ? parts_[next_].first_ns : INT64_MAX;
    std::size_t at_least = 0;
    for (Open& open : open_) {
      if (open.head() == least) {
        only = &open;
        ++at_least;
      } else {
        limit = std::min(limit, open.head());
      }
    }
    if (at_least > 1) {
      if (!combine(least)) continue;
      out = {nullptr, &combined_, 0, 1};
      return true;
    }
    const auto& times = only->columns->times_ns;
    const auto from = times.begin() + static_cast<std::ptrdiff_t>(only->at);
    // The limit itself may be the greatest time there is.
    const bool last_one = open_.size() == 1 && next_ == parts_.size();
    const auto to = last_one ? times.end() : std::lower_bound(from, times.end(), limit);
    const std::size_t begin = only->at;
    only->at = static_cast<std::size_t>(to - times.begin());
    if (only->part->shadow) continue;
    out = {nullptr, only->columns, begin, only->at};
    return true;
  }
}

Status SeriesCursor::decode(Stretch& stretch) {
  if (stretch.columns != nullptr) return {};
  if (auto done = load(*stretch.whole, whole_); !done) return done;
  stretch.columns = &whole_;
  stretch.begin = 0;
  stretch.end = whole_.size();
  return {};
}

}  // namespace cairn::store
