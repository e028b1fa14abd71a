// SPDX-License-Identifier: Apache-2.0
#include "geo/terrain_prepare.hpp"

#include <gdal_utils.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "core/text.hpp"
#include "geo/raster.hpp"
#include "geo/terrain_testing.hpp"

namespace cairn::geo {
namespace {

using testing::TemporaryFolder;

const std::string real_tile = CAIRN_SOURCE_DIR "/src/geo/testdata/N50E010_usgs_srtm3.hgt.gz";
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// A plane surface, so that every interpolation must give it back.
int slope(double lon_deg, double lat_deg) {
  return static_cast<int>(std::lround(1000 + 1200 * (lon_deg - 102) + 600 * (lat_deg - 28)));
}

struct Prepared {
  TerrainInfo info;
  PreparedTerrain terrain;

  std::optional<double> at(double lon_deg, double lat_deg) const {
    const auto place = terrain.grid().plane.forward({lon_deg, lat_deg});
    return place ? terrain.grid().height_m(*place) : std::nullopt;
  }
};

Prepared prepare(const TerrainRequest& request, const TemporaryFolder& folder) {
  const std::string path = folder / "out.terrain";
  auto info = prepare_terrain(request, *thread_workers(2), path);
  EXPECT_TRUE(info) << (info ? "" : to_string(info.error()));
  auto terrain = PreparedTerrain::open(*system_files(), path);
  EXPECT_TRUE(terrain) << (terrain ? "" : to_string(terrain.error()));
  if (!info || !terrain) return {};
  EXPECT_TRUE(terrain->verify());
  EXPECT_EQ(terrain->info(), *info);
  return {*info, *terrain};
}

std::string why_not(const TerrainRequest& request, const TemporaryFolder& folder) {
  const auto info = prepare_terrain(request, *serial_workers(), folder / "out.terrain");
  EXPECT_FALSE(std::filesystem::exists(folder / "out.terrain"));
  EXPECT_FALSE(std::filesystem::exists(folder / "out.part.terrain"));
  return info ? "" : to_string(info.error());
}

TEST(PrepareTerrain, ARealTileKeepsItsSamples) {
  const TemporaryFolder folder;
  TerrainRequest wish;
  wish.sources = {{.path = real_tile}};
  wish.area = {.west_deg = 10.3, .south_deg = 50.4, .east_deg = 10.7, .north_deg = 50.7};
  const Prepared out = prepare(wish, folder);
  const auto raster = Raster::open(real_tile, RasterKind::heights);
  ASSERT_TRUE(raster);
  EXPECT_TRUE(out.terrain.grid().surface);
  EXPECT_EQ(out.info.missing, 0u);
  EXPECT_EQ(out.info.label, "SRTM, 3 arc-seconds");
  EXPECT_NEAR(out.info.source_cell_m, 92.7, 0.3);
  EXPECT_FALSE(out.info.estimated);
  EXPECT_TRUE(out.info.absent.empty());
  // 50.55 N, 10.5 E is a sample of the tile and the origin, and so a post.
  auto tile = std::move(*Raster::open(real_tile, RasterKind::heights));
  float sample = 0;
  ASSERT_TRUE(tile.read(600, 540, 1, 1, &sample, 1));
  EXPECT_DOUBLE_EQ(out.at(10.5, 50.55).value_or(0), sample);
}

// The same grid by GDAL's own warper: rounding to eighths of a metre may differ, and a centimetre
// where a place within a thousandth of a pixel of a sample is taken for it.
TEST(PrepareTerrain, AgreesWithAnotherWarper) {
  const TemporaryFolder folder;
  const auto bytes = system_files()->read(real_tile);  // unpacked
  ASSERT_TRUE(bytes);
  testing::write_bytes(folder / "N50E010.hgt", *bytes);
  TerrainRequest wish;
  wish.sources = {{.path = folder / "N50E010.hgt"}};
  wish.area = {.west_deg = 10.55, .south_deg = 50.35, .east_deg = 10.75, .north_deg = 50.5};
  const Prepared out = prepare(wish, folder);
  ASSERT_EQ(out.info.filled + out.info.missing, 0u);
  const TerrainGrid& grid = out.terrain.grid();
  const Point origin = grid.plane.origin();
  const double west = grid.west_m - 0.5 * grid.cell_m;
  const double north = grid.north_m + 0.5 * grid.cell_m;
  std::vector<std::string> words = {
      "-of",
      "MEM",
      "-r",
      "bilinear",
      "-et",
      "0",
      "-ot",
      "Float32",
      "-t_srs",
      format("+proj=aeqd +lat_0={} +lon_0={} +datum=WGS84", origin.y, origin.x),
      "-te",
      number_text(west),
      number_text(north - grid.rows * grid.cell_m),
      number_text(west + grid.columns * grid.cell_m),
      number_text(north),
      "-ts",
      format("{}", grid.columns),
      format("{}", grid.rows)};
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  GDALDatasetH tile = GDALOpen((folder / "N50E010.hgt").c_str(), GA_ReadOnly);
  ASSERT_NE(tile, nullptr);
  GDALWarpAppOptions* options = GDALWarpAppOptionsNew(pointers.data(), nullptr);
  GDALDatasetH warped = GDALWarp("", nullptr, 1, &tile, options, nullptr);
  ASSERT_NE(warped, nullptr);
  std::vector<float> theirs(grid.heights.size());
  const auto columns = static_cast<int>(grid.columns);
  const auto rows = static_cast<int>(grid.rows);
  ASSERT_EQ(GDALRasterIO(GDALGetRasterBand(warped, 1), GF_Read, 0, 0, columns, rows, theirs.data(),
                         columns, rows, GDT_Float32, 0, 0),
            CE_None);
  GDALClose(warped);
  GDALWarpAppOptionsFree(options);
  GDALClose(tile);
  double worst_m = 0;
  for (std::size_t i = 0; i < theirs.size(); ++i) {
    const double ours = grid.offset_m + grid.scale_m * grid.heights[i];
    worst_m = std::max(worst_m, std::abs(ours - theirs[i]));
  }
  EXPECT_LT(worst_m, 0.0625 + 0.015);
}

TEST(PrepareTerrain, TheSameBytesForAnyNumberOfWorkers) {
  const TemporaryFolder folder;
  TerrainRequest wish;
  wish.sources = {{.path = real_tile}};
  wish.area = {.west_deg = 10.9, .south_deg = 50.9, .east_deg = 11.02, .north_deg = 51.02};
  wish.cell_m = 20;
  for (const std::size_t threads : {1, 2, 7}) {
    const auto done =
        prepare_terrain(wish, *thread_workers(threads), folder / format("{}.terrain", threads));
    ASSERT_TRUE(done);
  }
  const std::string one = testing::read_bytes(folder / "1.terrain");
  EXPECT_GT(one.size(), 100'000u);
  EXPECT_EQ(one, testing::read_bytes(folder / "2.terrain"));
  EXPECT_EQ(one, testing::read_bytes(folder / "7.terrain"));
}

TEST(PrepareTerrain, ReachesFromTileToTile) {
  const TemporaryFolder folder;
  for (const auto& [south, west] : {std::pair{27, 101}, {27, 102}, {28, 101}, {28, 102}}) {
    testing::write_bytes(folder / format("dem/N{}E{}.hgt", south, west),
                         testing::hgt_bytes(south, west, slope));
  }
  TerrainRequest wish;
  wish.sources = {{.path = folder / "dem"}};
  wish.area = {.west_deg = 101.95, .south_deg = 27.96, .east_deg = 102.05, .north_deg = 28.04};
  const Prepared out = prepare(wish, folder);
  EXPECT_EQ(out.info.missing, 0u);
  EXPECT_EQ(out.info.filled, 0u);
  ASSERT_EQ(out.info.sources.size(), 1u);
  EXPECT_EQ(out.info.sources[0], "SRTM, 3 arc-seconds: N27E101.hgt and 3 more");
  double worst = 0;
  for (double lon = 101.96; lon < 102.04; lon += 0.0007) {
    for (double lat = 27.97; lat < 28.03; lat += 0.0007) {
      const double exact = 1000 + 1200 * (lon - 102) + 600 * (lat - 28);
      worst = std::max(worst, std::abs(out.at(lon, lat).value_or(nan) - exact));
    }
  }
  EXPECT_LE(worst, 0.6);  // the tiles hold whole metres
}

TEST(PrepareTerrain, TilesOfPixelsMeetWithoutAStep) {
  // Copernicus tiles do not overlap: between the last pixel of one and the first of the next lies
  // a seam of one pixel's width.
  const TemporaryFolder folder;
  for (const int west : {101, 102}) {
    const std::string name = format(
        "dem/Copernicus_DSM_COG_30_N28_00_E{}_00_DEM/Copernicus_DSM_COG_30_N28_00_E{}_00_DEM"
        ".tif",
        west, west);
    const double half = 0.5 / 1200;
    testing::write_tiff(
        folder / name, 1200, 1200, west - half, 29 + half, 1 / 1200.0, [&](int column, int row) {
          return 1000 + 1200 * (west + column / 1200.0 - 102) + 600 * (29 - row / 1200.0 - 28);
        });
  }
  TerrainRequest wish;
  wish.sources = {{.path = folder / "dem"}};
  wish.area = {.west_deg = 101.98, .south_deg = 28.4, .east_deg = 102.02, .north_deg = 28.43};
  const Prepared out = prepare(wish, folder);
  EXPECT_EQ(out.info.missing, 0u);
  EXPECT_EQ(out.info.label, "Copernicus DEM GLO-90");
  for (double lon = 101.985; lon < 102.015; lon += 0.0001) {
    const double exact = 1000 + 1200 * (lon - 102) + 600 * (28.41 - 28);
    EXPECT_NEAR(out.at(lon, 28.41).value_or(nan), exact, 0.08) << lon;
  }
}

TEST(PrepareTerrain, CrossesTheAntimeridian) {
  const TemporaryFolder folder;
  const auto height = [](double lon, double lat) {
    const double east = lon > 0 ? lon - 180 : lon + 180;
    return static_cast<int>(std::lround(2000 + 1200 * east + 600 * (lat - 10)));
  };
  testing::write_bytes(folder / "dem/N10E179.hgt", testing::hgt_bytes(10, 179, height));
  testing::write_bytes(folder / "dem/N10W180.hgt", testing::hgt_bytes(10, -180, height));
  TerrainRequest wish;
  wish.sources = {{.path = folder / "dem"}};
  wish.area = {.west_deg = 179.95, .south_deg = 10.4, .east_deg = -179.95, .north_deg = 10.5};
  const Prepared out = prepare(wish, folder);
  EXPECT_EQ(out.info.missing, 0u);
  EXPECT_TRUE(out.info.absent.empty());
  for (double east = -0.04; east < 0.04; east += 0.0011) {
    const double lon = east < 0 ? 180 + east : -180 + east;
    EXPECT_NEAR(out.at(lon, 10.45).value_or(nan), 2000 + 1200 * east + 600 * 0.45, 0.6) << east;
  }
}

TEST(PrepareTerrain, ThePoleIsAPlace) {
  const TemporaryFolder folder;
  // Height falls with the distance from the pole, 1,000 m a degree.
  testing::write_tiff(folder / "cap.tif", 3600, 20, -180, 90, 0.1,
                      [](int, int row) { return 3000 - 100 * (row + 0.5); });
  TerrainRequest wish;
  wish.sources = {{.path = folder / "cap.tif"}};
  wish.area = {.west_deg = -180, .south_deg = 89.5, .east_deg = 180, .north_deg = 90};
  wish.cell_m = 500;
  const Prepared out = prepare(wish, folder);
  EXPECT_EQ(out.info.missing, 0u);
  EXPECT_EQ(out.at(77, 90), 2950);  // the last row lasts half a pixel more
  for (double lon = -179; lon < 180; lon += 7.3) {
    EXPECT_NEAR(out.at(lon, 89.7).value_or(nan), 2700, 1.5) << lon;
  }
}

TEST(PrepareTerrain, WhatIsMissingStaysMissingAndIsNamed) {
  const TemporaryFolder folder;
  testing::write_bytes(folder / "dem/N28E101.hgt", testing::hgt_bytes(28, 101, slope));
  TerrainRequest wish;
  wish.sources = {{.path = folder / "dem"}};
  wish.area = {.west_deg = 101.98, .south_deg = 28.1, .east_deg = 102.02, .north_deg = 28.14};
  const Prepared out = prepare(wish, folder);
  EXPECT_EQ(out.info.absent, std::vector<std::string>{"N28E102"});
  EXPECT_TRUE(out.at(101.99, 28.12));
  EXPECT_FALSE(out.at(102.01, 28.12));
  const auto& grid = out.terrain.grid();
  const double half = 0.5 * grid.columns * grid.rows;
  EXPECT_NEAR(static_cast<double>(out.info.missing), half, 0.1 * half);
}

TEST(PrepareTerrain, TheNextSourceFillsIn) {
  const TemporaryFolder folder;
  testing::write_bytes(
      folder / "a/N28E102.hgt",
      testing::hgt_bytes(28, 102, [](double lon, double) { return lon < 102.5 ? 1500 : -32768; }));
  testing::write_tiff(folder / "b.tif", 40, 40, 102, 29, 0.025, [](int, int) { return 700; });
  TerrainRequest wish;
  wish.sources = {{.path = folder / "a"}, {.path = folder / "b.tif", .label = "coarse one"}};
  wish.area = {.west_deg = 102.45, .south_deg = 28.45, .east_deg = 102.55, .north_deg = 28.55};
  wish.fill_m = 0;
  const Prepared out = prepare(wish, folder);
  EXPECT_EQ(out.info.missing, 0u);
  EXPECT_EQ(out.at(102.48, 28.5), 1500);
  EXPECT_EQ(out.at(102.52, 28.5), 700);
  EXPECT_EQ(out.info.label, "SRTM, 3 arc-seconds; coarse one");
  EXPECT_TRUE(out.info.estimated);  // 2.8 km
  std::swap(wish.sources[0], wish.sources[1]);
  EXPECT_EQ(prepare(wish, folder).at(102.48, 28.5), 700);
}

TEST(PrepareTerrain, SmallHolesAreFilledLargeOnesAreNot) {
  const TemporaryFolder folder;
  const auto height = [](double lon, double lat) {
    const bool small = std::abs(lon - 102.5) < 1.2 / 1200 && std::abs(lat - 28.5) < 1.2 / 1200;
    const bool large = std::abs(lon - 102.52) < 5.0 / 1200 && std::abs(lat - 28.5) < 5.0 / 1200;
    return small || large ? -32768 : slope(lon, lat);
  };
  testing::write_bytes(folder / "N28E102.hgt", testing::hgt_bytes(28, 102, height));
  TerrainRequest wish;
  wish.sources = {{.path = folder / "N28E102.hgt"}};
  wish.area = {.west_deg = 102.48, .south_deg = 28.48, .east_deg = 102.54, .north_deg = 28.52};
  wish.fill_m = 400;
  const Prepared out = prepare(wish, folder);
  EXPECT_NEAR(out.at(102.5, 28.5).value_or(nan), slope(102.5, 28.5), 2);
  EXPECT_GT(out.info.filled, 50u);
  EXPECT_FALSE(out.at(102.52, 28.5));
  EXPECT_GT(out.info.missing, 500u);
  wish.fill_m = 0;
  const Prepared bare = prepare(wish, folder);
  EXPECT_FALSE(bare.at(102.5, 28.5));
  EXPECT_EQ(bare.info.filled, 0u);
  EXPECT_EQ(bare.info.missing, out.info.missing + out.info.filled);
}

TEST(PrepareTerrain, HeightsThatCannotBeAreMissing) {
  const TemporaryFolder folder;
  testing::write_tiff(folder / "a.tif", 100, 100, 102, 29, 0.001, [](int column, int row) {
    if (row == 30) return nan;
    if (row == 50) return column % 2 == 0 ? 32767.0 : -5000.0;
    if (row == 70) return std::numeric_limits<double>::infinity();
    return 800.0;
  });
  TerrainRequest wish;
  wish.sources = {{.path = folder / "a.tif"}};
  wish.area = {.west_deg = 102, .south_deg = 28.9, .east_deg = 102.1, .north_deg = 29};
  wish.fill_m = 0;
  const Prepared out = prepare(wish, folder);
  EXPECT_EQ(out.info.lowest_m, 800);
  EXPECT_EQ(out.info.highest_m, 800);
  for (const int row : {30, 50, 70}) EXPECT_FALSE(out.at(102.05, 29 - (row + 0.5) * 0.001)) << row;
  EXPECT_EQ(out.at(102.05, 29 - 0.0405), 800);
}

TEST(PrepareTerrain, ReadsAnyProjectionAndFeet) {
  const TemporaryFolder folder;
  testing::TiffOptions options;
  options.epsg = 32648;  // UTM 48 north: 102.2 E is 300 km west of its middle
  options.unit = "ft";
  testing::write_tiff(
      folder / "utm.tif", 400, 400, 210'000, 3'110'000, 100,
      [](int column, int row) { return 3000 + 10 * column + 5 * row; }, options);
  TerrainRequest wish;
  wish.sources = {{.path = folder / "utm.tif"}};
  wish.area = {.west_deg = 102.15, .south_deg = 27.85, .east_deg = 102.35, .north_deg = 28.0};
  const Prepared out = prepare(wish, folder);
  EXPECT_EQ(out.info.missing, 0u);
  // 102.25 E, 27.92 N in EPSG:32648, by PROJ's cs2cs.
  OGRSpatialReferenceH from = OSRNewSpatialReference(nullptr);
  OGRSpatialReferenceH to = OSRNewSpatialReference(nullptr);
  OSRImportFromEPSG(from, 4326);
  OSRImportFromEPSG(to, 32648);
  OSRSetAxisMappingStrategy(from, OAMS_TRADITIONAL_GIS_ORDER);
  OGRCoordinateTransformationH transform = OCTNewCoordinateTransformation(from, to);
  double x = 102.25;
  double y = 27.92;
  ASSERT_TRUE(OCTTransform(transform, 1, &x, &y, nullptr));
  OCTDestroyCoordinateTransformation(transform);
  OSRDestroySpatialReference(from);
  OSRDestroySpatialReference(to);
  const double feet = 3000 + 10 * ((x - 210'000) / 100 - 0.5) + 5 * ((3'110'000 - y) / 100 - 0.5);
  EXPECT_NEAR(out.at(102.25, 27.92).value_or(nan), 0.3048 * feet, 0.1);
}

TEST(PrepareTerrain, CoarseCellsTakeTheMean) {
  const TemporaryFolder folder;
  // A chessboard of single pixels: any one of them would be 400 m off.
  testing::write_tiff(folder / "a.tif", 500, 500, 102, 29, 0.001,
                      [](int column, int row) { return (column + row) % 2 == 0 ? 600 : 1400; });
  TerrainRequest wish;
  wish.sources = {{.path = folder / "a.tif"}};
  wish.area = {.west_deg = 102.1, .south_deg = 28.6, .east_deg = 102.4, .north_deg = 28.9};
  wish.cell_m = 1000;
  const Prepared out = prepare(wish, folder);
  EXPECT_NEAR(out.info.lowest_m, 1000, 20);
  EXPECT_NEAR(out.info.highest_m, 1000, 20);
  EXPECT_EQ(out.info.missing, 0u);
}

TEST(PrepareTerrain, GroundAndSurfaceGiveClutter) {
  const TemporaryFolder folder;
  testing::write_tiff(folder / "dtm.tif", 100, 100, 102, 29, 0.001,
                      [](int column, int) { return column < 80 ? 900.0 : -9999.0; });
  testing::write_tiff(folder / "dsm.tif", 100, 100, 102, 29, 0.001, [](int column, int row) {
    if (column < 20) return row < 50 ? 895.0 : 1300.0;  // below the ground; absurdly high
    return column < 60 ? 912.3 : column < 70 ? -9999.0 : 950.0;
  });
  testing::TiffOptions bytes;
  bytes.type = GDT_Byte;
  bytes.nodata = 0;
  testing::write_tiff(
      folder / "classes.tif", 100, 100, 102, 29, 0.001,
      [](int column, int) { return column < 65 ? 10 : 50; }, bytes);
  TerrainRequest wish;
  wish.sources = {{.path = folder / "dsm.tif"}, {.path = folder / "dtm.tif", .ground = true}};
  wish.clutter_path = folder / "classes.tif";
  wish.area = {.west_deg = 102, .south_deg = 28.9, .east_deg = 102.1, .north_deg = 29};
  wish.fill_m = 0;
  const Prepared out = prepare(wish, folder);
  const TerrainGrid& grid = out.terrain.grid();
  const auto clutter = [&](double lon, double lat) {
    return grid.clutter_m(*grid.plane.forward({lon, lat}));
  };
  const auto klass = [&](double lon, double lat) {
    return int{grid.clutter_class[*grid.nearest(*grid.plane.forward({lon, lat}))]};
  };
  EXPECT_FALSE(grid.surface);
  EXPECT_EQ(out.at(102.04, 28.95), 900);  // the ground where it is known
  EXPECT_EQ(clutter(102.04, 28.95), 12.5);
  EXPECT_EQ(clutter(102.01, 28.98), 0);      // a surface below the ground
  EXPECT_EQ(clutter(102.01, 28.92), 127.5);  // bounded
  EXPECT_EQ(clutter(102.063, 28.95), 15);    // no surface there: trees by the class
  EXPECT_EQ(clutter(102.067, 28.95), 10);    // built-up
  EXPECT_EQ(out.at(102.09, 28.95), 950);     // no ground there: the surface, and nothing on it
  EXPECT_EQ(clutter(102.09, 28.95), 0);
  EXPECT_EQ(klass(102.04, 28.95), 10);
  EXPECT_EQ(klass(102.09, 28.95), 50);

  wish.sources = {{.path = folder / "dsm.tif"}};
  const Prepared alone = prepare(wish, folder);
  EXPECT_TRUE(alone.terrain.grid().surface);
  EXPECT_TRUE(alone.terrain.grid().clutter_half_metres.empty());
  EXPECT_FALSE(alone.terrain.grid().clutter_class.empty());
}

TEST(PrepareTerrain, HeightsBeyondEighthsOfAMetreTakeQuarters) {
  const TemporaryFolder folder;
  testing::write_tiff(folder / "a.tif", 50, 50, 86.9, 28.02, 0.001,
                      [](int column, int) { return column == 25 ? 8848.0 : 5000.0; });
  TerrainRequest wish;
  wish.sources = {{.path = folder / "a.tif"}};
  wish.area = {
      .west_deg = 86.9055, .south_deg = 27.9755, .east_deg = 86.9455, .north_deg = 28.0155};
  const Prepared out = prepare(wish, folder);
  EXPECT_EQ(out.terrain.grid().scale_m, 0.25);
  EXPECT_EQ(out.at(86.9255, 27.9955), 8848);
}

TEST(PrepareTerrain, ADamagedTileInAFolderIsRefusedAndNamed) {
  const TemporaryFolder folder;
  testing::write_bytes(folder / "dem/N28E102.hgt", testing::hgt_bytes(28, 102, slope));
  testing::write_bytes(folder / "dem/N28E101.hgt", std::string(1000, 'x'));
  testing::write_bytes(folder / "dem/README.txt", "tiles");
  TerrainRequest wish;
  wish.sources = {{.path = folder / "dem"}};
  wish.area = {.west_deg = 101.98, .south_deg = 28.1, .east_deg = 102.02, .north_deg = 28.14};
  const Prepared out = prepare(wish, folder);
  ASSERT_EQ(out.info.refused.size(), 1u);
  EXPECT_NE(out.info.refused[0].find("N28E101.hgt: an SRTM tile has 2884802 bytes"),
            std::string::npos);
  EXPECT_EQ(out.info.absent, std::vector<std::string>{"N28E101"});
  wish.sources = {{.path = folder / "dem/N28E101.hgt"}};
  const auto alone = prepare_terrain(wish, *serial_workers(), folder / "x.terrain");
  ASSERT_FALSE(alone);
  EXPECT_NE(to_string(alone.error()).find("this one has 1000"), std::string::npos);
}

TEST(PrepareTerrain, ErrorsSayWhatToDo) {
  const TemporaryFolder folder;
  TerrainRequest wish;
  EXPECT_NE(why_not(wish, folder).find("no source"), std::string::npos);
  wish.sources = {{.path = real_tile}};
  wish.area = {.west_deg = 50.4, .south_deg = 10.3, .east_deg = 50.6, .north_deg = 10.6};
  EXPECT_NE(why_not(wish, folder).find("are longitude and latitude swapped?"), std::string::npos);
  wish.area = {.west_deg = 27, .south_deg = 101, .east_deg = 28, .north_deg = 102};
  EXPECT_NE(why_not(wish, folder).find("are longitude and latitude swapped?"), std::string::npos);
  wish.area = {.west_deg = 100, .south_deg = 28, .east_deg = 101, .north_deg = 29};
  EXPECT_NE(why_not(wish, folder).find("the sources cover 9.99"), std::string::npos);
  wish.area = {.west_deg = 10, .south_deg = nan, .east_deg = 11, .north_deg = 51};
  EXPECT_NE(why_not(wish, folder).find("not on earth"), std::string::npos);
  wish.area = {.west_deg = 10, .south_deg = 51, .east_deg = 11, .north_deg = 50};
  EXPECT_NE(why_not(wish, folder).find("empty"), std::string::npos);
  wish.area = {.west_deg = 0, .south_deg = 40, .east_deg = 30, .north_deg = 60};
  EXPECT_NE(why_not(wish, folder).find("cut it in parts"), std::string::npos);
  wish.area = {.west_deg = 5, .south_deg = 46, .east_deg = 14, .north_deg = 54};
  wish.cell_m = 5;
  EXPECT_NE(why_not(wish, folder).find("larger cells"), std::string::npos);
  wish.cell_m = nan;
  EXPECT_NE(why_not(wish, folder).find("0.1 m to 100 km"), std::string::npos);
  wish.cell_m = 30;
  wish.area = {.west_deg = 10, .south_deg = 50, .east_deg = 11, .north_deg = 51};
  wish.sources = {{.path = folder / "nothing.tif"}};
  EXPECT_NE(why_not(wish, folder).find("there is no such raster"), std::string::npos);
  testing::write_bytes(folder / "empty/readme.md", "nothing");
  wish.sources = {{.path = folder / "empty"}};
  EXPECT_NE(why_not(wish, folder).find("no raster in the folder"), std::string::npos);
}

TEST(PrepareTerrain, CancelledLeavesTheOldFileAlone) {
  const TemporaryFolder folder;
  testing::write_bytes(folder / "x.terrain", "old");
  TerrainRequest wish;
  wish.sources = {{.path = real_tile}};
  wish.area = {.west_deg = 10.3, .south_deg = 50.4, .east_deg = 10.4, .north_deg = 50.5};
  double last = -1;
  const auto done =
      prepare_terrain(wish, *serial_workers(), folder / "x.terrain", [&](double part) {
        EXPECT_GT(part, last);
        last = part;
        return part < 0.4;
      });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, Code::conflict);
  EXPECT_GE(last, 0.4);
  EXPECT_EQ(testing::read_bytes(folder / "x.terrain"), "old");
  EXPECT_EQ(folder.names().size(), 1u);
}

TEST(AreaAround, ASurroundingBox) {
  Box box;
  box.add(Point{102, 27});
  box.add(Point{103, 28});
  const TerrainArea area = area_around(box, 11'119.5);
  EXPECT_NEAR(area.south_deg, 26.9, 1e-4);
  EXPECT_NEAR(area.north_deg, 28.1, 1e-4);
  EXPECT_NEAR(area.west_deg, 102 - 0.1 / std::cos(28.1 * 0.0174532925), 1e-4);
  Box edge;
  edge.add(Point{179.9, 0});
  EXPECT_NEAR(area_around(edge, 50'000).east_deg, -179.65, 0.01);
}

}  // namespace
}  // namespace cairn::geo
