// SPDX-License-Identifier: Apache-2.0
// Things and statistics from CSV: see region_load.hpp.
#include <array>
#include <map>
#include <tuple>

#include "core/text.hpp"
#include "core/unit.hpp"
#include "model/csv_rows.hpp"
#include "model/region_load.hpp"

namespace cairn::model {
namespace {

constexpr std::array<std::string_view, 12> thing_columns = {
    "id",  "type",   "region",     "name_zh",  "name_en",   "lon",
    "lat", "status", "valid_from", "valid_to", "estimated", "source"};

bool is_thing_column(std::string_view name) {
  for (const std::string_view column : thing_columns) {
    if (column == name) return true;
  }
  return false;
}

// The columns of properties: everything that is not a column of every thing.
std::vector<std::size_t> property_columns(CsvRows& rows) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < rows.header().size(); ++i) {
    const std::string& name = rows.header()[i];
    if (is_thing_column(name)) continue;
    if (is_identifier(name)) {
      out.push_back(i);
    } else {
      rows.error(
          format("the column '{}' is passed over: a property's name is ASCII letters, "
                 "digits and _",
                 name));
    }
  }
  return out;
}

std::optional<Thing> read_thing(CsvRows& rows, Zone zone, const std::vector<std::size_t>& columns) {
  Thing thing;
  thing.id = rows.at("id");
  thing.type = rows.at("type");
  thing.region = rows.at("region");
  thing.name = {std::string(rows.at("name_zh")), std::string(rows.at("name_en"))};
  thing.source = rows.at("source");
  thing.place = rows.place();
  if (thing.id.empty() || thing.type.empty()) {
    rows.error("a thing needs an id and a type");
    return std::nullopt;
  }
  const auto position = rows.position();
  const auto valid = rows.validity(zone);
  const auto estimated = rows.flag("estimated", false);
  if (!position || !valid || !estimated) return std::nullopt;
  thing.position = *position;
  thing.valid = *valid;
  thing.estimated = *estimated;
  if (const std::string_view status = rows.at("status"); !status.empty()) {
    const auto life = parse_life(status);
    if (!life) {
      rows.error(format("status '{}' is none of planned, building, live, retired", status));
      return std::nullopt;
    }
    thing.status = *life;
  }
  // The kinds are known to the packs only: texts are read as the property's kind when they are
  // put into a table.
  for (const std::size_t column : columns) {
    const std::string_view value = rows.at(column);
    if (value.empty()) continue;
    thing.properties.emplace_back(rows.header()[column], Value{std::string(value)});
  }
  return thing;
}

std::optional<Statistic> read_statistic(CsvRows& rows, Zone zone) {
  Statistic out;
  out.region = rows.at("region");
  out.property = rows.at("property");
  out.unit = rows.at("unit");
  out.source = rows.at("source");
  out.place = rows.place();
  if (out.region.empty() || !is_identifier(out.property)) {
    rows.error(
        format("a statistic needs a region and a property (ASCII letters, digits and _), "
               "not '{}' and '{}'",
               out.region, out.property));
    return std::nullopt;
  }
  const auto period = parse_period(rows.at("period"), zone);
  if (!period) {
    rows.error(period.error().message);
    return std::nullopt;
  }
  if (period->begin >= period->end) {  // both ends saturate
    rows.error(format("the period {} is outside the years 1678 to 2262", rows.at("period")));
    return std::nullopt;
  }
  const auto value = parse_number(rows.at("value"));
  if (!value) {
    rows.error(format("the value '{}' is not a number", rows.at("value")));
    return std::nullopt;
  }
  const auto unit = parse_unit(out.unit.empty() ? "1" : out.unit);
  if (!unit) {
    rows.error(unit.error().message);
    return std::nullopt;
  }
  const auto estimated = rows.flag("estimated", false);
  if (!estimated) return std::nullopt;
  if (out.unit.empty()) out.unit = "1";
  out.period = *period;
  out.value = *value;
  out.estimated = *estimated;
  return out;
}

}  // namespace

void read_things_csv(std::string_view text, std::string_view name, Zone zone, Records& out,
                     Problems& problems) {
  CsvRows rows(text, name, problems);
  if (!rows.begin({"id", "type"})) return;
  const std::vector<std::size_t> columns = property_columns(rows);
  while (rows.next()) {
    if (auto thing = read_thing(rows, zone, columns)) out.things.push_back(std::move(*thing));
  }
  rows.finish();
}

void read_statistics_csv(std::string_view text, std::string_view name, Zone zone, Records& out,
                         Problems& problems) {
  CsvRows rows(text, name, problems);
  if (!rows.begin({"region", "property", "period", "value", "unit"})) return;
  // One figure of one region and period stands once in a file; repeated, it must be the same.
  std::map<std::tuple<std::string, std::string, Instant, Instant>, std::size_t> seen;
  while (rows.next()) {
    auto statistic = read_statistic(rows, zone);
    if (!statistic) continue;
    const auto [at, fresh] = seen.try_emplace(
        {statistic->region, statistic->property, statistic->period.begin, statistic->period.end},
        out.statistics.size());
    if (fresh) {
      out.statistics.push_back(std::move(*statistic));
      continue;
    }
    const Statistic& first = out.statistics[at->second];
    if (first.value != statistic->value || first.unit != statistic->unit) {
      rows.error(format("'{}' of {} for {} is {} {} here and {} {} at {}", statistic->property,
                        statistic->region, rows.at("period"), number_text(statistic->value),
                        statistic->unit, number_text(first.value), first.unit, first.place),
                 Code::conflict);
    }
  }
  rows.finish();
}

}  // namespace cairn::model
