// SPDX-License-Identifier: Apache-2.0
// Spatial relations of the OGC Simple Features (DE-9IM), planar, computed by GEOS. A geometry that
// GEOS cannot handle even after repair gives no answer instead of a wrong one.
//
//   within(village, county)                       one pair
//   PreparedGeometry area(county);                one against many: bounds first, then an index
//   area.test(Relation::contains, village)
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "geo/geometry.hpp"

namespace cairn::geo {

enum class Relation : std::uint8_t {
  intersects,
  equals,
  disjoint,
  touches,
  within,
  overlaps,
  crosses,
  contains
};

// "b contains a" is "a within b": the relation with its sides changed.
Relation converse(Relation relation);

std::optional<bool> relate(Relation relation, const Geometry& a, const Geometry& b);
std::optional<bool> intersects(const Geometry& a, const Geometry& b);
std::optional<bool> equals(const Geometry& a, const Geometry& b);
std::optional<bool> disjoint(const Geometry& a, const Geometry& b);
std::optional<bool> touches(const Geometry& a, const Geometry& b);
std::optional<bool> within(const Geometry& a, const Geometry& b);
std::optional<bool> overlaps(const Geometry& a, const Geometry& b);
std::optional<bool> crosses(const Geometry& a, const Geometry& b);
std::optional<bool> contains_geometry(const Geometry& a, const Geometry& b);

// DE-9IM matrix against a pattern of nine of T F * 0 1 2; nothing for another pattern too.
std::optional<bool> relate_pattern(const Geometry& a, const Geometry& b, std::string_view pattern);
// Shortest distance in the units of the coordinates (degrees, when they are such).
std::optional<double> distance_planar(const Geometry& a, const Geometry& b);

// The fixed side of many tests. Movable, not copyable; use one per thread.
class PreparedGeometry {
 public:
  explicit PreparedGeometry(const Geometry& geometry);
  ~PreparedGeometry();
  PreparedGeometry(PreparedGeometry&&) noexcept;
  PreparedGeometry& operator=(PreparedGeometry&&) noexcept;

  // fixed `relation` other.
  std::optional<bool> test(Relation relation, const Geometry& other) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace cairn::geo
