// SPDX-License-Identifier: Apache-2.0
#include "geo/detail/warp.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/text.hpp"

namespace cairn::geo::detail {
namespace {

constexpr float unknown = std::numeric_limits<float>::quiet_NaN();
constexpr double rad_per_deg = std::numbers::pi / 180;
constexpr double mercator_radius_m = 6'378'137;  // EPSG:3857 takes the ellipsoid's for a sphere's
constexpr double mercator_deg = 85.06;
constexpr double metres_per_degree = 111'195;
constexpr std::uint64_t max_pixels = std::uint64_t{1} << 31;
// Positions in a row are exact at every so many pixels, in between linear: for 30 m off by less
// than a centimetre up to 70 degrees of latitude.
constexpr std::uint32_t node_spacing = 16;

Point project(Point p, RasterCrs crs) {
  if (crs == RasterCrs::lonlat) return p;
  return {mercator_radius_m * p.x * rad_per_deg,
          mercator_radius_m * std::asinh(std::tan(p.y * rad_per_deg))};
}

Point unproject(Point p, RasterCrs crs) {
  if (crs == RasterCrs::lonlat) return p;
  return {p.x / mercator_radius_m / rad_per_deg,
          std::atan(std::sinh(p.y / mercator_radius_m)) / rad_per_deg};
}

// Longitude and latitude of the frame's outer border, unbroken around its origin.
Box border_of(const PlaneFrame& frame) {
  constexpr int steps = 128;
  const double west = frame.west_m - 0.5 * frame.cell_m;
  const double north = frame.north_m + 0.5 * frame.cell_m;
  const double width = frame.columns * frame.cell_m;
  const double height = frame.rows * frame.cell_m;
  const double middle_deg = frame.plane.origin().x;
  Box box;
  for (int i = 0; i <= steps; ++i) {
    const double x = west + width * i / steps;
    const double y = north - height * i / steps;
    for (const PlanePoint at : {PlanePoint{x, north}, PlanePoint{x, north - height},
                                PlanePoint{west, y}, PlanePoint{west + width, y}}) {
      Point p = frame.plane.inverse(at);
      p.x = middle_deg + std::remainder(p.x - middle_deg, 360);
      box.add(p);
    }
  }
  return box;
}

bool holds_pole(const PlaneFrame& frame) {
  for (const double pole_deg : {90.0, -90.0}) {
    const auto at = frame.plane.forward({0, pole_deg});
    if (!at) continue;
    const double column = (at->x_m - frame.west_m) / frame.cell_m;
    const double row = (frame.north_m - at->y_m) / frame.cell_m;
    if (column >= -1 && column <= frame.columns && row >= -1 && row <= frame.rows) return true;
  }
  return false;
}

}  // namespace

Status check_frame(const PlaneFrame& frame) {
  const bool numbers = std::isfinite(frame.west_m) && std::isfinite(frame.north_m) &&
                       frame.plane.forward(frame.plane.origin()).has_value();
  if (!numbers || !(frame.cell_m > 0 && frame.cell_m <= 100'000) || frame.size() == 0 ||
      frame.size() > max_pixels) {
    return fail(Code::invalid, format("no map to write: {} x {} pixels of {} m", frame.columns,
                                      frame.rows, number_text(frame.cell_m)));
  }
  return {};
}

Result<WarpGrid> warp_grid(const PlaneFrame& frame, RasterCrs crs, std::uint32_t max_side) {
  if (auto fine = check_frame(frame); !fine) return fail(fine.error());
  WarpGrid grid{crs,
                frame.west_m - 0.5 * frame.cell_m,
                frame.north_m + 0.5 * frame.cell_m,
                frame.cell_m,
                frame.cell_m,
                frame.columns,
                frame.rows};
  if (crs == RasterCrs::plane) return grid;
  const Box border = border_of(frame);
  if (holds_pole(frame) ||
      (crs == RasterCrs::web_mercator &&
       std::max(std::abs(border.min_y), std::abs(border.max_y)) > mercator_deg)) {
    return fail(Code::unsupported, "so near to a pole only the plane's own projection is offered");
  }
  const double shrink = std::cos(0.5 * (border.min_y + border.max_y) * rad_per_deg);
  const Point low = project({border.min_x, border.min_y}, crs);
  const Point high = project({border.max_x, border.max_y}, crs);
  const double across = high.x - low.x;
  const double down = high.y - low.y;
  const bool degrees = crs == RasterCrs::lonlat;
  const double width = degrees ? frame.cell_m / metres_per_degree / shrink : frame.cell_m / shrink;
  const double height = degrees ? frame.cell_m / metres_per_degree : width;
  const double coarser = std::max({1.0, across / width / max_side, down / height / max_side});
  const double columns = std::ceil(across / (width * coarser) - 1e-9);
  const double rows = std::ceil(down / (height * coarser) - 1e-9);
  if (columns * rows > static_cast<double>(max_pixels)) {
    return fail(Code::too_large, "the map has too many pixels");
  }
  grid.west = low.x;
  grid.north = high.y;
  grid.width = width * coarser;
  grid.height = height * coarser;
  grid.columns = static_cast<std::uint32_t>(std::max(1.0, columns));
  grid.rows = static_cast<std::uint32_t>(std::max(1.0, rows));
  return grid;
}

void warp_row(const PlaneFrame& frame, const WarpGrid& grid, std::uint32_t row,
              std::span<RasterPlace> out) {
  constexpr double nowhere = std::numeric_limits<double>::quiet_NaN();
  const auto place_of = [&](std::uint32_t column) {
    const double x = grid.west + (column + 0.5) * grid.width;
    const double y = grid.north - (row + 0.5) * grid.height;
    const auto at = frame.plane.forward(unproject({x, y}, grid.crs));
    if (!at) return RasterPlace{nowhere, nowhere};
    return RasterPlace{(at->x_m - frame.west_m) / frame.cell_m,
                       (frame.north_m - at->y_m) / frame.cell_m};
  };
  RasterPlace from = place_of(0);
  out[0] = from;
  for (std::uint32_t begin = 0; begin + 1 < grid.columns; begin += node_spacing) {
    const std::uint32_t end = std::min(begin + node_spacing, grid.columns - 1);
    const RasterPlace to = place_of(end);
    for (std::uint32_t column = begin + 1; column <= end; ++column) {
      const double part = double{1} * (column - begin) / (end - begin);
      out[column] = {from.column + part * (to.column - from.column),
                     from.row + part * (to.row - from.row)};
    }
    from = to;
  }
}

float warp_value(const PlaneFrame& frame, const RasterLayer& layer, RasterPlace place) {
  const double nearest_column = std::floor(place.column + 0.5);
  const double nearest_row = std::floor(place.row + 0.5);
  if (!(nearest_column >= 0 && nearest_row >= 0 && nearest_column < frame.columns &&
        nearest_row < frame.rows)) {
    return unknown;
  }
  const auto value = [&](double column, double row) {
    return layer
        .values[static_cast<std::size_t>(row) * frame.columns + static_cast<std::size_t>(column)];
  };
  const float nearest = value(nearest_column, nearest_row);
  const double column = std::floor(place.column);
  const double row = std::floor(place.row);
  if (layer.categories || std::isnan(nearest) || column < 0 || row < 0 ||
      column + 1 >= frame.columns || row + 1 >= frame.rows) {
    return nearest;
  }
  const double u = place.column - column;
  const double v = place.row - row;
  const double upper = value(column, row) + u * (value(column + 1, row) - value(column, row));
  const double lower =
      value(column, row + 1) + u * (value(column + 1, row + 1) - value(column, row + 1));
  const double mixed = upper + v * (lower - upper);
  return std::isnan(mixed) ? nearest : static_cast<float>(mixed);
}

}  // namespace cairn::geo::detail
