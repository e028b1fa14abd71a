// SPDX-License-Identifier: Apache-2.0
#include "radio/coverage_site.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numbers>
#include <optional>
#include <tuple>

namespace cairn::radio {
namespace {

// Nearer than so many steps a lattice is too coarse for the bend of free space.
constexpr double exact_steps = 8;

struct Place {
  geo::PlanePoint at;
  double ground_m = 0;
};

Result<Place> place_of(const geo::TerrainGrid& terrain, const Cell& cell) {
  auto on_terrain = [&terrain](geo::Point position) -> std::optional<Place> {
    std::optional<geo::PlanePoint> at = terrain.plane.forward(position);
    if (!at) return {};
    std::optional<double> height = terrain.height_m(*at);
    if (!height) return {};
    return Place{*at, *height};
  };
  if (std::optional<Place> place = on_terrain(cell.position)) return *place;
  std::optional<geo::PlanePoint> at = terrain.plane.forward(cell.position);
  if (at && terrain.nearest(*at)) {
    return fail(Code::not_found,
                fmt::format("the terrain has no height at longitude {:.6f}, latitude {:.6f}; fill "
                            "the hole with a second source",
                            cell.position.x, cell.position.y));
  }
  bool swapped = on_terrain({cell.position.y, cell.position.x}).has_value();
  return fail(Code::invalid,
              fmt::format("longitude {:.6f}, latitude {:.6f} is not on the terrain; {}",
                          cell.position.x, cell.position.y,
                          swapped ? "are longitude and latitude swapped?"
                                  : "prepare a larger one, or leave the cell out"));
}

tl::unexpected<Error> of_cell(std::size_t index, const Cell& cell, Error error) {
  std::string name = fmt::format("cell {} \"{}\"", index, cell.id);
  error.place = error.place.empty() ? name : name + ", " + error.place;
  return fail(std::move(error));
}

Result<std::size_t> band_of(MapSite& site, const Propagation& propagation, double frequency_mhz) {
  for (std::size_t i = 0; i < site.bands.size(); ++i) {
    if (site.bands[i].frequency_mhz == frequency_mhz) return i;
  }
  Result<PreparedModel> model = prepare_model(propagation, frequency_mhz);
  if (!model) return fail(model.error());
  site.bands.push_back(*model);
  return site.bands.size() - 1;
}

using SiteKey = std::tuple<double, double, double>;

MapSite& site_at(const Place& place, double mast_m, std::map<SiteKey, std::size_t>& known,
                 std::vector<MapSite>& sites) {
  auto [at, fresh] = known.try_emplace({place.at.x_m, place.at.y_m, mast_m}, sites.size());
  if (fresh) {
    sites.push_back({.at = place.at, .mast_m = mast_m, .antenna_amsl_m = place.ground_m + mast_m});
  }
  return sites[at->second];
}

constexpr std::size_t clutter_codes = 256;

void add_clutter_spread(MapSite& site) {
  for (const PreparedModel& band : site.bands) {
    double open_db = location_loss_db(band, 0);
    for (std::size_t code = 0; code < clutter_codes; ++code) {
      site.clutter_db.push_back(location_loss_db(band, 0.5 * static_cast<double>(code)) - open_db);
    }
  }
}

}  // namespace

Result<std::vector<MapSite>> map_sites(const geo::TerrainGrid& terrain, std::span<const Cell> cells,
                                       const Propagation& propagation) {
  std::vector<MapSite> sites;
  std::map<SiteKey, std::size_t> known;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const Cell& cell = cells[i];
    if (Status status = check_cell(cell); !status) return of_cell(i, cell, status.error());
    if (Status status = check_tx_mast(propagation.model, cell.mast_m); !status) {
      return of_cell(i, cell, status.error());
    }
    Result<Place> place = place_of(terrain, cell);
    if (!place) return of_cell(i, cell, place.error());
    MapSite& site = site_at(*place, cell.mast_m, known, sites);
    LinkBudget budget = cell_budget(cell);
    Result<std::size_t> band = band_of(site, propagation, budget.reference_mhz());
    if (!band) return of_cell(i, cell, band.error());
    double eirp_dbm = eirp_per_re_dbm(budget);
    site.directional |= cell.antenna != nullptr;
    site.cells.push_back({.cell = &cell,
                          .index = static_cast<std::uint16_t>(i),
                          .band = *band,
                          .eirp_dbm = eirp_dbm,
                          .threshold_dbm = budget.rsrp_threshold_dbm,
                          .rates_dbm = eirp_dbm - greatest_loss_db(budget)});
  }
  if (propagation.location_variability && !terrain.clutter_half_metres.empty()) {
    for (MapSite& site : sites) add_clutter_spread(site);
  }
  return sites;
}

namespace {

// Which places of one line from west to east have a height: TerrainGrid::height_m without it.
class PostRow {
 public:
  PostRow(const geo::TerrainGrid& terrain, double y_m) : terrain_(terrain) {
    double row = (terrain.north_m - y_m) / terrain.cell_m;
    if (!(row >= 0 && row <= terrain.rows - 1.0)) return;
    auto r = std::min(static_cast<std::uint32_t>(row), terrain.rows - 2);
    posts_ = terrain.heights.data() + std::size_t{r} * terrain.columns;
  }
  bool known(double x_m) const {
    constexpr std::uint16_t missing = geo::TerrainGrid::missing;
    double column = (x_m - terrain_.west_m) / terrain_.cell_m;
    if (!(posts_ != nullptr && column >= 0 && column <= terrain_.columns - 1.0)) return false;
    const std::uint16_t* at =
        posts_ + std::min(static_cast<std::uint32_t>(column), terrain_.columns - 2);
    return at[0] != missing && at[1] != missing && at[terrain_.columns] != missing &&
           at[terrain_.columns + 1] != missing;
  }

 private:
  const geo::TerrainGrid& terrain_;
  const std::uint16_t* posts_ = nullptr;
};

// One site over the pixels of one tile.
class Painter {
 public:
  Painter(const MapTask& task, const MapSite& site, const SiteLattice& lattice, CoverageMap& map,
          std::span<std::uint8_t> unknown, PaintRoom& room)
      : task_(task), site_(site), lattice_(lattice), map_(map), unknown_(unknown), room_(room) {
    room_.losses.resize(site.bands.size());
    room_.levels_dbm.resize(site.cells.size());
    room_.below_db.resize(site.bands.size());
    room_.above_db.resize(site.bands.size());
    turns_per_rad_ = 1 / (2 * std::numbers::pi);
    radii_ = earth_radii(task.options.propagation.air.delta_n_per_km);
    bulge_m_per_km2_ = 500 / radii_.median_km;
  }

  Status paint(const MapTile& tile) {
    room_.exact.clear();
    for (std::uint32_t row = tile.first_row; row < tile.last_row; ++row) paint_row(tile, row);
    std::size_t pending = 0;
    std::array<std::size_t, batch_paths> pixels;
    for (std::size_t pixel : room_.exact) {
      if (!fits_batch(pixel)) {
        if (Status status = exact(pixel); !status) return status;
        continue;
      }
      pixels[pending++] = pixel;
      if (pending < batch_paths) continue;
      if (Status status = exact_batch(pixels); !status) return status;
      pending = 0;
    }
    return exact_batch(std::span(pixels).first(pending));
  }

 private:
  geo::PlanePoint centre(std::size_t pixel) const {
    const MapFrame& frame = map_.frame;
    return {frame.west_m + static_cast<double>(pixel % frame.columns) * frame.cell_m,
            frame.north_m - static_cast<double>(pixel / frame.columns) * frame.cell_m};
  }

  void paint_row(const MapTile& tile, std::uint32_t row) {
    const MapFrame& frame = map_.frame;
    double north_m = frame.north_m - row * frame.cell_m - site_.at.y_m;
    double reach = task_.options.radius_m * task_.options.radius_m;
    double near_m = exact_steps * task_.options.step_m;
    std::size_t begin = std::size_t{row} * frame.columns;
    PostRow posts(task_.terrain, centre(begin).y_m);
    for (std::uint32_t column = tile.first_column; column < tile.last_column; ++column) {
      double x_m = frame.west_m + column * frame.cell_m;
      double east_m = x_m - site_.at.x_m;
      double square = east_m * east_m + north_m * north_m;
      if (square > reach) continue;
      std::size_t pixel = begin + column;
      if (!posts.known(x_m)) {
        unknown_[pixel] = 1;
        continue;
      }
      double distance_m = std::sqrt(square);
      if (task_.shape == nullptr || distance_m < near_m) {
        room_.exact.push_back(pixel);
      } else {
        from_lattice(pixel, east_m, north_m, distance_m);
      }
    }
  }

  void from_lattice(std::size_t pixel, double east_m, double north_m, double distance_m) {
    double turn = std::atan2(east_m, north_m) * turns_per_rad_;
    if (turn < 0) turn += 1;
    PolarShape::Place at = task_.shape->locate(distance_m / task_.options.step_m, turn);
    for (std::size_t band = 0; band < site_.bands.size(); ++band) {
      const float* loss = lattice_.loss_db[band].data();
      float a = loss[at.near_left], b = loss[at.near_left + 1];
      float c = loss[at.near_right], d = loss[at.near_right + 1];
      if (std::isnan(a + b + c + d)) {
        bool hidden = std::isnan(a) && std::isnan(b) && std::isnan(c) && std::isnan(d);
        if (hidden) {
          unknown_[pixel] = 1;
        } else {
          room_.exact.push_back(pixel);
        }
        return;
      }
      double left = a + at.outwards * (b - a);
      double right = c + at.outwards * (d - c);
      double between = left + at.clockwise * (right - left);
      room_.losses[band].loss_db = between;
      room_.below_db[band] = between - std::min(std::min(a, b), std::min(c, d));
      room_.above_db[band] = std::max(std::max(a, b), std::max(c, d)) - between;
    }
    if (!site_.clutter_db.empty()) add_clutter(pixel);
    sight_from_lattice(at, pixel, distance_m);
    find_levels((turn > 0.5 ? turn - 1 : turn) * 360);
    if (wants_exact()) {
      room_.exact.push_back(pixel);
      return;
    }
    ++room_.receivers;
    offer_levels(pixel);
  }

  void add_clutter(std::size_t pixel) {
    std::size_t code = task_.terrain.clutter_half_metres[*task_.terrain.nearest(centre(pixel))];
    for (std::size_t band = 0; band < site_.bands.size(); ++band) {
      room_.losses[band].loss_db += site_.clutter_db[band * clutter_codes + code];
    }
  }

  void sight_from_lattice(const PolarShape::Place& at, std::size_t pixel, double distance_m) {
    std::size_t nearest =
        (at.clockwise < 0.5 ? at.near_left : at.near_right) + (at.outwards < 0.5 ? 0 : 1);
    bool sight = lattice_.sight[nearest] != 0;
    double angle_mrad = 0;
    if (!lattice_.horizon_mrad.empty()) {
      if (sight) {
        double km = distance_m / 1000;
        double ground_m = *task_.terrain.height_m(centre(pixel));
        double top_m = ground_m + task_.options.propagation.rx_mast_m;
        double slope = (top_m - site_.antenna_amsl_m) / km - bulge_m_per_km2_ * km;
        angle_mrad = 1000 * std::atan(slope / 1000);
      } else {
        const float* mrad = lattice_.horizon_mrad.data();
        double left =
            mrad[at.near_left] + at.outwards * (mrad[at.near_left + 1] - mrad[at.near_left]);
        double right =
            mrad[at.near_right] + at.outwards * (mrad[at.near_right + 1] - mrad[at.near_right]);
        angle_mrad = left + at.clockwise * (right - left);
      }
    }
    for (PathLoss& loss : room_.losses) {
      loss.line_of_sight = sight;
      loss.depression_deg = -angle_mrad * (180 / std::numbers::pi / 1000);
    }
  }

  // Received power of every cell from the losses of the room.
  void find_levels(double bearing_deg) {
    for (std::size_t i = 0; i < site_.cells.size(); ++i) {
      const MapCell& cell = site_.cells[i];
      const PathLoss& loss = room_.losses[cell.band];
      double level = cell.eirp_dbm - loss.loss_db;
      bool matters = cell.cell->antenna != nullptr && level >= task_.options.heard_dbm;
      if (matters) level -= antenna_loss_db(*cell.cell, bearing_deg, loss.depression_deg);
      room_.levels_dbm[i] = level;
    }
  }

  // What is between four samples differs from their interpolation by less than their spread, but
  // for one place in a thousand (bench/README.md): only where that decides are exact paths worth
  // it.
  bool wants_exact() const {
    const CoverageOptions& options = task_.options;
    for (std::size_t i = 0; i < site_.cells.size(); ++i) {
      const MapCell& cell = site_.cells[i];
      double level = room_.levels_dbm[i];
      if (level < options.heard_dbm - options.refine_db) continue;
      double below_db = room_.below_db[cell.band];
      double above_db = room_.above_db[cell.band];
      double spread_db = below_db + above_db;
      if (spread_db > options.uneven_db) return true;
      double doubt_db = 0.05 + 0.25 * spread_db;
      for (double need_dbm : {cell.threshold_dbm, cell.rates_dbm}) {
        double over_db = level - need_dbm;
        if (std::abs(over_db) < options.refine_db && over_db < above_db + doubt_db &&
            over_db > -below_db - doubt_db) {
          return true;
        }
      }
    }
    return false;
  }

  Status exact(std::size_t pixel) {
    geo::PlanePoint at = centre(pixel);
    double east_m = at.x_m - site_.at.x_m;
    double north_m = at.y_m - site_.at.y_m;
    double step_m = path_step_m(task_.options.step_m, std::hypot(east_m, north_m));
    if (!sample_path(task_.terrain, site_.at, at, step_m, room_.path)) {
      unknown_[pixel] = 1;  // a hole: both ends are on the terrain
      return {};
    }
    ++room_.exact_paths;
    if (Status status = path_losses(site_.bands, room_.path, site_.mast_m, room_.losses); !status) {
      return status;
    }
    offer_all(pixel, east_m, north_m);
    return {};
  }

  // Eight paths side by side are of P.1812 or Longley-Rice and have three points at least.
  bool fits_batch(std::size_t pixel) const {
    if (!task_.batches) return false;
    geo::PlanePoint at = centre(pixel);
    return std::hypot(at.x_m - site_.at.x_m, at.y_m - site_.at.y_m) > 2 * task_.options.step_m;
  }

  Status exact_batch(std::span<const std::size_t> pixels) {
    PathBatch batch{site_.at, site_.mast_m, task_.options.propagation.rx_mast_m,
                    task_.options.step_m, radii_};
    std::array<geo::PlanePoint, batch_paths> places;
    std::array<BatchGeometry, batch_paths> found;
    for (std::size_t i = 0; i < pixels.size(); ++i) places[i] = centre(pixels[i]);
    batch_geometry(task_.terrain, batch, std::span(places).first(pixels.size()), room_.paths,
                   found);
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      if (!found[i].known) {
        unknown_[pixels[i]] = 1;
        continue;
      }
      ++room_.exact_paths;
      if (Status status = batch_losses(i, found[i], places[i]); !status) return status;
      offer_all(pixels[i], places[i].x_m - site_.at.x_m, places[i].y_m - site_.at.y_m);
    }
    return {};
  }

  // Of the batch's path `row`, into the losses of the room.
  Status batch_losses(std::size_t row, const BatchGeometry& found, geo::PlanePoint at) {
    if (task_.options.propagation.model == Model::p1812) {
      p1812_losses(site_.bands, found.path, task_.terrain.clutter_m(at), room_.losses);
      return {};
    }
    double step_km = found.path.distance_km / static_cast<double>(found.points - 1);
    std::span<const double> heights(room_.paths.terrain_m);
    EvenProfile profile{step_km * 1000, heights.subspan(row * room_.paths.stride, found.points)};
    return itm_losses(site_.bands, profile, found.path, site_.mast_m, room_.losses);
  }

  // After an exact path.
  void offer_all(std::size_t pixel, double east_m, double north_m) {
    double bearing_rad = site_.directional ? std::atan2(east_m, north_m) : 0;
    find_levels(bearing_rad * (180 / std::numbers::pi));
    offer_levels(pixel);
  }
  void offer_levels(std::size_t pixel) {
    for (std::size_t i = 0; i < site_.cells.size(); ++i) {
      offer(pixel, site_.cells[i], static_cast<float>(room_.levels_dbm[i]));
    }
  }

  static bool before(float level, std::uint16_t cell, float other_level, std::uint16_t other) {
    return other == no_cell || level > other_level || (level == other_level && cell < other);
  }

  void offer(std::size_t pixel, const MapCell& cell, float level) {
    if (!(level >= static_cast<float>(task_.options.heard_dbm))) return;
    if (before(level, cell.index, map_.rsrp_dbm[pixel], map_.server[pixel])) {
      map_.second_rsrp_dbm[pixel] = map_.rsrp_dbm[pixel];
      map_.second[pixel] = map_.server[pixel];
      map_.rsrp_dbm[pixel] = level;
      map_.server[pixel] = cell.index;
      map_.loss_db[pixel] = static_cast<float>(room_.losses[cell.band].loss_db);
      map_.line_of_sight[pixel] = room_.losses[cell.band].line_of_sight;
    } else if (before(level, cell.index, map_.second_rsrp_dbm[pixel], map_.second[pixel])) {
      map_.second_rsrp_dbm[pixel] = level;
      map_.second[pixel] = cell.index;
    }
  }

  const MapTask& task_;
  const MapSite& site_;
  const SiteLattice& lattice_;
  CoverageMap& map_;
  std::span<std::uint8_t> unknown_;
  PaintRoom& room_;
  EarthRadii radii_;
  double turns_per_rad_ = 0;
  double bulge_m_per_km2_ = 0;
};

}  // namespace

Status paint_tile(const MapTask& task, const MapSite& site, const SiteLattice& lattice,
                  const MapTile& tile, CoverageMap& map, std::span<std::uint8_t> unknown,
                  PaintRoom& room) {
  return Painter(task, site, lattice, map, unknown, room).paint(tile);
}

}  // namespace cairn::radio
