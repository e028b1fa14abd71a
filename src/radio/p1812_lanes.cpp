// SPDX-License-Identifier: Apache-2.0
// The names and equation numbers are those of p1812.cpp and p526.cpp: this is the same method for
// a path over land alone. What depends on the distance alone is computed once for the sixteen
// receivers of a ring.
#include "radio/p1812_lanes.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "radio/p1812_lanes.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "radio/lane_math.hpp"

#ifndef CAIRN_RADIO_P1812_LANES_BAND
#define CAIRN_RADIO_P1812_LANES_BAND
namespace cairn::radio {
namespace {

// The first term of the spherical Earth for one radius, over land.
struct FixedTerm {
  double radius_km = 0;
  double x_per_km = 0;
  double b_per_m = 0;
  double least_gain_db = 0;
};

// What a band and the two radii fix, once a call.
struct LaneBand {
  const P1812Radio& radio;
  SphericalEarth::Land land;
  double log_admittance;  // log2
  FixedTerm median;
  FixedTerm beta;
  double roots_of_f_db;  // 0.361 sqrt(f) of Eq. (48)
  double angle_db;       // 0.264 f^(1/3) of Eq. (48)
};

FixedTerm fixed_term(const SphericalEarth::Land& land, double radius_km) {
  double root = std::cbrt(radius_km);
  double k2 = land.admittance / root * (land.admittance / root);
  double k4 = k2 * k2;
  double beta = (1 + 1.6 * k2 + 0.67 * k4) / (1 + 4.5 * k2 + 1.53 * k4);
  return {radius_km, land.distance_factor * beta / (root * root),
          land.height_factor * beta * beta / root, 2 + 10 * std::log10(k2)};
}

LaneBand lane_band(const P1812Radio& radio, const EarthRadii& radii) {
  SphericalEarth::Land land = radio.earth.over_land();
  return {.radio = radio,
          .land = land,
          .log_admittance = std::log2(land.admittance),
          .median = fixed_term(land, radii.median_km),
          .beta = fixed_term(land, radii.beta_km),
          .roots_of_f_db = 0.361 * std::sqrt(radio.input.frequency_ghz),
          .angle_db = 0.264 * radio.cube_root_ghz};
}

inline constexpr std::size_t ring_chunk = 64;

// What the distance fixes: rings [first, first + count) of a block.
struct Rings {
  std::size_t first = 0;
  std::size_t count = 0;
  using Values = double[ring_chunk];
  HWY_ALIGN Values km, log_beta0, time_interpolation, share, common, wave, edge_db, scatter_db;
  HWY_ALIGN Values least_alpha, duct_km2, curve, time_slope, angle_mrad, near_sea;
  HWY_ALIGN Values median_gain_db, beta_gain_db;
};

}  // namespace
}  // namespace cairn::radio
#endif

HWY_BEFORE_NAMESPACE();
namespace cairn::radio::HWY_NAMESPACE {
namespace {

constexpr double log_50 = 1.6989700043360187;

// Eq. (33) without its sign: X normalised.
HWY_INLINE V distance_gain_db(V x) {
  V l = log2(x);
  V far = same(11) + same(10 * log10_of_2) * l - same(17.6) * x;
  M near = hn::Lt(x, same(1.6));
  if (!any(near)) return far;
  V close = same(-20 * log10_of_2) * l - same(5.6488) * exp2(same(1.425) * l);
  return choose(near, close, far);
}

// Eqs (34), (35).
HWY_INLINE V height_gain_db(V b, V least_db) {
  M high = hn::Gt(b, same(2));
  V less = greater(b - same(1.1), same(0));
  V l = log10(choose(high, less, b + same(0.1) * b * b * b));
  V far = same(17.6) * hn::Sqrt(less) - same(5) * l - same(8);
  return greater(choose(high, far, same(20) * l), least_db);
}

// The upper tail of normal_exceeded_p1812 (probability below a half).
HWY_INLINE V normal_tail(V probability) {
  V t = hn::Sqrt(same(-2) * log(greater(probability, same(1e-6))));
  V above = same(2.515516698) + t * (same(0.802853) + t * same(0.010328));
  V below = same(1) + t * (same(1.432788) + t * (same(0.189269) + t * same(0.001308)));
  return t - above / below;
}

void ring_duct(const LaneBand& band, V d, V log_d, Rings& rings, std::size_t i) {
  const Doubles tag;
  const P1812Radio& radio = band.radio;
  auto keep = [&](Rings::Values& into, V value) { hn::Store(value, tag, into + i); };
  V tau = same(1) - exp(same(-4.12e-4) * exp2(same(2.41) * log_d));  // Eq. (3a)
  V sum = power_of_ten(same(0) - d / (same(16) - same(6.6) * tau)) +
          power_of_ten(same(0) - (same(2.48) + same(1.77) * tau));
  V log_mu1 = lesser(same(0), same(0.2) * log10(sum));
  V log_beta0 = same(radio.beta_log_scale) + same(radio.beta_log_power) * log_mu1;
  V ducting_percent = power_of_ten(log_beta0);
  M common = hn::Ge(same(radio.input.time_percent), ducting_percent);
  V f_i = choose(common, same(radio.time_deviation) / normal_tail(ducting_percent * same(0.01)),
                 same(1));
  keep(rings.log_beta0, log_beta0);
  keep(rings.common, choose(common, same(1), same(0)));
  keep(rings.time_interpolation, f_i);
  keep(rings.share, radio.input.time_percent == 50 ? same(0) : f_i);
  V alpha = same(-0.6) - same(3.5e-9) * exp2(same(3.1) * log_d) * tau;
  keep(rings.least_alpha, greater(same(-3.4), alpha) * same(log10_of_2));
  keep(rings.curve, same(1e-6) * exp2(same(1.13) * log_d));
  keep(rings.time_slope, same(1.2) + same(3.7e-3) * d);
}

void fill_rings(const LaneBand& band, double step_m, Rings& rings) {
  const Doubles tag;
  const P1812Radio& radio = band.radio;
  for (std::size_t i = 0; i < rings.count; i += hn::Lanes(tag)) {
    auto keep = [&](Rings::Values& into, V value) { hn::Store(value, tag, into + i); };
    V k = hn::Iota(tag, static_cast<double>(rings.first + i));
    V d = k * same(step_m / 1000);
    V log_d = log2(d);
    keep(rings.km, d);
    keep(rings.wave, hn::Sqrt(same(0.002) * d / same(radio.wavelength_m)));
    keep(rings.edge_db, same(10) + same(0.02) * d);
    keep(rings.scatter_db, same(radio.scatter_fixed_db) + same(20 * log10_of_2) * log_d);
    keep(rings.duct_km2, same(500 / band.median.radius_km) * d * d);
    keep(rings.angle_mrad, same(1000) * d / same(band.median.radius_km));
    // Eq. (58), F_k: 0.5 (1 - tanh(1.5 (d - 20) / 20)).
    keep(rings.near_sea, falling_logistic(same(3) * (d - same(20)) / same(20)));
    keep(rings.median_gain_db, distance_gain_db(same(band.median.x_per_km) * d));
    keep(rings.beta_gain_db, distance_gain_db(same(band.beta.x_per_km) * d));
    ring_duct(band, d, log_d, rings, i);
  }
}

// Eqs (12), (19) to (21).
HWY_INLINE V bullington_db(V nu_scale, double wave, double edge_db) {
  V nu = nu_scale * same(wave);
  M over = hn::Gt(nu, same(-0.78));
  if (!any(over)) return same(0);
  V v = nu - same(0.1);
  V l = log2(hn::Sqrt(v * v + same(1)) + v);
  V knife = same(6.9) + same(20 * log10_of_2) * l;
  V loss = knife + (same(1) - exp(knife * same(-1.0 / 6))) * same(edge_db);
  return choose(over, loss, same(0));
}

// What both radii share of section 4.3.2.
struct Sphere {
  V tx_m, rx_m, sum_m, roots;
};

// Eqs (29) to (36) for a radius of its own in every lane.
HWY_INLINE V grazing_term_db(const LaneBand& band, const Sphere& s, double km) {
  V spread = same(km) / s.roots;
  V log_root = log2(same(500) * spread * spread) * same(1.0 / 3);
  V inverse_root = exp2(same(0) - log_root);
  V k = same(band.land.admittance) * inverse_root;
  V k2 = k * k;
  V k4 = k2 * k2;
  V beta =
      (same(1) + same(1.6) * k2 + same(0.67) * k4) / (same(1) + same(4.5) * k2 + same(1.53) * k4);
  V x = same(band.land.distance_factor * km) * beta * inverse_root * inverse_root;
  V b_per_m = same(band.land.height_factor) * beta * beta * inverse_root;
  V least_db = same(2) + same(20 * log10_of_2) * (same(band.log_admittance) - log_root);
  return same(0) - distance_gain_db(x) - height_gain_db(b_per_m * s.tx_m, least_db) -
         height_gain_db(b_per_m * s.rx_m, least_db);
}

// Eqs (23) to (27): within sight of each other over the smooth sphere.
HWY_INLINE V above_horizon_db(const LaneBand& band, const Sphere& s, double km, double radius_km,
                              M wanted) {
  V c = (s.tx_m - s.rx_m) / s.sum_m;
  V m = same(250 * km * km / radius_km) / s.sum_m;
  V over = same(1) / (m + same(1));
  V q = hn::Sqrt(same(3) * m * over);
  V b = same(2) / q * sine_of_third(same(1.5) * c * q * over);
  V d1 = same(km / 2) * (same(1) + b);
  V d2 = same(km) - d1;
  V bulge = same(500 / radius_km);
  V clearance = ((s.tx_m - bulge * d1 * d1) * d2 + (s.rx_m - bulge * d2 * d2) * d1) / same(km);
  V needed = same(band.land.clearance_factor) *
             hn::Sqrt(d1 * d2 * same(band.radio.wavelength_m / km));  // Eq. (26)
  M low = hn::And(wanted, hn::Le(clearance, needed));
  if (!any(low)) return same(0);
  V grazing = greater(grazing_term_db(band, s, km), same(0));
  return choose(low, (same(1) - clearance / needed) * grazing, same(0));
}

HWY_INLINE V spherical_db(const LaneBand& band, const FixedTerm& term, const Sphere& s, double km,
                          double gain_db) {
  V sight_km = same(std::sqrt(0.002 * term.radius_km)) * s.roots;  // Eq. (22)
  M beyond = hn::Ge(same(km), sight_km);
  M within = hn::Lt(same(km), sight_km);
  V loss = same(0);
  if (any(within)) loss = above_horizon_db(band, s, km, term.radius_km, within);
  if (any(beyond)) {
    V least = same(term.least_gain_db);
    V far = same(-gain_db) - height_gain_db(same(term.b_per_m) * s.tx_m, least) -
            height_gain_db(same(term.b_per_m) * s.rx_m, least);
    loss = choose(beyond, far, loss);
  }
  return loss;
}

// Eq. (39).
HWY_INLINE V delta_bullington_db(V actual, V smooth, V spherical) {
  return actual + greater(spherical - smooth, same(0));
}

// Eq. (48).
HWY_INLINE V shielding_db(const LaneBand& band, V horizon_mrad, V root_km, V limit_mrad) {
  V angle = horizon_mrad - limit_mrad;
  M hidden = hn::Gt(angle, same(0));
  if (!any(hidden)) return same(0);
  V loss = same(20) * log10(same(1) + same(band.roots_of_f_db) * angle * root_km) +
           same(band.angle_db) * angle;
  return choose(hidden, loss, same(0));
}

// The sixteen (or as many as there are lanes) receivers from `at` on, all of ring `i`.
struct Receivers {
  const RadialBlock& block;
  const LaneBand& band;
  const Rings& rings;
  std::size_t i;
  std::size_t at;

  HWY_INLINE V of(const std::vector<double>& values) const {
    return hn::LoadU(Doubles(), values.data() + at);
  }
};

// Eqs (46) to (56) over land.
HWY_INLINE V ducting_db(const Receivers& r, V tx_km, V rx_km, V tx_mrad, V rx_mrad) {
  const P1812Radio& radio = r.band.radio;
  V tx_limit = same(0.1) * tx_km;
  V rx_limit = same(0.1) * rx_km;
  V fixed = same(radio.duct_fixed_db) + same(20) * log10(tx_km + rx_km) +
            shielding_db(r.band, tx_mrad, hn::Sqrt(tx_km), tx_limit) +
            shielding_db(r.band, rx_mrad, hn::Sqrt(rx_km), rx_limit);
  V angle_mrad =
      same(r.rings.angle_mrad[r.i]) + lesser(tx_mrad, tx_limit) + lesser(rx_mrad, rx_limit);
  double per_mrad = 5e-5 * r.band.median.radius_km * radio.cube_root_ghz;

  V roots = hn::Sqrt(r.of(r.block.tx_effective_m)) + hn::Sqrt(r.of(r.block.rx_effective_m));
  V spread = same(r.rings.duct_km2[r.i]) / (roots * roots);
  V log_mu2 = lesser(same(0), same(r.rings.least_alpha[r.i]) * log2(spread));
  V beyond_km = lesser(same(r.rings.km[r.i]) - tx_km - rx_km, same(40));
  V rough_m = greater(same(0), r.of(r.block.roughness_m) - same(10));
  constexpr double per_km = -4.6e-5 * log10_of_2 / ln_of_2;
  V log_mu3 = same(per_km) * rough_m * (same(43) + same(6) * beyond_km);
  V log_beta = same(r.rings.log_beta0[r.i]) + log_mu2 + log_mu3;

  V curve = same(9.51) - same(4.8) * log_beta + same(0.198) * log_beta * log_beta;
  V gamma = same(1.076) *
            exp(same(-1.012) * log(same(2.0058) - log_beta) - curve * same(r.rings.curve[r.i]));
  V log_ratio = same(radio.log_time) - log_beta;
  V time_db = same(-12) + same(r.rings.time_slope[r.i]) * log_ratio +
              same(12) * power_of_ten(gamma * log_ratio);
  return fixed + same(per_mrad) * angle_mrad + time_db;
}

// The two diffraction losses, L_d50 and L_dbeta.
HWY_INLINE void diffraction(const Receivers& r, V& median_db, V& beta_db) {
  const RadialBlock& block = r.block;
  double km = r.rings.km[r.i];
  double wave = r.rings.wave[r.i];
  double edge_db = r.rings.edge_db[r.i];
  V tx_m = r.of(block.tx_over_smooth_m);
  V rx_m = r.of(block.rx_over_smooth_m);
  Sphere sphere{tx_m, rx_m, tx_m + rx_m, hn::Sqrt(tx_m) + hn::Sqrt(rx_m)};
  median_db = delta_bullington_db(
      bullington_db(r.of(block.actual_median_nu), wave, edge_db),
      bullington_db(r.of(block.smooth_median_nu), wave, edge_db),
      spherical_db(r.band, r.band.median, sphere, km, r.rings.median_gain_db[r.i]));
  beta_db = median_db;
  if (r.rings.share[r.i] == 0 && r.rings.common[r.i] != 0) return;  // Eq. (41) does not ask
  beta_db =
      delta_bullington_db(bullington_db(r.of(block.actual_beta_nu), wave, edge_db),
                          bullington_db(r.of(block.smooth_beta_nu), wave, edge_db),
                          spherical_db(r.band, r.band.beta, sphere, km, r.rings.beta_gain_db[r.i]));
}

// Eqs (57) to (63).
HWY_INLINE V combined_db(const Receivers& r, V ducting, V sight_p, V with_diffraction,
                         V least_sight, V scatter, V theta_mrad) {
  V far = falling_logistic(same(16) * (theta_mrad - same(0.3)));
  V larger = greater(ducting, sight_p);
  V gap = hn::Abs(ducting - sight_p);
  V least_ducting = larger + same(2.5) * log(same(1) + exp(gap * same(-0.4)));
  V blended = least_ducting + (with_diffraction - least_ducting) * same(r.rings.near_sea[r.i]);
  V with_ducting = choose(hn::Le(least_ducting, with_diffraction), blended, with_diffraction);
  V modified = with_ducting + (least_sight - with_ducting) * far;
  V apart = hn::Abs(scatter - modified);
  return lesser(scatter, modified) - same(5) * log10(same(1) + power_of_ten(apart * same(-0.2)));
}

// L_b, Eq. (69).
HWY_INLINE V basic_loss_db(const Receivers& r) {
  const RadialBlock& block = r.block;
  const P1812Radio& radio = r.band.radio;
  V tx_km = r.of(block.tx_horizon_km);
  V rx_km = r.of(block.rx_horizon_km);
  V tx_mrad = r.of(block.tx_horizon_mrad);
  V rx_mrad = r.of(block.rx_horizon_mrad);
  V theta_mrad = r.of(block.angular_distance_mrad);
  V climb_km = (same(block.tx_amsl_m) - r.of(block.rx_amsl_m)) * same(0.001);
  double km = r.rings.km[r.i];
  V free_db =
      same(92.4 + 20 * radio.log_ghz) + same(10) * log10(same(km * km) + climb_km * climb_km);
  V multipath = same(2.6) * (same(1) - exp(same(-0.1) * (tx_km + rx_km)));
  V sight_p = free_db + multipath * same(radio.log_time - log_50);
  V sight_beta = free_db + multipath * same(r.rings.log_beta0[r.i] - log_50);

  V median_db, beta_db;
  diffraction(r, median_db, beta_db);
  V diffraction_p = median_db + (beta_db - median_db) * same(r.rings.share[r.i]);
  V least_sight = sight_p + diffraction_p;
  if (r.rings.common[r.i] != 0) {
    V with_median = free_db + median_db;
    least_sight = with_median + (sight_beta + diffraction_p - with_median) *
                                    same(r.rings.time_interpolation[r.i]);
  }
  V ducting = ducting_db(r, tx_km, rx_km, tx_mrad, rx_mrad);
  V scatter = same(r.rings.scatter_db[r.i]) + same(0.573) * theta_mrad;
  V median_location =
      combined_db(r, ducting, sight_p, sight_p + diffraction_p, least_sight, scatter, theta_mrad);
  return greater(sight_p, median_location + same(radio.location_db));
}

void loss_rows(const RadialBlock& block, const P1812Radio& radio, std::size_t first,
               std::size_t last, float* loss_db) {
  const Doubles tag;
  const hn::Rebind<float, Doubles> floats;
  const LaneBand band = lane_band(radio, block.radii);
  Rings rings;
  for (rings.first = first; rings.first < last; rings.first += ring_chunk) {
    rings.count = std::min(ring_chunk, last - rings.first);
    fill_rings(band, block.step_m, rings);
    for (std::size_t i = 0; i < rings.count; ++i) {
      std::size_t row = (rings.first + i) * radial_lanes;
      for (std::size_t lane = 0; lane < radial_lanes; lane += hn::Lanes(tag)) {
        V loss = basic_loss_db({block, band, rings, i, row + lane});
        hn::StoreU(hn::DemoteTo(floats, loss), floats, loss_db + row + lane);
      }
    }
  }
}

}  // namespace
}  // namespace cairn::radio::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cairn::radio {

HWY_EXPORT(loss_rows);

void p1812_loss_lanes(const RadialBlock& block, const P1812Radio& radio, std::size_t first,
                      std::size_t last, std::span<float> loss_db) {
  constexpr float none = std::numeric_limits<float>::quiet_NaN();
  std::size_t begin = std::clamp<std::size_t>(2, first, std::max(first, last));
  // Past the first gap of every radial there is nothing to compute.
  std::size_t known = *std::max_element(block.known.begin(), block.known.end());
  std::size_t end = std::clamp(known, begin, std::max(begin, last));
  std::fill(loss_db.begin() + first * radial_lanes, loss_db.begin() + begin * radial_lanes, none);
  std::fill(loss_db.begin() + end * radial_lanes, loss_db.begin() + last * radial_lanes, none);
  if (begin < end) HWY_DYNAMIC_DISPATCH(loss_rows)(block, radio, begin, end, loss_db.data());
  for (std::size_t lane = 0; lane < radial_lanes; ++lane) {
    for (std::size_t k = std::max(begin, block.known[lane]); k < end; ++k) {
      loss_db[k * radial_lanes + lane] = none;
    }
  }
}

}  // namespace cairn::radio
#endif
