// SPDX-License-Identifier: Apache-2.0
#include "model/region.hpp"

#include <gtest/gtest.h>

namespace cairn::model {
namespace {

Region region(std::string code, Level level, std::string zh = "名") {
  Region r;
  r.code = std::move(code);
  r.level = level;
  r.name = {std::move(zh), ""};
  r.place = "divisions.csv:2";
  return r;
}

const Instant merged = start_of({2023, 1, 1}, Zone{8 * 3600});

// 51 > 5134 > 513401 > {towns 513401100 (until 2023, then 513401101), 513401101}
RegionTree tree() {
  RegionTree t;
  EXPECT_TRUE(t.add(region("51", Level::province), ""));
  EXPECT_TRUE(t.add(region("5104", Level::prefecture), "51"));
  EXPECT_TRUE(t.add(region("5134", Level::prefecture), "51"));
  Region city = region("513401", Level::county, "西昌市");
  city.aliases = {"513499"};
  EXPECT_TRUE(t.add(city, "5134"));
  Region old = region("513401100", Level::town, "旧镇");
  old.valid.end = merged;
  old.successor = "513401101";
  EXPECT_TRUE(t.add(old, "513401"));
  EXPECT_TRUE(t.add(region("513401101", Level::town, "新镇"), "513401"));
  const std::vector<std::string> members = {"5104", "5134"};
  EXPECT_TRUE(t.add_zone("panxi", {"攀西", "Panxi"}, members, "region.yaml:1"));
  return t;
}

TEST(RegionTree, FindsByCodeAliasAndZone) {
  const RegionTree t = tree();
  EXPECT_EQ(t.find("513499"), t.find("513401"));
  EXPECT_EQ(t.find("nowhere"), no_region);
  EXPECT_TRUE(t.within(t.find("513401101"), t.find("panxi")));
  EXPECT_FALSE(t.within(t.find("51"), t.find("panxi")));
  EXPECT_TRUE(t.is_ancestor_or_self(t.find("51"), t.find("513401101")));
  const auto missing = t.require("西昌市");
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("513401"), std::string::npos);
}

TEST(RegionTree, AMergedTownAnswersForItsOwnTime) {
  const RegionTree t = tree();
  const RegionIndex old = t.find("513401100");
  EXPECT_EQ(t.resolve(old, merged - 1), old);
  EXPECT_EQ(t.resolve(old, merged), t.find("513401101"));
  EXPECT_EQ(t.at_level(t.find("panxi"), Level::town, merged - 1).size(), 2u);
  EXPECT_EQ(t.at_level(t.find("panxi"), Level::town, merged).size(), 1u);
}

TEST(RegionTree, RefusesWhatContradicts) {
  RegionTree t = tree();
  EXPECT_TRUE(t.add(region("5134", Level::prefecture), "51"));  // the same again is merged
  EXPECT_EQ(t.add(region("5134", Level::prefecture, "别名"), "51").error().code, Code::conflict);
  EXPECT_EQ(t.add(region("513499", Level::county), "5134").error().code, Code::conflict);
  EXPECT_EQ(t.add(region("999901", Level::county), "9999").error().code, Code::not_found);
  EXPECT_EQ(t.add(region("513402", Level::county), "513401").error().code, Code::invalid);
  const std::vector<std::string> overlapping = {"5134", "513401"};
  EXPECT_EQ(t.add_zone("z", {}, overlapping, "").error().code, Code::conflict);
}

}  // namespace
}  // namespace cairn::model
