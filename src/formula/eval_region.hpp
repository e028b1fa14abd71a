// SPDX-License-Identifier: Apache-2.0
// Region context, batch driver: aggregates are filled by scanning the tables of a snapshot, then
// the region expression is computed for all regions of a request at once.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "formula/eval_partial.hpp"
#include "formula/eval_row.hpp"
#include "formula/program.hpp"

namespace cairn::formula {

inline constexpr std::uint32_t no_slot = 0xFFFFFFFF;

// Which partial each region of the tree feeds, for one set of targets at one date. Every target
// has a slot, and every member of a target zone; a region feeds the slot of its nearest ancestor
// that has one, and slots add up to the next one above.
struct RegionMap {
  std::vector<std::uint32_t> slot_of;               // by region, after RegionTree::resolve
  std::vector<std::uint32_t> above;                 // by slot: the slot it adds to, or no_slot
  std::vector<std::uint32_t> upward;                // all slots, those below before those above
  std::vector<std::vector<std::uint32_t>> targets;  // by target: the slots it consists of

  std::size_t slots() const { return above.size(); }
};
RegionMap make_region_map(const model::RegionTree& tree, const std::vector<model::RegionIndex>& of,
                          Instant moment);

// What a region's value rests on.
struct Basis {
  std::size_t reported = 0;
  std::size_t expected = 0;
  bool estimated = false;
  Instant newest = Instant::min();
  std::string reason;  // when there is no value
};

// The worse covered of two, with everything else they share: an expression is as well covered as
// its worst covered input. Inputs that expect nothing do not count.
void combine(Basis& into, const Basis& from);

// A value for each region of a frame.
struct RegionColumn {
  Vec vec;
  std::vector<Basis> basis;  // one a region; empty for constants
};

// One request: regions at a date, with what was computed for them.
struct Frame {
  Instant as_of;
  Instant moment;  // just before as_of: what was valid then counts
  std::vector<model::RegionIndex> regions;
  std::optional<RegionMap> map;  // made when something is scanned
  // shared: a cached result keeps its program alive, so that no address is used twice
  std::map<std::shared_ptr<const Aggregate>, std::shared_ptr<const RegionColumn>> aggregates;
  std::map<std::shared_ptr<const Program>, std::shared_ptr<const RegionColumn>> indicators;
  std::map<std::uint32_t, std::shared_ptr<const RegionColumn>> given;  // shared: likewise
};

// A thing that an aggregate took in, for explanations.
struct Taken {
  std::uint32_t row = 0;
  std::optional<double> value;
  std::optional<Interval> time;
  bool estimated = false;
  std::uint16_t source = 0;
};

// Partials that somebody keeps up to date: what it has is not scanned again.
class PartialSource {
 public:
  static constexpr std::uint32_t none = 0xFFFFFFFF;

  virtual ~PartialSource() = default;
  // A handle of the aggregate as of a date; `none`: scan.
  virtual std::uint32_t find(const Aggregate& aggregate, Instant as_of) const = 0;
  // Of a region with all that lies in it, or of a zone. Puts into `room` what is not kept as it is.
  virtual const Partial& total(std::uint32_t handle, model::RegionIndex region,
                               Partial& room) const = 0;
};

class RegionEvaluator {
 public:
  explicit RegionEvaluator(const model::Snapshot& snapshot, const PartialSource* source = nullptr)
      : snapshot_(snapshot), source_(source) {}

  Frame& frame(const std::vector<model::RegionIndex>& regions, Instant as_of);
  // The expression of a region program over a frame.
  RegionColumn evaluate(const Expr& e, const Program& program, Frame& frame);
  std::shared_ptr<const RegionColumn> aggregate(const std::shared_ptr<const Aggregate>& aggregate,
                                                Frame& frame);
  std::shared_ptr<const RegionColumn> given(std::uint32_t indicator, Frame& frame);
  // Things an aggregate selects in the frame's regions, in row order.
  std::vector<Taken> taken(const Aggregate& aggregate, Frame& frame);

  struct Given {
    std::optional<double> value;
    Basis basis;
    bool own = false;      // reported for the region itself
    model::Sample sample;  // when own
  };
  Given given_value(std::uint32_t indicator, model::RegionIndex region, Instant as_of);

  // Forgets results when they are many; never during an evaluation.
  void trim();
  // Forgets all results: the history has grown.
  void forget();
  const model::Snapshot& snapshot() const { return snapshot_; }
  LastCache& last_cache() { return last_; }
  const std::vector<std::uint32_t>& rows(std::uint32_t type, Instant as_of, bool any_status);

 private:
  using Partials = std::vector<Partial>;
  const RegionMap& map_of(Frame& frame) const;
  void put_partial(const Aggregate& aggregate, const Partial& partial, std::size_t lane,
                   RegionColumn& column) const;
  Partials scan(const Aggregate& aggregate, Frame& frame, std::vector<Taken>* taken);
  void scan_chunk(const Aggregate& aggregate, Frame& frame, const RowScope& scope,
                  std::vector<std::uint32_t>& rows, Partials& partials, std::vector<Taken>* taken);
  void take_values(const Aggregate& aggregate, const RowScope& scope,
                   const std::vector<std::uint32_t>& rows, const RegionMap& map, Partials& partials,
                   std::vector<Taken>* taken);
  void check_level(const model::TypeDef& type, const Frame& frame, RegionColumn& column) const;
  void check_in_force(Frame& frame, RegionColumn& column) const;
  RegionColumn combined(const Expr& e, std::vector<RegionColumn> args, std::size_t lanes) const;
  const std::vector<std::uint8_t>& given_below(std::uint32_t indicator);

  const model::Snapshot& snapshot_;
  const PartialSource* source_;
  LastCache last_;
  std::map<std::pair<std::int64_t, std::vector<model::RegionIndex>>, std::unique_ptr<Frame>>
      frames_;
  std::map<std::tuple<std::uint32_t, std::int64_t, bool>, std::vector<std::uint32_t>> rows_;
  std::unordered_map<std::uint32_t, std::vector<std::uint8_t>> given_below_;
  std::vector<Contribution> chosen_;
  RowNotes where_notes_;
  RowNotes value_notes_;
};

}  // namespace cairn::formula
