// SPDX-License-Identifier: Apache-2.0
#include "formula/sampled_window.hpp"

#include <algorithm>

#include "formula/expiry.hpp"
#include "formula/windows.hpp"

namespace cairn::formula {
namespace {

// The times at which the row's series were sampled in (begin, end], once each.
std::vector<Instant> sample_times(const RowScope& scope, std::uint32_t row,
                                  std::span<const std::uint32_t> columns, Interval interval) {
  std::vector<model::Sample> samples;
  for (const std::uint32_t column : columns) {
    const model::SeriesId series = scope.table.columns[column].series[row];
    if (series == model::no_series) continue;
    scope.snapshot.history->read(series, interval.begin, interval.end, samples);
  }
  std::vector<Instant> times;
  times.reserve(samples.size());
  for (const model::Sample& sample : samples) times.push_back(sample.time.end);
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  return times;
}

}  // namespace

bool sampled_columns(const Expr& e, const model::TypeDef& type,
                     std::vector<std::uint32_t>& columns) {
  if (e.kind == ExprKind::derived) return sampled_columns(e.inner->root, type, columns);
  if (e.kind == ExprKind::window && !e.args.empty()) return false;
  const bool reads = e.kind == ExprKind::window || e.kind == ExprKind::period ||
                     (e.kind == ExprKind::column && type.properties[e.index].series);
  if (reads && std::find(columns.begin(), columns.end(), e.index) == columns.end()) {
    columns.push_back(e.index);
  }
  return std::all_of(e.args.begin(), e.args.end(),
                     [&](const Expr& arg) { return sampled_columns(arg, type, columns); });
}

void sampled_window(const Expr& e, const RowScope& scope, std::span<const std::uint32_t> rows,
                    RowNotes& notes, Vec& out) {
  const Expr& value = e.args[0];
  std::vector<std::uint32_t> columns;
  sampled_columns(value, *scope.table.type, columns);
  const Zone zone = scope.snapshot.zone;
  // A truth counts as 1 where it holds; count() then takes only these.
  const bool holds_only = value.type == Type::boolean && e.window.function == WindowFunction::count;
  RowNotes inner;
  std::vector<model::Sample> samples;
  for (std::size_t lane = 0; lane < rows.size(); ++lane) {
    samples.clear();
    bool known = false;
    LastCache cache;  // of dates that nobody asks for again
    const Instant as_of = scope.at(lane);
    const Instant begin = minus(as_of, e.window.span, zone);
    const auto times = sample_times(scope, rows[lane], columns, {begin, as_of});
    if (!notes.due.empty()) {
      const Instant* oldest = times.empty() ? nullptr : &times.front();
      Instant due = window_changes(as_of, e.window.span, zone, oldest);
      for (const std::uint32_t column : columns) {
        const model::SeriesId series = scope.table.columns[column].series[rows[lane]];
        due = std::min(due, next_sample(*scope.snapshot.history, series, as_of));
      }
      notes.due[lane] = std::min(notes.due[lane], due);
    }
    for (const Instant time : times) {
      const RowScope then{scope.snapshot, scope.table, time, cache};
      inner.reset(1);
      const Vec at = evaluate_rows(value, then, rows.subspan(lane, 1), inner);
      if (!at.present(0)) continue;
      known = true;
      const double number = at.numbers[at.at(0)];
      if (inner.estimated[0] != 0) notes.estimated[lane] = 1;
      if (notes.newest[lane] < inner.newest[0]) {
        notes.newest[lane] = inner.newest[0];
        notes.time[lane] = inner.time[0];
        notes.source[lane] = inner.source[0];
      }
      if (holds_only && number == 0) continue;
      samples.push_back({{time, time}, number, inner.estimated[0] != 0, inner.source[0]});
    }
    // No sample at which the truth is known is no count, rather than none of them.
    if (holds_only && !known) continue;
    const Windowed result = window_value(e.window, samples);
    out.lack[lane] = result.lack;
    if (result.lack == Lack::present) out.set_number(lane, result.value);
  }
}

}  // namespace cairn::formula
