// SPDX-License-Identifier: Apache-2.0
// One function a kind of simulated device, in `src/simulate/<id>.cpp`.
#pragma once

#include "simulate/device.hpp"

namespace cairn::simulate {

Kind bridge_deck_kind();
Kind fibre_link_kind();
Kind fibre_ring_kind();
Kind road_surface_kind();
Kind site_power_kind();
Kind slope_water_kind();
Kind fire_tower_kind();
Kind fire_weather_kind();
Kind town_sites_kind();
Kind tunnel_air_kind();
Kind weigh_station_kind();

}  // namespace cairn::simulate
