// SPDX-License-Identifier: Apache-2.0
// What stands on the ground: classes of a land-cover raster and the height that a radio path meets
// over them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace cairn::geo {

struct ClutterTable {
  static constexpr double max_height_m = 127.5;  // a byte of half metres

  std::string name;                         // of the classification, for people
  std::array<double, 256> height_m{};       // representative clutter height by class
  std::array<std::string, 256> class_name;  // empty: the table does not know the class

  std::uint8_t half_metres(std::uint8_t code) const {
    return static_cast<std::uint8_t>(2 * height_m[code] + 0.5);
  }
  bool operator==(const ClutterTable&) const = default;
};

// ESA WorldCover (10 m, 2020 and 2021) with the heights of ITU-R P.1812, Table 2: trees, mangroves
// 15 m ("urban/trees/forest"), built-up 10 m ("suburban": what villages and towns of a mountain
// prefecture are), everything else 0 m ("open/rural", "water/sea").
ClutterTable worldcover_clutter();

// A user's table as CSV with the columns class (0..255), height_m (0..127.5) and, if wanted, name.
// Classes that it does not list have height 0. `file` is used in error places.
Result<ClutterTable> read_clutter_table(std::string_view csv, std::string_view file);

}  // namespace cairn::geo
