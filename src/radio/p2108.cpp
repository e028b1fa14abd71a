// SPDX-License-Identifier: Apache-2.0
#include "radio/p2108.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "radio/normal.hpp"
#include "radio/p526.hpp"

namespace cairn::radio {
namespace {

Status within(double value, double low, double high, const char* what) {
  if (value >= low && value <= high) return {};
  return fail(Code::invalid, fmt::format("{} {} is not within {} to {}", what, value, low, high));
}
Status between(double value, double low, double high, const char* what) {
  if (value > low && value < high) return {};
  return fail(Code::invalid, fmt::format("{} {} is not between {} and {}", what, value, low, high));
}

// Eqs (3) to (6).
double terrestrial_db(double frequency_ghz, double distance_km, double deviate) {
  double log_f = std::log10(frequency_ghz);
  double low = std::pow(10, -5 * log_f - 12.5) + std::pow(10, -16.5);
  double near_db = -2 * std::log10(low);                               // L_l
  double far_db = 32.98 + 23.9 * std::log10(distance_km) + 3 * log_f;  // L_s
  double near = std::pow(10, -0.2 * near_db);
  double far = std::pow(10, -0.2 * far_db);
  double spread = std::sqrt((16 * near + 36 * far) / (near + far));  // sigma_cb of 4 and 6 dB
  return -5 * std::log10(near + far) - spread * deviate;
}

}  // namespace

Result<double> p2108_terminal_loss_db(const ClutterTerminal& t) {
  for (const Status& status : {within(t.frequency_ghz, 0.03, 3, "frequency in GHz"),
                               between(t.antenna_m, 0, 10'000, "antenna height in m"),
                               between(t.street_width_m, 0, 10'000, "street width in m"),
                               between(t.clutter_m, 0, 1'000, "clutter height in m")}) {
    if (!status) return fail(status.error());
  }
  int kind = static_cast<int>(t.clutter);
  if (kind < 1 || kind > 6) {
    return fail(Code::invalid, fmt::format("clutter type {} is not within 1 to 6", kind));
  }
  if (t.antenna_m >= t.clutter_m) return 0.0;
  if (t.clutter == Clutter::water || t.clutter == Clutter::open_rural) {
    double per_decade = 21.8 + 6.2 * std::log10(t.frequency_ghz);  // K_h2, Eq. (2f)
    return -per_decade * std::log10(t.antenna_m / t.clutter_m);    // Eq. (2b)
  }
  double over_m = t.clutter_m - t.antenna_m;                                         // Eq. (2d)
  double angle_deg = std::atan(over_m / t.street_width_m) * 180 / std::numbers::pi;  // (2e)
  double nu = 0.342 * std::sqrt(t.frequency_ghz) * std::sqrt(over_m * angle_deg);    // (2c), (2g)
  return knife_edge_loss_db(nu) - 6.03;                                              // Eq. (2a)
}

Result<double> p2108_terrestrial_loss_db(double frequency_ghz, double distance_km,
                                         double location_percent) {
  for (const Status& status : {within(frequency_ghz, 0.5, 67, "frequency in GHz"),
                               within(distance_km, 0.25, 1e5, "distance in km"),
                               between(location_percent, 0, 100, "percentage of locations")}) {
    if (!status) return fail(status.error());
  }
  double deviate = normal_exceeded(location_percent / 100);
  // The lesser of the two also beyond 2 km: where few locations remain, sigma_cb falls with
  // distance faster than the median rises.
  double at_2_km = terrestrial_db(frequency_ghz, 2, deviate);
  return std::min(at_2_km, terrestrial_db(frequency_ghz, distance_km, deviate));
}

Result<double> p2108_aeronautical_loss_db(double frequency_ghz, double elevation_deg,
                                          double location_percent) {
  for (const Status& status : {within(frequency_ghz, 10, 100, "frequency in GHz"),
                               within(elevation_deg, 0, 90, "elevation in degrees"),
                               between(location_percent, 0, 100, "percentage of locations")}) {
    if (!status) return fail(status.error());
  }
  double p = location_percent / 100;
  double k1 = 93 * std::pow(frequency_ghz, 0.175);
  double up = elevation_deg / 90;
  double angle_rad = 0.05 * (1 - up) + std::numbers::pi * elevation_deg / 180;
  double base = -k1 * std::log(1 - p) / std::tan(angle_rad);
  return std::pow(base, 0.5 * (1 - up)) - 1 - 0.6 * normal_exceeded(p);  // Eq. (7)
}

}  // namespace cairn::radio
