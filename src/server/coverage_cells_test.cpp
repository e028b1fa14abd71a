// SPDX-License-Identifier: Apache-2.0
#include "server/coverage_cells.hpp"

#include <gtest/gtest.h>

#include "server/detail/coverage_test_world.hpp"

namespace cairn::server {
namespace {

using detail::CoverageService;

class CoverageCellsTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(world.failure, ""); }
  std::vector<std::string> stations(const std::string& overlay, const char* at,
                                    const std::string& operator_id, const std::string& band) {
    const auto scene = world.scene(overlay, at);
    EXPECT_TRUE(scene.has_value());
    const CoverageLayerDef* layer = (*scene)->set->layer(operator_id, band);
    EXPECT_NE(layer, nullptr) << operator_id << '/' << band;
    std::vector<std::string> ids;
    if (layer == nullptr) return ids;
    for (const radio::Cell& cell : (*scene)->set->cells_of(*layer)) ids.push_back(cell.id);
    return ids;
  }
  using Ids = std::vector<std::string>;
  CoverageService world;
};

TEST_F(CoverageCellsTest, StationsCountWhileTheyAreLive) {
  EXPECT_EQ(stations("", "2022-06-30", "any", "4g"), (Ids{"b2"}));
  EXPECT_EQ(stations("", "2020-06-30", "any", "4g"), (Ids{"b2", "b3"}));
  EXPECT_EQ(stations("", "2019-06-30", "any", "4g"), (Ids{"b3"}));
  EXPECT_EQ(stations("", "2020-06-30", "mobile", "b3"), (Ids{"b2"}));
}

TEST_F(CoverageCellsTest, AProposalsStationsCountUnderItAlone) {
  EXPECT_EQ(stations("", "2022-06-30", "mobile", "5g"), (Ids{"b1"}));
  EXPECT_EQ(stations("more", "2022-06-30", "mobile", "5g"), (Ids{"b1", "n1"}));
  EXPECT_EQ(stations("more", "2020-06-30", "mobile", "5g"), (Ids{"b1"}));
}

TEST_F(CoverageCellsTest, WhatCannotBeComputedIsCounted) {
  const auto scene = world.scene();
  ASSERT_TRUE(scene.has_value());
  const CellSet& set = *(*scene)->set;
  EXPECT_EQ(set.unknown_bands, 1u);                  // GSM900
  EXPECT_EQ(set.layer("any", "5g")->unlocated, 1u);  // b4, far from the relief
  EXPECT_EQ(set.layer("any", "4g")->unlocated, 0u);
  EXPECT_EQ(set.layer("any", "5g")->sites, 1u);
  EXPECT_TRUE(set.layer("any", "5g")->estimated);
}

TEST_F(CoverageCellsTest, LayersAreInOrder) {
  const auto scene = world.scene("", "2020-06-30");
  ASSERT_TRUE(scene.has_value());
  std::vector<std::string> names;
  for (const CoverageLayerDef& layer : (*scene)->set->layers) {
    names.push_back(layer.operator_id + '/' + layer.band);
  }
  EXPECT_EQ(names,
            (Ids{"any/5g", "any/n28", "any/4g", "any/b3", "mobile/5g", "mobile/n28", "mobile/4g",
                 "mobile/b3", "unicom/5g", "unicom/n28", "unicom/4g", "unicom/b3"}));
  EXPECT_EQ((*scene)->set->layer("unicom", "5g")->cells.size(), 0u);
  EXPECT_EQ((*scene)->set->layer("nobody", "5g"), nullptr);
}

TEST_F(CoverageCellsTest, RegistersCallBandsByOtherNames) {
  const auto scene = world.scene();
  ASSERT_TRUE(scene.has_value());
  const CellSet& set = *(*scene)->set;
  EXPECT_EQ(set.band("LTE1800"), set.band("b3"));
  EXPECT_NE(set.band("b3"), nullptr);
  EXPECT_EQ(set.band("GSM900"), nullptr);
  EXPECT_EQ(set.band(""), nullptr);
  // Without a height of its own the pack's.
  const auto then = world.scene("", "2020-06-30");
  EXPECT_EQ((*then)->set->cells_of(*(*then)->set->layer("unicom", "b3")).front().mast_m, 30);
}

}  // namespace
}  // namespace cairn::server
