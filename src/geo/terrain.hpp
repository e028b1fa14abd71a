// SPDX-License-Identifier: Apache-2.0
// Terrain as engines read it: one metric grid over a local plane, prepared once from any sources
// (see terrain_prepare.hpp) and mapped into memory afterwards. docs/formats/terrain.md has the
// bytes.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/seams.hpp"
#include "geo/plane.hpp"

namespace cairn::geo {

// A view; the memory belongs to whoever made it (PreparedTerrain, or a test's vector).
// Posts, not areas: sample (column, row) is the height at
//   x = west_m + column * cell_m,  y = north_m - row * cell_m      (row 0 is the northernmost).
struct TerrainGrid {
  static constexpr std::uint16_t missing = 0xffff;

  LocalPlane plane;
  std::uint32_t columns = 0;
  std::uint32_t rows = 0;
  double cell_m = 0;
  double west_m = 0;
  double north_m = 0;
  // height = offset_m + scale_m * sample. Scale and offset are multiples of a power of two (1/8 m
  // as a rule), so that heights are exact in float.
  double scale_m = 0.125;
  double offset_m = 0;
  std::span<const std::uint16_t> heights;  // rows * columns, row by row
  // Clutter of the cell around a post: empty, or rows * columns. Never interpolated.
  std::span<const std::uint8_t> clutter_class;        // a code of ClutterTable; 0: unknown
  std::span<const std::uint8_t> clutter_half_metres;  // representative height in steps of 0.5 m
  // The heights are those of a surface model: trees and buildings are in them already. Clutter
  // heights are 0 then; adding them once more would count them twice.
  bool surface = false;

  // Bilinear between four posts. Nothing outside, or where one of the four is missing.
  std::optional<double> height_m(PlanePoint at) const {
    const double column = (at.x_m - west_m) / cell_m;
    const double row = (north_m - at.y_m) / cell_m;
    if (!(column >= 0 && row >= 0 && column <= columns - 1.0 && row <= rows - 1.0)) return {};
    const auto c = std::min(static_cast<std::uint32_t>(column), columns - 2);
    const auto r = std::min(static_cast<std::uint32_t>(row), rows - 2);
    const std::uint16_t* top = heights.data() + std::size_t{r} * columns + c;
    const std::uint16_t* bottom = top + columns;
    if (top[0] == missing || top[1] == missing || bottom[0] == missing || bottom[1] == missing) {
      return {};
    }
    const double u = column - c;
    const double v = row - r;
    const double upper = top[0] + u * (top[1] - top[0]);
    const double lower = bottom[0] + u * (bottom[1] - bottom[0]);
    return offset_m + scale_m * (upper + v * (lower - upper));
  }
  // Of the nearest post; 0 outside and without clutter.
  double clutter_m(PlanePoint at) const {
    const auto index = nearest(at);
    return index && !clutter_half_metres.empty() ? 0.5 * clutter_half_metres[*index] : 0;
  }
  std::optional<std::size_t> nearest(PlanePoint at) const {
    const double column = std::floor((at.x_m - west_m) / cell_m + 0.5);
    const double row = std::floor((north_m - at.y_m) / cell_m + 0.5);
    if (!(column >= 0 && row >= 0 && column < columns && row < rows)) return {};
    return static_cast<std::size_t>(row) * columns + static_cast<std::size_t>(column);
  }
};

// What a prepared terrain says about itself; every picture and table that rests on it shows it.
struct TerrainInfo {
  std::vector<std::string> sources;  // "N28E102.hgt (SRTM, 1 arc-second)", in order of preference
  std::string label;                 // "ETOPO5, 5 arc-minutes: coarse, for demonstration"
  double source_cell_m = 0;          // of the coarsest source in use
  bool estimated = false;            // coarser than 200 m, or made up
  std::uint64_t missing = 0;         // posts of the area without a height
  std::uint64_t filled = 0;          // posts in small holes, interpolated from around them
  std::vector<std::string> absent;   // tiles that the area needs and nobody had
  std::vector<std::string> refused;  // files of a folder that could not be read, and why
  std::vector<std::string> clutter;  // where clutter comes from, and the table's name
  double lowest_m = 0;               // of the posts
  double highest_m = 0;

  bool operator==(const TerrainInfo&) const = default;
};

class PreparedTerrain {
 public:
  // Maps a prepared file: reads its head and tail, not the posts (see verify). Errors say what is
  // wrong with it and how to prepare it anew.
  static Result<PreparedTerrain> open(const Files& files, const std::string& path);
  // Reads all of it and compares with the check sums (about 0.1 s for 170 MB in memory).
  Status verify() const;

  const TerrainGrid& grid() const { return grid_; }
  const TerrainInfo& info() const { return info_; }
  // CRC-32C over the head, which holds that of the tail, which holds those of the posts: two files
  // with one digest are the same. For provenance.
  std::uint32_t digest() const { return digest_; }
  std::size_t file_bytes() const;

 private:
  std::shared_ptr<const MappedFile> file_;  // shared: copies of a terrain read the same mapping
  TerrainGrid grid_;
  TerrainInfo info_;
  std::string path_;
  std::uint32_t digest_ = 0;
};

}  // namespace cairn::geo
