// SPDX-License-Identifier: Apache-2.0
// The rows of a terrain on their way to its file: a few bands are in memory, holes are filled from
// the rows around them, heights become samples, check sums are taken.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/result.hpp"
#include "geo/detail/aside_file.hpp"
#include "geo/detail/terrain_file.hpp"
#include "geo/terrain.hpp"

namespace cairn::geo::detail {

// Posts row by row.
struct TerrainRows {
  std::vector<float> height_m;       // NaN: missing
  std::vector<std::uint8_t> klass;   // empty: no clutter classes
  std::vector<std::uint8_t> half_m;  // clutter heights in half metres; empty: none
  std::vector<std::uint8_t> inside;  // 1: within the area that was asked for
};

class TerrainBands {
 public:
  // `fill_posts`: the widest hole that is filled.
  TerrainBands(const TerrainHead& head, std::uint32_t fill_posts, AsideFile& file);

  // The next rows, from north to south. What can be written is written.
  Status add(TerrainRows rows);
  // After the last row: the rest, the tail and the head.
  Status end(const TerrainInfo& info);

  // Counts and bounds of what was written.
  std::uint64_t missing() const { return missing_; }
  std::uint64_t filled() const { return filled_; }
  std::uint64_t known() const { return known_; }
  double lowest_m() const { return lowest_m_; }
  double highest_m() const { return highest_m_; }
  // A height does not fit the head's scale: start again with a coarser one.
  bool overflowed() const { return overflowed_; }

 private:
  Status write_until(std::uint64_t row);
  Status write_layer(std::size_t layer, std::uint64_t row, std::string_view bytes);
  float filled_height(std::uint64_t row, std::uint32_t column) const;
  std::uint16_t sample(float height_m);
  const float* line(std::uint64_t row) const {
    return rows_.height_m.data() + (row - first_) * head_.columns;
  }
  void forget_before(std::uint64_t row);

  TerrainHead head_;
  std::uint32_t fill_posts_;
  AsideFile& file_;
  TerrainRows rows_;  // first_ .. end_
  std::uint64_t first_ = 0;
  std::uint64_t end_ = 0;
  std::uint64_t written_ = 0;  // rows
  std::array<BlockSums, 3> sums_;
  std::uint64_t missing_ = 0;
  std::uint64_t filled_ = 0;
  std::uint64_t known_ = 0;
  double lowest_m_ = 0;
  double highest_m_ = 0;
  bool overflowed_ = false;
};

}  // namespace cairn::geo::detail
