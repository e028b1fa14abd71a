// SPDX-License-Identifier: Apache-2.0
// The azimuthal equidistant projection is the geodesic itself: distance and azimuth from the
// origin. Solved by the geodesic routines of the PROJ library (Karney 2013; errors below 1e-8 m),
// which keep no state: any number of threads may ask.
#include "geo/plane.hpp"

#include <geodesic.h>

#include <cmath>
#include <numbers>

namespace cairn::geo {
namespace {

constexpr double rad_per_deg = std::numbers::pi / 180;

geod_geodesic make_wgs84() {
  geod_geodesic ellipsoid;
  geod_init(&ellipsoid, 6'378'137.0, 1 / 298.257223563);
  return ellipsoid;
}

const geod_geodesic& wgs84() {
  static const geod_geodesic ellipsoid = make_wgs84();
  return ellipsoid;
}

bool is_position(Point p) {
  return std::isfinite(p.x) && std::abs(p.y) <= 90;
}

}  // namespace

LocalPlane::LocalPlane(Point origin) : origin_(origin) {}

std::optional<PlanePoint> LocalPlane::forward(Point position) const {
  if (!is_position(position) || !is_position(origin_)) return {};
  double distance_m = 0;
  double azimuth_deg = 0;
  geod_inverse(&wgs84(), origin_.y, origin_.x, position.y, position.x, &distance_m, &azimuth_deg,
               nullptr);
  if (!(distance_m <= reach_m)) return {};
  const double azimuth_rad = azimuth_deg * rad_per_deg;
  return PlanePoint{distance_m * std::sin(azimuth_rad), distance_m * std::cos(azimuth_rad)};
}

Point LocalPlane::inverse(PlanePoint point) const {
  const double distance_m = std::hypot(point.x_m, point.y_m);
  const double azimuth_deg = std::atan2(point.x_m, point.y_m) / rad_per_deg;
  Point out;
  geod_direct(&wgs84(), origin_.y, origin_.x, azimuth_deg, distance_m, &out.y, &out.x, nullptr);
  if (out.x >= 180) out.x -= 360;
  return out;
}

}  // namespace cairn::geo
