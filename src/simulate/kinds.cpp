// SPDX-License-Identifier: Apache-2.0
#include "simulate/kinds.hpp"

#include <algorithm>

namespace cairn::simulate {

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = [] {
    std::vector<Kind> out = {
        bridge_deck_kind(),   cold_store_kind(),   data_hall_kind(),     district_flow_kind(),
        drainage_pump_kind(), fibre_link_kind(),   fibre_ring_kind(),    fire_tower_kind(),
        fire_weather_kind(),  greenhouse_kind(),   outfall_kind(),       pump_house_kind(),
        stack_gas_kind(),     street_noise_kind(), road_surface_kind(),  site_power_kind(),
        slope_water_kind(),   river_stage_kind(),  river_quality_kind(), reservoir_kind(),
        quake_station_kind(), debris_gully_kind(), street_lamp_kind(),   town_sites_kind(),
        tunnel_air_kind(),    visitor_flow_kind(), weigh_station_kind(), web_service_kind(),
        field_logger_kind(),
    };
    std::ranges::sort(out, {}, &Kind::id);
    return out;
  }();
  return all;
}

const Kind* kind(std::string_view id) {
  const auto found = std::ranges::lower_bound(kinds(), id, {}, &Kind::id);
  return found == kinds().end() || found->id != id ? nullptr : &*found;
}

}  // namespace cairn::simulate
