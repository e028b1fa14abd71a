// SPDX-License-Identifier: Apache-2.0
#include "radio/p1812.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "radio/normal.hpp"
#include "radio/p525.hpp"

namespace cairn::radio {
namespace {

double power_of_ten(double x) {
  return std::exp(x * std::numbers::ln10);
}

Status within(double value, double low, double high, const char* what, const char* unit) {
  if (value >= low && value <= high) return {};
  return fail(Code::invalid,
              fmt::format("{} {}{} is not within {} to {}{}", what, value, unit, low, high, unit));
}

// Eqs (2) to (5): the part of time, in %, with ducting at the path's latitude.
double log_ducting(const ZoneLengths& zones, double scale, double power, double* tau) {
  *tau = 1 - std::exp(-4.12e-4 * std::pow(zones.longest_inland_km, 2.41));
  double sum = power_of_ten(-zones.longest_land_km / (16 - 6.6 * *tau)) +
               power_of_ten(-(2.48 + 1.77 * *tau));
  double log_mu1 = std::min(0.0, 0.2 * std::log10(sum));
  return scale + power * log_mu1;
}

// Eq. (48): shielding by the site of one terminal.
double site_shielding_db(double horizon_mrad, double horizon_km, double frequency_ghz,
                         double cube_root_ghz) {
  double angle = horizon_mrad - 0.1 * horizon_km;
  if (angle <= 0) return 0;
  return 20 * std::log10(1 + 0.361 * angle * std::sqrt(frequency_ghz * horizon_km)) +
         0.264 * angle * cube_root_ghz;
}

// Eq. (49): coupling of a terminal near the coast to ducts over the sea.
double coast_coupling_db(double coast_km, double horizon_km, double antenna_amsl_m,
                         double sea_fraction) {
  if (sea_fraction < 0.75 || coast_km > horizon_km || coast_km > 5) return 0;
  return -3 * std::exp(-0.25 * coast_km * coast_km) * (1 + std::tanh(0.07 * (50 - antenna_amsl_m)));
}

// Eqs (46) to (56): ducting and reflection from layers.
double ducting_db(const PathGeometry& path, const P1812Radio& radio, double log_beta0, double tau) {
  double d = path.distance_km;
  double f = radio.input.frequency_ghz;
  double dlt = path.tx_horizon_km;
  double dlr = path.rx_horizon_km;
  double omega = path.zones.sea_fraction;
  double fixed = radio.duct_fixed_db + 20 * std::log10(dlt + dlr) +
                 site_shielding_db(path.tx_horizon_mrad, dlt, f, radio.cube_root_ghz) +
                 site_shielding_db(path.rx_horizon_mrad, dlr, f, radio.cube_root_ghz) +
                 coast_coupling_db(path.tx_coast_km, dlt, path.tx_amsl_m, omega) +
                 coast_coupling_db(path.rx_coast_km, dlr, path.rx_amsl_m, omega);  // A_f, Eq. (47)

  double angle_mrad = 1000 * d / path.radii.median_km + std::min(path.tx_horizon_mrad, 0.1 * dlt) +
                      std::min(path.rx_horizon_mrad, 0.1 * dlr);        // Eq. (52)
  double per_mrad = 5e-5 * path.radii.median_km * radio.cube_root_ghz;  // Eq. (51)

  double log_d = std::log(d);
  double alpha = std::max(-3.4, -0.6 - 3.5e-9 * std::exp(3.1 * log_d) * tau);  // Eq. (55a)
  double roots = std::sqrt(path.tx_effective_m) + std::sqrt(path.rx_effective_m);
  double spread = d / roots;
  double log_mu2 = std::min(0.0, alpha * std::log10(500 / path.radii.median_km * spread * spread));
  double beyond_km = std::min(d - dlt - dlr, 40.0);  // d_I, Eq. (56a)
  double rough_m = std::max(0.0, path.roughness_m - 10);
  double log_mu3 = -4.6e-5 * rough_m * (43 + 6 * beyond_km) / std::numbers::ln10;
  double log_beta = log_beta0 + log_mu2 + log_mu3;  // Eq. (54)

  double curve = 9.51 - 4.8 * log_beta + 0.198 * log_beta * log_beta;
  double gamma = 1.076 * std::exp(-1.012 * std::log(2.0058 - log_beta) -
                                  curve * 1e-6 * std::exp(1.13 * log_d));  // Eq. (53a)
  double log_ratio = radio.log_time - log_beta;
  double time_db =
      -12 + (1.2 + 3.7e-3 * d) * log_ratio + 12 * power_of_ten(gamma * log_ratio);  // Eq. (53)
  return fixed + per_mrad * angle_mrad + time_db;
}

// Eqs (57) to (63): from the mechanisms to one loss.
void combine(const PathGeometry& path, P1812Loss& out) {
  out.angle_interpolation =
      0.5 - 0.5 * std::tanh(3 * 0.8 * (path.angular_distance_mrad - 0.3) / 0.3);
  out.distance_interpolation = 0.5 - 0.5 * std::tanh(3 * 0.5 * (path.distance_km - 20) / 20);
  constexpr double eta = 2.5;
  // The logarithm of a sum of exponentials, arranged so that none overflows.
  double larger = std::max(out.ducting_db, out.line_of_sight_p_db);
  double gap = std::abs(out.ducting_db - out.line_of_sight_p_db);
  out.least_ducting_db = larger + eta * std::log1p(std::exp(-gap / eta));
  out.with_ducting_db = out.with_diffraction_p_db;
  if (out.least_ducting_db <= out.with_diffraction_p_db) {
    out.with_ducting_db =
        out.least_ducting_db +
        (out.with_diffraction_p_db - out.least_ducting_db) * out.distance_interpolation;
  }
  out.modified_db =
      out.with_ducting_db + (out.least_sight_db - out.with_ducting_db) * out.angle_interpolation;
  double smaller = std::min(out.troposcatter_db, out.modified_db);
  double apart = std::abs(out.troposcatter_db - out.modified_db);
  out.median_location_db = smaller - 5 * std::log10(1 + power_of_ten(-0.2 * apart));
}

}  // namespace

Result<P1812Radio> p1812_radio(const P1812Input& input, const Atmosphere& air) {
  for (const Status& status :
       {within(input.frequency_ghz, 0.03, 6, "frequency", " GHz"),
        within(input.time_percent, 1, 50, "time", " %"),
        within(input.location_percent, 1, 99, "locations", " %"),
        within(input.location_sigma_db, 0, 30, "spread over locations", " dB"),
        within(air.sea_level_n0, 200, 500, "surface refractivity", " N-units"),
        within(air.latitude_deg, -90, 90, "latitude", " degrees")}) {
    if (!status) return fail(status.error());
  }
  double f = input.frequency_ghz;
  double wavelength_m = 0.2998 / f;
  P1812Radio radio{.input = input,
                   .wavelength_m = wavelength_m,
                   .sea_level_n0 = air.sea_level_n0,
                   .earth = SphericalEarth(f, wavelength_m, input.polarisation)};
  radio.log_ghz = std::log10(f);
  radio.cube_root_ghz = std::cbrt(f);
  radio.time_deviation = normal_exceeded_p1812(input.time_percent / 100);
  radio.log_time = std::log10(input.time_percent);
  double octaves = std::log10(f / 2);
  double scatter_f_db = 25 * radio.log_ghz - 2.5 * octaves * octaves;  // L_f, Eq. (45)
  radio.scatter_fixed_db = 190.1 + scatter_f_db - 0.15 * air.sea_level_n0 -
                           10.125 * std::pow(std::log10(50 / input.time_percent), 0.7);
  double low_f_db = f < 0.5 ? 45.375 - 137 * f + 92.5 * f * f : 0;  // A_lf, Eq. (47a)
  radio.duct_fixed_db = 102.45 + 20 * radio.log_ghz + low_f_db;
  radio.location_db =
      -normal_exceeded_p1812(input.location_percent / 100) * input.location_sigma_db;
  double latitude = std::abs(air.latitude_deg);
  bool low = latitude <= 70;
  radio.beta_log_scale = low ? 1.67 - 0.015 * latitude : std::log10(4.17);
  radio.beta_log_power = low ? 0.065 + 0.0176 * latitude : 1.3;
  return radio;
}

double p1812_location_sigma_db(double frequency_ghz, double rx_mast_m, double clutter_m,
                               double square_m) {
  double above = std::clamp((rx_mast_m - clutter_m) / 10, 0.0, 1.0);
  return (0.52 + 0.024 * frequency_ghz) * std::pow(square_m, 0.28) * (1 - above);
}

Result<PathGeometry> p1812_geometry(const PathProfile& profile, const Terminals& terminals,
                                    const Atmosphere& air) {
  if (Status status = check_profile(profile); !status) return fail(status.error());
  for (const Status& status :
       {check_mast(terminals.tx_mast_m, p1812_lowest_mast_m, p1812_highest_mast_m, "transmitter"),
        check_mast(terminals.rx_mast_m, p1812_lowest_mast_m, p1812_highest_mast_m, "receiver"),
        within(terminals.tx_coast_km, 0, 1e5, "transmitter's distance from the sea", " km"),
        within(terminals.rx_coast_km, 0, 1e5, "receiver's distance from the sea", " km"),
        within(air.delta_n_per_km, 0, 150, "refractivity lapse", " N-units/km")}) {
    if (!status) return fail(status.error());
  }
  return path_geometry(profile, terminals, earth_radii(air.delta_n_per_km));
}

P1812Loss p1812_loss(const PathGeometry& path, const P1812Radio& radio) {
  P1812Loss out;
  double d = path.distance_km;
  out.outside_range = d < shortest_valid_path_km;
  double tau = 0;
  double log_beta0 = log_ducting(path.zones, radio.beta_log_scale, radio.beta_log_power, &tau);
  out.ducting_percent = power_of_ten(log_beta0);

  // Line of sight, section 4.2.
  out.free_space_db = 92.4 + 20 * radio.log_ghz +
                      20 * std::log10(slant_distance_km(d, path.tx_amsl_m, path.rx_amsl_m));
  double horizon_km = path.tx_horizon_km + path.rx_horizon_km;
  double multipath = 2.6 * (1 - std::exp(-0.1 * horizon_km));
  constexpr double log_50 = 1.6989700043360187;
  out.line_of_sight_p_db = out.free_space_db + multipath * (radio.log_time - log_50);
  out.line_of_sight_beta_db = out.free_space_db + multipath * (log_beta0 - log_50);

  // Diffraction, section 4.3.
  out.diffraction_median = delta_bullington(path.actual_median, path.smooth_median, path,
                                            path.radii.median_km, radio.earth, radio.wavelength_m);
  out.diffraction_beta = delta_bullington(path.actual_beta, path.smooth_beta, path,
                                          path.radii.beta_km, radio.earth, radio.wavelength_m);
  double median_db = out.diffraction_median.total_db;
  double time = radio.input.time_percent;
  bool common = time >= out.ducting_percent;
  if (common) {
    out.time_interpolation =
        radio.time_deviation / normal_exceeded_p1812(out.ducting_percent / 100);
  }
  double share = time == 50 ? 0 : out.time_interpolation;
  out.diffraction_p_db = median_db + (out.diffraction_beta.total_db - median_db) * share;
  out.with_diffraction_median_db = out.free_space_db + median_db;
  out.with_diffraction_p_db = out.line_of_sight_p_db + out.diffraction_p_db;

  // Scatter and ducting, sections 4.4 and 4.5.
  out.troposcatter_db =
      radio.scatter_fixed_db + 20 * std::log10(d) + 0.573 * path.angular_distance_mrad;
  out.ducting_db = ducting_db(path, radio, log_beta0, tau);

  // Section 4.6.
  double over_land_db = (1 - path.zones.sea_fraction) * out.diffraction_p_db;
  out.least_sight_db = out.line_of_sight_p_db + over_land_db;
  if (common) {
    double at_beta = out.line_of_sight_beta_db + over_land_db;
    out.least_sight_db = out.with_diffraction_median_db +
                         (at_beta - out.with_diffraction_median_db) * out.time_interpolation;
  }
  combine(path, out);

  out.location_db = path.rx_coast_km > 0 ? radio.location_db : 0;
  out.basic_loss_db = std::max(out.line_of_sight_p_db, out.median_location_db + out.location_db);
  out.field_strength_dbuv_per_m = 199.36 + 20 * radio.log_ghz - out.basic_loss_db;
  return out;
}

Result<P1812> p1812(const PathProfile& profile, const Terminals& terminals, const Atmosphere& air,
                    const P1812Input& input) {
  Result<P1812Radio> radio = p1812_radio(input, air);
  if (!radio) return fail(radio.error());
  Result<PathGeometry> path = p1812_geometry(profile, terminals, air);
  if (!path) return fail(path.error());
  P1812Loss loss = p1812_loss(*path, *radio);
  return P1812{*path, loss};
}

}  // namespace cairn::radio
