// SPDX-License-Identifier: Apache-2.0
// Scanning a table into the partials of an aggregate.
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

// What of a chunk's row is kept although it was read in another expression.
void carry(const RowNotes& from, std::size_t lane, Partial& partial) {
  partial.estimated = partial.estimated || from.estimated[lane] != 0;
  partial.newest = std::max(partial.newest, from.newest[lane]);
}

Taken taken_row(std::uint32_t row, const RowNotes& notes, std::size_t lane,
                const model::Table& table) {
  Taken taken;
  taken.row = row;
  taken.estimated = table.estimated[row] != 0 || notes.estimated[lane] != 0;
  taken.source = table.source[row];
  if (notes.newest[lane] != Instant::min()) {
    taken.time = notes.time[lane];
    if (notes.source[lane] != 0) taken.source = notes.source[lane];
  }
  return taken;
}

}  // namespace

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
  const auto partial_of = [&](std::uint32_t row) -> Partial& {
    return partials[map_of(frame).slot_of[table.region[row]]];
  };
  where_notes_.reset(rows.size());
  std::vector<std::uint32_t> origin;  // lane of the chunk, by lane of the selection
  if (aggregate.where) {
    const Vec where = evaluate_rows(*aggregate.where, scope, rows, where_notes_);
    const bool counts = aggregate.kind == AggregateKind::count;
    std::size_t kept = 0;
    for (std::size_t lane = 0; lane < rows.size(); ++lane) {
      const bool known = where.present(lane);
      const bool selected = known && where.numbers[where.at(lane)] != 0;
      // Whether a thing of unknown predicate belongs here is not known: it is expected.
      if (counts || !known) {
        Partial& partial = partial_of(rows[lane]);
        ++partial.expected;
        if (counts && known) {
          ++partial.reported;
          carry(where_notes_, lane, partial);
        }
      }
      if (!selected) continue;
      origin.push_back(static_cast<std::uint32_t>(lane));
      rows[kept++] = rows[lane];
    }
    rows.resize(kept);
  } else {
    for (std::uint32_t lane = 0; lane < rows.size(); ++lane) origin.push_back(lane);
  }
  if (aggregate.kind == AggregateKind::count) {
    for (std::size_t lane = 0; lane < rows.size(); ++lane) {
      Partial& partial = partial_of(rows[lane]);
      ++partial.count;
      partial.estimated = partial.estimated || table.estimated[rows[lane]] != 0;
      if (!aggregate.where) {
        ++partial.expected;
        ++partial.reported;
      }
      if (taken) taken->push_back(taken_row(rows[lane], where_notes_, origin[lane], table));
    }
    return;
  }
  take_values(aggregate, scope, rows, origin, frame, partials, taken);
}

void RegionEvaluator::take_values(const Aggregate& aggregate, const RowScope& scope,
                                  const std::vector<std::uint32_t>& rows,
                                  const std::vector<std::uint32_t>& origin, Frame& frame,
                                  Partials& partials, std::vector<Taken>* taken) {
  if (rows.empty()) return;
  const model::Table& table = scope.table;
  value_notes_.reset(rows.size());
  const Vec values = evaluate_rows(*aggregate.value, scope, rows, value_notes_);
  const bool periods = !value_notes_.periods_expected.empty();
  for (std::size_t lane = 0; lane < rows.size(); ++lane) {
    Partial& partial = partials[map_of(frame).slot_of[table.region[rows[lane]]]];
    const bool known = values.present(lane);
    const double value = known ? values.numbers[values.at(lane)] : 0;
    partial.expected += periods ? value_notes_.periods_expected[lane] : 1;
    if (taken) {
      taken->push_back(taken_row(rows[lane], value_notes_, lane, table));
      if (known) taken->back().value = value;
    }
    if (!known) continue;
    partial.reported += periods ? value_notes_.periods_reported[lane] : 1;
    partial.estimated = partial.estimated || table.estimated[rows[lane]] != 0;
    carry(value_notes_, lane, partial);
    carry(where_notes_, origin[lane], partial);
    if (aggregate.kind == AggregateKind::share) {
      partial.count += value != 0 ? 1 : 0;
    } else {
      partial.add(aggregate.kind, value);
    }
  }
}

std::vector<Taken> RegionEvaluator::taken(const Aggregate& aggregate, Frame& frame) {
  std::vector<Taken> rows;
  scan(aggregate, frame, &rows);
  return rows;
}

}  // namespace cairn::formula
