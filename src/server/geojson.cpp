// SPDX-License-Identifier: Apache-2.0
#include "server/detail/geojson.hpp"

namespace cairn::server {
namespace {

Json position(geo::Point p) {
  return Json::array({p.x, p.y});
}

template <class Range, class Make>
Json list(const Range& range, Make make) {
  Json out = Json::array();
  for (const auto& item : range) out.push_back(make(item));
  return out;
}

Json positions(const std::vector<geo::Point>& points) {
  return list(points, position);
}
Json rings(const geo::Polygon& polygon) {
  return list(polygon.rings, positions);
}

Json shape(const char* type, Json coordinates) {
  return {{"type", type}, {"coordinates", std::move(coordinates)}};
}

struct Writer {
  Json operator()(std::monostate) const { return nullptr; }
  Json operator()(geo::Point p) const { return shape("Point", position(p)); }
  Json operator()(const geo::Line& l) const { return shape("LineString", positions(l)); }
  Json operator()(const geo::Polygon& p) const { return shape("Polygon", rings(p)); }
  Json operator()(const geo::MultiPoint& m) const {
    return shape("MultiPoint", positions(m.points));
  }
  Json operator()(const geo::MultiLine& m) const {
    return shape("MultiLineString", list(m.lines, positions));
  }
  Json operator()(const geo::MultiPolygon& m) const {
    return shape("MultiPolygon", list(m.polygons, rings));
  }
  Json operator()(const geo::Collection& c) const {
    return {{"type", "GeometryCollection"}, {"geometries", list(c.members, geometry_json)}};
  }
};

}  // namespace

Json geometry_json(const geo::Geometry& geometry) {
  return std::visit(Writer{}, geometry.shape);
}

}  // namespace cairn::server
