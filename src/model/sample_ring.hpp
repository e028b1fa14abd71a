// SPDX-License-Identifier: Apache-2.0
// The newest points of one series, as far back as its windows reach. Windows over them cost the
// number of blocks of blocks, not of points; points may come late. What was let go and what is kept
// follow from the points alone; how they are blocked does not show.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "core/limits.hpp"
#include "model/window_summary.hpp"

namespace cairn::model {

struct Point {
  std::int64_t time_ns = 0;
  double value = 0;
  bool operator==(const Point&) const = default;
};
// As the formulas see it: an instant, not estimated.
Sample instant_sample(std::int64_t time_ns, double value);

enum class Placement : std::uint8_t {
  newer,       // after everything known of the series
  late,        // between or before what is known
  correction,  // another value for a known time
  duplicate,   // the same value for a known time: no effect
  beyond,      // older than what is kept: whether it is new is for the history to say
};

class SampleRing {
 public:
  static constexpr std::size_t block_points = 64;
  static constexpr std::size_t group_blocks = 64;

  // `most`: points kept; the oldest go. Squares are kept where a window asks for them.
  explicit SampleRing(std::uint32_t most = limits::window_samples) : most_(most) {}

  // Keeps points back to `span_ns` before the newest one; the largest span asked for counts.
  void keep(std::int64_t span_ns, bool squares);
  // Points up to this time were let go before the ring began.
  void begin_after(std::int64_t gone_ns) { gone_ns_ = gone_ns; }

  Placement add(Point point);

  std::size_t size() const { return size_; }
  std::int64_t span_ns() const { return span_ns_; }
  std::int64_t gone_ns() const { return gone_ns_; }  // newest time that was let go
  const Point& newest() const { return tail_.back(); }
  // The newest at or before `until`.
  std::optional<Point> last(std::int64_t until_ns) const;
  // Calls take(span of points), oldest first, for after < time <= until.
  template <class Take>
  void read(std::int64_t after_ns, std::int64_t until_ns, Take take) const;
  // The same points as one summary. A window from which a point was let go because there were too
  // many counts as one sample more than limits::window_samples at least.
  void summarise(std::int64_t after_ns, std::int64_t until_ns, std::uint8_t parts,
                 WindowSummary& out) const;
  std::size_t bytes() const;  // of the heap, about

 private:
  struct Totals {
    double min = 0;
    double max = 0;
    WideSum sum;
    std::unique_ptr<WideSum> falls;    // null: the values never fall
    std::unique_ptr<WideSum> squares;  // null: nobody asks
  };
  struct Block {
    std::vector<Point> points;
    Totals totals;
    std::int64_t first_ns() const { return points.front().time_ns; }
    std::int64_t last_ns() const { return points.back().time_ns; }
  };
  struct Group {
    std::vector<Block> blocks;
    std::size_t points = 0;
    Totals totals;
    std::int64_t first_ns() const { return blocks.front().first_ns(); }
    std::int64_t last_ns() const { return blocks.back().last_ns(); }
  };

  Placement insert_late(Point point);
  // Where a late point of this time belongs: a block of groups_[group], or the tail (false).
  bool find_block(std::int64_t time_ns, std::size_t& group, std::size_t& block) const;
  void seal_tail(std::size_t count);
  void push_block(Block block);
  void split(std::size_t group, std::size_t block);
  void total(Block& block) const;
  void total(Group& group) const;
  Totals packed(const WindowSummary& summary) const;
  static void unpack(const Totals& totals, std::size_t count, const Point& first, const Point& last,
                     std::uint8_t parts, WindowSummary& out);
  std::uint8_t kept_parts() const;
  void trim();
  void let_go();
  std::vector<Point>& front() {
    return groups_.empty() ? tail_ : groups_.front().blocks.front().points;
  }
  static std::span<const Point> between(std::span<const Point> points, std::int64_t after_ns,
                                        std::int64_t until_ns);
  // The points of a block that are kept.
  std::span<const Point> kept(std::size_t group, std::size_t block) const {
    const std::span<const Point> points(groups_[group].blocks[block].points);
    return group == 0 && block == 0 ? points.subspan(begin_) : points;
  }
  std::span<const Point> kept_tail() const {
    return std::span<const Point>(tail_).subspan(groups_.empty() ? begin_ : 0);
  }

  std::int64_t span_ns_ = 0;
  std::int64_t gone_ns_ = INT64_MIN;
  std::uint32_t most_;
  std::uint32_t size_ = 0;
  std::uint32_t begin_ = 0;  // points at the front of the oldest block that were let go
  bool squares_ = false;
  std::vector<Group> groups_;  // full blocks, rising; all but the last have totals
  std::vector<Point> tail_;    // the newest points; not empty when the ring is not
};

}  // namespace cairn::model

template <class Take>
void cairn::model::SampleRing::read(std::int64_t after_ns, std::int64_t until_ns, Take take) const {
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    if (groups_[g].last_ns() <= after_ns) continue;
    if (groups_[g].first_ns() > until_ns) return;
    for (std::size_t b = 0; b < groups_[g].blocks.size(); ++b) {
      if (groups_[g].blocks[b].last_ns() <= after_ns) continue;
      const std::span<const Point> points = between(kept(g, b), after_ns, until_ns);
      if (!points.empty()) take(points);
    }
  }
  const std::span<const Point> points = between(kept_tail(), after_ns, until_ns);
  if (!points.empty()) take(points);
}
