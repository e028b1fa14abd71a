// SPDX-License-Identifier: Apache-2.0
// Geometry as plain values. Coordinates are WGS 84 longitude and latitude in degrees (or planar
// units where a caller says so). Algorithms are free functions in other headers.
#pragma once

#include <limits>
#include <string>
#include <variant>
#include <vector>

namespace cairn::geo {

struct Point {
  double x = 0;  // longitude_deg
  double y = 0;  // latitude_deg
  bool operator==(const Point&) const = default;
};

using Line = std::vector<Point>;
using Ring = std::vector<Point>;  // closed: first == last

struct Polygon {
  std::vector<Ring> rings;  // the first is the shell, the others are holes
  bool operator==(const Polygon&) const = default;
};

struct MultiPoint {
  std::vector<Point> points;
  bool operator==(const MultiPoint&) const = default;
};
struct MultiLine {
  std::vector<Line> lines;
  bool operator==(const MultiLine&) const = default;
};
struct MultiPolygon {
  std::vector<Polygon> polygons;
  bool operator==(const MultiPolygon&) const = default;
};

struct Geometry;
struct Collection {
  std::vector<Geometry> members;
  bool operator==(const Collection&) const;
};

struct Geometry {
  std::variant<std::monostate, Point, Line, Polygon, MultiPoint, MultiLine, MultiPolygon,
               Collection>
      shape;
  bool empty() const { return std::holds_alternative<std::monostate>(shape); }
  bool operator==(const Geometry&) const;
};

struct Box {
  double min_x = std::numeric_limits<double>::infinity();
  double min_y = std::numeric_limits<double>::infinity();
  double max_x = -std::numeric_limits<double>::infinity();
  double max_y = -std::numeric_limits<double>::infinity();

  bool empty() const { return min_x > max_x; }
  void add(Point p);
  void add(const Box& other);
  bool contains(Point p) const {
    return p.x >= min_x && p.x <= max_x && p.y >= min_y && p.y <= max_y;
  }
  bool intersects(const Box& o) const {
    return min_x <= o.max_x && o.min_x <= max_x && min_y <= o.max_y && o.min_y <= max_y;
  }
  bool operator==(const Box&) const = default;
};

Box bounds(const Geometry& geometry);
// Number of coordinates.
std::size_t point_count(const Geometry& geometry);

// Even-odd rule over all rings; points on an edge count as inside or outside consistently.
bool contains(const Polygon& polygon, Point p);
bool contains(const MultiPolygon& polygons, Point p);
// True for a point in a Polygon or MultiPolygon; false for every other shape.
bool contains(const Geometry& area, Point p);

// A point inside the area (widest span of the middle scan line), for labels.
Point label_point(const Geometry& area);

// Great-circle distance on the sphere of radius 6,371,008.8 m (IUGG mean), haversine.
double distance_m(Point a, Point b);

}  // namespace cairn::geo
