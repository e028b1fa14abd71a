// SPDX-License-Identifier: Apache-2.0
#include "radio/coverage_site.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "radio/testing_cells.hpp"
#include "radio/testing_terrain.hpp"

namespace cairn::radio {
namespace {

using testing::budget_700;
using testing::cell_at;
using testing::hills;
using testing::OwnedTerrain;

TEST(CoverageSite, CellsOfOnePlaceAndMastShareASite) {
  OwnedTerrain terrain = hills(200, 30, 300);
  LinkBudget n28 = budget_700();
  LinkBudget n1 = n28;
  n1.downlink_mhz = 2'140;
  AntennaPattern sector = standard_sector(17, 65, 8);
  std::vector<Cell> cells{
      cell_at(terrain.grid, {0, 0}, n28, "a"), cell_at(terrain.grid, {600, 0}, n28, "b"),
      cell_at(terrain.grid, {0, 0}, n1, "c"), cell_at(terrain.grid, {0, 0}, n28, "d", 45),
      cell_at(terrain.grid, {0, 0}, n28, "e")};
  cells[4].antenna = &sector;
  cells[4].power_offset_db = -3;
  Result<std::vector<MapSite>> sites = map_sites(terrain.grid, cells, {});
  ASSERT_TRUE(sites);
  ASSERT_EQ(sites->size(), 3U);
  const MapSite& first = (*sites)[0];
  ASSERT_EQ(first.cells.size(), 3U);  // a, c, e
  EXPECT_EQ(first.cells[0].index, 0);
  EXPECT_EQ(first.cells[1].index, 2);
  EXPECT_EQ(first.cells[2].index, 4);
  ASSERT_EQ(first.bands.size(), 2U);
  EXPECT_EQ(first.bands[1].frequency_mhz, 2'140);
  EXPECT_EQ(first.cells[2].band, 0U);
  EXPECT_TRUE(first.directional);
  EXPECT_FALSE((*sites)[1].directional);
  EXPECT_EQ((*sites)[2].mast_m, 45);
  EXPECT_NEAR(first.antenna_amsl_m, *terrain.grid.height_m({0, 0}) + 30, 1e-6);
  // The antenna's own gain in place of the band's 15 dBi, and 3 dB less power.
  EXPECT_NEAR(first.cells[2].eirp_dbm, first.cells[0].eirp_dbm + 17 - 15 - 3, 1e-9);
  EXPECT_NEAR(first.cells[0].eirp_dbm - first.cells[0].rates_dbm, greatest_loss_db(n28), 1e-9);
  EXPECT_TRUE(first.clutter_db.empty());
}

TEST(CoverageSite, SpreadByClutterOnlyWhereItMatters) {
  OwnedTerrain terrain = hills(100, 30, 300);
  LinkBudget n28 = budget_700();
  std::vector<Cell> cells{cell_at(terrain.grid, {0, 0}, n28)};
  Propagation most{.location_percent = 95, .location_variability = true};
  EXPECT_TRUE((*map_sites(terrain.grid, cells, most))[0].clutter_db.empty());
  terrain.add_clutter();
  EXPECT_TRUE((*map_sites(terrain.grid, cells, {}))[0].clutter_db.empty());
  Result<std::vector<MapSite>> sites = map_sites(terrain.grid, cells, most);
  ASSERT_TRUE(sites);
  const MapSite& site = (*sites)[0];
  ASSERT_EQ(site.clutter_db.size(), 256U);
  EXPECT_EQ(site.clutter_db[0], 0);
  EXPECT_NEAR(site.clutter_db[20],
              location_loss_db(site.bands[0], 10) - location_loss_db(site.bands[0], 0), 1e-12);
}

// A lattice of one loss everywhere: what is left is the antenna.
struct Painted {
  CoverageMap map;
  std::vector<std::uint8_t> unknown;
  PaintRoom room;
};

Painted paint_flat(const geo::TerrainGrid& terrain, const std::vector<Cell>& cells, float loss_db,
                   float horizon_mrad, bool sight, const CoverageOptions& options) {
  Result<std::vector<MapSite>> sites = map_sites(terrain, cells, options.propagation);
  EXPECT_TRUE(sites);
  PolarShape shape(options.radius_m, options.step_m);
  SiteLattice lattice;
  lattice.loss_db.assign(1, std::vector<float>(shape.values(), loss_db));
  lattice.horizon_mrad.assign(shape.values(), horizon_mrad);
  lattice.sight.assign(shape.values(), sight);
  Painted out;
  MapFrame frame{-1'500, 1'500, 30, 101, 101};
  out.map.frame = frame;
  out.map.rsrp_dbm.assign(frame.size(), std::nanf(""));
  out.map.second_rsrp_dbm = out.map.loss_db = out.map.rsrp_dbm;
  out.map.server.assign(frame.size(), no_cell);
  out.map.second = out.map.server;
  out.map.line_of_sight.assign(frame.size(), 255);
  out.unknown.resize(frame.size());
  MapTask task{terrain, options, &shape, true};
  EXPECT_TRUE(
      paint_tile(task, (*sites)[0], lattice, {0, 101, 0, 101}, out.map, out.unknown, out.room));
  return out;
}

TEST(CoverageSite, AntennasSeeExactAnglesWithTheirTilts) {
  OwnedTerrain terrain = testing::flat(200, 30, 1'000);
  LinkBudget n28 = budget_700();
  AntennaPattern sector = standard_sector(15, 65, 10);
  Cell cell = cell_at(terrain.grid, {0, 0}, n28, "a", 60);
  cell.antenna = &sector;
  cell.azimuth_deg = 90;
  cell.mechanical_tilt_deg = 4;
  CoverageOptions options{.radius_m = 1'500, .step_m = 30, .refine_db = 0};
  double eirp_dbm = eirp_per_re_dbm(cell_budget(cell));
  auto level = [](const Painted& painted, int column, int row) {
    return static_cast<double>(painted.map.rsrp_dbm[std::size_t(row) * 101 + std::size_t(column)]);
  };
  // In sight: the depression of the pixel itself, whatever the lattice has.
  Painted seen = paint_flat(terrain.grid, {cell}, 120, 55, true, options);
  double down_deg = std::atan(58.5 / 900) * 180 / M_PI;
  EXPECT_NEAR(level(seen, 80, 50), eirp_dbm - 120 - antenna_loss_db(cell, 90, down_deg), 0.01);
  EXPECT_NEAR(level(seen, 20, 50), eirp_dbm - 120 - antenna_loss_db(cell, 270, down_deg), 0.01);
  EXPECT_NEAR(level(seen, 50, 20), eirp_dbm - 120 - antenna_loss_db(cell, 0, down_deg), 0.01);
  EXPECT_GT(level(seen, 80, 50), level(seen, 20, 50) + 15);
  EXPECT_EQ(seen.map.line_of_sight[50 * 101 + 80], 1);
  // Hidden: that of the horizon, here 3 degrees up.
  Painted hidden =
      paint_flat(terrain.grid, {cell}, 120, static_cast<float>(M_PI / 60 * 1000), false, options);
  EXPECT_NEAR(level(hidden, 80, 50), eirp_dbm - 120 - antenna_loss_db(cell, 90, -3), 0.01);
  EXPECT_EQ(hidden.map.line_of_sight[50 * 101 + 80], 0);
}

TEST(CoverageSite, ExactPathsOnlyWhereTheyDecide) {
  OwnedTerrain terrain = testing::flat(200, 30, 1'000);
  LinkBudget n28 = budget_700();
  n28.required_uplink_kbps = 1;
  n28.required_downlink_kbps = 1;
  Cell cell = cell_at(terrain.grid, {0, 0}, n28);
  double eirp_dbm = eirp_per_re_dbm(n28);
  auto exact_at = [&](double level_dbm, const CoverageOptions& options) {
    return paint_flat(terrain.grid, {cell}, static_cast<float>(eirp_dbm - level_dbm), 0, true,
                      options)
        .room.exact_paths;
  };
  CoverageOptions options{.radius_m = 1'500, .step_m = 30};
  std::uint64_t near_site = exact_at(-80, options);
  EXPECT_NEAR(static_cast<double>(near_site), M_PI * 64, 20);  // within eight steps
  // An even lattice leaves doubt only within a twentieth of a dB.
  EXPECT_EQ(exact_at(-110.1, options), near_site);
  EXPECT_EQ(exact_at(-109.9, options), near_site);
  EXPECT_GT(exact_at(-110.03, options), 30 * near_site);
  EXPECT_GT(exact_at(-109.97, options), 30 * near_site);
  options.refine_db = 0;
  EXPECT_EQ(exact_at(-110.03, options), near_site);
}

}  // namespace
}  // namespace cairn::radio
