// SPDX-License-Identifier: Apache-2.0
// What every model of this module is asked about: a path over terrain, its two masts, the air.
//
// The module holds one pair of files a recommendation (p525, p526, p1812, p2108, p2109, itm,
// tr38901), all pure functions of plain values: no files, no clock, no threads, no allocation.
// Models that need terrain work in two steps. The first walks the profile and returns a small
// geometry that knows no frequency; the second turns a geometry into a loss:
//
//   auto path = p1812_geometry(profile, terminals, air);          // walks the profile
//   auto radio = p1812_radio({.frequency_ghz = 0.7});             // once a band
//   double loss_db = p1812_loss(*path, *radio).basic_loss_db;     // as often as wanted
//
// Numbers are double precision throughout; this is the reference that faster paths must meet.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "core/result.hpp"

namespace cairn::radio {

// Radio-climatic zone of a point; the values are the codes used in the ITU's profiles.
enum class Zone : std::uint8_t { sea = 1, coastal_land = 3, inland = 4 };

enum class Polarisation : std::uint8_t { horizontal, vertical };

// Terrain between two terminals, the transmitter at index 0. The arrays belong to the caller.
struct PathProfile {
  std::span<const double> distance_km;  // 0 first, increasing
  std::span<const double> terrain_m;    // above sea level
  std::span<const double> clutter_m;    // representative clutter above terrain; empty: none.
                                        // The values of the two terminals are not used
  std::span<const Zone> zones;          // empty: inland everywhere

  std::size_t points() const { return distance_km.size(); }
  double length_km() const { return distance_km.back(); }
};

// Masts above ground, and the distance over land from each terminal to the sea along the path.
struct Terminals {
  double tx_mast_m = 0;
  double rx_mast_m = 0;
  double tx_coast_km = 500;  // 500: no sea near; a terminal in a sea zone counts as 0
  double rx_coast_km = 500;
};

// Refractivity at the middle of the path. The ITU's maps may not be passed on, so these are
// inputs; the defaults are middle values of temperate land.
struct Atmosphere {
  double delta_n_per_km = 45;  // mean lapse in the lowest kilometre, N-units, positive
  double sea_level_n0 = 325;   // surface refractivity reduced to sea level, N-units
  double latitude_deg = 30;    // of the middle of the path, for the incidence of ducting
};

// Bounds of a profile. Terrain: the Dead Sea to Everest with room for errors of a raster.
inline constexpr double lowest_terrain_m = -1'000;
inline constexpr double highest_terrain_m = 10'000;
inline constexpr double highest_clutter_m = 1'000;
inline constexpr double least_step_km = 1e-6;     // keeps 1 / (d_i (d - d_i)) finite
inline constexpr double longest_path_km = 3'000;  // P.1812 and ITM go no further
// Shorter paths are computed by the same formulas but lie outside the recommendation's range.
inline constexpr double shortest_valid_path_km = 0.25;

// Receivers so near that there are fewer than three points take free space over the straight
// distance (p525). Says what is wrong and at which point: fewer than three points, arrays of
// different lengths, distances that do not start at 0 or do not increase, values that are not
// finite or out of bounds, an unknown zone.
Status check_profile(const PathProfile& profile);
// Mast heights must be finite and within [lowest_m, highest_m].
Status check_mast(double mast_m, double lowest_m, double highest_m, const char* which);

// Lengths of land that the incidence of ducting depends on (P.1812 section 3.6), and the
// fraction of the path over sea. A point stands for the halves of the intervals beside it.
struct ZoneLengths {
  double longest_land_km = 0;    // d_tm: inland or coastal land, unbroken
  double longest_inland_km = 0;  // d_lm
  double sea_fraction = 0;       // omega
};
ZoneLengths zone_lengths(const PathProfile& profile);

}  // namespace cairn::radio
