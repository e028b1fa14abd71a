// SPDX-License-Identifier: Apache-2.0
#include "model/sample_ring.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace cairn::model {
namespace {

constexpr std::int64_t never = INT64_MIN;

// Values are compared by their bits: -0 and 0 are two values.
bool same(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

bool before(const Point& point, std::int64_t time_ns) {
  return point.time_ns < time_ns;
}

bool after(std::int64_t time_ns, const Point& point) {
  return time_ns < point.time_ns;
}

// The first of `parts` (blocks or groups) that ends at or after the time.
template <class Parts>
std::size_t first_to(const Parts& parts, std::int64_t time_ns) {
  const auto at =
      std::lower_bound(parts.begin(), parts.end(), time_ns,
                       [](const auto& part, std::int64_t value) { return part.last_ns() < value; });
  return static_cast<std::size_t>(at - parts.begin());
}

// As WindowSummary::add of each, one part after the other.
void add_all(std::span<const Point> points, std::uint8_t parts, WindowSummary& out) {
  if (points.empty()) return;
  WindowTotals& totals = out.totals;
  const Point& first = points.front();
  const bool has_falls = (parts & summary_part::falls) != 0;
  if (out.count == 0) {
    out.first = instant_sample(first.time_ns, first.value);
    totals.min = totals.max = first.value + 0.0;
  } else if (has_falls && first.value < out.last.value) {
    totals.falls.add(out.last.value);
  }
  out.count += points.size();
  out.last = instant_sample(points.back().time_ns, points.back().value);
  if ((parts & summary_part::extremes) != 0) {
    for (const Point& point : points) {
      totals.min = std::min(totals.min, point.value + 0.0);
      totals.max = std::max(totals.max, point.value + 0.0);
    }
  }
  if ((parts & summary_part::sum) != 0) {
    for (const Point& point : points) totals.sum.add(point.value);
  }
  if ((parts & summary_part::squares) != 0) {
    for (const Point& point : points) totals.squares.add_square(point.value);
  }
  for (std::size_t i = 1; has_falls && i < points.size(); ++i) {
    if (points[i].value < points[i - 1].value) totals.falls.add(points[i - 1].value);
  }
}

}  // namespace

Sample instant_sample(std::int64_t time_ns, double value) {
  return {{{time_ns}, {time_ns}}, value, false, 0};
}

// --- Totals --------------------------------------------------------------------------------------

std::uint8_t SampleRing::kept_parts() const {
  return static_cast<std::uint8_t>(summary_part::sum | summary_part::extremes |
                                   summary_part::falls | (squares_ ? summary_part::squares : 0));
}

SampleRing::Totals SampleRing::packed(const WindowSummary& summary) const {
  const WindowTotals& from = summary.totals;
  Totals out{from.min, from.max, from.sum, nullptr, nullptr};
  if (from.falls.value() != 0) out.falls = std::make_unique<WideSum>(from.falls);
  if (squares_) out.squares = std::make_unique<WideSum>(from.squares);
  return out;
}

void SampleRing::total(Block& block) const {
  WindowSummary summary;
  add_all(block.points, kept_parts(), summary);
  block.totals = packed(summary);
}

void SampleRing::total(Group& group) const {
  WindowSummary summary;
  group.points = 0;
  for (const Block& block : group.blocks) {
    group.points += block.points.size();
    unpack(block.totals, block.points.size(), block.points.front(), block.points.back(),
           kept_parts(), summary);
  }
  group.totals = packed(summary);
}

// Appends a stretch of `count` points.
void SampleRing::unpack(const Totals& totals, std::size_t count, const Point& first,
                        const Point& last, std::uint8_t parts, WindowSummary& out) {
  const bool has_falls = (parts & summary_part::falls) != 0;
  if (out.count == 0) {
    out.first = instant_sample(first.time_ns, first.value);
    out.totals.min = totals.min;
    out.totals.max = totals.max;
  } else {
    out.totals.min = std::min(out.totals.min, totals.min);
    out.totals.max = std::max(out.totals.max, totals.max);
    if (has_falls && first.value < out.last.value) out.totals.falls.add(out.last.value);
  }
  out.count += count;
  out.last = instant_sample(last.time_ns, last.value);
  if (has_falls && totals.falls) out.totals.falls.merge(*totals.falls);
  if ((parts & summary_part::sum) != 0) out.totals.sum.merge(totals.sum);
  if ((parts & summary_part::squares) != 0) out.totals.squares.merge(*totals.squares);
}

void SampleRing::keep(std::int64_t span_ns, bool squares) {
  span_ns_ = std::max(span_ns_, span_ns);
  if (!squares || squares_) return;
  squares_ = true;
  for (Group& group : groups_) {
    for (Block& block : group.blocks) total(block);
    total(group);
  }
}

// --- Points --------------------------------------------------------------------------------------

Placement SampleRing::add(Point point) {
  if (size_ != 0 && point.time_ns <= tail_.back().time_ns) return insert_late(point);
  if (tail_.size() >= block_points) {
    if (groups_.empty() && begin_ >= block_points / 4) {
      tail_.erase(tail_.begin(), tail_.begin() + begin_);
      begin_ = 0;
    } else {
      seal_tail(tail_.size());
    }
  }
  if (!groups_.empty() && tail_.empty()) tail_.reserve(block_points);
  tail_.push_back(point);
  ++size_;
  trim();
  return Placement::newer;
}

Placement SampleRing::insert_late(Point point) {
  if (point.time_ns <= gone_ns_) return Placement::beyond;
  std::size_t group = 0;
  std::size_t block = 0;
  const bool sealed = find_block(point.time_ns, group, block);
  std::vector<Point>& points = sealed ? groups_[group].blocks[block].points : tail_;
  auto at = std::lower_bound(points.begin(), points.end(), point.time_ns, before);
  const bool known = at != points.end() && at->time_ns == point.time_ns;
  if (known && same(at->value, point.value)) return Placement::duplicate;
  if (!known && point.time_ns <= tail_.back().time_ns - span_ns_) {
    gone_ns_ = point.time_ns;  // too old for every window
    return Placement::late;
  }
  if (known) {
    at->value = point.value;
  } else {
    if (&points == &front() && begin_ > 0) {  // what was let go makes room
      const auto place = at - points.begin() - static_cast<std::ptrdiff_t>(begin_);
      at = points.erase(points.begin(), points.begin() + begin_) + place;
      begin_ = 0;
    }
    points.insert(at, point);
    ++size_;
  }
  if (sealed) {
    split(group, block);
  } else if (tail_.size() >= 2 * block_points) {
    seal_tail(block_points);
  }
  if (!known) trim();
  return known ? Placement::correction : Placement::late;
}

bool SampleRing::find_block(std::int64_t time_ns, std::size_t& group, std::size_t& block) const {
  group = first_to(groups_, time_ns);
  if (group == groups_.size()) return false;
  block = first_to(groups_[group].blocks, time_ns);
  return true;
}

// The oldest `count` points of the tail become a block.
void SampleRing::seal_tail(std::size_t count) {
  Block block;
  if (count == tail_.size()) {
    block.points = std::move(tail_);
    tail_ = {};
  } else {
    const auto end = tail_.begin() + static_cast<std::ptrdiff_t>(count);
    block.points.assign(tail_.begin(), end);
    tail_.erase(tail_.begin(), end);
  }
  total(block);
  if (groups_.empty() || groups_.back().blocks.size() >= group_blocks) {
    if (!groups_.empty()) total(groups_.back());
    groups_.emplace_back();
  }
  groups_.back().blocks.push_back(std::move(block));
}

// After a change of the block: halves it when it has grown to two, its group likewise.
void SampleRing::split(std::size_t group, std::size_t block) {
  std::vector<Block>& blocks = groups_[group].blocks;
  std::vector<Point>& points = blocks[block].points;
  if (points.size() >= 2 * block_points) {
    Block upper;
    upper.points.assign(points.begin() + block_points, points.end());
    points.resize(block_points);
    points.shrink_to_fit();
    total(upper);
    total(blocks[block]);
    blocks.insert(blocks.begin() + static_cast<std::ptrdiff_t>(block) + 1, std::move(upper));
  } else {
    total(blocks[block]);
  }
  if (blocks.size() >= 2 * group_blocks) {
    Group upper;
    const auto middle = blocks.begin() + group_blocks;
    upper.blocks.assign(std::make_move_iterator(middle), std::make_move_iterator(blocks.end()));
    blocks.erase(middle, blocks.end());
    total(upper);
    total(groups_[group]);
    groups_.insert(groups_.begin() + static_cast<std::ptrdiff_t>(group) + 1, std::move(upper));
  } else {
    total(groups_[group]);
  }
}

// A window (newest - span, newest] never needs what is older.
void SampleRing::trim() {
  const std::int64_t newest = tail_.back().time_ns;
  const std::int64_t limit = newest < never + span_ns_ ? never : newest - span_ns_;
  while (size_ > 1 && (front()[begin_].time_ns <= limit || size_ > most_)) let_go();
  if (!groups_.empty() || begin_ * 2 < tail_.size() || begin_ < 8) return;
  tail_.erase(tail_.begin(), tail_.begin() + begin_);
  begin_ = 0;
}

// The oldest point.
void SampleRing::let_go() {
  std::vector<Point>& points = front();
  gone_ns_ = points[begin_++].time_ns;
  --size_;
  if (begin_ < points.size() || groups_.empty()) return;
  begin_ = 0;
  std::vector<Block>& blocks = groups_.front().blocks;
  blocks.erase(blocks.begin());
  if (blocks.empty()) groups_.erase(groups_.begin());
}

// --- Reading -------------------------------------------------------------------------------------

std::span<const Point> SampleRing::between(std::span<const Point> points, std::int64_t after_ns,
                                           std::int64_t until_ns) {
  const bool all =
      !points.empty() && after_ns < points.front().time_ns && points.back().time_ns <= until_ns;
  if (all) return points;
  const auto from = std::upper_bound(points.begin(), points.end(), after_ns, after);
  const auto to = std::upper_bound(from, points.end(), until_ns, after);
  return {from, to};
}

std::optional<Point> SampleRing::last(std::int64_t until_ns) const {
  const auto newest_of = [&](std::span<const Point> points) -> std::optional<Point> {
    const auto at = std::upper_bound(points.begin(), points.end(), until_ns, after);
    return at == points.begin() ? std::nullopt : std::optional(*(at - 1));
  };
  if (const auto found = newest_of(kept_tail())) return found;
  std::size_t group = 0;
  std::size_t block = 0;
  if (!find_block(until_ns, group, block)) {
    if (groups_.empty()) return std::nullopt;
    return groups_.back().blocks.back().points.back();
  }
  if (const auto found = newest_of(kept(group, block))) return found;
  // It is the last one of the block before.
  if (block > 0) return groups_[group].blocks[block - 1].points.back();
  if (group > 0) return groups_[group - 1].blocks.back().points.back();
  return std::nullopt;
}

void SampleRing::summarise(std::int64_t after_ns, std::int64_t until_ns, std::uint8_t parts,
                           WindowSummary& out) const {
  // Without squares the points themselves are added up.
  const bool whole = squares_ || (parts & summary_part::squares) == 0;
  const auto inside = [&](const auto& part) {
    return whole && part.first_ns() > after_ns && part.last_ns() <= until_ns;
  };
  for (std::size_t g = first_to(groups_, after_ns); g < groups_.size(); ++g) {
    const Group& group = groups_[g];
    if (group.first_ns() > until_ns) break;
    // Of the first group points may be gone, the last one has no totals yet.
    if (g > 0 && g + 1 < groups_.size() && inside(group)) {
      unpack(group.totals, group.points, group.blocks.front().points.front(),
             group.blocks.back().points.back(), parts, out);
      continue;
    }
    for (std::size_t b = first_to(group.blocks, after_ns); b < group.blocks.size(); ++b) {
      const Block& block = group.blocks[b];
      if (block.first_ns() > until_ns) break;
      if ((g > 0 || b > 0 || begin_ == 0) && inside(block)) {
        unpack(block.totals, block.points.size(), block.points.front(), block.points.back(), parts,
               out);
      } else {
        add_all(between(kept(g, b), after_ns, until_ns), parts, out);
      }
    }
  }
  add_all(between(kept_tail(), after_ns, until_ns), parts, out);
  if (size_ >= most_ && gone_ns_ > after_ns) {
    out.count = std::max<std::uint64_t>(out.count, limits::window_samples + 1);
  }
}

std::size_t SampleRing::bytes() const {
  const auto of = [](const Totals& totals) {
    return (totals.falls ? sizeof(WideSum) + 16 : 0) + (totals.squares ? sizeof(WideSum) + 16 : 0);
  };
  std::size_t bytes = tail_.capacity() * sizeof(Point) + groups_.capacity() * sizeof(Group);
  for (const Group& group : groups_) {
    bytes += group.blocks.capacity() * sizeof(Block) + of(group.totals);
    for (const Block& block : group.blocks) {
      bytes += block.points.capacity() * sizeof(Point) + 16 + of(block.totals);
    }
  }
  return bytes;
}

}  // namespace cairn::model
