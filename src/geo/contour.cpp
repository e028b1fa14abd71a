// SPDX-License-Identifier: Apache-2.0
// Marching squares over pixel centres, with one row and column around that count as below every
// level, so that every ring closes. Each edge between two neighbouring pixels is crossed by one
// ring at most: it is the end of one segment and the beginning of the next.
#include "geo/contour.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <unordered_map>

#include "core/text.hpp"
#include "geo/detail/warp.hpp"

namespace cairn::geo {
namespace {

struct Field {
  std::span<const float> values;
  std::int64_t columns = 0;
  std::int64_t rows = 0;
  double level = 0;

  // Nothing, and below every level, outside and in holes.
  bool known(std::int64_t column, std::int64_t row) const {
    return column >= 0 && row >= 0 && column < columns && row < rows &&
           !std::isnan(value(column, row));
  }
  float value(std::int64_t column, std::int64_t row) const {
    return values[static_cast<std::size_t>(row * columns + column)];
  }
  bool inside(std::int64_t column, std::int64_t row) const {
    return known(column, row) && value(column, row) >= level;
  }
};

// Edges of the lattice with its extra rows: 2 * (row * stride + column) from that pixel to the
// right, one more from it downwards.
class Edges {
 public:
  explicit Edges(const Field& field) : field_(field), stride_(field.columns + 2) {}

  std::int64_t right_of(std::int64_t column, std::int64_t row) const {
    return 2 * ((row + 1) * stride_ + column + 1);
  }
  std::int64_t below(std::int64_t column, std::int64_t row) const {
    return right_of(column, row) + 1;
  }
  // Where the level lies on an edge; half-way to what is not known. Never quite on a pixel, where
  // four edges meet: rings would touch, and a hole could not be told from a shell.
  Point crossing(std::int64_t edge) const {
    const std::int64_t column = edge / 2 % stride_ - 1;
    const std::int64_t row = edge / 2 / stride_ - 1;
    const bool down = edge % 2 == 1;
    const std::int64_t c2 = column + (down ? 0 : 1);
    const std::int64_t r2 = row + (down ? 1 : 0);
    double part = 0.5;
    if (field_.known(column, row) && field_.known(c2, r2)) {
      const double a = field_.value(column, row);
      const double b = field_.value(c2, r2);
      part = std::isfinite(a) && std::isfinite(b) ? (field_.level - a) / (b - a) : 0.5;
      part = std::clamp(part, 1e-3, 1 - 1e-3);
    }
    return {static_cast<double>(column) + (down ? 0 : part),
            static_cast<double>(row) + (down ? part : 0)};
  }

 private:
  const Field& field_;
  std::int64_t stride_;
};

using Segments = std::unordered_map<std::int64_t, std::int64_t>;  // from edge to edge

// The segments of the square whose upper left pixel is (column, row), the inside on their left as
// seen on a map with north above.
void add_square(const Field& field, const Edges& edges, std::int64_t column, std::int64_t row,
                Segments& next) {
  const bool nw = field.inside(column, row);
  const bool ne = field.inside(column + 1, row);
  const bool sw = field.inside(column, row + 1);
  const bool se = field.inside(column + 1, row + 1);
  const std::int64_t top = edges.right_of(column, row);
  const std::int64_t bottom = edges.right_of(column, row + 1);
  const std::int64_t left = edges.below(column, row);
  const std::int64_t right = edges.below(column + 1, row);
  const auto go = [&](std::int64_t from, std::int64_t to) { next[from] = to; };
  switch (8 * nw + 4 * ne + 2 * se + sw) {
    case 1:
      return go(bottom, left);
    case 2:
      return go(right, bottom);
    case 3:
      return go(right, left);
    case 4:
      return go(top, right);
    case 6:
      return go(top, bottom);
    case 7:
      return go(top, left);
    case 8:
      return go(left, top);
    case 9:
      return go(bottom, top);
    case 11:
      return go(right, top);
    case 12:
      return go(left, right);
    case 13:
      return go(bottom, right);
    case 14:
      return go(left, bottom);
    case 5:  // two corners that touch only here: kept apart
      go(top, right);
      return go(bottom, left);
    case 10:
      go(left, top);
      return go(right, bottom);
    default:
      return;
  }
}

// Twice the area; positive when counter-clockwise with rows growing downwards.
double twice_area(const Ring& ring) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < ring.size(); ++i) {
    sum += ring[i + 1].x * ring[i].y - ring[i].x * ring[i + 1].y;
  }
  return sum;
}

// Without points on the straight line between their neighbours.
void straighten(Ring& ring) {
  Ring out;
  for (std::size_t i = 0; i + 1 < ring.size(); ++i) {
    const Point& before = out.empty() ? ring[ring.size() - 2] : out.back();
    const Point& here = ring[i];
    const Point& after = ring[i + 1];
    const double turn =
        (here.x - before.x) * (after.y - here.y) - (here.y - before.y) * (after.x - here.x);
    if (std::abs(turn) > 1e-9) out.push_back(here);
  }
  if (out.size() < 3) return;
  out.push_back(out.front());
  ring = std::move(out);
}

std::vector<Ring> rings_of(const Field& field) {
  const Edges edges(field);
  Segments next;
  std::vector<std::int64_t> starts;  // in order, so that the result does not depend on the map
  for (std::int64_t row = -1; row < field.rows; ++row) {
    for (std::int64_t column = -1; column < field.columns; ++column) {
      const std::size_t before = next.size();
      add_square(field, edges, column, row, next);
      // Every ring crosses an edge between a pixel and the one below it.
      if (next.size() != before) starts.push_back(edges.below(column, row));
    }
  }
  std::vector<Ring> out;
  for (const std::int64_t start : starts) {
    Ring ring;
    std::int64_t at = start;
    for (auto step = next.find(at); step != next.end(); step = next.find(at)) {
      ring.push_back(edges.crossing(at));
      at = step->second;
      next.erase(step);
    }
    if (ring.empty()) continue;
    ring.push_back(ring.front());
    out.push_back(std::move(ring));
  }
  return out;
}

bool within(const Ring& ring, Point p) {
  return contains(Polygon{{ring}}, p);
}

}  // namespace

MultiPolygon area_at_least(std::span<const float> values, std::uint32_t columns, std::uint32_t rows,
                           double level, double min_pixels) {
  MultiPolygon out;
  if (values.size() != std::size_t{columns} * rows) return out;
  std::vector<std::pair<Ring, double>> holes;  // with a point's height in pixels
  std::vector<std::pair<Box, double>> shells;  // of out.polygons: bounds and area
  for (Ring& ring : rings_of({values, columns, rows, level})) {
    const double area = 0.5 * twice_area(ring);
    if (std::abs(area) < min_pixels || area == 0) continue;
    Box box;
    for (const Point& p : ring) box.add(p);
    straighten(ring);
    if (area > 0) {
      out.polygons.push_back(Polygon{{std::move(ring)}});
      shells.emplace_back(box, area);
    } else {
      holes.emplace_back(std::move(ring), -area);
    }
  }
  for (auto& [hole, area] : holes) {
    // The smallest shell around it; no point of the hole lies on a shell.
    std::size_t best = shells.size();
    for (std::size_t i = 0; i < shells.size(); ++i) {
      if (shells[i].second <= area || !shells[i].first.contains(hole.front())) continue;
      if (best < shells.size() && shells[best].second <= shells[i].second) continue;
      if (within(out.polygons[i].rings.front(), hole.front())) best = i;
    }
    if (best < shells.size()) out.polygons[best].rings.push_back(std::move(hole));
  }
  return out;
}

namespace {

std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + "\"";
}

void put_ring(const PlaneFrame& frame, const Ring& ring, std::string& out) {
  const double middle_deg = frame.plane.origin().x;
  out += "[";
  for (std::size_t i = 0; i < ring.size(); ++i) {
    Point p = frame.plane.inverse(
        {frame.west_m + ring[i].x * frame.cell_m, frame.north_m - ring[i].y * frame.cell_m});
    p.x = middle_deg + std::remainder(p.x - middle_deg, 360);
    // A ten-millionth of a degree is a centimetre.
    out += format("{}[{:.7f},{:.7f}]", i == 0 ? "" : ",", p.x, p.y);
  }
  out += "]";
}

std::string geometry_json(const PlaneFrame& frame, const MultiPolygon& area, bool lines) {
  std::string out = lines ? R"({"type":"MultiLineString","coordinates":[)"
                          : R"({"type":"MultiPolygon","coordinates":[)";
  bool first = true;
  for (const Polygon& polygon : area.polygons) {
    if (!lines) out += first ? "[" : ",[";
    for (std::size_t i = 0; i < polygon.rings.size(); ++i) {
      if (lines ? !first : i > 0) out += ",";
      put_ring(frame, polygon.rings[i], out);
      first = false;
    }
    if (!lines) out += "]";
    first = false;
  }
  return out + "]}";
}

}  // namespace

Result<std::string> contours_geojson(const PlaneFrame& frame, const RasterLayer& layer,
                                     const ContourOptions& options) {
  if (auto fine = detail::check_frame(frame); !fine) return fail(fine.error());
  if (layer.values.size() != frame.size()) {
    return fail(Code::invalid, format("the layer '{}' has {} values for {} pixels", layer.name,
                                      layer.values.size(), frame.size()));
  }
  if (options.levels.empty()) return fail(Code::invalid, "no level for contours is given");
  std::string out = R"({"type":"FeatureCollection",)";
  if (!options.metadata.empty()) {
    out += R"("metadata":{)";
    for (std::size_t i = 0; i < options.metadata.size(); ++i) {
      out += (i == 0 ? "" : ",") + json_text(options.metadata[i].first) + ":" +
             json_text(options.metadata[i].second);
    }
    out += "},";
  }
  out += "\"features\":[\n";
  for (std::size_t i = 0; i < options.levels.size(); ++i) {
    if (!std::isfinite(options.levels[i])) return fail(Code::invalid, "a level is a number");
    const MultiPolygon area = area_at_least(layer.values, frame.columns, frame.rows,
                                            options.levels[i], options.min_pixels);
    out += format(R"({}{{"type":"Feature","properties":{{{}:{},"unit":{},"layer":{}}},"geometry":)",
                  i == 0 ? "" : ",\n", json_text(options.property), number_text(options.levels[i]),
                  json_text(options.unit), json_text(layer.name));
    out += geometry_json(frame, area, options.lines) + "}";
  }
  return out + "\n]}\n";
}

}  // namespace cairn::geo
