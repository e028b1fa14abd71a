// SPDX-License-Identifier: Apache-2.0
// All aggregates over the things of one type as of one date: they share the places, and what is
// read of a thing is read once for all of them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/time.hpp"
#include "formula/program.hpp"
#include "formula/row_batch.hpp"
#include "model/snapshot.hpp"
#include "stream/binding.hpp"
#include "stream/rollup_places.hpp"
#include "stream/rollup_totals.hpp"

namespace cairn::stream {

// Evaluates what places contribute; one serves all groups.
class Looker {
 public:
  explicit Looker(const model::Snapshot& live) : batch_(live) {}

  // `pause`, where given, is called between two chunks.
  void look(const Places& places, std::span<const Place> at, Instant as_of,
            std::span<Totals* const> totals, const std::function<void()>& pause);

 private:
  void look(std::span<const Place> at, const model::Table& table, Totals& totals);

  formula::RowBatch batch_;
  std::vector<std::uint32_t> rows_;
  std::vector<Instant> times_;
  std::vector<formula::Contribution> found_;  // by lane
  std::vector<std::uint8_t> selected_;
  std::vector<Instant> due_;
};

class Group {
 public:
  // `live` must stay.
  Group(const model::Snapshot& live, const Binding& binding, std::uint32_t type, bool any_status);

  // The one of the same text, if there is one already. Before the first arrange().
  Totals& add(const std::shared_ptr<const formula::Aggregate>& aggregate);
  const Places& places() const { return places_; }
  bool reads(std::uint32_t column) const { return bits_of(column) != 0; }

  void touch(std::uint32_t row, std::uint32_t column);
  // Everything from the beginning.
  void arrange(Instant as_of, Looker& looker, const std::function<void()>& pause);
  // What was touched, what is due, what was injected; true when all was arranged for it.
  bool update(Instant as_of, Looker& looker, const std::function<void()>& pause);
  void clear_changed();

 private:
  std::uint32_t bits_of(std::uint32_t column) const {
    return column < bits_of_column_.size() ? bits_of_column_[column] : 0;
  }
  void look_at_touched(Instant as_of, Looker& looker, const std::function<void()>& pause);

  const Binding& binding_;
  Places places_;
  std::vector<std::unique_ptr<Totals>> totals_;  // unique: named by address
  std::vector<std::uint32_t> read_by_;           // of each: bits of the columns it reads
  std::vector<std::uint32_t> bits_of_column_;    // the 32nd and later ones share a bit
  std::vector<std::uint32_t> touched_bits_;      // by place
  std::vector<Place> touched_;
  std::vector<Place> due_;
};

}  // namespace cairn::stream
