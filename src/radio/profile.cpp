// SPDX-License-Identifier: Apache-2.0
#include "radio/profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "radio/lanes.hpp"

namespace cairn::radio {
namespace {

std::string point(std::size_t index) {
  return fmt::format("point {}", index);
}

Status lengths_agree(const PathProfile& profile) {
  std::size_t n = profile.points();
  if (n < 3) {
    return fail(Code::invalid,
                fmt::format("a profile needs at least 3 points, this one has {}", n));
  }
  auto differs = [n](std::size_t size) { return size != n; };
  if (differs(profile.terrain_m.size())) {
    return fail(Code::invalid,
                fmt::format("{} terrain heights for {} distances", profile.terrain_m.size(), n));
  }
  if (!profile.clutter_m.empty() && differs(profile.clutter_m.size())) {
    return fail(Code::invalid,
                fmt::format("{} clutter heights for {} distances", profile.clutter_m.size(), n));
  }
  if (!profile.zones.empty() && differs(profile.zones.size())) {
    return fail(Code::invalid, fmt::format("{} zones for {} distances", profile.zones.size(), n));
  }
  return {};
}

// A comparison with NaN is false, so NaN fails here too.
bool within(double value, double low, double high) {
  return value >= low && value <= high;
}

bool known(Zone zone) {
  return zone == Zone::sea || zone == Zone::coastal_land || zone == Zone::inland;
}

Status bad_point(const PathProfile& profile, std::size_t i) {
  double terrain_m = profile.terrain_m[i];
  if (!within(terrain_m, lowest_terrain_m, highest_terrain_m)) {
    return fail(Code::invalid,
                fmt::format("terrain height {} m is not within {} to {} m", terrain_m,
                            lowest_terrain_m, highest_terrain_m),
                point(i));
  }
  if (!profile.clutter_m.empty() && !within(profile.clutter_m[i], 0, highest_clutter_m)) {
    return fail(Code::invalid,
                fmt::format("clutter height {} m is not within 0 to {} m", profile.clutter_m[i],
                            highest_clutter_m),
                point(i));
  }
  if (!profile.zones.empty() && !known(profile.zones[i])) {
    return fail(Code::invalid,
                fmt::format("zone {} is none of 1 (sea), 3 (coastal land), 4 (inland)",
                            static_cast<int>(profile.zones[i])),
                point(i));
  }
  if (i > 0 && !(profile.distance_km[i] - profile.distance_km[i - 1] >= least_step_km)) {
    return fail(Code::invalid,
                fmt::format("distance {} km does not follow {} km: distances must increase by 1 mm",
                            profile.distance_km[i], profile.distance_km[i - 1]),
                point(i));
  }
  return {};
}

bool good_points(const PathProfile& profile) {
  return lanes::all_increase(profile.distance_km, least_step_km) &&
         lanes::all_within(profile.terrain_m, lowest_terrain_m, highest_terrain_m) &&
         lanes::all_within(profile.clutter_m, 0, highest_clutter_m) &&
         std::all_of(profile.zones.begin(), profile.zones.end(), known);
}

}  // namespace

Status check_profile(const PathProfile& profile) {
  if (Status status = lengths_agree(profile); !status) return status;
  if (profile.distance_km[0] != 0) {
    return fail(Code::invalid,
                fmt::format("the first distance is {} km, not 0", profile.distance_km[0]),
                point(0));
  }
  if (!good_points(profile)) {
    for (std::size_t i = 0; i < profile.points(); ++i) {
      if (Status status = bad_point(profile, i); !status) return status;
    }
  }
  if (!(profile.length_km() <= longest_path_km)) {
    return fail(Code::invalid, fmt::format("the path is {} km long, more than {} km",
                                           profile.length_km(), longest_path_km));
  }
  return {};
}

Status check_mast(double mast_m, double lowest_m, double highest_m, const char* which) {
  if (within(mast_m, lowest_m, highest_m)) return {};
  return fail(Code::invalid, fmt::format("{} mast {} m is not within {} to {} m above ground",
                                         which, mast_m, lowest_m, highest_m));
}

ZoneLengths zone_lengths(const PathProfile& profile) {
  double length_km = profile.length_km();
  if (profile.zones.empty()) return {length_km, length_km, 0};
  ZoneLengths lengths;
  double land_km = 0;
  double inland_km = 0;
  double sea_km = 0;
  std::span<const double> d = profile.distance_km;
  for (std::size_t i = 0; i < d.size(); ++i) {
    double begin_km = i == 0 ? d[0] : d[i] - (d[i] - d[i - 1]) / 2;
    double end_km = i + 1 == d.size() ? d[i] : d[i] + (d[i + 1] - d[i]) / 2;
    double own_km = end_km - begin_km;
    Zone zone = profile.zones[i];
    land_km = zone == Zone::sea ? 0 : land_km + own_km;
    inland_km = zone == Zone::inland ? inland_km + own_km : 0;
    if (zone == Zone::sea) sea_km += own_km;
    lengths.longest_land_km = std::max(lengths.longest_land_km, land_km);
    lengths.longest_inland_km = std::max(lengths.longest_inland_km, inland_km);
  }
  lengths.sea_fraction = std::min(1.0, sea_km / length_km);
  return lengths;
}

}  // namespace cairn::radio
