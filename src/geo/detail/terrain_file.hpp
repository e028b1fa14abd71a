// SPDX-License-Identifier: Apache-2.0
// The bytes of a prepared terrain (docs/formats/terrain.md), for who writes and who opens it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "geo/terrain.hpp"

namespace cairn::geo::detail {

inline constexpr std::uint64_t terrain_page_bytes = 4096;  // head and layers begin on pages
inline constexpr std::uint64_t terrain_block_bytes = std::uint64_t{1} << 20;  // of a check sum
inline constexpr std::size_t terrain_head_bytes = 104;
inline constexpr std::uint32_t terrain_version = 1;
// A province of 1,000 x 1,000 km at 30 m is 1.1e9 posts.
inline constexpr std::uint64_t terrain_posts = std::uint64_t{1} << 31;
inline constexpr std::size_t terrain_info_bytes = std::size_t{16} << 20;

// The head of a file; everything about the layout follows from it.
struct TerrainHead {
  Point origin;
  double west_m = 0;
  double north_m = 0;
  double cell_m = 0;
  double scale_m = 0;
  double offset_m = 0;
  std::uint32_t columns = 0;
  std::uint32_t rows = 0;
  bool surface = false;
  bool clutter_class = false;
  bool clutter_height = false;
  std::uint32_t info_bytes = 0;
  std::uint32_t tail_crc = 0;

  std::uint64_t posts() const { return std::uint64_t{columns} * rows; }
  // Offsets of the layers: heights, classes, half metres; a layer that is missing has no bytes.
  std::array<std::uint64_t, 3> layer_bytes() const;
  std::array<std::uint64_t, 3> layer_offsets() const;
  std::uint64_t tail_offset() const;
  std::uint64_t blocks() const;
  std::uint64_t file_bytes() const { return tail_offset() + info_bytes + 4 * blocks(); }
};

// What makes a grid that no engine can take, or nothing.
std::string terrain_head_fault(const TerrainHead& head);
std::string write_terrain_head(const TerrainHead& head);
// Checks magic, version, sum and faults. The head's own sum is the file's digest.
Result<TerrainHead> read_terrain_head(std::string_view file, std::uint32_t& digest);

std::string write_terrain_info(const TerrainInfo& info);
Result<TerrainInfo> read_terrain_info(std::string_view json);

// Check sums of the blocks of one layer, as its bytes come.
class BlockSums {
 public:
  void add(std::string_view bytes);
  std::vector<std::uint32_t> end();

 private:
  std::vector<std::uint32_t> sums_;
  std::uint32_t sum_ = 0;
  std::uint64_t in_block_ = 0;
};

}  // namespace cairn::geo::detail
