// SPDX-License-Identifier: Apache-2.0
#include "radio/tr38901.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cairn::radio {
namespace {

Status within(double value, double low, double high, const char* what) {
  if (value >= low && value <= high) return {};
  return fail(Code::invalid, fmt::format("{} {} is not within {} to {}", what, value, low, high));
}

double slant_m(const RuralMacro& cell, double ground_m) {
  return std::hypot(ground_m, cell.base_m - cell.terminal_m);
}

// PL1: free space with a loss by buildings that grows with distance.
double near_db(const RuralMacro& cell, double distance_m) {
  double buildings = std::pow(cell.building_m, 1.72);
  return 20 * std::log10(40 * std::numbers::pi * distance_m * cell.frequency_ghz / 3) +
         std::min(0.03 * buildings, 10.0) * std::log10(distance_m) -
         std::min(0.044 * buildings, 14.77) + 0.002 * std::log10(cell.building_m) * distance_m;
}

double hidden_db(const RuralMacro& cell, double distance_m) {
  double log_base = std::log10(cell.base_m);
  double ratio = cell.building_m / cell.base_m;
  double log_terminal = std::log10(11.75 * cell.terminal_m);
  return 161.04 - 7.1 * std::log10(cell.street_width_m) + 7.5 * std::log10(cell.building_m) -
         (24.37 - 3.7 * ratio * ratio) * log_base +
         (43.42 - 3.1 * log_base) * (std::log10(distance_m) - 3) +
         20 * std::log10(cell.frequency_ghz) - (3.2 * log_terminal * log_terminal - 4.97);
}

}  // namespace

Result<RuralMacroLoss> rural_macro_loss(const RuralMacro& cell, double ground_distance_m) {
  for (const Status& status : {within(cell.frequency_ghz, 0.5, 30, "frequency in GHz"),
                               within(cell.base_m, 10, 150, "height of the base station in m"),
                               within(cell.terminal_m, 1, 10, "height of the terminal in m"),
                               within(cell.building_m, 5, 50, "height of buildings in m"),
                               within(cell.street_width_m, 5, 50, "width of streets in m"),
                               within(ground_distance_m, 0, 1e6, "distance in m")}) {
    if (!status) return fail(status.error());
  }
  double ground_m = std::max(10.0, ground_distance_m);
  RuralMacroLoss out;
  out.break_point_m =
      2 * std::numbers::pi * cell.base_m * cell.terminal_m * cell.frequency_ghz * 1e9 / 3e8;
  double slant = slant_m(cell, ground_m);
  bool before = ground_m <= out.break_point_m;
  out.line_of_sight_sigma_db = before ? 4 : 6;
  // The table tells the two apart by the ground distance and then counts the straight one: a
  // step of a few hundredths of a dB under the tallest masts.
  out.line_of_sight_db =
      before ? near_db(cell, slant)
             : near_db(cell, out.break_point_m) + 40 * std::log10(slant / out.break_point_m);
  out.hidden_db = std::max(out.line_of_sight_db, hidden_db(cell, slant));
  out.sight_probability = std::exp(-(ground_m - 10) / 1000);
  out.mean_db =
      out.sight_probability * out.line_of_sight_db + (1 - out.sight_probability) * out.hidden_db;
  out.outside_range = ground_m > 5'000;
  return out;
}

}  // namespace cairn::radio
