// SPDX-License-Identifier: Apache-2.0
// Places that want to be served: villages, schools, clinics as CSV; roads as lines that are cut
// into pieces of equal length.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/label.hpp"
#include "core/result.hpp"
#include "geo/geometry.hpp"

namespace cairn::app {

struct PointRow {
  std::string id;
  Label name;
  std::string kind;  // village, school, clinic, road … as the file says
  geo::Point position;
  double length_m = 0;   // of road that the point stands for; 0: a place
  std::size_t road = 0;  // index of its road
  bool estimated = false;
  std::string place;  // file:line

  bool operator==(const PointRow&) const = default;
};

struct PointList {
  std::vector<PointRow> rows;
  std::vector<Label> roads;  // names of the roads that rows refer to
  Problems problems;
  std::size_t left_out = 0;
};

// CSV with lon, lat and, as far as there are any, id, name (name_zh, name_en), kind (type),
// estimated. A region's own file of villages is such a list.
PointList read_points(std::string_view text, std::string_view name);

// GeoJSON lines, WKT (a line of text each), or CSV with a column `wkt`, `geometry` or `geom`. Each
// line becomes samples in the middle of pieces of at most `spacing_m`.
PointList read_roads(std::string_view text, std::string_view name, double spacing_m);

}  // namespace cairn::app
