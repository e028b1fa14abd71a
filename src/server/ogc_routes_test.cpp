// SPDX-License-Identifier: Apache-2.0
#include "server/ogc_routes.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "server/state.hpp"
#include "server/test_world.hpp"

namespace cairn::server {
namespace {

using nlohmann::json;

class Routes : public testing::Test {
 protected:
  Routes() { add_standard_routes(router_, clock_); }

  Response ask(const std::string& method, const std::string& path, const std::string& query = {}) {
    Request request;
    request.method = method;
    request.path = path;
    request.query = query;
    request.headers = {{"host", "cairn.example:81"}, {"x-forwarded-proto", "https"}};
    const Match match = router_.find(method, path);
    if (match.route == nullptr) return {404, {}, {}, {}, {}};
    return match.route->handler({request, match.captures, {}, state_, test_date()});
  }

  FixedClock clock_{parse_instant("2026-01-02T03:04:05Z").value()};
  Router router_;
  std::shared_ptr<const State> state_ = build_state(shared_test_world(), {}, test_date());
};

TEST_F(Routes, BothInterfacesAnswerWithLinksToTheirHost) {
  for (const char* path : {"/ogc", "/ogc/", "/ogc/collections/county/items/513401", "/sta/v1.1",
                           "/sta/v1.1/", "/sta/v1.1/Things"}) {
    const Response response = ask("GET", path);
    EXPECT_EQ(response.status, 200) << path;
    EXPECT_NE(response.body.find("https://cairn.example:81" + std::string(path).substr(0, 4)),
              std::string::npos)
        << path;
  }
}

TEST_F(Routes, NowIsTheClocks) {
  const Response page = ask("GET", "/ogc/collections/zone/items");
  EXPECT_EQ(json::parse(page.body)["timeStamp"], "2026-01-02T03:04:05Z");
  const auto count = [&](const char* filter) {
    return json::parse(ask("GET", "/sta/v1.1/Observations",
                           std::string("$top=0&$count=true&$filter=phenomenonTime%20") + filter)
                           .body)["@iot.count"]
        .get<int>();
  };
  EXPECT_GT(count("lt%20now()"), 100'000);
  EXPECT_EQ(count("gt%20now()"), 0);
}

TEST_F(Routes, WritingIsRefusedInTheWordsOfEachInterface) {
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE"}) {
    const Response things = ask(method, "/sta/v1.1/Things");
    EXPECT_EQ(things.status, 405) << method;
    EXPECT_EQ(json::parse(things.body)["code"], 405);
    const Response features = ask(method, "/ogc/collections/county/items");
    EXPECT_EQ(features.status, 405) << method;
    EXPECT_EQ(features.type, "application/problem+json");
  }
}

TEST_F(Routes, ANewStateIsSeen) {
  EXPECT_EQ(ask("GET", "/sta/v1.1/Things").status, 200);
  model::Records imported;
  model::Thing gauge;
  gauge.id = "river:new";
  gauge.type = "base_station";
  gauge.region = "513401";
  gauge.position = geo::Point{102, 27};
  imported.things = {gauge};
  Problems problems;
  const auto world = watch::build_world(shared_test_world()->workspace, imported, problems);
  state_ = build_state(world, imported, test_date());
  EXPECT_EQ(ask("GET", "/sta/v1.1/Things('river:new')").status, 200);
  EXPECT_EQ(ask("GET", "/ogc/collections/base_station/items/river:new").status, 200);
}

}  // namespace
}  // namespace cairn::server
