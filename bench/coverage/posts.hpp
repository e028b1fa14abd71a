// SPDX-License-Identifier: Apache-2.0
// Two by two degrees of heights at 3 arc-seconds around a corner of the degree grid, as tiles for
// programs that read SRTM's files and as a grid in metres for ours.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "geo/terrain.hpp"

namespace cairn::bench {

struct Posts {
  static constexpr int per_degree = 1200;
  static constexpr int side = 2 * per_degree + 1;  // posts on the edges belong to both neighbours

  int south_deg = 0;
  int west_deg = 0;
  std::vector<std::int16_t> height_m;  // side * side, row 0 is the northernmost

  geo::Point middle() const { return {west_deg + 1.0, south_deg + 1.0}; }
  double nearest_m(double longitude_deg, double latitude_deg) const;
  double bilinear_m(double longitude_deg, double latitude_deg) const;
};

// Hills from 200 to 1,900 m out of sines and noise: when there is no tile at hand.
Posts made_up_posts();
// One real tile (.hgt or .hgt.gz of 3 arc-seconds), mirrored over its northern and eastern edges.
Result<Posts> mirrored_posts(const std::string& hgt_path);

// Four .hgt files in `directory`; returns their paths.
Result<std::vector<std::string>> write_tiles(const Posts& posts, const std::string& directory);

// Bilinear on a square of `half_m` around the middle. The grid is a view of `heights`.
geo::TerrainGrid metric_grid(const Posts& posts, double half_m, double cell_m,
                             std::vector<std::uint16_t>& heights);

}  // namespace cairn::bench
