// SPDX-License-Identifier: Apache-2.0
// Maps over relief as it is shipped: a tile of 3 arc-seconds at 30 m against the exact path of its
// pixels, and twelve sites of Panxi on the coarse relief.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "core/crc32c.hpp"
#include "core/csv.hpp"
#include "core/seams.hpp"
#include "geo/terrain_prepare.hpp"
#include "radio/coverage_map.hpp"
#include "radio/p525.hpp"
#include "radio/testing.hpp"
#include "radio/testing_cells.hpp"

namespace cairn::radio {
namespace {

const std::string root = CAIRN_SOURCE_DIR;
const LinkBudget n28 = testing::budget_700();

// Prepared once a test, in a folder that goes away.
class CoverageRelief : public ::testing::Test {
 protected:
  CoverageRelief() {
    std::string name = (std::filesystem::temp_directory_path() / "cairn-radio-XXXXXX").string();
    folder_ = mkdtemp(name.data());
  }
  ~CoverageRelief() override { std::filesystem::remove_all(folder_); }

  geo::PreparedTerrain prepare(const std::string& source, geo::TerrainArea area, double cell_m) {
    geo::TerrainRequest wish;
    wish.sources = {{.path = root + source}};
    wish.area = area;
    wish.cell_m = cell_m;
    std::string path = folder_ + "/x.terrain";
    auto info = geo::prepare_terrain(wish, *serial_workers(), path);
    EXPECT_TRUE(info) << (info ? "" : to_string(info.error()));
    auto terrain = geo::PreparedTerrain::open(*system_files(), path);
    EXPECT_TRUE(terrain) << (terrain ? "" : to_string(terrain.error()));
    return terrain ? *terrain : geo::PreparedTerrain{};
  }

 private:
  std::string folder_;
};

geo::PlanePoint centre(const MapFrame& frame, std::size_t pixel) {
  return {frame.west_m + static_cast<double>(pixel % frame.columns) * frame.cell_m,
          frame.north_m - static_cast<double>(pixel / frame.columns) * frame.cell_m};
}

TEST_F(CoverageRelief, MeetsTheExactPathAtThirtyMetres) {
  geo::PreparedTerrain terrain =
      prepare("/src/geo/testdata/N50E010_usgs_srtm3.hgt.gz",
              {.west_deg = 10.3, .south_deg = 50.4, .east_deg = 10.8, .north_deg = 50.75}, 30);
  const geo::TerrainGrid& grid = terrain.grid();
  double squares = 0;
  std::size_t heard = 0, seen = 0, wrong = 0;
  std::uint64_t exact = 0, all = 0;
  TerrainPath path;
  PreparedModel model = *prepare_model({}, n28.downlink_mhz);
  testing::Generator generator(8);
  for (geo::PlanePoint at : {geo::PlanePoint{0, 0}, {-8'000, 5'000}, {7'000, -9'000}}) {
    std::vector<Cell> cells{testing::cell_at(grid, at, n28)};
    CoverageOptions options{.radius_m = 8'000};
    MapFrame frame{at.x_m - 8'000 + 7, at.y_m + 8'000 - 11, 30, 533, 533};
    Result<CoverageMap> map = coverage_map(grid, cells, frame, options, *thread_workers(2));
    ASSERT_TRUE(map) << to_string(map.error());
    exact += map->figures.exact;
    all += map->figures.exact + map->figures.receivers;
    for (int i = 0; i < 2'500; ++i) {
      std::size_t pixel = generator() % frame.size();
      geo::PlanePoint to = centre(frame, pixel);
      if (std::hypot(to.x_m - at.x_m, to.y_m - at.y_m) > options.radius_m) continue;
      Result<PathLoss> loss =
          path_loss(model, grid, *grid.plane.forward(cells[0].position), 30, to, 30, path);
      ASSERT_TRUE(loss) << to_string(loss.error());
      double level = eirp_per_re_dbm(n28) - loss->loss_db;
      auto drawn = static_cast<double>(map->rsrp_dbm[pixel]);
      ++seen;
      wrong += (level >= n28.rsrp_threshold_dbm) != (drawn >= n28.rsrp_threshold_dbm);
      if (level < options.heard_dbm + 3) continue;
      ASSERT_FALSE(std::isnan(drawn));
      squares += (drawn - level) * (drawn - level);
      ++heard;
    }
  }
  EXPECT_GT(heard, 5'000U);
  EXPECT_LT(std::sqrt(squares / static_cast<double>(heard)), 0.3);
  EXPECT_LE(wrong, seen / 2'000);  // 0.05 %
  EXPECT_LT(exact, all / 8);
}

// The first mast of every n-th site of the region, as n28.
std::vector<Cell> panxi_cells(std::size_t count) {
  Result<std::string> text = system_files()->read(root + "/regions/panxi/sites.csv.gz");
  EXPECT_TRUE(text);
  Result<CsvTable> table = read_csv(*text, "sites.csv.gz");
  EXPECT_TRUE(table);
  std::size_t step = table->records.size() / count;
  std::vector<Cell> cells;
  for (std::size_t i = 0; i < count; ++i) {
    const std::vector<std::string>& fields = table->records[i * step].fields;
    auto value = [&](const char* name) { return std::stod(fields[*table->column(name)]); };
    Cell cell;
    cell.id = fields[*table->column("id")];
    cell.site = fields[*table->column("site")];
    cell.position = {value("lon"), value("lat")};
    cell.mast_m = value("height_m");
    cell.budget = &n28;
    cells.push_back(cell);
  }
  return cells;
}

MapFrame frame_of(const geo::TerrainGrid& grid, const std::vector<Cell>& cells, double margin_m,
                  double cell_m) {
  geo::Box box;
  for (const Cell& cell : cells) {
    geo::PlanePoint at = *grid.plane.forward(cell.position);
    box.add(geo::Point{at.x_m, at.y_m});
  }
  auto count = [&](double length_m) {
    return static_cast<std::uint32_t>((length_m + 2 * margin_m) / cell_m);
  };
  return {box.min_x - margin_m, box.max_y + margin_m, cell_m, count(box.max_x - box.min_x),
          count(box.max_y - box.min_y)};
}

std::uint32_t digest(const CoverageMap& map) {
  std::uint32_t sum = 0;
  auto add = [&sum](const auto& values) {
    sum = crc32c({reinterpret_cast<const char*>(values.data()), values.size() * sizeof(values[0])},
                 sum);
  };
  add(map.rsrp_dbm);
  add(map.second_rsrp_dbm);
  add(map.loss_db);
  add(map.server);
  add(map.second);
  add(map.line_of_sight);
  return sum;
}

TEST_F(CoverageRelief, TwelveSitesOfPanxi) {
  std::vector<Cell> cells = panxi_cells(12);
  geo::Box box;
  for (const Cell& cell : cells) box.add(cell.position);
  geo::PreparedTerrain terrain =
      prepare("/regions/terrain/etopo5_swchina.asc.gz", geo::area_around(box, 40'000), 250);
  EXPECT_TRUE(terrain.info().estimated);  // too coarse for more than a demonstration
  EXPECT_FALSE(terrain.info().label.empty());
  const geo::TerrainGrid& grid = terrain.grid();
  MapFrame frame = frame_of(grid, cells, 25'000, 400);
  CoverageOptions options{.radius_m = 30'000};
  Result<CoverageMap> map = coverage_map(grid, cells, frame, options, *serial_workers());
  ASSERT_TRUE(map) << to_string(map.error());
  EXPECT_EQ(map->figures.unknown, 0);
  for (std::size_t threads : {2, 7}) {
    Result<CoverageMap> again = coverage_map(grid, cells, frame, options, *thread_workers(threads));
    ASSERT_TRUE(again);
    EXPECT_EQ(digest(*again), digest(*map)) << threads;
  }
  std::vector<std::size_t> served(cells.size());
  for (std::size_t pixel = 0; pixel < frame.size(); ++pixel) {
    if (map->server[pixel] == no_cell) continue;
    ++served[map->server[pixel]];
    const Cell& cell = cells[map->server[pixel]];
    geo::PlanePoint site = *grid.plane.forward(cell.position);
    geo::PlanePoint at = centre(frame, pixel);
    double km = std::hypot(at.x_m - site.x_m, at.y_m - site.y_m) / 1000;
    ASSERT_LE(km, 30);
    double slant_km = slant_distance_km(std::max(km, 0.001), *grid.height_m(site) + cell.mast_m,
                                        *grid.height_m(at) + 1.5);
    ASSERT_GT(static_cast<double>(map->loss_db[pixel]),
              free_space_loss_db(n28.downlink_mhz / 1000, slant_km) - 0.3);
    if (map->second[pixel] == no_cell) continue;
    ASSERT_GE(map->rsrp_dbm[pixel], map->second_rsrp_dbm[pixel]);
  }
  for (std::size_t n : served) EXPECT_GT(n, 20U);

  // A site less: nowhere better, somewhere worse.
  std::vector<Cell> fewer(cells.begin(), cells.end() - 1);
  Result<CoverageMap> less = coverage_map(grid, fewer, frame, options, *thread_workers(2));
  ASSERT_TRUE(less);
  Result<CoverageDifference> change = difference(*less, fewer, *map, cells);
  ASSERT_TRUE(change);
  EXPECT_EQ(change->lost, 0);
  EXPECT_GT(change->gained, 0U);
  for (float gain_db : change->gain_db) ASSERT_FALSE(gain_db < 0);
}

}  // namespace
}  // namespace cairn::radio
