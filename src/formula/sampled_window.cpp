// SPDX-License-Identifier: Apache-2.0
#include "formula/sampled_window.hpp"

#include <algorithm>
#include <optional>

#include "core/limits.hpp"
#include "formula/expiry.hpp"
#include "formula/windows.hpp"

namespace cairn::formula {
namespace {

// The times at which the row's series were sampled in (begin, end], once each; nothing when a
// series has too many of them.
std::optional<std::vector<Instant>> sample_times(const RowScope& scope, std::uint32_t row,
                                                 std::span<const std::uint32_t> columns,
                                                 Interval interval) {
  std::vector<model::Sample> samples;
  for (const std::uint32_t column : columns) {
    const model::SeriesId series = scope.table.columns[column].series[row];
    if (series == model::no_series) continue;
    model::WindowSummary summary;
    scope.snapshot.history->summarise(series, interval.begin, interval.end, 0, summary);
    if (summary.count > limits::window_samples) return std::nullopt;
    scope.snapshot.history->read(series, interval.begin, interval.end, samples);
  }
  std::vector<Instant> times;
  times.reserve(samples.size());
  for (const model::Sample& sample : samples) times.push_back(sample.time.end);
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  return times;
}

// A value of the expression, and what it rests on.
void take(const RowNotes& from, std::size_t at, RowNotes& notes, std::size_t lane) {
  if (from.estimated[at] != 0) notes.estimated[lane] = 1;
  if (from.newest[at] <= notes.newest[lane]) return;
  notes.newest[lane] = from.newest[at];
  notes.time[lane] = from.time[at];
  notes.source[lane] = from.source[at];
}

// The expression of one row as of many times, a chunk of them at once.
class Samples {
 public:
  Samples(const Expr& window, const RowScope& scope) : value_(window.args[0]), scope_(scope) {
    // A truth counts as 1 where it holds; count() then takes only these.
    holds_only_ = value_.type == Type::boolean && window.window.function == WindowFunction::count;
  }

  void evaluate(std::uint32_t row, std::span<const Instant> times, RowNotes& notes,
                std::size_t lane) {
    samples_.clear();
    known_ = false;
    for (std::size_t begin = 0; begin < times.size(); begin += chunk_rows) {
      const auto chunk = times.subspan(begin, std::min(chunk_rows, times.size() - begin));
      rows_.assign(chunk.size(), row);
      LastCache cache;  // never filled: lanes have their own times
      const RowScope then{scope_.snapshot, scope_.table, chunk[0], cache, chunk};
      inner_.reset(chunk.size());
      const Vec at = evaluate_rows(value_, then, rows_, inner_);
      for (std::size_t i = 0; i < chunk.size(); ++i) {
        if (!at.present(i)) continue;
        known_ = true;
        take(inner_, i, notes, lane);
        const double number = at.numbers[at.at(i)];
        if (holds_only_ && number == 0) continue;
        samples_.push_back(
            {{chunk[i], chunk[i]}, number, inner_.estimated[i] != 0, inner_.source[i]});
      }
    }
  }

  std::span<const model::Sample> samples() const { return samples_; }
  // No sample at which the truth is known is no count, rather than none of them.
  bool counts() const { return known_ || !holds_only_; }

 private:
  const Expr& value_;
  const RowScope& scope_;
  bool holds_only_ = false;
  bool known_ = false;
  std::vector<std::uint32_t> rows_;
  RowNotes inner_;
  std::vector<model::Sample> samples_;
};

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
  std::vector<std::uint32_t> columns;
  sampled_columns(e.args[0], *scope.table.type, columns);
  const Zone zone = scope.snapshot.zone;
  Samples samples(e, scope);
  for (std::size_t lane = 0; lane < rows.size(); ++lane) {
    const Instant as_of = scope.at(lane);
    const Instant begin = minus(as_of, e.window.span, zone);
    const auto times = sample_times(scope, rows[lane], columns, {begin, as_of});
    if (!notes.due.empty()) {
      const Instant* oldest = !times || times->empty() ? nullptr : &times->front();
      Instant due = times ? window_changes(as_of, e.window.span, zone, oldest) : as_of + 1;
      for (const std::uint32_t column : columns) {
        const model::SeriesId series = scope.table.columns[column].series[rows[lane]];
        due = std::min(due, next_sample(*scope.snapshot.history, series, as_of));
      }
      notes.due[lane] = std::min(notes.due[lane], due);
    }
    if (!times) {
      out.lack[lane] = Lack::many_samples;
      continue;
    }
    samples.evaluate(rows[lane], *times, notes, lane);
    if (!samples.counts()) continue;
    const Windowed result = window_value(e.window, samples.samples());
    out.lack[lane] = result.lack;
    if (result.lack == Lack::present) out.set_number(lane, result.value);
  }
}

}  // namespace cairn::formula
