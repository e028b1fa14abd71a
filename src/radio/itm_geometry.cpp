// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "radio/detail/itm_kernels.hpp"
#include "radio/itm.hpp"
#include "radio/lanes.hpp"

namespace cairn::radio {
namespace {

constexpr double earth_curvature_per_m = 157e-9;  // of the real Earth

// A line fitted between two distances: whole steps inside them, at least one.
FittedLine fit_between(const EvenProfile& profile, double from_m, double to_m) {
  std::size_t steps = profile.terrain_m.size() - 1;
  double count = static_cast<double>(steps);
  auto whole = [](double value) { return static_cast<std::size_t>(std::max(0.0, value)); };
  std::size_t first = whole(from_m / profile.step_m);
  std::size_t last = steps - std::min(steps, whole(count - to_m / profile.step_m));
  if (last <= first) {
    first -= first > 0 ? 1 : 0;
    last = std::min(steps, last + 1);
  }
  return fit_line(profile.terrain_m.data(), first, last);
}

// Delta h: the distance between the deciles of the relief about its own straight line, taken
// to an infinite distance.
double irregularity_m(const EvenProfile& profile, double from_m, double to_m) {
  double begin = from_m / profile.step_m;
  double end = to_m / profile.step_m;
  if (end - begin < 2) return 0;
  std::size_t tenth =
      std::clamp<std::size_t>(static_cast<std::size_t>(0.1 * (end - begin + 8)), 4, 25);
  double stride = (end - begin) / static_cast<double>(10 * tenth - 6);
  double range_m = decile_range_m({.h = profile.terrain_m.data(),
                                   .steps = profile.terrain_m.size() - 1,
                                   .begin = begin,
                                   .stride = stride,
                                   .tenth = tenth});
  return range_m / itm_irregularity_at_m(to_m - from_m, 1);
}

double middle_height_m(std::span<const double> h) {
  std::size_t steps = h.size() - 1;
  std::size_t tenth = steps / 10;
  using lanes::Pair;
  Pair sum[4] = {};
  std::size_t end = steps - tenth + 1;
  std::size_t i = tenth;
  for (; i + 8 <= end; i += 8) {
    for (std::size_t part = 0; part < 4; ++part) {
      sum[part] += lanes::load<Pair>(h.data() + i + 2 * part);
    }
  }
  double total = lanes::sum_lanes((sum[0] + sum[1]) + (sum[2] + sum[3]));
  for (; i < end; ++i) total += h[i];
  return total / static_cast<double>(end - tenth);
}

// Horizons of both terminals: the greatest elevation along the profile; where nothing is
// higher than the other terminal, that terminal at the whole distance.
void find_horizons(const EvenProfile& profile, ItmGeometry& out) {
  std::size_t steps = profile.terrain_m.size() - 1;
  double d = out.distance_m;
  ItmSight path{.h = profile.terrain_m.data(),
                .steps = steps,
                .step_m = profile.step_m,
                .length_m = d,
                .tx_m = profile.terrain_m.front() + out.mast_m[0],
                .rx_m = profile.terrain_m.back() + out.mast_m[1],
                .half_bend = out.curvature_per_m / 2};
  double direct = (path.rx_m - path.tx_m) / d;
  ItmElevations found = greatest_elevations(path);
  std::size_t index[2] = {0, 0};  // 0: none higher than the other terminal
  for (int side : {0, 1}) {
    double other = (side == 0 ? direct : -direct) - d * path.half_bend;
    out.horizon_m[side] = d;
    out.horizon_rad[side] = std::max(found.angle_rad[side], other);
    if (found.angle_rad[side] > other) index[side] = found.index[side];
  }
  // Distances step by step, as the original does: where they are cut down to whole steps later
  // on, the last bit of the sum decides between two of them.
  if (index[0] > 0) out.horizon_m[0] = after_steps(0, profile.step_m, index[0]);
  if (index[1] > 0) out.horizon_m[1] = after_steps(d, -profile.step_m, index[1]);
}

double smooth_horizon_m(double effective_m, const ItmGeometry& path) {
  return std::sqrt(2 * effective_m / path.curvature_per_m);
}

// [3.3]: a horizon over irregular terrain.
double rough_horizon_m(double effective_m, const ItmGeometry& path) {
  double roughness = std::sqrt(path.irregularity_m / std::max(effective_m, 5.0));
  return smooth_horizon_m(effective_m, path) * std::exp(-0.07 * roughness);
}

// [3.4]
double rough_horizon_rad(double effective_m, double horizon_m, const ItmGeometry& path) {
  double smooth = smooth_horizon_m(effective_m, path);
  return (0.65 * path.irregularity_m * (smooth / horizon_m - 1) - 2 * effective_m) / smooth;
}

// Effective heights and, within sight, statistical horizons in place of the found ones [3.3],
// [3.4].
void effective_heights(const EvenProfile& profile, double from_m, double to_m, ItmGeometry& out) {
  double d = out.distance_m;
  double steps = static_cast<double>(profile.terrain_m.size() - 1);
  double ground[2] = {profile.terrain_m.front(), profile.terrain_m.back()};
  auto raise = [&](int side, double surface_m) {
    out.effective_m[side] = out.mast_m[side] + std::max(0.0, ground[side] - surface_m);
  };
  if (out.horizon_m[0] + out.horizon_m[1] <= 1.5 * d) {
    raise(0, fit_between(profile, from_m, 0.9 * out.horizon_m[0]).at(0));
    raise(1, fit_between(profile, d - 0.9 * out.horizon_m[1], to_m).at(steps));
    return;
  }
  FittedLine line = fit_between(profile, from_m, to_m);
  raise(0, line.at(0));
  raise(1, line.at(steps));
  for (int side : {0, 1}) out.horizon_m[side] = rough_horizon_m(out.effective_m[side], out);
  double both = out.horizon_m[0] + out.horizon_m[1];
  if (both <= d) {
    double scale = (d / both) * (d / both);
    for (int side : {0, 1}) {
      out.effective_m[side] *= scale;
      out.horizon_m[side] = rough_horizon_m(out.effective_m[side], out);
    }
  }
  for (int side : {0, 1}) {
    out.horizon_rad[side] = rough_horizon_rad(out.effective_m[side], out.horizon_m[side], out);
  }
}

// N_s at the height of the path and the Earth that goes with it.
Status set_refractivity(double height_m, const Atmosphere& air, ItmGeometry& out) {
  double n0 = air.sea_level_n0;
  if (!(n0 >= 250 && n0 <= 400)) {
    return fail(Code::invalid,
                fmt::format("sea-level refractivity {} is not within 250 to 400 N-units", n0));
  }
  out.surface_refractivity = n0 * std::exp(-height_m / 9460);
  if (!(out.surface_refractivity >= 150 && out.surface_refractivity <= 400)) {
    return fail(Code::invalid,
                fmt::format("surface refractivity {:.1f} N-units at {:.0f} m is not within 150 "
                            "to 400: the model does not know such air",
                            out.surface_refractivity, height_m));
  }
  out.curvature_per_m =
      earth_curvature_per_m * (1 - 0.04665 * std::exp(out.surface_refractivity / 179.3));
  return {};
}

Status set_masts(const Terminals& terminals, ItmGeometry& out) {
  for (const Status& status :
       {check_mast(terminals.tx_mast_m, itm_lowest_mast_m, itm_highest_mast_m, "transmitter"),
        check_mast(terminals.rx_mast_m, itm_lowest_mast_m, itm_highest_mast_m, "receiver")}) {
    if (!status) return status;
  }
  out.mast_m[0] = terminals.tx_mast_m;
  out.mast_m[1] = terminals.rx_mast_m;
  return {};
}

Status check_even(const EvenProfile& profile) {
  std::size_t n = profile.terrain_m.size();
  if (n < 3) {
    return fail(Code::invalid,
                fmt::format("a profile needs at least 3 points, this one has {}", n));
  }
  double length_km = profile.step_m * static_cast<double>(n - 1) / 1000;
  if (!(profile.step_m >= 1e-3 && length_km <= longest_path_km)) {
    return fail(Code::invalid, fmt::format("steps of {} m make a path of {} km: steps are at "
                                           "least 1 mm, paths at most {} km",
                                           profile.step_m, length_km, longest_path_km));
  }
  if (lanes::all_within(profile.terrain_m, lowest_terrain_m, highest_terrain_m)) return {};
  auto wrong = [](double h) { return !(h >= lowest_terrain_m && h <= highest_terrain_m); };
  auto at = std::find_if(profile.terrain_m.begin(), profile.terrain_m.end(), wrong);
  return fail(Code::invalid,
              fmt::format("terrain height {} m is not within {} to {} m", *at, lowest_terrain_m,
                          highest_terrain_m),
              fmt::format("point {}", at - profile.terrain_m.begin()));
}

// [3.2]: terminals put with care stand on higher ground.
double sited_height_m(double mast_m, Siting siting, double irregularity_m) {
  if (siting == Siting::random) return mast_m;
  double gain = siting == Siting::careful ? 4 : 9;
  if (mast_m < 5) gain *= std::sin(0.1 * std::numbers::pi * mast_m);
  double damping = std::min(20.0, 2 * mast_m / std::max(1e-3, irregularity_m));
  return mast_m + (1 + gain) * std::exp(-damping);
}

}  // namespace

double itm_irregularity_at_m(double distance_m, double irregularity_m) {
  return irregularity_m * (1 - 0.8 * std::exp(-distance_m / 50e3));
}

Result<EvenProfile> even_profile(const PathProfile& profile) {
  if (Status status = check_profile(profile); !status) return fail(status.error());
  double count = static_cast<double>(profile.points() - 1);
  double step_km = profile.length_km() / count;
  for (std::size_t i = 1; i < profile.points(); ++i) {
    double expected = step_km * static_cast<double>(i);
    if (std::abs(profile.distance_km[i] - expected) > step_km / 1000) {
      return fail(Code::invalid,
                  fmt::format("distance {} km is not {} km: ITM needs equal steps",
                              profile.distance_km[i], expected),
                  fmt::format("point {}", i));
    }
  }
  return EvenProfile{.step_m = step_km * 1000, .terrain_m = profile.terrain_m};
}

Result<ItmGeometry> itm_geometry(const EvenProfile& profile, const Terminals& terminals,
                                 const Atmosphere& air) {
  ItmGeometry out;
  if (Status status = check_even(profile); !status) return fail(status.error());
  if (Status status = set_masts(terminals, out); !status) return fail(status.error());
  double height_m = middle_height_m(profile.terrain_m);
  if (Status status = set_refractivity(height_m, air, out); !status) {
    return fail(status.error());
  }
  out.distance_m = profile.step_m * static_cast<double>(profile.terrain_m.size() - 1);
  find_horizons(profile, out);
  // Ground right before a mast says nothing of the path.
  double from_m = std::min(15 * out.mast_m[0], 0.1 * out.horizon_m[0]);
  double to_m = out.distance_m - std::min(15 * out.mast_m[1], 0.1 * out.horizon_m[1]);
  out.irregularity_m = irregularity_m(profile, from_m, to_m);
  effective_heights(profile, from_m, to_m, out);
  return out;
}

Result<ItmGeometry> itm_area_geometry(const ItmArea& area, const Terminals& terminals,
                                      const Atmosphere& air) {
  ItmGeometry out;
  out.point_to_point = false;
  if (Status status = set_masts(terminals, out); !status) return fail(status.error());
  if (Status status = set_refractivity(0, air, out); !status) return fail(status.error());
  if (!(area.distance_km > 0 && area.distance_km <= longest_path_km)) {
    return fail(Code::invalid, fmt::format("distance {} km is not within 0 to {} km",
                                           area.distance_km, longest_path_km));
  }
  if (!(area.irregularity_m >= 0 && area.irregularity_m <= 5000)) {
    return fail(Code::invalid, fmt::format("terrain irregularity {} m is not within 0 to 5000 m",
                                           area.irregularity_m));
  }
  out.distance_m = area.distance_km * 1000;
  out.irregularity_m = area.irregularity_m;
  const Siting siting[2] = {area.tx_siting, area.rx_siting};
  for (int side : {0, 1}) {
    double effective = sited_height_m(out.mast_m[side], siting[side], out.irregularity_m);
    out.effective_m[side] = effective;
    out.horizon_m[side] = rough_horizon_m(effective, out);
    out.horizon_rad[side] = rough_horizon_rad(effective, out.horizon_m[side], out);
  }
  return out;
}

}  // namespace cairn::radio
