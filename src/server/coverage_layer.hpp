// SPDX-License-Identifier: Apache-2.0
// One layer of coverage as a raster: the level of the best server in half decibels, a byte a pixel.
// It is computed once for what it rests on (its digest) and kept as bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/parallel.hpp"
#include "core/result.hpp"
#include "geo/geometry.hpp"
#include "radio/coverage_map.hpp"
#include "server/coverage_cells.hpp"

namespace cairn::server {

// 0: nobody is heard; otherwise -160 dBm and half a dB for each further step.
inline constexpr float lowest_level_dbm = -160;
std::uint8_t level_byte(float rsrp_dbm);
float level_dbm(std::uint8_t level);

struct LayerRaster {
  radio::MapFrame frame;
  std::vector<std::uint8_t> level;  // frame.size()
  double threshold_dbm = 0;
  double covered_km2 = 0;  // of the region
  double area_km2 = 0;     // of the region that lies on the terrain
  std::string digest;
};

// The pixels of a region: its box on the terrain. Errors: the region lies beside the terrain.
Result<radio::MapFrame> layer_frame(const CoverageTerrain& terrain, const geo::Box& box);
// Along and between radials. Finer than the pixels where the terrain is: ridges are narrow.
double layer_step_m(const CoverageTerrain& terrain, const radio::MapFrame& frame);

// 1 for pixels within one of the areas (longitude and latitude), 0 for the others.
std::vector<std::uint8_t> area_mask(const geo::LocalPlane& plane, const radio::MapFrame& frame,
                                    const std::vector<const geo::Geometry*>& areas);

// Names all that a raster depends on.
std::string layer_digest(const CellSet& set, const CoverageLayerDef& layer,
                         const radio::MapFrame& frame);

Result<LayerRaster> compute_layer(const CellSet& set, const CoverageLayerDef& layer,
                                  const radio::MapFrame& frame,
                                  const std::vector<std::uint8_t>& mask, const Workers& workers,
                                  const std::function<bool(double)>& progress);

// As a file holds it; what is damaged or of another digest is an error.
std::string layer_bytes(const LayerRaster& raster);
Result<LayerRaster> read_layer(std::string_view bytes, std::string_view digest);

}  // namespace cairn::server
