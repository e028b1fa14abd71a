// SPDX-License-Identifier: Apache-2.0
#include "radio/propagation.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "radio/p525.hpp"
#include "radio/testing.hpp"
#include "radio/testing_terrain.hpp"
#include "radio/tr38901.hpp"

namespace cairn::radio {
namespace {

using testing::hills;
using testing::OwnedTerrain;

constexpr geo::PlanePoint site{0, 0};
constexpr Model every[] = {Model::p1812, Model::itm, Model::delta_bullington, Model::rma,
                           Model::free_space};

PathLoss ask(const OwnedTerrain& terrain, Model model, geo::PlanePoint rx, double tx_mast_m = 30,
             double step_m = 30) {
  TerrainPath path;
  Result<PathLoss> loss =
      path_loss(terrain.grid, site, tx_mast_m, rx, {.model = model}, 768, step_m, path);
  EXPECT_TRUE(loss) << to_string(model) << ": " << (loss ? "" : to_string(loss.error()));
  return loss.value_or(PathLoss{});
}

std::string error_of(const OwnedTerrain& terrain, const Propagation& propagation,
                     geo::PlanePoint rx, double tx_mast_m = 30, double frequency_mhz = 768) {
  TerrainPath path;
  Result<PathLoss> loss =
      path_loss(terrain.grid, site, tx_mast_m, rx, propagation, frequency_mhz, 30, path);
  EXPECT_FALSE(loss);
  return loss ? "" : to_string(loss.error());
}

TEST(Propagation, Names) {
  for (Model model : every) EXPECT_EQ(parse_model(to_string(model)), model);
  EXPECT_EQ(parse_model("p526"), Model::delta_bullington);
  EXPECT_FALSE(parse_model("hata"));
  EXPECT_FALSE(parse_model(""));
}

TEST(Propagation, AsksTheModelThatWasNamed) {
  OwnedTerrain terrain = hills(400, 30, 600);
  geo::PlanePoint rx{3'000, 2'500};
  TerrainPath path;
  ASSERT_TRUE(sample_path(terrain.grid, site, rx, 30, path));
  Terminals masts{.tx_mast_m = 30, .rx_mast_m = 1.5};
  Result<P1812> itu = p1812(path.profile(), masts, {}, {.frequency_ghz = 0.768});
  ASSERT_TRUE(itu);
  PathLoss loss = ask(terrain, Model::p1812, rx);
  EXPECT_EQ(loss.loss_db, itu->loss.basic_loss_db);
  EXPECT_EQ(loss.line_of_sight, itu->geometry.actual_median.line_of_sight);
  EXPECT_NEAR(loss.depression_deg, -itu->geometry.tx_horizon_mrad * 0.18 / M_PI, 1e-12);
  EXPECT_FALSE(loss.outside_range);

  Result<EvenProfile> even = even_profile(path.profile());
  ASSERT_TRUE(even);
  Result<ItmGeometry> itm = itm_geometry(*even, masts, {});
  ASSERT_TRUE(itm);
  EXPECT_EQ(ask(terrain, Model::itm, rx).loss_db,
            itm_loss(*itm, *itm_radio({.frequency_mhz = 768}, {})).basic_loss_db);

  double slant_km = slant_distance_km(path.distance_km.back(), path.terrain_m.front() + 30,
                                      path.terrain_m.back() + 1.5);
  double free_db = free_space_loss_db(0.768, slant_km);
  EXPECT_EQ(ask(terrain, Model::free_space, rx).loss_db, free_db);
  Result<P526Loss> edge = p526_loss(path.profile(), masts,
                                    {.frequency_ghz = 0.768,
                                     .radius_km = earth_radii(45).median_km,
                                     .polarisation = Polarisation::vertical,
                                     .speed_of_light_m_per_ns = speed_of_light_m_per_ns});
  ASSERT_TRUE(edge);
  EXPECT_NEAR(ask(terrain, Model::delta_bullington, rx).loss_db, free_db + edge->loss.total_db,
              1e-9);
  EXPECT_EQ(ask(terrain, Model::rma, rx).loss_db,
            rural_macro_loss({.frequency_ghz = 0.768, .base_m = 30}, 1000 * path.distance_km.back())
                ->mean_db);
}

TEST(Propagation, TheTerrainSaysWhatIsInSightWhateverTheModel) {
  OwnedTerrain terrain = hills(400, 30, 600);
  for (geo::PlanePoint rx : {geo::PlanePoint{900, 300}, {3'000, 2'500}, {-2'100, 4'000}}) {
    PathLoss itu = ask(terrain, Model::p1812, rx);
    for (Model model : every) {
      PathLoss loss = ask(terrain, model, rx);
      EXPECT_EQ(loss.line_of_sight, itu.line_of_sight) << to_string(model);
      EXPECT_EQ(loss.depression_deg, itu.depression_deg) << to_string(model);
    }
  }
}

TEST(Propagation, DepressionPointsToTheReceiverOrToTheHorizon) {
  OwnedTerrain terrain = testing::flat(200, 30, 1'000);
  PathLoss near = ask(terrain, Model::p1812, {600, 0}, 50);
  EXPECT_TRUE(near.line_of_sight);
  EXPECT_NEAR(near.depression_deg, std::atan(48.5 / 600) * 180 / M_PI, 0.01);
  terrain.set(110, 100, 1'200);  // a wall 300 m east of the site, which stands at (100, 100)
  PathLoss hidden = ask(terrain, Model::p1812, {600, 0}, 50);
  EXPECT_FALSE(hidden.line_of_sight);
  EXPECT_NEAR(hidden.depression_deg, -std::atan(150.0 / 300) * 180 / M_PI, 0.02);
}

TEST(Propagation, AtTheSiteItselfAndNearby) {
  OwnedTerrain terrain = testing::flat(200, 30, 1'000);
  double foot_db = free_space_loss_db(0.768, 0.0285);  // 30 m up, 1.5 m
  for (Model model : every) {
    PathLoss here = ask(terrain, model, site);
    EXPECT_NEAR(here.loss_db, foot_db, 1e-9) << to_string(model);
    EXPECT_TRUE(here.line_of_sight);
    EXPECT_NEAR(here.depression_deg, 90, 1e-9);
    EXPECT_EQ(here.outside_range, model != Model::free_space);
    EXPECT_NEAR(ask(terrain, model, {20, 0}).loss_db,
                free_space_loss_db(0.768, std::hypot(0.02, 0.0285)), 1e-9);
  }
  // As high as the receiver: at the same place, and still 1 m apart.
  EXPECT_NEAR(ask(terrain, Model::p1812, site, 1.5).loss_db, free_space_loss_db(0.768, 0.001),
              1e-9);
}

TEST(Propagation, ShortPathsAreFlagged) {
  OwnedTerrain terrain = testing::flat(200, 30, 1'000);
  EXPECT_TRUE(ask(terrain, Model::p1812, {240, 0}).outside_range);
  EXPECT_FALSE(ask(terrain, Model::p1812, {260, 0}).outside_range);
  EXPECT_TRUE(ask(terrain, Model::itm, {990, 0}).outside_range);
  EXPECT_FALSE(ask(terrain, Model::itm, {1'010, 0}).outside_range);
  EXPECT_FALSE(ask(terrain, Model::rma, {2'000, 0}).outside_range);
  OwnedTerrain wide = testing::flat(400, 30, 1'000);
  EXPECT_TRUE(ask(wide, Model::rma, {5'100, 0}).outside_range);
  EXPECT_FALSE(ask(terrain, Model::free_space, {240, 0}).outside_range);
}

TEST(Propagation, CoarseStepsStillMakeAPath) {
  OwnedTerrain terrain = hills(50, 1'000, 900);
  // 800 m in steps of 1 km: two points, were they not read in halves.
  PathLoss halves = ask(terrain, Model::p1812, {700, 390}, 30, 1'000);
  EXPECT_FALSE(halves.outside_range);
  EXPECT_EQ(halves.loss_db, ask(terrain, Model::p1812, {700, 390}, 30, 401).loss_db);
  // Below 250 m there is no need.
  EXPECT_TRUE(ask(terrain, Model::p1812, {200, 0}, 30, 1'000).outside_range);
}

TEST(Propagation, MastsBelowAModelsMinimum) {
  OwnedTerrain terrain = testing::flat(200, 30, 1'000);
  for (Model model : every) {
    std::string text = error_of(terrain, {.model = model}, {900, 0}, 0.01);
    EXPECT_NE(text.find("transmitter mast 0.01 m is not within"), std::string::npos) << text;
    EXPECT_FALSE(check_tx_mast(model, 0.01));
    EXPECT_FALSE(check_tx_mast(model, std::nan("")));
    EXPECT_TRUE(check_tx_mast(model, 30));
    text = error_of(terrain, {.model = model, .rx_mast_m = 0.01}, {900, 0});
    EXPECT_NE(text.find("receiver mast 0.01 m is not within"), std::string::npos) << text;
    EXPECT_FALSE(check_propagation({.model = model, .rx_mast_m = -1}));
    EXPECT_TRUE(check_propagation({.model = model}));
  }
  EXPECT_TRUE(check_tx_mast(Model::itm, 0.6));
  EXPECT_FALSE(check_tx_mast(Model::p1812, 0.6));
  EXPECT_FALSE(check_tx_mast(Model::rma, 9));
}

TEST(Propagation, WhatNoModelTakes) {
  EXPECT_FALSE(check_propagation({.time_percent = 90}));  // P.1812 ends at 50 %
  EXPECT_TRUE(check_propagation({.model = Model::itm, .time_percent = 90}));
  EXPECT_FALSE(check_propagation({.location_percent = 100}));
  EXPECT_FALSE(check_propagation({.location_percent = std::nan("")}));
  EXPECT_FALSE(check_propagation({.air = {.delta_n_per_km = -3}}));
  EXPECT_FALSE(check_propagation({.air = {.latitude_deg = 91}}));
  OwnedTerrain terrain = testing::flat(200, 30, 1'000);
  for (Model model : every) {
    EXPECT_NE(error_of(terrain, {.model = model}, {900, 0}, 30, std::nan("")).find("frequency"),
              std::string::npos);
    EXPECT_NE(error_of(terrain, {.model = model}, {900, 0}, 30, -768).find("frequency"),
              std::string::npos);
  }
  EXPECT_NE(error_of(terrain, {.model = Model::rma}, {900, 0}, 30, 450).find("500"),
            std::string::npos);
}

TEST(Propagation, MissingTerrainIsAnErrorWithItsPlace) {
  OwnedTerrain whole = testing::flat(200, 30, 1'000);
  OwnedTerrain terrain = testing::flat(200, 30, 1'000);
  terrain.samples[100 * 200 + 110] = geo::TerrainGrid::missing;  // spoils the posts beside it
  for (Model model : every) {
    std::string text = error_of(terrain, {.model = model}, {900, 0});
    EXPECT_NE(text.find("no height"), std::string::npos) << text;
    EXPECT_NE(text.find("0.270 km along"), std::string::npos) << text;
    EXPECT_NE(error_of(whole, {.model = model}, {90'000, 0}).find("the terrain ends"),
              std::string::npos);
  }
}

TEST(Propagation, SpreadOverLocationsOnlyWhereAskedFor) {
  OwnedTerrain terrain = hills(400, 30, 600);
  TerrainPath path;
  auto loss_db = [&](const Propagation& propagation) {
    return path_loss(terrain.grid, site, 30, {3'000, 2'500}, propagation, 768, 30, path)->loss_db;
  };
  double plain = loss_db({});
  EXPECT_EQ(loss_db({.location_percent = 95}), plain);
  Propagation most{.location_percent = 95, .location_variability = true};
  double sigma_db = p1812_location_sigma_db(0.768, 1.5, 0, 100);
  EXPECT_NEAR(loss_db(most) - plain, 1.6449 * sigma_db, 0.01 * sigma_db);
  Result<PreparedModel> model = prepare_model(most, 768);
  ASSERT_TRUE(model);
  EXPECT_NEAR(loss_db(most) - plain, location_loss_db(*model, 0), 1e-9);
  EXPECT_GT(location_loss_db(*model, 10), location_loss_db(*model, 0));  // among trees
  EXPECT_EQ(location_loss_db(*prepare_model({}, 768), 10), 0);
  EXPECT_GT(loss_db({.model = Model::itm, .location_percent = 95, .location_variability = true}),
            loss_db({.model = Model::itm}));
}

}  // namespace
}  // namespace cairn::radio
