// SPDX-License-Identifier: Apache-2.0
// Scanning a table into the partials of an aggregate.
#include "formula/eval_scan.hpp"

#include <algorithm>

#include "formula/eval_region.hpp"

namespace cairn::formula {
namespace {

void collect_slots(const model::RegionTree& tree, model::RegionIndex region,
                   std::vector<std::uint32_t>& slot_of_region, std::uint32_t& slots,
                   std::vector<std::uint32_t>& out) {
  if (tree[region].level == model::Level::zone) {
    for (const model::RegionIndex member : tree[region].members) {
      collect_slots(tree, member, slot_of_region, slots, out);
    }
    return;
  }
  if (slot_of_region[region] == no_slot) slot_of_region[region] = slots++;
  out.push_back(slot_of_region[region]);
}

Taken taken_row(std::uint32_t row, const RowNotes& notes, std::size_t lane,
                const model::Table& table) {
  Taken taken;
  taken.row = row;
  taken.estimated = table.estimated[row] != 0 || notes.estimated[lane] != 0;
  taken.source = table.source[row];
  if (notes.newest[lane] != Instant::min()) taken.time = notes.time[lane];
  if (notes.source[lane] != 0) taken.source = notes.source[lane];
  return taken;
}

}  // namespace

Choice choice_of(const Vec& where, std::size_t lane) {
  const bool known = where.present(lane);
  return {known, known && where.numbers[where.at(lane)] != 0};
}

Contribution by_predicate(AggregateKind kind, Choice choice, const RowNotes* notes,
                          std::size_t lane, bool estimated) {
  Contribution out;
  const bool counts = kind == AggregateKind::count;
  // Whether a thing of unknown predicate belongs here is not known: it is expected.
  out.expected = counts || !choice.known ? 1 : 0;
  if (!choice.known || (!counts && !choice.selected)) return out;
  if (notes != nullptr) {
    out.newest = notes->newest[lane];
    out.estimated = notes->estimated[lane] != 0 ? 1 : 0;
  }
  if (!counts) return out;
  out.reported = 1;
  out.counts = choice.selected ? 1 : 0;
  if (choice.selected && estimated) out.estimated = 1;
  return out;
}

void add_value(AggregateKind kind, const Vec& values, const RowNotes& notes, std::size_t lane,
               bool estimated, Contribution& contribution) {
  const bool periods = !notes.periods_expected.empty();
  const std::uint32_t expected = periods ? notes.periods_expected[lane] : 1;
  if (!values.present(lane)) {
    contribution = {};
    contribution.expected = expected;
    return;
  }
  contribution.expected = expected;
  contribution.reported = periods ? notes.periods_reported[lane] : 1;
  contribution.newest = std::max(contribution.newest, notes.newest[lane]);
  if (estimated || notes.estimated[lane] != 0) contribution.estimated = 1;
  const double value = values.numbers[values.at(lane)];
  if (kind == AggregateKind::share) {
    contribution.counts = value != 0 ? 1 : 0;
  } else {
    contribution.counts = 1;
    contribution.value = value + 0.0;  // -0 becomes 0
  }
}

RegionMap make_region_map(const model::RegionTree& tree, const std::vector<model::RegionIndex>& of,
                          Instant moment) {
  RegionMap map;
  std::vector<std::uint32_t> own(tree.size(), no_slot);
  std::uint32_t slots = 0;
  for (const model::RegionIndex target : of) {
    map.targets.emplace_back();
    collect_slots(tree, target, own, slots, map.targets.back());
  }
  // A parent stands before its children, so one pass finds the nearest slot above.
  std::vector<std::uint32_t> nearest(tree.size(), no_slot);
  map.above.assign(slots, no_slot);
  for (model::RegionIndex region = 0; region < tree.size(); ++region) {
    const model::RegionIndex parent = tree[region].parent;
    const std::uint32_t inherited = parent == model::no_region ? no_slot : nearest[parent];
    nearest[region] = own[region] == no_slot ? inherited : own[region];
    if (own[region] == no_slot) continue;
    map.above[own[region]] = inherited;
    map.upward.push_back(own[region]);
  }
  std::reverse(map.upward.begin(), map.upward.end());
  map.slot_of.resize(tree.size());
  for (model::RegionIndex region = 0; region < tree.size(); ++region) {
    map.slot_of[region] = nearest[tree.resolve(region, moment)];
  }
  return map;
}

RegionEvaluator::Partials RegionEvaluator::scan(const Aggregate& aggregate, Frame& frame,
                                                std::vector<Taken>* taken) {
  const RegionMap& map = map_of(frame);
  Partials partials(map.slots());
  const auto& table = snapshot_.tables[aggregate.type];
  if (!table) return partials;
  const RowScope scope{snapshot_, *table, frame.as_of, last_};
  std::vector<std::uint32_t> chunk;
  chunk.reserve(chunk_rows);
  for (const std::uint32_t row : rows(aggregate.type, frame.as_of, aggregate.any_status)) {
    const model::RegionIndex region = table->region[row];
    if (region == model::no_region || map.slot_of[region] == no_slot) continue;
    chunk.push_back(row);
    if (chunk.size() == chunk_rows) {
      scan_chunk(aggregate, frame, scope, chunk, partials, taken);
      chunk.clear();
    }
  }
  if (!chunk.empty()) scan_chunk(aggregate, frame, scope, chunk, partials, taken);
  // A slot's own things are complete; now each adds to the one above.
  for (const std::uint32_t slot : map.upward) {
    const std::uint32_t above = map.above[slot];
    if (above != no_slot) partials[above].merge(partials[slot]);
  }
  return partials;
}

void RegionEvaluator::scan_chunk(const Aggregate& aggregate, Frame& frame, const RowScope& scope,
                                 std::vector<std::uint32_t>& rows, Partials& partials,
                                 std::vector<Taken>* taken) {
  const model::Table& table = scope.table;
  const RegionMap& map = map_of(frame);
  const bool counts = aggregate.kind == AggregateKind::count;
  where_notes_.reset(rows.size());
  Vec where;
  if (aggregate.where) where = evaluate_rows(*aggregate.where, scope, rows, where_notes_);
  const RowNotes* notes = aggregate.where ? &where_notes_ : nullptr;
  chosen_.clear();  // contributions of the selection, to be completed
  std::size_t kept = 0;
  for (std::size_t lane = 0; lane < rows.size(); ++lane) {
    const std::uint32_t row = rows[lane];
    const Choice choice = notes != nullptr ? choice_of(where, lane) : Choice{};
    const Contribution given =
        by_predicate(aggregate.kind, choice, notes, lane, table.estimated[row] != 0);
    if (counts || !choice.selected) {
      partials[map.slot_of[table.region[row]]].add(aggregate.kind, given);
    }
    if (!choice.selected) continue;
    if (counts && taken) taken->push_back(taken_row(row, where_notes_, lane, table));
    chosen_.push_back(given);
    rows[kept++] = row;
  }
  rows.resize(kept);
  if (!counts) take_values(aggregate, scope, rows, map, partials, taken);
}

void RegionEvaluator::take_values(const Aggregate& aggregate, const RowScope& scope,
                                  const std::vector<std::uint32_t>& rows, const RegionMap& map,
                                  Partials& partials, std::vector<Taken>* taken) {
  if (rows.empty()) return;
  const model::Table& table = scope.table;
  value_notes_.reset(rows.size());
  const Vec values = evaluate_rows(*aggregate.value, scope, rows, value_notes_);
  for (std::size_t lane = 0; lane < rows.size(); ++lane) {
    const std::uint32_t row = rows[lane];
    Contribution& whole = chosen_[lane];
    add_value(aggregate.kind, values, value_notes_, lane, table.estimated[row] != 0, whole);
    partials[map.slot_of[table.region[row]]].add(aggregate.kind, whole);
    if (!taken) continue;
    taken->push_back(taken_row(row, value_notes_, lane, table));
    if (values.present(lane)) taken->back().value = values.numbers[values.at(lane)];
  }
}

std::vector<Taken> RegionEvaluator::taken(const Aggregate& aggregate, Frame& frame) {
  std::vector<Taken> rows;
  scan(aggregate, frame, &rows);
  return rows;
}

}  // namespace cairn::formula
