// SPDX-License-Identifier: Apache-2.0
// Does a ring cross itself? Exact for coordinates of at most seven decimals (1 cm), to which
// others are rounded.
#pragma once

#include <cstddef>
#include <cstdint>

#include "geo/geometry.hpp"

namespace cairn::codec {

struct RingCrossing {
  enum class Kind : std::uint8_t {
    none,
    touches,  // meets itself in a point or along a line, or has no area
    crosses,
    undecided,  // too many segments side by side to compare them all
  };
  Kind kind = Kind::none;
  geo::Point a;  // where the two segments begin
  geo::Point b;
  bool operator==(const RingCrossing&) const = default;
};

// `ring` is closed; coordinates are within ±360. At most `pairs` pairs of segments are compared,
// and taken off it: hostile rings have as many as the square of their points.
RingCrossing find_crossing(const geo::Ring& ring, std::size_t& pairs);

}  // namespace cairn::codec
