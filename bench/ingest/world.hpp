// SPDX-License-Identifier: Apache-2.0
// A generated province for measurements of the live engine: five levels, stations with five
// properties each, ten rules, seven indicators; and what the stations say, as a pure function of
// station and round, so that every answer can be checked.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace cairn::bench {

inline constexpr std::size_t property_count = 5;
inline constexpr std::array<std::string_view, property_count> property_names{
    "temperature", "humidity", "pm25", "power", "voltage"};
inline constexpr std::size_t pm25 = 2;  // the property whose threshold is crossed
inline constexpr std::string_view spike_rule = "bench_spike";

// The stations stand in villages evenly, neighbours in number are neighbours in place.
struct WorldShape {
  std::uint32_t stations = 20'000;
  std::uint32_t fan = 10;  // prefectures, counties of each, towns of each, villages of each

  std::uint64_t series() const { return std::uint64_t{stations} * property_count; }
  std::uint32_t villages() const { return fan * fan * fan * fan; }
  std::uint32_t village_of(std::uint32_t station) const {
    return static_cast<std::uint32_t>(std::uint64_t{station} * villages() / stations);
  }
};

// "st-0000123": of one length, so that messages can be filled in place.
inline constexpr std::size_t station_id_bytes = 10;
void put_station_id(std::uint32_t station, char* to);
std::string station_id(std::uint32_t station);
// 880203: of the county in which the station stands.
inline constexpr int county_code_bytes = 6;
std::uint32_t county_number(const WorldShape& shape, std::uint32_t station);

// Tenths, from 1000 to 9999: "100.0" to "999.9". Nearly all stations stay below every threshold;
// in the rounds in which one has an excursion, all its values are high.
std::uint32_t value_tenths(std::uint32_t station, std::size_t property, std::uint32_t round);
// One station of 200 has excursions: 20 rounds of 40.
bool rises(std::uint32_t station);
bool has_excursion(std::uint32_t station, std::uint32_t round);

// Writes regions/bench and packs/bench below `root` (which exists). An empty text, or what failed.
std::string write_world(const std::string& root, const WorldShape& shape);

}  // namespace cairn::bench
