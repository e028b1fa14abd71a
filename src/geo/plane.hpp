// SPDX-License-Identifier: Apache-2.0
// A local metric plane: azimuthal equidistant around an origin on the WGS 84 ellipsoid. Distances
// and directions from the origin are exact; a line elsewhere is wrong in length by at most
// r^2 / 6R^2 (1.6e-4 at r = 200 km). The antimeridian and the poles are places like any other.
#pragma once

#include <optional>

#include "geo/geometry.hpp"

namespace cairn::geo {

struct PlanePoint {
  double x_m = 0;  // east
  double y_m = 0;  // north
  bool operator==(const PlanePoint&) const = default;
};

class LocalPlane {
 public:
  static constexpr double reach_m = 1'000'000;  // farther points have no place in the plane

  LocalPlane() = default;
  explicit LocalPlane(Point origin);  // longitude and latitude in degrees, WGS 84

  Point origin() const { return origin_; }
  // Nothing for what is not finite, no latitude, or out of reach.
  std::optional<PlanePoint> forward(Point position) const;
  // Longitude within [-180, 180).
  Point inverse(PlanePoint point) const;

 private:
  Point origin_;
};

}  // namespace cairn::geo
