// SPDX-License-Identifier: Apache-2.0
// For the tests of this module and its benchmark: reference files as lines and fields, and
// random paths that look like relief.
#pragma once

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "radio/profile.hpp"

namespace cairn::radio::testing {

inline std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    lines.push_back(line);
  }
  return lines;
}

inline std::vector<std::string> fields_of(const std::string& line, char separator = ',') {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, separator);) fields.push_back(field);
  return fields;
}

inline double number(const std::string& text) {
  return std::strtod(text.c_str(), nullptr);
}

// The rows of a table with a header line, as numbers.
inline std::vector<std::vector<double>> rows_of(const std::string& path) {
  std::vector<std::vector<double>> rows;
  for (const std::string& line : lines_of(path)) {
    if (line.empty() || line[0] == '#' || std::isalpha(static_cast<unsigned char>(line[0]))) {
      continue;
    }
    std::vector<double> row;
    for (const std::string& field : fields_of(line)) row.push_back(number(field));
    rows.push_back(row);
  }
  return rows;
}

// A profile that owns its arrays.
struct OwnedProfile {
  std::vector<double> distance_km;
  std::vector<double> terrain_m;
  std::vector<double> clutter_m;
  std::vector<Zone> zones;

  PathProfile view() const { return {distance_km, terrain_m, clutter_m, zones}; }
};

using Generator = std::mt19937_64;

// Uniform in [low, high), the same on every platform.
inline double uniform(Generator& generator, double low, double high) {
  return low + (high - low) * (static_cast<double>(generator() >> 11) * 0x1p-53);
}

// Relief by moving midpoints: `relief_m` is its swing over the whole path.
inline std::vector<double> relief(Generator& generator, std::size_t points, double relief_m) {
  std::size_t size = 1;
  while (size + 1 < points) size *= 2;
  std::vector<double> h(size + 1);
  double base = uniform(generator, 0, 3000);
  h[0] = base + uniform(generator, 0, relief_m);
  h[size] = base + uniform(generator, 0, relief_m);
  double swing = relief_m / 2;
  for (std::size_t step = size; step > 1; step /= 2, swing *= 0.55) {
    for (std::size_t i = step / 2; i < size; i += step) {
      h[i] = (h[i - step / 2] + h[i + step / 2]) / 2 + uniform(generator, -swing, swing);
    }
  }
  h.resize(points);
  return h;
}

struct RandomPath {
  bool clutter = false;
  bool zones = false;
  bool uneven = false;
};

inline OwnedProfile random_profile(Generator& generator, std::size_t points, double length_km,
                                   double relief_m, RandomPath with = {}) {
  OwnedProfile p;
  p.terrain_m = relief(generator, points, relief_m);
  p.distance_km.resize(points);
  double step = length_km / static_cast<double>(points - 1);
  for (std::size_t i = 0; i < points; ++i) {
    double at = static_cast<double>(i);
    bool inner = i > 0 && i + 1 < points;
    if (with.uneven && inner) at += uniform(generator, -0.4, 0.4);
    p.distance_km[i] = at * step;
  }
  for (std::size_t i = 0; with.clutter && i < points; ++i) {
    p.clutter_m.push_back(generator() % 3 == 0 ? uniform(generator, 0, 25) : 0);
  }
  Zone zone = Zone::inland;
  for (std::size_t i = 0; with.zones && i < points; ++i) {
    if (generator() % 40 == 0) {
      constexpr Zone all[] = {Zone::sea, Zone::coastal_land, Zone::inland};
      zone = all[generator() % 3];
    }
    p.zones.push_back(zone);
  }
  return p;
}

}  // namespace cairn::radio::testing
