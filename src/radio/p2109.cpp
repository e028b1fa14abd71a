// SPDX-License-Identifier: Apache-2.0
#include "radio/p2109.hpp"

#include <fmt/format.h>

#include <cmath>

#include "radio/normal.hpp"

namespace cairn::radio {
namespace {

struct Coefficients {  // table 1
  double r, s, t;      // median of horizontal paths
  double u, v;         // its spread
  double w, x;         // median of the second distribution
  double y, z;         // its spread
};
constexpr Coefficients traditional{12.64, 3.72, 0.96, 9.6, 2.0, 9.1, -3.0, 4.5, -2.0};
constexpr Coefficients efficient{28.19, -3.00, 8.48, 13.5, 3.8, 27.8, -2.9, 9.4, -2.1};

}  // namespace

Result<double> p2109_entry_loss_db(const BuildingEntry& entry) {
  if (!(entry.frequency_ghz >= 0.08 && entry.frequency_ghz <= 100)) {
    return fail(Code::invalid,
                fmt::format("frequency {} GHz is not within 0.08 to 100 GHz", entry.frequency_ghz));
  }
  if (!(entry.probability > 0 && entry.probability < 1)) {
    return fail(Code::invalid,
                fmt::format("probability {} is not between 0 and 1", entry.probability));
  }
  if (!(std::abs(entry.elevation_deg) <= 90)) {
    return fail(Code::invalid,
                fmt::format("elevation {} degrees is not within -90 to 90", entry.elevation_deg));
  }
  const Coefficients& c = entry.building == Building::traditional ? traditional : efficient;
  double log_f = std::log10(entry.frequency_ghz);
  double horizontal_db = c.r + c.s * log_f + c.t * log_f * log_f;       // L_h, Eq. (9)
  double steep_db = 0.212 * std::abs(entry.elevation_deg);              // L_e, Eq. (10)
  double deviate = -normal_exceeded(entry.probability);                 // F^-1(P)
  double a = deviate * (c.u + c.v * log_f) + horizontal_db + steep_db;  // Eqs (2), (5), (7)
  double b = deviate * (c.y + c.z * log_f) + c.w + c.x * log_f;         // Eqs (3), (6), (8)
  constexpr double least_db = -3;                                       // C, Eq. (4)
  return 10 * std::log10(std::pow(10, 0.1 * a) + std::pow(10, 0.1 * b) +
                         std::pow(10, 0.1 * least_db));  // Eq. (1)
}

}  // namespace cairn::radio
