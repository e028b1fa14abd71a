// SPDX-License-Identifier: Apache-2.0
#include "formula/eval_row.hpp"

#include <algorithm>
#include <cmath>

#include "formula/eval_ops.hpp"
#include "formula/sampled_window.hpp"
#include "formula/windows.hpp"

namespace cairn::formula {
namespace {

using Rows = std::span<const std::uint32_t>;

bool valid_before(const Interval& valid, Instant as_of) {
  return valid.begin < as_of && as_of <= valid.end;
}

struct Last {
  Lack lack = Lack::missing;
  model::Sample sample;
};

Last last_sample(const model::Snapshot& snapshot, const model::PropertyDef& property,
                 model::SeriesId series, Instant as_of) {
  if (series == model::no_series) return {};
  const auto sample = snapshot.history->last(series, as_of);
  if (!sample) return {};
  if (property.max_age && sample->time.end < minus(as_of, *property.max_age, snapshot.zone)) {
    return {Lack::stale, *sample};
  }
  return {Lack::present, *sample};
}

void note(RowNotes& notes, std::size_t lane, Interval time, bool estimated, std::uint16_t source) {
  if (estimated) notes.estimated[lane] = 1;
  if (time.end < notes.newest[lane]) return;
  notes.newest[lane] = time.end;
  notes.time[lane] = time;
  notes.source[lane] = source;
}

void attribute(const Expr& e, const RowScope& scope, Rows rows, RowNotes& notes, Vec& out) {
  const model::Column& column = scope.table.columns[e.index];
  for (std::size_t lane = 0; lane < rows.size(); ++lane) {
    const std::uint32_t row = rows[lane];
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

void series(const Expr& e, const RowScope& scope, Rows rows, RowNotes& notes, Vec& out) {
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

void window(const Expr& e, const RowScope& scope, Rows rows, RowNotes& notes, Vec& out) {
  const model::Column& column = scope.table.columns[e.index];
  const model::PropertyDef& property = scope.table.type->properties[e.index];
  const bool period = e.kind == ExprKind::period;
  Interval interval{minus(scope.as_of, e.window.span, scope.snapshot.zone), scope.as_of};
  if (period) interval = over_interval(*e.over, scope.as_of, scope.snapshot.zone);
  if (period && notes.periods_expected.empty()) {
    notes.periods_expected.assign(rows.size(), 0);
    notes.periods_reported.assign(rows.size(), 0);
  }
  std::vector<model::Sample> samples;
  for (std::size_t lane = 0; lane < rows.size(); ++lane) {
    samples.clear();
    const model::SeriesId id = column.series[rows[lane]];
    if (id != model::no_series) {
      scope.snapshot.history->read(id, interval.begin, std::min(interval.end, scope.as_of),
                                   samples);
    }
    const Windowed value =
        period ? period_value(e.window.function, property, interval, scope.snapshot.zone, samples)
               : window_value(e.window, samples);
    if (period) {
      notes.periods_expected[lane] = static_cast<std::uint32_t>(value.expected);
      notes.periods_reported[lane] = static_cast<std::uint32_t>(value.reported);
    }
    out.lack[lane] = value.lack;
    if (value.lack != Lack::present) continue;
    out.set_number(lane, value.value);
    if (!samples.empty()) {
      note(notes, lane, samples.back().time, value.estimated, samples.back().source);
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

// The rows that stood for the same things at the earlier date; lanes without one stay out.
Vec at_date(const Expr& e, const RowScope& scope, Rows rows, RowNotes& notes) {
  const RowScope then{scope.snapshot, scope.table,
                      shifted(e.shift, scope.as_of, scope.snapshot.zone), scope.cache};
  std::vector<std::uint32_t> versions(rows.begin(), rows.end());
  std::vector<std::uint8_t> found(rows.size(), 0);
  for (std::size_t lane = 0; lane < rows.size(); ++lane) {
    if (valid_before(scope.table.valid[rows[lane]], then.as_of)) {
      found[lane] = 1;
      continue;
    }
    const auto [first, last] = scope.table.rows_by_id.equal_range(scope.table.ids[rows[lane]]);
    for (auto at = first; at != last; ++at) {
      if (!valid_before(scope.table.valid[at->second], then.as_of)) continue;
      versions[lane] = at->second;
      found[lane] = 1;
    }
  }
  Vec out = evaluate_rows(e.args[0], then, versions, notes);
  if (out.constant) return out;
  for (std::size_t lane = 0; lane < rows.size(); ++lane) {
    if (found[lane] == 0) out.lack[lane] = Lack::not_in_force;
  }
  return out;
}

}  // namespace

void RowNotes::reset(std::size_t lanes) {
  estimated.assign(lanes, 0);
  newest.assign(lanes, Instant::min());
  time.assign(lanes, {});
  source.assign(lanes, 0);
  periods_reported.clear();
  periods_expected.clear();
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

Vec evaluate_rows(const Expr& e, const RowScope& scope, std::span<const std::uint32_t> rows,
                  RowNotes& notes) {
  Vec out;
  switch (e.kind) {
    case ExprKind::constant:
      return e.constant;
    case ExprKind::column:
      out.reset(e.type, rows.size());
      if (scope.table.type->properties[e.index].series) {
        series(e, scope, rows, notes, out);
      } else {
        attribute(e, scope, rows, notes, out);
      }
      return out;
    case ExprKind::derived:
      return evaluate_rows(e.inner->root, scope, rows, notes);
    case ExprKind::builtin:
      out.reset(e.type, rows.size());
      builtin(e, scope, rows, out);
      if (e.builtin == Builtin::position || e.builtin == Builtin::geometry) {
        const bool shapes = e.builtin == Builtin::geometry;
        for (std::size_t lane = 0; lane < rows.size(); ++lane) {
          if (shapes && scope.table.shapes.contains(rows[lane])) continue;
          if (scope.table.position_estimated[rows[lane]] != 0) notes.estimated[lane] = 1;
        }
      }
      return out;
    case ExprKind::window:
    case ExprKind::period:
      out.reset(e.type, rows.size());
      if (!e.args.empty()) {
        sampled_window(e, scope, rows, notes, out);
        return out;
      }
      window(e, scope, rows, notes, out);
      return out;
    case ExprKind::at:
      return at_date(e, scope, rows, notes);
    default:
      break;
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
