// SPDX-License-Identifier: Apache-2.0
#include "stream/binding.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <string>

#include "core/text.hpp"

namespace cairn::stream {
namespace {

bool is_live(const model::PropertyDef& property) {
  return property.series && !property.period && property.formula.empty();
}

model::SeriesId series_above(const model::Snapshot& snapshot) {
  model::SeriesId next = 0;
  const auto take = [&](model::SeriesId series) {
    if (series != model::no_series) next = std::max(next, series + 1);
  };
  for (const auto& table : snapshot.tables) {
    if (!table) continue;
    for (const model::Column& column : table->columns) {
      for (const model::SeriesId series : column.series) take(series);
    }
  }
  for (const auto& given : snapshot.given) {
    for (const auto& [region, series] : given) take(series);
  }
  return next;
}

std::size_t slot_hash(std::string_view id) {
  return std::hash<std::string_view>{}(id);
}

}  // namespace

Binding::Binding(std::shared_ptr<const model::Snapshot> base) : base_(std::move(base)) {
  first_series_ = series_above(*base_);
  types_.resize(base_->tables.size());
  for (std::uint32_t type = 0; type < types_.size(); ++type) {
    types_[type].first_slot = static_cast<Slot>(slots());
    types_[type].first_cell = static_cast<CellId>(cells_);
    if (base_->tables[type]) add_type(type);
  }
  index_ids();
  find_base_series();
  name_cells();
}

void Binding::add_type(std::uint32_t type) {
  const model::Table& table = *base_->tables[type];
  OfType& of = types_[type];
  const auto& properties = table.type->properties;
  for (std::uint32_t i = 0; i < properties.size(); ++i) {
    if (is_live(properties[i])) of.columns.push_back(i);
  }
  if (of.columns.empty()) return;
  const auto rows = static_cast<std::uint32_t>(table.size());
  of.slot_of_row.assign(rows, none);
  for (std::uint32_t row = 0; row < rows; ++row) {
    if (of.slot_of_row[row] != none) continue;
    const auto slot = static_cast<Slot>(slots());
    first_row_.push_back(static_cast<std::uint32_t>(version_rows_.size()));
    slot_type_.push_back(static_cast<std::uint16_t>(type));
    const auto [first, last] = table.rows_by_id.equal_range(table.ids[row]);
    const std::size_t begin = version_rows_.size();
    for (auto at = first; at != last; ++at) {
      version_rows_.push_back(at->second);
      of.slot_of_row[at->second] = slot;
    }
    std::sort(version_rows_.begin() + static_cast<std::ptrdiff_t>(begin), version_rows_.end());
    ++of.slots;
  }
  cells_ += std::size_t{of.slots} * of.columns.size();
}

void Binding::index_ids() {
  table_.assign(std::bit_ceil(std::max<std::size_t>(16, slots() * 2)), none);
  const std::size_t mask = table_.size() - 1;
  for (Slot slot = 0; slot < slots(); ++slot) {
    std::size_t at = slot_hash(id_of(slot)) & mask;
    while (table_[at] != none) at = (at + 1) & mask;
    table_[at] = slot;
  }
}

std::string_view Binding::id_of(Slot slot) const {
  return base_->tables[slot_type_[slot]]->ids[version_rows_[first_row_[slot]]];
}

std::span<const std::uint32_t> Binding::rows(Slot slot) const {
  const std::size_t begin = first_row_[slot];
  const std::size_t end = slot + 1 < slots() ? first_row_[slot + 1] : version_rows_.size();
  return {version_rows_.data() + begin, end - begin};
}

std::uint32_t Binding::row_at(Slot slot, Instant as_of) const {
  const model::Table& table = *base_->tables[slot_type_[slot]];
  for (const std::uint32_t row : rows(slot)) {
    if (table.valid[row].begin < as_of && as_of <= table.valid[row].end) return row;
  }
  return none;
}

Slot Binding::slot_of(std::uint32_t type, std::uint32_t row) const {
  const OfType& of = types_[type];
  return of.slot_of_row.empty() ? none : of.slot_of_row[row];
}

std::span<const std::uint32_t> Binding::live_columns(std::uint32_t type) const {
  return types_[type].columns;
}

Slot Binding::find_thing(std::string_view id, Slot after) const {
  const std::size_t mask = table_.size() - 1;
  bool passed = after == none;
  for (std::size_t at = slot_hash(id) & mask; table_[at] != none; at = (at + 1) & mask) {
    const Slot slot = table_[at];
    if (passed && id_of(slot) == id) return slot;
    if (slot == after) passed = true;
  }
  return none;
}

CellId Binding::cell_of(Slot slot, std::uint32_t column) const {
  const OfType& of = types_[slot_type_[slot]];
  const auto at = std::find(of.columns.begin(), of.columns.end(), column);
  if (at == of.columns.end()) return none;
  const auto k = static_cast<CellId>(at - of.columns.begin());
  return of.first_cell + (slot - of.first_slot) * static_cast<CellId>(of.columns.size()) + k;
}

CellId Binding::cell_of(Slot slot, std::string_view property) const {
  const auto& properties = base_->tables[slot_type_[slot]]->type->properties;
  const OfType& of = types_[slot_type_[slot]];
  for (const std::uint32_t column : of.columns) {
    if (properties[column].name == property) return cell_of(slot, column);
  }
  return none;
}

Cell Binding::cell(CellId id) const {
  // The last type whose cells begin at or before it; types without cells share a beginning with
  // the next one.
  auto at = std::upper_bound(types_.begin(), types_.end(), id,
                             [](CellId value, const OfType& of) { return value < of.first_cell; });
  --at;
  const auto width = static_cast<CellId>(at->columns.size());
  const CellId k = id - at->first_cell;
  return {at->first_slot + k / width, static_cast<std::uint32_t>(at - types_.begin()),
          at->columns[k % width]};
}

void Binding::find_base_series() {
  for (std::uint32_t type = 0; type < types_.size(); ++type) {
    const OfType& of = types_[type];
    for (std::size_t k = 0; k < of.columns.size(); ++k) {
      const auto& series = base_->tables[type]->columns[of.columns[k]].series;
      for (std::uint32_t row = 0; row < series.size(); ++row) {
        if (series[row] == model::no_series) continue;
        if (base_of_.empty()) base_of_.assign(cells_, model::no_series);
        const Slot slot = of.slot_of_row[row];
        base_of_[of.first_cell + (slot - of.first_slot) * of.columns.size() + k] = series[row];
      }
    }
  }
}

Result<CellId> Binding::find(std::string_view thing, std::string_view property) const {
  Slot slot = find_thing(thing);
  if (slot == none) {
    return fail(Code::not_found, format("there is no thing '{}' that can be observed", thing));
  }
  const Slot first = slot;
  for (; slot != none; slot = find_thing(thing, slot)) {
    const CellId id = cell_of(slot, property);
    if (id != none) return id;
  }
  const model::TypeDef& type = *base_->tables[slot_type_[first]]->type;
  std::vector<std::string> names;
  for (const std::uint32_t column : live_columns(slot_type_[first])) {
    names.push_back(type.properties[column].name);
  }
  const auto near = nearest(property, names);
  return fail(Code::not_found,
              format("a {} has no observed property '{}'{}", type.name, property,
                     near ? format("; did you mean '{}'?", *near) : std::string()));
}

void Binding::name_cells() {
  tables_ = base_->tables;
  for (std::uint32_t type = 0; type < types_.size(); ++type) {
    const OfType& of = types_[type];
    if (of.slots == 0) continue;
    auto table = std::make_shared<model::Table>(*base_->tables[type]);
    for (std::size_t k = 0; k < of.columns.size(); ++k) {
      auto& series = table->columns[of.columns[k]].series;
      series.resize(table->size());
      for (std::uint32_t row = 0; row < table->size(); ++row) {
        const Slot slot = of.slot_of_row[row];
        series[row] = first_series_ + of.first_cell +
                      (slot - of.first_slot) * static_cast<CellId>(of.columns.size()) +
                      static_cast<CellId>(k);
      }
    }
    tables_[type] = std::move(table);
  }
}

model::Snapshot Binding::live(std::shared_ptr<const model::History> history) const {
  model::Snapshot out = *base_;
  out.history = std::move(history);
  out.tables = tables_;
  return out;
}

}  // namespace cairn::stream
