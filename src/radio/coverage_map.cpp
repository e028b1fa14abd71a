// SPDX-License-Identifier: Apache-2.0
#include "radio/coverage_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <memory>
#include <mutex>
#include <numbers>
#include <utility>

#include "radio/coverage_site.hpp"
#include "radio/p1812_lanes.hpp"
#include "radio/polar_lattice.hpp"
#include "radio/radial.hpp"

namespace cairn::radio {
namespace {

constexpr std::uint32_t tile_pixels = 64;  // a side: its part of a lattice stays in the cache
// A lattice costs about 4.2 receivers of 0.2 us a step^2; an exact path 0.9 us and 5 ns a point, of
// which there are 2 / 3 of the radius's steps. Where pixels are so coarse, or discs so small, that
// exact paths for all cost no more, they are taken.
constexpr double exact_fixed_steps = 270;  // 0.9 us in points of 2 / 3 x 5 ns
constexpr double exact_is_cheaper = 85;    // 4.2 x 0.2 us in the same, over pi
constexpr std::size_t least_lattice = 60;

Status check_options(const CoverageOptions& options) {
  if (Status status = check_propagation(options.propagation); !status) return status;
  auto bad = [](const char* what, double value, const char* must) {
    return fail(Code::invalid, fmt::format("{} {} {}", what, value, must));
  };
  if (!(options.radius_m > 0 && options.radius_m <= greatest_map_radius_m)) {
    return bad("radius in m", options.radius_m, "is not within 0 to 300000");
  }
  if (!(options.step_m >= 1 && options.step_m <= greatest_map_radius_m)) {
    return bad("step in m", options.step_m, "is not at least 1");
  }
  if (!(options.refine_db >= 0 && options.uneven_db >= 0)) {
    return bad("limit of refinement in dB", std::min(options.refine_db, options.uneven_db),
               "is negative or not a number");
  }
  if (!std::isfinite(options.heard_dbm)) {
    return bad("least level in dBm", options.heard_dbm, "is not finite");
  }
  return {};
}

Status check_frame(const MapFrame& frame) {
  if (frame.columns == 0 || frame.rows == 0) {
    return fail(Code::invalid, "the map has no pixels: its area or its resolution is wrong");
  }
  if (!(frame.cell_m > 0 && std::isfinite(frame.cell_m) && std::isfinite(frame.west_m) &&
        std::isfinite(frame.north_m))) {
    return fail(Code::invalid, fmt::format("pixels of {} m from ({}, {}): not a map", frame.cell_m,
                                           frame.west_m, frame.north_m));
  }
  if (frame.size() > most_map_pixels) {
    return fail(Code::too_large,
                fmt::format("{} x {} pixels are more than {}: choose larger pixels", frame.columns,
                            frame.rows, most_map_pixels));
  }
  return {};
}

// Things that tasks borrow and give back, so that there are no more than threads.
template <class T>
class Lending {
 public:
  std::unique_ptr<T> take() {
    std::lock_guard lock(mutex_);
    if (free_.empty()) return std::make_unique<T>();
    std::unique_ptr<T> thing = std::move(free_.back());
    free_.pop_back();
    return thing;
  }
  void give(std::unique_ptr<T> thing) {
    std::lock_guard lock(mutex_);
    free_.push_back(std::move(thing));
  }
  const std::vector<std::unique_ptr<T>>& all() const { return free_; }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<T>> free_;
};

// Counts what is done and remembers whether to stop.
class Course {
 public:
  Course(const std::function<bool(double)>& progress, double total)
      : progress_(progress), total_(total) {}

  bool stopped() const { return stopped_.load(std::memory_order_relaxed); }
  void add(double work) {
    if (!progress_) return;
    std::lock_guard lock(mutex_);
    if (stopped()) return;
    done_ += work;
    if (!progress_(std::min(1.0, done_ / total_))) stopped_ = true;
  }
  // Of the failures the one with the lowest number, whoever came first.
  void fail_at(std::size_t number, Error error) {
    std::lock_guard lock(mutex_);
    if (number >= failed_at_) return;
    failed_at_ = number;
    error_ = std::move(error);
  }
  Status status() const {
    if (failed_at_ != none) return fail(error_);
    if (stopped()) return fail(Code::conflict, "the map was cancelled");
    return {};
  }

 private:
  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();
  const std::function<bool(double)>& progress_;
  double total_;
  double done_ = 0;
  std::atomic<bool> stopped_ = false;
  std::size_t failed_at_ = none;
  Error error_;
  std::mutex mutex_;
};

struct WalkRoom {
  RadialBlock block;
  std::vector<float> loss_db;

  std::size_t bytes() const {
    std::size_t each = sizeof(double) * 15 + sizeof(float) + 1;
    return block.count() * each + sizeof(float) * (block.clutter_m.size() + loss_db.size()) +
           sizeof(double) * (block.walk_values.size() + block.walk_links.size());
  }
};

class Survey {
 public:
  Survey(const geo::TerrainGrid& terrain, const CoverageOptions& options, const Workers& workers,
         const std::function<bool(double)>& progress, std::vector<MapSite> sites, CoverageMap& map)
      : terrain_(terrain),
        options_(options),
        workers_(workers),
        sites_(std::move(sites)),
        shape_(options.radius_m, options.step_m),
        with_lattice_(lattice_pays(map.frame)),
        course_(progress, static_cast<double>(sites_.size())),
        map_(map),
        unknown_(map.frame.size()) {}

  Status run() {
    for (const MapSite& site : sites_) {
      std::vector<MapTile> tiles = tiles_of(site);
      if (tiles.empty()) {
        course_.add(1);
        continue;
      }
      double walking = with_lattice_ ? 0.7 : 0;
      if (with_lattice_) fill_lattice(site, walking);
      if (Status status = course_.status(); !status) return status;
      paint(site, tiles, 1 - walking);
      if (Status status = course_.status(); !status) return status;
    }
    count();
    return {};
  }

 private:
  bool lattice_pays(const MapFrame& frame) const {
    if (options_.propagation.model != Model::p1812) return false;
    double ratio = options_.step_m / frame.cell_m;
    double steps = static_cast<double>(shape_.samples()) + exact_fixed_steps;
    return shape_.samples() >= least_lattice && ratio * ratio * steps >= exact_is_cheaper;
  }

  // The tiles that the site's disc touches.
  std::vector<MapTile> tiles_of(const MapSite& site) const {
    const MapFrame& frame = map_.frame;
    auto range = [&](double low_m, double high_m, std::uint32_t count) {
      double low = std::ceil(low_m / frame.cell_m);
      double high = std::floor(high_m / frame.cell_m) + 1;
      auto clip = [count](double v) {
        return static_cast<std::uint32_t>(std::clamp(v, 0.0, static_cast<double>(count)));
      };
      return std::pair{clip(low), clip(high)};
    };
    double west_m = site.at.x_m - frame.west_m;
    double south_m = frame.north_m - site.at.y_m;
    double radius_m = options_.radius_m;
    auto [left, right] = range(west_m - radius_m, west_m + radius_m, frame.columns);
    auto [top, bottom] = range(south_m - radius_m, south_m + radius_m, frame.rows);
    std::vector<MapTile> tiles;
    for (std::uint32_t row = top; row < bottom; row += tile_pixels) {
      for (std::uint32_t column = left; column < right; column += tile_pixels) {
        tiles.push_back({column, std::min(right, column + tile_pixels), row,
                         std::min(bottom, row + tile_pixels)});
      }
    }
    return tiles;
  }

  // The part of the site's lattice that the frame looks at.
  struct Window {
    std::size_t samples = 0;
    double middle_rad = 0;
    double half_rad = std::numbers::pi;  // to both sides of the middle, neighbours included

    bool holds(double azimuth_rad) const {
      return std::abs(std::remainder(azimuth_rad - middle_rad, 2 * std::numbers::pi)) <= half_rad;
    }
  };
  Window window_of(const MapSite& site) const {
    const MapFrame& frame = map_.frame;
    double west_m = frame.west_m - site.at.x_m;
    double east_m = west_m + (frame.columns - 1.0) * frame.cell_m;
    double north_m = frame.north_m - site.at.y_m;
    double south_m = north_m - (frame.rows - 1.0) * frame.cell_m;
    double far_m = std::hypot(std::max(std::abs(west_m), std::abs(east_m)),
                              std::max(std::abs(north_m), std::abs(south_m)));
    Window window;
    window.samples =
        std::min(shape_.samples(), static_cast<std::size_t>(far_m / options_.step_m) + 3);
    bool within = west_m <= 0 && east_m >= 0 && south_m <= 0 && north_m >= 0;
    if (within) return window;
    // Seen from outside, a rectangle lies between two of its corners, less than half a turn apart.
    window.middle_rad = std::atan2((west_m + east_m) / 2, (south_m + north_m) / 2);
    window.half_rad = 0;
    for (double x_m : {west_m, east_m}) {
      for (double y_m : {south_m, north_m}) {
        double turn =
            std::remainder(std::atan2(x_m, y_m) - window.middle_rad, 2 * std::numbers::pi);
        window.half_rad = std::max(window.half_rad, std::abs(turn));
      }
    }
    window.half_rad += 1.5 * shape_.widest_rad();
    return window;
  }

  void fill_lattice(const MapSite& site, double work) {
    Window window = window_of(site);
    lattice_.loss_db.resize(std::max(lattice_.loss_db.size(), site.bands.size()));
    for (std::size_t band = 0; band < site.bands.size(); ++band) {
      lattice_.loss_db[band].resize(shape_.values());
    }
    lattice_.sight.resize(shape_.values());
    lattice_.horizon_mrad.resize(site.directional ? shape_.values() : 0);
    lattice_bytes_ = std::max(lattice_bytes_, shape_.values() * (4 * lattice_.loss_db.size() + 1 +
                                                                 (site.directional ? 4 : 0)));
    workers_.run(shape_.fans(), [&](std::size_t number) {
      if (course_.stopped()) return;
      std::unique_ptr<WalkRoom> room = walk_rooms_.take();
      walk(site, window, number, *room);
      walk_rooms_.give(std::move(room));
      course_.add(work / static_cast<double>(shape_.fans()));
    });
  }

  void walk(const MapSite& site, const Window& window, std::size_t number, WalkRoom& room) {
    PolarShape::Fan fan = shape_.fan(number);
    bool wanted = false;
    for (std::size_t radial : fan.radial) wanted |= window.holds(shape_.azimuth_rad(radial));
    if (!wanted || fan.first_receiver >= window.samples) return;
    RadialFan radials{.site = site.at,
                      .tx_mast_m = site.mast_m,
                      .rx_mast_m = options_.propagation.rx_mast_m,
                      .step_m = options_.step_m,
                      .samples = window.samples,
                      .first_receiver = fan.first_receiver,
                      .radii = earth_radii(options_.propagation.air.delta_n_per_km)};
    for (std::size_t lane = 0; lane < radial_lanes; ++lane) {
      radials.azimuth_rad[lane] = shape_.azimuth_rad(fan.radial[lane]);
    }
    extract_radials(terrain_, radials, room.block);
    walk_radials(radials, room.block);
    room.loss_db.resize(room.block.count());
    for (std::size_t band = 0; band < site.bands.size(); ++band) {
      P1812Radio radio = *site.bands[band].p1812;
      radio.location_db = location_loss_db(site.bands[band], 0);
      p1812_loss_lanes(room.block, radio, fan.first_receiver, window.samples, room.loss_db);
      shape_.scatter<float, float>(fan, window.samples, room.loss_db, lattice_.loss_db[band]);
    }
    shape_.scatter<std::uint8_t, std::uint8_t>(fan, window.samples, room.block.line_of_sight,
                                               lattice_.sight);
    if (site.directional) {
      shape_.scatter<double, float>(fan, window.samples, room.block.tx_horizon_mrad,
                                    lattice_.horizon_mrad);
    }
  }

  void paint(const MapSite& site, const std::vector<MapTile>& tiles, double work) {
    Model model = options_.propagation.model;
    bool batches = (model == Model::p1812 || model == Model::itm) && batches_fit(terrain_);
    MapTask task{terrain_, options_, with_lattice_ ? &shape_ : nullptr, batches};
    workers_.run(tiles.size(), [&](std::size_t number) {
      if (course_.stopped()) return;
      std::unique_ptr<PaintRoom> room = paint_rooms_.take();
      Status status = paint_tile(task, site, lattice_, tiles[number], map_, unknown_, *room);
      if (!status) course_.fail_at(number, status.error());
      paint_rooms_.give(std::move(room));
      course_.add(work / static_cast<double>(tiles.size()));
    });
  }

  void count() {
    CoverageMap::Figures& figures = map_.figures;
    for (const auto& room : paint_rooms_.all()) {
      figures.receivers += room->receivers;
      figures.exact += room->exact_paths;
    }
    for (std::size_t pixel = 0; pixel < unknown_.size(); ++pixel) {
      figures.unknown += unknown_[pixel] != 0 && map_.server[pixel] == no_cell;
    }
    figures.peak_bytes = unknown_.size() + lattice_bytes_;
    for (const auto& room : walk_rooms_.all()) figures.peak_bytes += room->bytes();
  }

  const geo::TerrainGrid& terrain_;
  const CoverageOptions& options_;
  const Workers& workers_;
  std::vector<MapSite> sites_;
  PolarShape shape_;
  bool with_lattice_;
  Course course_;
  CoverageMap& map_;
  std::vector<std::uint8_t> unknown_;
  SiteLattice lattice_;
  std::size_t lattice_bytes_ = 0;
  Lending<WalkRoom> walk_rooms_;
  Lending<PaintRoom> paint_rooms_;
};

CoverageMap empty_map(const MapFrame& frame) {
  constexpr float nothing = std::numeric_limits<float>::quiet_NaN();
  CoverageMap map;
  map.frame = frame;
  map.rsrp_dbm.assign(frame.size(), nothing);
  map.second_rsrp_dbm.assign(frame.size(), nothing);
  map.loss_db.assign(frame.size(), nothing);
  map.server.assign(frame.size(), no_cell);
  map.second.assign(frame.size(), no_cell);
  map.line_of_sight.assign(frame.size(), 255);
  return map;
}

bool covered(const CoverageMap& map, std::span<const Cell> cells, std::size_t pixel) {
  std::uint16_t server = map.server[pixel];
  return server != no_cell &&
         map.rsrp_dbm[pixel] >= static_cast<float>(cells[server].budget->rsrp_threshold_dbm);
}

Status check_servers(const CoverageMap& map, std::size_t cells) {
  for (std::uint16_t server : map.server) {
    if (server != no_cell && server >= cells) {
      return fail(Code::invalid,
                  fmt::format("the map has a server {}, but there are {} cells", server, cells));
    }
  }
  return {};
}

}  // namespace

Result<CoverageMap> coverage_map(const geo::TerrainGrid& terrain, std::span<const Cell> cells,
                                 const MapFrame& frame, const CoverageOptions& options,
                                 const Workers& workers,
                                 const std::function<bool(double)>& progress) {
  if (cells.empty()) return fail(Code::invalid, "a coverage map needs at least one cell");
  if (cells.size() > no_cell) {
    return fail(Code::too_large,
                fmt::format("{} cells are more than {}: make several maps", cells.size(), no_cell));
  }
  if (terrain.columns < 2 || terrain.rows < 2 || !(terrain.cell_m > 0)) {
    return fail(Code::invalid, "the terrain has fewer than two columns or rows");
  }
  CoverageOptions all = options;
  if (all.step_m == 0) all.step_m = terrain.cell_m;
  if (Status status = check_options(all); !status) return fail(status.error());
  if (Status status = check_frame(frame); !status) return fail(status.error());
  if (!(all.radius_m / all.step_m <= most_radial_steps)) {
    return fail(
        Code::too_large,
        fmt::format("a radius of {:.0f} m has more than {} steps of {} m: take longer steps",
                    all.radius_m, most_radial_steps, all.step_m));
  }
  Result<std::vector<MapSite>> sites = map_sites(terrain, cells, all.propagation);
  if (!sites) return fail(sites.error());

  CoverageMap map = empty_map(frame);
  Survey survey(terrain, all, workers, progress, std::move(*sites), map);
  if (Status status = survey.run(); !status) return fail(status.error());
  return map;
}

Result<CoverageDifference> difference(const CoverageMap& before, std::span<const Cell> cells_before,
                                      const CoverageMap& after, std::span<const Cell> cells_after) {
  if (before.frame != after.frame) {
    return fail(Code::invalid, "maps of different frames cannot be compared");
  }
  if (Status status = check_servers(before, cells_before.size()); !status) {
    return fail(status.error());
  }
  if (Status status = check_servers(after, cells_after.size()); !status) {
    return fail(status.error());
  }
  CoverageDifference out;
  out.change.resize(before.frame.size());
  out.gain_db.resize(before.frame.size());
  for (std::size_t pixel = 0; pixel < out.change.size(); ++pixel) {
    bool was = covered(before, cells_before, pixel);
    bool is = covered(after, cells_after, pixel);
    out.change[pixel] = static_cast<CoverageDifference::Change>(int{is} - int{was});
    out.gain_db[pixel] = after.rsrp_dbm[pixel] - before.rsrp_dbm[pixel];
    out.covered_before += was;
    out.covered_after += is;
    out.gained += is && !was;
    out.lost += was && !is;
  }
  return out;
}

}  // namespace cairn::radio
