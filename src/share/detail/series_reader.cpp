// SPDX-License-Identifier: Apache-2.0
// Rows as statistics and as observations: long (one value a row, named by a column) or wide (one
// column a property).
#include <cmath>
#include <optional>
#include <utility>

#include "core/text.hpp"
#include "model/table_builder.hpp"
#include "share/detail/lookup.hpp"
#include "share/detail/loose_text.hpp"
#include "share/detail/row_reader.hpp"

namespace cairn::share::detail {
namespace {

using model::no_region;
using model::RegionIndex;

// What both kinds share: cells, the value columns, duplicates, samples.
class SeriesReader : public RowReader {
 public:
  SeriesReader(const ReaderInputs& inputs, Columns columns)
      : in_(inputs),
        columns_(std::move(columns)),
        catalog_(*inputs.context.snapshot.catalog),
        value_(columns_.find(Field::value)),
        unit_(columns_.find(Field::unit)),
        measures_(columns_.measures()) {}

  // Checks the header; `subject` is the column that says whose values they are.
  Status begin(Field subject, bool subject_given) {
    const ImportKind kind = in_.request.kind;
    if (!subject_given) {
      if (auto done = need_column(columns_, kind, subject, ""); !done) return done;
    }
    if (auto done = need_column(columns_, kind, Field::time, ""); !done) return done;
    const bool named = columns_.find(Field::property) != nullptr || !in_.request.property.empty();
    if (measures_.empty()) {
      if (!named) {
        return need_column(columns_, kind, Field::property,
                           ", and no column is a property or indicator that is known");
      }
      if (auto done = need_column(columns_, kind, Field::value, ""); !done) return done;
    } else if (value_ != nullptr || columns_.find(Field::property) != nullptr) {
      return fail(
          Code::invalid,
          format("the column '{}' is a property, so '{}' cannot be one too: give either "
                 "property and value, or one column for each property",
                 measures_[0]->header,
                 value_ != nullptr ? value_->header : columns_.find(Field::property)->header));
    }
    for (const Column& column : columns_.used) {
      in_.preview.columns.push_back(
          {column.header,
           column.measure.empty() ? std::string(name_of(column.field, kind)) : column.measure,
           {}});
    }
    return {};
  }

  // Each is a record of its own.
  std::size_t values() const override { return record_of_.size(); }

  void finish() override {
    if (empty_ > 0) {
      in_.preview.notes.push_back(format("{} empty values are left out", empty_));
    }
    if (repeated_ > 0) {
      in_.preview.notes.push_back(
          format("{} values stand twice in the file and are kept once", repeated_));
    }
  }

 protected:
  std::string_view cell(Field field) const {
    const Column* column = columns_.find(field);
    return column == nullptr ? std::string_view() : trim(row_->cells[column->at]);
  }
  template <class Message>
  void mistake(Field field, const Message& message) {
    const Column* column = columns_.find(field);
    in_.report.mistake(column == nullptr ? std::string_view() : std::string_view(column->header),
                       message);
  }

  // Calls give(column, property name, text) for each value of the row that is not empty.
  template <class Give>
  void each_value(const Give& give) {
    if (measures_.empty()) {
      std::string_view property = cell(Field::property);
      if (property.empty()) property = in_.request.property;
      const std::string_view text = cell(Field::value);
      if (property.empty()) {
        mistake(Field::property, [] { return "the property is empty"; });
      } else if (is_missing(text)) {
        ++empty_;
      } else {
        give(*value_, property, text);
      }
      return;
    }
    for (const Column* column : measures_) {
      const std::string_view text = trim(row_->cells[column->at]);
      if (is_missing(text)) {
        ++empty_;
      } else {
        give(*column, std::string_view(column->measure), text);
      }
    }
  }

  // The unit a value is in, as text; empty when nobody says.
  std::string_view unit_text(const Column& column) const {
    if (unit_ != nullptr) {
      if (const std::string_view text = cell(Field::unit); !text.empty()) return text;
    }
    if (column.unit) return column.unit->text;
    return in_.request.unit;
  }

  std::optional<bool> read_estimated() {
    const std::string_view text = cell(Field::estimated);
    if (text.empty()) return false;
    const auto flag = loose_flag(text);
    if (!flag) {
      mistake(Field::estimated, [&] { return format("'{}' is neither true nor false", text); });
    }
    return flag;
  }
  std::string source_text() const {
    const std::string_view text = cell(Field::source);
    return text.empty() ? in_.source() : std::string(text);
  }

  // A unit that can be converted to `wanted`, or a mistake of the row.
  const Unit* fitting_unit(const Column& column, std::string_view text, const Unit& wanted,
                           std::string_view property) {
    const Result<Unit>& unit = units_.find(text);
    const std::string_view header = unit_ != nullptr && !cell(Field::unit).empty()
                                        ? std::string_view(unit_->header)
                                        : std::string_view(column.header);
    if (!unit) {
      in_.report.mistake(header, [&] { return unit.error().message; });
      return nullptr;
    }
    if (unit->compatible(wanted)) return &*unit;
    in_.report.mistake(header, [&] {
      return format("'{}' is kept in {} and cannot be given in {}", property, wanted.text, text);
    });
    return nullptr;
  }

  void repeated(std::ptrdiff_t twin, bool equal, const Column& column, std::string_view property) {
    if (equal) {
      ++repeated_;
      return;
    }
    in_.report.mistake(column.header, [&] {
      return format("'{}' of the same time stands with another value in record {}", property,
                    record_of_[static_cast<std::size_t>(twin)]);
    });
  }

  void add_sample() {
    if (!in_.sampling()) return;
    SampleRow sample{row_->record, {}};
    for (const Column& column : columns_.used) {
      const auto shown = shown_.find(column.at);
      sample.cells.push_back(shown != shown_.end() ? shown->second
                                                   : std::string(trim(row_->cells[column.at])));
    }
    in_.preview.sample.push_back(std::move(sample));
  }
  // What the sample shows for a column of this row instead of its text.
  void show(const Column* column, std::string text) {
    if (column != nullptr && in_.sampling()) shown_[column->at] = std::move(text);
  }
  void start(const Row& row) {
    row_ = &row;
    shown_.clear();
  }

  ReaderInputs in_;
  Columns columns_;
  const model::Catalog& catalog_;
  const Column* value_;
  const Column* unit_;
  std::vector<const Column*> measures_;
  const Row* row_ = nullptr;
  UnitWords units_;
  Seen seen_;
  std::vector<std::uint32_t> record_of_;  // of each accepted value

 private:
  std::unordered_map<std::size_t, std::string> shown_;
  std::size_t empty_ = 0;
  std::size_t repeated_ = 0;
};

class StatisticReader final : public SeriesReader {
 public:
  StatisticReader(const ReaderInputs& inputs, Columns columns, MeasureNames names)
      : SeriesReader(inputs, std::move(columns)),
        regions_(*inputs.context.snapshot.regions),
        region_words_(regions_),
        names_(std::move(names)) {}

  void read(const Row& row) override {
    start(row);
    auto& list = in_.preview.records.statistics;
    const std::size_t before = list.size();
    const std::string_view code = cell(Field::region);
    const RegionIndex region = region_words_.find(code);
    if (region == no_region) {
      mistake(Field::region, [&] {
        return code.empty() ? "a statistic needs a region" : region_words_.why(code);
      });
    }
    const auto period = parse_period(iso_time(cell(Field::time)), in_.zone());
    if (!period) mistake(Field::time, [&] { return period.error().message; });
    const auto estimated = read_estimated();
    if (!in_.report.good()) return;
    show(columns_.find(Field::region), regions_[region].code);
    show(columns_.find(Field::time), cairn::to_string(*period, in_.zone()));
    each_value([&](const Column& column, std::string_view property, std::string_view text) {
      model::Statistic statistic;
      statistic.region = regions_[region].code;
      statistic.period = *period;
      statistic.estimated = *estimated;
      if (read_value(column, property, text, region, statistic)) {
        statistic.source = source_text();
        enter(column, std::move(statistic));
      }
    });
    if (!in_.report.good()) {
      // A row is taken whole or not at all. Entries of `seen_` may now name other records, which
      // are compared by content.
      forget(before);
      return;
    }
    add_sample();
  }

 private:
  bool read_value(const Column& column, std::string_view property, std::string_view text,
                  RegionIndex region, model::Statistic& out) {
    const Unit* wanted = nullptr;
    if (!declared(column, property, region, out.property, wanted)) return false;
    const auto number = loose_number(text);
    if (!number) {
      in_.report.mistake(column.header, [&] { return number.error().message; });
      return false;
    }
    const std::string_view unit = unit_text(column);
    if (unit.empty()) {
      in_.report.mistake(unit_ != nullptr ? unit_->header : column.header, [&] {
        return format("the unit of '{}' is missing; it is kept in {}", out.property, wanted->text);
      });
      return false;
    }
    if (fitting_unit(column, unit, *wanted, out.property) == nullptr) return false;
    out.value = *number;
    out.unit = unit;
    show(&column, number_text(*number));
    return true;
  }

  // The property of the region's level or the given indicator of that name.
  bool declared(const Column& column, std::string_view text, RegionIndex region, std::string& name,
                const Unit*& unit) {
    const model::Level level = regions_[region].level;
    if (text != last_text_ || level != last_level_) {
      last_text_ = text;
      last_level_ = level;
      last_name_ = names_.find(text).value_or("");
      last_unit_ = nullptr;
      const model::TypeDef* type = catalog_.type(to_string(level));
      const model::PropertyDef* property = type ? type->property(last_name_) : nullptr;
      const model::IndicatorDef* indicator = catalog_.indicator(last_name_);
      if (property != nullptr && property->series) {
        last_unit_ = &property->unit;
      } else if (indicator != nullptr && indicator->given) {
        last_unit_ = &indicator->unit;
      }
    }
    name = last_name_;
    unit = last_unit_;
    if (unit != nullptr) return true;
    const Column* named = columns_.find(Field::property);
    in_.report.mistake(named != nullptr ? named->header : column.header, [&] {
      if (!last_name_.empty()) {
        return format("'{}' is no statistic of a {}", last_name_, to_string(level));
      }
      const auto near = names_.near(text);
      return format("no pack declares '{}' as a statistic{}", text,
                    near ? format("; did you mean '{}'?", *near) : std::string());
    });
    return false;
  }

  void enter(const Column& column, model::Statistic statistic) {
    auto& list = in_.preview.records.statistics;
    std::size_t hash = mixed(std::hash<std::string_view>()(statistic.region),
                             std::hash<std::string_view>()(statistic.property));
    hash = mixed(hash, static_cast<std::size_t>(statistic.period.begin.ns));
    hash = mixed(hash, static_cast<std::size_t>(statistic.period.end.ns));
    const auto same = [&](std::size_t i) {
      return i < list.size() && list[i].region == statistic.region &&
             list[i].property == statistic.property && list[i].period == statistic.period;
    };
    const std::ptrdiff_t twin = seen_.enter(hash, list.size(), same);
    if (twin >= 0) {
      const auto& other = list[static_cast<std::size_t>(twin)];
      repeated(twin, other.value == statistic.value && other.unit == statistic.unit, column,
               statistic.property);
      return;
    }
    record_of_.push_back(static_cast<std::uint32_t>(row_->record));
    list.push_back(std::move(statistic));
  }

  void forget(std::size_t before) {
    in_.preview.records.statistics.resize(before);
    record_of_.resize(before);
  }

  const model::RegionTree& regions_;
  RegionWords region_words_;
  MeasureNames names_;
  std::string last_text_;
  model::Level last_level_ = model::Level::zone;
  std::string last_name_;
  const Unit* last_unit_ = nullptr;
};

class ObservationReader final : public SeriesReader {
 public:
  ObservationReader(const ReaderInputs& inputs, Columns columns, MeasureNames names)
      : SeriesReader(inputs, std::move(columns)), names_(std::move(names)) {}

  void read(const Row& row) override {
    start(row);
    auto& list = in_.preview.records.observations;
    const std::size_t before = list.size();
    std::string_view id = cell(Field::thing);
    if (id.empty()) id = in_.request.thing;
    find_thing(id);
    if (homes_.empty()) mistake(Field::thing, [&] { return why_no_thing(id); });
    const std::string time = iso_time(cell(Field::time));
    if (time.empty()) mistake(Field::time, [] { return "the time is empty"; });
    const auto estimated = read_estimated();
    if (!in_.report.good()) return;
    show(columns_.find(Field::time), time);
    each_value([&](const Column& column, std::string_view property, std::string_view text) {
      model::Observation out;
      out.thing = thing_;
      out.estimated = *estimated;
      if (!read_value(column, property, text, time, out)) return;
      out.source = source_text();
      enter(column, std::move(out));
    });
    if (!in_.report.good()) {
      list.resize(before);
      record_of_.resize(before);
      return;
    }
    add_sample();
  }

 private:
  // The tables that hold a thing; a file names the same one in many rows on end.
  void find_thing(std::string_view id) {
    if (id == last_id_) return;
    last_id_ = id;
    thing_ = id;
    homes_.clear();
    last_text_.clear();
    const model::Snapshot& snapshot = in_.context.snapshot;
    if (const RegionIndex region = snapshot.regions->find(id); region != no_region) {
      thing_ = (*snapshot.regions)[region].code;
    }
    if (id.empty()) return;
    for (const auto& table : snapshot.tables) {
      if (table->rows_by_id.contains(thing_)) homes_.push_back(table->type);
    }
  }

  std::string why_no_thing(std::string_view id) const {
    if (id.empty()) return "the thing is empty";
    std::vector<std::string> ids;
    for (const auto& table : in_.context.snapshot.tables) {
      for (const std::string& other : table->ids) {
        // Comparing with every id of a province would take seconds for one message.
        if (ids.size() < 20'000) ids.push_back(other);
      }
    }
    const auto near = nearest(id, ids);
    return format("there is no thing '{}'{}; import things before their observations", id,
                  near ? format(" (did you mean '{}'?)", *near) : std::string());
  }

  // The property of the thing's type, remembered for rows that repeat it.
  bool declared(const Column& column, std::string_view text) {
    if (text != last_text_ || definition_ == nullptr) {
      last_text_ = text;
      definition_ = nullptr;
      last_name_ = names_.find(text).value_or("");
      for (const model::TypeDef* type : homes_) {
        const model::PropertyDef* property = type->property(last_name_);
        if (property == nullptr || !property->series || !property->formula.empty()) continue;
        definition_ = property;
      }
    }
    if (definition_ != nullptr) return true;
    const Column* named = columns_.find(Field::property);
    in_.report.mistake(named != nullptr ? named->header : column.header, [&] {
      if (last_name_.empty()) {
        const auto near = names_.near(text);
        return format("no pack declares the property '{}'{}", text,
                      near ? format("; did you mean '{}'?", *near) : std::string());
      }
      const model::PropertyDef* property = homes_[0]->property(last_name_);
      if (property == nullptr) {
        return format("the type {} has no property '{}'", homes_[0]->name, last_name_);
      }
      return property->formula.empty()
                 ? format("'{}' of {} is no series; import it with the things", last_name_,
                          homes_[0]->name)
                 : format("'{}' is computed by a formula and cannot be given", last_name_);
    });
    return false;
  }

  bool read_value(const Column& column, std::string_view property, std::string_view text,
                  const std::string& time, model::Observation& out) {
    if (!declared(column, property)) return false;
    out.property = definition_->name;
    if (!read_time(time, out.time)) return false;
    if (definition_->kind == model::PropertyKind::boolean) {
      const auto flag = loose_flag(text);
      if (!flag) {
        in_.report.mistake(column.header,
                           [&] { return format("'{}' is neither true nor false", text); });
        return false;
      }
      out.value = *flag ? 1 : 0;
      show(&column, *flag ? "true" : "false");
      return true;
    }
    const auto number = loose_number(text);
    if (!number) {
      in_.report.mistake(column.header, [&] { return number.error().message; });
      return false;
    }
    out.value = *number;
    if (const std::string_view unit = unit_text(column); !unit.empty()) {
      const Unit* from = fitting_unit(column, unit, definition_->unit, out.property);
      if (from == nullptr) return false;
      out.value = convert(*number, *from, definition_->unit);
      show(unit_, definition_->unit.text);
    }
    if (!std::isfinite(out.value)) {
      in_.report.mistake(column.header, [&] { return format("{} is too large", text); });
      return false;
    }
    if (definition_->kind == model::PropertyKind::integer && out.value != std::floor(out.value)) {
      in_.report.mistake(column.header, [&] {
        return format("'{}' must be a whole number, not {}", out.property, number_text(out.value));
      });
      return false;
    }
    show(&column, number_text(out.value));
    return true;
  }

  // An instant, or the period of a property that is counted by periods.
  bool read_time(const std::string& text, Interval& out) {
    if (definition_->period) {
      const auto period = parse_period(text, in_.zone());
      if (period) out = *period;
      if (!period) mistake(Field::time, [&] { return period.error().message; });
      return period.has_value();
    }
    const auto instant = parse_instant(text, in_.zone());
    if (instant) out = {*instant, *instant};
    if (!instant) mistake(Field::time, [&] { return instant.error().message; });
    return instant.has_value();
  }

  void enter(const Column& column, model::Observation observation) {
    auto& list = in_.preview.records.observations;
    std::size_t hash = mixed(std::hash<std::string_view>()(observation.thing),
                             std::hash<std::string_view>()(observation.property));
    hash = mixed(hash, static_cast<std::size_t>(observation.time.begin.ns));
    const auto same = [&](std::size_t i) {
      return i < list.size() && list[i].thing == observation.thing &&
             list[i].property == observation.property && list[i].time == observation.time;
    };
    const std::ptrdiff_t twin = seen_.enter(hash, list.size(), same);
    if (twin >= 0) {
      repeated(twin, list[static_cast<std::size_t>(twin)].value == observation.value, column,
               observation.property);
      return;
    }
    record_of_.push_back(static_cast<std::uint32_t>(row_->record));
    list.push_back(std::move(observation));
  }

  MeasureNames names_;
  std::string last_id_;
  std::string thing_;
  std::vector<const model::TypeDef*> homes_;
  std::string last_text_;
  std::string last_name_;
  const model::PropertyDef* definition_ = nullptr;
};

MeasureNames statistic_names(const model::Catalog& catalog) {
  MeasureNames names;
  for (const model::TypeDef& type : catalog.types) {
    if (!model::parse_level(type.name)) continue;
    for (const model::PropertyDef& property : type.properties) {
      if (property.series) names.add(property.name, property.label, property.unit);
    }
  }
  for (const model::IndicatorDef& indicator : catalog.indicators) {
    if (indicator.given) names.add(indicator.id, indicator.label, indicator.unit);
  }
  return names;
}

MeasureNames series_names(const model::Catalog& catalog) {
  MeasureNames names;
  for (const model::TypeDef& type : catalog.types) {
    for (const model::PropertyDef& property : type.properties) {
      if (property.series && property.formula.empty()) {
        names.add(property.name, property.label, property.unit);
      }
    }
  }
  return names;
}

}  // namespace

Result<std::unique_ptr<RowReader>> read_statistics(const ReaderInputs& inputs) {
  MeasureNames names = statistic_names(*inputs.context.snapshot.catalog);
  auto columns = match_columns(inputs.header, inputs.request, names);
  if (!columns) return fail(columns.error());
  inputs.preview.notes = columns->notes;
  auto reader = std::make_unique<StatisticReader>(inputs, std::move(*columns), std::move(names));
  if (auto done = reader->begin(Field::region, false); !done) return fail(done.error());
  return Result<std::unique_ptr<RowReader>>(std::move(reader));
}

Result<std::unique_ptr<RowReader>> read_observations(const ReaderInputs& inputs) {
  MeasureNames names = series_names(*inputs.context.snapshot.catalog);
  auto columns = match_columns(inputs.header, inputs.request, names);
  if (!columns) return fail(columns.error());
  inputs.preview.notes = columns->notes;
  auto reader = std::make_unique<ObservationReader>(inputs, std::move(*columns), std::move(names));
  const bool given = !inputs.request.thing.empty();
  if (auto done = reader->begin(Field::thing, given); !done) return fail(done.error());
  return Result<std::unique_ptr<RowReader>>(std::move(reader));
}

}  // namespace cairn::share::detail
