// SPDX-License-Identifier: Apache-2.0
// Well-known text of geometries (OGC Simple Features 1.2.1), as CQL2 and people write it: tags in
// any case, MULTIPOINT with and without inner parentheses, heights and measures read and dropped.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "geo/geometry.hpp"

namespace cairn::geo {

// The whole of `text` as one geometry; the error's place is "byte N" (0-based).
Result<Geometry> parse_wkt(std::string_view text);

struct WktRead {
  Geometry geometry;
  std::size_t end = 0;  // byte after the geometry
};
struct WktFailure {
  std::size_t offset = 0;  // byte at which reading stopped
  std::string message;
};
// Reads one geometry that begins at `offset`; what stands behind it is the caller's.
std::optional<WktRead> read_wkt(std::string_view text, std::size_t offset, WktFailure& failure);

// True for POINT, LINESTRING … GEOMETRYCOLLECTION in any case.
bool is_wkt_tag(std::string_view word);

// Coordinates as the shortest text that reads back to the same doubles.
std::string to_wkt(const Geometry& geometry);

// A box as a geometry. west > east means a box over the antimeridian: two polygons. A box without
// width or height becomes a line or a point.
Geometry box_geometry(double west, double south, double east, double north);

}  // namespace cairn::geo
