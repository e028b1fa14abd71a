// SPDX-License-Identifier: Apache-2.0
#include "server/coverage_what_if.hpp"

#include <gtest/gtest.h>

#include "server/detail/coverage_test_world.hpp"

namespace cairn::server {
namespace {

using detail::CoverageService;

class WhatIfTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(world.failure, "");
    auto made = world.scene();
    ASSERT_TRUE(made.has_value()) << to_string(made.error());
    scene = *made;
  }
  Result<WhatIfAnswer> ask(const WhatIfSite& site) {
    return what_if(*scene->set, site, villages, *serial_workers());
  }
  std::string place_of(const WhatIfSite& site) {
    const auto answer = ask(site);
    EXPECT_FALSE(answer.has_value());
    return answer ? "" : answer.error().place;
  }
  CoverageService world;
  std::shared_ptr<const CoverageScene> scene;
  const WhatIfSite east{{102.58, 27.0}, 30, "n28", "mobile", {}, 0};
  const std::vector<WhatIfVillage> villages{
      {"w", {"西村", "West"}, "513401", {102.41, 27.0}, 900, true},
      {"e", {"东村", "East"}, "513402", {102.56, 27.0}, 400, true},
      {"n", {"北村", "North"}, "513402", {102.6, 27.05}, 500, true},
  };
};

TEST_F(WhatIfTest, ASiteBehindTheRidgeReachesItsVillages) {
  const auto answer = ask(east);
  ASSERT_TRUE(answer.has_value()) << to_string(answer.error());
  EXPECT_NEAR(answer->ground_m, 1000, 5);
  EXPECT_EQ(answer->technology, "5g");
  ASSERT_EQ(answer->gains.size(), 2u);      // the village in the west had it before
  EXPECT_EQ(answer->gains[0].village, 2u);  // the most people first
  EXPECT_EQ(answer->gains[1].village, 1u);
  EXPECT_EQ(answer->people, 900);
  EXPECT_GT(answer->gains[1].after_dbm, -95);
  EXPECT_LT(answer->gains[1].before_dbm.value_or(-200), answer->gains[1].after_dbm - 15);
  EXPECT_GT(answer->gained_km2, 50);
  EXPECT_NEAR(answer->gained_km2 + answer->already_km2, answer->covered_km2, 1e-6);
  EXPECT_TRUE(answer->box.contains(east.position));
  EXPECT_EQ(answer->level.substr(1, 3), "PNG");
  EXPECT_TRUE(answer->level != answer->difference);
}

TEST_F(WhatIfTest, BesideAStationItAddsLittle) {
  const auto beside = ask({{102.401, 27.0}, 30, "n28", "mobile", {}, 0});
  ASSERT_TRUE(beside.has_value());
  EXPECT_EQ(beside->gains.size(), 0u);
  EXPECT_GT(beside->already_km2, beside->gained_km2 * 10);
  // Another operator has nothing there; it gains all that it covers.
  const auto scene_then = world.scene("", "2020-06-30");
  ASSERT_TRUE(scene_then.has_value());
  const auto other = what_if(*(*scene_then)->set, {{102.401, 27.0}, 30, "n28", "unicom", {}, 0},
                             villages, *serial_workers());
  ASSERT_TRUE(other.has_value()) << to_string(other.error());
  EXPECT_EQ(other->already_km2, 0);
  EXPECT_EQ(other->gains.size(), 1u);
}

TEST_F(WhatIfTest, AKnownLayerSaysTheSame) {
  const auto index =
      static_cast<std::size_t>(scene->set->layer("mobile", "5g") - scene->set->layers.data());
  (void)world.desk->raster(scene, index);
  world.desk->settle();
  const auto known = world.desk->raster(scene, index);
  ASSERT_NE(known, nullptr);
  const WhatIfSite site{{102.45, 27.0}, 30, "n28", "mobile", {}, 0};
  const auto with = what_if(*scene->set, site, villages, *serial_workers(), known.get());
  const auto without = ask(site);
  ASSERT_TRUE(with.has_value() && without.has_value());
  EXPECT_EQ(with->covered_km2, without->covered_km2);
  EXPECT_NEAR(with->already_km2, without->already_km2, 0.04 * without->already_km2);
  EXPECT_EQ(with->gains.size(), without->gains.size());
}

TEST_F(WhatIfTest, ASectorRadiatesToOneSide) {
  WhatIfSite site = east;
  site.azimuth_deg = 0;
  const auto north = ask(site);
  site.azimuth_deg = 180;
  const auto south = ask(site);
  site.azimuth_deg.reset();
  const auto round = ask(site);
  ASSERT_TRUE(north.has_value() && south.has_value() && round.has_value());
  EXPECT_LT(north->covered_km2, round->covered_km2);
  EXPECT_TRUE(north->level != south->level);
}

TEST_F(WhatIfTest, MistakesHaveTheirPlace) {
  WhatIfSite site = east;
  site.position = {27.0, 102.5};
  const auto swapped = ask(site);
  ASSERT_FALSE(swapped.has_value());
  EXPECT_EQ(swapped.error().place, "/lon");
  EXPECT_NE(swapped.error().message.find("swapped"), std::string::npos);
  site = east;
  site.position = {110, 27};
  EXPECT_EQ(place_of(site), "/lon");
  site = east;
  site.mast_m = 0.01;
  EXPECT_EQ(place_of(site), "/mast_m");
  site = east;
  site.band = "n999";
  EXPECT_EQ(place_of(site), "/band");
  site = east;
  site.operator_id = "any";
  EXPECT_EQ(place_of(site), "/operator");
  site = east;
  site.azimuth_deg = -1;
  EXPECT_EQ(place_of(site), "/azimuth_deg");
  site = east;
  site.power_offset_db = 40;
  EXPECT_EQ(place_of(site), "/power_offset_db");
}

}  // namespace
}  // namespace cairn::server
