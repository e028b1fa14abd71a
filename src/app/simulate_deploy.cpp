// SPDX-License-Identifier: Apache-2.0
#include "app/simulate_deploy.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <unordered_map>
#include <unordered_set>

#include "app/simulate_door.hpp"
#include "core/csv.hpp"
#include "core/text.hpp"

namespace cairn::app {
namespace {

constexpr double spread_m = 60;
constexpr double turn_rad = 2.399963;  // the golden angle: no two neighbours in one line
constexpr double metre_deg = 1 / 111'320.0;
constexpr std::size_t most_turns = 256;  // 60 m * 16 = 960 m

struct Village {
  std::string code;
  std::string name;
  geo::Point position;
};

std::vector<Village> villages_of(const model::Workspace& workspace) {
  std::vector<Village> out;
  for (const model::Thing& thing : workspace.records.things) {
    if (thing.type != "village" || !thing.position) continue;
    if (workspace.regions->find(thing.id) == model::no_region) continue;
    out.push_back({thing.id, thing.name.in(Language::zh), *thing.position});
  }
  std::ranges::sort(out, {}, &Village::code);
  return out;
}

bool observed(const model::TypeDef& type) {
  if (model::parse_level(type.name)) return false;
  return std::ranges::any_of(type.properties, [](const model::PropertyDef& property) {
    return property.series && !property.period;
  });
}

std::string cell(const model::Value& value) {
  if (const auto* flag = value.get<bool>()) return *flag ? "true" : "false";
  if (const auto* number = value.get<double>()) return number_text(*number);
  if (const auto* text = value.get<std::string>()) return csv_field(*text);
  if (const auto* date = value.get<Date>()) return to_string(*date);
  return {};
}

// Attributes of the first thing of a type, by property.
std::map<std::string, std::string> attributes_of(const model::Workspace& workspace,
                                                 const model::TypeDef& type) {
  std::map<std::string, std::string> out;
  for (const model::Thing& thing : workspace.records.things) {
    if (thing.type != type.name || thing.status != model::Life::live) continue;
    for (const auto& [name, value] : thing.properties) {
      if (std::string text = cell(value); !text.empty()) out[name] = std::move(text);
    }
    break;
  }
  return out;
}

geo::Point near_village(const Village& village, std::size_t turn) {
  const double away_m = spread_m * std::sqrt(static_cast<double>(turn % most_turns));
  const double angle = turn_rad * static_cast<double>(turn);
  const double shrink = std::cos(village.position.y * std::numbers::pi / 180);
  return {village.position.x + away_m * std::cos(angle) * metre_deg / shrink,
          village.position.y + away_m * std::sin(angle) * metre_deg};
}

}  // namespace

Result<Deployment> make_deployment(const model::Workspace& workspace, std::size_t things) {
  const std::vector<Village> villages = villages_of(workspace);
  if (villages.empty()) return fail(Code::not_found, "the region has no village with a position");
  std::vector<const model::TypeDef*> types;
  for (const model::TypeDef& type : workspace.catalog->types) {
    if (observed(type)) types.push_back(&type);
  }
  if (types.empty()) return fail(Code::not_found, "no pack has a type that is observed");
  std::vector<std::map<std::string, std::string>> attributes;
  std::vector<std::string> columns;
  for (const model::TypeDef* type : types) {
    attributes.push_back(attributes_of(workspace, *type));
    for (const auto& [name, text] : attributes.back()) {
      if (std::ranges::find(columns, name) == columns.end()) columns.push_back(name);
    }
  }
  Deployment out;
  out.villages = villages.size();
  out.things_csv = "id,type,region,name_zh,name_en,lon,lat,status,estimated,source";
  for (const std::string& column : columns) out.things_csv += "," + column;
  out.things_csv += "\n";
  out.devices_csv = "protocol,identity,thing,vendor,every,simulated\n";
  std::size_t k = 0;
  for (std::size_t t = 0; t < types.size(); ++t) {
    const std::size_t count = things / types.size() + (t < things % types.size() ? 1 : 0);
    out.types.emplace_back(types[t]->name, count);
    for (std::size_t i = 1; i <= count; ++i, ++k) {
      const Village& village = villages[k % villages.size()];
      const geo::Point at = near_village(village, k / villages.size());
      out.things_csv += format(
          "sim:{}:{},{},{},{},{},{:.6f},{:.6f},live,true,{}", types[t]->name, i, types[t]->name,
          village.code,
          csv_field(format("{}{}（模拟）{}", village.name, types[t]->label.in(Language::zh), i)),
          csv_field(format("{} {} (simulated)", types[t]->label.in(Language::en), i)), at.x, at.y,
          deployment_source);
      out.devices_csv +=
          format("http,sim-{0}-{1},sim:{0}:{1},simulated,1min,true\n", types[t]->name, i);
      for (const std::string& column : columns) {
        const auto known = attributes[t].find(column);
        out.things_csv += "," + (known == attributes[t].end() ? std::string() : known->second);
      }
      out.things_csv += "\n";
    }
  }
  return out;
}

std::vector<Script> make_scripts(const model::Workspace& workspace) {
  std::unordered_map<std::string, std::string> types;  // by thing, of the packs
  for (const model::Thing& thing : workspace.records.things) types.emplace(thing.id, thing.type);
  // The first thing of a type that a pack has a series of.
  std::map<std::string, std::string> first;
  for (const model::PackDef& pack : workspace.catalog->packs) {
    for (const model::SeriesFile& series : pack.series) {
      const auto type = types.find(series.thing);
      if (type != types.end()) first.emplace(type->second, series.thing);
    }
  }
  std::unordered_set<std::string> wanted;
  for (const auto& [type, thing] : first) wanted.insert(thing);
  std::map<std::string, std::vector<model::Observation>> said;
  for (const model::Observation& o : workspace.records.observations) {
    if (wanted.contains(o.thing)) said[o.thing].push_back(o);
  }
  std::vector<Script> out;
  for (const auto& [type, thing] : first) {
    Script script{type, table_of(said[thing])};
    if (!script.rows.rows.empty()) out.push_back(std::move(script));
  }
  return out;
}

Result<std::vector<FedThing>> fed_things(std::string_view things_csv,
                                         const std::vector<Script>& scripts) {
  CsvReader csv(things_csv, ',');
  const auto header = csv.next();
  if (!header) return fail(header.error());
  if (!*header) return fail(Code::invalid, "the file is empty");
  const auto column = [&](std::string_view name) {
    return static_cast<std::size_t>(std::ranges::find((*header)->fields, name) -
                                    (*header)->fields.begin());
  };
  const std::size_t id = column("id");
  const std::size_t type = column("type");
  if (id >= (*header)->fields.size() || type >= (*header)->fields.size()) {
    return fail(Code::invalid, "the first line must name the columns id and type");
  }
  std::unordered_map<std::string, std::size_t> by_type;
  for (std::size_t s = 0; s < scripts.size(); ++s) by_type.emplace(scripts[s].type, s);
  std::vector<FedThing> out;
  std::vector<std::size_t> count(scripts.size());
  for (;;) {
    auto record = csv.next();
    if (!record) return fail(record.error());
    if (!*record) break;
    const auto& fields = (*record)->fields;
    if (fields.size() <= std::max(id, type)) continue;
    const auto script = by_type.find(fields[type]);
    if (script == by_type.end()) continue;
    out.push_back({fields[id], script->second, count[script->second]++});
  }
  for (FedThing& thing : out) {
    thing.begin = thing.begin * scripts[thing.script].rows.rows.size() / count[thing.script];
  }
  return out;
}

void append_senml(std::string& out, const FedThing& thing, const Script& script, std::size_t tick) {
  const auto& rows = script.rows.rows;
  const SimulatedRow& row = rows[(thing.begin + tick) % rows.size()];
  for (std::size_t p = 0; p < row.values.size(); ++p) {
    if (!row.values[p]) continue;
    append_record(out, thing.id, script.rows.properties[p], {}, *row.values[p]);
  }
}

}  // namespace cairn::app
