// SPDX-License-Identifier: Apache-2.0
#include "watch/regions.hpp"

#include <gtest/gtest.h>

#include "watch/test_view.hpp"

namespace cairn::watch {
namespace {

using Strings = std::vector<std::string>;

class RegionsTest : public ::testing::Test {
 protected:
  Strings codes(const RegionFilter& filter, std::string_view date = "2022") {
    Strings out;
    const auto as_of = *parse_as_of(date, view.at("2022").snapshot.zone);
    for (const auto i : find_regions(view.regions(), filter, as_of)) {
      out.push_back(view.regions()[i].code);
    }
    return out;
  }
  TestView view;
};

TEST_F(RegionsTest, ByLevelParentNameAndDate) {
  for (const Error& error : view.problems().errors) ADD_FAILURE() << to_string(error);
  EXPECT_EQ(codes({model::Level::county, model::no_region, ""}), (Strings{"513401", "513402"}));
  EXPECT_EQ(codes({model::Level::county, model::no_region, ""}, "2019"), (Strings{"513401"}));
  EXPECT_EQ(codes({std::nullopt, view.region("r"), ""}), (Strings{"5134"}));
  EXPECT_EQ(codes({model::Level::county, view.region("r"), "HUILI"}), (Strings{"513402"}));
  EXPECT_EQ(codes({std::nullopt, model::no_region, "昌"}), (Strings{"513401"}));
  EXPECT_EQ(codes({std::nullopt, model::no_region, "51340"}), (Strings{"513401", "513402"}));
}

TEST_F(RegionsTest, TheBoxOfARegionIsThatOfItsParts) {
  const auto& workspace = view.at("2022").workspace;
  EXPECT_EQ(*region_box(workspace, view.region("513402")), (geo::Box{102, 26, 103, 27}));
  EXPECT_EQ(*region_box(workspace, view.region("r")), (geo::Box{102, 26, 103, 28}));
}

TEST_F(RegionsTest, ThePathBeginsWithTheZone) {
  Strings path;
  for (const auto i : path_to(view.regions(), view.region("513401"))) {
    path.push_back(view.regions()[i].code);
  }
  EXPECT_EQ(path, (Strings{"r", "51", "5134"}));
}

TEST(LastDay, OfAMidnightIsTheDayThatEnded) {
  const Zone zone{8 * 3600};
  EXPECT_EQ(last_day(*parse_as_of("2020", zone), zone), (Date{2020, 12, 31}));
  EXPECT_EQ(last_day(*parse_instant("2021-01-01T00:00:01+08:00"), zone), (Date{2021, 1, 1}));
}

}  // namespace
}  // namespace cairn::watch
