// SPDX-License-Identifier: Apache-2.0
#include "geo/terrain_prepare.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <numbers>
#include <set>

#include "core/text.hpp"
#include "geo/detail/terrain_bands.hpp"
#include "geo/detail/terrain_sample.hpp"
#include "geo/raster_folder.hpp"
#include "geo/tile_name.hpp"

namespace cairn::geo {
namespace {

using detail::PostFrame;
using detail::PostRect;

constexpr std::uint32_t block_posts = 128;  // a task is a square of so many
constexpr float no_height = std::numeric_limits<float>::quiet_NaN();
constexpr double earth_radius_m = 6'371'008.8;
constexpr std::uint32_t most_fill_posts = 1000;
// Heights in eighths of a metre reach from -512 to 7,679 m; where that is not enough, in quarters
// from -1,024 to 15,359 m.
struct Scale {
  double step_m;
  double lowest_m;
};
constexpr Scale scales[] = {{0.125, -512}, {0.25, -1024}};

// One source of heights, as mosaics.
struct Relief {
  const TerrainSource* source = nullptr;
  RasterSet rasters;
  std::vector<detail::Footprint> footprints;           // of each mosaic
  std::vector<std::atomic<std::uint64_t>> used_posts;  // from each mosaic
};

struct Work {
  const TerrainRequest& request;
  Box area_deg;  // longitudes go on beyond 180
  PostFrame frame;
  std::vector<Relief> reliefs;
  RasterSet clutter;
  std::vector<detail::Footprint> clutter_footprints;
  bool has_ground;
  bool has_surface;

  bool has_clutter() const { return !clutter.mosaics.empty(); }
  bool has_clutter_heights() const { return has_ground && (has_surface || has_clutter()); }
};

Result<Box> area_box(const TerrainArea& area) {
  const bool numbers = std::isfinite(area.west_deg) && std::isfinite(area.east_deg) &&
                       std::isfinite(area.south_deg) && std::isfinite(area.north_deg);
  if (!numbers || std::abs(area.west_deg) > 360 || std::abs(area.east_deg) > 360 ||
      std::abs(area.south_deg) > 90 || std::abs(area.north_deg) > 90) {
    const bool swapped = std::abs(area.west_deg) <= 90 && std::abs(area.east_deg) <= 90;
    return fail(Code::invalid,
                format("the area {},{},{},{} is not on earth: give west,south,east,north in "
                       "degrees{}",
                       number_text(area.west_deg), number_text(area.south_deg),
                       number_text(area.east_deg), number_text(area.north_deg),
                       swapped ? " (are longitude and latitude swapped?)" : ""),
                "area");
  }
  Box box{area.west_deg, area.south_deg, area.east_deg, area.north_deg};
  if (box.max_x < box.min_x) box.max_x += 360;
  if (!(box.max_y > box.min_y) || !(box.max_x > box.min_x) || box.max_x - box.min_x > 360) {
    return fail(Code::invalid,
                "the area is empty: its north must be above its south, and its "
                "east beyond its west",
                "area");
  }
  return box;
}

// The plane around the middle of the area, and posts over all of it. The origin is a post.
Result<PostFrame> frame_of(const Box& area, double cell_m) {
  if (!(cell_m >= 0.1 && cell_m <= 100'000)) {
    return fail(Code::invalid, "a cell is 0.1 m to 100 km", "cell");
  }
  PostFrame frame;
  const Point middle{std::remainder(0.5 * (area.min_x + area.max_x), 360),
                     0.5 * (area.min_y + area.max_y)};
  frame.plane = LocalPlane(middle);
  frame.cell_m = cell_m;
  Box reach;  // in metres
  constexpr int steps = 64;
  for (int i = 0; i <= steps; ++i) {
    const double x = area.min_x + (area.max_x - area.min_x) * i / steps;
    const double y = area.min_y + (area.max_y - area.min_y) * i / steps;
    for (const Point p :
         {Point{x, area.min_y}, Point{x, area.max_y}, Point{area.min_x, y}, Point{area.max_x, y}}) {
      const auto at = frame.plane.forward(p);
      if (!at) {
        return fail(Code::too_large,
                    format("the area reaches farther than {} km from its middle: cut it in parts",
                           LocalPlane::reach_m / 1000),
                    "area");
      }
      reach.add(Point{at->x_m, at->y_m});
    }
  }
  const double west = std::floor(reach.min_x / cell_m);
  const double north = std::ceil(reach.max_y / cell_m);
  const double columns = std::ceil(reach.max_x / cell_m) - west + 1;
  const double rows = north - std::floor(reach.min_y / cell_m) + 1;
  if (columns * rows > static_cast<double>(detail::terrain_posts)) {
    return fail(Code::too_large,
                format("{} x {} posts are more than {}: take larger cells or a smaller area",
                       columns, rows, detail::terrain_posts),
                "cell");
  }
  frame.west_m = west * cell_m;
  frame.north_m = north * cell_m;
  frame.columns = static_cast<std::uint32_t>(columns);
  frame.rows = static_cast<std::uint32_t>(rows);
  return frame;
}

std::vector<detail::Footprint> footprints_of(const RasterSet& set, const PostFrame& frame) {
  std::vector<detail::Footprint> out;
  for (const RasterMosaic& mosaic : set.mosaics) out.push_back(detail::footprint(mosaic, frame));
  return out;
}

Status open_sources(Work& work) {
  for (const TerrainSource& source : work.request.sources) {
    auto set = open_rasters(source.path, RasterKind::heights, work.area_deg);
    if (!set) return fail(set.error());
    Relief relief;
    relief.source = &source;
    relief.rasters = std::move(*set);
    relief.footprints = footprints_of(relief.rasters, work.frame);
    relief.used_posts = std::vector<std::atomic<std::uint64_t>>(relief.rasters.mosaics.size());
    (source.ground ? work.has_ground : work.has_surface) = true;
    work.reliefs.push_back(std::move(relief));
  }
  if (work.request.clutter_path.empty()) return {};
  auto set = open_rasters(work.request.clutter_path, RasterKind::classes, work.area_deg);
  if (!set) return fail(set.error());
  work.clutter = std::move(*set);
  work.clutter_footprints = footprints_of(work.clutter, work.frame);
  return {};
}

// One square of posts.
struct Block {
  std::vector<float> height_m;
  std::vector<std::uint8_t> klass;
  std::vector<std::uint8_t> half_m;
  std::vector<std::uint8_t> inside;
};

Status read_heights(Work& work, const detail::PostMesh& mesh, bool ground,
                    std::vector<float>& out) {
  out.assign(mesh.rect().size(), no_height);
  std::size_t known = 0;
  for (Relief& relief : work.reliefs) {
    if (relief.source->ground != ground) continue;
    for (std::size_t i = 0; i < relief.footprints.size() && known < out.size(); ++i) {
      const auto written = detail::sample_heights(relief.rasters.mosaics[i], relief.footprints[i],
                                                  work.frame, mesh, out);
      if (!written) return fail(written.error());
      relief.used_posts[i] += *written;
      known += *written;
    }
  }
  return {};
}

Status read_classes(Work& work, const detail::PostMesh& mesh, std::vector<std::uint8_t>& out) {
  out.assign(mesh.rect().size(), 0);
  for (std::size_t i = 0; i < work.clutter.mosaics.size(); ++i) {
    const auto written = detail::sample_classes(work.clutter.mosaics[i], work.clutter_footprints[i],
                                                work.frame, mesh, out);
    if (!written) return fail(written.error());
  }
  return {};
}

// Heights of the ground where they are known, of the surface elsewhere; what stands on the ground
// is their difference, or what the class says. On a surface nothing stands once more.
Status fill_block(Work& work, const PostRect& rect, Block& out) {
  const detail::PostMesh mesh(work.frame, rect);
  std::vector<float> ground;
  std::vector<float> surface;
  if (auto done = read_heights(work, mesh, true, ground); !done) return done;
  if (work.has_surface) {
    if (auto done = read_heights(work, mesh, false, surface); !done) return done;
  }
  if (work.has_clutter()) {
    if (auto done = read_classes(work, mesh, out.klass); !done) return done;
  }
  out.height_m = ground;
  out.inside.resize(rect.size());
  if (work.has_clutter_heights()) out.half_m.assign(rect.size(), 0);
  const Box& area = work.area_deg;
  const double turn_deg =
      0.5 * (area.min_x + area.max_x) - work.frame.plane.origin().x;  // whole turns
  for (std::size_t i = 0; i < rect.size(); ++i) {
    const bool on_ground = !std::isnan(ground[i]);
    const bool on_surface = work.has_surface && !std::isnan(surface[i]);
    if (!on_ground && on_surface) out.height_m[i] = surface[i];
    if (!out.half_m.empty() && (on_ground || !on_surface)) {
      const double over_m =
          on_ground && on_surface
              ? std::clamp<double>(surface[i] - ground[i], 0.0, ClutterTable::max_height_m)
              : 0;
      out.half_m[i] = on_ground && on_surface ? static_cast<std::uint8_t>(2 * over_m + 0.5)
                      : work.has_clutter()    ? work.request.clutter.half_metres(out.klass[i])
                                              : 0;
    }
    Point p = mesh.position(static_cast<std::uint32_t>(i % rect.columns),
                            static_cast<std::uint32_t>(i / rect.columns));
    p.x += turn_deg;
    out.inside[i] = area.contains(p) ? 1 : 0;
  }
  return {};
}

template <class T>
void place_block(const std::vector<T>& block, const PostRect& rect, std::uint32_t columns,
                 std::vector<T>& rows) {
  if (block.empty()) return;
  for (std::uint32_t r = 0; r < rect.rows; ++r) {
    std::copy_n(block.begin() + static_cast<std::ptrdiff_t>(std::size_t{r} * rect.columns),
                rect.columns,
                rows.begin() + static_cast<std::ptrdiff_t>(std::size_t{r} * columns + rect.column));
  }
}

Result<detail::TerrainRows> read_band(Work& work, std::uint32_t row, std::uint32_t rows,
                                      const Workers& workers) {
  const std::uint32_t columns = work.frame.columns;
  const std::size_t posts = std::size_t{columns} * rows;
  detail::TerrainRows out;
  out.height_m.resize(posts);
  out.inside.resize(posts);
  if (work.has_clutter()) out.klass.resize(posts);
  if (work.has_clutter_heights()) out.half_m.resize(posts);
  const std::size_t blocks = (columns + block_posts - 1) / block_posts;
  std::vector<Status> results(blocks);
  workers.run(blocks, [&](std::size_t number) {
    const auto column = static_cast<std::uint32_t>(number * block_posts);
    const PostRect rect{column, row, std::min(block_posts, columns - column), rows};
    Block block;
    results[number] = fill_block(work, rect, block);
    if (!results[number]) return;
    place_block(block.height_m, rect, columns, out.height_m);
    place_block(block.klass, rect, columns, out.klass);
    place_block(block.half_m, rect, columns, out.half_m);
    place_block(block.inside, rect, columns, out.inside);
  });
  for (Status& result : results) {
    if (!result) return fail(result.error());
  }
  return out;
}

// Degrees of the area that no raster reaches into.
std::vector<std::string> absent_tiles(const Work& work) {
  constexpr double rim_deg = 0.001;  // tiles overlap by a pixel
  std::vector<std::string> out;
  const Box& area = work.area_deg;
  for (double south = std::floor(area.min_y); south < area.max_y; ++south) {
    for (double west = std::floor(area.min_x); west < area.max_x; ++west) {
      const Box part{std::max(area.min_x, west) + rim_deg, std::max(area.min_y, south) + rim_deg,
                     std::min(area.max_x, west + 1) - rim_deg,
                     std::min(area.max_y, south + 1) - rim_deg};
      if (part.min_x > part.max_x || part.min_y > part.max_y) continue;
      bool there = false;
      for (const Relief& relief : work.reliefs) {
        for (const RasterMosaic& mosaic : relief.rasters.mosaics) {
          for (const RasterInfo& tile : mosaic.tiles()) {
            there = there || overlap_around(tile.extent_deg, part);
          }
        }
      }
      const auto turned = static_cast<int>(west - 360 * std::floor((west + 180) / 360));
      if (!there) out.push_back(tile_text(static_cast<int>(south), turned));
    }
  }
  return out;
}

std::string name_of(const std::string& path) {
  return path.substr(path.find_last_of('/') + 1);
}

void describe_source(const Relief& relief, std::size_t i, TerrainInfo& info,
                     std::vector<std::string>& labels) {
  const RasterMosaic& mosaic = relief.rasters.mosaics[i];
  const std::string file = name_of(mosaic.first().path);
  const double cell_m = mosaic.first().cell_m;
  const std::string label =
      relief.source->label.empty() ? source_label(file, cell_m) : relief.source->label;
  const std::size_t others = mosaic.tiles().size() - 1;
  info.sources.push_back(format("{}: {}{}{}", label, file,
                                others > 0 ? format(" and {} more", others) : "",
                                relief.source->ground ? " (ground)" : ""));
  if (std::find(labels.begin(), labels.end(), label) == labels.end()) labels.push_back(label);
  info.source_cell_m = std::max(info.source_cell_m, cell_m);
}

TerrainInfo describe(const Work& work, const detail::TerrainBands& bands) {
  constexpr double estimated_beyond_m = 200;
  TerrainInfo info;
  std::vector<std::string> labels;
  for (const Relief& relief : work.reliefs) {
    for (std::size_t i = 0; i < relief.used_posts.size(); ++i) {
      if (relief.used_posts[i] > 0) describe_source(relief, i, info, labels);
    }
    const auto& refused = relief.rasters.refused;
    info.refused.insert(info.refused.end(), refused.begin(), refused.end());
  }
  info.refused.insert(info.refused.end(), work.clutter.refused.begin(), work.clutter.refused.end());
  if (work.has_clutter()) {
    info.clutter = {name_of(work.clutter.mosaics.front().first().path), work.request.clutter.name};
  }
  info.label = work.request.label.empty() ? join(labels, "; ") : work.request.label;
  info.estimated = info.source_cell_m > estimated_beyond_m;
  info.missing = bands.missing();
  info.filled = bands.filled();
  info.absent = absent_tiles(work);
  info.lowest_m = bands.lowest_m();
  info.highest_m = bands.highest_m();
  return info;
}

// No height anywhere: why that may be.
tl::unexpected<Error> nothing_known(const Work& work) {
  Box reach;
  std::string refused;
  for (const Relief& relief : work.reliefs) {
    reach.add(relief.rasters.reach_deg);
    if (refused.empty() && !relief.rasters.refused.empty()) {
      refused = "; " + relief.rasters.refused.front();
    }
  }
  const Box& area = work.area_deg;
  const Box swapped{area.min_y, area.min_x, area.max_y, area.max_x};
  const std::string where = reach.empty()
                                ? "no tile of it is there"
                                : format("the sources cover {:.4f},{:.4f},{:.4f},{:.4f}",
                                         reach.min_x, reach.min_y, reach.max_x, reach.max_y);
  return fail(Code::not_found,
              format("no height is known in the area {:.4f},{:.4f},{:.4f},{:.4f}: {}{}{}",
                     area.min_x, area.min_y, area.max_x, area.max_y, where, refused,
                     !reach.empty() && overlap_around(reach, swapped)
                         ? " (are longitude and latitude swapped?)"
                         : ""),
              "area");
}

detail::TerrainHead head_of(const Work& work, const Scale& scale) {
  detail::TerrainHead head;
  head.origin = work.frame.plane.origin();
  head.west_m = work.frame.west_m;
  head.north_m = work.frame.north_m;
  head.cell_m = work.frame.cell_m;
  head.columns = work.frame.columns;
  head.rows = work.frame.rows;
  head.scale_m = scale.step_m;
  head.offset_m = scale.lowest_m;
  head.surface = !work.has_ground;
  head.clutter_class = work.has_clutter();
  head.clutter_height = work.has_clutter_heights();
  return head;
}

// Nothing where a height did not fit the scale.
Result<std::optional<TerrainInfo>> write_terrain(Work& work, const Scale& scale,
                                                 const Workers& workers, const std::string& path,
                                                 const std::function<bool(double)>& progress) {
  const detail::TerrainHead head = head_of(work, scale);
  auto file = detail::AsideFile::create(path, head.tail_offset());
  if (!file) return fail(file.error());
  const double fill_posts = std::floor(work.request.fill_m / work.frame.cell_m);
  detail::TerrainBands bands(
      head, static_cast<std::uint32_t>(std::clamp(fill_posts, 0.0, double{most_fill_posts})),
      *file);
  for (std::uint32_t row = 0; row < work.frame.rows; row += block_posts) {
    if (progress && !progress(double{1} * row / work.frame.rows)) {
      return fail(Code::conflict, "cancelled");
    }
    auto rows = read_band(work, row, std::min(block_posts, work.frame.rows - row), workers);
    if (!rows) return fail(rows.error());
    if (auto done = bands.add(std::move(*rows)); !done) return fail(done.error());
    if (bands.overflowed()) return std::optional<TerrainInfo>();
  }
  if (bands.known() == 0) return nothing_known(work);
  TerrainInfo info = describe(work, bands);
  if (auto done = bands.end(info); !done) return fail(done.error());
  if (progress) progress(1);
  return std::optional(std::move(info));
}

}  // namespace

TerrainArea area_around(const Box& box, double margin_m) {
  constexpr double deg_per_rad = 180 / std::numbers::pi;
  const double up_deg = margin_m / earth_radius_m * deg_per_rad;
  const double south_deg = std::max(-90.0, box.min_y - up_deg);
  const double north_deg = std::min(90.0, box.max_y + up_deg);
  const double farthest_deg = std::min(89.0, std::max(std::abs(south_deg), std::abs(north_deg)));
  const double side_deg = up_deg / std::cos(farthest_deg / deg_per_rad);
  if (box.max_x - box.min_x + 2 * side_deg >= 360) return {-180, south_deg, 180, north_deg};
  return {std::remainder(box.min_x - side_deg, 360), south_deg,
          std::remainder(box.max_x + side_deg, 360), north_deg};
}

Result<TerrainInfo> prepare_terrain(const TerrainRequest& request, const Workers& workers,
                                    const std::string& path,
                                    const std::function<bool(double)>& progress) {
  if (request.sources.empty()) return fail(Code::invalid, "no source of heights is given");
  if (!(request.fill_m >= 0 && request.fill_m <= 100'000)) {
    return fail(Code::invalid, "holes are filled up to 0 m to 100 km", "fill");
  }
  const auto area = area_box(request.area);
  if (!area) return fail(area.error());
  const auto frame = frame_of(*area, request.cell_m);
  if (!frame) return fail(frame.error());
  Work work{request, *area, *frame, {}, {}, {}, false, false};
  if (auto done = open_sources(work); !done) return fail(done.error());
  for (const Scale& scale : scales) {
    auto info = write_terrain(work, scale, workers, path, progress);
    if (!info) return fail(info.error());
    if (*info) return std::move(**info);
    for (Relief& relief : work.reliefs) {
      for (auto& count : relief.used_posts) count = 0;
    }
  }
  return fail(Code::internal, "heights fit no scale");
}

}  // namespace cairn::geo
