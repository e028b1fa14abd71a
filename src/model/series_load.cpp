// SPDX-License-Identifier: Apache-2.0
#include "model/series_load.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "model/series_file.hpp"
#include "model/simulated.hpp"
#include "simulate/device.hpp"

namespace cairn::model {
namespace {

// Times in a pack's files that give no offset.
constexpr Zone pack_zone{8 * 3600};

std::string meant(const std::optional<std::string>& near) {
  return near ? "; did you mean '" + *near + "'?" : std::string();
}

class SeriesItem {
 public:
  SeriesItem(const YamlNode& node, std::string_view file, const std::string& pack,
             Problems& problems)
      : node_(node), file_(file), pack_(pack), problems_(problems), map_(node, file, problems) {}

  std::optional<SeriesFile> read() {
    if (!map_.ok()) return std::nullopt;
    const std::size_t before = problems_.errors.size();
    series_.place = map_.place();
    series_.zone = pack_zone;
    const bool simulated = node_.find("simulate") != nullptr;
    if (simulated && node_.find("file") != nullptr) {
      problems_.error(map_.place(), "a series has either a 'file' or a device to 'simulate'");
      return std::nullopt;
    }
    series_.thing = map_.text("thing", true);
    read_zone();
    if (!simulated) {
      read_file();
    } else if (!read_simulated()) {
      return std::nullopt;  // what else it says cannot be judged without the kind
    }
    series_.lasts = span("lasts");
    read_columns();
    map_.finish();
    // A file that is wrong in places still shows the mistakes in its rows.
    if (simulated && problems_.errors.size() != before) return std::nullopt;
    return std::move(series_);
  }

 private:
  std::string place(const YamlNode& node) const { return map_.place(node); }

  void read_file() {
    series_.file = map_.text("file", true);
    series_.format = map_.text("format");
    const YamlNode* time = map_.required("time");
    if (time != nullptr && time->kind == YamlNode::Kind::scalar) {
      series_.time_columns.push_back(time->scalar);
    } else if (time != nullptr) {
      series_.time_columns = map_.texts("time");
    }
    series_.missing = map_.texts("missing");
    series_.origin = map_.label("origin", true);
    series_.elsewhere = map_.flag("elsewhere");
    series_.source = map_.text("source");
    if (!series_.source.empty()) series_.source = "packs/" + pack_ + "/" + series_.source;
  }

  void read_zone() {
    const YamlNode* node = map_.get("zone");
    if (node == nullptr) return;
    const auto parsed = parse_zone(node->scalar);
    if (parsed) {
      series_.zone = *parsed;
    } else {
      problems_.error(place(*node), parsed.error().message);
    }
  }

  bool read_simulated() {
    const YamlNode* name = map_.get("simulate");
    if (name == nullptr) {
      problems_.error(map_.place(),
                      "'simulate' names a kind of device; `cairn simulate kinds` lists them");
      return false;
    }
    kind_ = simulate::kind(name->scalar);
    if (kind_ == nullptr) {
      std::vector<std::string> names;
      for (const simulate::Kind& kind : simulate::kinds()) names.emplace_back(kind.id);
      problems_.error(place(*name),
                      format("there is no kind of simulated device '{}'{}; `cairn simulate kinds` "
                             "lists them",
                             name->scalar, meant(nearest(name->scalar, names))),
                      Code::not_found);
      return false;
    }
    SimulatedSeries device;
    device.kind = name->scalar;
    if (const auto seed = map_.integer("seed"); seed && *seed >= 0) {
      device.seed = static_cast<std::uint64_t>(*seed);
    } else if (node_.find("seed") != nullptr) {
      problems_.error(place(*node_.find("seed")), "'seed' must be a whole number from 0 on");
    }
    device.time = interval(map_, true);
    read_every(device);
    if (const YamlNode* with = map_.get("with")) read_values(*with, device.with);
    read_changes(device);
    read_silences(device);
    series_.origin = simulated_origin(*kind_, device.seed);
    series_.source = simulated_source(pack_, device.kind);
    series_.simulated = std::move(device);
    return true;
  }

  void read_every(SimulatedSeries& device) {
    const YamlNode* node = map_.required("every");
    if (node == nullptr) return;
    if (const auto every = span("every")) device.every = *every;
    if (device.every.ns <= 0) {
      problems_.error(place(*node), "'every' must be an exact span: 10min, 1h");
      return;
    }
    const std::uint64_t rows =
        simulate::steps_of(device.time.begin, device.time.end, device.every.ns);
    if (rows > most_simulated_rows) {
      problems_.error(place(*node),
                      format("{} readings; a pack's simulated series has at most {}: "
                             "make it shorter, or 'every' longer",
                             rows, most_simulated_rows),
                      Code::too_large);
    }
  }

  // {rain_rate: 28, …}: values of known parameters, within their ranges.
  void read_values(const YamlNode& node, std::vector<std::pair<std::string, double>>& out) {
    YamlMap map(node, file_, problems_);
    for (const YamlMember& member : node.members) {
      const auto value = map.number(member.first);
      if (!value) continue;  // said already
      if (const auto known = simulate::check_parameter(*kind_, member.first, *value); !known) {
        problems_.error(place(member.second), known.error().message);
        continue;
      }
      out.emplace_back(member.first, *value);
    }
  }

  // `from` and `to` of a map; both needed, in order, within the series when there is one already.
  Interval interval(YamlMap& map, bool whole = false) {
    const auto from = instant(map, "from");
    const auto to = instant(map, "to");
    if (!from || !to) return {};
    if (!(*from < *to)) {
      problems_.error(map.place(), "'to' must be later than 'from'");
      return {};
    }
    if (whole) whole_ = {*from, *to};
    if (whole_ && (*from < whole_->begin || whole_->end < *to)) {
      problems_.error(map.place(),
                      format("{} to {} is not within the series, {} to {}", text(*from), text(*to),
                             text(whole_->begin), text(whole_->end)));
    }
    return {*from, *to};
  }
  std::string text(Instant t) const { return to_string(t, series_.zone); }

  std::optional<Instant> instant(YamlMap& map, std::string_view key) {
    const YamlNode* node = map.required(key);
    if (node == nullptr) return std::nullopt;
    const auto parsed = parse_instant(node->scalar, series_.zone);
    if (parsed) return *parsed;
    problems_.error(place(*node), parsed.error().message);
    return std::nullopt;
  }

  template <class Use>
  void each(std::string_view key, Use use) {
    const YamlNode* list = map_.get(key);
    if (list == nullptr) return;
    if (list->kind != YamlNode::Kind::list) {
      problems_.error(place(*list), format("'{}' must be a list", key));
      return;
    }
    for (const YamlNode& item : list->items) {
      YamlMap map(item, file_, problems_);
      if (map.ok()) use(map, item);
    }
  }

  void read_changes(SimulatedSeries& device) {
    each("changes", [&](YamlMap& map, const YamlNode&) {
      const Interval time = interval(map);
      std::vector<std::pair<std::string, double>> values;
      if (const YamlNode* set = map.required("set")) read_values(*set, values);
      map.finish();
      for (const auto& [name, value] : values) {
        for (const SimulatedSeries::Change& other : device.changes) {
          if (other.parameter != name || !overlap(other.time, time)) continue;
          // Within an earlier one it counts instead of it; across its end it would be a slip.
          if (other.time.begin <= time.begin && time.end <= other.time.end) continue;
          problems_.error(map.place(), format("'{}' has another value from {} to {} already", name,
                                              text(other.time.begin), text(other.time.end)));
        }
        device.changes.push_back({time, name, value});
      }
    });
  }

  void read_silences(SimulatedSeries& device) {
    each("silences", [&](YamlMap& map, const YamlNode&) {
      const Interval time = interval(map);
      map.finish();
      for (const Interval& other : device.silences) {
        if (!overlap(other, time)) continue;
        problems_.error(map.place(), format("it is silent from {} to {} already", text(other.begin),
                                            text(other.end)));
      }
      device.silences.push_back(time);
    });
  }

  static bool overlap(const Interval& a, const Interval& b) {
    return a.begin < b.end && b.begin < a.end;
  }

  void read_columns() {
    const YamlNode* node = map_.required("columns");
    if (node == nullptr) return;
    if (node->kind != YamlNode::Kind::map) {
      problems_.error(place(*node), "'columns' must be a map: column: property");
      return;
    }
    for (const YamlMember& member : node->members) {
      series_.columns.push_back(read_column(member.first, member.second));
      if (kind_ != nullptr) check_output(series_.columns.back(), member.second);
    }
  }

  // `column: property`, or `column: {property: …, scale: …, offset: …, unit: …}`.
  SeriesColumn read_column(const std::string& name, const YamlNode& node) {
    SeriesColumn column;
    column.column = name;
    if (node.kind == YamlNode::Kind::scalar) {
      column.property = node.scalar;
      return column;
    }
    YamlMap map(node, file_, problems_);
    column.property = map.text("property", true);
    column.scale = map.number("scale").value_or(1);
    column.offset = map.number("offset").value_or(0);
    if (const YamlNode* unit = map.get("unit")) {
      const auto parsed = parse_unit(unit->scalar);
      if (parsed) {
        column.unit = *parsed;
      } else {
        problems_.error(place(*unit), parsed.error().message);
      }
    }
    map.finish();
    return column;
  }

  // A column of a device is one of its outputs, in the output's unit unless it is scaled.
  void check_output(SeriesColumn& column, const YamlNode& node) {
    const int index = kind_->output(column.column);
    if (index < 0) {
      std::vector<std::string> names;
      for (const simulate::Output& output : kind_->outputs) names.emplace_back(output.name);
      problems_.error(place(node),
                      format("'{}' has no output '{}'{}; it has {}", kind_->id, column.column,
                             meant(nearest(column.column, names)), join(names, ", ")));
      return;
    }
    const simulate::Output& output = kind_->outputs[static_cast<std::size_t>(index)];
    const auto unit = parse_unit(output.unit);
    if (!unit) {
      problems_.error(place(node), unit.error().message, Code::internal);
      return;
    }
    const bool scaled = column.scale != 1 || column.offset != 0;
    if (!scaled && column.unit && !column.unit->compatible(*unit)) {
      problems_.error(place(node), format("the output '{}' is in {}, not in {}", output.name,
                                          output.unit, column.unit->text));
    }
    if (!scaled) column.unit = *unit;
  }

  std::optional<Span> span(std::string_view key) {
    const YamlNode* node = map_.get(key);
    if (node == nullptr) return std::nullopt;
    const auto parsed = parse_span(node->scalar);
    if (parsed) return *parsed;
    problems_.error(place(*node), parsed.error().message);
    return std::nullopt;
  }

  const YamlNode& node_;
  std::string_view file_;
  const std::string& pack_;
  Problems& problems_;
  YamlMap map_;
  SeriesFile series_;
  const simulate::Kind* kind_ = nullptr;
  std::optional<Interval> whole_;
};

bool bind_column(const TypeDef& type, const SeriesFile& series, SeriesColumn& column,
                 Problems& problems) {
  const PropertyDef* property = type.property(column.property);
  if (property == nullptr || !property->series) {
    std::vector<std::string> names;
    for (const PropertyDef& known : type.properties) {
      if (known.series) names.push_back(known.name);
    }
    problems.error(series.place,
                   format("column '{}': {} has no series '{}'{}", column.column, type.name,
                          column.property, meant(nearest(column.property, names))),
                   Code::not_found);
    return false;
  }
  column.to = property->unit;
  if (!column.unit || column.unit->compatible(column.to)) return true;
  problems.error(series.place, format("column '{}' is in {}, but {} is kept in {}", column.column,
                                      column.unit->text, column.property, column.to.text));
  return false;
}

// Whether the thing and its properties are known; fills in the units that columns convert to.
bool bind(SeriesFile& series, const Catalog& catalog, const Records& records, Problems& problems) {
  const auto thing = std::find_if(records.things.rbegin(), records.things.rend(),
                                  [&](const Thing& known) { return known.id == series.thing; });
  const TypeDef* type = thing == records.things.rend() ? nullptr : catalog.type(thing->type);
  if (type == nullptr) {
    problems.error(series.place,
                   format("there is no thing '{}' for {}; list it in a CSV under `things`",
                          series.thing, series.simulated ? series.simulated->kind : series.file),
                   Code::not_found);
    return false;
  }
  bool good = true;
  for (SeriesColumn& column : series.columns) {
    good = bind_column(*type, series, column, problems) && good;
  }
  return good;
}

// A truth is 1 or 0: anything else is a wrong column, or a wrong kind of the property.
void check_truths(const SeriesFile& series, const Catalog& catalog, const Records& records,
                  std::size_t from, Problems& problems) {
  const auto thing = std::find_if(records.things.rbegin(), records.things.rend(),
                                  [&](const Thing& known) { return known.id == series.thing; });
  const TypeDef* type = thing == records.things.rend() ? nullptr : catalog.type(thing->type);
  for (const SeriesColumn& column : series.columns) {
    const PropertyDef* property = type == nullptr ? nullptr : type->property(column.property);
    if (property == nullptr || property->kind != PropertyKind::boolean) continue;
    for (std::size_t i = from; i < records.observations.size(); ++i) {
      const Observation& one = records.observations[i];
      if (one.property != column.property || one.value == 0 || one.value == 1) continue;
      problems.error(series.place, format("column '{}': {} at {} is neither 1 (true) nor 0 (false)",
                                          column.column, number_text(one.value),
                                          to_string(one.time.begin, series.zone)));
      break;
    }
  }
}

void add_source(const simulate::Kind& kind, const std::string& key, Catalog& catalog) {
  const bool known =
      std::ranges::find(catalog.sources, key, &SourceDef::key) != catalog.sources.end();
  if (known) return;
  catalog.sources.push_back({key, format("cairn simulate rows ({})", kind.id),
                             format("模拟数据，不是观测 / simulated, not observed. {} {} {}",
                                    kind.physics_zh, kind.physics_en, kind.source),
                             "Apache-2.0"});
}

void run_simulated(const SeriesFile& series, Catalog& catalog, Records& records,
                   Problems& problems) {
  const simulate::Kind* kind = simulate::kind(series.simulated->kind);
  if (kind == nullptr) return;  // said already
  const auto rows = simulate::run(*kind, setting_of(*series.simulated, series.zone));
  if (!rows) {
    problems.error(series.place, rows.error().message, rows.error().code);
    return;
  }
  add_source(*kind, series.source, catalog);
  for (const SeriesColumn& column : series.columns) {
    const auto output = static_cast<std::size_t>(kind->output(column.column));
    for (std::size_t i = 0; i < rows->times.size(); ++i) {
      const double value = rows->columns[output][i];
      if (std::isnan(value)) continue;
      const Instant begin = rows->times[i];
      const Instant end = series.lasts ? plus(begin, *series.lasts, series.zone) : begin;
      records.observations.push_back({series.thing,
                                      column.property,
                                      {begin, end},
                                      in_property_unit(column, value),
                                      false,
                                      series.source});
    }
  }
}

}  // namespace

std::optional<SeriesFile> read_series(const YamlNode& node, std::string_view file,
                                      const std::string& pack, Problems& problems) {
  return SeriesItem(node, file, pack, problems).read();
}

void load_series(const Files& files, const PackDef& pack, SeriesFile& series, Catalog& catalog,
                 Records& records, Problems& problems) {
  if (!bind(series, catalog, records, problems)) return;
  if (series.simulated) return run_simulated(series, catalog, records, problems);
  const std::size_t before = records.observations.size();
  const std::string path = pack.directory + "/" + series.file;
  const auto text = files.read(path);
  if (!text) {
    problems.errors.push_back(text.error());
    return;
  }
  read_series_text(*text, path, series, records, problems);
  check_truths(series, catalog, records, before, problems);
}

simulate::Setting setting_of(const SimulatedSeries& device, Zone zone) {
  simulate::Setting out;
  out.seed = device.seed;
  out.from = device.time.begin;
  out.to = device.time.end;
  out.every_ns = device.every.ns;
  out.zone = zone;
  out.with = device.with;
  for (const SimulatedSeries::Change& change : device.changes) {
    out.changes.push_back({change.time.begin, change.time.end, change.parameter, change.value});
  }
  out.silences = device.silences;
  return out;
}

}  // namespace cairn::model
