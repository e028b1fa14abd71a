// SPDX-License-Identifier: Apache-2.0
#include "stream/rollup_group.hpp"

#include <algorithm>
#include <numeric>

#include "formula/depends.hpp"
#include "formula/eval_scan.hpp"

namespace cairn::stream {

using formula::AggregateKind;

void Looker::look(const Places& places, std::span<const Place> at, Instant as_of,
                  std::span<Totals* const> totals, const std::function<void()>& pause) {
  times_.assign(std::min(at.size(), formula::chunk_rows), as_of);
  for (std::size_t first = 0; first < at.size(); first += formula::chunk_rows) {
    const auto chunk = at.subspan(first, std::min(formula::chunk_rows, at.size() - first));
    rows_.clear();
    for (const Place place : chunk) rows_.push_back(places.row(place));
    batch_.begin(places.type(), rows_, std::span(times_).first(chunk.size()), true);
    for (Totals* each : totals) look(chunk, places.table(), *each);
    if (pause) pause();
  }
}

void Looker::look(std::span<const Place> at, const model::Table& table, Totals& totals) {
  const formula::Aggregate& aggregate = totals.aggregate();
  const std::size_t lanes = at.size();
  found_.resize(lanes);
  selected_.resize(lanes);
  due_.assign(lanes, Instant::max());
  const formula::Vec* where = aggregate.where ? &batch_.evaluate(*aggregate.where) : nullptr;
  const formula::RowNotes* notes = where != nullptr ? &batch_.notes() : nullptr;
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    const auto choice = where != nullptr ? formula::choice_of(*where, lane) : formula::Choice{};
    selected_[lane] = choice.selected ? 1 : 0;
    found_[lane] = formula::by_predicate(aggregate.kind, choice, notes, lane,
                                         table.estimated[rows_[lane]] != 0);
    if (notes != nullptr) due_[lane] = notes->due[lane];
  }
  if (aggregate.kind != AggregateKind::count) {
    const formula::Vec& values = batch_.evaluate(*aggregate.value);
    const formula::RowNotes& value_notes = batch_.notes();
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      if (selected_[lane] == 0) continue;
      formula::add_value(aggregate.kind, values, value_notes, lane,
                         table.estimated[rows_[lane]] != 0, found_[lane]);
      due_[lane] = std::min(due_[lane], value_notes.due[lane]);
    }
  }
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    totals.replace(at[lane], found_[lane]);
    totals.set_due(at[lane], due_[lane]);
  }
}

Group::Group(const model::Snapshot& live, const Binding& binding, std::uint32_t type,
             bool any_status)
    : binding_(binding), places_(live, type, any_status) {
  const auto columns = binding.live_columns(type);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (bits_of_column_.size() <= columns[i]) bits_of_column_.resize(columns[i] + 1, 0);
    bits_of_column_[columns[i]] = std::uint32_t{1} << std::min<std::size_t>(i, 31);
  }
}

Totals& Group::add(const std::shared_ptr<const formula::Aggregate>& aggregate) {
  for (const auto& known : totals_) {
    if (known->aggregate().text == aggregate->text) return *known;
  }
  const model::TypeDef& type = binding_.base().catalog->types[aggregate->type];
  std::uint32_t bits = 0;
  for (const formula::Reach& reach : formula::depends(*aggregate, type).reaches) {
    bits |= bits_of(reach.column);
  }
  read_by_.push_back(bits);
  return *totals_.emplace_back(std::make_unique<Totals>(aggregate, places_));
}

void Group::touch(std::uint32_t row, std::uint32_t column) {
  const Place place = places_.place(row);
  if (place == none) return;
  if (touched_bits_[place] == 0) touched_.push_back(place);
  touched_bits_[place] |= bits_of(column);
}

void Group::arrange(Instant as_of, Looker& looker, const std::function<void()>& pause) {
  std::vector<model::RegionIndex> also;
  for (const auto& totals : totals_) {
    const auto injected = totals->injected();
    also.insert(also.end(), injected.begin(), injected.end());
  }
  places_.arrange(as_of, also);
  touched_bits_.assign(places_.size(), 0);
  touched_.clear();
  std::vector<Totals*> all;
  for (const auto& totals : totals_) {
    totals->begin(as_of);
    all.push_back(totals.get());
  }
  std::vector<Place> places(places_.size());
  std::iota(places.begin(), places.end(), Place{0});
  looker.look(places_, places, as_of, all, pause);
  for (const auto& totals : totals_) totals->add_up(pause);
}

bool Group::update(Instant as_of, Looker& looker, const std::function<void()>& pause) {
  if (std::any_of(totals_.begin(), totals_.end(), [](const auto& t) { return t->lacks_node(); })) {
    arrange(as_of, looker, pause);
    return true;
  }
  for (const auto& totals : totals_) {
    due_.clear();
    totals->take_due(as_of, due_);
    Totals* one = totals.get();
    looker.look(places_, due_, as_of, {&one, 1}, pause);
  }
  look_at_touched(as_of, looker, pause);
  for (const auto& totals : totals_) {
    totals->settle(pause);
    if (pause) pause();
  }
  return false;
}

// Places with the same cells touched go together: what is read of them is the same.
void Group::look_at_touched(Instant as_of, Looker& looker, const std::function<void()>& pause) {
  const auto bits = [&](Place place) { return touched_bits_[place]; };
  std::sort(touched_.begin(), touched_.end(),
            [&](Place a, Place b) { return bits(a) != bits(b) ? bits(a) < bits(b) : a < b; });
  std::vector<Totals*> readers;
  for (auto first = touched_.begin(); first != touched_.end();) {
    const auto last = std::find_if(first, touched_.end(),
                                   [&](Place place) { return bits(place) != bits(*first); });
    readers.clear();
    for (std::size_t i = 0; i < totals_.size(); ++i) {
      if ((read_by_[i] & bits(*first)) != 0) readers.push_back(totals_[i].get());
    }
    looker.look(places_, {first, last}, as_of, readers, pause);
    first = last;
  }
  for (const Place place : touched_) touched_bits_[place] = 0;
  touched_.clear();
}

void Group::clear_changed() {
  for (const auto& totals : totals_) totals->clear_changed();
}

}  // namespace cairn::stream
