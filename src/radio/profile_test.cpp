// SPDX-License-Identifier: Apache-2.0
#include "radio/profile.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "radio/testing.hpp"

namespace cairn::radio {
namespace {

using testing::OwnedProfile;

OwnedProfile good() {
  return {.distance_km = {0, 1, 2, 3},
          .terrain_m = {10, 20, 30, 40},
          .clutter_m = {0, 5, 5, 0},
          .zones = {Zone::inland, Zone::coastal_land, Zone::sea, Zone::inland}};
}

void expect_refused(const OwnedProfile& profile, const std::string& message,
                    const std::string& place) {
  Status status = check_profile(profile.view());
  ASSERT_FALSE(status) << message;
  EXPECT_NE(status.error().message.find(message), std::string::npos) << status.error().message;
  EXPECT_EQ(status.error().place, place);
}

TEST(Profile, GoodOnesPass) {
  EXPECT_TRUE(check_profile(good().view()));
  OwnedProfile bare = good();
  bare.clutter_m.clear();
  bare.zones.clear();
  EXPECT_TRUE(check_profile(bare.view()));
}

TEST(Profile, SaysWhatIsWrongAndWhere) {
  OwnedProfile p;
  expect_refused(p, "at least 3 points", "");
  (p = good()).terrain_m.pop_back();
  expect_refused(p, "3 terrain heights for 4", "");
  (p = good()).clutter_m.push_back(0);
  expect_refused(p, "5 clutter heights for 4", "");
  (p = good()).zones.pop_back();
  expect_refused(p, "3 zones for 4", "");
  (p = good()).terrain_m[2] = std::nan("");
  expect_refused(p, "terrain height nan", "point 2");
  (p = good()).terrain_m[0] = -1001;
  expect_refused(p, "terrain height -1001", "point 0");
  (p = good()).terrain_m[3] = INFINITY;
  expect_refused(p, "terrain height inf", "point 3");
  (p = good()).clutter_m[1] = -1;
  expect_refused(p, "clutter height -1", "point 1");
  (p = good()).clutter_m[3] = std::nan("");
  expect_refused(p, "clutter height nan", "point 3");
  (p = good()).zones[1] = static_cast<Zone>(2);
  expect_refused(p, "zone 2", "point 1");
  (p = good()).distance_km[0] = 0.5;
  expect_refused(p, "first distance is 0.5", "point 0");
  (p = good()).distance_km[2] = 1;
  expect_refused(p, "distances must increase", "point 2");
  (p = good()).distance_km[3] = std::nan("");
  expect_refused(p, "distances must increase", "point 3");
  (p = good()).distance_km = {0, 1e-9, 1, 2};
  expect_refused(p, "distances must increase", "point 1");
  (p = good()).distance_km[3] = 3001;
  expect_refused(p, "more than 3000 km", "");
  (p = good()).distance_km[3] = INFINITY;
  expect_refused(p, "more than 3000 km", "");
}

TEST(Profile, Masts) {
  EXPECT_TRUE(check_mast(30, 1, 3000, "transmitter"));
  Status low = check_mast(0.01, 1, 3000, "receiver");
  ASSERT_FALSE(low);
  EXPECT_EQ(low.error().message, "receiver mast 0.01 m is not within 1 to 3000 m above ground");
  EXPECT_FALSE(check_mast(-5, 1, 3000, "receiver"));
  EXPECT_FALSE(check_mast(std::nan(""), 1, 3000, "receiver"));
}

TEST(Profile, ZoneLengths) {
  OwnedProfile p = good();
  p.zones.clear();
  ZoneLengths inland = zone_lengths(p.view());
  EXPECT_EQ(inland.longest_land_km, 3);
  EXPECT_EQ(inland.longest_inland_km, 3);
  EXPECT_EQ(inland.sea_fraction, 0);
  p.zones = {Zone::sea, Zone::sea, Zone::sea, Zone::sea};
  ZoneLengths sea = zone_lengths(p.view());
  EXPECT_EQ(sea.longest_land_km, 0);
  EXPECT_EQ(sea.longest_inland_km, 0);
  EXPECT_EQ(sea.sea_fraction, 1);
  p.zones = {Zone::inland, Zone::coastal_land, Zone::sea, Zone::inland};
  ZoneLengths mixed = zone_lengths(p.view());
  EXPECT_DOUBLE_EQ(mixed.longest_land_km, 1.5);
  EXPECT_DOUBLE_EQ(mixed.longest_inland_km, 0.5);
  EXPECT_DOUBLE_EQ(mixed.sea_fraction, 1.0 / 3);
}

}  // namespace
}  // namespace cairn::radio
