// SPDX-License-Identifier: Apache-2.0
#include "server/profile_json.hpp"

#include <cmath>

namespace cairn::server {
namespace {

// To the millimetre, the thousandth of a dB: what the models are good for, and short.
Json rounded(double value, double digits = 1e3) {
  return json_number(std::round(value * digits) / digits);
}

Json list(const std::vector<double>& values, double digits = 1e3) {
  Json out = Json::array();
  for (const double value : values) out.push_back(rounded(value, digits));
  return out;
}

Json end_json(const plan::LinkEnd& end, double ground_m) {
  Json out = {{"lon", json_number(end.position.x)},
              {"lat", json_number(end.position.y)},
              {"ground_m", rounded(ground_m)},
              {"mast_m", json_number(end.mast_m)}};
  if (!end.name.empty()) out["label"] = json_label(end.name);
  return out;
}

Json horizon_json(const char* end, const plan::LinkHorizon& horizon) {
  return {{"end", end},
          {"distance_km", rounded(horizon.distance_km)},
          {"height_m", rounded(horizon.height_m)},
          {"angle_mrad", rounded(horizon.angle_mrad)},
          {"lon", rounded(horizon.position.x, 1e7)},
          {"lat", rounded(horizon.position.y, 1e7)}};
}

Json points_json(const plan::LinkProfile& link) {
  Json out = {{"distance_km", list(link.point_km, 1e6)},
              {"terrain_m", list(link.terrain_m)},
              {"bulge_m", list(link.bulge_m)},
              {"ray_m", list(link.ray_m)},
              {"fresnel_m", list(link.fresnel_m)}};
  if (!link.clutter_m.empty()) out["clutter_m"] = list(link.clutter_m);
  return out;
}

Json quantities_json(const plan::LinkProfile& link) {
  Json out = Json::array();
  for (const plan::LinkQuantity& q : link.quantities) {
    out.push_back({{"symbol", q.symbol},
                   {"meaning", q.meaning.in(Language::en)},
                   {"label", json_label(q.meaning)},
                   {"equation", q.equation},
                   {"value", json_number(q.value)},
                   {"unit", q.unit}});
  }
  return out;
}

Json quality_json(const radio::LinkQuality& quality) {
  return {{"rsrp_dbm", rounded(quality.rsrp_dbm)},
          {"margin_db", rounded(quality.margin_db)},
          {"downlink_snr_db", rounded(quality.downlink_snr_db)},
          {"uplink_snr_db", rounded(quality.uplink_snr_db)},
          {"downlink_kbps", rounded(quality.downlink_kbps)},
          {"uplink_kbps", rounded(quality.uplink_kbps)},
          {"uplink_is_worse", quality.uplink_is_worse},
          {"covered", quality.covered},
          {"mcl_class", quality.mcl_class < 0 ? Json(nullptr) : Json(quality.mcl_class)}};
}

Json clearance_json(const plan::LinkClearance& clearance) {
  return {{"distance_km", rounded(clearance.distance_km)},
          {"clearance_m", rounded(clearance.clearance_m)},
          {"fresnel_m", rounded(clearance.fresnel_m)},
          {"part_of_fresnel", rounded(clearance.part(), 1e6)}};
}

}  // namespace

Json profile_json(const plan::LinkProfile& link) {
  const plan::LinkQuestion& q = link.question;
  Json out = {
      {"model", radio::to_string(q.propagation.model)},
      {"band", q.budget ? Json(q.budget->band) : Json(nullptr)},
      {"frequency_mhz", json_number(q.frequency_mhz)},
      {"time_percent", json_number(q.propagation.time_percent)},
      {"location_percent", json_number(q.propagation.location_percent)},
      {"polarisation",
       q.propagation.polarisation == radio::Polarisation::vertical ? "vertical" : "horizontal"},
      {"from", end_json(q.from, link.terrain_m.front())},
      {"to", end_json(q.to, link.terrain_m.back())},
      {"distance_km", rounded(link.distance_km, 1e6)},
      {"bearing_deg", rounded(link.azimuth_deg)},
      {"back_bearing_deg", rounded(link.back_azimuth_deg)},
      {"loss_db", rounded(link.loss_db)},
      {"free_space_db", rounded(link.free_space_db)},
      {"outside_range", link.outside_range},
      {"rsrp_dbm", link.quality ? rounded(link.quality->rsrp_dbm) : Json(nullptr)},
      {"margin_db", link.quality ? rounded(link.quality->margin_db) : Json(nullptr)},
      {"quality", link.quality ? quality_json(*link.quality) : Json(nullptr)},
      {"line_of_sight", link.line_of_sight},
      {"clearance", link.clearance ? clearance_json(*link.clearance) : Json(nullptr)},
      {"earth_radius_km", rounded(link.earth_radius_km)},
      {"step_m", rounded(link.step_m)},
      {"points", points_json(link)}};
  Json horizons = Json::array();
  if (link.tx_horizon) horizons.push_back(horizon_json("from", *link.tx_horizon));
  if (link.rx_horizon) horizons.push_back(horizon_json("to", *link.rx_horizon));
  out["horizons"] = std::move(horizons);
  out["edge"] = link.edge ? Json{{"distance_km", rounded(link.edge->distance_km)},
                                 {"height_m", rounded(link.edge->height_m)}}
                          : Json(nullptr);
  out["quantities"] = quantities_json(link);
  out["terrain"] = {{"label", link.terrain_label},
                    {"estimated", link.terrain_estimated},
                    {"source_cell_m", json_number(link.terrain_source_m)},
                    {"surface", link.terrain_is_surface}};
  return out;
}

std::string profile_json_text(const plan::LinkProfile& link) {
  return profile_json(link).dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cairn::server
