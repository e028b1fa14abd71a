// SPDX-License-Identifier: Apache-2.0
#include "geo/raster_mosaic.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <mutex>
#include <optional>

#include "geo/detail/gdal.hpp"

namespace cairn::geo {

const float RasterWindow::absent = -std::numeric_limits<float>::infinity();

namespace {

constexpr float hole = std::numeric_limits<float>::quiet_NaN();
// Places within a thousandth of a pixel of a centre are the centre: a hole beside it does not
// matter then.
constexpr double snap_px = 1e-3;
// Open files of a mosaic; an unpacked tile of 1 arc-second has 26 MB.
constexpr std::size_t open_tiles = 12;

// Whole part and fraction of a coordinate; `last` is the other of the two pixels, if one is needed.
struct Between {
  explicit Between(double at) : first(static_cast<std::int64_t>(std::floor(at))) {
    part = at - static_cast<double>(first);
    if (part > 1 - snap_px) ++first;
    if (part < snap_px || part > 1 - snap_px) part = 0;
    last = first + (part > 0 ? 1 : 0);
  }
  std::int64_t nearer() const { return part <= 0.5 ? first : last; }

  std::int64_t first;
  std::int64_t last;
  double part;
};

bool is_absent(float value) {
  return value == RasterWindow::absent;
}

}  // namespace

float interpolate(const RasterWindow& window, RasterPlace place) {
  const Between column(place.column);
  const Between row(place.row);
  std::array<float, 4> v = {window.at(column.first, row.first), window.at(column.last, row.first),
                            window.at(column.first, row.last), window.at(column.last, row.last)};
  if (std::any_of(v.begin(), v.end(), is_absent)) {
    if (is_absent(window.at(column.nearer(), row.nearer()))) return RasterWindow::absent;
    for (const std::size_t beside : {std::size_t{1}, std::size_t{2}}) {  // in the row, then across
      const std::array<float, 4> before = v;
      for (std::size_t i = 0; i < 4; ++i) {
        if (is_absent(before[i])) v[i] = before[i ^ beside];
      }
    }
  }
  const double upper = v[0] + column.part * (double{v[1]} - v[0]);
  const double lower = v[2] + column.part * (double{v[3]} - v[2]);
  return static_cast<float>(upper + row.part * (lower - upper));
}

float average(const RasterWindow& window, RasterPlace place, double columns_each_side,
              double rows_each_side) {
  const double left = place.column - columns_each_side;
  const double right = place.column + columns_each_side;
  const double top = place.row - rows_each_side;
  const double bottom = place.row + rows_each_side;
  double sum = 0;
  double known = 0;
  bool any = false;
  for (auto r = static_cast<std::int64_t>(std::floor(top + 0.5));
       r <= static_cast<std::int64_t>(std::ceil(bottom - 0.5)); ++r) {
    const double y = static_cast<double>(r);
    const double height = std::min(bottom, y + 0.5) - std::max(top, y - 0.5);
    for (auto c = static_cast<std::int64_t>(std::floor(left + 0.5));
         c <= static_cast<std::int64_t>(std::ceil(right - 0.5)); ++c) {
      const double x = static_cast<double>(c);
      const double weight = height * (std::min(right, x + 0.5) - std::max(left, x - 0.5));
      const float value = window.at(c, r);
      any = any || !is_absent(value);
      if (!std::isfinite(value) || weight <= 0) continue;
      sum += weight * value;
      known += weight;
    }
  }
  if (!any) return RasterWindow::absent;
  if (known < 0.5 * (right - left) * (bottom - top)) return hole;
  return static_cast<float>(sum / known);
}

int most_frequent(const RasterWindow& window, RasterPlace place, double columns_each_side,
                  double rows_each_side) {
  const double half_columns = std::max(0.5, columns_each_side);
  const double half_rows = std::max(0.5, rows_each_side);
  std::array<std::uint32_t, 256> counts{};
  for (auto r = static_cast<std::int64_t>(std::ceil(place.row - half_rows));
       r <= static_cast<std::int64_t>(std::floor(place.row + half_rows)); ++r) {
    for (auto c = static_cast<std::int64_t>(std::ceil(place.column - half_columns));
         c <= static_cast<std::int64_t>(std::floor(place.column + half_columns)); ++c) {
      const float value = window.at(c, r);
      if (value >= 0 && value <= 255) ++counts[static_cast<std::size_t>(value)];
    }
  }
  const auto best = std::max_element(counts.begin(), counts.end());
  return *best == 0 ? -1 : static_cast<int>(best - counts.begin());
}

struct RasterMosaic::Tiles {
  struct Tile {
    std::int64_t column = 0;  // of its first pixel, on the lattice of the first tile
    std::int64_t row = 0;
    std::optional<Raster> raster;  // open
    std::uint64_t used = 0;        // when it was read last
  };

  RasterKind kind = RasterKind::heights;
  std::vector<RasterInfo> infos;
  std::vector<Tile> tiles;
  std::int64_t period = 0;  // columns around the earth; 0: it does not close
  detail::Transform transform;
  std::uint64_t clock = 0;
  std::mutex mutex;

  RasterPlace on_lattice(double x, double y) const {
    const auto& a = infos.front().centres;
    const double determinant = a[1] * a[5] - a[2] * a[4];
    const double dx = x - a[0];
    const double dy = y - a[3];
    return {(dx * a[5] - dy * a[2]) / determinant, (dy * a[1] - dx * a[4]) / determinant};
  }
  void keep_open_few();
  // Calls `take(tile number, column shift)` for each tile, and turn of the earth, in the window.
  template <class Take>
  bool each_in(const RasterWindow& window, const Take& take) const {
    for (std::size_t i = 0; i < tiles.size(); ++i) {
      const Tile& tile = tiles[i];
      if (tile.row >= window.row + window.rows || tile.row + infos[i].rows <= window.row) continue;
      for (std::int64_t turn = period > 0 ? -2 : 0; turn <= (period > 0 ? 2 : 0); ++turn) {
        const std::int64_t column = tile.column + turn * period;
        if (column >= window.column + window.columns) continue;
        if (column + infos[i].columns <= window.column) continue;
        if (!take(i, column)) return false;
      }
    }
    return true;
  }
};

// Closes what was not read for longest.
void RasterMosaic::Tiles::keep_open_few() {
  for (;;) {
    Tile* oldest = nullptr;
    std::size_t open = 0;
    for (Tile& tile : tiles) {
      if (!tile.raster) continue;
      ++open;
      if (oldest == nullptr || tile.used < oldest->used) oldest = &tile;
    }
    if (open <= open_tiles) return;
    oldest->raster.reset();
  }
}

RasterMosaic::RasterMosaic(Raster first, RasterKind kind) : tiles_(std::make_unique<Tiles>()) {
  const RasterInfo info = first.info();
  tiles_->kind = kind;
  if (!info.lonlat) {
    const detail::GdalScope scope;
    const detail::Reference to(OSRNewSpatialReference(info.crs.c_str()));
    const detail::Reference from = detail::wgs84_reference();
    OSRSetAxisMappingStrategy(static_cast<OGRSpatialReferenceH>(to.get()),
                              OAMS_TRADITIONAL_GIS_ORDER);
    tiles_->transform.reset(
        OCTNewCoordinateTransformation(static_cast<OGRSpatialReferenceH>(from.get()),
                                       static_cast<OGRSpatialReferenceH>(to.get())));
  } else if (info.centres[2] == 0 && info.centres[4] == 0) {
    const double around = 360 / std::abs(info.centres[1]);
    if (std::abs(around - std::round(around)) < 0.02) {
      tiles_->period = static_cast<std::int64_t>(std::round(around));
    }
  }
  add(std::move(first));
}

RasterMosaic::RasterMosaic(RasterMosaic&&) noexcept = default;
RasterMosaic& RasterMosaic::operator=(RasterMosaic&&) noexcept = default;
RasterMosaic::~RasterMosaic() = default;

bool RasterMosaic::fits(const RasterInfo& info) const {
  const RasterInfo& mine = first();
  if (info.lonlat != mine.lonlat || (!info.lonlat && info.crs != mine.crs)) return false;
  const double pixel = std::hypot(mine.centres[1], mine.centres[4]);
  for (const std::size_t i : {1, 2, 4, 5}) {
    // Headers round; over a tile's width it must stay below a hundredth of a pixel.
    if (std::abs(info.centres[i] - mine.centres[i]) * info.columns > 0.01 * pixel) return false;
  }
  const RasterPlace at = tiles_->on_lattice(info.centres[0], info.centres[3]);
  return std::abs(at.column - std::round(at.column)) < 0.02 &&
         std::abs(at.row - std::round(at.row)) < 0.02 && std::abs(at.column) < 1e9 &&
         std::abs(at.row) < 1e9;
}

void RasterMosaic::add(Raster raster) {
  Tiles& t = *tiles_;
  t.infos.push_back(raster.info());
  const RasterPlace at = t.on_lattice(t.infos.back().centres[0], t.infos.back().centres[3]);
  Tiles::Tile tile;
  tile.column = static_cast<std::int64_t>(std::round(at.column));
  tile.row = static_cast<std::int64_t>(std::round(at.row));
  tile.raster = std::move(raster);
  tile.used = ++t.clock;
  t.tiles.push_back(std::move(tile));
  t.keep_open_few();
}

const RasterInfo& RasterMosaic::first() const {
  return tiles_->infos.front();
}

std::span<const RasterInfo> RasterMosaic::tiles() const {
  return tiles_->infos;
}

void RasterMosaic::places(std::span<const Point> positions, std::span<RasterPlace> out) const {
  constexpr double nowhere = std::numeric_limits<double>::infinity();
  Tiles& t = *tiles_;
  const std::lock_guard lock(t.mutex);
  const detail::GdalScope scope;
  const Box& box = t.infos.front().extent_deg;
  const double middle = 0.5 * (box.min_x + box.max_x);
  for (std::size_t i = 0; i < positions.size(); ++i) {
    double x = positions[i].x;
    double y = positions[i].y;
    if (t.infos.front().lonlat) {
      // Where the lattice does not close around the earth, on its own side of it.
      if (t.period == 0) x = middle + std::remainder(x - middle, 360);
    } else if (!t.transform ||
               !OCTTransform(static_cast<OGRCoordinateTransformationH>(t.transform.get()), 1, &x,
                             &y, nullptr)) {
      x = nowhere;
    }
    out[i] =
        std::isfinite(x) && std::isfinite(y) ? t.on_lattice(x, y) : RasterPlace{nowhere, nowhere};
    if (!(std::abs(out[i].column) < 1e12 && std::abs(out[i].row) < 1e12)) {
      out[i] = {nowhere, nowhere};
    }
  }
}

bool RasterMosaic::covers(const RasterWindow& window) const {
  return !tiles_->each_in(window, [](std::size_t, std::int64_t) { return false; });
}

Status RasterMosaic::read(RasterWindow& window) const {
  window.values.assign(std::size_t{window.columns} * window.rows, RasterWindow::absent);
  Tiles& t = *tiles_;
  const std::lock_guard lock(t.mutex);
  std::vector<float> part;
  Status status;
  t.each_in(window, [&](std::size_t number, std::int64_t tile_column) {
    Tiles::Tile& tile = t.tiles[number];
    const RasterInfo& info = t.infos[number];
    if (!tile.raster) {
      auto raster = Raster::open(info.path, t.kind);
      if (!raster || raster->info().columns != info.columns || raster->info().rows != info.rows) {
        status = raster ? fail(Code::io, "the raster changed meanwhile", info.path)
                        : Status(fail(raster.error()));
        return false;
      }
      tile.raster = std::move(*raster);
    }
    tile.used = ++t.clock;
    const std::int64_t left = std::max(window.column, tile_column);
    const std::int64_t right = std::min(window.column + window.columns, tile_column + info.columns);
    const std::int64_t top = std::max(window.row, tile.row);
    const std::int64_t bottom = std::min(window.row + window.rows, tile.row + info.rows);
    const auto width = static_cast<std::uint32_t>(right - left);
    const auto height = static_cast<std::uint32_t>(bottom - top);
    part.resize(std::size_t{width} * height);
    status = tile.raster->read(static_cast<std::uint32_t>(left - tile_column),
                               static_cast<std::uint32_t>(top - tile.row), width, height,
                               part.data(), width);
    if (!status) return false;
    for (std::uint32_t r = 0; r < height; ++r) {
      float* to = window.values.data() +
                  static_cast<std::size_t>(top - window.row + r) * window.columns +
                  static_cast<std::size_t>(left - window.column);
      const float* from = part.data() + std::size_t{r} * width;
      for (std::uint32_t c = 0; c < width; ++c) {
        if (is_absent(to[c]) || std::isnan(to[c])) to[c] = from[c];
      }
    }
    t.keep_open_few();
    return true;
  });
  return status;
}

}  // namespace cairn::geo
