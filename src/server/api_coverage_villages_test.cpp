// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "server/detail/coverage_test_world.hpp"

namespace cairn::server {
namespace {

using detail::CoverageService;

class ApiCoverageVillagesTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(world.failure, ""); }
  Json get(const std::string& query, int status = 200) {
    const Response response = world.get("/v1/coverage/villages" + query);
    EXPECT_EQ(response.status, status) << query << ' ' << response.body;
    return Json::parse(response.body, nullptr, false);
  }
  CoverageService world;
};

TEST_F(ApiCoverageVillagesTest, WhichAreNotCoveredAndWhy) {
  const Json answer = get("?covered=false");
  EXPECT_EQ(answer["total"], 1);
  EXPECT_EQ(answer["covered"], 1);
  EXPECT_EQ(answer["not_covered"], 1);
  EXPECT_EQ(answer["unknown"], 1);
  EXPECT_EQ(answer["claimed"], 2);
  const Json village = answer["villages"][0];
  EXPECT_EQ(village["code"], "513402100001");
  EXPECT_EQ(village["county"], "513402");
  EXPECT_EQ(village["covered"], false);
  EXPECT_EQ(village["claimed"], true);
  EXPECT_EQ(village["rsrp_dbm"], -131);
  EXPECT_EQ(village["server"], "b1");
  EXPECT_EQ(village["reason"]["zh"], "被山脊遮挡");
  EXPECT_EQ(village["population"], 400);
}

TEST_F(ApiCoverageVillagesTest, OfARegionByPage) {
  EXPECT_EQ(get("?region=513401")["total"], 1);
  EXPECT_EQ(get("?region=513402&covered=true")["total"], 0);
  const Json first = get("?limit=2");
  ASSERT_EQ(first["villages"].size(), 2u);
  EXPECT_TRUE(first["villages"][0]["covered"].is_null());  // nothing known: the weakest
  const Json second = get("?limit=2&cursor=" + first["next_cursor"].get<std::string>());
  EXPECT_EQ(second["villages"][0]["code"], "513401100001");
  EXPECT_TRUE(second["next_cursor"].is_null());
  EXPECT_TRUE(second["villages"][0]["reason"].is_null());
}

TEST_F(ApiCoverageVillagesTest, SaysWhyNothingIsKnown) {
  const Json none = get("?technology=4g");
  EXPECT_EQ(none["villages"].size(), 0u);
  EXPECT_NE(none["reason"].get<std::string>().find("4g"), std::string::npos);
  get("?technology=6g", 400);
  get("?covered=maybe", 400);
  get("?region=nowhere", 404);
}

}  // namespace
}  // namespace cairn::server
