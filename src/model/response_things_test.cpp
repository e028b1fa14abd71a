// SPDX-License-Identifier: Apache-2.0
#include "model/response_things.hpp"

#include <gtest/gtest.h>

namespace cairn::model {
namespace {

class ResponseThings : public testing::Test {
 protected:
  ResponseThings() {
    for (const auto& [code, level, parent] :
         {std::tuple("51", Level::province, ""), std::tuple("5134", Level::prefecture, "51"),
          std::tuple("513401", Level::county, "5134"), std::tuple("513402", Level::county, "5134"),
          std::tuple("5101", Level::prefecture, "51"),
          std::tuple("510101", Level::county, "5101")}) {
      Region region;
      region.code = code;
      region.name = {code, code};
      region.level = level;
      EXPECT_TRUE(regions.add(std::move(region), parent));
    }
    RuleDef rule;
    rule.id = "rain";
    rule.label = {"雨", "Rain"};
    rule.response.hazard = "slide";
    catalog.rules.push_back(rule);
    UnitDef unit;
    unit.id = "5134-desk";
    unit.label = {"值班室", "Desk"};
    unit.region = "5134";
    unit.kind = "desk";
    response.units.push_back(unit);
  }
  static TypeDef type(std::string name, std::vector<std::string> texts) {
    TypeDef out;
    out.name = std::move(name);
    for (std::string& text : texts) {
      PropertyDef property;
      property.name = std::move(text);
      property.kind = PropertyKind::text;
      out.properties.push_back(std::move(property));
    }
    return out;
  }

  RegionTree regions;
  Catalog catalog;
  ResponseDef response;
};

TEST_F(ResponseThings, WithoutTheTypesThereAreNone) {
  EXPECT_TRUE(response_things(catalog, regions, response, "5134").empty());
}

TEST_F(ResponseThings, AUnitEachAndARuleInEachCountyOfHome) {
  catalog.types = {type("response_unit", {"kind"}), type("rule_watch", {"rule", "hazard"})};
  const auto things = response_things(catalog, regions, response, "5134");
  ASSERT_EQ(things.size(), 3u);
  EXPECT_EQ(things[0].id, response_unit_id("5134-desk"));
  EXPECT_EQ(things[0].region, "5134");
  EXPECT_EQ(things[0].name.zh, "值班室");
  EXPECT_EQ(things[1].id, rule_watch_id("rain", "513401"));
  EXPECT_EQ(things[1].type, "rule_watch");
  EXPECT_EQ(things[1].name.en, "513401: Rain");
  ASSERT_EQ(things[1].properties.size(), 2u);
  EXPECT_EQ(things[1].properties[1].first, "hazard");
  EXPECT_EQ(things[2].region, "513402");
}

}  // namespace
}  // namespace cairn::model
