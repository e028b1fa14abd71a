// SPDX-License-Identifier: Apache-2.0
#include "radio/p526.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cairn::radio {
namespace {

constexpr Ground land{};
constexpr Ground sea{.permittivity = 80, .conductivity_s_per_m = 5};

// Eqs (29a), (29b) without the radius.
double admittance(const Ground& ground, double frequency_ghz, Polarisation polarisation) {
  double loss = 18 * ground.conductivity_s_per_m / frequency_ghz;
  double less_one = ground.permittivity - 1;
  double horizontal = 1 / std::cbrt(frequency_ghz) / std::sqrt(std::hypot(less_one, loss));
  if (polarisation == Polarisation::horizontal) return horizontal;
  return horizontal * std::hypot(ground.permittivity, loss);
}

bool beta_near_one(double frequency_ghz, double from_ghz, Polarisation polarisation) {
  return polarisation == Polarisation::horizontal || frequency_ghz > from_ghz;
}

// Eq. (33): the loss with distance of the first term, X normalised.
double distance_gain_db(double x) {
  double log_x = std::log10(x);
  if (x >= 1.6) return 11 + 10 * log_x - 17.6 * x;
  return -20 * log_x - 5.6488 * std::pow(x, 1.425);
}

// Eqs (34), (35): the gain of a raised antenna, B normalised and weighted.
double height_gain_db(double b, double least_db) {
  double gain = b > 2 ? 17.6 * std::sqrt(b - 1.1) - 5 * std::log10(b - 1.1) - 8
                      : 20 * std::log10(b + 0.1 * b * b * b);
  return std::max(gain, least_db);
}

struct FirstTerm {
  double distance_km;
  double tx_height_m;
  double rx_height_m;
  double cube_root_radius;
  double distance_factor;
  double height_factor;

  // Eqs (30) to (36) for one kind of ground.
  double loss_db(double admittance_times_root, bool beta_is_one) const {
    double k = admittance_times_root / cube_root_radius;
    double k2 = k * k;
    double k4 = k2 * k2;
    double beta = beta_is_one ? 1 : (1 + 1.6 * k2 + 0.67 * k4) / (1 + 4.5 * k2 + 1.53 * k4);
    double radius_squared_root = cube_root_radius * cube_root_radius;
    double x = distance_factor * beta / radius_squared_root * distance_km;
    double per_m = height_factor * beta * beta / cube_root_radius;
    double least_db = 2 + 20 * std::log10(k);
    return -distance_gain_db(x) - height_gain_db(per_m * tx_height_m, least_db) -
           height_gain_db(per_m * rx_height_m, least_db);
  }
};

}  // namespace

double knife_edge_loss_db(double nu) {
  if (nu <= -0.78) return 0;
  double v = nu - 0.1;
  return 6.9 + 20 * std::log10(std::sqrt(v * v + 1) + v);
}

double knife_edge_nu(double excess_m, double tx_to_edge_km, double edge_to_rx_km,
                     double wavelength_m) {
  double both = tx_to_edge_km + edge_to_rx_km;
  return excess_m * std::sqrt(0.002 * both / (wavelength_m * tx_to_edge_km * edge_to_rx_km));
}

double bullington_loss_db(const BullingtonPath& path, double distance_km, double wavelength_m) {
  double nu = path.nu_scale_m_per_km * std::sqrt(0.002 * distance_km / wavelength_m);
  double edge_db = knife_edge_loss_db(nu);
  if (edge_db == 0) return 0;
  return edge_db + (1 - std::exp(-edge_db / 6)) * (10 + 0.02 * distance_km);  // Eq. (21)
}

SphericalFactors self_consistent_factors(double speed_of_light_m_per_ns) {
  constexpr double pi = std::numbers::pi;
  double c = speed_of_light_m_per_ns;
  return {.admittance = std::cbrt(c / (2000 * pi)),
          .distance = 10 * std::cbrt(pi / c),
          .height = 0.2 * std::cbrt(pi * pi / (c * c)),
          .clearance = 0.552 * std::sqrt(1000),
          .beta_is_one = true};
}

SphericalEarth::SphericalEarth(double frequency_ghz, double wavelength_m, Polarisation polarisation,
                               const SphericalFactors& factors)
    : wavelength_m_(wavelength_m),
      distance_factor_(factors.distance * std::cbrt(frequency_ghz)),
      height_factor_(factors.height * std::cbrt(frequency_ghz * frequency_ghz)),
      clearance_factor_(factors.clearance),
      land_beta_is_one_(factors.beta_is_one && beta_near_one(frequency_ghz, 0.02, polarisation)),
      sea_beta_is_one_(factors.beta_is_one && beta_near_one(frequency_ghz, 0.3, polarisation)),
      land_admittance_(factors.admittance * admittance(land, frequency_ghz, polarisation)),
      sea_admittance_(factors.admittance * admittance(sea, frequency_ghz, polarisation)) {}

double SphericalEarth::first_term_db(double distance_km, double tx_height_m, double rx_height_m,
                                     double radius_km, double sea_fraction) const {
  FirstTerm term{distance_km,          tx_height_m,      rx_height_m,
                 std::cbrt(radius_km), distance_factor_, height_factor_};
  double on_land = sea_fraction < 1 ? term.loss_db(land_admittance_, land_beta_is_one_) : 0;
  double at_sea = sea_fraction > 0 ? term.loss_db(sea_admittance_, sea_beta_is_one_) : 0;
  return sea_fraction * at_sea + (1 - sea_fraction) * on_land;  // Eq. (28)
}

double SphericalEarth::loss_db(double distance_km, double tx_height_m, double rx_height_m,
                               double radius_km, double sea_fraction) const {
  double d = distance_km;
  double root_tx = std::sqrt(tx_height_m);
  double root_rx = std::sqrt(rx_height_m);
  double roots = root_tx + root_rx;
  double sight_km = std::sqrt(0.002 * radius_km) * roots;  // Eq. (22)
  if (d >= sight_km) return first_term_db(d, tx_height_m, rx_height_m, radius_km, sea_fraction);

  // Eqs (23) to (25): the least clearance of the line of sight.
  double sum = tx_height_m + rx_height_m;
  double c = (tx_height_m - rx_height_m) / sum;
  double m = 250 * d * d / (radius_km * sum);
  double inner = 1.5 * c * std::sqrt(3 * m / ((m + 1) * (m + 1) * (m + 1)));
  double angle = (std::numbers::pi + std::acos(std::clamp(inner, -1.0, 1.0))) / 3;
  double b = 2 * std::sqrt((m + 1) / (3 * m)) * std::cos(angle);
  double d1 = d / 2 * (1 + b);
  double d2 = d - d1;
  double clearance_m = ((tx_height_m - 500 * d1 * d1 / radius_km) * d2 +
                        (rx_height_m - 500 * d2 * d2 / radius_km) * d1) /
                       d;
  double needed_m = clearance_factor_ * std::sqrt(d1 * d2 * wavelength_m_ / d);  // Eq. (26)
  if (clearance_m > needed_m) return 0;
  double grazing_radius_km = 500 * (d / roots) * (d / roots);
  double grazing_db = first_term_db(d, tx_height_m, rx_height_m, grazing_radius_km, sea_fraction);
  if (grazing_db < 0) return 0;
  return (1 - clearance_m / needed_m) * grazing_db;  // Eq. (27)
}

DeltaBullington delta_bullington(const BullingtonPath& actual, const BullingtonPath& smooth,
                                 const PathGeometry& path, double radius_km,
                                 const SphericalEarth& earth, double wavelength_m) {
  DeltaBullington loss;
  loss.actual_db = bullington_loss_db(actual, path.distance_km, wavelength_m);
  loss.smooth_db = bullington_loss_db(smooth, path.distance_km, wavelength_m);
  loss.spherical_db = earth.loss_db(path.distance_km, path.tx_over_smooth_m, path.rx_over_smooth_m,
                                    radius_km, path.zones.sea_fraction);
  loss.total_db = loss.actual_db + std::max(loss.spherical_db - loss.smooth_db, 0.0);
  return loss;
}

Result<P526Loss> p526_loss(const PathProfile& profile, const Terminals& terminals,
                           const P526Input& input) {
  if (Status status = check_profile(profile); !status) return fail(status.error());
  if (!(input.frequency_ghz > 0 && input.frequency_ghz <= 1000)) {
    return fail(Code::invalid,
                fmt::format("frequency {} GHz is not within 0 to 1000 GHz", input.frequency_ghz));
  }
  if (!(input.radius_km >= 1000 && input.radius_km <= 1e7)) {
    return fail(Code::invalid, fmt::format("effective Earth radius {} km is not within 1000 to "
                                           "10000000 km",
                                           input.radius_km));
  }
  for (auto [mast, which] : {std::pair{terminals.tx_mast_m, "transmitter"},
                             std::pair{terminals.rx_mast_m, "receiver"}}) {
    if (Status status = check_mast(mast, 0.01, 10'000, which); !status) {
      return fail(status.error());
    }
  }
  double wavelength_m = input.speed_of_light_m_per_ns / input.frequency_ghz;
  P526Loss out;
  out.geometry = path_geometry(profile, terminals, {input.radius_km, input.radius_km});
  SphericalEarth earth(input.frequency_ghz, wavelength_m, input.polarisation,
                       self_consistent_factors(input.speed_of_light_m_per_ns));
  out.loss = delta_bullington(out.geometry.actual_median, out.geometry.smooth_median, out.geometry,
                              input.radius_km, earth, wavelength_m);
  return out;
}

}  // namespace cairn::radio
