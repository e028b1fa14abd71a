// SPDX-License-Identifier: Apache-2.0
#include "codec/mvt.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <protozero/pbf_writer.hpp>

namespace cairn::codec {
namespace {

// Field numbers and enumerations of the vector tile specification 2.1, section 4.
constexpr int tile_layer_field = 3;
constexpr int layer_name = 1, layer_feature = 2, layer_key = 3, layer_value = 4, layer_extent = 5,
              layer_version = 15;
constexpr int feature_tags = 2, feature_type = 3, feature_geometry = 4;
constexpr int value_string = 1, value_double = 3, value_uint = 5, value_sint = 6, value_bool = 7;
constexpr std::uint32_t move_to = 1, line_to = 2, close_path = 7;
constexpr int kind_point = 1, kind_line = 2, kind_polygon = 3;

constexpr double mercator_limit_deg = 85.0511287798066;

std::uint32_t zigzag(std::int32_t value) {
  return (static_cast<std::uint32_t>(value) << 1) ^ static_cast<std::uint32_t>(value >> 31);
}
std::uint32_t command(std::uint32_t id, std::size_t count) {
  return id | (static_cast<std::uint32_t>(count) << 3);
}

// Twice the signed area on the grid; positive is clockwise on a screen with y down.
template <class Path>
std::int64_t double_area(const Path& ring) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i + 1 < ring.size(); ++i) {
    sum += std::int64_t{ring[i].x} * ring[i + 1].y - std::int64_t{ring[i + 1].x} * ring[i].y;
  }
  return sum;
}

// The commands of one path, relative to a cursor that goes on.
class Pen {
 public:
  template <class Path>
  void line(const Path& path) {
    out.push_back(command(move_to, 1));
    go(path.front().x, path.front().y);
    out.push_back(command(line_to, path.size() - 1));
    for (std::size_t i = 1; i < path.size(); ++i) go(path[i].x, path[i].y);
  }
  template <class Path>
  void ring(const Path& path) {
    Path open(path.begin(), path.end() - 1);
    line(open);
    out.push_back(command(close_path, 1));
  }
  template <class Path>
  void points(const Path& path) {
    out.push_back(command(move_to, path.size()));
    for (const auto& p : path) go(p.x, p.y);
  }
  std::vector<std::uint32_t> out;

 private:
  void go(std::int32_t x, std::int32_t y) {
    out.push_back(zigzag(x - x_));
    out.push_back(zigzag(y - y_));
    x_ = x;
    y_ = y;
  }
  std::int32_t x_ = 0;
  std::int32_t y_ = 0;
};

// Sutherland-Hodgman against one side of the box: `inside` and `cut` know which.
template <class Inside, class Cut>
geo::Ring clip_side(const geo::Ring& ring, Inside inside, Cut cut) {
  geo::Ring out;
  for (std::size_t i = 0; i + 1 < ring.size(); ++i) {
    const geo::Point a = ring[i];
    const geo::Point b = ring[i + 1];
    if (inside(a)) out.push_back(a);
    if (inside(a) != inside(b)) out.push_back(cut(a, b));
  }
  if (!out.empty()) out.push_back(out.front());
  return out;
}

geo::Ring clip_ring(const geo::Ring& ring, const geo::Box& box) {
  const auto at_x = [](double x) {
    return [x](geo::Point a, geo::Point b) {
      return geo::Point{x, a.y + (b.y - a.y) * ((x - a.x) / (b.x - a.x))};
    };
  };
  const auto at_y = [](double y) {
    return [y](geo::Point a, geo::Point b) {
      return geo::Point{a.x + (b.x - a.x) * ((y - a.y) / (b.y - a.y)), y};
    };
  };
  geo::Ring out = clip_side(
      ring, [&](geo::Point p) { return p.x >= box.min_x; }, at_x(box.min_x));
  out = clip_side(
      out, [&](geo::Point p) { return p.x <= box.max_x; }, at_x(box.max_x));
  out = clip_side(
      out, [&](geo::Point p) { return p.y >= box.min_y; }, at_y(box.min_y));
  return clip_side(
      out, [&](geo::Point p) { return p.y <= box.max_y; }, at_y(box.max_y));
}

// The part of a segment inside the box as parameters of [0, 1] (Liang-Barsky).
std::optional<std::pair<double, double>> clip_segment(geo::Point a, geo::Point b,
                                                      const geo::Box& box) {
  double from = 0;
  double to = 1;
  const double dx = b.x - a.x;
  const double dy = b.y - a.y;
  const double p[4] = {-dx, dx, -dy, dy};
  const double q[4] = {a.x - box.min_x, box.max_x - a.x, a.y - box.min_y, box.max_y - a.y};
  for (int i = 0; i < 4; ++i) {
    if (p[i] == 0) {
      if (q[i] < 0) return std::nullopt;
      continue;
    }
    const double r = q[i] / p[i];
    if (p[i] < 0) {
      from = std::max(from, r);
    } else {
      to = std::min(to, r);
    }
  }
  if (from > to) return std::nullopt;
  return std::pair{from, to};
}

std::vector<geo::Point> map_points(const std::vector<geo::Point>& points) {
  std::vector<geo::Point> out;
  out.reserve(points.size());
  for (const geo::Point p : points) out.push_back(to_mercator(p));
  return out;
}

geo::Polygon map_polygon(const geo::Polygon& polygon) {
  geo::Polygon out;
  for (const geo::Ring& ring : polygon.rings) out.rings.push_back(map_points(ring));
  return out;
}

}  // namespace

bool is_valid(TileId id) {
  if (id.z < 0 || id.z > tile_max_zoom) return false;
  const std::uint32_t n = 1u << id.z;
  return id.x < n && id.y < n;
}

geo::Point to_mercator(geo::Point p) {
  const double latitude_deg = std::clamp(p.y, -mercator_limit_deg, mercator_limit_deg);
  const double s = std::sin(latitude_deg * std::numbers::pi / 180);
  return {p.x / 360 + 0.5, 0.5 - std::log((1 + s) / (1 - s)) / (4 * std::numbers::pi)};
}

geo::Geometry to_mercator(const geo::Geometry& g) {
  geo::Geometry out;
  if (const auto* point = std::get_if<geo::Point>(&g.shape)) {
    out.shape = to_mercator(*point);
  } else if (const auto* line = std::get_if<geo::Line>(&g.shape)) {
    out.shape = map_points(*line);
  } else if (const auto* polygon = std::get_if<geo::Polygon>(&g.shape)) {
    out.shape = map_polygon(*polygon);
  } else if (const auto* points = std::get_if<geo::MultiPoint>(&g.shape)) {
    out.shape = geo::MultiPoint{map_points(points->points)};
  } else if (const auto* lines = std::get_if<geo::MultiLine>(&g.shape)) {
    geo::MultiLine mapped;
    for (const geo::Line& l : lines->lines) mapped.lines.push_back(map_points(l));
    out.shape = std::move(mapped);
  } else if (const auto* polygons = std::get_if<geo::MultiPolygon>(&g.shape)) {
    geo::MultiPolygon mapped;
    for (const geo::Polygon& p : polygons->polygons) mapped.polygons.push_back(map_polygon(p));
    out.shape = std::move(mapped);
  } else if (const auto* members = std::get_if<geo::Collection>(&g.shape)) {
    geo::Collection mapped;
    for (const geo::Geometry& m : members->members) mapped.members.push_back(to_mercator(m));
    out.shape = std::move(mapped);
  }
  return out;
}

geo::Box tile_square(TileId id) {
  const double size = std::ldexp(1.0, -id.z);
  return {id.x * size, id.y * size, (id.x + 1) * size, (id.y + 1) * size};
}

TileLayer::TileLayer(std::string name, TileId id, TileOptions options)
    : name_(std::move(name)), options_(options), square_(tile_square(id)), clip_(square_) {
  const double size = square_.max_x - square_.min_x;
  scale_ = options_.extent / size;
  const double margin = size * options_.buffer / options_.extent;
  clip_ = {square_.min_x - margin, square_.min_y - margin, square_.max_x + margin,
           square_.max_y + margin};
}

TileLayer::GridPoint TileLayer::to_grid(geo::Point p) const {
  return {static_cast<std::int32_t>(std::floor((p.x - square_.min_x) * scale_ + 0.5)),
          static_cast<std::int32_t>(std::floor((p.y - square_.min_y) * scale_ + 0.5))};
}

// On the grid, without the points that fall together.
TileLayer::Path TileLayer::to_path(const std::vector<geo::Point>& points) const {
  Path out;
  for (const geo::Point p : points) {
    const GridPoint g = to_grid(p);
    if (out.empty() || out.back() != g) out.push_back(g);
  }
  return out;
}

void TileLayer::clip_line(const geo::Line& line, std::vector<Path>& out) const {
  geo::Line piece;
  const auto flush = [&] {
    Path path = to_path(piece);
    if (path.size() >= 2) out.push_back(std::move(path));
    piece.clear();
  };
  for (std::size_t i = 0; i + 1 < line.size(); ++i) {
    const geo::Point a = line[i];
    const geo::Point b = line[i + 1];
    const auto part = clip_segment(a, b, clip_);
    if (!part) {
      flush();
      continue;
    }
    const auto [from, to] = *part;
    const auto at = [&](double t) {
      return geo::Point{a.x + (b.x - a.x) * t, a.y + (b.y - a.y) * t};
    };
    if (from > 0) flush();
    if (piece.empty()) piece.push_back(from > 0 ? at(from) : a);
    piece.push_back(to < 1 ? at(to) : b);
    if (to < 1) flush();
  }
  flush();
}

void TileLayer::clip_polygon(const geo::Polygon& polygon,
                             std::vector<std::vector<Path>>& out) const {
  std::vector<Path> rings;
  for (std::size_t i = 0; i < polygon.rings.size(); ++i) {
    Path path = to_path(clip_ring(polygon.rings[i], clip_));
    const std::int64_t area = path.size() >= 4 ? double_area(path) : 0;
    if (area == 0) {
      if (i == 0) return;  // nothing of the shell: nothing of the holes
      continue;
    }
    if ((area > 0) != (i == 0)) std::reverse(path.begin(), path.end());
    rings.push_back(std::move(path));
  }
  if (!rings.empty()) out.push_back(std::move(rings));
}

void TileLayer::collect(const geo::Geometry& g, std::vector<GridPoint>& points,
                        std::vector<Path>& lines, std::vector<std::vector<Path>>& polygons) const {
  if (const auto* point = std::get_if<geo::Point>(&g.shape)) {
    if (clip_.contains(*point)) points.push_back(to_grid(*point));
  } else if (const auto* line = std::get_if<geo::Line>(&g.shape)) {
    clip_line(*line, lines);
  } else if (const auto* polygon = std::get_if<geo::Polygon>(&g.shape)) {
    clip_polygon(*polygon, polygons);
  } else if (const auto* many = std::get_if<geo::MultiPoint>(&g.shape)) {
    for (const geo::Point p : many->points) {
      if (clip_.contains(p)) points.push_back(to_grid(p));
    }
  } else if (const auto* many_lines = std::get_if<geo::MultiLine>(&g.shape)) {
    for (const geo::Line& l : many_lines->lines) clip_line(l, lines);
  } else if (const auto* many_polygons = std::get_if<geo::MultiPolygon>(&g.shape)) {
    for (const geo::Polygon& p : many_polygons->polygons) clip_polygon(p, polygons);
  } else if (const auto* members = std::get_if<geo::Collection>(&g.shape)) {
    for (const geo::Geometry& m : members->members) collect(m, points, lines, polygons);
  }
}

bool TileLayer::add(const geo::Geometry& mercator, const TileProperties& properties) {
  std::vector<GridPoint> points;
  std::vector<Path> lines;
  std::vector<std::vector<Path>> polygons;
  collect(mercator, points, lines, polygons);
  const std::size_t before = features_;
  if (!points.empty()) {
    Pen pen;
    pen.points(points);
    write(kind_point, pen.out, properties);
  }
  if (!lines.empty()) {
    Pen pen;
    for (const Path& path : lines) pen.line(path);
    write(kind_line, pen.out, properties);
  }
  if (!polygons.empty()) {
    Pen pen;
    for (const auto& rings : polygons) {
      for (const Path& ring : rings) pen.ring(ring);
    }
    write(kind_polygon, pen.out, properties);
  }
  return features_ > before;
}

void TileLayer::write(int kind, const std::vector<std::uint32_t>& commands,
                      const TileProperties& properties) {
  if (features_ >= options_.max_features) return;
  std::vector<std::uint32_t> tags;
  tags.reserve(properties.size() * 2);
  for (const auto& [name, v] : properties) {
    tags.push_back(key(name));
    tags.push_back(value(v));
  }
  std::string encoded;
  protozero::pbf_writer feature(encoded);
  if (!tags.empty()) feature.add_packed_uint32(feature_tags, tags.begin(), tags.end());
  feature.add_enum(feature_type, kind);
  feature.add_packed_uint32(feature_geometry, commands.begin(), commands.end());
  protozero::pbf_writer layer(body_);
  layer.add_message(layer_feature, encoded);
  ++features_;
}

std::uint32_t TileLayer::key(const std::string& name) {
  const auto [at, added] = key_index_.try_emplace(name, static_cast<std::uint32_t>(keys_.size()));
  if (added) keys_.push_back(name);
  return at->second;
}

std::uint32_t TileLayer::value(const TileValue& value) {
  std::string encoded;
  protozero::pbf_writer writer(encoded);
  if (const auto* truth = std::get_if<bool>(&value)) {
    writer.add_bool(value_bool, *truth);
  } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    if (*whole < 0) {
      writer.add_sint64(value_sint, *whole);
    } else {
      writer.add_uint64(value_uint, static_cast<std::uint64_t>(*whole));
    }
  } else if (const auto* number = std::get_if<double>(&value)) {
    writer.add_double(value_double, *number);
  } else {
    writer.add_string(value_string, std::get<std::string>(value));
  }
  const auto [at, added] =
      value_index_.try_emplace(encoded, static_cast<std::uint32_t>(values_.size()));
  if (added) values_.push_back(std::move(encoded));
  return at->second;
}

std::string TileLayer::bytes() const {
  if (features_ == 0) return {};
  std::string layer;
  protozero::pbf_writer writer(layer);
  writer.add_uint32(layer_version, 2);
  writer.add_string(layer_name, name_);
  layer += body_;
  for (const std::string& k : keys_) writer.add_string(layer_key, k);
  for (const std::string& v : values_) writer.add_message(layer_value, v);
  writer.add_uint32(layer_extent, options_.extent);
  std::string out;
  protozero::pbf_writer tile(out);
  tile.add_message(tile_layer_field, layer);
  return out;
}

}  // namespace cairn::codec
