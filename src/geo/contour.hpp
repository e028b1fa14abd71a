// SPDX-License-Identifier: Apache-2.0
// Areas where a value is at least a level, and lines between, by marching squares.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "geo/geometry.hpp"
#include "geo/raster_write.hpp"

namespace cairn::geo {

// The area where the values are at least `level`, in pixel coordinates (column, row); linear
// between pixels, half-way to one without a value. Shells run counter-clockwise as seen on the
// map, holes clockwise. Rings of less than `min_pixels` of area are left out.
MultiPolygon area_at_least(std::span<const float> values, std::uint32_t columns, std::uint32_t rows,
                           double level, double min_pixels = 0);

struct ContourOptions {
  std::vector<double> levels;  // one feature each
  std::string property = "level";
  std::string unit;
  bool lines = false;  // the borders of the areas as lines instead of polygons
  double min_pixels = 4;
  // Put into the collection's "metadata" object: provenance, "estimated" …
  std::vector<std::pair<std::string, std::string>> metadata;
};

// A FeatureCollection (RFC 7946) in WGS 84, one feature a level: {"level": -105, "unit": "dBm"}.
// Areas are cut at the antimeridian's far side: longitudes go on beyond 180.
Result<std::string> contours_geojson(const PlaneFrame& frame, const RasterLayer& layer,
                                     const ContourOptions& options);

}  // namespace cairn::geo
