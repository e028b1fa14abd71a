// SPDX-License-Identifier: Apache-2.0
#include "server/coverage_layer.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "server/detail/coverage_test_world.hpp"

namespace cairn::server {
namespace {

using detail::CoverageService;

TEST(CoverageLevel, HalfADecibelAStep) {
  EXPECT_EQ(level_byte(std::nanf("")), 0);
  EXPECT_EQ(level_byte(-161), 0);
  EXPECT_TRUE(std::isnan(level_dbm(0)));
  for (float dbm = -160; dbm <= -40; dbm += 0.37F) {
    EXPECT_NEAR(level_dbm(level_byte(dbm)), dbm, 0.2501) << dbm;
  }
  EXPECT_EQ(level_byte(20), 255);  // stronger than anybody hears
}

TEST(CoverageMask, FillsAreasByTheirRings) {
  const geo::LocalPlane plane({102.5, 27});
  const radio::MapFrame frame{-20'000, 20'000, 1000, 41, 41};
  geo::Geometry area;
  area.shape = geo::Polygon{
      {{{102.4, 26.9}, {102.6, 26.9}, {102.6, 27.1}, {102.4, 27.1}, {102.4, 26.9}},
       {{102.48, 26.98}, {102.52, 26.98}, {102.52, 27.02}, {102.48, 27.02}, {102.48, 26.98}}}};
  const auto mask = area_mask(plane, frame, {&area});
  const auto at = [&](int x_km, int y_km) {
    return mask[static_cast<std::size_t>((20 - y_km) * 41 + x_km + 20)];
  };
  EXPECT_EQ(at(0, 0), 0);  // the hole
  EXPECT_EQ(at(5, 0), 1);
  EXPECT_EQ(at(-9, -10), 1);
  EXPECT_EQ(at(12, 0), 0);
  EXPECT_EQ(at(0, 13), 0);
}

class CoverageLayerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(world.failure, "");
    auto made = world.scene();
    ASSERT_TRUE(made.has_value()) << to_string(made.error());
    scene = *made;
    layer = scene->set->layer("any", "5g");
    ASSERT_NE(layer, nullptr);
  }
  double level_at(const LayerRaster& raster, double lon, double lat) const {
    const auto p = *scene->set->terrain->grid.plane.forward({lon, lat});
    const radio::MapFrame& f = raster.frame;
    const auto column = std::lround((p.x_m - f.west_m) / f.cell_m);
    const auto row = std::lround((f.north_m - p.y_m) / f.cell_m);
    return level_dbm(raster.level[static_cast<std::size_t>(row * f.columns + column)]);
  }
  CoverageService world;
  std::shared_ptr<const CoverageScene> scene;
  const CoverageLayerDef* layer = nullptr;
};

TEST_F(CoverageLayerTest, TheRidgeCastsItsShadow) {
  const std::vector<std::uint8_t> all(scene->frame.size(), 1);
  const auto raster = compute_layer(*scene->set, *layer, scene->frame, all, *serial_workers(), {});
  ASSERT_TRUE(raster.has_value()) << to_string(raster.error());
  const double west = level_at(*raster, 102.34, 27.0);  // 6 km of flat land
  const double east = level_at(*raster, 102.53, 27.0);  // 13 km, behind the ridge
  EXPECT_GT(west, -100);
  EXPECT_LT(east, west - 25);
  EXPECT_TRUE(std::isnan(level_at(*raster, 102.69, 27.0)));  // farther than 15 km: not heard
  EXPECT_GT(raster->covered_km2, 100);
  EXPECT_LT(raster->covered_km2, raster->area_km2);
  EXPECT_EQ(raster->digest, layer_digest(*scene->set, *layer, scene->frame));
}

TEST_F(CoverageLayerTest, TheMaskLimitsWhatIsCounted) {
  std::vector<std::uint8_t> none(scene->frame.size(), 0);
  const auto raster = compute_layer(*scene->set, *layer, scene->frame, none, *serial_workers(), {});
  ASSERT_TRUE(raster.has_value());
  EXPECT_EQ(raster->area_km2, 0);
  EXPECT_EQ(raster->covered_km2, 0);
}

TEST_F(CoverageLayerTest, ProgressCanEndIt) {
  const std::vector<std::uint8_t> all(scene->frame.size(), 1);
  const auto raster = compute_layer(*scene->set, *layer, scene->frame, all, *serial_workers(),
                                    [](double) { return false; });
  EXPECT_FALSE(raster.has_value());
}

TEST_F(CoverageLayerTest, WhatIsKeptComesBackOrIsRefused) {
  const std::vector<std::uint8_t> all(scene->frame.size(), 1);
  const auto raster = compute_layer(*scene->set, *layer, scene->frame, all, *serial_workers(), {});
  ASSERT_TRUE(raster.has_value());
  const std::string bytes = layer_bytes(*raster);
  const auto again = read_layer(bytes, raster->digest);
  ASSERT_TRUE(again.has_value()) << to_string(again.error());
  EXPECT_EQ(again->level, raster->level);
  EXPECT_EQ(again->frame, raster->frame);
  EXPECT_EQ(again->covered_km2, raster->covered_km2);
  EXPECT_EQ(again->threshold_dbm, raster->threshold_dbm);
  EXPECT_FALSE(read_layer(bytes, "0123").has_value());
  EXPECT_FALSE(read_layer(bytes.substr(0, bytes.size() - 1), raster->digest).has_value());
  for (const std::size_t at : {std::size_t{0}, std::size_t{30}, bytes.size() - 1}) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    EXPECT_FALSE(read_layer(damaged, raster->digest).has_value()) << at;
  }
  EXPECT_FALSE(read_layer("", raster->digest).has_value());
}

TEST_F(CoverageLayerTest, TheDigestNamesWhatItRestsOn) {
  const std::string digest = layer_digest(*scene->set, *layer, scene->frame);
  CellSet other = *scene->set;
  other.cells[layer->cells.front()].mast_m += 1;
  EXPECT_NE(layer_digest(other, *layer, scene->frame), digest);
  other = *scene->set;
  other.propagation.time_percent = 10;
  EXPECT_NE(layer_digest(other, *layer, scene->frame), digest);
  other = *scene->set;
  other.bands.front().budget.power_dbm += 1;
  EXPECT_NE(layer_digest(other, *layer, scene->frame), digest);
  radio::MapFrame frame = scene->frame;
  frame.cell_m += 1;
  EXPECT_NE(layer_digest(*scene->set, *layer, frame), digest);
}

TEST_F(CoverageLayerTest, AFrameLiesOnTheRelief) {
  const geo::TerrainGrid& grid = scene->set->terrain->grid;
  const auto frame = layer_frame(*scene->set->terrain, {90, 20, 110, 35});
  ASSERT_TRUE(frame.has_value());
  EXPECT_GE(frame->west_m, grid.west_m);
  EXPECT_LE(frame->north_m, grid.north_m);
  EXPECT_LE(frame->west_m + (frame->columns - 1) * frame->cell_m,
            grid.west_m + (grid.columns - 1) * grid.cell_m + 1e-6);
  EXPECT_FALSE(layer_frame(*scene->set->terrain, {110, 26, 111, 27}).has_value());
}

}  // namespace
}  // namespace cairn::server
