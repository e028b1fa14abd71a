// SPDX-License-Identifier: Apache-2.0
#include "stream/rollup.hpp"

#include <algorithm>
#include <numeric>

#include "formula/depends.hpp"
#include "formula/expiry.hpp"
#include "formula/row_batch.hpp"

namespace cairn::stream {
namespace {

// What a region formula rests on, other indicators seen through.
struct Inputs {
  std::vector<const formula::Aggregate*> aggregates;
  std::vector<std::uint32_t> given;
  bool shifted = false;  // at(…) of a region: other dates are read, too
};

void collect(const formula::Expr& e, const formula::Program& program, Inputs& out) {
  using formula::ExprKind;
  if (e.kind == ExprKind::aggregate) out.aggregates.push_back(program.aggregates[e.index].get());
  if (e.kind == ExprKind::given) out.given.push_back(e.index);
  if (e.kind == ExprKind::indicator) collect(e.inner->root, *e.inner, out);
  out.shifted = out.shifted || e.kind == ExprKind::at;
  for (const formula::Expr& arg : e.args) collect(arg, program, out);
}

Inputs inputs_of(const formula::Compiled& formula) {
  Inputs out;
  collect(formula.program->root, *formula.program, out);
  return out;
}

// The observed columns that the indicator reads.
std::vector<Rollup::Wanted> read_by(const formula::Compiled& formula, const Binding& binding) {
  std::vector<Rollup::Wanted> out;
  const Inputs inputs = inputs_of(formula);
  for (const formula::Aggregate* aggregate : inputs.aggregates) {
    const auto columns = binding.live_columns(aggregate->type);
    const model::TypeDef& type = binding.base().catalog->types[aggregate->type];
    for (const formula::Reach& reach : formula::depends(*aggregate, type).reaches) {
      if (std::find(columns.begin(), columns.end(), reach.column) == columns.end()) continue;
      const bool all = inputs.shifted || reach.and_before;
      out.push_back({aggregate->type, reach.column, all ? formula::unlimited_ns : reach.back_ns});
    }
  }
  return out;
}

}  // namespace

Rollup::Rollup(const formula::Library& library, const Binding& binding, const model::Snapshot& live)
    : library_(library), binding_(binding), live_(live) {
  const auto& indicators = library.catalog().indicators;
  kept_of_.assign(indicators.size(), none);
  readers_.resize(live.tables.size());
  for (std::uint32_t i = 0; i < indicators.size(); ++i) {
    const formula::Compiled* formula = library.indicator(indicators[i].id);
    if (formula == nullptr) continue;
    for (const Wanted& wanted : read_by(*formula, binding)) {
      if (kept_of_[i] == none) {
        kept_of_[i] = static_cast<std::uint32_t>(kept_.size());
        kept_.emplace_back().indicator = i;
      }
      auto& columns = readers_[wanted.type];
      if (columns.size() <= wanted.column) columns.resize(wanted.column + std::size_t{1});
      columns[wanted.column].push_back(kept_of_[i]);
    }
  }
  const auto edge = [&](Instant t) {
    if (t != Instant::min() && t != Instant::max()) edges_.push_back(t + 1);
  };
  for (const auto& table : live.tables) {
    if (!table) continue;
    for (const Interval& valid : table->valid) {
      edge(valid.begin);
      edge(valid.end);
    }
  }
  for (const model::Region& region : live.regions->all()) {
    edge(region.valid.begin);
    edge(region.valid.end);
  }
  std::sort(edges_.begin(), edges_.end());
}

void Rollup::touch(CellId cell) {
  const Cell at = binding_.cell(cell);
  const auto& columns = readers_[at.type];
  if (at.column >= columns.size()) return;
  for (const std::uint32_t kept : columns[at.column]) kept_[kept].dirty = true;
}

Instant Rollup::structural_due(Instant now) const {
  const auto next = std::upper_bound(edges_.begin(), edges_.end(), now);
  const Instant day = formula::next_day_change(now, live_.zone);  // reasons name the day
  return next == edges_.end() ? day : std::min(day, *next);
}

Instant Rollup::due_of(const formula::Compiled& formula, Instant now) const {
  const Inputs inputs = inputs_of(formula);
  if (inputs.shifted) return now + 1;
  Instant due = structural_due(now);
  for (const std::uint32_t given : inputs.given) {
    if (given >= live_.given.size()) continue;
    for (const auto& [region, series] : live_.given[given]) {
      due = std::min(due, formula::next_sample(*live_.history, series, now));
    }
  }
  formula::RowBatch batch(live_);
  std::vector<std::uint32_t> rows(formula::chunk_rows);
  const std::vector<Instant> times(formula::chunk_rows, now);
  for (const formula::Aggregate* aggregate : inputs.aggregates) {
    const auto& table = live_.tables[aggregate->type];
    if (!table) continue;
    for (std::size_t first = 0; first < table->size(); first += rows.size()) {
      const std::size_t lanes = std::min(rows.size(), table->size() - first);
      std::iota(rows.begin(), rows.end(), static_cast<std::uint32_t>(first));
      batch.begin(aggregate->type, std::span(rows).first(lanes), std::span(times).first(lanes),
                  true);
      for (const auto* part : {&aggregate->where, &aggregate->value}) {
        if (!part->has_value()) continue;
        batch.evaluate(**part);
        for (const Instant next : batch.notes().due) due = std::min(due, next);
      }
    }
  }
  return due;
}

void Rollup::refresh(Instant now, std::vector<Changed>& changed) {
  const bool back = now < now_;
  now_ = now;
  formula::Evaluator evaluator(library_, live_);
  std::vector<model::RegionIndex> regions(live_.regions->size());
  std::iota(regions.begin(), regions.end(), 0U);
  for (Kept& kept : kept_) {
    if (!kept.dirty && !back && now < kept.due) continue;
    const auto& id = library_.catalog().indicators[kept.indicator].id;
    const formula::Compiled& formula = *library_.indicator(id);
    formula::Answer answer = evaluator.evaluate(formula, {regions, now});
    for (const model::RegionIndex region : regions) {
      if (!kept.cells.empty() && kept.cells[region] == answer.cells[region]) continue;
      changed.push_back({kept.indicator, region});
    }
    kept.cells = std::move(answer.cells);
    kept.due = due_of(formula, now);
    kept.dirty = false;
  }
}

formula::Cell Rollup::value(std::uint32_t indicator, model::RegionIndex region) const {
  if (kept_of_[indicator] != none && !kept_[kept_of_[indicator]].cells.empty()) {
    return kept_[kept_of_[indicator]].cells[region];
  }
  formula::Cell cell;
  cell.reason = "the indicator is not kept current";
  return cell;
}

std::vector<Rollup::Wanted> Rollup::wants(const formula::Library& library, const Binding& binding) {
  std::vector<Wanted> out;
  for (const model::IndicatorDef& indicator : library.catalog().indicators) {
    const formula::Compiled* formula = library.indicator(indicator.id);
    if (formula == nullptr) continue;
    for (const Wanted& wanted : read_by(*formula, binding)) {
      const auto known = std::find_if(out.begin(), out.end(), [&](const Wanted& other) {
        return other.type == wanted.type && other.column == wanted.column;
      });
      if (known == out.end()) {
        out.push_back(wanted);
      } else {
        known->span_ns = std::max(known->span_ns, wanted.span_ns);
      }
    }
  }
  return out;
}

}  // namespace cairn::stream
