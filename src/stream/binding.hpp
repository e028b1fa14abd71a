// SPDX-License-Identifier: Apache-2.0
// What can be observed live in a snapshot: every series property (statistics of a period aside) of
// every thing is a *cell*. Slots are things (all versions of one id), cells are slot x property.
//
//   Binding binding(snapshot);
//   auto cell = binding.find("slope:1", "rain");            // device names to a number
//   model::Snapshot live = binding.live(history);           // columns name the cells' series
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "model/snapshot.hpp"

namespace cairn::stream {

using Slot = std::uint32_t;
using CellId = std::uint32_t;
inline constexpr std::uint32_t none = 0xFFFFFFFF;

struct Cell {
  Slot slot = none;
  std::uint32_t type = 0;    // index into catalog types and snapshot tables
  std::uint32_t column = 0;  // index into the type's properties
};

class Binding {
 public:
  explicit Binding(std::shared_ptr<const model::Snapshot> base);

  // The base with a series number for every cell: first_series() + cell. `history` is what reads
  // them. All views of a binding share their tables.
  model::Snapshot live(std::shared_ptr<const model::History> history) const;
  const model::Snapshot& base() const { return *base_; }
  model::SeriesId first_series() const { return first_series_; }
  std::size_t cells() const { return cells_; }
  std::size_t slots() const { return first_row_.size(); }

  // The cell of a property of a thing; the error suggests near names.
  Result<CellId> find(std::string_view thing, std::string_view property) const;
  // A thing by id; several types may know the id: `after` continues the search. `none`: no more.
  Slot find_thing(std::string_view id, Slot after = none) const;
  // The cell of a slot; `none` when the property is not live.
  CellId cell_of(Slot slot, std::string_view property) const;
  CellId cell_of(Slot slot, std::uint32_t column) const;
  Cell cell(CellId id) const;
  // The series of the base that the cell continues; no_series when there is none.
  model::SeriesId base_series(CellId id) const {
    return base_of_.empty() ? model::no_series : base_of_[id];
  }

  std::uint32_t type_of(Slot slot) const { return slot_type_[slot]; }
  std::string_view id_of(Slot slot) const;
  // Versions of the thing, in row order.
  std::span<const std::uint32_t> rows(Slot slot) const;
  // The version in force up to `as_of`; `none` when there is none.
  std::uint32_t row_at(Slot slot, Instant as_of) const;
  // Of a row of a table; `none` where the type has no live property.
  Slot slot_of(std::uint32_t type, std::uint32_t row) const;
  // Live properties of a type, as indices of its properties.
  std::span<const std::uint32_t> live_columns(std::uint32_t type) const;
  // Slots of a type are neighbours: [first, first + count).
  Slot first_slot(std::uint32_t type) const { return types_[type].first_slot; }
  std::uint32_t slot_count(std::uint32_t type) const { return types_[type].slots; }

 private:
  struct OfType {
    std::vector<std::uint32_t> columns;  // live ones
    Slot first_slot = 0;
    std::uint32_t slots = 0;
    CellId first_cell = 0;
    std::vector<Slot> slot_of_row;
  };
  void add_type(std::uint32_t type);
  void index_ids();
  void find_base_series();
  void name_cells();

  std::shared_ptr<const model::Snapshot> base_;              // shared with the world it belongs to
  std::vector<std::shared_ptr<const model::Table>> tables_;  // shared by all live views
  std::vector<OfType> types_;
  std::vector<std::uint16_t> slot_type_;
  std::vector<std::uint32_t> first_row_;     // of a slot, into version_rows_
  std::vector<std::uint32_t> version_rows_;  // grouped by slot
  std::vector<std::uint32_t> table_;         // open addressing by hash of id: slots
  std::vector<model::SeriesId> base_of_;     // by cell; empty where no cell continues one
  model::SeriesId first_series_ = 0;
  std::size_t cells_ = 0;
};

}  // namespace cairn::stream
