// SPDX-License-Identifier: Apache-2.0
#include "geo/detail/terrain_sample.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace cairn::geo::detail {
namespace {

constexpr double node_spacing_m = 500;
constexpr double node_spacing_posts = 16;
constexpr double polar_deg = 85;
// Pixels of one read; a block that needs more is cut.
constexpr double window_pixels = 4e6;

std::uint32_t intervals(std::uint32_t posts, double spacing) {
  return std::max<std::uint32_t>(
      1, static_cast<std::uint32_t>(std::ceil((static_cast<double>(posts) - 1) / spacing)));
}

// The pixels that the posts of a mesh need, or nothing.
bool window_of(std::span<const RasterPlace> places, const Footprint& footprint,
               RasterWindow& window) {
  double left = INFINITY;
  double right = -INFINITY;
  double top = INFINITY;
  double bottom = -INFINITY;
  for (const RasterPlace& place : places) {
    if (!std::isfinite(place.column)) continue;
    left = std::min(left, place.column);
    right = std::max(right, place.column);
    top = std::min(top, place.row);
    bottom = std::max(bottom, place.row);
  }
  if (left > right) return false;
  // One pixel beyond for rounding.
  left = std::floor(left - footprint.columns_each_side - 0.5) - 1;
  right = std::ceil(right + footprint.columns_each_side + 0.5) + 1;
  top = std::floor(top - footprint.rows_each_side - 0.5) - 1;
  bottom = std::ceil(bottom + footprint.rows_each_side + 0.5) + 1;
  window.column = static_cast<std::int64_t>(left);
  window.row = static_cast<std::int64_t>(top);
  window.columns = static_cast<std::uint32_t>(std::min(right - left + 1, 4e9));
  window.rows = static_cast<std::uint32_t>(std::min(bottom - top + 1, 4e9));
  return true;
}

PostRect part_of(const PostRect& rect, std::uint32_t column, std::uint32_t row,
                 std::uint32_t columns, std::uint32_t rows) {
  return {rect.column + column, rect.row + row, columns, rows};
}

// Calls put(index in the whole rectangle, window, place) for the posts of `part` that the mosaic
// reaches. `whole` is what the output covers; parts of it are cut until a window is small enough.
template <class Put>
Status visit(const RasterMosaic& mosaic, const Footprint& footprint, const PostFrame& frame,
             const PostMesh& mesh, const PostRect& whole, const Put& put) {
  const PostRect& rect = mesh.rect();
  std::vector<RasterPlace> places(mesh.nodes().size());
  mosaic.places(mesh.nodes(), places);
  RasterWindow window;
  if (!window_of(places, footprint, window) || !mosaic.covers(window)) return {};
  if (double{1} * window.columns * window.rows > window_pixels && rect.size() > 1) {
    const bool wide = rect.columns >= rect.rows;
    const std::uint32_t half = (wide ? rect.columns : rect.rows) / 2;
    const PostRect first = part_of(rect, 0, 0, wide ? half : rect.columns, wide ? rect.rows : half);
    const PostRect second = wide ? part_of(rect, half, 0, rect.columns - half, rect.rows)
                                 : part_of(rect, 0, half, rect.columns, rect.rows - half);
    auto done = visit(mosaic, footprint, frame, PostMesh(frame, first), whole, put);
    if (done) done = visit(mosaic, footprint, frame, PostMesh(frame, second), whole, put);
    return done;
  }
  if (double{1} * window.columns * window.rows > 16 * window_pixels) {
    return fail(Code::unsupported,
                "the cells are too coarse for this raster: use coarser relief or smaller cells",
                mosaic.first().path);
  }
  if (auto read = mosaic.read(window); !read) return read;
  const std::size_t stride = mesh.nodes_across();
  for (std::uint32_t row = 0; row < rect.rows; ++row) {
    for (std::uint32_t column = 0; column < rect.columns; ++column) {
      const PostMesh::Spot spot = mesh.spot(column, row);
      const RasterPlace* above = places.data() + spot.node;
      const RasterPlace* below = above + stride;
      const auto between = [&](double RasterPlace::*axis) {
        const double upper = above[0].*axis + spot.right * (above[1].*axis - above[0].*axis);
        const double lower = below[0].*axis + spot.right * (below[1].*axis - below[0].*axis);
        return upper + spot.down * (lower - upper);
      };
      const RasterPlace place{between(&RasterPlace::column), between(&RasterPlace::row)};
      if (!std::isfinite(place.column) || !std::isfinite(place.row)) continue;
      put(std::size_t{rect.row - whole.row + row} * whole.columns + rect.column - whole.column +
              column,
          window, place);
    }
  }
  return {};
}

}  // namespace

PostMesh::PostMesh(const PostFrame& frame, const PostRect& rect) : rect_(rect) {
  const auto node_at = [&](double column, double row) {
    Point p = frame.plane.inverse({frame.west_m + (rect.column + column) * frame.cell_m,
                                   frame.north_m - (rect.row + row) * frame.cell_m});
    p.x = frame.plane.origin().x + std::remainder(p.x - frame.plane.origin().x, 360);
    return p;
  };
  double spacing = std::clamp(std::floor(node_spacing_m / frame.cell_m), 1.0, node_spacing_posts);
  for (const double column : {0.0, rect.columns - 1.0}) {
    for (const double row : {0.0, rect.rows - 1.0}) {
      if (std::abs(node_at(column, row).y) > polar_deg) spacing = 1;
    }
  }
  across_ = intervals(rect.columns, spacing);
  down_ = intervals(rect.rows, spacing);
  nodes_.reserve(std::size_t{across_ + 1} * (down_ + 1));
  for (std::uint32_t j = 0; j <= down_; ++j) {
    for (std::uint32_t i = 0; i <= across_; ++i) {
      nodes_.push_back(node_at((rect.columns - 1.0) * i / across_, (rect.rows - 1.0) * j / down_));
    }
  }
}

PostMesh::Spot PostMesh::spot(std::uint32_t column, std::uint32_t row) const {
  const double x = rect_.columns > 1 ? double{1} * column * across_ / (rect_.columns - 1) : 0;
  const double y = rect_.rows > 1 ? double{1} * row * down_ / (rect_.rows - 1) : 0;
  const auto i = std::min(static_cast<std::uint32_t>(x), across_ - 1);
  const auto j = std::min(static_cast<std::uint32_t>(y), down_ - 1);
  return {std::size_t{j} * (across_ + 1) + i, x - i, y - j};
}

Point PostMesh::position(std::uint32_t column, std::uint32_t row) const {
  const Spot at = spot(column, row);
  const Point* above = nodes_.data() + at.node;
  const Point* below = above + nodes_across();
  const auto between = [&](double Point::*axis) {
    const double upper = above[0].*axis + at.right * (above[1].*axis - above[0].*axis);
    const double lower = below[0].*axis + at.right * (below[1].*axis - below[0].*axis);
    return upper + at.down * (lower - upper);
  };
  return {between(&Point::x), between(&Point::y)};
}

Footprint footprint(const RasterMosaic& mosaic, const PostFrame& frame) {
  const Point origin = frame.plane.origin();
  std::array<Point, 3> positions = {origin, frame.plane.inverse({frame.cell_m, 0}),
                                    frame.plane.inverse({0, frame.cell_m})};
  for (Point& p : positions) p.x = origin.x + std::remainder(p.x - origin.x, 360);
  std::array<RasterPlace, 3> at;
  mosaic.places(positions, at);
  const Footprint out{0.5 * std::hypot(at[1].column - at[0].column, at[2].column - at[0].column),
                      0.5 * std::hypot(at[1].row - at[0].row, at[2].row - at[0].row)};
  if (std::abs(origin.y) <= polar_deg && std::isfinite(out.columns_each_side)) return out;
  const double half = 0.5 * frame.cell_m / mosaic.first().cell_m;
  return {half, half};
}

Result<std::size_t> sample_heights(const RasterMosaic& mosaic, const Footprint& footprint,
                                   const PostFrame& frame, const PostMesh& mesh,
                                   std::span<float> out) {
  const bool averaged = footprint.averaged();
  const double columns = std::max(0.5, footprint.columns_each_side);
  const double rows = std::max(0.5, footprint.rows_each_side);
  std::size_t written = 0;
  const auto done =
      visit(mosaic, averaged ? Footprint{columns, rows} : Footprint{}, frame, mesh, mesh.rect(),
            [&](std::size_t i, const RasterWindow& window, RasterPlace place) {
              if (!std::isnan(out[i])) return;
              const float value =
                  averaged ? average(window, place, columns, rows) : interpolate(window, place);
              if (!std::isfinite(value)) return;
              out[i] = value;
              ++written;
            });
  if (!done) return fail(done.error());
  return written;
}

Result<std::size_t> sample_classes(const RasterMosaic& mosaic, const Footprint& footprint,
                                   const PostFrame& frame, const PostMesh& mesh,
                                   std::span<std::uint8_t> out) {
  const Footprint box = footprint.averaged() ? footprint : Footprint{};
  std::size_t written = 0;
  const auto done = visit(mosaic, box, frame, mesh, mesh.rect(),
                          [&](std::size_t i, const RasterWindow& window, RasterPlace place) {
                            if (out[i] != 0) return;
                            const int code = most_frequent(window, place, box.columns_each_side,
                                                           box.rows_each_side);
                            if (code <= 0) return;
                            out[i] = static_cast<std::uint8_t>(code);
                            ++written;
                          });
  if (!done) return fail(done.error());
  return written;
}

}  // namespace cairn::geo::detail
