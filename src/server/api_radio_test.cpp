// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "server/detail/coverage_test_world.hpp"

namespace cairn::server {
namespace {

using detail::CoverageService;

class ApiRadioTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(world.failure, ""); }
  Json get(const std::string& path, int status = 200) {
    const Response response = world.get(path);
    EXPECT_EQ(response.status, status) << path << ' ' << response.body;
    return Json::parse(response.body, nullptr, false);
  }
  CoverageService world;
};

TEST_F(ApiRadioTest, BandsCarryTheSourceOfEveryFigure) {
  const Json bands = get("/v1/radio/bands")["bands"];
  ASSERT_EQ(bands.size(), 2u);
  EXPECT_EQ(bands[0]["id"], "n28");
  EXPECT_EQ(bands[0]["technology"], "5g");
  EXPECT_EQ(bands[0]["rsrp_threshold_dbm"], -110);
  // 49 dBm over 1,200 resource elements and 15 dBi: 33.2 dBm.
  EXPECT_NEAR(bands[0]["eirp_per_re_dbm"].get<double>(), 33.2, 0.02);
  bool found = false;
  for (const Json& figure : bands[0]["figures"]) {
    if (figure["name"] != "power_dbm") continue;
    found = true;
    EXPECT_EQ(figure["value"], 49);
    EXPECT_EQ(figure["unit"], "dBm");
    EXPECT_EQ(figure["source"], "made for this test");
    EXPECT_EQ(figure["recalled"], false);
  }
  EXPECT_TRUE(found);
}

TEST_F(ApiRadioTest, TheTerrainNamesItself) {
  const Json terrain = get("/v1/radio/terrain")["terrain"];
  EXPECT_EQ(terrain["label"], "a ridge made up for tests");
  EXPECT_EQ(terrain["cell_m"], 300);
  EXPECT_LT(terrain["bbox"][0].get<double>(), 102.3);
  EXPECT_GT(terrain["bbox"][3].get<double>(), 27.2);
  CoverageService without(false);
  const Json none = Json::parse(without.get("/v1/radio/terrain").body);
  EXPECT_TRUE(none["terrain"].is_null());
  EXPECT_NE(none["reason"].get<std::string>().find("region.yaml"), std::string::npos);
}

TEST_F(ApiRadioTest, AProfileOverTheRidge) {
  const Json link =
      get("/v1/radio/profile?from=102.4,27&to=102.56,27&band=NR700&tx_mast=40&rx_mast=1.5");
  EXPECT_EQ(link["band"], "n28");
  EXPECT_EQ(link["model"], "p1812");
  EXPECT_EQ(link["line_of_sight"], false);
  EXPECT_GT(link["loss_db"].get<double>(), link["free_space_db"].get<double>() + 20);
  EXPECT_EQ(link["horizons"].size(), 2u);
  EXPECT_EQ(link["terrain"]["label"], "a ridge made up for tests");
  EXPECT_EQ(link["from"]["mast_m"], 40);
  EXPECT_EQ(link["points"]["terrain_m"].size(), link["points"]["ray_m"].size());
  EXPECT_FALSE(link["quantities"].empty());
  const Json free = get("/v1/radio/profile?from=102.4,27&to=102.45,27&model=free");
  EXPECT_NEAR(free["loss_db"].get<double>(), free["free_space_db"].get<double>(), 0.1);
}

TEST_F(ApiRadioTest, MistakesOfAProfileHaveTheirPlace) {
  const auto place = [&](const std::string& query) {
    return get("/v1/radio/profile?" + query, 400)["errors"][0]["place"];
  };
  EXPECT_EQ(place("to=102.5,27"), "query:from");
  EXPECT_EQ(place("from=102.4&to=102.5,27"), "query:from");
  EXPECT_EQ(place("from=102.4,27&to=27,102.5"), "query:to");
  EXPECT_EQ(place("from=102.4,27&to=102.5,27&band=n999"), "query:band");
  EXPECT_EQ(place("from=102.4,27&to=102.5,27&tx_mast=0.01"), "query:tx_mast");
  EXPECT_EQ(place("from=102.4,27&to=102.5,27&rx_mast=900"), "query:rx_mast");
  EXPECT_EQ(place("from=102.4,27&to=102.5,27&model=hata"), "query:model");
  EXPECT_EQ(place("from=102.4,27&to=102.5,27&colour=1"), "query:colour");
  get("/v1/radio/profile?from=102.4,27&to=110,27", 400);  // off the relief
  CoverageService without(false);
  EXPECT_EQ(without.get("/v1/radio/profile?from=102.4,27&to=102.5,27").status, 404);
}

}  // namespace
}  // namespace cairn::server
