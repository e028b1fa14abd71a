// SPDX-License-Identifier: Apache-2.0
// One walk over the profile yields every maximum that the recommendation asks for. With
// u = d_i (d - d_i) and r = 1 / u, both 1 / d_i and 1 / (d - d_i) are products with r: one
// division a point. Two neighbouring points are computed side by side.
#include "radio/path_geometry.hpp"

#include <algorithm>
#include <cmath>

#include "radio/lanes.hpp"

namespace cairn::radio {
namespace {

using lanes::greater;
using lanes::load;
using lanes::lowest;
using lanes::Pair;
using lanes::sum_lanes;

struct Line {  // the straight line between the two antennas
  double length_km;
  double tx_m;
  double rx_m;
  double slope() const { return (rx_m - tx_m) / length_km; }
};

// Maxima over the inner points, in lanes of V. "Bulged" slopes contain the Earth's curvature.
template <class V>
struct Maxima {
  V tx_median = lowest + V{}, tx_beta = lowest + V{};      // S_tim with clutter
  V rx_median = lowest + V{}, rx_beta = lowest + V{};      // S_rim with clutter
  V tx_terrain = lowest + V{}, rx_terrain = lowest + V{};  // bulged, median radius, no clutter
  V tx_flat = lowest + V{}, rx_flat = lowest + V{};        // without curvature, no clutter
  V obstruction = lowest + V{};                            // H_obs
};

struct Walk {
  const double* d;
  const double* h;
  const double* clutter;  // null: none
  Line line;
  double bulge_median;  // 500 / a_e, m per km^2
  double bulge_beta;
  double slope;  // of the line, m per km

  template <class V, bool with_clutter>
  void step(std::size_t i, Maxima<V>& best) const {
    V x = load<V>(d + i);
    V rest = line.length_km - x;
    V inverse = 1.0 / (x * rest);
    V over_x = rest * inverse;
    V over_rest = x * inverse;
    V height = load<V>(h + i);
    V tx = (height - line.tx_m) * over_x;
    V rx = (height - line.rx_m) * over_rest;
    V tx_bulge = bulge_median * rest;
    V rx_bulge = bulge_median * x;
    best.tx_flat = greater(best.tx_flat, tx);
    best.rx_flat = greater(best.rx_flat, rx);
    best.tx_terrain = greater(best.tx_terrain, tx + tx_bulge);
    best.rx_terrain = greater(best.rx_terrain, rx + rx_bulge);
    best.obstruction = greater(best.obstruction, height - (line.tx_m + slope * x));
    if constexpr (with_clutter) {
      V cover = load<V>(clutter + i);
      tx = tx + cover * over_x;
      rx = rx + cover * over_rest;
      best.tx_median = greater(best.tx_median, tx + tx_bulge);
      best.rx_median = greater(best.rx_median, rx + rx_bulge);
    }
    best.tx_beta = greater(best.tx_beta, tx + bulge_beta * rest);
    best.rx_beta = greater(best.rx_beta, rx + bulge_beta * x);
  }
};

Walk walk_over(const PathProfile& profile, const Terminals& terminals, const EarthRadii& radii) {
  Line line{profile.length_km(), profile.terrain_m.front() + terminals.tx_mast_m,
            profile.terrain_m.back() + terminals.rx_mast_m};
  return {.d = profile.distance_km.data(),
          .h = profile.terrain_m.data(),
          .clutter = profile.clutter_m.empty() ? nullptr : profile.clutter_m.data(),
          .line = line,
          .bulge_median = 500 / radii.median_km,
          .bulge_beta = 500 / radii.beta_km,
          .slope = line.slope()};
}

constexpr std::size_t block_points = 64;

double over_lanes(double value) {
  return value;
}
double over_lanes(Pair value) {
  return lanes::over_lanes(value);
}

template <class V>
void fold(Maxima<double>& into, const Maxima<V>& from) {
  auto take = [](double& value, V other) { value = std::max(value, over_lanes(other)); };
  take(into.tx_median, from.tx_median);
  take(into.tx_beta, from.tx_beta);
  take(into.rx_median, from.rx_median);
  take(into.rx_beta, from.rx_beta);
  take(into.tx_terrain, from.tx_terrain);
  take(into.rx_terrain, from.rx_terrain);
  take(into.tx_flat, from.tx_flat);
  take(into.rx_flat, from.rx_flat);
  take(into.obstruction, from.obstruction);
}

template <bool with_clutter>
PathMaxima sweep(const Walk& walk, std::size_t points) {
  Maxima<double> best;
  std::size_t last = points - 1;  // the inner points are 1 .. last - 1
  std::size_t tx_block = 1;
  std::size_t rx_block = 1;
  for (std::size_t begin = 1; begin < last; begin += block_points) {
    std::size_t end = std::min(begin + block_points, last);
    std::size_t i = begin;
    Maxima<Pair> pairs;
    for (; i + 2 <= end; i += 2) walk.step<Pair, with_clutter>(i, pairs);
    Maxima<double> block;
    if (i < end) walk.step<double, with_clutter>(i, block);
    fold(block, pairs);
    if (block.tx_terrain > best.tx_terrain) tx_block = begin;
    if (block.rx_terrain >= best.rx_terrain) rx_block = begin;
    fold(best, block);
  }
  PathMaxima out{.tx_median = with_clutter ? best.tx_median : best.tx_terrain,
                 .rx_median = with_clutter ? best.rx_median : best.rx_terrain,
                 .tx_beta = best.tx_beta,
                 .rx_beta = best.rx_beta,
                 .tx_terrain = best.tx_terrain,
                 .rx_terrain = best.rx_terrain,
                 .tx_flat = best.tx_flat,
                 .rx_flat = best.rx_flat,
                 .obstruction_m = best.obstruction,
                 .tx_index = tx_block,
                 .rx_index = std::min(rx_block + block_points, last) - 1};
  auto terrain_slopes = [&walk](std::size_t i) {
    Maxima<double> point;
    walk.step<double, false>(i, point);
    return point;
  };
  while (out.tx_index + 1 < last && terrain_slopes(out.tx_index).tx_terrain != best.tx_terrain) {
    ++out.tx_index;
  }
  while (out.rx_index > 1 && terrain_slopes(out.rx_index).rx_terrain != best.rx_terrain) {
    --out.rx_index;
  }
  return out;
}

// The inner point that comes nearest to the line of sight in Fresnel radii; the line is above
// every point, so nu is greatest where clearance^2 / (d_i (d - d_i)) is least.
struct Nearest {
  std::size_t index = 0;  // the last such point
  double clearance_squared = 0;
};

Nearest nearest(const Walk& walk, std::size_t points, double bulge, bool with_clutter) {
  auto squared = [&walk, bulge, with_clutter]<class V>(std::size_t i, V*) {
    V x = load<V>(walk.d + i);
    V u = x * (walk.line.length_km - x);
    V top = load<V>(walk.h + i);
    if (with_clutter) top = top + load<V>(walk.clutter + i);
    V clearance = walk.line.tx_m + walk.slope * x - top - bulge * u;
    return -(clearance * clearance) / u;
  };
  std::size_t last = points - 1;
  std::size_t block = 1;
  double best = lowest;
  for (std::size_t begin = 1; begin < last; begin += block_points) {
    std::size_t end = std::min(begin + block_points, last);
    std::size_t i = begin;
    Pair lanes = lowest + Pair{};
    for (; i + 2 <= end; i += 2) lanes = greater(lanes, squared(i, static_cast<Pair*>(nullptr)));
    double value = over_lanes(lanes);
    if (i < end) value = std::max(value, squared(i, static_cast<double*>(nullptr)));
    if (value >= best) {
      best = value;
      block = begin;
    }
  }
  std::size_t index = std::min(block + block_points, last) - 1;
  while (index > 1 && squared(index, static_cast<double*>(nullptr)) != best) --index;
  return {index, -best};
}

BullingtonPath clear_path(double slope_tx, const Nearest& at, std::span<const double> d) {
  return {.line_of_sight = true,
          .slope_tx_m_per_km = slope_tx,
          .edge_km = d[at.index],
          .nu_scale_m_per_km = -std::sqrt(at.clearance_squared)};
}

// Eqs (83), (84): what the straight line through the terrain by least squares is made of.
void sum_terrain(std::span<const double> d, const double* h, PathMaxima& out) {
  Pair area_lanes{};
  Pair moment_lanes{};
  auto add = [&d, h]<class V>(std::size_t i, V& area, V& moment) {
    V x0 = load<V>(d.data() + i - 1), x1 = load<V>(d.data() + i);
    V h0 = load<V>(h + i - 1), h1 = load<V>(h + i);
    V step = x1 - x0;
    V both = h0 + h1;
    area += step * both;
    moment += step * (both * (x0 + x1) + h0 * x0 + h1 * x1);
  };
  std::size_t i = 1;
  for (; i + 2 <= d.size(); i += 2) add(i, area_lanes, moment_lanes);
  out.area = sum_lanes(area_lanes);
  out.moment = sum_lanes(moment_lanes);
  if (i < d.size()) add(i, out.area, out.moment);
}

// Eqs (85) to (92): surfaces for diffraction and for ducting.
void smooth_heights(const PathMaxima& best, double slope, PathGeometry& out) {
  double d = out.distance_km;
  out.tx_smooth_fit_m = (2 * best.area * d - best.moment) / (d * d);
  out.rx_smooth_fit_m = (best.moment - best.area * d) / (d * d);
  double tx = out.tx_smooth_fit_m;
  double rx = out.rx_smooth_fit_m;
  out.obstruction_m = best.obstruction_m;
  if (best.obstruction_m > 0) {
    double from_tx = best.tx_flat - slope;  // alpha_obt
    double from_rx = best.rx_flat + slope;  // alpha_obr
    tx -= best.obstruction_m * from_tx / (from_tx + from_rx);
    rx -= best.obstruction_m * from_rx / (from_tx + from_rx);
  }
  out.tx_smooth_diffraction_m = std::min(tx, out.tx_ground_m);
  out.rx_smooth_diffraction_m = std::min(rx, out.rx_ground_m);
  out.tx_over_smooth_m = out.tx_amsl_m - out.tx_smooth_diffraction_m;
  out.rx_over_smooth_m = out.rx_amsl_m - out.rx_smooth_diffraction_m;
  out.tx_smooth_m = std::min(out.tx_smooth_fit_m, out.tx_ground_m);
  out.rx_smooth_m = std::min(out.rx_smooth_fit_m, out.rx_ground_m);
  out.tx_effective_m = out.tx_mast_m + out.tx_ground_m - out.tx_smooth_m;
  out.rx_effective_m = out.rx_mast_m + out.rx_ground_m - out.rx_smooth_m;
}

// Eqs (74) to (82). Angles against the horizontal come from the bulged slopes: a slope to a
// point at d_i contains 500 / a_e (d - d_i), so that taking off 500 / a_e d leaves -d_i / 2a_e.
void horizons(const Walk& walk, const PathMaxima& best, std::size_t points, PathGeometry& out) {
  double drop = walk.bulge_median * walk.line.length_km;
  auto angle_mrad = [drop](double slope) { return 1000 * std::atan((slope - drop) / 1000); };
  out.line_of_sight = !(best.tx_terrain > walk.slope);
  if (out.line_of_sight) {
    Nearest at = nearest(walk, points, walk.bulge_median, false);
    out.tx_horizon_index = out.rx_horizon_index = at.index;
    out.tx_horizon_mrad = angle_mrad(walk.slope);
    out.rx_horizon_mrad = angle_mrad(-walk.slope);
  } else {
    out.tx_horizon_index = best.tx_index;
    out.rx_horizon_index = best.rx_index;
    out.tx_horizon_mrad = angle_mrad(best.tx_terrain);
    out.rx_horizon_mrad = angle_mrad(best.rx_terrain);
  }
  out.tx_horizon_km = walk.d[out.tx_horizon_index];
  out.rx_horizon_km = walk.line.length_km - walk.d[out.rx_horizon_index];
  out.angular_distance_mrad =
      1000 * out.distance_km / out.radii.median_km + out.tx_horizon_mrad + out.rx_horizon_mrad;
}

// Eq. (93): the greatest height above the ducting surface between the two horizons.
double roughness_m(const Walk& walk, const PathGeometry& path) {
  double slope = (path.rx_smooth_m - path.tx_smooth_m) / path.distance_km;  // Eq. (91)
  auto [first, last] = std::minmax(path.tx_horizon_index, path.rx_horizon_index);
  Pair lanes = lowest + Pair{};
  double best = lowest;
  std::size_t i = first;
  for (; i + 1 <= last; i += 2) {
    Pair surface = path.tx_smooth_m + slope * load<Pair>(walk.d + i);
    lanes = greater(lanes, load<Pair>(walk.h + i) - surface);
  }
  if (i <= last) best = walk.h[i] - (path.tx_smooth_m + slope * walk.d[i]);
  return std::max(best, over_lanes(lanes));
}

BullingtonPath actual_bullington(const Walk& walk, std::span<const double> d, double slope_tx,
                                 double slope_rx, double bulge) {
  if (slope_tx < walk.slope) {
    return clear_path(slope_tx, nearest(walk, d.size(), bulge, walk.clutter != nullptr), d);
  }
  return bullington_from_slopes(slope_tx, slope_rx, walk.line.tx_m, walk.line.rx_m, d);
}

}  // namespace

EarthRadii earth_radii(double delta_n_per_km) {
  return {.median_km = earth_radius_km * (157 / (157 - delta_n_per_km))};
}

BullingtonPath bullington_from_slopes(double slope_tx_m_per_km, double slope_rx_m_per_km,
                                      double tx_m, double rx_m,
                                      std::span<const double> distance_km) {
  double length = distance_km.back();
  double sum = slope_tx_m_per_km + slope_rx_m_per_km;
  // The lines cross between the two tangent points, so between the inner points. Where the
  // path is just grazed the sum is rounding error and any of them is right: nu is 0.
  double first = distance_km[1];
  double last = distance_km[distance_km.size() - 2];
  double edge = (rx_m - tx_m + slope_rx_m_per_km * length) / sum;
  edge = sum > 0 ? std::clamp(edge, first, last) : first;
  double line = (tx_m * (length - edge) + rx_m * edge) / length;
  double excess = tx_m + slope_tx_m_per_km * edge - line;
  return {.line_of_sight = false,
          .slope_tx_m_per_km = slope_tx_m_per_km,
          .slope_rx_m_per_km = slope_rx_m_per_km,
          .edge_km = edge,
          .nu_scale_m_per_km = excess / std::sqrt(edge * (length - edge))};
}

BullingtonPath smooth_bullington(std::span<const double> distance_km, double tx_m, double rx_m,
                                 double radius_km) {
  std::span<const double> inner = distance_km.subspan(1, distance_km.size() - 2);
  double length = distance_km.back();
  double bulge = 500 / radius_km;
  // The slope to a point x km away, bulge * (length - x) - mast / x, is concave in x with its
  // top at sqrt(mast / bulge): one of the two points beside the top has the greatest slope.
  auto greatest = [&](double mast_m, bool from_tx) {
    double top = std::sqrt(mast_m / bulge);
    auto at = std::lower_bound(inner.begin(), inner.end(), from_tx ? top : length - top);
    double best = lowest;
    auto take = [&](double x_km) {
      double x = from_tx ? x_km : length - x_km;
      best = std::max(best, (bulge * x_km * (length - x_km) - mast_m) / x);
    };
    if (at != inner.end()) take(*at);
    if (at != inner.begin()) take(*(at - 1));
    return best;
  };
  double slope_tx = greatest(tx_m, true);
  double slope = (rx_m - tx_m) / length;
  if (slope_tx >= slope) {
    return bullington_from_slopes(slope_tx, greatest(rx_m, false), tx_m, rx_m, distance_km);
  }
  // clearance^2 / (x (length - x)) has one minimum along a clear smooth path (in s = x / (length
  // - x) its derivative changes sign once), so halving finds the point.
  auto squared = [&](std::size_t i) {
    double u = inner[i] * (length - inner[i]);
    double clearance = tx_m + slope * inner[i] - bulge * u;
    return clearance * clearance / u;
  };
  std::size_t low = 0;
  std::size_t high = inner.size() - 1;
  while (low < high) {
    std::size_t middle = (low + high) / 2;
    if (squared(middle) > squared(middle + 1)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return clear_path(slope_tx, {low + 1, squared(low)}, distance_km);
}

PathMaxima path_maxima(const PathProfile& profile, const Terminals& terminals,
                       const EarthRadii& radii) {
  Walk walk = walk_over(profile, terminals, radii);
  std::size_t points = profile.points();
  PathMaxima out = walk.clutter != nullptr ? sweep<true>(walk, points) : sweep<false>(walk, points);
  sum_terrain(profile.distance_km, walk.h, out);
  return out;
}

PathGeometry geometry_from(const PathMaxima& maxima, const PathProfile& profile,
                           const Terminals& terminals, const EarthRadii& radii) {
  std::span<const double> d = profile.distance_km;
  PathGeometry out;
  out.distance_km = d.back();
  out.tx_ground_m = profile.terrain_m.front();
  out.rx_ground_m = profile.terrain_m.back();
  out.tx_mast_m = terminals.tx_mast_m;
  out.rx_mast_m = terminals.rx_mast_m;
  out.tx_amsl_m = out.tx_ground_m + out.tx_mast_m;
  out.rx_amsl_m = out.rx_ground_m + out.rx_mast_m;
  bool zoned = !profile.zones.empty();
  bool tx_at_sea = zoned && profile.zones.front() == Zone::sea;
  bool rx_at_sea = zoned && profile.zones.back() == Zone::sea;
  out.tx_coast_km = tx_at_sea ? 0 : terminals.tx_coast_km;
  out.rx_coast_km = rx_at_sea ? 0 : terminals.rx_coast_km;
  out.radii = radii;
  out.zones = zone_lengths(profile);

  Walk walk = walk_over(profile, terminals, radii);
  smooth_heights(maxima, walk.slope, out);
  horizons(walk, maxima, d.size(), out);
  out.roughness_m = roughness_m(walk, out);

  out.actual_median =
      actual_bullington(walk, d, maxima.tx_median, maxima.rx_median, walk.bulge_median);
  out.actual_beta = actual_bullington(walk, d, maxima.tx_beta, maxima.rx_beta, walk.bulge_beta);
  double tx = out.tx_over_smooth_m;
  double rx = out.rx_over_smooth_m;
  out.smooth_median = smooth_bullington(d, tx, rx, radii.median_km);
  out.smooth_beta = smooth_bullington(d, tx, rx, radii.beta_km);
  return out;
}

PathGeometry path_geometry(const PathProfile& profile, const Terminals& terminals,
                           const EarthRadii& radii) {
  return geometry_from(path_maxima(profile, terminals, radii), profile, terminals, radii);
}

}  // namespace cairn::radio
