// SPDX-License-Identifier: Apache-2.0
#include "server/detail/coverage_json.hpp"

#include <cmath>

#include "core/text.hpp"
#include "server/detail/render.hpp"

namespace cairn::server {

Json json_rounded(double value, double digits) {
  return json_number(std::round(value * digits) / digits);
}

Json terrain_json(const CoverageTerrain& terrain) {
  const geo::TerrainGrid& grid = terrain.grid;
  geo::Box box;
  constexpr int parts = 8;  // along each side: its parallels are curved
  for (int i = 0; i <= parts; ++i) {
    for (int k = 0; k <= parts; ++k) {
      box.add(grid.plane.inverse({grid.west_m + (grid.columns - 1.0) * grid.cell_m * i / parts,
                                  grid.north_m - (grid.rows - 1.0) * grid.cell_m * k / parts}));
    }
  }
  const geo::TerrainInfo& info = terrain.info;
  return {{"label", info.label},
          {"sources", info.sources},
          {"estimated", info.estimated},
          {"cell_m", json_rounded(grid.cell_m)},
          {"source_cell_m", json_rounded(info.source_cell_m)},
          {"bbox", box_json(box)},
          {"surface", grid.surface},
          {"clutter", !grid.clutter_half_metres.empty()},
          {"missing", info.missing},
          {"filled", info.filled},
          {"absent", info.absent},
          {"digest", format("{:08x}", terrain.digest)}};
}

std::string no_terrain_reason(const State& state) {
  const auto& study = state.world->study;
  if (study != nullptr && !study->trouble().empty()) return study->trouble();
  if (study != nullptr && study->computing()) {
    return "the relief is being prepared; ask again in a while";
  }
  return format("there is no relief of '{}': name one in its region.yaml (terrain)",
                state.workspace->home);
}

Label why_label(std::string_view why) {
  static const std::pair<std::string_view, Label> known[] = {
      {"covered", {"有覆盖", "covered"}},
      {"no_cell", {"附近没有站", "no station is near enough"}},
      {"ridge", {"被山脊遮挡", "a ridge is in the way"}},
      {"antenna", {"天线不朝这里", "the antenna points elsewhere"}},
      {"too_far", {"距离太远", "too far from the station"}},
      {"uplink", {"信号够用，手机上行到不了站", "the signal suffices, a phone's answer does not"}},
      {"downlink", {"信号够用，下行速率不够", "the signal suffices, the downlink rate does not"}},
  };
  for (const auto& [word, label] : known) {
    if (word == why) return label;
  }
  return {std::string(why), std::string(why)};
}

Json server_json(const radio::Serving& serving, const radio::Cell& cell) {
  const radio::LinkQuality& quality = serving.quality;
  return {{"id", cell.id},
          {"operator", cell.operator_id},
          {"band", cell.budget->band},
          {"technology", cell.budget->technology},
          {"position", position_json(cell.position)},
          {"distance_km", json_rounded(serving.distance_m / 1000, 1e3)},
          {"mast_m", json_rounded(cell.mast_m)},
          {"rsrp_dbm", json_rounded(quality.rsrp_dbm)},
          {"margin_db", json_rounded(quality.margin_db)},
          {"loss_db", json_rounded(serving.loss_db)},
          {"line_of_sight", serving.line_of_sight},
          {"downlink_kbps", json_rounded(quality.downlink_kbps)},
          {"uplink_kbps", json_rounded(quality.uplink_kbps)},
          {"uplink_is_worse", quality.uplink_is_worse},
          {"covered", quality.covered}};
}

}  // namespace cairn::server
