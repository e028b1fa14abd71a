// SPDX-License-Identifier: Apache-2.0
#include "server/coverage_what_if.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "codec/mvt.hpp"
#include "core/text.hpp"
#include "plan/radio_bands.hpp"
#include "radio/served.hpp"
#include "server/coverage_paint.hpp"

namespace cairn::server {
namespace {

constexpr double least_mast_m = 3;
constexpr double greatest_mast_m = 200;
constexpr double better_db = 6;
// Across the disc of the site: enough for a picture that a screen shows in a third of its width.
constexpr double pixels_across = 300;
constexpr std::uint32_t picture_pixels = 512;
// Receivers of the fast path over all stations around: about a second. More stations are walked
// with longer steps, and drawn with larger pixels.
constexpr double most_receivers = 3e6;
// Up to so many stations their borders are refined by exact paths.
constexpr std::size_t refined_stations = 20;

radio::MapFrame square(geo::PlanePoint centre, double radius_m, double cell_m) {
  const auto count = static_cast<std::uint32_t>(2 * radius_m / cell_m) + 1;
  return {centre.x_m - radius_m, centre.y_m + radius_m, cell_m, count, count};
}

// The part of a frame in which the map is at or above a level, one pixel more on each side.
std::optional<radio::MapFrame> covered_part(const radio::CoverageMap& map, double threshold_dbm) {
  const radio::MapFrame& f = map.frame;
  std::uint32_t west = f.columns, east = 0, north = f.rows, south = 0;
  for (std::uint32_t r = 0; r < f.rows; ++r) {
    for (std::uint32_t c = 0; c < f.columns; ++c) {
      if (!(map.rsrp_dbm[std::size_t{r} * f.columns + c] >= threshold_dbm)) continue;
      west = std::min(west, c);
      east = std::max(east, c);
      north = std::min(north, r);
      south = std::max(south, r);
    }
  }
  if (west > east) return std::nullopt;
  west -= west > 0 ? 1 : 0;
  north -= north > 0 ? 1 : 0;
  east += east + 1 < f.columns ? 1 : 0;
  south += south + 1 < f.rows ? 1 : 0;
  return radio::MapFrame{f.west_m + west * f.cell_m, f.north_m - north * f.cell_m, f.cell_m,
                         east - west + 1, south - north + 1};
}

double distance_to(const radio::MapFrame& f, geo::PlanePoint p) {
  const double east = f.west_m + (f.columns - 1.0) * f.cell_m;
  const double south = f.north_m - (f.rows - 1.0) * f.cell_m;
  const double dx = std::max({f.west_m - p.x_m, 0.0, p.x_m - east});
  const double dy = std::max({south - p.y_m, 0.0, p.y_m - f.north_m});
  return std::hypot(dx, dy);
}

// What there is before: level and whether it covers, a pixel each.
struct BeforeMap {
  radio::MapFrame frame;
  std::vector<float> rsrp_dbm;
  std::vector<std::uint8_t> covered;

  std::optional<std::size_t> pixel(geo::PlanePoint at) const {
    const auto column = std::llround((at.x_m - frame.west_m) / frame.cell_m);
    const auto row = std::llround((frame.north_m - at.y_m) / frame.cell_m);
    if (column < 0 || row < 0 || column >= frame.columns || row >= frame.rows) return std::nullopt;
    return static_cast<std::size_t>(row) * frame.columns + static_cast<std::size_t>(column);
  }
};

BeforeMap from_raster(const LayerRaster& raster) {
  BeforeMap out{raster.frame, {}, {}};
  out.rsrp_dbm.reserve(raster.level.size());
  for (const std::uint8_t level : raster.level) {
    out.rsrp_dbm.push_back(level_dbm(level));
    out.covered.push_back(out.rsrp_dbm.back() >= raster.threshold_dbm ? 1 : 0);
  }
  return out;
}

// How far a cell is heard over free ground, up to a constant.
double reach_db(const radio::LinkBudget& budget) {
  return radio::greatest_loss_db(budget) - 20 * std::log10(budget.reference_mhz());
}

// Of each mast the cell that reaches farthest: where another band of it covers, this one does, too,
// but for rare exceptions that named points do not have (they are asked of all cells).
std::vector<radio::Cell> farthest_of_each_mast(std::vector<radio::Cell> cells) {
  std::stable_sort(cells.begin(), cells.end(), [](const radio::Cell& a, const radio::Cell& b) {
    if (a.site != b.site) return a.site < b.site;
    if (a.mast_m != b.mast_m) return a.mast_m < b.mast_m;
    return reach_db(*a.budget) > reach_db(*b.budget);
  });
  const auto end =
      std::unique(cells.begin(), cells.end(), [](const radio::Cell& a, const radio::Cell& b) {
        return a.site == b.site && a.mast_m == b.mast_m;
      });
  cells.erase(end, cells.end());
  return cells;
}

class WhatIf {
 public:
  WhatIf(const CellSet& set, const WhatIfSite& site, const std::vector<WhatIfVillage>& villages,
         const Workers& workers, const LayerRaster* known)
      : set_(set), villages_(villages), workers_(workers), known_(known) {
    const CoverageBand& band = *set.band(site.band);
    cell_.id = cell_.site = "what-if";
    cell_.operator_id = site.operator_id;
    cell_.position = site.position;
    cell_.mast_m = site.mast_m;
    cell_.budget = &band.budget;
    cell_.power_offset_db = site.power_offset_db;
    if (site.azimuth_deg) {
      sector_ = plan::antenna_of(*band.def);
      cell_.antenna = &sector_;
      cell_.azimuth_deg = *site.azimuth_deg;
    }
    const CoverageLayerDef* layer = set.layer(site.operator_id, band.def->technology);
    if (layer != nullptr) around_ = set.cells_of(*layer);
    out_.estimated = layer != nullptr ? layer->estimated : set.terrain->info.estimated;
    out_.technology = band.def->technology;
    out_.threshold_dbm = band.budget.rsrp_threshold_dbm;
  }

  Result<WhatIfAnswer> run() {
    const geo::TerrainGrid& grid = set_.terrain->grid;
    const geo::PlanePoint at = *grid.plane.forward(cell_.position);
    out_.ground_m = *grid.height_m(at);
    out_.pixel_m = 2 * set_.radius_m / pixels_across;
    radio::CoverageOptions options = common();
    options.step_m = std::max(grid.cell_m, out_.pixel_m);
    auto after = radio::coverage_map(grid, {&cell_, 1}, square(at, set_.radius_m, out_.pixel_m),
                                     options, workers_);
    if (!after) return fail(after.error());
    if (const auto part = covered_part(*after, out_.threshold_dbm)) {
      if (auto done = look_before(*part); !done) return fail(done.error());
    }
    count_area(*after);
    if (auto done = find_villages(); !done) return fail(done.error());
    if (auto done = draw(*after); !done) return fail(done.error());
    return std::move(out_);
  }

 private:
  radio::CoverageOptions common() const {
    radio::CoverageOptions options;
    options.propagation = set_.propagation;
    options.radius_m = set_.radius_m;
    return options;
  }

  // What there is in the frame without the site.
  Status look_before(const radio::MapFrame& frame) {
    if (known_ != nullptr) {
      before_ = from_raster(*known_);
      return {};
    }
    const geo::TerrainGrid& grid = set_.terrain->grid;
    std::vector<radio::Cell> near;
    for (const radio::Cell& cell : around_) {
      const auto at = grid.plane.forward(cell.position);
      if (at && distance_to(frame, *at) <= set_.radius_m) near.push_back(cell);
    }
    near = farthest_of_each_mast(std::move(near));
    if (near.empty()) return {};
    radio::CoverageOptions options = common();
    const double discs =
        1.34 * std::numbers::pi * set_.radius_m * set_.radius_m * static_cast<double>(near.size());
    options.step_m = std::max({grid.cell_m, out_.pixel_m, std::sqrt(discs / most_receivers)});
    if (near.size() > refined_stations) {
      options.refine_db = 0;
      options.uneven_db = std::numeric_limits<double>::infinity();
    }
    radio::MapFrame coarse = frame;
    coarse.cell_m = std::max(frame.cell_m, options.step_m);
    const double times = frame.cell_m / coarse.cell_m;
    coarse.columns = static_cast<std::uint32_t>(frame.columns * times) + 2;
    coarse.rows = static_cast<std::uint32_t>(frame.rows * times) + 2;
    auto map = radio::coverage_map(grid, near, coarse, options, workers_);
    if (!map) return fail(map.error());
    before_ = BeforeMap{coarse, std::move(map->rsrp_dbm), {}};
    for (std::size_t i = 0; i < coarse.size(); ++i) {
      const std::uint16_t server = map->server[i];
      before_->covered.push_back(server != radio::no_cell &&
                                 before_->rsrp_dbm[i] >= near[server].budget->rsrp_threshold_dbm);
    }
    return {};
  }

  // The level of before at a place, and whether it covers.
  struct Before {
    double rsrp_dbm = std::numeric_limits<double>::quiet_NaN();
    bool covered = false;
  };
  Before before_at(geo::PlanePoint at) const {
    const auto i = before_ ? before_->pixel(at) : std::nullopt;
    return i ? Before{before_->rsrp_dbm[*i], before_->covered[*i] != 0} : Before{};
  }

  void count_area(const radio::CoverageMap& after) {
    const double pixel_km2 = out_.pixel_m * out_.pixel_m / 1e6;
    const radio::MapFrame& f = after.frame;
    for (std::size_t i = 0; i < f.size(); ++i) {
      if (!(after.rsrp_dbm[i] >= out_.threshold_dbm)) continue;
      out_.covered_km2 += pixel_km2;
      const geo::PlanePoint at{f.west_m + static_cast<double>(i % f.columns) * f.cell_m,
                               f.north_m - static_cast<double>(i / f.columns) * f.cell_m};
      (before_at(at).covered ? out_.already_km2 : out_.gained_km2) += pixel_km2;
    }
  }

  Status find_villages() {
    radio::ServeOptions options;
    options.propagation = set_.propagation;
    options.radius_m = set_.radius_m;
    options.reasons = false;
    std::vector<std::size_t> reached;
    std::vector<radio::ServePoint> points;
    for (std::size_t i = 0; i < villages_.size(); ++i) {
      if (geo::distance_m(villages_[i].position, cell_.position) > set_.radius_m) continue;
      reached.push_back(i);
      points.push_back({villages_[i].code, villages_[i].position});
    }
    auto after = radio::serve_points(set_.terrain->grid, {&cell_, 1}, points, options, workers_);
    if (!after) return fail(after.error());
    // Only those that the site covers are asked who served them before.
    std::vector<std::size_t> covered;
    std::vector<radio::ServePoint> asked;
    for (std::size_t i = 0; i < reached.size(); ++i) {
      if (!after->points[i].error.empty() || !after->points[i].now().covered()) continue;
      covered.push_back(i);
      asked.push_back(points[i]);
    }
    auto before = radio::serve_points(set_.terrain->grid, around_, asked, options, workers_);
    if (!before) return fail(before.error());
    for (std::size_t i = 0; i < covered.size(); ++i) {
      judge(reached[covered[i]], after->points[covered[i]], before->points[i]);
    }
    std::stable_sort(out_.gains.begin(), out_.gains.end(),
                     [&](const WhatIfGain& a, const WhatIfGain& b) {
                       return villages_[a.village].population.value_or(0) >
                              villages_[b.village].population.value_or(0);
                     });
    return {};
  }

  void judge(std::size_t village, const radio::ServedPoint& after,
             const radio::ServedPoint& before) {
    if (!after.now().best) return;
    const double now_dbm = after.now().best->quality.rsrp_dbm;
    std::optional<double> before_dbm;
    bool was_covered = false;
    if (before.error.empty() && before.now().best) {
      before_dbm = before.now().best->quality.rsrp_dbm;
      was_covered = before.now().covered();
    }
    if (was_covered) {
      out_.better += now_dbm >= *before_dbm + better_db ? 1 : 0;
      return;
    }
    out_.gains.push_back({village, before_dbm, now_dbm});
    out_.people += villages_[village].population.value_or(0);
    out_.estimated |= villages_[village].estimated;
  }

  Status draw(const radio::CoverageMap& after) {
    const geo::LocalPlane& plane = set_.terrain->grid.plane;
    geo::Box mercator;
    const radio::MapFrame& f = after.frame;
    constexpr int parts = 8;
    for (int i = 0; i <= parts; ++i) {
      for (int k = 0; k <= parts; ++k) {
        const geo::Point p = plane.inverse({f.west_m + (f.columns - 1.0) * f.cell_m * i / parts,
                                            f.north_m - (f.rows - 1.0) * f.cell_m * k / parts});
        out_.box.add(p);
        mercator.add(codec::to_mercator(p));
      }
    }
    const auto& levels = level_classes();
    auto level = paint(plane, mercator, picture_pixels, picture_pixels, [&](geo::PlanePoint at) {
      const double dbm = sample_frame(f, at, options_floor,
                                      [&](std::size_t i) { return double{after.rsrp_dbm[i]}; });
      return levels[level_class(dbm, out_.threshold_dbm)].light;
    });
    if (!level) return fail(level.error());
    out_.level = std::move(*level);
    auto difference = paint(plane, mercator, picture_pixels, picture_pixels,
                            [&](geo::PlanePoint at) { return change_colour(after, at); });
    if (!difference) return fail(difference.error());
    out_.difference = std::move(*difference);
    return {};
  }

  Rgba change_colour(const radio::CoverageMap& after, geo::PlanePoint at) const {
    const radio::MapFrame& f = after.frame;
    const auto column = std::llround((at.x_m - f.west_m) / f.cell_m);
    const auto row = std::llround((f.north_m - at.y_m) / f.cell_m);
    if (column < 0 || row < 0 || column >= f.columns || row >= f.rows) return {};
    const auto i = static_cast<std::size_t>(row) * f.columns + static_cast<std::size_t>(column);
    if (!(after.rsrp_dbm[i] >= out_.threshold_dbm)) return {};
    const Before was = before_at(at);
    const auto& classes = change_classes();
    if (!was.covered) return classes[0].colour;
    return after.rsrp_dbm[i] >= was.rsrp_dbm + better_db ? classes[1].colour : classes[2].colour;
  }

  static constexpr double options_floor = -140;  // CoverageOptions::heard_dbm

  const CellSet& set_;
  const std::vector<WhatIfVillage>& villages_;
  const Workers& workers_;
  radio::AntennaPattern sector_;
  radio::Cell cell_;
  std::vector<radio::Cell> around_;  // the operator's stations of this technology
  const LayerRaster* known_;         // what they cover, when it is known already
  std::optional<BeforeMap> before_;  // nothing: nobody is heard where the site is
  WhatIfAnswer out_;
};

}  // namespace

std::string off_relief(const CoverageTerrain& terrain, geo::Point position) {
  const geo::TerrainGrid& grid = terrain.grid;
  const auto swapped = grid.plane.forward({position.y, position.x});
  const std::string hint = swapped && grid.height_m(*swapped)
                               ? "; longitude and latitude look swapped"
                               : "; choose a place inside the region";
  return format("there is no relief at longitude {}, latitude {}{}", number_text(position.x),
                number_text(position.y), hint);
}

Status check_site(const CellSet& set, const WhatIfSite& site) {
  const geo::TerrainGrid& grid = set.terrain->grid;
  const auto at = grid.plane.forward(site.position);
  if (!at || !grid.height_m(*at)) {
    return fail(Code::invalid, off_relief(*set.terrain, site.position), "/lon");
  }
  if (!(site.mast_m >= least_mast_m && site.mast_m <= greatest_mast_m)) {
    return fail(Code::invalid, format("a mast has {} to {} metres", least_mast_m, greatest_mast_m),
                "/mast_m");
  }
  if (set.band(site.band) == nullptr) {
    std::vector<std::string> names;
    for (const CoverageBand& band : set.bands) names.push_back(band.def->id);
    return fail(
        Code::invalid,
        format("no pack declares the band '{}'; there are {}", site.band, join(names, ", ")),
        "/band");
  }
  if (!set.has_operator(site.operator_id)) {
    return fail(Code::invalid,
                format("there is no operator '{}'; there are {}", site.operator_id,
                       join(set.operators, ", ")),
                "/operator");
  }
  if (site.azimuth_deg && !(*site.azimuth_deg >= 0 && *site.azimuth_deg <= 360)) {
    return fail(Code::invalid, "an azimuth has 0 to 360 degrees", "/azimuth_deg");
  }
  if (!(site.power_offset_db >= -30 && site.power_offset_db <= 10)) {
    return fail(Code::invalid, "power differs from the band's by -30 to 10 dB", "/power_offset_db");
  }
  return {};
}

Result<WhatIfAnswer> what_if(const CellSet& set, const WhatIfSite& site,
                             const std::vector<WhatIfVillage>& villages, const Workers& workers,
                             const LayerRaster* known) {
  if (auto good = check_site(set, site); !good) return fail(good.error());
  return WhatIf(set, site, villages, workers, known).run();
}

}  // namespace cairn::server
