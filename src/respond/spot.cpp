// SPDX-License-Identifier: Apache-2.0
#include "respond/spot.hpp"

#include <algorithm>
#include <cmath>

#include "model/simulated.hpp"

namespace cairn::respond {

Simulated simulated_of(std::span<const Spot> spots) {
  const auto count = std::ranges::count_if(spots, &Spot::simulated);
  if (count == 0) return Simulated::none;
  return count == std::ssize(spots) ? Simulated::all : Simulated::some;
}

const char* to_string(Simulated simulated) {
  constexpr const char* words[] = {"none", "some", "all"};
  return words[static_cast<std::size_t>(simulated)];
}

Spot spot_of(const model::Snapshot& snapshot, std::string_view type, const std::string& thing,
             const std::string& region, Instant at) {
  Spot out{thing, {thing, thing}, region, std::nullopt, false, false};
  for (const auto& table : snapshot.tables) {
    if (!type.empty() && table->type->name != type) continue;
    const auto [first, last] = table->rows_by_id.equal_range(thing);
    for (auto found = first; found != last; ++found) {
      const std::uint32_t row = found->second;
      const Interval valid = table->valid[row];
      if (at < valid.begin || at >= valid.end) continue;
      if (!table->names[row].empty()) out.name = table->names[row];
      if (table->region[row] != model::no_region) {
        out.region = (*snapshot.regions)[table->region[row]].code;
      }
      if (const geo::Point p = table->position[row]; !std::isnan(p.x)) out.point = p;
      out.estimated = table->position_estimated[row] != 0 || table->estimated[row] != 0;
      out.simulated =
          model::is_simulated_thing(*snapshot.catalog, thing, snapshot.sources[table->source[row]]);
      return out;
    }
  }
  return out;
}

}  // namespace cairn::respond
