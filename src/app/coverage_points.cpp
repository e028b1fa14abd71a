// SPDX-License-Identifier: Apache-2.0
#include "app/coverage_points.hpp"

#include <algorithm>
#include <cmath>

#include "app/coverage_sites.hpp"
#include "core/text.hpp"
#include "geo/geojson.hpp"
#include "geo/wkt.hpp"
#include "model/csv_rows.hpp"

namespace cairn::app {
namespace {

constexpr std::size_t most_samples = 2'000'000;  // 100,000 km at 50 m

// The shorter way round: a line over the antimeridian goes on beyond 180 degrees.
double unwrapped(double from_deg, double to_deg) {
  const double step = to_deg - from_deg;
  return step > 180 ? to_deg - 360 : step < -180 ? to_deg + 360 : to_deg;
}

geo::Point between(geo::Point a, geo::Point b, double part) {
  double x = a.x + part * (unwrapped(a.x, b.x) - a.x);
  if (x >= 180) x -= 360;
  if (x < -180) x += 360;
  return {x, a.y + part * (b.y - a.y)};
}

class Roads {
 public:
  Roads(PointList& out, double spacing_m) : out_(out), spacing_m_(spacing_m) {}

  void add(const geo::Geometry& geometry, const std::string& id, Label name,
           const std::string& place) {
    if (name.empty()) name.zh = name.en = id;
    road_ = out_.roads.size();
    id_ = id;
    place_ = place;
    pieces_ = 0;
    const std::size_t before = out_.rows.size();
    walk(geometry);
    if (out_.rows.size() == before) {
      out_.problems.error(place, "a road is a line of at least two different points");
      ++out_.left_out;
      return;
    }
    out_.roads.push_back(std::move(name));
  }

 private:
  void walk(const geo::Geometry& geometry) {
    if (const auto* line = std::get_if<geo::Line>(&geometry.shape)) {
      sample(*line);
    } else if (const auto* lines = std::get_if<geo::MultiLine>(&geometry.shape)) {
      for (const geo::Line& each : lines->lines) sample(each);
    } else if (const auto* all = std::get_if<geo::Collection>(&geometry.shape)) {
      for (const geo::Geometry& each : all->members) walk(each);
    }
  }

  void sample(const geo::Line& line) {
    std::vector<double> along = {0};
    for (std::size_t i = 1; i < line.size(); ++i) {
      along.push_back(along.back() + geo::distance_m(line[i - 1], line[i]));
    }
    const double length_m = along.back();
    if (!(length_m > 0)) return;
    const double pieces = std::ceil(length_m / spacing_m_);
    if (pieces > static_cast<double>(most_samples - std::min(most_samples, out_.rows.size()))) {
      out_.problems.error(place_, format("more than {} samples of road; a greater --spacing makes "
                                         "fewer",
                                         most_samples));
      return;
    }
    std::size_t leg = 1;
    for (double i = 0; i < pieces; ++i) {
      const double at_m = (i + 0.5) * length_m / pieces;
      while (leg + 1 < along.size() && along[leg] < at_m) ++leg;
      const double leg_m = along[leg] - along[leg - 1];
      const double part = leg_m > 0 ? (at_m - along[leg - 1]) / leg_m : 0;
      PointRow row;
      row.id = format("{}#{}", id_, ++pieces_);
      row.kind = "road";
      row.position = between(line[leg - 1], line[leg], part);
      row.length_m = length_m / pieces;
      row.road = road_;
      row.place = place_;
      out_.rows.push_back(std::move(row));
    }
  }

  PointList& out_;
  double spacing_m_;
  std::size_t road_ = 0;
  std::size_t pieces_ = 0;
  std::string id_;
  std::string place_;
};

void read_geojson_roads(std::string_view text, std::string_view name, PointList& out,
                        Roads& roads) {
  const Status done = geo::for_each_feature(
      text, name, [&](std::size_t index, const Result<geo::Feature>& feature) {
        if (!feature) {
          out.problems.errors.push_back(feature.error());
          ++out.left_out;
          return;
        }
        Label label = {feature->text("name_zh"), feature->text("name_en")};
        if (label.empty()) label.zh = label.en = feature->text("name");
        std::string id = feature->id;
        if (id.empty()) id = feature->text("id");
        if (id.empty()) id = format("road-{}", index + 1);
        roads.add(feature->geometry, id, label, format("{}#/features/{}", name, index));
      });
  if (!done) out.problems.errors.push_back(done.error());
}

void add_wkt(std::string_view wkt, const std::string& id, const Label& label,
             const std::string& place, PointList& out, Roads& roads) {
  const auto geometry = geo::parse_wkt(wkt);
  const geo::Box box = geometry ? geo::bounds(*geometry) : geo::Box{};
  if (!geometry) {
    out.problems.error(place, geometry.error().message);
    ++out.left_out;
  } else if (box.min_x < -180 || box.max_x > 180 || box.min_y < -90 || box.max_y > 90) {
    out.problems.error(place,
                       "coordinates are outside the range of degrees; longitude comes "
                       "first, and projected ones are not read");
    ++out.left_out;
  } else {
    roads.add(*geometry, id, label, place);
  }
}

void read_wkt_roads(std::string_view text, std::string_view name, PointList& out, Roads& roads) {
  std::size_t line = 0;
  for (const std::string_view raw : split(text, '\n')) {
    ++line;
    const std::string_view wkt = trim(raw);
    if (wkt.empty()) continue;
    add_wkt(wkt, format("road-{}", line), {}, format("{}:{}", name, line), out, roads);
  }
}

void read_csv_roads(std::string_view text, std::string_view name, PointList& out, Roads& roads) {
  model::CsvRows rows(text, name, out.problems);
  if (!rows.begin({})) return;
  const std::size_t wkt = find_column(rows, {"wkt", "geometry", "geom"});
  const std::size_t id = find_column(rows, {"id", "code", "ref"});
  const std::size_t label = find_column(rows, {"name", "name_zh", "名称", "路名"});
  if (wkt == model::CsvRows::none) {
    out.problems.error(format("{}:1", name), "roads are GeoJSON, WKT, or CSV with a column wkt");
    return;
  }
  while (rows.next()) {
    const std::string text_id(rows.at(id));
    const std::string text_name(rows.at(label));
    add_wkt(rows.at(wkt), text_id.empty() ? format("road-{}", out.roads.size() + 1) : text_id,
            {text_name, text_name}, rows.place(), out, roads);
  }
  out.left_out += rows.mistakes();
  rows.finish();
}

std::string_view without_bom(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  return text;
}

}  // namespace

PointList read_points(std::string_view text, std::string_view name) {
  PointList out;
  model::CsvRows rows(text, name, out.problems);
  if (!rows.begin({})) return out;
  const std::size_t lon = find_column(rows, {"lon", "longitude", "lng", "经度"});
  const std::size_t lat = find_column(rows, {"lat", "latitude", "纬度"});
  const std::size_t id = find_column(rows, {"id", "code", "编号", "代码"});
  const std::size_t zh = find_column(rows, {"name_zh", "name", "名称", "村名"});
  const std::size_t en = find_column(rows, {"name_en"});
  const std::size_t kind = find_column(rows, {"kind", "type", "类型"});
  const std::size_t estimated = find_column(rows, {"estimated"});
  for (const auto& [column, what] : {std::pair{lon, "longitude (lon)"}, {lat, "latitude (lat)"}}) {
    if (column != model::CsvRows::none) continue;
    out.problems.error(format("{}:1", name), format("there is no column for the {}", what));
    return out;
  }
  while (rows.next()) {
    const auto position = parse_position(rows.at(lon), rows.at(lat));
    if (!position) {
      rows.error(position.error().message);
      continue;
    }
    PointRow row;
    row.place = rows.place();
    row.id = rows.at(id);
    row.name = {std::string(rows.at(zh)), std::string(rows.at(en))};
    if (row.id.empty()) {
      row.id = row.name.empty() ? "row " + row.place.substr(row.place.rfind(':') + 1)
                                : row.name.in(Language::zh);
    }
    row.kind = rows.at(kind);
    row.position = *position;
    row.estimated = rows.at(estimated) == "true";
    out.rows.push_back(std::move(row));
  }
  out.left_out = rows.mistakes();
  rows.finish();
  return out;
}

PointList read_roads(std::string_view text, std::string_view name, double spacing_m) {
  PointList out;
  if (!(spacing_m >= 1)) {
    out.problems.error("--spacing", "samples of a road are at least 1 m apart");
    return out;
  }
  Roads roads(out, spacing_m);
  text = without_bom(text);
  const std::string_view start = trim(text);
  std::size_t letters = 0;
  while (letters < start.size() && std::isalpha(static_cast<unsigned char>(start[letters]))) {
    ++letters;
  }
  const std::string_view after = trim(start.substr(letters).substr(0, 8));
  if (start.starts_with('{')) {
    read_geojson_roads(text, name, out, roads);
  } else if (geo::is_wkt_tag(start.substr(0, letters)) &&
             (after.starts_with('(') || after.starts_with('Z') || after.starts_with('M'))) {
    read_wkt_roads(text, name, out, roads);
  } else {
    read_csv_roads(text, name, out, roads);
  }
  return out;
}

}  // namespace cairn::app
