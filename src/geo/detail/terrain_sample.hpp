// SPDX-License-Identifier: Apache-2.0
// From a mosaic in its own coordinates to the posts of a metric grid.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "geo/geometry.hpp"
#include "geo/plane.hpp"
#include "geo/raster_mosaic.hpp"

namespace cairn::geo::detail {

// Where the posts of a terrain lie.
struct PostFrame {
  LocalPlane plane;
  double west_m = 0;
  double north_m = 0;
  double cell_m = 0;
  std::uint32_t columns = 0;
  std::uint32_t rows = 0;
};

struct PostRect {
  std::uint32_t column = 0;
  std::uint32_t row = 0;
  std::uint32_t columns = 0;
  std::uint32_t rows = 0;

  std::size_t size() const { return std::size_t{columns} * rows; }
};

// Positions of posts: exact at the nodes of a mesh, in between linear. Nodes are at most 500 m and
// 16 posts apart, which keeps a post within 0.01 m of its place up to 70 degrees of latitude (0.05
// m up to 85); nearer to the poles every post is a node.
class PostMesh {
 public:
  PostMesh(const PostFrame& frame, const PostRect& rect);

  const PostRect& rect() const { return rect_; }
  // Longitudes go on beyond 180 degrees, within half a turn of the plane's origin.
  std::span<const Point> nodes() const { return nodes_; }

  // Nodes around a post, counted from the rectangle's corner, and the weights of right and lower.
  struct Spot {
    std::size_t node = 0;
    double right = 0;
    double down = 0;
  };
  Spot spot(std::uint32_t column, std::uint32_t row) const;
  std::size_t nodes_across() const { return across_ + 1; }
  Point position(std::uint32_t column, std::uint32_t row) const;

 private:
  PostRect rect_;
  std::uint32_t across_ = 1;  // intervals
  std::uint32_t down_ = 1;
  std::vector<Point> nodes_;
};

// How a mosaic is read for a frame: half the width of a post's cell in its pixels.
struct Footprint {
  double columns_each_side = 0;
  double rows_each_side = 0;
  // The cell is much coarser than the pixels: its mean is taken, not the value in its middle.
  bool averaged() const { return columns_each_side >= 0.75 || rows_each_side >= 0.75; }
};
Footprint footprint(const RasterMosaic& mosaic, const PostFrame& frame);

// Writes the heights of posts that have none (NaN) yet; `out` has rows of rect.columns values.
// Gives how many it wrote.
Result<std::size_t> sample_heights(const RasterMosaic& mosaic, const Footprint& footprint,
                                   const PostFrame& frame, const PostMesh& mesh,
                                   std::span<float> out);
// The same for classes; 0 is unknown.
Result<std::size_t> sample_classes(const RasterMosaic& mosaic, const Footprint& footprint,
                                   const PostFrame& frame, const PostMesh& mesh,
                                   std::span<std::uint8_t> out);

}  // namespace cairn::geo::detail
