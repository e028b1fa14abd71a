// SPDX-License-Identifier: Apache-2.0
// Row context: expressions over the things of one table, some thousand rows at a time.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <tuple>
#include <vector>

#include "formula/program.hpp"
#include "formula/vec.hpp"
#include "model/snapshot.hpp"

namespace cairn::formula {

// Rows evaluated together: their vectors stay in the second-level cache.
inline constexpr std::size_t chunk_rows = 2048;

// What the values of a chunk rest on, by lane.
struct RowNotes {
  std::vector<std::uint8_t> estimated;
  std::vector<Instant> newest;  // end of the newest observation read; min() when none
  std::vector<Interval> time;   // of that observation
  std::vector<std::uint16_t> source;
  // Sub-periods of calendar periods; empty unless the expression has one.
  std::vector<std::uint32_t> periods_reported;
  std::vector<std::uint32_t> periods_expected;
  // The next date after the lane's at which its value may change without a new observation
  // (expiry.hpp); empty unless somebody wants to know: see want_due().
  std::vector<Instant> due;

  void reset(std::size_t lanes);
  void want_due(std::size_t lanes) { due.assign(lanes, Instant::max()); }
};

// The last value of each row of a series column at one date.
struct LastValues {
  std::vector<Lack> lack;
  std::vector<double> value;
  std::vector<std::uint8_t> estimated;
  std::vector<Interval> time;
  std::vector<std::uint16_t> source;
};

// Last values that were read once serve all formulas of a page.
class LastCache {
 public:
  // Null when the column was not read for that date.
  const LastValues* find(const model::Table& table, std::uint32_t column, Instant as_of) const;
  const LastValues& read(const model::Snapshot& snapshot, const model::Table& table,
                         std::uint32_t column, Instant as_of);
  void clear() { known_.clear(); }
  std::size_t size() const { return known_.size(); }

 private:
  std::map<std::tuple<const model::Table*, std::uint32_t, std::int64_t>, LastValues> known_;
};

struct RowScope {
  const model::Snapshot& snapshot;
  const model::Table& table;
  Instant as_of;
  LastCache& cache;
  std::span<const Instant> lanes = {};  // when given: each lane as of its own time

  Instant at(std::size_t lane) const { return lanes.empty() ? as_of : lanes[lane]; }
};

// Evaluates `e` for `rows`; `notes` has as many lanes.
Vec evaluate_rows(const Expr& e, const RowScope& scope, std::span<const std::uint32_t> rows,
                  RowNotes& notes);

// True for what reads the table or its series; the rest are operators: see apply().
bool is_leaf(const Expr& e);
// The leaf `e` into `out`, whose storage is used again; `notes` has as many lanes as `rows`.
void evaluate_leaf(const Expr& e, const RowScope& scope, std::span<const std::uint32_t> rows,
                   RowNotes& notes, Vec& out);

// The date that at(…, shift) means, seen from `as_of`.
Instant shifted(const Shift& shift, Instant as_of, Zone zone);

// Rows that count at `as_of`: valid just before it and live, or (in an overlay) proposed and
// planned; with `any_status` all that are valid.
std::vector<std::uint32_t> rows_in_force(const model::Table& table, Instant as_of, bool any_status);

}  // namespace cairn::formula
