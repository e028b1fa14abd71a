// SPDX-License-Identifier: Apache-2.0
#include "geo/raster_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "core/text.hpp"
#include "geo/detail/gdal.hpp"
#include "geo/tile_name.hpp"

namespace cairn::geo {
namespace {

namespace fs = std::filesystem;

constexpr int folder_depth = 3;  // Copernicus tiles come in a folder each
constexpr std::size_t folder_files = 100'000;

bool is_packed(const std::string& name) {
  const std::string lower = lower_ascii(name);
  return lower.ends_with(".zip") || lower.ends_with(".hgt.gz") || lower.ends_with(".asc.gz") ||
         lower.ends_with(".tif.gz");
}

// Sorted, so that the result does not depend on the file system.
Result<std::vector<std::string>> files_under(const std::string& folder) {
  std::vector<std::string> out;
  std::error_code error;
  fs::recursive_directory_iterator at(folder, error);
  for (; !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
    if (at.depth() >= folder_depth) at.disable_recursion_pending();
    std::error_code ignored;
    if (at->is_regular_file(ignored)) out.push_back(at->path().string());
    if (out.size() > folder_files) {
      return fail(Code::too_large, format("more than {} files in the folder", folder_files),
                  folder);
    }
  }
  if (error) return fail(Code::io, format("cannot read the folder: {}", error.message()), folder);
  std::sort(out.begin(), out.end());
  return out;
}

// Whether the name says that a tile is elsewhere. Tiles reach half a pixel beyond their degree.
bool is_elsewhere(const std::string& name, const Box& area_deg) {
  const auto tile = parse_tile_name(name);
  if (!tile) return false;
  constexpr double rim_deg = 0.01;
  Box box;
  box.add(Point{tile->west_deg - rim_deg, tile->south_deg - rim_deg});
  box.add(Point{tile->west_deg + 1 + rim_deg, tile->south_deg + 1 + rim_deg});
  return !overlap_around(box, area_deg);
}

// A .hgt that is damaged is still meant as a tile; other files are passed over unless GDAL knows
// what they are.
bool looks_like_raster(const std::string& path) {
  const std::string lower = lower_ascii(path);
  if (lower.ends_with(".hgt") || is_packed(lower)) return true;
  const detail::GdalScope scope;
  return GDALIdentifyDriverEx(path.c_str(), GDAL_OF_RASTER, nullptr, nullptr) != nullptr;
}

void take(RasterSet& set, Raster raster, RasterKind kind, const Box& area_deg) {
  const RasterInfo& info = raster.info();
  set.reach_deg.add(info.extent_deg);
  if (!overlap_around(info.extent_deg, area_deg)) {
    ++set.elsewhere;
    return;
  }
  for (RasterMosaic& mosaic : set.mosaics) {
    if (mosaic.fits(info)) {
      mosaic.add(std::move(raster));
      return;
    }
  }
  set.mosaics.emplace_back(std::move(raster), kind);
}

}  // namespace

bool overlap_around(const Box& a, const Box& b) {
  for (const double turn_deg : {-720.0, -360.0, 0.0, 360.0, 720.0}) {
    Box turned = a;
    turned.min_x += turn_deg;
    turned.max_x += turn_deg;
    if (turned.intersects(b)) return true;
  }
  return false;
}

Result<RasterSet> open_rasters(const std::string& path, RasterKind kind, const Box& area_deg) {
  RasterSet set;
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    auto raster = Raster::open(path, kind);
    if (!raster) return fail(raster.error());
    take(set, std::move(*raster), kind, area_deg);
    return set;
  }
  const auto files = files_under(path);
  if (!files) return fail(files.error());
  for (const std::string& file : *files) {
    const std::string name = fs::path(file).filename().string();
    if (is_elsewhere(name, area_deg)) {
      ++set.elsewhere;
    } else if (looks_like_raster(file)) {
      auto raster = Raster::open(file, kind);
      if (raster) {
        take(set, std::move(*raster), kind, area_deg);
      } else {
        set.refused.push_back(name + ": " + raster.error().message);
      }
    }
  }
  if (set.mosaics.empty() && set.elsewhere == 0 && set.refused.empty()) {
    return fail(Code::not_found, "there is no raster in the folder", path);
  }
  std::stable_sort(set.mosaics.begin(), set.mosaics.end(),
                   [](const RasterMosaic& a, const RasterMosaic& b) {
                     return a.first().cell_m < 0.99 * b.first().cell_m;
                   });
  return set;
}

}  // namespace cairn::geo
