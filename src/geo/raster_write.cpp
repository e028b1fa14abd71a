// SPDX-License-Identifier: Apache-2.0
#include "geo/raster_write.hpp"

#include <cpl_string.h>

#include <array>
#include <cmath>
#include <limits>
#include <memory>

#include "core/text.hpp"
#include "geo/detail/aside_file.hpp"
#include "geo/detail/gdal.hpp"
#include "geo/detail/warp.hpp"

namespace cairn::geo {
namespace {

using detail::GdalScope;
using detail::WarpGrid;

struct FreeWords {
  void operator()(char** words) const { CSLDestroy(words); }
};
using Words = std::unique_ptr<char*, FreeWords>;

Words words(std::initializer_list<std::string> list) {
  char** out = nullptr;
  for (const std::string& word : list) out = CSLAddString(out, word.c_str());
  return Words(out);
}

std::string crs_text(const PlaneFrame& frame, RasterCrs crs) {
  if (crs == RasterCrs::lonlat) return "EPSG:4326";
  if (crs == RasterCrs::web_mercator) return "EPSG:3857";
  const Point origin = frame.plane.origin();
  return format("+proj=aeqd +lat_0={} +lon_0={} +datum=WGS84 +units=m +no_defs",
                number_text(origin.y), number_text(origin.x));
}

// The layers on the output's grid; those of the plane itself are taken as they are.
std::vector<std::vector<float>> warp_layers(const PlaneFrame& frame,
                                            std::span<const RasterLayer> layers,
                                            const WarpGrid& grid) {
  std::vector<std::vector<float>> out(layers.size());
  for (auto& values : out) values.resize(std::size_t{grid.columns} * grid.rows);
  std::vector<RasterPlace> places(grid.columns);
  for (std::uint32_t row = 0; row < grid.rows; ++row) {
    detail::warp_row(frame, grid, row, places);
    for (std::size_t i = 0; i < layers.size(); ++i) {
      float* line = out[i].data() + std::size_t{row} * grid.columns;
      for (std::uint32_t column = 0; column < grid.columns; ++column) {
        line[column] = detail::warp_value(frame, layers[i], places[column]);
      }
    }
  }
  return out;
}

Status check_layers(const PlaneFrame& frame, std::span<const RasterLayer> layers) {
  if (layers.empty()) return fail(Code::invalid, "no layer to write");
  for (const RasterLayer& layer : layers) {
    if (layer.values.size() != frame.size()) {
      return fail(Code::invalid, format("the layer '{}' has {} values for {} pixels", layer.name,
                                        layer.values.size(), frame.size()));
    }
  }
  return {};
}

// A dataset in memory over the values, which must outlive it.
detail::Dataset dataset_over(const WarpGrid& grid, std::span<const RasterLayer> layers,
                             std::span<const float* const> values) {
  detail::Dataset out(GDALCreate(GDALGetDriverByName("MEM"), "", static_cast<int>(grid.columns),
                                 static_cast<int>(grid.rows), 0, GDT_Float32, nullptr));
  if (!out) return out;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    std::array<char, 64> address{};
    CPLPrintPointer(address.data(), const_cast<float*>(values[i]),
                    static_cast<int>(address.size() - 1));
    const Words options = words({format("DATAPOINTER={}", address.data())});
    if (GDALAddBand(out.get(), GDT_Float32, options.get()) != CE_None) return {};
    GDALRasterBandH band = GDALGetRasterBand(out.get(), static_cast<int>(i + 1));
    GDALSetDescription(band, layers[i].name.c_str());
    GDALSetRasterUnitType(band, layers[i].unit.c_str());
    GDALSetRasterNoDataValue(band, std::numeric_limits<double>::quiet_NaN());
  }
  return out;
}

struct Reporter {
  const std::function<bool(double)>& progress;
  bool cancelled = false;

  static int CPL_STDCALL hear(double part, const char*, void* self) {
    auto& reporter = *static_cast<Reporter*>(self);
    if (reporter.progress && !reporter.progress(part)) reporter.cancelled = true;
    return reporter.cancelled ? FALSE : TRUE;
  }
};

}  // namespace

Status write_cog(const PlaneFrame& frame, std::span<const RasterLayer> layers,
                 const CogOptions& options, const std::string& path,
                 const std::function<bool(double)>& progress) {
  if (auto fine = check_layers(frame, layers); !fine) return fine;
  const auto grid =
      detail::warp_grid(frame, options.crs, std::numeric_limits<std::uint32_t>::max());
  if (!grid) return fail(grid.error());
  std::vector<std::vector<float>> warped;
  if (options.crs != RasterCrs::plane) warped = warp_layers(frame, layers, *grid);
  std::vector<const float*> values;
  bool categories = false;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    values.push_back(warped.empty() ? layers[i].values.data() : warped[i].data());
    categories = categories || layers[i].categories;
  }

  const GdalScope scope;
  const detail::Dataset memory = dataset_over(*grid, layers, values);
  if (!memory) return scope.failure(Code::internal, "cannot describe the map", path);
  std::array<double, 6> corner = {grid->west, grid->width, 0, grid->north, 0, -grid->height};
  GDALSetGeoTransform(memory.get(), corner.data());
  const detail::Reference reference(OSRNewSpatialReference(nullptr));
  auto* const crs = static_cast<OGRSpatialReferenceH>(reference.get());
  if (OSRSetFromUserInput(crs, crs_text(frame, options.crs).c_str()) != OGRERR_NONE ||
      GDALSetSpatialRef(memory.get(), crs) != CE_None) {
    return scope.failure(Code::internal, "cannot describe the map's plane", path);
  }
  for (const auto& [key, value] : options.metadata) {
    GDALSetMetadataItem(memory.get(), key.c_str(), value.c_str(), nullptr);
  }
  // One thread: with more the order of the tiles in the file would be theirs to choose.
  const Words creation =
      words({"COMPRESS=DEFLATE", "LEVEL=6", "PREDICTOR=YES", "BLOCKSIZE=256", "NUM_THREADS=1",
             "BIGTIFF=IF_SAFER", categories ? "RESAMPLING=NEAREST" : "RESAMPLING=AVERAGE"});
  detail::RemovedUnlessKept aside(detail::aside_path(path));
  Reporter reporter{progress};
  detail::Dataset written(GDALCreateCopy(GDALGetDriverByName("COG"), aside.path().c_str(),
                                         memory.get(), FALSE, creation.get(), &Reporter::hear,
                                         &reporter));
  if (reporter.cancelled) return fail(Code::conflict, "cancelled", path);
  if (!written) return scope.failure(Code::io, "cannot write the map", path);
  written.reset();
  if (!scope.complaint({}).empty()) return scope.failure(Code::io, "cannot write the map", path);
  return aside.keep_as(path);
}

}  // namespace cairn::geo
