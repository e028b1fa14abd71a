// SPDX-License-Identifier: Apache-2.0
#include "share/detail/counties.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace cairn::share::detail {
namespace {

constexpr double metres_per_degree = 111'195.08;  // on the sphere of geo::distance_m

// Distance from p to the edges of a polygon; plane with the scale of p's latitude, good to a few
// metres over the kilometre that matters here.
double edge_distance_m(const geo::Polygon& polygon, geo::Point p) {
  const double x_scale = metres_per_degree * std::cos(p.y * std::numbers::pi / 180);
  double best = std::numeric_limits<double>::infinity();
  for (const geo::Ring& ring : polygon.rings) {
    for (std::size_t i = 0; i + 1 < ring.size(); ++i) {
      const double ax = (ring[i].x - p.x) * x_scale;
      const double ay = (ring[i].y - p.y) * metres_per_degree;
      const double dx = (ring[i + 1].x - ring[i].x) * x_scale;
      const double dy = (ring[i + 1].y - ring[i].y) * metres_per_degree;
      const double length2 = dx * dx + dy * dy;
      const double t = length2 > 0 ? std::clamp(-(ax * dx + ay * dy) / length2, 0.0, 1.0) : 0;
      best = std::min(best, std::hypot(ax + t * dx, ay + t * dy));
    }
  }
  return best;
}

double edge_distance_m(const geo::Geometry& area, geo::Point p) {
  if (const auto* one = std::get_if<geo::Polygon>(&area.shape)) return edge_distance_m(*one, p);
  double best = std::numeric_limits<double>::infinity();
  if (const auto* many = std::get_if<geo::MultiPolygon>(&area.shape)) {
    for (const geo::Polygon& one : many->polygons) best = std::min(best, edge_distance_m(one, p));
  }
  return best;
}

}  // namespace

Counties::Counties(const model::RegionTree& regions,
                   const std::unordered_map<model::RegionIndex, geo::Geometry>& boundaries) {
  for (const auto& [index, shape] : boundaries) {
    if (regions[index].level != model::Level::county) continue;
    areas_.push_back({index, &shape, geo::bounds(shape)});
  }
  // The map has no order; the answer for a point on a border must not depend on it.
  std::sort(areas_.begin(), areas_.end(),
            [](const Area& a, const Area& b) { return a.county < b.county; });
  for (std::size_t i = 0; i < areas_.size(); ++i) by_county_.emplace(areas_[i].county, i);
}

bool Counties::near(const Area& area, geo::Point p, double& distance_m) const {
  const double margin_deg = 2 * boundary_slack_m / metres_per_degree;
  if (p.x < area.box.min_x - margin_deg || p.x > area.box.max_x + margin_deg ||
      p.y < area.box.min_y - margin_deg || p.y > area.box.max_y + margin_deg) {
    return false;
  }
  distance_m = edge_distance_m(*area.shape, p);
  return distance_m <= boundary_slack_m;
}

bool Counties::accepts(model::RegionIndex county, geo::Point p) const {
  const auto at = by_county_.find(county);
  if (at == by_county_.end()) return true;
  const Area& area = areas_[at->second];
  double distance_m = 0;
  return (area.box.contains(p) && geo::contains(*area.shape, p)) || near(area, p, distance_m);
}

model::RegionIndex Counties::find(geo::Point p) const {
  for (const Area& area : areas_) {
    if (area.box.contains(p) && geo::contains(*area.shape, p)) return area.county;
  }
  model::RegionIndex best = model::no_region;
  double least = std::numeric_limits<double>::infinity();
  for (const Area& area : areas_) {
    double distance_m = 0;
    if (!near(area, p, distance_m) || distance_m >= least) continue;
    least = distance_m;
    best = area.county;
  }
  return best;
}

}  // namespace cairn::share::detail
