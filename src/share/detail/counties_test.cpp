// SPDX-License-Identifier: Apache-2.0
#include "share/detail/counties.hpp"

#include <gtest/gtest.h>

#include "share/detail/test_world.hpp"

namespace cairn::share::detail {
namespace {

TEST(Counties, AcceptsAKilometreBeyondABoundary) {
  const TestWorld world;
  const model::RegionTree& regions = *world.snapshot().regions;
  const Counties counties(regions, world.context().boundaries);
  const model::RegionIndex xichang = regions.find("513401");
  EXPECT_TRUE(counties.accepts(xichang, {102.5, 27.5}));
  EXPECT_TRUE(counties.accepts(xichang, {102.5, 28.008}));    // 0.89 km north
  EXPECT_FALSE(counties.accepts(xichang, {102.5, 28.010}));   // 1.11 km
  EXPECT_TRUE(counties.accepts(xichang, {103.009, 27.5}));    // 0.89 km east at this latitude
  EXPECT_FALSE(counties.accepts(xichang, {103.0115, 27.5}));  // 1.13 km
  // Nothing is known of the boundary of a prefecture.
  EXPECT_TRUE(counties.accepts(regions.find("5134"), {0, 0}));
}

TEST(Counties, FindsTheOneAroundOrTheNearest) {
  const TestWorld world;
  const model::RegionTree& regions = *world.snapshot().regions;
  const Counties counties(regions, world.context().boundaries);
  EXPECT_EQ(counties.find({102.5, 26.999}), regions.find("513402"));
  EXPECT_EQ(counties.find({102.5, 27.001}), regions.find("513401"));
  EXPECT_EQ(counties.find({102.5, 28.005}), regions.find("513401"));
  EXPECT_EQ(counties.find({102.5, 28.5}), model::no_region);
}

}  // namespace
}  // namespace cairn::share::detail
