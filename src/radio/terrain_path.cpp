// SPDX-License-Identifier: Apache-2.0
#include "radio/terrain_path.hpp"

#include <fmt/format.h>

#include <cmath>

namespace cairn::radio {
namespace {

// More would be finer than any terrain over the longest path that a model takes.
constexpr double most_intervals = 1'000'000;

Status unknown_place(const geo::TerrainGrid& terrain, geo::PlanePoint at, double distance_m) {
  geo::Point position = terrain.plane.inverse(at);
  double column = (at.x_m - terrain.west_m) / terrain.cell_m;
  double row = (terrain.north_m - at.y_m) / terrain.cell_m;
  bool outside =
      !(column >= 0 && row >= 0 && column <= terrain.columns - 1.0 && row <= terrain.rows - 1.0);
  return fail(
      outside ? Code::invalid : Code::not_found,
      fmt::format("{} at longitude {:.6f}, latitude {:.6f}, {:.3f} km along the path; {}",
                  outside ? "the terrain ends" : "the terrain has no height", position.x,
                  position.y, distance_m / 1000,
                  outside ? "prepare a larger one, or check that longitude comes before latitude"
                          : "fill the hole with a second source"));
}

}  // namespace

Status sample_path(const geo::TerrainGrid& terrain, geo::PlanePoint from, geo::PlanePoint to,
                   double step_m, TerrainPath& out) {
  double east_m = to.x_m - from.x_m;
  double north_m = to.y_m - from.y_m;
  double length_m = std::sqrt(east_m * east_m + north_m * north_m);
  if (!std::isfinite(length_m)) return fail(Code::invalid, "an end of the path is not a number");
  // A length that is a multiple of the step but for rounding gets no interval more.
  double intervals = std::ceil(length_m / step_m * (1 - 1e-12));
  if (!(step_m > 0 && intervals <= most_intervals)) {
    return fail(Code::invalid, fmt::format("a path of {:.0f} m in steps of {} m: steps must be "
                                           "above 0 and at most {:.0f} to a path",
                                           length_m, step_m, most_intervals));
  }
  if (terrain.columns < 2 || terrain.rows < 2) {
    return fail(Code::invalid, "the terrain has fewer than two columns or rows");
  }
  auto last = static_cast<std::size_t>(intervals);
  bool with_clutter = !terrain.clutter_half_metres.empty();
  out.distance_km.resize(last + 1);
  out.terrain_m.resize(last + 1);
  out.clutter_m.resize(with_clutter ? last + 1 : 0);
  for (std::size_t i = 0; i <= last; ++i) {
    double part = last == 0 ? 0 : static_cast<double>(i) / intervals;
    // The far end exactly: from + (to - from) may miss it by a rounding.
    geo::PlanePoint at = i == last && last > 0
                             ? to
                             : geo::PlanePoint{from.x_m + part * east_m, from.y_m + part * north_m};
    std::optional<double> height = terrain.height_m(at);
    if (!height) return unknown_place(terrain, at, part * length_m);
    out.distance_km[i] = part * length_m / 1000;
    out.terrain_m[i] = *height;
    if (with_clutter) out.clutter_m[i] = terrain.clutter_m(at);
  }
  return {};
}

}  // namespace cairn::radio
