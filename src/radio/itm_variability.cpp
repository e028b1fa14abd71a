// SPDX-License-Identifier: Apache-2.0
// Variability of the Longley-Rice model in time, location and situation [5.1] to [5.11].
#include <algorithm>
#include <cmath>

#include "radio/itm.hpp"
#include "radio/normal.hpp"

namespace cairn::radio {
namespace {

// A curve over effective distance [5.5]: c1, c2 in dB, the rest in km.
struct Curve {
  double c1_db, c2_db;
  double x1_km, x2_km, x3_km;

  double at(double effective_m) const {
    double near = effective_m / (x1_km * 1e3);
    double off = (effective_m - x2_km * 1e3) / (x3_km * 1e3);
    return (c1_db + c2_db / (1 + off * off)) * (near * near) / (1 + near * near);
  }
};

// Dependence on frequency: base + swing / ((sharpness ln(0.133 k))^2 + 1).
struct FrequencyFactor {
  double base, swing, sharpness;

  double at(double log_term) const {
    double bend = sharpness * log_term;
    return base + swing / (bend * bend + 1);
  }
};

struct ClimateTable {  // one row of table 5.1
  Curve median;
  Curve below;             // sigma_T-
  Curve above;             // sigma_T+
  double ducting_spread;   // C_D
  double ducting_deviate;  // z_D
  FrequencyFactor factor_below;
  FrequencyFactor factor_above;
};

constexpr FrequencyFactor flat{1, 0, 0};

constexpr ClimateTable climates[] = {
    {{-9.67, 12.7, 144.9, 190.3, 133.8},
     {2.13, 159.5, 762.2, 123.6, 94.5},
     {2.11, 102.3, 636.9, 134.8, 95.6},
     1.224,
     1.282,
     flat,
     flat},
    {{-0.62, 9.19, 228.9, 205.2, 143.6},
     {2.66, 7.67, 100.4, 172.5, 136.4},
     {6.87, 15.53, 138.7, 143.7, 98.6},
     0.801,
     2.161,
     flat,
     {0.93, 0.31, 2.00}},
    {{1.26, 15.5, 262.6, 185.2, 99.8},
     {6.11, 6.65, 138.2, 242.2, 178.6},
     {10.08, 9.60, 165.3, 225.7, 129.7},
     1.380,
     1.282,
     flat,
     flat},
    {{-9.21, 9.05, 84.1, 101.1, 98.6},
     {1.98, 13.11, 139.1, 132.7, 193.5},
     {3.68, 159.3, 464.4, 93.1, 94.2},
     1.000,
     20,
     flat,
     {0.93, 0.19, 1.79}},
    {{-0.62, 9.19, 228.9, 205.2, 143.6},
     {2.68, 7.16, 93.7, 186.8, 133.5},
     {4.75, 8.12, 93.2, 135.9, 113.4},
     1.224,
     1.282,
     {0.92, 0.25, 1.77},
     {0.93, 0.31, 2.00}},
    {{-0.39, 2.86, 141.7, 315.9, 167.4},
     {6.86, 10.38, 187.8, 169.6, 108.9},
     {8.58, 13.97, 216.0, 152.0, 122.7},
     1.518,
     1.282,
     flat,
     flat},
    {{3.15, 857.9, 2222, 164.8, 116.3},
     {8.51, 169.8, 609.8, 119.9, 106.6},
     {8.43, 8.19, 136.2, 188.5, 122.9},
     1.518,
     1.282,
     flat,
     flat},
};

const ClimateTable& table(const ItmRadio& radio) {
  return climates[static_cast<std::size_t>(radio.statistics.climate) - 1];
}

double square(double x) {
  return x * x;
}

// [5.3], [5.4]: distance compared with that at which diffraction and scatter are equal over 9,000
// km.
double effective_distance_m(const ItmGeometry& path, const ItmRadio& radio) {
  double equal_m = std::sqrt(18e6 * path.effective_m[0]) + std::sqrt(18e6 * path.effective_m[1]) +
                   std::cbrt(575.7e12 / radio.wave_number_per_m);
  if (path.distance_m < equal_m) return 130e3 * path.distance_m / equal_m;
  return 130e3 + path.distance_m - equal_m;
}

}  // namespace

void itm_set_statistics(const ItmStatistics& statistics, ItmRadio& radio) {
  radio.statistics = statistics;
  double time = normal_exceeded_itm(statistics.time_percent / 100);
  double location = normal_exceeded_itm(statistics.location_percent / 100);
  double situation = normal_exceeded_itm(statistics.situation_percent / 100);
  if (statistics.mode == ItmMode::single_message) time = location = situation;
  if (statistics.mode == ItmMode::individual) location = situation;
  if (statistics.mode == ItmMode::mobile) location = time;
  radio.time_deviate = time;
  radio.location_deviate = location;
  radio.situation_deviate = situation;
  double log_term = std::log(0.133 * radio.wave_number_per_m);
  radio.below_median_factor = table(radio).factor_below.at(log_term);
  radio.above_median_factor = table(radio).factor_above.at(log_term);
}

void itm_vary(const ItmGeometry& path, const ItmRadio& radio, ItmLoss& loss) {
  const ClimateTable& climate = table(radio);
  double effective_m = effective_distance_m(path, radio);
  double zt = radio.time_deviate;
  double zl = radio.location_deviate;
  double zs = radio.situation_deviate;
  if (std::max({std::abs(zt), std::abs(zl), std::abs(zs)}) > 3.1) {
    loss.warnings |= itm_warning::extreme_chance;
  }
  double time_db = 0;  // sigma_T for this chance [5.7], [5.8]
  if (zt < 0) {
    time_db = climate.below.at(effective_m) * radio.below_median_factor;
  } else {
    double above = climate.above.at(effective_m) * radio.above_median_factor;
    double ducting = climate.ducting_spread * above;
    time_db = zt <= climate.ducting_deviate
                  ? above
                  : ducting + (above - ducting) * climate.ducting_deviate / zt;
  }
  double location_db = 0;  // sigma_L [5.9]
  if (radio.statistics.location_varies) {
    double rough =
        radio.wave_number_per_m * itm_irregularity_at_m(path.distance_m, path.irregularity_m);
    location_db = 10 * rough / (rough + 13);
  }
  double situation_db =
      radio.statistics.situation_varies ? 5 + 3 * std::exp(-effective_m / 100e3) : 0;  // [5.10]
  double remaining = square(situation_db) + square(time_db * zt) / (7.8 + square(zs)) +
                     square(location_db * zl) / (24 + square(zs));  // [5.11]

  double known_db = 0;  // deviation by the chances that are told apart
  switch (radio.statistics.mode) {
    case ItmMode::single_message:
      remaining += square(time_db) + square(location_db);
      break;
    case ItmMode::individual:
      known_db = time_db * zt;
      remaining += square(location_db);
      break;
    case ItmMode::mobile:
      known_db = std::sqrt(square(time_db) + square(location_db)) * zt;
      break;
    case ItmMode::broadcast:
      known_db = time_db * zt + location_db * zl;
      break;
  }
  loss.climate_median_db = climate.median.at(effective_m);
  double result = loss.reference_db - loss.climate_median_db - known_db - std::sqrt(remaining) * zs;
  if (result < 0) result = result * (29 - result) / (29 - 10 * result);
  loss.attenuation_db = result;
}

}  // namespace cairn::radio
