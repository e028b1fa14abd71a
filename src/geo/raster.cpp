// SPDX-License-Identifier: Apache-2.0
#include "geo/raster.hpp"

#include <cpl_string.h>
#include <cpl_vsi.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/text.hpp"
#include "geo/detail/gdal.hpp"
#include "geo/tile_name.hpp"

namespace cairn::geo {
namespace {

using detail::GdalScope;

constexpr float missing = std::numeric_limits<float>::quiet_NaN();
constexpr float lowest_m = -1000;  // below every land, above every "no data" number
constexpr float highest_m = 10000;
// A packed file unpacks in memory: a 1 arc-second tile has 26 MB.
constexpr std::size_t unpacked_bytes = std::size_t{512} << 20;

std::string file_name(std::string_view path) {
  const std::size_t slash = path.find_last_of('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

std::optional<std::int64_t> size_of(const std::string& path) {
  VSIStatBufL status;
  if (VSIStatExL(path.c_str(), &status, VSI_STAT_EXISTS_FLAG | VSI_STAT_SIZE_FLAG) != 0) return {};
  return static_cast<std::int64_t>(status.st_size);
}

Result<std::string> read_whole(const std::string& vsi_path, const std::string& path,
                               const GdalScope& scope) {
  VSILFILE* file = VSIFOpenL(vsi_path.c_str(), "rb");
  if (file == nullptr) return scope.failure(Code::io, "cannot open", path);
  std::string out;
  std::vector<char> part(std::size_t{1} << 20);
  while (out.size() <= unpacked_bytes) {
    const std::size_t got = VSIFReadL(part.data(), 1, part.size(), file);
    out.append(part.data(), got);
    if (got < part.size()) break;
  }
  VSIFCloseL(file);
  if (out.size() > unpacked_bytes) {
    return fail(Code::too_large, format("unpacks to more than {} bytes", unpacked_bytes), path);
  }
  if (!scope.complaint({}).empty()) return scope.failure(Code::invalid, "cannot unpack", path);
  return out;
}

// The raster in a zip file: the one entry that looks like one.
Result<std::string> zip_entry(const std::string& path, const GdalScope& scope) {
  const std::string root = "/vsizip/" + path;
  char** names = VSIReadDir(root.c_str());
  std::string found;
  for (int i = 0; i < CSLCount(names) && i < 1000; ++i) {
    const std::string lower = lower_ascii(names[i]);
    for (const char* end : {".hgt", ".tif", ".tiff", ".asc", ".img", ".dem", ".bil"}) {
      if (found.empty() && lower.ends_with(end)) found = root + "/" + names[i];
    }
  }
  CSLDestroy(names);
  if (found.empty()) return scope.failure(Code::invalid, "no raster in the zip file", path);
  return found;
}

// Square tiles of 3 and 1 arc-seconds, and those of 2 x 1 arc-seconds of high latitudes.
Status check_hgt_size(std::int64_t bytes, const std::string& path) {
  for (const std::int64_t right : {2 * 1201 * 1201, 2 * 3601 * 3601, 2 * 3601 * 1801}) {
    if (bytes == right) return {};
  }
  return fail(Code::invalid,
              format("an SRTM tile has 2884802 bytes (3 arc-seconds) or 25934402 (1 arc-second), "
                     "this one has {}: it was cut short, or is something else",
                     bytes),
              path);
}

Result<double> metres_per_unit(std::string_view unit, const std::string& path) {
  const std::string name = lower_ascii(trim(unit));
  for (const char* metre : {"", "m", "metre", "meter", "metres", "meters"}) {
    if (name == metre) return 1.0;
  }
  for (const char* foot : {"ft", "foot", "feet", "international foot"}) {
    if (name == foot) return 0.3048;
  }
  for (const char* foot : {"us-ft", "us survey foot", "ftus", "sft"}) {
    if (name == foot) return 1200.0 / 3937.0;
  }
  return fail(Code::unsupported, format("heights in '{}': give metres or feet", unit), path);
}

// Whether coordinates of the reference are WGS 84 longitude and latitude, to some decimetres.
bool is_wgs84(OGRSpatialReferenceH reference) {
  if (!OSRIsGeographic(reference)) return false;
  const char* code = OSRGetAuthorityCode(reference, nullptr);
  for (const char* same : {"4326", "4979", "4490"}) {  // the last one is CGCS 2000
    if (code != nullptr && std::string_view(code) == same) return true;
  }
  const detail::Reference wgs84 = detail::wgs84_reference();
  return OSRIsSame(reference, static_cast<OGRSpatialReferenceH>(wgs84.get())) != 0;
}

Point centre_of(const RasterInfo& info, double column, double row) {
  return {info.centres[0] + info.centres[1] * column + info.centres[2] * row,
          info.centres[3] + info.centres[4] * column + info.centres[5] * row};
}

// Places along the border of the raster and its middle, in its own coordinates.
std::vector<Point> outline(const RasterInfo& info) {
  constexpr int steps = 16;
  std::vector<Point> out{centre_of(info, 0.5 * info.columns - 0.5, 0.5 * info.rows - 0.5)};
  for (int i = 0; i <= steps; ++i) {
    const double column = info.columns * (i / double{steps}) - 0.5;
    const double row = info.rows * (i / double{steps}) - 0.5;
    out.push_back(centre_of(info, column, -0.5));
    out.push_back(centre_of(info, column, info.rows - 0.5));
    out.push_back(centre_of(info, -0.5, row));
    out.push_back(centre_of(info, info.columns - 0.5, row));
  }
  return out;
}

// Sets extent and cell. False where the raster's coordinates are no places on earth.
bool measure(RasterInfo& info) {
  std::vector<Point> points = outline(info);
  const double middle_column = 0.5 * info.columns - 0.5;
  const double middle_row = 0.5 * info.rows - 0.5;
  points.push_back(centre_of(info, middle_column, middle_row + 1));
  if (!info.lonlat) {
    detail::Reference from(OSRNewSpatialReference(info.crs.c_str()));
    const detail::Reference to = detail::wgs84_reference();
    auto* const own = static_cast<OGRSpatialReferenceH>(from.get());
    OSRSetAxisMappingStrategy(own, OAMS_TRADITIONAL_GIS_ORDER);
    const detail::Transform transform(
        OCTNewCoordinateTransformation(own, static_cast<OGRSpatialReferenceH>(to.get())));
    if (!transform) return false;
    for (Point& p : points) {
      if (!OCTTransform(static_cast<OGRCoordinateTransformationH>(transform.get()), 1, &p.x, &p.y,
                        nullptr)) {
        return false;
      }
    }
  }
  const Point middle = points.front();
  for (Point& p : points) {
    if (!std::isfinite(p.x) || !(std::abs(p.y) <= 91) || std::abs(p.x) > 541) return false;
    if (!info.lonlat) p.x = middle.x + std::remainder(p.x - middle.x, 360);
  }
  const Point next = points.back();
  points.pop_back();
  for (const Point& p : points) info.extent_deg.add(p);
  info.cell_m = distance_m(middle, next);
  return info.cell_m > 0;
}

}  // namespace

struct Raster::Open {
  RasterInfo info;
  RasterKind kind = RasterKind::heights;
  std::string bytes;        // of a packed file
  std::string memory_path;  // where GDAL finds them
  detail::Dataset dataset;
  GDALRasterBandH band = nullptr;
  double scale = 1;
  double offset = 0;
  float nodata = missing;
  bool masked = false;

  Open() = default;
  Open(const Open&) = delete;
  Open& operator=(const Open&) = delete;
  ~Open() {
    const GdalScope scope;
    dataset.reset();
    if (!memory_path.empty()) VSIUnlink(memory_path.c_str());
  }

  Status unpack(const GdalScope& scope);
  Status open_dataset(const GdalScope& scope);
  Status place(const GdalScope& scope);
};

// Brings a packed file, or a tile whose name GDAL would not know, into memory.
Status Raster::Open::unpack(const GdalScope& scope) {
  const std::string lower = lower_ascii(info.path);
  std::string name = file_name(info.path);
  const auto tile = parse_tile_name(name);
  const bool hgt = lower.find(".hgt") != std::string::npos;
  if (hgt && !(tile && tile->family == TileName::Family::srtm)) {
    return fail(Code::invalid, "an SRTM tile is named after its place, as N28E102.hgt", info.path);
  }
  std::string from;
  if (lower.ends_with(".gz")) {
    from = "/vsigzip/" + info.path;
    name.resize(name.size() - 3);
  } else if (lower.ends_with(".zip")) {
    auto entry = zip_entry(info.path, scope);
    if (!entry) return fail(entry.error());
    from = std::move(*entry);
    name = file_name(from);
  } else if (hgt && name.size() != 11) {
    from = info.path;
  }
  if (from.empty()) {
    return hgt ? check_hgt_size(*size_of(info.path), info.path) : Status{};
  }
  auto unpacked = read_whole(from, info.path, scope);
  if (!unpacked) return fail(unpacked.error());
  bytes = std::move(*unpacked);
  if (hgt) {
    if (auto right = check_hgt_size(static_cast<std::int64_t>(bytes.size()), info.path); !right) {
      return right;
    }
    name = tile_text(tile->south_deg, tile->west_deg) + ".hgt";
  }
  // The address of this object makes the name its own.
  memory_path = format("/vsimem/cairn-{}/{}", static_cast<const void*>(this), name);
  VSIFCloseL(VSIFileFromMemBuffer(memory_path.c_str(), reinterpret_cast<GByte*>(bytes.data()),
                                  bytes.size(), 0));
  return {};
}

Status Raster::Open::open_dataset(const GdalScope& scope) {
  const std::string& path = memory_path.empty() ? info.path : memory_path;
  dataset.reset(
      GDALOpenEx(path.c_str(), GDAL_OF_RASTER | GDAL_OF_READONLY, nullptr, nullptr, nullptr));
  if (!dataset) return scope.failure(Code::invalid, "cannot read the raster", info.path);
  if (GDALGetRasterCount(dataset.get()) < 1) {
    return fail(Code::invalid, "the raster has no band", info.path);
  }
  band = GDALGetRasterBand(dataset.get(), 1);
  info.columns = static_cast<std::uint32_t>(GDALGetRasterXSize(dataset.get()));
  info.rows = static_cast<std::uint32_t>(GDALGetRasterYSize(dataset.get()));
  int given = 0;
  const double value = GDALGetRasterNoDataValue(band, &given);
  if (given != 0) nodata = static_cast<float>(value);
  const int flags = GDALGetMaskFlags(band);
  masked = (flags & (GMF_ALL_VALID | GMF_NODATA)) == 0;
  scale = GDALGetRasterScale(band, nullptr);
  offset = GDALGetRasterOffset(band, nullptr);
  if (kind == RasterKind::classes) return {};
  info.unit = GDALGetRasterUnitType(band);
  const auto factor = metres_per_unit(info.unit, info.path);
  if (!factor) return fail(factor.error());
  scale *= *factor;
  offset *= *factor;
  return {};
}

Status Raster::Open::place(const GdalScope& scope) {
  std::array<double, 6> corner{};
  if (GDALGetGeoTransform(dataset.get(), corner.data()) != CE_None ||
      corner[1] * corner[5] == corner[2] * corner[4]) {
    return fail(Code::invalid, "the raster has no georeference: where it lies is not known",
                info.path);
  }
  info.centres = {corner[0] + 0.5 * corner[1] + 0.5 * corner[2], corner[1], corner[2],
                  corner[3] + 0.5 * corner[4] + 0.5 * corner[5], corner[4], corner[5]};
  OGRSpatialReferenceH reference = GDALGetSpatialRef(dataset.get());
  info.lonlat = reference == nullptr || is_wgs84(reference);
  if (reference != nullptr) {
    char* wkt = nullptr;
    OSRExportToWkt(reference, &wkt);
    info.crs = wkt == nullptr ? "" : wkt;
    CPLFree(wkt);
  }
  if (measure(info)) return {};
  if (reference == nullptr) {
    return fail(Code::invalid,
                "the raster has no CRS and its coordinates are no longitude and latitude: put a "
                ".prj file beside it (are longitude and latitude swapped?)",
                info.path);
  }
  return scope.failure(Code::invalid, "the raster's coordinates are no places on earth", info.path);
}

Raster::Raster(std::unique_ptr<Open> open) : open_(std::move(open)) {}
Raster::Raster(Raster&&) noexcept = default;
Raster& Raster::operator=(Raster&&) noexcept = default;
Raster::~Raster() = default;

const RasterInfo& Raster::info() const {
  return open_->info;
}

Result<Raster> Raster::open(const std::string& path, RasterKind kind) {
  const GdalScope scope;
  if (!size_of(path)) return fail(Code::not_found, "there is no such raster", path);
  auto open = std::make_unique<Open>();
  open->info.path = path;
  open->kind = kind;
  if (auto done = open->unpack(scope); !done) return fail(done.error());
  if (auto done = open->open_dataset(scope); !done) return fail(done.error());
  if (auto done = open->place(scope); !done) return fail(done.error());
  return Raster(std::move(open));
}

Status Raster::read(std::uint32_t column, std::uint32_t row, std::uint32_t columns,
                    std::uint32_t rows, float* out, std::size_t stride) {
  const GdalScope scope;
  const auto x = static_cast<int>(column);
  const auto y = static_cast<int>(row);
  const auto width = static_cast<int>(columns);
  const auto height = static_cast<int>(rows);
  std::vector<std::uint8_t> valid;
  CPLErr done = GDALRasterIOEx(open_->band, GF_Read, x, y, width, height, out, width, height,
                               GDT_Float32, 0, static_cast<GSpacing>(4 * stride), nullptr);
  if (done == CE_None && open_->masked) {
    valid.resize(std::size_t{columns} * rows);
    done = GDALRasterIO(GDALGetMaskBand(open_->band), GF_Read, x, y, width, height, valid.data(),
                        width, height, GDT_Byte, 0, 0);
  }
  if (done != CE_None) {
    return scope.failure(Code::io, "cannot read the raster", open_->info.path);
  }
  const bool classes = open_->kind == RasterKind::classes;
  const float low = classes ? 0 : lowest_m;
  const float high = classes ? 255 : highest_m;
  for (std::uint32_t r = 0; r < rows; ++r) {
    float* line = out + r * stride;
    for (std::uint32_t c = 0; c < columns; ++c) {
      float& value = line[c];
      const bool known =
          value != open_->nodata && (valid.empty() || valid[std::size_t{r} * columns + c] != 0);
      if (!classes && known) value = static_cast<float>(value * open_->scale + open_->offset);
      if (!known || !(value >= low && value <= high)) value = missing;
    }
  }
  return {};
}

}  // namespace cairn::geo
