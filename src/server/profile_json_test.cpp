// SPDX-License-Identifier: Apache-2.0
#include "server/profile_json.hpp"

#include <gtest/gtest.h>

namespace cairn::server {
namespace {

plan::LinkProfile link() {
  plan::LinkProfile out;
  out.question.from = {{102, 28}, 30, {}};
  out.question.to = {{102.1, 28}, 1.5, {"村", ""}};
  out.question.frequency_mhz = 763;
  out.distance_km = 9.8;
  out.point_km = {0, 4.9, 9.8};
  out.terrain_m = {1'000, 1'500.0004, 900};
  out.bulge_m = {0, 1.4, 0};
  out.ray_m = {1'030, 965.75, 901.5};
  out.fresnel_m = {0, 31, 0};
  out.loss_db = 160.12345;
  out.tx_horizon = plan::LinkHorizon{4.9, 1'500, 95, {102.05, 28}};
  out.rx_horizon = out.tx_horizon;
  out.edge = plan::LinkHorizon{4.9, 1'501.4, 95, {102.05, 28}};
  out.clearance = plan::LinkClearance{4.9, -535.6, 31};
  out.quantities = {
      {"L_b", {"基本传输损耗", "basic transmission loss"}, "Eq. (69)", 160.12345, "dB"}};
  out.terrain_label = "waves";
  out.terrain_estimated = true;
  return out;
}

TEST(ProfileJson, MembersOfTheContract) {
  const Json json = profile_json(link());
  for (const char* name : {"model", "band", "frequency_mhz", "from", "to", "distance_km",
                           "bearing_deg", "loss_db", "free_space_db", "rsrp_dbm", "margin_db",
                           "line_of_sight", "points", "horizons", "quantities", "terrain"}) {
    EXPECT_TRUE(json.contains(name)) << name;
  }
  EXPECT_EQ(json["model"], "p1812");
  EXPECT_TRUE(json["band"].is_null());
  EXPECT_TRUE(json["rsrp_dbm"].is_null());
  EXPECT_EQ(json["loss_db"], 160.123);
  EXPECT_EQ(json["from"]["ground_m"], 1'000);
  EXPECT_EQ(json["to"]["ground_m"], 900);
  EXPECT_EQ(json["to"]["label"]["en"], "村");
  EXPECT_EQ(json["points"]["terrain_m"], Json::parse("[1000, 1500, 900]"));
  EXPECT_FALSE(json["points"].contains("clutter_m"));
  EXPECT_EQ(json["horizons"][0]["end"], "from");
  EXPECT_EQ(json["horizons"][1]["end"], "to");
  EXPECT_EQ(json["horizons"][0]["height_m"], 1'500);
  EXPECT_EQ(json["quantities"][0]["equation"], "Eq. (69)");
  EXPECT_EQ(json["quantities"][0]["value"], 160.12345);
  EXPECT_EQ(json["quantities"][0]["label"]["zh"], "基本传输损耗");
  EXPECT_EQ(json["clearance"]["clearance_m"], -535.6);
  EXPECT_EQ(json["terrain"]["estimated"], true);
}

TEST(ProfileJson, LevelWithABudgetAndNoHorizonInSight) {
  plan::LinkProfile seen = link();
  seen.tx_horizon = seen.rx_horizon = seen.edge = {};
  seen.line_of_sight = true;
  seen.question.budget.emplace().band = "n28";
  seen.quality = radio::LinkQuality{.rsrp_dbm = -101.5, .margin_db = 8.5};
  seen.clutter_m = {0, 10, 0};
  const Json json = profile_json(seen);
  EXPECT_EQ(json["band"], "n28");
  EXPECT_EQ(json["rsrp_dbm"], -101.5);
  EXPECT_EQ(json["margin_db"], 8.5);
  EXPECT_TRUE(json["horizons"].empty());
  EXPECT_TRUE(json["edge"].is_null());
  EXPECT_EQ(json["points"]["clutter_m"][1], 10);
  EXPECT_TRUE(json["quality"]["mcl_class"].is_null());
}

TEST(ProfileJson, TextIsTheSame) {
  const std::string text = profile_json_text(link());
  EXPECT_EQ(text.back(), '\n');
  EXPECT_EQ(Json::parse(text), profile_json(link()));
}

}  // namespace
}  // namespace cairn::server
