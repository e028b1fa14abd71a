// SPDX-License-Identifier: Apache-2.0
// Results over a grid in a local plane, as others read them: Cloud-Optimised GeoTIFF, pictures with
// a place (PNG with world file, KMZ). Contours are in contour.hpp. Nothing is ever half there; the
// same input gives the same bytes.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "core/seams.hpp"
#include "geo/colour_ramp.hpp"
#include "geo/plane.hpp"

namespace cairn::geo {

// Pixel centres at x = west_m + column * cell_m, y = north_m - row * cell_m, as in radio's
// MapFrame.
struct PlaneFrame {
  LocalPlane plane;
  double west_m = 0;
  double north_m = 0;
  double cell_m = 0;
  std::uint32_t columns = 0;
  std::uint32_t rows = 0;

  std::size_t size() const { return std::size_t{columns} * rows; }
};

struct RasterLayer {
  std::string name;               // "rsrp"
  std::string unit;               // "dBm"; empty: none
  std::span<const float> values;  // frame.size(), row by row; NaN: nothing is known
  bool categories = false;        // codes and flags: never averaged or interpolated
};

enum class RasterCrs : std::uint8_t {
  plane,         // azimuthal equidistant around the plane's origin: the values as they are
  lonlat,        // EPSG:4326
  web_mercator,  // EPSG:3857
};

struct CogOptions {
  RasterCrs crs = RasterCrs::plane;
  // For the file's metadata: provenance, model, terrain, "estimated" … Keys are ASCII.
  std::vector<std::pair<std::string, std::string>> metadata;
};

// Float32 bands with names, units and NaN as nodata, tiles of 256, overviews, DEFLATE. Written
// aside and renamed. `progress` gets the done part; false cancels (Code::conflict).
Status write_cog(const PlaneFrame& frame, std::span<const RasterLayer> layers,
                 const CogOptions& options, const std::string& path,
                 const std::function<bool(double)>& progress = {});

// A picture in longitude and latitude (EPSG:4326). East goes on beyond 180 where it crosses the
// antimeridian.
struct Picture {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  std::vector<std::uint8_t> rgba;
  double west_deg = 0;  // of the outer edges
  double south_deg = 0;
  double east_deg = 0;
  double north_deg = 0;
};

// One layer in colours; pixels are made coarser until no side has more than `max_side`.
Result<Picture> draw_picture(const PlaneFrame& frame, const RasterLayer& layer,
                             const ColourRamp& ramp, std::uint32_t max_side = 8192);

// x.png with x.pgw (world file) and x.prj beside it; the picture comes last.
Status write_png(Files& files, const Picture& picture, const std::string& path);

// The ramp's colours with their values.
Result<Picture> draw_legend(const ColourRamp& ramp);

// For Google Earth and others: doc.kml with the picture on the ground, and the legend. `name` and
// `description` are plain text.
Result<std::string> encode_kmz(const Picture& picture, const ColourRamp& ramp,
                               const std::string& name, const std::string& description);

}  // namespace cairn::geo
