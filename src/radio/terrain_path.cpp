// SPDX-License-Identifier: Apache-2.0
#include "radio/terrain_path.hpp"

#include <fmt/format.h>

#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "radio/terrain_path.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "radio/detail/terrain_sampler.hpp"

namespace cairn::radio {
#ifndef CAIRN_TERRAIN_PATH_ENDS
#define CAIRN_TERRAIN_PATH_ENDS
// A path in equal intervals, the last point exactly at its end.
struct PathEnds {
  geo::PlanePoint from;
  geo::PlanePoint to;
  double east_m;
  double north_m;
  double length_m;
  std::size_t intervals;

  double part(std::size_t point) const {
    return intervals == 0 ? 0 : static_cast<double>(point) / static_cast<double>(intervals);
  }
  geo::PlanePoint at(std::size_t point) const {
    // from + (to - from) may miss the far end by a rounding.
    if (point == intervals && intervals > 0) return to;
    return {from.x_m + part(point) * east_m, from.y_m + part(point) * north_m};
  }
};
#endif
}  // namespace cairn::radio

HWY_BEFORE_NAMESPACE();
namespace cairn::radio::HWY_NAMESPACE {

// Fills points 0 .. intervals - 1, as many of them as make whole vectors; returns how many. What
// has no height is not a number.
std::size_t SamplePath(const geo::TerrainGrid& terrain, const PathEnds& path, TerrainPath& out) {
  Sampler sampler(terrain);
  bool with_clutter = !out.clutter_m.empty();
  V cell = same(terrain.cell_m);
  std::size_t i = 0;
  for (; i + width <= path.intervals; i += width) {
    V part =
        hn::Div(hn::Iota(lanes, static_cast<double>(i)), same(static_cast<double>(path.intervals)));
    V x = hn::Add(same(path.from.x_m), hn::Mul(part, same(path.east_m)));
    V y = hn::Add(same(path.from.y_m), hn::Mul(part, same(path.north_m)));
    V column = hn::Div(hn::Sub(x, same(terrain.west_m)), cell);
    V row = hn::Div(hn::Sub(same(terrain.north_m), y), cell);
    store(hn::Div(hn::Mul(part, same(path.length_m)), same(1000)), out.distance_km.data() + i);
    store(sampler.height_m(column, row), out.terrain_m.data() + i);
    if (with_clutter) store(sampler.clutter_m(column, row), out.clutter_m.data() + i);
  }
  return i;
}

}  // namespace cairn::radio::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
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

HWY_EXPORT(SamplePath);

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
  PathEnds path{from, to, east_m, north_m, length_m, static_cast<std::size_t>(intervals)};
  std::size_t points = path.intervals + 1;
  bool with_clutter = !terrain.clutter_half_metres.empty();
  out.distance_km.resize(points);
  out.terrain_m.resize(points);
  out.clutter_m.resize(with_clutter ? points : 0);
  // Offsets into the grid are 32 bits wide there, in bytes.
  bool small = std::size_t{terrain.columns} * terrain.rows <= std::size_t{1} << 30;
  std::size_t done = small ? HWY_DYNAMIC_DISPATCH(SamplePath)(terrain, path, out) : 0;
  for (std::size_t i = 0; i < done; ++i) {
    if (std::isnan(out.terrain_m[i])) {
      return unknown_place(terrain, path.at(i), path.part(i) * length_m);
    }
  }
  for (std::size_t i = done; i < points; ++i) {
    std::optional<double> height = terrain.height_m(path.at(i));
    if (!height) return unknown_place(terrain, path.at(i), path.part(i) * length_m);
    out.distance_km[i] = path.part(i) * length_m / 1000;
    out.terrain_m[i] = *height;
    if (with_clutter) out.clutter_m[i] = terrain.clutter_m(path.at(i));
  }
  return {};
}

}  // namespace cairn::radio
#endif
