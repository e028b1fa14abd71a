// SPDX-License-Identifier: Apache-2.0
#include "posts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numbers>
#include <random>

#include "core/seams.hpp"

namespace cairn::bench {
namespace {

constexpr int tile_side = Posts::per_degree + 1;

std::string tile_name(int south_deg, int west_deg) {
  return fmt::format("N{:02}E{:03}.hgt", south_deg, west_deg);
}

}  // namespace

double Posts::nearest_m(double longitude_deg, double latitude_deg) const {
  auto column = std::lround((longitude_deg - west_deg) * per_degree);
  auto row = std::lround((south_deg + 2 - latitude_deg) * per_degree);
  column = std::clamp<long>(column, 0, side - 1);
  row = std::clamp<long>(row, 0, side - 1);
  return height_m[static_cast<std::size_t>(row * side + column)];
}

double Posts::bilinear_m(double longitude_deg, double latitude_deg) const {
  double x = std::clamp((longitude_deg - west_deg) * per_degree, 0.0, side - 1.0);
  double y = std::clamp((south_deg + 2 - latitude_deg) * per_degree, 0.0, side - 1.0);
  int column = std::min(static_cast<int>(x), side - 2);
  int row = std::min(static_cast<int>(y), side - 2);
  const std::int16_t* top = &height_m[static_cast<std::size_t>(row) * side + column];
  const std::int16_t* bottom = top + side;
  double u = x - column;
  double v = y - row;
  return (1 - v) * ((1 - u) * top[0] + u * top[1]) + v * ((1 - u) * bottom[0] + u * bottom[1]);
}

Posts made_up_posts() {
  Posts posts{.south_deg = 28, .west_deg = 102, .height_m = {}};
  posts.height_m.resize(std::size_t{Posts::side} * Posts::side);
  std::mt19937 generator(5);
  constexpr int waves = 24;
  double wave[waves][3];
  for (int i = 0; i < waves; ++i) {
    double turn = 2 * std::numbers::pi * static_cast<double>(generator()) / 4294967296.0;
    double per_post = 0.004 * std::pow(1.22, i);
    wave[i][0] = per_post * std::cos(turn);
    wave[i][1] = per_post * std::sin(turn);
    wave[i][2] = 1.6 / per_post;
  }
  for (int row = 0; row < Posts::side; ++row) {
    for (int column = 0; column < Posts::side; ++column) {
      double sum = 1000 + static_cast<double>(generator() % 7);
      for (const auto& w : wave) sum += w[2] * std::sin(w[0] * column + w[1] * row + w[2]);
      posts.height_m[static_cast<std::size_t>(row) * Posts::side + column] =
          static_cast<std::int16_t>(std::max(sum, 200.0));
    }
  }
  return posts;
}

Result<Posts> mirrored_posts(const std::string& hgt_path) {
  Result<std::string> read = system_files()->read(hgt_path);
  if (!read) return fail(read.error());
  const std::string& bytes = *read;
  if (bytes.size() != std::size_t{tile_side} * tile_side * 2) {
    return fail(Code::invalid,
                fmt::format("{}: {} bytes are no tile of 3 arc-seconds", hgt_path, bytes.size()));
  }
  auto height = [&bytes](int row, int column) {
    std::size_t at = 2 * (static_cast<std::size_t>(row) * tile_side + column);
    int value =
        static_cast<unsigned char>(bytes[at]) << 8 | static_cast<unsigned char>(bytes[at + 1]);
    auto metres = static_cast<std::int16_t>(value);
    return metres < -500 ? std::int16_t{0} : metres;  // voids
  };
  Posts posts{.south_deg = 50, .west_deg = 10, .height_m = {}};
  for (int row = 0; row < Posts::side; ++row) {
    for (int column = 0; column < Posts::side; ++column) {
      int r = std::abs(row - Posts::per_degree);
      int c = Posts::per_degree - std::abs(column - Posts::per_degree);
      posts.height_m.push_back(height(r, c));
    }
  }
  return posts;
}

Result<std::vector<std::string>> write_tiles(const Posts& posts, const std::string& directory) {
  std::vector<std::string> paths;
  for (int north = 0; north < 2; ++north) {
    for (int east = 0; east < 2; ++east) {
      std::string path =
          directory + "/" + tile_name(posts.south_deg + north, posts.west_deg + east);
      std::ofstream file(path, std::ios::binary);
      for (int row = 0; row < tile_side; ++row) {
        for (int column = 0; column < tile_side; ++column) {
          std::size_t r = static_cast<std::size_t>(row + (1 - north) * Posts::per_degree);
          std::size_t c = static_cast<std::size_t>(column + east * Posts::per_degree);
          auto value = static_cast<std::uint16_t>(posts.height_m[r * Posts::side + c]);
          file.put(static_cast<char>(value >> 8));
          file.put(static_cast<char>(value & 255));
        }
      }
      if (!file.flush()) return fail(Code::io, "could not write " + path);
      paths.push_back(path);
    }
  }
  return paths;
}

geo::TerrainGrid metric_grid(const Posts& posts, double half_m, double cell_m,
                             std::vector<std::uint16_t>& heights) {
  geo::TerrainGrid grid;
  grid.plane = geo::LocalPlane(posts.middle());
  grid.cell_m = cell_m;
  grid.columns = grid.rows = 2 * static_cast<std::uint32_t>(half_m / cell_m) + 3;
  grid.west_m = -cell_m * (grid.columns / 2);
  grid.north_m = cell_m * (grid.rows / 2);
  grid.offset_m = -500;
  heights.resize(std::size_t{grid.columns} * grid.rows);
  for (std::uint32_t row = 0; row < grid.rows; ++row) {
    for (std::uint32_t column = 0; column < grid.columns; ++column) {
      geo::Point at =
          grid.plane.inverse({grid.west_m + column * cell_m, grid.north_m - row * cell_m});
      double sample = (posts.bilinear_m(at.x, at.y) - grid.offset_m) / grid.scale_m;
      heights[std::size_t{row} * grid.columns + column] =
          static_cast<std::uint16_t>(std::lround(std::max(sample, 0.0)));
    }
  }
  grid.heights = heights;
  return grid;
}

}  // namespace cairn::bench
