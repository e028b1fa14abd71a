// SPDX-License-Identifier: Apache-2.0
#include "geo/predicates.hpp"

#include <geos_c.h>

#include <cmath>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace cairn::geo {
namespace {

static_assert(sizeof(Point) == 2 * sizeof(double) && std::is_trivially_copyable_v<Point>);

// A GEOS session; everything made with it must be freed before it.
class Session {
 public:
  Session() : handle_(GEOS_init_r()) {}
  ~Session() { GEOS_finish_r(handle_); }
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  GEOSContextHandle_t get() const { return handle_; }

 private:
  GEOSContextHandle_t handle_;
};

struct FreeGeometry {
  GEOSContextHandle_t handle;
  void operator()(GEOSGeometry* geometry) const { GEOSGeom_destroy_r(handle, geometry); }
};
using Owned = std::unique_ptr<GEOSGeometry, FreeGeometry>;

struct FreePrepared {
  GEOSContextHandle_t handle;
  void operator()(const GEOSPreparedGeometry* geometry) const {
    GEOSPreparedGeom_destroy_r(handle, geometry);
  }
};
using OwnedPrepared = std::unique_ptr<const GEOSPreparedGeometry, FreePrepared>;

// Our geometry as one of GEOS; null when GEOS refuses it.
class Converter {
 public:
  explicit Converter(GEOSContextHandle_t handle) : h_(handle) {}

  Owned operator()(std::monostate) const {
    return own(GEOSGeom_createEmptyCollection_r(h_, GEOS_GEOMETRYCOLLECTION));
  }
  Owned operator()(const Point& p) const { return own(GEOSGeom_createPointFromXY_r(h_, p.x, p.y)); }
  Owned operator()(const Line& line) const {
    return own(GEOSGeom_createLineString_r(h_, sequence(line)));
  }
  Owned operator()(const Polygon& polygon) const {
    if (polygon.rings.empty()) return own(GEOSGeom_createEmptyPolygon_r(h_));
    std::vector<Owned> rings;
    for (const Ring& ring : polygon.rings) {
      rings.push_back(own(GEOSGeom_createLinearRing_r(h_, sequence(ring))));
      if (!rings.back()) return own(nullptr);
    }
    std::vector<GEOSGeometry*> holes;
    for (std::size_t i = 1; i < rings.size(); ++i) holes.push_back(rings[i].release());
    return own(GEOSGeom_createPolygon_r(h_, rings[0].release(), holes.data(),
                                        static_cast<unsigned>(holes.size())));
  }
  Owned operator()(const MultiPoint& many) const { return multi(GEOS_MULTIPOINT, many.points); }
  Owned operator()(const MultiLine& many) const { return multi(GEOS_MULTILINESTRING, many.lines); }
  Owned operator()(const MultiPolygon& many) const {
    return multi(GEOS_MULTIPOLYGON, many.polygons);
  }
  // GEOS relates no mixed collections; those of one dimension become their union.
  Owned operator()(const Collection& many) const {
    Owned collection = multi(GEOS_GEOMETRYCOLLECTION, many.members);
    if (!collection || GEOSisEmpty_r(h_, collection.get()) == 1) return collection;
    Owned merged = own(GEOSUnaryUnion_r(h_, collection.get()));
    const bool simple = merged && GEOSGeomTypeId_r(h_, merged.get()) != GEOS_GEOMETRYCOLLECTION;
    return simple ? std::move(merged) : std::move(collection);
  }
  Owned operator()(const Geometry& geometry) const { return std::visit(*this, geometry.shape); }

 private:
  Owned own(GEOSGeometry* geometry) const { return Owned(geometry, FreeGeometry{h_}); }
  GEOSCoordSequence* sequence(const std::vector<Point>& points) const {
    if (points.empty()) return GEOSCoordSeq_create_r(h_, 0, 2);
    return GEOSCoordSeq_copyFromBuffer_r(h_, &points[0].x, static_cast<unsigned>(points.size()), 0,
                                         0);
  }
  template <class T>
  Owned multi(int type, const std::vector<T>& items) const {
    std::vector<Owned> parts;
    for (const T& item : items) {
      parts.push_back((*this)(item));
      if (!parts.back()) return own(nullptr);
    }
    std::vector<GEOSGeometry*> raw;
    for (Owned& part : parts) raw.push_back(part.release());
    return own(
        GEOSGeom_createCollection_r(h_, type, raw.data(), static_cast<unsigned>(raw.size())));
  }

  GEOSContextHandle_t h_;
};

using Test = char (*)(GEOSContextHandle_t, const GEOSGeometry*, const GEOSGeometry*);
using PreparedTest = char (*)(GEOSContextHandle_t, const GEOSPreparedGeometry*,
                              const GEOSGeometry*);

Test plain_test(Relation relation) {
  switch (relation) {
    case Relation::intersects:
      return GEOSIntersects_r;
    case Relation::equals:
      return GEOSEquals_r;
    case Relation::disjoint:
      return GEOSDisjoint_r;
    case Relation::touches:
      return GEOSTouches_r;
    case Relation::within:
      return GEOSWithin_r;
    case Relation::overlaps:
      return GEOSOverlaps_r;
    case Relation::crosses:
      return GEOSCrosses_r;
    case Relation::contains:
      return GEOSContains_r;
  }
  return GEOSIntersects_r;
}

// Null where GEOS has no indexed form.
PreparedTest prepared_test(Relation relation) {
  switch (relation) {
    case Relation::intersects:
      return GEOSPreparedIntersects_r;
    case Relation::disjoint:
      return GEOSPreparedDisjoint_r;
    case Relation::touches:
      return GEOSPreparedTouches_r;
    case Relation::within:
      return GEOSPreparedWithin_r;
    case Relation::overlaps:
      return GEOSPreparedOverlaps_r;
    case Relation::crosses:
      return GEOSPreparedCrosses_r;
    case Relation::contains:
      return GEOSPreparedContains_r;
    case Relation::equals:
      break;
  }
  return nullptr;
}

std::optional<bool> truth(char answer) {
  if (answer == 2) return std::nullopt;  // an exception inside GEOS
  return answer == 1;
}

// What bounding boxes alone decide; nothing when they do not.
std::optional<bool> by_bounds(Relation relation, const Box& a, const Box& b) {
  if (a.empty() || b.empty()) {
    if (relation == Relation::equals) return a.empty() && b.empty();
    return relation == Relation::disjoint;
  }
  if (!a.intersects(b)) return relation == Relation::disjoint;
  if (relation == Relation::equals && !(a == b)) return false;
  return std::nullopt;
}

}  // namespace

struct PreparedGeometry::Impl {
  Session session;
  Box box;
  Owned geometry{nullptr, FreeGeometry{nullptr}};
  OwnedPrepared prepared{nullptr, FreePrepared{nullptr}};

  explicit Impl(const Geometry& source) : box(bounds(source)) {
    const auto h = session.get();
    geometry = Converter(h)(source);
    if (!geometry) return;
    prepared = OwnedPrepared(GEOSPrepare_r(h, geometry.get()), FreePrepared{h});
  }

  std::optional<bool> test(Relation relation, const Geometry& other) const {
    if (const auto known = by_bounds(relation, box, bounds(other))) return known;
    const auto h = session.get();
    const Owned converted = Converter(h)(other);
    if (!geometry || !converted) return std::nullopt;
    const PreparedTest fast = prepared_test(relation);
    const char answer = fast != nullptr && prepared
                            ? fast(h, prepared.get(), converted.get())
                            : plain_test(relation)(h, geometry.get(), converted.get());
    if (const auto known = truth(answer)) return known;
    return repaired(relation, converted.get());
  }

  // Once more with both geometries made valid (a bow tie becomes two triangles).
  std::optional<bool> repaired(Relation relation, const GEOSGeometry* other) const {
    const auto h = session.get();
    const Owned a(GEOSMakeValid_r(h, geometry.get()), FreeGeometry{h});
    const Owned b(GEOSMakeValid_r(h, other), FreeGeometry{h});
    if (!a || !b) return std::nullopt;
    return truth(plain_test(relation)(h, a.get(), b.get()));
  }
};

PreparedGeometry::PreparedGeometry(const Geometry& geometry)
    : impl_(std::make_unique<Impl>(geometry)) {}
PreparedGeometry::~PreparedGeometry() = default;
PreparedGeometry::PreparedGeometry(PreparedGeometry&&) noexcept = default;
PreparedGeometry& PreparedGeometry::operator=(PreparedGeometry&&) noexcept = default;

std::optional<bool> PreparedGeometry::test(Relation relation, const Geometry& other) const {
  return impl_->test(relation, other);
}

Relation converse(Relation relation) {
  if (relation == Relation::within) return Relation::contains;
  if (relation == Relation::contains) return Relation::within;
  return relation;
}

std::optional<bool> relate(Relation relation, const Geometry& a, const Geometry& b) {
  if (const auto known = by_bounds(relation, bounds(a), bounds(b))) return known;
  return PreparedGeometry(a).test(relation, b);
}

std::optional<bool> intersects(const Geometry& a, const Geometry& b) {
  return relate(Relation::intersects, a, b);
}
std::optional<bool> equals(const Geometry& a, const Geometry& b) {
  return relate(Relation::equals, a, b);
}
std::optional<bool> disjoint(const Geometry& a, const Geometry& b) {
  return relate(Relation::disjoint, a, b);
}
std::optional<bool> touches(const Geometry& a, const Geometry& b) {
  return relate(Relation::touches, a, b);
}
std::optional<bool> within(const Geometry& a, const Geometry& b) {
  return relate(Relation::within, a, b);
}
std::optional<bool> overlaps(const Geometry& a, const Geometry& b) {
  return relate(Relation::overlaps, a, b);
}
std::optional<bool> crosses(const Geometry& a, const Geometry& b) {
  return relate(Relation::crosses, a, b);
}
std::optional<bool> contains_geometry(const Geometry& a, const Geometry& b) {
  return relate(Relation::contains, a, b);
}

std::optional<bool> relate_pattern(const Geometry& a, const Geometry& b, std::string_view pattern) {
  if (pattern.size() != 9 || pattern.find_first_not_of("TF*012") != std::string_view::npos) {
    return std::nullopt;
  }
  const Session session;
  const auto h = session.get();
  const Owned first = Converter(h)(a);
  const Owned second = Converter(h)(b);
  if (!first || !second) return std::nullopt;
  return truth(GEOSRelatePattern_r(h, first.get(), second.get(), std::string(pattern).c_str()));
}

std::optional<double> distance_planar(const Geometry& a, const Geometry& b) {
  const auto* p = std::get_if<Point>(&a.shape);
  const auto* q = std::get_if<Point>(&b.shape);
  if (p != nullptr && q != nullptr) return std::hypot(p->x - q->x, p->y - q->y);
  if (bounds(a).empty() || bounds(b).empty()) return std::nullopt;
  const Session session;
  const auto h = session.get();
  const Owned first = Converter(h)(a);
  const Owned second = Converter(h)(b);
  double out = 0;
  if (!first || !second || GEOSDistance_r(h, first.get(), second.get(), &out) != 1) {
    return std::nullopt;
  }
  return out;
}

}  // namespace cairn::geo
