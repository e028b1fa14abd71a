// SPDX-License-Identifier: Apache-2.0
#include "plan/link_profile.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "plan/link_svg.hpp"
#include "radio/testing_terrain.hpp"

namespace cairn::plan {
namespace {

using radio::testing::OwnedTerrain;

const geo::Point origin = {102.0, 28.0};
const geo::TerrainInfo info = [] {
  geo::TerrainInfo out;
  out.label = "made of waves";
  out.source_cell_m = 30;
  out.estimated = true;
  return out;
}();

OwnedTerrain placed(OwnedTerrain terrain) {
  terrain.grid.plane = geo::LocalPlane(origin);
  return terrain;
}

geo::Point at(double x_m, double y_m) {
  return geo::LocalPlane(origin).inverse({x_m, y_m});
}

LinkQuestion question(radio::Model model, geo::Point from, geo::Point to) {
  LinkQuestion q;
  q.from = {from, 30, {}};
  q.to = {to, 1.5, {}};
  q.propagation.model = model;
  q.frequency_mhz = 763;
  return q;
}

const LinkQuantity* find(const LinkProfile& link, std::string_view symbol) {
  for (const LinkQuantity& q : link.quantities) {
    if (q.symbol == symbol) return &q;
  }
  return nullptr;
}

radio::LinkBudget budget() {
  radio::LinkBudget b;
  b.band = "n28";
  b.technology = "5g";
  b.downlink_mhz = 763;
  b.uplink_mhz = 708;
  b.bandwidth_mhz = 30;
  b.resource_blocks = 160;
  b.power_dbm = 53.8;
  b.antenna_gain_dbi = 15;
  return b;
}

// The answer is that of the one question to any model, and what is shown leads to it.
TEST(LinkProfile, LossIsThatOfThePathForEveryModel) {
  const OwnedTerrain terrain = placed(radio::testing::hills(601, 30, 900));
  for (const auto& [model, symbol] : {std::pair{radio::Model::p1812, "L_b"},
                                      {radio::Model::itm, "L_b"},
                                      {radio::Model::delta_bullington, "L_b"},
                                      {radio::Model::rma, "PL"},
                                      {radio::Model::free_space, "L_b"}}) {
    const LinkQuestion q = question(model, at(-7'000, 300), at(6'100, -2'050));
    const auto link = link_profile(terrain.grid, info, q);
    ASSERT_TRUE(link) << link.error().message;
    radio::TerrainPath room;
    radio::Propagation propagation = q.propagation;
    const auto loss =
        radio::path_loss(terrain.grid, *terrain.grid.plane.forward(q.from.position), 30,
                         *terrain.grid.plane.forward(q.to.position), propagation, 763, 30, room);
    ASSERT_TRUE(loss);
    EXPECT_EQ(link->loss_db, loss->loss_db) << radio::to_string(model);
    EXPECT_EQ(link->line_of_sight, loss->line_of_sight);
    ASSERT_NE(find(*link, symbol), nullptr);
    EXPECT_NEAR(find(*link, symbol)->value, link->loss_db, 1e-9) << radio::to_string(model);
    for (const LinkQuantity& each : link->quantities) {
      EXPECT_FALSE(each.meaning.zh.empty()) << each.meaning.en;
      EXPECT_FALSE(each.equation.empty()) << each.symbol;
    }
  }
}

TEST(LinkProfile, AirIsThatOfTheMiddleOfTheLink) {
  const OwnedTerrain terrain = placed(radio::testing::hills(601, 30, 900));
  LinkQuestion q = question(radio::Model::p1812, at(-7'000, 300), at(6'100, -2'050));
  q.propagation.time_percent = 20;
  q.propagation.air.latitude_deg = -80;  // not asked
  const auto link = link_profile(terrain.grid, info, q);
  ASSERT_TRUE(link);
  radio::Propagation propagation = link->question.propagation;
  EXPECT_EQ(propagation.air.latitude_deg, (q.from.position.y + q.to.position.y) / 2);
  const auto loss = [&] {
    radio::TerrainPath room;
    return radio::path_loss(terrain.grid, *terrain.grid.plane.forward(q.from.position), 30,
                            *terrain.grid.plane.forward(q.to.position), propagation, 763, 30, room)
        ->loss_db;
  };
  EXPECT_EQ(link->loss_db, loss());
  propagation.air.latitude_deg = -80;
  EXPECT_NE(link->loss_db, loss());
}

TEST(LinkProfile, SpreadOverLocationsIsInTheQuantities) {
  const OwnedTerrain terrain = placed(radio::testing::hills(601, 30, 900));
  LinkQuestion q = question(radio::Model::p1812, at(-7'000, 300), at(6'100, -2'050));
  const auto median = link_profile(terrain.grid, info, q);
  q.propagation.location_percent = 95;
  q.propagation.location_variability = true;
  const auto most = link_profile(terrain.grid, info, q);
  ASSERT_TRUE(median && most);
  EXPECT_GT(most->loss_db, median->loss_db + 2.5);
  EXPECT_EQ(find(*most, "L_b")->value, most->loss_db);
}

TEST(LinkProfile, OneRidgeIsTheHorizonOfBothEnds) {
  OwnedTerrain terrain = placed(radio::testing::flat(401, 30, 1'000));
  for (std::uint32_t row = 0; row < 401; ++row) terrain.set(200, row, 1'300);  // at x = 0
  const auto link =
      link_profile(terrain.grid, info, question(radio::Model::p1812, at(-3'000, 0), at(3'600, 0)));
  ASSERT_TRUE(link) << link.error().message;
  EXPECT_FALSE(link->line_of_sight);
  ASSERT_TRUE(link->tx_horizon && link->rx_horizon && link->edge && link->clearance);
  EXPECT_NEAR(link->tx_horizon->distance_km, 3, 1e-6);
  EXPECT_NEAR(link->rx_horizon->distance_km, 3, 1e-6);
  EXPECT_NEAR(link->tx_horizon->height_m, 1'300, 1e-6);
  EXPECT_NEAR(link->tx_horizon->position.x, 102.0, 1e-7);
  EXPECT_NEAR(link->tx_horizon->position.y, 28.0, 1e-7);
  // (1300 - 1030) / 3000 less the Earth's fall of 3 km / 2 a.
  EXPECT_NEAR(link->tx_horizon->angle_mrad,
              1000 * std::atan(0.09 - 3 / (2 * link->earth_radius_km)), 1e-6);
  EXPECT_NEAR(link->edge->distance_km, 3, 1e-6);
  EXPECT_NEAR(link->edge->height_m, 1'300 + 500 * 3 * 3.6 / link->earth_radius_km, 1e-6);
  EXPECT_NEAR(link->clearance->distance_km, 3, 1e-6);
  EXPECT_NEAR(link->clearance->clearance_m,
              (1'030 * 3.6 + 1'001.5 * 3) / 6.6 - link->edge->height_m, 1e-6);
  EXPECT_NEAR(link->clearance->fresnel_m, std::sqrt(299.792458 / 763 * 3'000 * 3'600 / 6'600),
              1e-9);
  EXPECT_NEAR(link->azimuth_deg, 90, 0.05);
  EXPECT_NEAR(link->back_azimuth_deg, 270, 0.05);
}

TEST(LinkProfile, CurvesHaveAValueAtEachPoint) {
  const OwnedTerrain terrain = placed(radio::testing::flat(401, 30, 500));
  const auto link =
      link_profile(terrain.grid, info, question(radio::Model::p1812, at(-3'000, 0), at(3'000, 0)));
  ASSERT_TRUE(link);
  const std::size_t points = link->point_km.size();
  EXPECT_EQ(points, 201U);
  EXPECT_NEAR(link->step_m, 30, 1e-6);
  for (const auto* each : {&link->terrain_m, &link->bulge_m, &link->ray_m, &link->fresnel_m}) {
    EXPECT_EQ(each->size(), points);
  }
  EXPECT_EQ(link->bulge_m.front(), 0);
  EXPECT_NEAR(link->bulge_m[100], 500 * 3 * 3 / link->earth_radius_km, 1e-9);
  EXPECT_EQ(link->ray_m.front(), 530);
  EXPECT_EQ(link->ray_m.back(), 501.5);
  EXPECT_TRUE(link->line_of_sight);
  EXPECT_FALSE(link->tx_horizon || link->rx_horizon || link->edge);
  EXPECT_EQ(link->terrain_label, "made of waves");
  EXPECT_TRUE(link->terrain_estimated);
}

TEST(LinkProfile, ClutterRaisesTheHorizonButNotTheEnds) {
  OwnedTerrain terrain = placed(radio::testing::flat(401, 30, 1'000));
  terrain.add_clutter();
  for (std::uint8_t& each : terrain.clutter) each = 100;  // 50 m everywhere
  const auto link =
      link_profile(terrain.grid, info, question(radio::Model::p1812, at(-3'000, 0), at(3'000, 0)));
  ASSERT_TRUE(link);
  ASSERT_TRUE(link->tx_horizon);
  EXPECT_DOUBLE_EQ(link->tx_horizon->height_m, 1'050);
  EXPECT_EQ(link->clutter_m.front(), 0);
  EXPECT_EQ(link->clutter_m[1], 50);
  EXPECT_EQ(link->clutter_m.back(), 0);
}

TEST(LinkProfile, LevelNeedsABudget) {
  const OwnedTerrain terrain = placed(radio::testing::flat(401, 30, 1'000));
  LinkQuestion q = question(radio::Model::p1812, at(-3'000, 0), at(3'000, 0));
  EXPECT_FALSE(link_profile(terrain.grid, info, q)->quality);
  q.budget = budget();
  q.antenna_loss_db = 3;
  const auto link = link_profile(terrain.grid, info, q);
  ASSERT_TRUE(link && link->quality);
  EXPECT_DOUBLE_EQ(link->quality->rsrp_dbm,
                   radio::link_quality(*q.budget, link->loss_db, 3).rsrp_dbm);
  q.budget->bandwidth_mhz = 0;
  EXPECT_FALSE(link_profile(terrain.grid, info, q));
}

TEST(LinkProfile, MistakesSayWhichEndAndWhatToDo) {
  const OwnedTerrain terrain = placed(radio::testing::flat(401, 30, 1'000));
  const auto error = [&](geo::Point from, geo::Point to) {
    const auto link = link_profile(terrain.grid, info, question(radio::Model::p1812, from, to));
    return link ? std::string() : to_string(link.error());
  };
  EXPECT_EQ(error({102, 28}, {102.2, 28}), "to: 102.2,28 is outside the terrain");
  EXPECT_EQ(error({102, 28}, {28, 102}),
            "to: 28,102 is no longitude and latitude; longitude comes first, they look swapped");
  EXPECT_NE(error({102, 28}, {102, 28}).find("at one place"), std::string::npos);
  EXPECT_NE(error({NAN, 28}, {102, 28}).find("from:"), std::string::npos);
  LinkQuestion low = question(radio::Model::p1812, {102, 28}, {102.02, 28});
  low.from.mast_m = 0.01;
  const auto mast = link_profile(terrain.grid, info, low);
  ASSERT_FALSE(mast);
  EXPECT_NE(mast.error().message.find("transmitter mast 0.01 m"), std::string::npos);
  low.from.mast_m = 30;
  low.frequency_mhz = 9'000;
  EXPECT_FALSE(link_profile(terrain.grid, info, low));
}

TEST(LinkProfile, ShortLinksAreFreeSpaceAndSaySo) {
  const OwnedTerrain terrain = placed(radio::testing::flat(401, 30, 1'000));
  const auto link =
      link_profile(terrain.grid, info, question(radio::Model::p1812, at(0, 0), at(25, 0)));
  ASSERT_TRUE(link) << link.error().message;
  EXPECT_TRUE(link->outside_range);
  EXPECT_TRUE(link->line_of_sight);
  EXPECT_DOUBLE_EQ(link->loss_db, link->free_space_db);
  EXPECT_FALSE(link->clearance);
  EXPECT_NE(link_svg(*link, Language::en).find("</svg>"), std::string::npos);
}

}  // namespace
}  // namespace cairn::plan
