// SPDX-License-Identifier: Apache-2.0
// Makes the terrain that engines read from whatever a user has: tiles and rasters of several
// sources go into one metric grid, once. docs/formats/terrain.md has the bytes and the rules.
//
//   TerrainRequest wish;
//   wish.sources = {{.path = "dem/"}, {.path = "srtm3/N28E102.hgt"}};
//   wish.area = {.west_deg = 101, .south_deg = 27, .east_deg = 102, .north_deg = 28};
//   auto info = prepare_terrain(wish, *thread_workers(0), "panxi.terrain");
//   auto terrain = PreparedTerrain::open(*files, "panxi.terrain");
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/parallel.hpp"
#include "core/result.hpp"
#include "geo/clutter.hpp"
#include "geo/geometry.hpp"
#include "geo/terrain.hpp"

namespace cairn::geo {

// A raster that GDAL reads, or a folder of them. SRTM (N28E102.hgt, .hgt.gz, .hgt.zip) and
// Copernicus tiles are known by their names, everything else by its own georeference.
struct TerrainSource {
  std::string path;
  // The bare ground (DTM). Otherwise heights are those of a surface model (DSM) as SRTM and
  // Copernicus are: trees and buildings are in them.
  bool ground = false;
  std::string label = {};  // empty: from the name
};

// West may be greater than east: the area crosses the antimeridian.
struct TerrainArea {
  double west_deg = 0;
  double south_deg = 0;
  double east_deg = 0;
  double north_deg = 0;

  bool operator==(const TerrainArea&) const = default;
};

// The box around something, and so much more on each side.
TerrainArea area_around(const Box& box, double margin_m);

struct TerrainRequest {
  std::vector<TerrainSource> sources;  // in order of preference; each post takes the first
  TerrainArea area;
  double cell_m = 30;
  // A hole is filled where the gap is at most this wide from west to east and north to south.
  double fill_m = 300;
  std::string clutter_path;  // a raster of classes or a folder of them; empty: none
  ClutterTable clutter = worldcover_clutter();
  std::string label;  // empty: from the sources in use
};

// Writes aside and renames; the same bytes for any number of workers. `progress` gets the done part
// (0..1); false cancels (Code::conflict). What was needed and not there is in the result.
// Errors: an impossible area or cell, a source that is none, no height in the whole area (with a
// hint where longitude and latitude look swapped).
// Memory: about columns * 3 kB + 30 MB a thread + 64 MB of GDAL's cache, whatever the rows; packed
// tiles of 1 arc-second take 26 MB more each, at most 12 of a source at once.
Result<TerrainInfo> prepare_terrain(const TerrainRequest& request, const Workers& workers,
                                    const std::string& path,
                                    const std::function<bool(double)>& progress = {});

}  // namespace cairn::geo
