// SPDX-License-Identifier: Apache-2.0
#include "server/router.hpp"

#include <gtest/gtest.h>

namespace cairn::server {
namespace {

Router small_router() {
  Router router;
  for (const char* pattern :
       {"/v1/regions", "/v1/regions/{code}", "/v1/tiles/{layer}/{y}.mvt", "/sta/*"}) {
    router.add({"GET", pattern, Access::read, 0, {}});
  }
  router.add({"POST", "/v1/regions", Access::write, 0, {}});
  return router;
}

TEST(Router, FindsByMethodAndPath) {
  const Router router = small_router();
  const auto pattern = [&](std::string_view method, std::string_view path) -> std::string {
    const Match match = router.find(method, path);
    return match.route == nullptr ? "" : match.route->method + ' ' + match.route->pattern;
  };
  EXPECT_EQ(pattern("GET", "/v1/regions"), "GET /v1/regions");
  EXPECT_EQ(pattern("HEAD", "/v1/regions"), "GET /v1/regions");
  EXPECT_EQ(pattern("POST", "/v1/regions"), "POST /v1/regions");
  EXPECT_EQ(pattern("GET", "/v1/regions/5134"), "GET /v1/regions/{code}");
  EXPECT_EQ(pattern("GET", "/v1/regions/"), "");
  EXPECT_EQ(pattern("GET", "/v1/regions/5134/x"), "");
  EXPECT_EQ(pattern("GET", "/v1/tiles/a/3.mvt"), "GET /v1/tiles/{layer}/{y}.mvt");
  EXPECT_EQ(pattern("GET", "/v1/tiles/a/.mvt"), "");
  EXPECT_EQ(pattern("GET", "/v1/tiles/a/3.png"), "");
  EXPECT_EQ(pattern("GET", "/sta/v1.1/Things(1)/Datastreams"), "GET /sta/*");
}

TEST(Router, DecodesSegmentsAfterSplitting) {
  const Router router = small_router();
  const Match match = router.find("GET", "/v1/regions/a%2Fb%20c");
  ASSERT_NE(match.route, nullptr);
  EXPECT_EQ(match.captures[0].second, "a/b c");
  EXPECT_EQ(router.find("GET", "/sta/a%20b/c").captures[0].second, "a%20b/c");
  EXPECT_FALSE(router.find("GET", "/v1/regions/%zz").path_error.empty());
}

TEST(Router, SaysWhatAPathAllows) {
  const Router router = small_router();
  EXPECT_EQ(router.find("DELETE", "/v1/regions").allow, "GET, HEAD, POST");
  EXPECT_EQ(router.find("GET", "/nothing").allow, "");
}

}  // namespace
}  // namespace cairn::server
