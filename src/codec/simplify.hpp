// SPDX-License-Identifier: Apache-2.0
// Simplification that keeps neighbours together: borders that two areas share stay shared.
#pragma once

#include <span>
#include <vector>

#include "geo/geometry.hpp"

namespace cairn::codec {

// Douglas-Peucker: no point of the result's source lies farther than `tolerance` (in the units of
// the coordinates) from it. The ends stay.
geo::Line simplify(const geo::Line& line, double tolerance);
geo::MultiLine simplify(const geo::MultiLine& lines, double tolerance);

// Areas whose shared borders have equal vertices: every border between two junctions is simplified
// once. Rings that shrink below a triangle vanish.
std::vector<geo::MultiPolygon> simplify_areas(std::span<const geo::MultiPolygon> areas,
                                              double tolerance);

// The outline of the union of areas with equal vertices along shared borders: the edges that an
// odd number of rings has, joined to lines.
geo::MultiLine outline(std::span<const geo::MultiPolygon> areas);

// A Polygon or MultiPolygon as a MultiPolygon; others give an empty one.
geo::MultiPolygon to_multipolygon(const geo::Geometry& geometry);

}  // namespace cairn::codec
