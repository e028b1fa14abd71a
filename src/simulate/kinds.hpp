// SPDX-License-Identifier: Apache-2.0
// One function a kind of simulated device, in `src/simulate/<id>.cpp`.
#pragma once

#include "simulate/device.hpp"

namespace cairn::simulate {

Kind bridge_deck_kind();
Kind cold_store_kind();
Kind data_hall_kind();
Kind district_flow_kind();
Kind drainage_pump_kind();
Kind fibre_link_kind();
Kind fibre_ring_kind();
Kind field_logger_kind();
Kind fire_tower_kind();
Kind fire_weather_kind();
Kind greenhouse_kind();
Kind outfall_kind();
Kind pump_house_kind();
Kind road_surface_kind();
Kind site_power_kind();
Kind slope_water_kind();
Kind river_stage_kind();
Kind river_quality_kind();
Kind reservoir_kind();
Kind quake_station_kind();
Kind debris_gully_kind();
Kind stack_gas_kind();
Kind street_lamp_kind();
Kind street_noise_kind();
Kind town_sites_kind();
Kind tunnel_air_kind();
Kind visitor_flow_kind();
Kind weigh_station_kind();
Kind web_service_kind();

}  // namespace cairn::simulate
