// SPDX-License-Identifier: Apache-2.0
#include "server/coverage_paint.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "core/text.hpp"
#include "geo/png.hpp"

namespace cairn::server {
namespace {

constexpr std::uint32_t node_pixels = 16;

geo::Point from_mercator(double x, double y) {
  const double latitude = std::atan(std::sinh(std::numbers::pi * (1 - 2 * y)));
  return {x * 360 - 180, latitude * 180 / std::numbers::pi};
}

// The nodes of the grid in the plane; NaN out of its reach.
struct Nodes {
  std::uint32_t columns = 0;
  std::vector<geo::PlanePoint> at;

  Nodes(const geo::LocalPlane& plane, const geo::Box& box, std::uint32_t width,
        std::uint32_t height)
      : columns(width / node_pixels + 2) {
    const std::uint32_t rows = height / node_pixels + 2;
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    for (std::uint32_t r = 0; r < rows; ++r) {
      for (std::uint32_t c = 0; c < columns; ++c) {
        const double x = box.min_x + (box.max_x - box.min_x) * (c * node_pixels) / width;
        const double y = box.min_y + (box.max_y - box.min_y) * (r * node_pixels) / height;
        at.push_back(plane.forward(from_mercator(x, y)).value_or(geo::PlanePoint{nan, nan}));
      }
    }
  }
  geo::PlanePoint pixel(std::uint32_t column, std::uint32_t row) const {
    const double u = (column % node_pixels + 0.5) / node_pixels;
    const double v = (row % node_pixels + 0.5) / node_pixels;
    const std::size_t first = std::size_t{row / node_pixels} * columns + column / node_pixels;
    const geo::PlanePoint& a = at[first];
    const geo::PlanePoint& b = at[first + 1];
    const geo::PlanePoint& c = at[first + columns];
    const geo::PlanePoint& d = at[first + columns + 1];
    const auto mix = [&](double p, double q, double r, double s) {
      return (p * (1 - u) + q * u) * (1 - v) + (r * (1 - u) + s * u) * v;
    };
    return {mix(a.x_m, b.x_m, c.x_m, d.x_m), mix(a.y_m, b.y_m, c.y_m, d.y_m)};
  }
};

}  // namespace

std::string hex_colour(Rgba c) {
  return format("#{:02x}{:02x}{:02x}", c.r, c.g, c.b);
}

const std::array<LevelClass, 4>& level_classes() {
  static const std::array<LevelClass, 4> classes{{
      {"strong", {"强", "strong"}, 15, {0x54, 0x27, 0x88, 255}, {0xe6, 0xd5, 0xf5, 255}},
      {"enough", {"够用", "sufficient"}, 0, {0x99, 0x8e, 0xc3, 255}, {0xa8, 0x88, 0xd0, 255}},
      {"weak", {"弱", "weak"}, -10, {0xd8, 0xda, 0xeb, 255}, {0x5b, 0x44, 0x80, 255}},
      {"none", {"无", "none"}, 0, {}, {}},
  }};
  return classes;
}

std::size_t level_class(double rsrp_dbm, double threshold_dbm) {
  const auto& classes = level_classes();
  std::size_t i = 0;
  while (i + 1 < classes.size() && !(rsrp_dbm >= threshold_dbm + classes[i].over_threshold_db)) {
    ++i;
  }
  return i;
}

const std::array<ChangeClass, 3>& change_classes() {
  static const std::array<ChangeClass, 3> classes{{
      {"gained", {"新增覆盖", "newly covered"}, {0x00, 0x6d, 0x5b, 255}},
      {"better", {"改善 6 dB 以上", "6 dB better or more"}, {0x6f, 0xc2, 0xae, 255}},
      {"already", {"原已覆盖", "covered before"}, {0xc9, 0xc5, 0xbd, 255}},
  }};
  return classes;
}

Result<std::string> paint(const geo::LocalPlane& plane, const geo::Box& mercator,
                          std::uint32_t width, std::uint32_t height,
                          const std::function<Rgba(geo::PlanePoint)>& colour) {
  const Nodes nodes(plane, mercator, width, height);
  std::vector<std::uint8_t> rgba(std::size_t{width} * height * 4);
  std::size_t i = 0;
  for (std::uint32_t row = 0; row < height; ++row) {
    for (std::uint32_t column = 0; column < width; ++column, i += 4) {
      const geo::PlanePoint at = nodes.pixel(column, row);
      if (!std::isfinite(at.x_m) || !std::isfinite(at.y_m)) continue;
      const Rgba c = colour(at);
      rgba[i] = c.r;
      rgba[i + 1] = c.g;
      rgba[i + 2] = c.b;
      rgba[i + 3] = c.a;
    }
  }
  return geo::encode_png(width, height, rgba);
}

double sample_frame(const radio::MapFrame& frame, geo::PlanePoint at, double floor,
                    const std::function<double(std::size_t)>& value) {
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  const double x = (at.x_m - frame.west_m) / frame.cell_m;
  const double y = (frame.north_m - at.y_m) / frame.cell_m;
  // Half a pixel around the outer centres belongs to them.
  if (!(x >= -0.5 && y >= -0.5 && x <= frame.columns - 0.5 && y <= frame.rows - 0.5)) return nan;
  const auto inside = [](double v, std::uint32_t count) {
    return static_cast<std::size_t>(std::clamp(v, 0.0, count - 1.0));
  };
  const auto get = [&](double column, double row) {
    return value(inside(row, frame.rows) * frame.columns + inside(column, frame.columns));
  };
  if (std::isnan(get(std::round(x), std::round(y)))) return nan;
  const auto heard = [&](double v) { return std::isnan(v) ? floor : v; };
  const double left = std::floor(x);
  const double top = std::floor(y);
  const double u = x - left;
  const double v = y - top;
  const double upper = heard(get(left, top)) * (1 - u) + heard(get(left + 1, top)) * u;
  const double lower = heard(get(left, top + 1)) * (1 - u) + heard(get(left + 1, top + 1)) * u;
  return upper * (1 - v) + lower * v;
}

std::string png_address(std::string_view png) {
  static constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out = "data:image/png;base64,";
  for (std::size_t i = 0; i < png.size(); i += 3) {
    std::uint32_t three = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      three = three << 8 | (i + k < png.size() ? static_cast<unsigned char>(png[i + k]) : 0U);
    }
    for (std::size_t k = 0; k < 4; ++k) {
      out += i + k <= png.size() ? digits[three >> (18 - 6 * k) & 63] : '=';
    }
  }
  return out;
}

}  // namespace cairn::server
