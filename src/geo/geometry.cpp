// SPDX-License-Identifier: Apache-2.0
#include "geo/geometry.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cairn::geo {
namespace {

template <class Visit>
void each_in(const std::vector<Point>& points, const Visit& visit) {
  for (const Point& p : points) visit(p);
}

// Calls `visit` on every coordinate.
template <class Visit>
void each_point(const Geometry& geometry, const Visit& visit) {
  const auto polygon = [&](const Polygon& area) {
    for (const Ring& ring : area.rings) each_in(ring, visit);
  };
  if (const auto* p = std::get_if<Point>(&geometry.shape)) visit(*p);
  if (const auto* l = std::get_if<Line>(&geometry.shape)) each_in(*l, visit);
  if (const auto* a = std::get_if<Polygon>(&geometry.shape)) polygon(*a);
  if (const auto* m = std::get_if<MultiPoint>(&geometry.shape)) each_in(m->points, visit);
  if (const auto* m = std::get_if<MultiLine>(&geometry.shape)) {
    for (const Line& line : m->lines) each_in(line, visit);
  }
  if (const auto* m = std::get_if<MultiPolygon>(&geometry.shape)) {
    for (const Polygon& area : m->polygons) polygon(area);
  }
  if (const auto* c = std::get_if<Collection>(&geometry.shape)) {
    for (const Geometry& member : c->members) {
      each_point(member, visit);
    }
  }
}

// The crossings of the horizontal line y with the rings, sorted.
std::vector<double> crossings(const Polygon& polygon, double y) {
  std::vector<double> xs;
  for (const Ring& ring : polygon.rings) {
    for (std::size_t i = 0; i + 1 < ring.size(); ++i) {
      const Point& a = ring[i];
      const Point& b = ring[i + 1];
      if ((a.y > y) != (b.y > y)) xs.push_back(a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x));
    }
  }
  std::sort(xs.begin(), xs.end());
  return xs;
}

}  // namespace

bool Collection::operator==(const Collection& other) const {
  return members == other.members;
}
bool Geometry::operator==(const Geometry& other) const {
  return shape == other.shape;
}

void Box::add(Point p) {
  min_x = std::min(min_x, p.x);
  min_y = std::min(min_y, p.y);
  max_x = std::max(max_x, p.x);
  max_y = std::max(max_y, p.y);
}

void Box::add(const Box& other) {
  if (other.empty()) return;
  add(Point{other.min_x, other.min_y});
  add(Point{other.max_x, other.max_y});
}

Box bounds(const Geometry& geometry) {
  Box box;
  each_point(geometry, [&](const Point& p) { box.add(p); });
  return box;
}

std::size_t point_count(const Geometry& geometry) {
  std::size_t count = 0;
  each_point(geometry, [&](const Point&) { ++count; });
  return count;
}

bool contains(const Polygon& polygon, Point p) {
  bool inside = false;
  for (const Ring& ring : polygon.rings) {
    for (std::size_t i = 0; i + 1 < ring.size(); ++i) {
      const Point& a = ring[i];
      const Point& b = ring[i + 1];
      if ((a.y > p.y) == (b.y > p.y)) continue;
      if (p.x < a.x + (p.y - a.y) / (b.y - a.y) * (b.x - a.x)) inside = !inside;
    }
  }
  return inside;
}

bool contains(const MultiPolygon& polygons, Point p) {
  return std::any_of(polygons.polygons.begin(), polygons.polygons.end(),
                     [&](const Polygon& polygon) { return contains(polygon, p); });
}

bool contains(const Geometry& area, Point p) {
  if (const auto* polygon = std::get_if<Polygon>(&area.shape)) return contains(*polygon, p);
  if (const auto* many = std::get_if<MultiPolygon>(&area.shape)) return contains(*many, p);
  return false;
}

Point label_point(const Geometry& area) {
  std::vector<const Polygon*> polygons;
  if (const auto* polygon = std::get_if<Polygon>(&area.shape)) polygons.push_back(polygon);
  if (const auto* many = std::get_if<MultiPolygon>(&area.shape)) {
    for (const Polygon& polygon : many->polygons) polygons.push_back(&polygon);
  }
  const Box box = bounds(area);
  Point best{(box.min_x + box.max_x) / 2, (box.min_y + box.max_y) / 2};
  double widest = -1;
  // Lines at a quarter, the middle and three quarters of the height: enough for any county.
  for (const double part : {0.5, 0.4, 0.6}) {
    const double y = box.min_y + (box.max_y - box.min_y) * part + 1e-9;
    for (const Polygon* polygon : polygons) {
      const std::vector<double> xs = crossings(*polygon, y);
      for (std::size_t i = 0; i + 1 < xs.size(); i += 2) {
        if (xs[i + 1] - xs[i] > widest * (part == 0.5 ? 1.0 : 1.2)) {
          widest = xs[i + 1] - xs[i];
          best = {(xs[i] + xs[i + 1]) / 2, y};
        }
      }
    }
  }
  return best;
}

double distance_m(Point a, Point b) {
  constexpr double radius_m = 6'371'008.8;
  constexpr double rad = std::numbers::pi / 180;
  const double dy = std::sin((b.y - a.y) * rad / 2);
  const double dx = std::sin((b.x - a.x) * rad / 2);
  const double h = dy * dy + std::cos(a.y * rad) * std::cos(b.y * rad) * dx * dx;
  return 2 * radius_m * std::asin(std::min(1.0, std::sqrt(h)));
}

}  // namespace cairn::geo
