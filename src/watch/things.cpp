// SPDX-License-Identifier: Apache-2.0
#include "watch/things.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/text.hpp"
#include "watch/regions.hpp"
#include "watch/series_buckets.hpp"

namespace cairn::watch {
namespace {

using model::Column;
using model::Life;
using model::PropertyDef;
using model::PropertyKind;
using model::Table;

// As formulas take it: what was valid just before the end of what is known.
bool valid_before(Interval valid, Instant as_of) {
  return valid.begin < as_of && as_of <= valid.end;
}

bool passes(const View& view, const ThingFilter& filter, const Table& table, std::uint32_t row) {
  const Interval valid = table.valid[row];
  if (!valid_before(valid, view.as_of)) return false;
  if (filter.status ? table.status[row] != *filter.status : table.status[row] == Life::retired) {
    return false;
  }
  if (filter.box && !filter.box->contains(table.position[row])) return false;
  if (filter.region != model::no_region &&
      (table.region[row] == model::no_region ||
       !view.regions().within(table.region[row], filter.region))) {
    return false;
  }
  return matches(table.names[row], table.ids[row], filter.text);
}

void read_cell(const View& view, const Table& table, std::uint32_t row, const Column& column,
               PropertyValue& out) {
  const PropertyKind kind = out.def->kind;
  if (row >= column.present.size() || column.present[row] == 0) {
    out.reason = "no_data";
    return;
  }
  out.estimated = !column.estimated.empty() && column.estimated[row] != 0;
  out.estimated |= table.estimated[row] != 0;
  out.source = column.source;
  if (kind == PropertyKind::text) {
    out.text = column.dictionary[column.texts[row]];
  } else if (kind == PropertyKind::date) {
    out.text = to_string(date_of({column.times[row]}, {}));
  } else if (kind == PropertyKind::time) {
    out.text = to_string(Instant{column.times[row]}, view.snapshot.zone);
  } else if (row < column.numbers.size()) {
    out.value = column.numbers[row];
  } else {
    out.reason = "not_computable";
  }
}

using Formula = Result<formula::Compiled>;

Formula compile_derived(const View& view, std::size_t type, std::size_t property) {
  const model::TypeDef& def = view.catalog().types[type];
  if (def.properties[property].formula.empty()) return formula::Compiled{};
  return view.library.compile_row(def.properties[property].name, def.name);
}

void read_derived(const View& view, ThingRef thing, const Formula& compiled, PropertyValue& out) {
  const std::string& type = view.catalog().types[thing.type].name;
  if (!compiled) {
    out.reason = "failed";
    return;
  }
  const formula::Cell cell = view.evaluator.row_value(*compiled, type, thing.row, view.as_of);
  out.estimated = cell.estimated;
  out.time = cell.data_time;
  if (cell.value) {
    out.value = compiled->type == formula::Type::number
                    ? convert(*cell.value, compiled->unit, out.def->unit)
                    : *cell.value;
  } else if (const auto* text = cell.other.get<std::string>()) {
    out.text = *text;
  } else {
    out.reason = "no_data";
  }
}

PropertyValue read_property(const View& view, ThingRef thing, std::size_t property,
                            const Formula& derived) {
  const Table& table = *view.snapshot.tables[thing.type];
  PropertyValue out;
  out.def = &view.catalog().types[thing.type].properties[property];
  const Column& column = table.columns[property];
  if (!out.def->formula.empty()) {
    read_derived(view, thing, derived, out);
    return out;
  }
  if (!out.def->series) {
    read_cell(view, table, thing.row, column, out);
    return out;
  }
  const model::SeriesId series =
      thing.row < column.series.size() ? column.series[thing.row] : model::no_series;
  out.has_series = series != model::no_series;
  const auto sample =
      out.has_series ? view.snapshot.history->last(series, view.as_of) : std::nullopt;
  if (!sample) {
    out.reason = out.has_series ? "not_yet" : "no_data";
    return out;
  }
  out.value = sample->value;
  out.time = sample->time.end;
  out.estimated = sample->estimated;
  out.stale = out.def->max_age &&
              sample->time.end < minus(view.as_of, *out.def->max_age, view.snapshot.zone);
  return out;
}

void aggregate(const std::vector<model::Sample>& samples, std::size_t max_points,
               ThingSeries& out) {
  const std::int64_t first = samples.front().time.end.ns;
  const std::int64_t span = samples.back().time.end.ns - first + 1;
  const auto slots = static_cast<std::int64_t>(max_points);
  const std::int64_t width = (span + slots - 1) / slots;
  std::size_t i = 0;
  while (i < samples.size()) {
    const std::int64_t slot = (samples[i].time.end.ns - first) / width;
    ThingPoint point{samples[i].time.end, 0, samples[i].value, samples[i].value};
    double sum = 0;
    std::size_t n = 0;
    for (; i < samples.size() && (samples[i].time.end.ns - first) / width == slot; ++i, ++n) {
      sum += samples[i].value;
      point.least = std::min(point.least, samples[i].value);
      point.greatest = std::max(point.greatest, samples[i].value);
      point.at = samples[i].time.end;
    }
    point.value = sum / static_cast<double>(n);
    out.points.push_back(point);
  }
}

// The time of the first reading to the minute, found by ever finer buckets.
Instant first_of(const model::History& history, model::SeriesId series, Instant begin) {
  Instant end = begin + 366 * ns_per_day;
  for (const std::int64_t step_ns : {ns_per_day, 60 * ns_per_second}) {
    std::vector<store::Bucket> buckets;
    const auto done = series_buckets(history, series, begin - 1, end, step_ns, buckets);
    if (!done || buckets.empty()) return begin;
    begin = std::max(begin, Instant{buckets.front().begin_ns});
    end = begin + step_ns;
  }
  return begin;
}

// Where there are more readings than points, and the history has summaries of them.
bool summed_series(const model::History& history, model::SeriesId series, Instant after,
                   Instant until, std::size_t max_points, ThingSeries& out) {
  if (max_points < 2 || !has_buckets(history, series)) return false;
  std::vector<store::Bucket> buckets;
  constexpr std::int64_t year_ns = 365 * ns_per_day;
  // A damaged block: what else there is comes by samples.
  if (!series_buckets(history, series, after, until, year_ns, buckets)) return false;
  std::size_t count = 0;
  for (const store::Bucket& bucket : buckets) count += bucket.count;
  if (count <= max_points) return false;
  const auto last = history.last(series, until);
  if (!last) return false;
  const Instant begin{std::max(after.ns + 1, buckets.front().begin_ns)};
  const Instant first = first_of(history, series, begin);
  const auto slots = static_cast<std::int64_t>(max_points) - 1;  // the edges may cut one more
  const std::int64_t width_ns = (last->time.end.ns - first.ns) / slots + 1;
  buckets.clear();
  if (!series_buckets(history, series, after, until, width_ns, buckets)) return false;
  out.count = count;
  out.aggregated = true;
  out.first = first;
  out.last = last->time.end;
  for (const store::Bucket& bucket : buckets) {
    const Instant end = std::min(Instant{bucket.begin_ns} + (width_ns - 1), last->time.end);
    out.points.push_back(
        {end, bucket.sum / static_cast<double>(bucket.count), bucket.min, bucket.max});
  }
  return true;
}

}  // namespace

Result<std::vector<ThingRef>> find_things(const View& view, const ThingFilter& filter) {
  const auto& types = view.catalog().types;
  if (!filter.type.empty() && view.catalog().type(filter.type) == nullptr) {
    std::vector<std::string> names;
    for (const model::TypeDef& type : types) names.push_back(type.name);
    const auto near = nearest(filter.type, names);
    return fail(Code::not_found,
                format("no pack declares the type '{}'{}", filter.type,
                       near ? format("; did you mean '{}'?", *near) : ""),
                "query:type");
  }
  std::vector<ThingRef> out;
  for (std::size_t t = 0; t < types.size(); ++t) {
    if (filter.type.empty() ? model::parse_level(types[t].name).has_value()
                            : types[t].name != filter.type) {
      continue;
    }
    const Table& table = *view.snapshot.tables[t];
    for (std::uint32_t row = 0; row < table.size(); ++row) {
      if (passes(view, filter, table, row)) out.push_back({t, row});
    }
  }
  std::sort(out.begin(), out.end(), [&](ThingRef a, ThingRef b) {
    return view.snapshot.tables[a.type]->ids[a.row] < view.snapshot.tables[b.type]->ids[b.row];
  });
  return out;
}

Result<ThingRef> find_thing(const View& view, std::string_view id) {
  std::optional<ThingRef> best;
  Instant best_begin = Instant::min();
  for (std::size_t t = 0; t < view.snapshot.tables.size(); ++t) {
    const Table& table = *view.snapshot.tables[t];
    const auto [first, last] = table.rows_by_id.equal_range(std::string(id));
    for (auto at = first; at != last; ++at) {
      const Interval valid = table.valid[at->second];
      if (valid_before(valid, view.as_of)) return ThingRef{t, at->second};
      if (!best || valid.begin > best_begin) {
        best = ThingRef{t, at->second};
        best_begin = valid.begin;
      }
    }
  }
  if (!best) return fail(Code::not_found, format("there is no thing with the id '{}'", id));
  return *best;
}

PropertyValue property_value(const View& view, ThingRef thing, std::size_t property) {
  return read_property(view, thing, property, compile_derived(view, thing.type, property));
}

std::vector<PropertyValue> property_values(const View& view, ThingRef thing) {
  std::vector<PropertyValue> out;
  const std::size_t count = view.catalog().types[thing.type].properties.size();
  for (std::size_t p = 0; p < count; ++p) out.push_back(property_value(view, thing, p));
  return out;
}

std::vector<std::optional<double>> property_numbers(const View& view,
                                                    std::span<const ThingRef> things,
                                                    std::size_t property) {
  std::vector<std::optional<double>> out;
  if (things.empty()) return out;
  const Formula derived = compile_derived(view, things.front().type, property);
  out.resize(things.size());
  // By rows: neighbours' readings lie beside each other in the history.
  std::vector<std::uint32_t> order(things.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::sort(order, {}, [&](std::uint32_t i) { return things[i].row; });
  const model::TypeDef& type = view.catalog().types[things.front().type];
  if (!type.properties[property].formula.empty()) {
    if (!derived) return out;
    std::vector<std::uint32_t> rows;
    rows.reserve(order.size());
    for (const std::uint32_t i : order) rows.push_back(things[i].row);
    const auto numbers = view.evaluator.row_numbers(*derived, type.name, rows, view.as_of);
    const bool measured = derived->type == formula::Type::number;
    for (std::size_t at = 0; at < order.size(); ++at) {
      if (!numbers[at]) continue;
      out[order[at]] = measured
                           ? convert(*numbers[at], derived->unit, type.properties[property].unit)
                           : *numbers[at];
    }
    return out;
  }
  for (const std::uint32_t i : order) {
    out[i] = read_property(view, things[i], property, derived).value;
  }
  return out;
}

ThingSeries thing_series(const View& view, ThingRef thing, std::size_t property, Instant after,
                         Instant until, std::size_t max_points) {
  ThingSeries out;
  const Column& column = view.snapshot.tables[thing.type]->columns[property];
  if (thing.row >= column.series.size() || column.series[thing.row] == model::no_series) {
    return out;
  }
  const model::SeriesId series = column.series[thing.row];
  if (summed_series(*view.snapshot.history, series, after, until, max_points, out)) return out;
  std::vector<model::Sample> samples;
  view.snapshot.history->read(series, after, until, samples);
  out.count = samples.size();
  if (samples.empty()) return out;
  out.first = samples.front().time.end;
  out.last = samples.back().time.end;
  out.aggregated = samples.size() > max_points;
  if (out.aggregated) {
    aggregate(samples, max_points, out);
    return out;
  }
  for (const model::Sample& s : samples) {
    out.points.push_back({s.time.end, s.value, s.value, s.value});
  }
  return out;
}

}  // namespace cairn::watch
