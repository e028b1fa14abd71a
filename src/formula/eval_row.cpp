// SPDX-License-Identifier: Apache-2.0
#include "formula/eval_row.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/limits.hpp"
#include "formula/eval_ops.hpp"
#include "formula/expiry.hpp"
#include "formula/sampled_window.hpp"
#include "formula/windows.hpp"

namespace cairn::formula {
namespace {

using Rows = std::span<const std::uint32_t>;

// Lanes whose memory is asked for before it is needed: rows lie anywhere in the table.
constexpr std::size_t ahead = 16;

bool valid_before(const Interval& valid, Instant as_of) {
  return valid.begin < as_of && as_of <= valid.end;
}

struct Last {
  Lack lack = Lack::missing;
  model::Sample sample;
};

// What a last sample counts at a date; one that ends at min() is none.
Last aged(const model::Sample& sample, const model::PropertyDef& property, Instant as_of,
          Zone zone) {
  if (sample.time.end == Instant::min()) return {};
  const bool stale = property.max_age && sample.time.end < minus(as_of, *property.max_age, zone);
  return {stale ? Lack::stale : Lack::present, sample};
}

Last last_sample(const model::Snapshot& snapshot, const model::PropertyDef& property,
                 model::SeriesId series, Instant as_of) {
  if (series == model::no_series) return {};
  const auto sample = snapshot.history->last(series, as_of);
  return sample ? aged(*sample, property, as_of, snapshot.zone) : Last{};
}

void note(RowNotes& notes, std::size_t lane, Interval time, bool estimated, std::uint16_t source) {
  if (estimated) notes.estimated[lane] = 1;
  if (time.end < notes.newest[lane]) return;
  notes.newest[lane] = time.end;
  notes.time[lane] = time;
  notes.source[lane] = source;
}

void note_due(RowNotes& notes, std::size_t lane, Instant due) {
  notes.due[lane] = std::min(notes.due[lane], due);
}

void attribute(const Expr& e, const RowScope& scope, Rows rows, RowNotes& notes, Vec& out) {
  const model::Column& column = scope.table.columns[e.index];
  for (std::size_t lane = 0; lane < rows.size(); ++lane) {
    const std::uint32_t row = rows[lane];
    if (lane + ahead < rows.size()) {
      __builtin_prefetch(&column.present[rows[lane + ahead]]);
      if (!column.numbers.empty()) __builtin_prefetch(&column.numbers[rows[lane + ahead]]);
    }
    if (column.present[row] == 0) continue;
    switch (e.type) {
      case Type::number:
      case Type::boolean:
        out.set_number(lane, column.numbers[row]);
        break;
      case Type::text:
        out.set_view(lane, column.dictionary[column.texts[row]]);
        break;
      case Type::time:
      case Type::date:
        out.set_time(lane, column.times[row]);
        break;
      default:
        out.values[lane] = &column.values[row];
        out.lack[lane] = Lack::present;
    }
    if (!column.estimated.empty() && column.estimated[row] != 0) notes.estimated[lane] = 1;
    if (column.source != 0) notes.source[lane] = column.source;
  }
}

void put_last(const Expr& e, const model::Column& column, std::size_t lane, double value,
              Vec& out) {
  if (e.type == Type::number || e.type == Type::boolean) {
    out.set_number(lane, value);
  } else if (e.type == Type::text && value >= 0 &&
             value < static_cast<double>(column.dictionary.size())) {
    out.set_view(lane, column.dictionary[static_cast<std::size_t>(value)]);
  } else {
    out.lack[lane] = Lack::missing;
  }
}

// Each row as of its own time, or with its due date: read from the history, some at once.
void series_each(const Expr& e, const RowScope& scope, Rows rows, RowNotes& notes, Vec& out) {
  constexpr std::size_t at_once = 64;
  const model::Column& column = scope.table.columns[e.index];
  const model::PropertyDef& property = scope.table.type->properties[e.index];
  const model::History& history = *scope.snapshot.history;
  std::array<model::SeriesId, at_once> ids;
  std::array<Instant, at_once> times;
  std::array<model::Sample, at_once> found;
  for (std::size_t begin = 0; begin < rows.size(); begin += at_once) {
    const std::size_t count = std::min(at_once, rows.size() - begin);
    for (std::size_t i = 0; i < count; ++i) __builtin_prefetch(&column.series[rows[begin + i]]);
    for (std::size_t i = 0; i < count; ++i) {
      ids[i] = column.series[rows[begin + i]];
      times[i] = scope.at(begin + i);
    }
    history.last_of_each(std::span(ids).first(count), std::span(times).first(count), found);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t lane = begin + i;
      const Last last = aged(found[i], property, times[i], scope.snapshot.zone);
      out.lack[lane] = last.lack;
      if (!notes.due.empty()) {
        note_due(notes, lane, next_sample(history, ids[i], times[i]));
        if (property.max_age && last.lack != Lack::missing) {
          note_due(
              notes, lane,
              stale_from(times[i], last.sample.time.end, *property.max_age, scope.snapshot.zone));
        }
      }
      if (last.lack != Lack::present) continue;
      put_last(e, column, lane, last.sample.value, out);
      note(notes, lane, last.sample.time, last.sample.estimated, last.sample.source);
    }
  }
}

void series(const Expr& e, const RowScope& scope, Rows rows, RowNotes& notes, Vec& out) {
  if (!scope.lanes.empty() || !notes.due.empty()) return series_each(e, scope, rows, notes, out);
  const model::Column& column = scope.table.columns[e.index];
  const model::PropertyDef& property = scope.table.type->properties[e.index];
  const LastValues* known = scope.cache.find(scope.table, e.index, scope.as_of);
  // A few rows of a large table are read one by one.
  if (known == nullptr && rows.size() * 8 >= std::min(scope.table.size(), chunk_rows)) {
    known = &scope.cache.read(scope.snapshot, scope.table, e.index, scope.as_of);
  }
  for (std::size_t lane = 0; lane < rows.size(); ++lane) {
    const std::uint32_t row = rows[lane];
    if (known != nullptr) {
      out.lack[lane] = known->lack[row];
      if (known->lack[row] != Lack::present) continue;
      put_last(e, column, lane, known->value[row], out);
      note(notes, lane, known->time[row], known->estimated[row] != 0, known->source[row]);
      continue;
    }
    const Last last = last_sample(scope.snapshot, property, column.series[row], scope.as_of);
    out.lack[lane] = last.lack;
    if (last.lack != Lack::present) continue;
    put_last(e, column, lane, last.sample.value, out);
    note(notes, lane, last.sample.time, last.sample.estimated, last.sample.source);
  }
}

// What a window or period of one lane holds.
struct Gathered {
  Interval interval;
  model::WindowSummary summary;
  std::vector<model::Sample> samples;  // where the summary does not suffice
  bool read = false;                   // they were

  const model::Sample* first() const {
    if (read) return samples.empty() ? nullptr : &samples.front();
    return summary.count == 0 ? nullptr : &summary.first;
  }
  const model::Sample* last() const {
    if (read) return samples.empty() ? nullptr : &samples.back();
    return summary.count == 0 ? nullptr : &summary.last;
  }
};

void gather(const Expr& e, const model::PropertyDef& property, const model::History& history,
            model::SeriesId series, Instant as_of, Gathered& out) {
  const bool period = e.kind == ExprKind::period;
  const Instant until = std::min(out.interval.end, as_of);
  out.summary = {};
  out.samples.clear();
  out.read = false;
  if (series == model::no_series) return;
  const Window period_window{e.window.function, {}, 0.5, property.counter, 1};
  const auto parts = summary_parts(period ? period_window : e.window);
  history.summarise(series, out.interval.begin, until, parts.value_or(0), out.summary);
  if (out.summary.count > limits::window_samples) return;
  const bool overlaps = period && (property.period || !out.summary.instants);
  if (parts && !overlaps) return;
  out.read = true;
  history.read(series, out.interval.begin, until, out.samples);
}

Windowed gathered_value(const Expr& e, const model::PropertyDef& property, Zone zone,
                        const Gathered& in) {
  if (e.kind != ExprKind::period) {
    return in.read ? window_value(e.window, in.samples) : window_value(e.window, in.summary);
  }
  return in.read ? period_value(e.window.function, property, in.interval, zone, in.samples)
                 : period_value(e.window.function, property, in.interval, zone, in.summary);
}

Instant window_due(const Expr& e, const RowScope& scope, const model::PropertyDef& property,
                   Instant as_of, model::SeriesId series, const Gathered& in) {
  // Which sample is the first to leave is not known.
  if (in.summary.count > limits::window_samples) return as_of + 1;
  const Zone zone = scope.snapshot.zone;
  const Instant next = next_sample(*scope.snapshot.history, series, as_of);
  const model::Sample* first = in.first();
  if (e.kind != ExprKind::period) {
    const Instant* oldest = first == nullptr ? nullptr : &first->time.end;
    return std::min(next, window_changes(as_of, e.window.span, zone, oldest));
  }
  // Of instants the first one leaves first.
  const std::span<const model::Sample> samples = in.read || first == nullptr
                                                     ? std::span<const model::Sample>(in.samples)
                                                     : std::span<const model::Sample>(first, 1);
  return std::min(next, period_changes(*e.over, property, as_of, zone, samples));
}

void window(const Expr& e, const RowScope& scope, Rows rows, RowNotes& notes, Vec& out) {
  const model::Column& column = scope.table.columns[e.index];
  const model::PropertyDef& property = scope.table.type->properties[e.index];
  const Zone zone = scope.snapshot.zone;
  const bool period = e.kind == ExprKind::period;
  if (period && notes.periods_expected.empty()) {
    notes.periods_expected.assign(rows.size(), 0);
    notes.periods_reported.assign(rows.size(), 0);
  }
  Gathered in;
  for (std::size_t lane = 0; lane < rows.size(); ++lane) {
    const Instant as_of = scope.at(lane);
    in.interval = period ? over_interval(*e.over, as_of, zone)
                         : Interval{minus(as_of, e.window.span, zone), as_of};
    const model::SeriesId id = column.series[rows[lane]];
    gather(e, property, *scope.snapshot.history, id, as_of, in);
    if (!notes.due.empty()) {
      note_due(notes, lane, window_due(e, scope, property, as_of, id, in));
    }
    const Windowed value = gathered_value(e, property, zone, in);
    if (period) {
      notes.periods_expected[lane] = static_cast<std::uint32_t>(value.expected);
      notes.periods_reported[lane] = static_cast<std::uint32_t>(value.reported);
    }
    out.lack[lane] = value.lack;
    if (value.lack != Lack::present) continue;
    out.set_number(lane, value.value);
    if (const model::Sample* last = in.last()) {
      note(notes, lane, last->time, value.estimated, last->source);
    }
  }
}

void builtin(const Expr& e, const RowScope& scope, Rows rows, Vec& out) {
  const model::Table& table = scope.table;
  const model::RegionTree& regions = *scope.snapshot.regions;
  for (std::size_t lane = 0; lane < rows.size(); ++lane) {
    const std::uint32_t row = rows[lane];
    switch (e.builtin) {
      case Builtin::id:
        out.set_view(lane, table.ids[row]);
        break;
      case Builtin::name:
        if (!table.names[row].empty()) out.set_view(lane, table.names[row].in(Language::zh));
        break;
      case Builtin::name_en:
        if (!table.names[row].en.empty()) out.set_view(lane, table.names[row].en);
        break;
      case Builtin::region:
        if (table.region[row] != model::no_region) {
          out.set_view(lane, regions[table.region[row]].code);
        }
        break;
      case Builtin::status:
        out.set_view(lane, model::to_string(table.status[row]));
        break;
      case Builtin::estimated:
        out.set_truth(lane, table.estimated[row] != 0);
        break;
      case Builtin::geometry:
        if (const auto shape = table.shapes.find(row); shape != table.shapes.end()) {
          out.lack[lane] = Lack::present;
          out.values[lane] = &shape->second;
          break;
        }
        [[fallthrough]];
      case Builtin::position:
        if (!std::isnan(table.position[row].x)) {
          out.set_value(lane, model::Value{geo::Geometry{table.position[row]}});
        }
        break;
      case Builtin::valid_from:
        if (table.valid[row].begin != Instant::min()) out.set_time(lane, table.valid[row].begin.ns);
        break;
      case Builtin::valid_to:
        if (table.valid[row].end != Instant::max()) out.set_time(lane, table.valid[row].end.ns);
        break;
    }
  }
}

// The version of a thing in force at `then`; the row itself when it is. False when there is none.
bool version_at(const model::Table& table, Instant then, std::uint32_t& row) {
  if (valid_before(table.valid[row], then)) return true;
  const auto [first, last] = table.rows_by_id.equal_range(table.ids[row]);
  bool found = false;
  const std::uint32_t own = row;
  for (auto at = first; at != last; ++at) {
    if (at->second == own || !valid_before(table.valid[at->second], then)) continue;
    row = at->second;
    found = true;
  }
  return found;
}

// When another version of the thing comes into force, seen from `then`.
Instant version_changes(const model::Table& table, std::uint32_t row, Instant then) {
  Instant due = Instant::max();
  const auto [first, last] = table.rows_by_id.equal_range(table.ids[row]);
  for (auto at = first; at != last; ++at) {
    const Interval& valid = table.valid[at->second];
    for (const Instant edge : {valid.begin, valid.end}) {
      if (edge >= then && edge != Instant::max()) due = std::min(due, edge + 1);
    }
  }
  return due;
}

// When at(…, shift) changes, seen from the lane's own date; `due` is seen from the shifted one.
Instant shifted_due(const Shift& shift, Instant due, Instant then, Instant as_of, Zone zone) {
  if (!shift.as_of.empty()) return Instant::max();
  const Instant carried_due = carried(due, then, as_of);
  return shift.back.months == 0 ? carried_due : std::min(carried_due, next_day_change(as_of, zone));
}

// The rows that stood for the same things at the earlier date; lanes without one stay out.
void at_date(const Expr& e, const RowScope& scope, Rows rows, RowNotes& notes, Vec& out) {
  const Zone zone = scope.snapshot.zone;
  const bool fixed = !e.shift.as_of.empty();
  std::vector<Instant> times;
  if (!scope.lanes.empty()) {
    times.resize(rows.size());
    const Instant date = fixed ? shifted(e.shift, scope.as_of, zone) : Instant{};
    for (std::size_t lane = 0; lane < rows.size(); ++lane) {
      times[lane] = fixed ? date : shifted(e.shift, scope.at(lane), zone);
    }
  }
  const RowScope then{scope.snapshot, scope.table, shifted(e.shift, scope.as_of, zone), scope.cache,
                      times};
  std::vector<std::uint32_t> versions(rows.begin(), rows.end());
  std::vector<std::uint8_t> found(rows.size(), 0);
  for (std::size_t lane = 0; lane < rows.size(); ++lane) {
    found[lane] = version_at(scope.table, then.at(lane), versions[lane]) ? 1 : 0;
  }
  std::vector<Instant> outer;
  if (!notes.due.empty()) {
    outer = notes.due;
    notes.want_due(rows.size());
  }
  out = evaluate_rows(e.args[0], then, versions, notes);
  for (std::size_t lane = 0; lane < outer.size(); ++lane) {
    Instant due =
        std::min(notes.due[lane], version_changes(scope.table, rows[lane], then.at(lane)));
    due = shifted_due(e.shift, due, then.at(lane), scope.at(lane), zone);
    notes.due[lane] = std::min(outer[lane], due);
  }
  if (out.constant) return;
  for (std::size_t lane = 0; lane < rows.size(); ++lane) {
    if (found[lane] == 0) out.lack[lane] = Lack::not_in_force;
  }
}

// A position that is an estimate makes what is read from it one.
void note_position(const Expr& e, const RowScope& scope, Rows rows, RowNotes& notes) {
  if (e.builtin != Builtin::position && e.builtin != Builtin::geometry) return;
  const bool shapes = e.builtin == Builtin::geometry;
  for (std::size_t lane = 0; lane < rows.size(); ++lane) {
    if (shapes && scope.table.shapes.contains(rows[lane])) continue;
    if (scope.table.position_estimated[rows[lane]] != 0) notes.estimated[lane] = 1;
  }
}

}  // namespace

void RowNotes::reset(std::size_t lanes) {
  estimated.assign(lanes, 0);
  newest.assign(lanes, Instant::min());
  time.assign(lanes, {});
  source.assign(lanes, 0);
  periods_reported.clear();
  periods_expected.clear();
  due.clear();
}

const LastValues* LastCache::find(const model::Table& table, std::uint32_t column,
                                  Instant as_of) const {
  const auto at = known_.find({&table, column, as_of.ns});
  return at == known_.end() ? nullptr : &at->second;
}

const LastValues& LastCache::read(const model::Snapshot& snapshot, const model::Table& table,
                                  std::uint32_t column, Instant as_of) {
  LastValues& values = known_[{&table, column, as_of.ns}];
  const model::PropertyDef& property = table.type->properties[column];
  const std::size_t rows = table.size();
  values.lack.resize(rows);
  values.value.resize(rows);
  values.estimated.resize(rows);
  values.time.resize(rows);
  values.source.resize(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    const Last last = last_sample(snapshot, property, table.columns[column].series[row], as_of);
    values.lack[row] = last.lack;
    if (last.lack != Lack::present) continue;
    values.value[row] = last.sample.value;
    values.estimated[row] = last.sample.estimated ? 1 : 0;
    values.time[row] = last.sample.time;
    values.source[row] = last.sample.source;
  }
  return values;
}

bool is_leaf(const Expr& e) {
  switch (e.kind) {
    case ExprKind::column:
    case ExprKind::builtin:
    case ExprKind::window:
    case ExprKind::period:
    case ExprKind::at:
      return true;
    default:
      return false;
  }
}

void evaluate_leaf(const Expr& e, const RowScope& scope, std::span<const std::uint32_t> rows,
                   RowNotes& notes, Vec& out) {
  out.constant = false;
  if (e.kind == ExprKind::at) return at_date(e, scope, rows, notes, out);
  out.reset(e.type, rows.size());
  if (e.kind == ExprKind::builtin) {
    builtin(e, scope, rows, out);
    note_position(e, scope, rows, notes);
  } else if (e.kind != ExprKind::column) {
    if (e.args.empty()) {
      window(e, scope, rows, notes, out);
    } else {
      sampled_window(e, scope, rows, notes, out);
    }
  } else if (scope.table.type->properties[e.index].series) {
    series(e, scope, rows, notes, out);
  } else {
    attribute(e, scope, rows, notes, out);
  }
}

Vec evaluate_rows(const Expr& e, const RowScope& scope, std::span<const std::uint32_t> rows,
                  RowNotes& notes) {
  if (e.kind == ExprKind::constant) return e.constant;
  if (e.kind == ExprKind::derived) return evaluate_rows(e.inner->root, scope, rows, notes);
  if (is_leaf(e)) {
    Vec out;
    evaluate_leaf(e, scope, rows, notes, out);
    return out;
  }
  std::vector<Vec> args;
  args.reserve(e.args.size());
  for (const Expr& arg : e.args) args.push_back(evaluate_rows(arg, scope, rows, notes));
  return apply(e, args, rows.size());
}

Instant shifted(const Shift& shift, Instant as_of, Zone zone) {
  if (shift.as_of.empty()) return minus(as_of, shift.back, zone);
  // The checker has read it already; only the zone was not known then.
  return parse_as_of(shift.as_of, zone).value_or(as_of);
}

std::vector<std::uint32_t> rows_in_force(const model::Table& table, Instant as_of,
                                         bool any_status) {
  std::vector<std::uint32_t> rows;
  rows.reserve(table.size());
  for (std::uint32_t row = 0; row < table.size(); ++row) {
    if (!valid_before(table.valid[row], as_of)) continue;
    const model::Life status = table.status[row];
    const bool promised = table.proposed[row] != 0 &&
                          (status == model::Life::planned || status == model::Life::building);
    if (any_status || status == model::Life::live || promised) rows.push_back(row);
  }
  return rows;
}

}  // namespace cairn::formula
