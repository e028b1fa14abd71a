// SPDX-License-Identifier: Apache-2.0
// Whatever comes of a simulated device says so wherever it is shown, and nothing else does.
#include <gtest/gtest.h>

#include "server/api.hpp"
#include "server/detail/test_service.hpp"

namespace cairn::server {
namespace {

using detail::TestService;

model::FileMap simulated_pack() {
  return {
      {"w/packs/q/pack.yaml",
       "pack: q\nlabel: {zh: 坡, en: Slopes}\ntypes:\n"
       "  slope:\n    label: {zh: 坡, en: Slope}\n    properties:\n"
       "      rain: {label: {zh: 雨, en: Rain}, unit: mm, series: true}\n"
       "things: [things.csv]\nseries:\n"
       "  - simulate: slope_water\n    thing: g\n    seed: 5\n    from: 2022-06-28\n"
       "    to: 2022-06-29\n    every: 1h\n    with: {rain_rate: 4}\n    columns: {rain: rain}\n"
       "layers:\n  - {type: slope, label: {zh: 坡, en: Slopes}}\n"},
      {"w/packs/q/things.csv",
       "id,type,region,name_zh,name_en,lon,lat,source\ng,slope,513401,坡,Slope,102.5,27.5,\n"
       "h,slope,513401,坡,Slope,102.51,27.5,simulated/deployment\n"
       "real,slope,513401,坡,Slope,102.52,27.5,\n"},
  };
}

class SimulatedMark : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(service.failure, ""); }
  Json get(const std::string& path) {
    const Response response = service.get(path);
    EXPECT_EQ(response.status, 200) << path << ' ' << response.body;
    return Json::parse(response.body, nullptr, false);
  }
  TestService service{{"secret", false, "web"}, simulated_pack()};
};

TEST_F(SimulatedMark, TheBannerSaysIt) {
  const Json text = get("/v1/status")["demonstration"];
  EXPECT_NE(text["zh"].get<std::string>().find("模拟设备"), std::string::npos);
  EXPECT_NE(text["en"].get<std::string>().find("simulated devices"), std::string::npos);
  TestService plain;
  const Json without = Json::parse(plain.get("/v1/status").body)["demonstration"];
  EXPECT_EQ(without["en"].get<std::string>().find("simulated"), std::string::npos);
}

TEST_F(SimulatedMark, ThingsAndTheirSeries) {
  const Json thing = get("/v1/things/g");
  EXPECT_EQ(thing["simulated"], true);
  ASSERT_EQ(thing["origins"].size(), 1u);
  EXPECT_EQ(thing["origins"][0]["simulated"], true);
  EXPECT_EQ(thing["origins"][0]["elsewhere"], false);
  const auto origin = thing["origins"][0]["origin"]["en"].get<std::string>();
  EXPECT_TRUE(origin.starts_with("simulated: Slope")) << origin;
  EXPECT_EQ(get("/v1/things/g/series?property=rain")["origin"]["simulated"], true);
  EXPECT_EQ(get("/v1/things/h")["simulated"], true) << "by its source";
  EXPECT_EQ(get("/v1/things/real")["simulated"], false);
  const Json things = get("/v1/things?type=slope")["things"];
  for (const Json& one : things) {
    EXPECT_EQ(one["simulated"], one["id"] != "real") << one;
  }
}

TEST_F(SimulatedMark, PacksAndSources) {
  const Json packs = get("/v1/packs")["packs"];
  for (const Json& pack : packs) {
    EXPECT_EQ(pack["simulated"], pack["id"] == "q") << pack;
  }
  const Json pack = get("/v1/packs/q");
  EXPECT_EQ(pack["series"][0]["simulated"], true);
  ASSERT_EQ(pack["sources"].size(), 1u);
  EXPECT_EQ(pack["sources"][0]["simulated"], true);
  EXPECT_EQ(pack["sources"][0]["of"], "pack/q");
  const Json sources = get("/v1/sources")["sources"];
  for (const Json& source : sources) {
    EXPECT_EQ(source["simulated"], source["of"] == "pack/q") << source;
  }
}

TEST_F(SimulatedMark, Explanations) {
  const Json answer =
      get("/v1/explain?formula=max(sum(rain,%204d)%20of%20slope)&at=2022-06-30T10:00");
  const Json root = answer["root"]["children"][0];
  bool seen = false;
  ASSERT_TRUE(root["contributions"].is_object()) << root;
  for (const Json& item : root["contributions"]["items"]) {
    EXPECT_EQ(item["simulated"], item["id"] != "real") << item;
    seen |= item["id"] == "g";
  }
  EXPECT_TRUE(seen) << root;
}

TEST_F(SimulatedMark, SensorThingsAndFeatures) {
  const Json things = get("/sta/v1.1/Things?$filter=properties/type%20eq%20'slope'")["value"];
  for (const Json& thing : things) {
    EXPECT_EQ(thing["properties"]["simulated"], thing["properties"]["id"] != "real") << thing;
  }
  int streams = 0;
  const Json datastreams = get("/sta/v1.1/Datastreams?$top=100")["value"];
  for (const Json& stream : datastreams) {
    const bool of_g = stream["properties"]["id"].get<std::string>().starts_with("g:");
    EXPECT_EQ(stream["properties"].value("simulated", false), of_g) << stream;
    streams += of_g ? 1 : 0;
  }
  EXPECT_EQ(streams, 1);
  const Json features = get("/ogc/collections/slope/items")["features"];
  for (const Json& feature : features) {
    EXPECT_EQ(feature["properties"]["simulated"], feature["id"] != "real") << feature;
  }
}

}  // namespace
}  // namespace cairn::server
