// SPDX-License-Identifier: Apache-2.0
#include "app/simulate_rows.hpp"

#include <algorithm>
#include <map>

#include "core/csv.hpp"
#include "core/text.hpp"

namespace cairn::app {
namespace {

using Values = std::map<std::string, double, std::less<>>;
using Moments = std::map<std::pair<std::int64_t, std::int64_t>, Values>;  // by begin and end

SimulatedTable table_of(const std::string& thing, const Moments& moments) {
  SimulatedTable out{thing, {}, {}};
  for (const auto& [time, values] : moments) {
    for (const auto& [property, value] : values) {
      const auto at = std::ranges::lower_bound(out.properties, property);
      if (at == out.properties.end() || *at != property) out.properties.insert(at, property);
    }
  }
  for (const auto& [time, values] : moments) {
    SimulatedRow row{{Instant{time.first}, Instant{time.second}}, {}};
    for (const std::string& property : out.properties) {
      const auto found = values.find(property);
      row.values.push_back(found == values.end() ? std::nullopt : std::optional(found->second));
    }
    out.rows.push_back(std::move(row));
  }
  return out;
}

}  // namespace

std::vector<SimulatedTable> simulated_tables(const std::vector<model::Observation>& observations,
                                             std::string_view pack, std::string_view thing) {
  const std::string source = format("packs/{}/simulated/", pack);
  std::map<std::string, Moments> things;
  for (const model::Observation& o : observations) {
    if (!o.source.starts_with(source) || (!thing.empty() && o.thing != thing)) continue;
    things[o.thing][{o.time.begin.ns, o.time.end.ns}][o.property] = o.value;
  }
  std::vector<SimulatedTable> out;
  for (const auto& [id, moments] : things) out.push_back(table_of(id, moments));
  return out;
}

SimulatedTable table_of(const std::vector<model::Observation>& observations) {
  Moments moments;
  for (const model::Observation& o : observations) {
    moments[{o.time.begin.ns, o.time.end.ns}][o.property] = o.value;
  }
  return table_of(observations.empty() ? std::string() : observations.front().thing, moments);
}

std::string rows_csv(const std::vector<SimulatedTable>& tables, Zone zone) {
  std::vector<std::string> properties;
  for (const SimulatedTable& table : tables) {
    for (const std::string& property : table.properties) {
      if (std::ranges::find(properties, property) == properties.end()) {
        properties.push_back(property);
      }
    }
  }
  std::string out = "thing,time,end";
  for (const std::string& property : properties) out += "," + property;
  out += "\n";
  for (const SimulatedTable& table : tables) {
    std::vector<int> column;
    for (const std::string& property : properties) {
      const auto at = std::ranges::find(table.properties, property);
      column.push_back(
          at == table.properties.end() ? -1 : static_cast<int>(at - table.properties.begin()));
    }
    for (const SimulatedRow& row : table.rows) {
      out += csv_field(table.thing) + "," + to_string(row.time.begin, zone) + ",";
      if (row.time.end != row.time.begin) out += to_string(row.time.end, zone);
      for (const int index : column) {
        out += ",";
        if (index < 0) continue;
        const auto& value = row.values[static_cast<std::size_t>(index)];
        if (value) out += number_text(*value);
      }
      out += "\n";
    }
  }
  return out;
}

}  // namespace cairn::app
