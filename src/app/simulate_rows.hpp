// SPDX-License-Identifier: Apache-2.0
// The simulated series of packs as rows, as Cairn itself sees them: to check a pack with another
// program, and to send them as if the devices were there.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/time.hpp"
#include "model/records.hpp"

namespace cairn::app {

struct SimulatedRow {
  Interval time;
  std::vector<std::optional<double>> values;  // by SimulatedTable::properties, in their units
};
// Of one thing, in order of time.
struct SimulatedTable {
  std::string thing;
  std::vector<std::string> properties;
  std::vector<SimulatedRow> rows;
};

// What the simulated devices of a pack said; only of `thing` unless that is empty.
std::vector<SimulatedTable> simulated_tables(const std::vector<model::Observation>& observations,
                                             std::string_view pack, std::string_view thing);
// Everything that is said of one thing.
SimulatedTable table_of(const std::vector<model::Observation>& observations);

// thing,time,end,… with one column a property; an empty cell is no reading.
std::string rows_csv(const std::vector<SimulatedTable>& tables, Zone zone);

}  // namespace cairn::app
