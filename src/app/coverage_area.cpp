// SPDX-License-Identifier: Apache-2.0
#include "app/coverage_area.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"

namespace cairn::app {
namespace {

constexpr double farthest_m = 800'000;  // of the middle of all sites; a plane reaches 1,000 km
constexpr std::size_t most_pixels = 400'000'000;  // 17 B each: 7 GB

double wrapped(double lon_deg) {
  return lon_deg >= 180 ? lon_deg - 360 : lon_deg < -180 ? lon_deg + 360 : lon_deg;
}

// Longitudes may be counted from the first one, so that 179.9 and -179.9 are neighbours.
double beside(double lon_deg, double origin_deg) {
  return origin_deg + wrapped(lon_deg - origin_deg);
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

geo::TerrainArea widened(const geo::TerrainArea& area, double margin_m) {
  const double degree_m = 111'000;
  const double lat = margin_m / degree_m;
  const double farthest = std::max(std::abs(area.south_deg), std::abs(area.north_deg)) + lat;
  const double lon = margin_m / (degree_m * std::max(0.01, std::cos(farthest * M_PI / 180)));
  return {wrapped(area.west_deg - lon), std::max(-90.0, area.south_deg - lat),
          wrapped(area.east_deg + lon), std::min(90.0, area.north_deg + lat)};
}

bool holds(const geo::TerrainArea& area, geo::Point position) {
  const double width = area.east_deg - area.west_deg + (area.east_deg <= area.west_deg ? 360 : 0);
  double east_of = position.x - area.west_deg;
  if (east_of < 0) east_of += 360;
  return east_of <= width && position.y >= area.south_deg && position.y <= area.north_deg;
}

std::optional<geo::TerrainArea> area_of(std::span<const geo::Point> positions, double margin_m) {
  if (positions.empty()) return {};
  geo::Box box;
  for (const geo::Point p : positions) box.add(geo::Point{beside(p.x, positions[0].x), p.y});
  return widened({wrapped(box.min_x), box.min_y, wrapped(box.max_x), box.max_y}, margin_m);
}

geo::Point middle_of(std::span<const geo::Point> positions) {
  std::vector<double> lon;
  std::vector<double> lat;
  for (const geo::Point p : positions) {
    lon.push_back(beside(p.x, positions[0].x));
    lat.push_back(p.y);
  }
  return {wrapped(median(std::move(lon))), median(std::move(lat))};
}

std::string far_from(geo::Point middle, geo::Point position) {
  const double away_m = geo::distance_m(middle, position);
  if (away_m <= farthest_m) return {};
  const bool swapped =
      std::abs(position.x) <= 90 && geo::distance_m(middle, {position.y, position.x}) <= farthest_m;
  return format("{},{} is {:.0f} km from the middle of the others{}", number_text(position.x),
                number_text(position.y), away_m / 1000,
                swapped ? "; longitude and latitude look swapped" : "");
}

Result<radio::MapFrame> frame_of(const geo::TerrainGrid& terrain, const geo::TerrainArea& area,
                                 double cell_m) {
  // The edges of the area are curves in the plane: some points of each.
  geo::Box box;
  const double width = area.east_deg - area.west_deg + (area.east_deg <= area.west_deg ? 360 : 0);
  for (int i = 0; i <= 16; ++i) {
    for (const double lat : {area.south_deg, area.north_deg}) {
      const auto at = terrain.plane.forward({wrapped(area.west_deg + i * width / 16), lat});
      if (at) box.add(geo::Point{at->x_m, at->y_m});
    }
    const double lat = area.south_deg + i * (area.north_deg - area.south_deg) / 16;
    for (const double lon : {area.west_deg, area.east_deg}) {
      const auto at = terrain.plane.forward({lon, lat});
      if (at) box.add(geo::Point{at->x_m, at->y_m});
    }
  }
  const double east_m = terrain.west_m + (terrain.columns - 1) * terrain.cell_m;
  const double south_m = terrain.north_m - (terrain.rows - 1) * terrain.cell_m;
  const double west = std::ceil(std::max(box.min_x, terrain.west_m) / cell_m);
  const double east = std::floor(std::min(box.max_x, east_m) / cell_m);
  const double south = std::ceil(std::max(box.min_y, south_m) / cell_m);
  const double north = std::floor(std::min(box.max_y, terrain.north_m) / cell_m);
  if (box.empty() || east < west || north < south) {
    return fail(Code::invalid, "the area lies beside the terrain");
  }
  const double pixels = (east - west + 1) * (north - south + 1);
  if (pixels > static_cast<double>(most_pixels)) {
    return fail(Code::too_large,
                format("{:.0f} million pixels; a greater --cell or a smaller --area makes fewer "
                       "(at most {} million)",
                       pixels / 1e6, most_pixels / 1'000'000));
  }
  return radio::MapFrame{west * cell_m, north * cell_m, cell_m,
                         static_cast<std::uint32_t>(east - west + 1),
                         static_cast<std::uint32_t>(north - south + 1)};
}

}  // namespace cairn::app
