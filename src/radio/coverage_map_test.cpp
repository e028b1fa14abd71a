// SPDX-License-Identifier: Apache-2.0
#include "radio/coverage_map.hpp"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cmath>
#include <cstring>

#include "radio/p525.hpp"
#include "radio/testing.hpp"
#include "radio/testing_cells.hpp"
#include "radio/testing_terrain.hpp"

namespace cairn::radio {
namespace {

using testing::budget_700;
using testing::cell_at;
using testing::hills;
using testing::OwnedTerrain;

const LinkBudget n28 = budget_700();

MapFrame around(double centre_x_m, double centre_y_m, double half_m, double cell_m) {
  auto side = static_cast<std::uint32_t>(2 * half_m / cell_m);
  return {centre_x_m - half_m, centre_y_m + half_m, cell_m, side, side};
}

CoverageMap map_of(const geo::TerrainGrid& terrain, const std::vector<Cell>& cells,
                   const MapFrame& frame, const CoverageOptions& options,
                   const Workers& workers = *serial_workers()) {
  Result<CoverageMap> map = coverage_map(terrain, cells, frame, options, workers);
  EXPECT_TRUE(map) << (map ? "" : to_string(map.error()));
  return map ? std::move(*map) : CoverageMap{};
}

std::string error_of(const geo::TerrainGrid& terrain, const std::vector<Cell>& cells,
                     const MapFrame& frame, const CoverageOptions& options) {
  Result<CoverageMap> map = coverage_map(terrain, cells, frame, options, *serial_workers());
  EXPECT_FALSE(map);
  return map ? "" : to_string(map.error());
}

template <class T>
bool same_bytes(const std::vector<T>& a, const std::vector<T>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

bool same_bytes(const CoverageMap& a, const CoverageMap& b) {
  return same_bytes(a.rsrp_dbm, b.rsrp_dbm) && same_bytes(a.second_rsrp_dbm, b.second_rsrp_dbm) &&
         same_bytes(a.loss_db, b.loss_db) && same_bytes(a.server, b.server) &&
         same_bytes(a.second, b.second) && same_bytes(a.line_of_sight, b.line_of_sight) &&
         a.figures.receivers == b.figures.receivers && a.figures.exact == b.figures.exact &&
         a.figures.unknown == b.figures.unknown;
}

geo::PlanePoint centre(const MapFrame& frame, std::size_t pixel) {
  return {frame.west_m + static_cast<double>(pixel % frame.columns) * frame.cell_m,
          frame.north_m - static_cast<double>(pixel / frame.columns) * frame.cell_m};
}

// Level of one cell at one pixel by the exact path.
double exact_dbm(const geo::TerrainGrid& terrain, const Cell& cell, const MapFrame& frame,
                 std::size_t pixel, const CoverageOptions& options) {
  geo::PlanePoint site = *terrain.plane.forward(cell.position);
  geo::PlanePoint at = centre(frame, pixel);
  TerrainPath path;
  LinkBudget budget = cell_budget(cell);
  Result<PathLoss> loss =
      path_loss(terrain, site, cell.mast_m, at, options.propagation, budget.downlink_mhz,
                options.step_m > 0 ? options.step_m : terrain.cell_m, path);
  if (!loss) return std::nan("");
  double bearing_deg = std::atan2(at.x_m - site.x_m, at.y_m - site.y_m) * 180 / M_PI;
  double antenna_db = cell.antenna ? antenna_loss_db(cell, bearing_deg, loss->depression_deg) : 0;
  return eirp_per_re_dbm(budget) - antenna_db - loss->loss_db;
}

struct Comparison {
  double rms_db = 0;
  double wrong = 0;  // part of the pixels on the other side of the threshold
  double heard = 0;
};

Comparison compare(const geo::TerrainGrid& terrain, const std::vector<Cell>& cells,
                   const CoverageMap& map, const CoverageOptions& options, std::size_t pixels) {
  testing::Generator generator(3);
  double squares = 0;
  std::size_t heard = 0;
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < pixels; ++i) {
    std::size_t pixel = generator() % map.frame.size();
    double best = -INFINITY;
    for (const Cell& cell : cells) {
      geo::PlanePoint site = *terrain.plane.forward(cell.position);
      geo::PlanePoint at = centre(map.frame, pixel);
      if (std::hypot(at.x_m - site.x_m, at.y_m - site.y_m) > options.radius_m) continue;
      best = std::max(best, exact_dbm(terrain, cell, map.frame, pixel, options));
    }
    double level = static_cast<double>(map.rsrp_dbm[pixel]);
    wrong += (best >= n28.rsrp_threshold_dbm) != (level >= n28.rsrp_threshold_dbm);
    if (!(best >= options.heard_dbm + 3)) continue;
    EXPECT_FALSE(std::isnan(level)) << pixel;
    squares += (level - best) * (level - best);
    ++heard;
  }
  auto part = [pixels](std::size_t n) {
    return static_cast<double>(n) / static_cast<double>(pixels);
  };
  return {std::sqrt(squares / static_cast<double>(heard)), part(wrong), part(heard)};
}

TEST(CoverageMap, MeetsTheExactPathOfEveryPixel) {
  OwnedTerrain terrain = hills(500, 30, 900);
  std::vector<Cell> cells{cell_at(terrain.grid, {300, -200}, n28)};
  MapFrame frame = around(0, 0, 6'000, 30);
  CoverageOptions options{.radius_m = 6'000};
  CoverageMap map = map_of(terrain.grid, cells, frame, options);
  Comparison all = compare(terrain.grid, cells, map, options, 4'000);
  EXPECT_LT(all.rms_db, 0.5);
  EXPECT_LT(all.wrong, 0.0005);
  EXPECT_GT(all.heard, 0.5);
  EXPECT_LT(map.figures.exact, map.figures.receivers / 5);
  EXPECT_EQ(map.figures.unknown, 0);

  // Without exact paths it is a worse map: they do matter.
  CoverageOptions plain = options;
  plain.refine_db = 0;
  plain.uneven_db = 1'000;
  CoverageMap coarse = map_of(terrain.grid, cells, frame, plain);
  Comparison less = compare(terrain.grid, cells, coarse, plain, 4'000);
  EXPECT_GT(less.rms_db, 1.5 * all.rms_db);
  EXPECT_GT(less.wrong, all.wrong);
}

TEST(CoverageMap, PixelsBetweenTheLattice) {
  // Pixels finer than the terrain, and the frame off the site's raster.
  OwnedTerrain terrain = hills(300, 30, 500);
  std::vector<Cell> cells{cell_at(terrain.grid, {10, 20}, n28)};
  MapFrame frame = around(3.3, -7.7, 2'000, 12);
  CoverageOptions options{.radius_m = 2'500};
  CoverageMap map = map_of(terrain.grid, cells, frame, options);
  Comparison all = compare(terrain.grid, cells, map, options, 3'000);
  EXPECT_LT(all.rms_db, 0.5);
  EXPECT_LT(all.wrong, 0.0005);
  // No missing sectors: all of the disc is known.
  for (std::size_t pixel = 0; pixel < frame.size(); ++pixel) {
    ASSERT_FALSE(std::isnan(map.rsrp_dbm[pixel]) && map.line_of_sight[pixel] != 255);
    geo::PlanePoint at = centre(frame, pixel);
    if (std::hypot(at.x_m - 10, at.y_m - 20) > 1'500) continue;
    ASSERT_EQ(map.server[pixel], 0) << pixel;
  }
}

std::vector<Cell> three_sites(const geo::TerrainGrid& terrain, const AntennaPattern& sector,
                              const LinkBudget& other) {
  std::vector<Cell> cells;
  for (int i = 0; i < 3; ++i) {
    cells.push_back(cell_at(terrain, {-1'500, 800}, n28, "s" + std::to_string(i)));
    cells.back().antenna = &sector;
    cells.back().azimuth_deg = 20 + 120 * i;
    cells.back().mechanical_tilt_deg = 2;
  }
  cells.push_back(cell_at(terrain, {-1'500, 800}, other, "upper band"));
  cells.push_back(cell_at(terrain, {2'200, -1'100}, n28, "east", 45));
  cells.push_back(cell_at(terrain, {200, 2'600}, n28, "weak", 20));
  cells.back().power_offset_db = -12;
  return cells;
}

LinkBudget budget_2600() {
  LinkBudget budget = budget_700();
  budget.band = "n41";
  budget.downlink_mhz = budget.uplink_mhz = 2'600;
  budget.antenna_gain_dbi = 25;
  return budget;
}

TEST(CoverageMap, SectorsBandsAndSites) {
  OwnedTerrain terrain = hills(400, 30, 700);
  AntennaPattern sector = standard_sector(15, 65, 10);
  LinkBudget n41 = budget_2600();
  std::vector<Cell> cells = three_sites(terrain.grid, sector, n41);
  MapFrame frame = around(0, 0, 4'500, 30);
  CoverageOptions options{.radius_m = 5'000};
  CoverageMap map = map_of(terrain.grid, cells, frame, options);
  Comparison all = compare(terrain.grid, cells, map, options, 2'000);
  EXPECT_LT(all.rms_db, 0.5);
  EXPECT_LT(all.wrong, 0.0015);  // 1 of 2,000 would be 0.0005
  std::vector<std::size_t> served(cells.size());
  for (std::size_t pixel = 0; pixel < frame.size(); ++pixel) {
    if (map.server[pixel] == no_cell) continue;
    ++served[map.server[pixel]];
    if (map.second[pixel] == no_cell) continue;
    ASSERT_GE(map.rsrp_dbm[pixel], map.second_rsrp_dbm[pixel]);
    ASSERT_NE(map.second[pixel], map.server[pixel]);
    if (map.rsrp_dbm[pixel] == map.second_rsrp_dbm[pixel]) {
      ASSERT_LT(map.server[pixel], map.second[pixel]);
    }
  }
  EXPECT_GT(served[0], 0U);
  EXPECT_GT(served[4], 0U);
  EXPECT_GT(served[1] + served[2], 0U);
}

TEST(CoverageMap, TheSameBytesForAnyWorkers) {
  OwnedTerrain terrain = hills(400, 30, 700);
  for (std::size_t i = 0; i < 60; ++i) {  // a hole, too
    terrain.samples[(120 + i / 8) * 400 + 230 + i % 8] = geo::TerrainGrid::missing;
  }
  AntennaPattern sector = standard_sector(15, 65, 10);
  LinkBudget n41 = budget_2600();
  std::vector<Cell> cells = three_sites(terrain.grid, sector, n41);
  MapFrame frame = around(0, 0, 4'500, 30);
  CoverageOptions options{.radius_m = 5'000};
  CoverageMap one = map_of(terrain.grid, cells, frame, options);
  EXPECT_GT(one.figures.peak_bytes, frame.size());
  for (std::size_t threads : {2, 7}) {
    EXPECT_TRUE(
        same_bytes(one, map_of(terrain.grid, cells, frame, options, *thread_workers(threads))))
        << threads;
  }
}

TEST(CoverageMap, TheSameBytesForEveryInstructionSet) {
  OwnedTerrain terrain = hills(300, 30, 700);
  AntennaPattern sector = standard_sector(15, 65, 10);
  LinkBudget n41 = budget_2600();
  std::vector<Cell> cells = three_sites(terrain.grid, sector, n41);
  MapFrame frame = around(0, 0, 3'500, 30);
  CoverageOptions options{.radius_m = 3'500};
  CoverageMap best = map_of(terrain.grid, cells, frame, options);
  EXPECT_GT(best.figures.receivers, 10'000U);
  for (std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    EXPECT_TRUE(same_bytes(best, map_of(terrain.grid, cells, frame, options)))
        << hwy::TargetName(target);
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

TEST(CoverageMap, PartsOfAFrameHaveTheSamePixels) {
  OwnedTerrain terrain = hills(400, 30, 700);
  AntennaPattern sector = standard_sector(15, 65, 10);
  LinkBudget n41 = budget_2600();
  std::vector<Cell> cells = three_sites(terrain.grid, sector, n41);
  MapFrame frame = around(0, 0, 4'500, 30);
  CoverageOptions options{.radius_m = 5'000};
  CoverageMap whole = map_of(terrain.grid, cells, frame, options);
  // Some hold sites, some see them all from one side: much of the lattice is left out there.
  struct Part {
    std::uint32_t column, row, columns, rows;
  };
  for (Part p : {Part{40, 33, 100, 90},
                 {0, 0, 20, 300},
                 {250, 270, 50, 30},
                 {100, 290, 90, 1},
                 {96, 120, 7, 7},
                 {150, 0, 1, 300}}) {
    MapFrame part{frame.west_m + p.column * 30.0, frame.north_m - p.row * 30.0, 30, p.columns,
                  p.rows};
    CoverageMap inner = map_of(terrain.grid, cells, part, options);
    for (std::uint32_t row = 0; row < part.rows; ++row) {
      std::size_t at = std::size_t{row + p.row} * frame.columns + p.column;
      std::size_t own = std::size_t{row} * part.columns;
      ASSERT_EQ(std::memcmp(&inner.rsrp_dbm[own], &whole.rsrp_dbm[at], 4 * part.columns), 0);
      ASSERT_EQ(std::memcmp(&inner.loss_db[own], &whole.loss_db[at], 4 * part.columns), 0);
      ASSERT_EQ(std::memcmp(&inner.server[own], &whole.server[at], 2 * part.columns), 0);
    }
  }
}

TEST(CoverageMap, EqualPowerGoesToTheLowerIndex) {
  OwnedTerrain terrain = hills(200, 30, 300);
  Cell cell = cell_at(terrain.grid, {0, 0}, n28);
  MapFrame frame = around(0, 0, 1'500, 30);
  CoverageMap map = map_of(terrain.grid, {cell, cell, cell}, frame, {.radius_m = 1'500});
  for (std::size_t pixel = 0; pixel < frame.size(); ++pixel) {
    if (map.server[pixel] == no_cell) continue;
    ASSERT_EQ(map.server[pixel], 0);
    ASSERT_EQ(map.second[pixel], 1);
    ASSERT_EQ(map.rsrp_dbm[pixel], map.second_rsrp_dbm[pixel]);
  }
}

TEST(CoverageMap, PowersMayBeNegativeAndWeakCellsAreNotHeard) {
  OwnedTerrain terrain = hills(200, 30, 300);
  Cell cell = cell_at(terrain.grid, {0, 0}, n28);
  LinkBudget whisper = n28;
  whisper.power_dbm = -30;
  Cell weak = cell;
  weak.budget = &whisper;
  MapFrame frame = around(0, 0, 2'500, 30);
  CoverageOptions options{.radius_m = 2'500};
  CoverageMap loud = map_of(terrain.grid, {cell}, frame, options);
  CoverageMap low = map_of(terrain.grid, {weak}, frame, options);
  std::size_t silent = 0;
  for (std::size_t pixel = 0; pixel < frame.size(); ++pixel) {
    if (loud.server[pixel] == no_cell) continue;
    if (loud.rsrp_dbm[pixel] < -140 + 83.8F - 1) {
      ++silent;
      ASSERT_EQ(low.server[pixel], no_cell);
      ASSERT_TRUE(std::isnan(low.rsrp_dbm[pixel]));
      ASSERT_EQ(low.line_of_sight[pixel], 255);
    } else if (loud.rsrp_dbm[pixel] > -140 + 83.8F + 5) {
      ASSERT_NEAR(low.rsrp_dbm[pixel], loud.rsrp_dbm[pixel] - 83.8F, 6);  // one may be exact
    }
  }
  EXPECT_GT(silent, 100U);
  EXPECT_EQ(low.figures.unknown, 0);  // not heard is not unknown
}

TEST(CoverageMap, NeverAboveFreeSpaceAndNeverWorseWithASiteMore) {
  OwnedTerrain terrain = hills(400, 30, 700);
  AntennaPattern sector = standard_sector(15, 65, 10);
  LinkBudget n41 = budget_2600();
  std::vector<Cell> cells = three_sites(terrain.grid, sector, n41);
  MapFrame frame = around(0, 0, 4'500, 60);
  CoverageOptions options{.radius_m = 5'000};
  std::vector<Cell> fewer(cells.begin(), cells.end() - 2);
  CoverageMap before = map_of(terrain.grid, fewer, frame, options);
  CoverageMap after = map_of(terrain.grid, cells, frame, options);
  for (std::size_t pixel = 0; pixel < frame.size(); ++pixel) {
    if (before.server[pixel] != no_cell) {
      ASSERT_GE(after.rsrp_dbm[pixel], before.rsrp_dbm[pixel]);
    }
    if (after.server[pixel] == no_cell) continue;
    const Cell& cell = cells[after.server[pixel]];
    geo::PlanePoint site = *terrain.grid.plane.forward(cell.position);
    geo::PlanePoint at = centre(frame, pixel);
    double km =
        std::max(0.001, slant_distance_km(std::hypot(at.x_m - site.x_m, at.y_m - site.y_m) / 1000,
                                          *terrain.grid.height_m(site) + cell.mast_m,
                                          *terrain.grid.height_m(at) + 1.5));
    double free_db = free_space_loss_db(cell.budget->downlink_mhz / 1000, km);
    // P.1812 rounds the constant of free space (92.4), and interpolation is not exact.
    ASSERT_GT(static_cast<double>(after.loss_db[pixel]), free_db - 0.3) << pixel;
  }
  Result<CoverageDifference> change = difference(before, fewer, after, cells);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->lost, 0);
  EXPECT_GT(change->gained, 0U);
  EXPECT_EQ(change->covered_after, change->covered_before + change->gained);
  Result<CoverageDifference> back = difference(after, cells, before, fewer);
  ASSERT_TRUE(back);
  EXPECT_EQ(back->lost, change->gained);
  EXPECT_EQ(back->gained, 0);
  std::uint64_t gained = 0;
  for (std::size_t pixel = 0; pixel < frame.size(); ++pixel) {
    gained += change->change[pixel] == CoverageDifference::Change::gained;
    ASSERT_FALSE(change->gain_db[pixel] < 0);
  }
  EXPECT_EQ(gained, change->gained);
}

TEST(CoverageMap, DifferencesOfOtherFramesOrCellsAreErrors) {
  OwnedTerrain terrain = hills(200, 30, 300);
  std::vector<Cell> cells{cell_at(terrain.grid, {0, 0}, n28)};
  CoverageMap a = map_of(terrain.grid, cells, around(0, 0, 600, 30), {.radius_m = 600});
  CoverageMap b = map_of(terrain.grid, cells, around(30, 0, 600, 30), {.radius_m = 600});
  EXPECT_FALSE(difference(a, cells, b, cells));
  EXPECT_FALSE(difference(a, {}, a, cells));
  EXPECT_TRUE(difference(a, cells, a, cells));
}

TEST(CoverageMap, OtherModelsAndCoarsePixelsTakeExactPaths) {
  OwnedTerrain terrain = hills(300, 30, 600);
  std::vector<Cell> cells{cell_at(terrain.grid, {100, 100}, n28)};
  for (Model model :
       {Model::itm, Model::delta_bullington, Model::rma, Model::free_space, Model::p1812}) {
    // 200 m pixels: so few that P.1812 needs no lattice either.
    MapFrame frame = around(0, 0, 3'000, 200);
    CoverageOptions options{.propagation = {.model = model}, .radius_m = 3'000};
    CoverageMap map = map_of(terrain.grid, cells, frame, options);
    EXPECT_EQ(map.figures.receivers, 0) << to_string(model);
    EXPECT_GT(map.figures.exact, 600U);
    for (std::size_t pixel = 0; pixel < frame.size(); ++pixel) {
      if (map.server[pixel] == no_cell) continue;
      ASSERT_EQ(map.rsrp_dbm[pixel],
                static_cast<float>(exact_dbm(terrain.grid, cells[0], frame, pixel, options)));
    }
  }
}

TEST(CoverageMap, AtTheSiteItself) {
  OwnedTerrain terrain = testing::flat(200, 30, 1'000);
  std::vector<Cell> cells{cell_at(terrain.grid, {0, 0}, n28)};
  MapFrame frame{-300, 300, 30, 21, 21};
  CoverageMap map = map_of(terrain.grid, cells, frame, {.radius_m = 3'000});
  std::size_t here = 10 * 21 + 10;
  EXPECT_EQ(map.server[here], 0);
  EXPECT_EQ(map.line_of_sight[here], 1);
  EXPECT_NEAR(map.loss_db[here], free_space_loss_db(0.768, 0.0285), 1e-4);
}

TEST(CoverageMap, HolesAreUnknownNeverZero) {
  OwnedTerrain terrain = hills(400, 30, 500);
  std::vector<Cell> cells{cell_at(terrain.grid, {0, 0}, n28)};
  MapFrame frame = around(0, 0, 4'000, 30);
  CoverageOptions options{.radius_m = 4'000};
  EXPECT_EQ(map_of(terrain.grid, cells, frame, options).figures.unknown, 0);
  for (std::uint32_t row = 190; row < 210; ++row) {  // a wall of nothing in the east
    terrain.samples[row * 400 + 240] = geo::TerrainGrid::missing;
  }
  CoverageMap map = map_of(terrain.grid, cells, frame, options);
  std::uint64_t unknown = 0;
  std::uint64_t edge = 0;  // a corner of the hole between two radials: known on both sides of it
  for (std::size_t pixel = 0; pixel < frame.size(); ++pixel) {
    geo::PlanePoint at = centre(frame, pixel);
    if (std::hypot(at.x_m, at.y_m) > options.radius_m) continue;
    double exact = exact_dbm(terrain.grid, cells[0], frame, pixel, options);
    unknown += std::isnan(exact);
    edge += std::isnan(exact) != std::isnan(map.rsrp_dbm[pixel]) && !(exact < -135);
    ASSERT_EQ(std::isnan(map.rsrp_dbm[pixel]), map.server[pixel] == no_cell);
    ASSERT_EQ(std::isnan(map.loss_db[pixel]), map.server[pixel] == no_cell);
  }
  EXPECT_GT(unknown, 1'000U);
  EXPECT_LT(edge, unknown / 200);
  EXPECT_NEAR(static_cast<double>(map.figures.unknown), static_cast<double>(unknown),
              static_cast<double>(unknown) / 200);
  // Another site on the far side knows them.
  cells.push_back(cell_at(terrain.grid, {3'000, 0}, n28, "far side"));
  EXPECT_LT(map_of(terrain.grid, cells, frame, options).figures.unknown, unknown);
}

TEST(CoverageMap, ClutterAndSpreadOverLocations) {
  OwnedTerrain terrain = hills(300, 30, 500);
  terrain.add_clutter();
  for (std::size_t i = 0; i < terrain.clutter.size(); ++i) {
    terrain.clutter[i] = (i / 7 + i / 2'100) % 3 == 0 ? 24 : 0;  // woods of 12 m
  }
  std::vector<Cell> cells{cell_at(terrain.grid, {100, 0}, n28)};
  MapFrame frame = around(0, 0, 3'000, 30);
  CoverageOptions options{.radius_m = 3'000};
  for (double percent : {50.0, 95.0, 10.0}) {
    options.propagation.location_percent = percent;
    options.propagation.location_variability = true;
    CoverageMap map = map_of(terrain.grid, cells, frame, options);
    Comparison all = compare(terrain.grid, cells, map, options, 1'500);
    EXPECT_LT(all.rms_db, 0.5) << percent;
    EXPECT_GT(map.figures.receivers, 0U);
  }
}

TEST(CoverageMap, ProgressAndCancel) {
  OwnedTerrain terrain = hills(200, 30, 300);
  std::vector<Cell> cells{cell_at(terrain.grid, {0, 0}, n28),
                          cell_at(terrain.grid, {900, 0}, n28, "b")};
  MapFrame frame = around(0, 0, 2'000, 30);
  auto workers = thread_workers(2);
  std::vector<double> told;
  auto listen = [&told](double done) {
    told.push_back(done);
    return true;
  };
  ASSERT_TRUE(coverage_map(terrain.grid, cells, frame, {.radius_m = 2'000}, *workers, listen));
  ASSERT_GT(told.size(), 4U);
  EXPECT_TRUE(std::is_sorted(told.begin(), told.end()));
  EXPECT_GT(told.front(), 0);
  EXPECT_NEAR(told.back(), 1, 1e-9);

  std::size_t calls = 0;
  auto stop = [&calls](double) { return ++calls < 3; };
  Result<CoverageMap> map =
      coverage_map(terrain.grid, cells, frame, {.radius_m = 2'000}, *workers, stop);
  ASSERT_FALSE(map);
  EXPECT_NE(map.error().message.find("cancelled"), std::string::npos);
  EXPECT_EQ(calls, 3U);
}

TEST(CoverageMap, BadCellsAreNamed) {
  OwnedTerrain terrain = hills(200, 30, 300);
  MapFrame frame = around(0, 0, 600, 30);
  CoverageOptions options{.radius_m = 600};
  Cell good = cell_at(terrain.grid, {0, 0}, n28, "good");
  auto refused = [&](Cell bad, const char* what) {
    std::string text = error_of(terrain.grid, {good, bad}, frame, options);
    EXPECT_NE(text.find("cell 1 \"bad\""), std::string::npos) << text;
    EXPECT_NE(text.find(what), std::string::npos) << text;
  };
  Cell bad = good;
  bad.id = "bad";
  bad.mast_m = 0.01;
  refused(bad, "mast 0.01 m");
  bad.mast_m = std::nan("");
  refused(bad, "mast");
  bad = cell_at(terrain.grid, {90'000, 0}, n28, "bad");
  refused(bad, "not on the terrain");
  bad = good;
  bad.id = "bad";
  bad.position = {std::nan(""), 0};
  refused(bad, "longitude nan");
  bad = good;
  bad.id = "bad";
  bad.budget = nullptr;
  refused(bad, "band");
  LinkBudget silent = n28;
  silent.bandwidth_mhz = 0;
  bad.budget = &silent;
  refused(bad, "bandwidth");
  terrain.samples[100 * 200 + 120] = geo::TerrainGrid::missing;
  refused(cell_at(terrain.grid, {600, 0}, n28, "bad"), "no height");
}

TEST(CoverageMap, SwappedCoordinatesAreHintedAt) {
  OwnedTerrain terrain = hills(200, 30, 300);
  terrain.grid.plane = geo::LocalPlane({102.5, 27.5});
  MapFrame frame = around(0, 0, 600, 30);
  Cell cell = cell_at(terrain.grid, {0, 0}, n28);
  std::swap(cell.position.x, cell.position.y);
  cell.position = {27.5, 102.5};  // no latitude at all
  std::string text = error_of(terrain.grid, {cell}, frame, {.radius_m = 600});
  EXPECT_NE(text.find("swapped"), std::string::npos) << text;
  terrain.grid.plane = geo::LocalPlane({12.5, 47.5});
  cell.position = {47.5, 12.5};  // a place, but elsewhere
  text = error_of(terrain.grid, {cell}, frame, {.radius_m = 600});
  EXPECT_NE(text.find("swapped"), std::string::npos) << text;
}

TEST(CoverageMap, AcrossTheAntimeridian) {
  OwnedTerrain terrain = hills(300, 30, 500);
  std::vector<Cell> cells{cell_at(terrain.grid, {311.3, 97.1}, n28)};
  MapFrame frame = around(0, 0, 2'000, 30);
  CoverageMap here = map_of(terrain.grid, cells, frame, {.radius_m = 2'500});
  terrain.grid.plane = geo::LocalPlane({179.999, 0});
  cells[0] = cell_at(terrain.grid, {311.3, 97.1}, n28);
  EXPECT_LT(cells[0].position.x, 0);  // beyond 180 degrees
  CoverageMap there = map_of(terrain.grid, cells, frame, {.radius_m = 2'500});
  for (std::size_t pixel = 0; pixel < frame.size(); ++pixel) {
    ASSERT_EQ(here.server[pixel], there.server[pixel]);
    if (here.server[pixel] == no_cell) continue;
    // The site moves by nanometres, which may make a pixel exact that was not.
    ASSERT_NEAR(here.rsrp_dbm[pixel], there.rsrp_dbm[pixel], 1);
  }
}

TEST(CoverageMap, BadFramesAndOptions) {
  OwnedTerrain terrain = hills(200, 30, 300);
  std::vector<Cell> cells{cell_at(terrain.grid, {0, 0}, n28)};
  MapFrame frame = around(0, 0, 600, 30);
  CoverageOptions options{.radius_m = 600};
  EXPECT_NE(error_of(terrain.grid, {}, frame, options).find("at least one cell"),
            std::string::npos);
  EXPECT_NE(error_of(terrain.grid, cells, {0, 0, 30, 0, 10}, options).find("no pixels"),
            std::string::npos);
  EXPECT_NE(error_of(terrain.grid, cells, {0, 0, -30, 10, 10}, options).find("not a map"),
            std::string::npos);
  EXPECT_NE(error_of(terrain.grid, cells, {0, 0, 30, 100'000, 100'000}, options).find("larger"),
            std::string::npos);
  auto with = [&](auto change) {
    CoverageOptions bad = options;
    change(bad);
    return error_of(terrain.grid, cells, frame, bad);
  };
  EXPECT_NE(with([](auto& o) { o.radius_m = 0; }).find("radius"), std::string::npos);
  EXPECT_NE(with([](auto& o) { o.radius_m = std::nan(""); }).find("radius"), std::string::npos);
  EXPECT_NE(with([](auto& o) { o.radius_m = 1e6; }).find("radius"), std::string::npos);
  EXPECT_NE(with([](auto& o) { o.step_m = -30; }).find("step"), std::string::npos);
  EXPECT_NE(with([](auto& o) {
              o.radius_m = 300'000;
              o.step_m = 10;
            }).find("longer steps"),
            std::string::npos);
  EXPECT_NE(with([](auto& o) { o.refine_db = -1; }).find("refinement"), std::string::npos);
  EXPECT_NE(with([](auto& o) { o.heard_dbm = std::nan(""); }).find("level"), std::string::npos);
  EXPECT_NE(with([](auto& o) { o.propagation.rx_mast_m = 0.01; }).find("receiver mast"),
            std::string::npos);
  std::vector<Cell> many(65'536, cells[0]);
  EXPECT_NE(error_of(terrain.grid, many, frame, options).find("several maps"), std::string::npos);
}

TEST(CoverageMap, FarFramesHearNothing) {
  OwnedTerrain terrain = hills(400, 30, 300);
  std::vector<Cell> cells{cell_at(terrain.grid, {0, 0}, n28)};
  CoverageMap map = map_of(terrain.grid, cells, around(4'500, 4'500, 600, 30), {.radius_m = 2'000});
  for (std::uint16_t server : map.server) ASSERT_EQ(server, no_cell);
  EXPECT_EQ(map.figures.unknown, 0);
  EXPECT_EQ(map.figures.receivers + map.figures.exact, 0U);
}

}  // namespace
}  // namespace cairn::radio
