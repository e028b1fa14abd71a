// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <future>

#include "server/detail/coverage_test_world.hpp"

namespace cairn::server {
namespace {

using detail::CoverageService;

class ApiCoverageTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(world.failure, ""); }
  Json get(const std::string& path, int status = 200) {
    const Response response = world.get(path);
    EXPECT_EQ(response.status, status) << path << ' ' << response.body.substr(0, 300);
    return Json::parse(response.body, nullptr, false);
  }
  Json layer(const Json& answer, const std::string& operator_id, const std::string& band) {
    for (const Json& each : answer["layers"]) {
      if (each["operator"] == operator_id && each["band"] == band) return each;
    }
    ADD_FAILURE() << "no layer " << operator_id << '/' << band;
    return {};
  }
  Json post(Json body, int status = 200) {
    const Response response = world.post("/v1/coverage/what-if", body);
    EXPECT_EQ(response.status, status) << response.body.substr(0, 300);
    return Json::parse(response.body, nullptr, false);
  }
  CoverageService world;
};

// Over the station in the west; what lies in the tile is near it.
constexpr const char* tile = "/v1/coverage/tiles/any/5g/10/803/431.png";

TEST_F(ApiCoverageTest, LayersBeginWhenATileIsAskedFor) {
  Json answer = get("/v1/coverage/layers");
  EXPECT_EQ(answer["terrain"]["label"], "a ridge made up for tests");
  EXPECT_EQ(answer["radius_km"], 15);
  EXPECT_EQ(answer["operators"][0]["label"]["zh"], "中国移动");
  Json mine = layer(answer, "any", "5g");
  EXPECT_EQ(mine["state"], "absent");
  EXPECT_EQ(mine["stations"], 1);
  EXPECT_EQ(mine["unlocated"], 1);
  EXPECT_EQ(mine["classes"][1]["least_dbm"], -110);
  EXPECT_TRUE(mine["classes"][3]["colour"].is_null());
  const Response waits = world.get(tile);
  EXPECT_EQ(waits.status, 202);
  EXPECT_EQ(waits.type, "image/png");
  world.desk->settle();
  const Response done = world.get(tile);
  EXPECT_EQ(done.status, 200);
  EXPECT_EQ(done.content().substr(1, 3), "PNG");
  EXPECT_GT(done.content().size(), waits.content().size());
  mine = layer(get("/v1/coverage/layers"), "any", "5g");
  EXPECT_EQ(mine["state"], "ready");
  EXPECT_GT(mine["covered_km2"].get<double>(), 100);
  // Painted once; another ground, another tile or another day is another picture.
  EXPECT_EQ(world.desk->tiles().find("none"), nullptr);
  const std::size_t one = world.desk->tiles().bytes();
  EXPECT_GT(one, done.body.size());
  EXPECT_EQ(world.get(tile).body, done.body);
  EXPECT_EQ(world.desk->tiles().bytes(), one);
  EXPECT_NE(world.get(std::string(tile) + "?dark=true").body, done.body);
  EXPECT_NE(world.get("/v1/coverage/tiles/any/5g/10/802/431.png").body, done.body);
  EXPECT_GT(world.desk->tiles().bytes(), 2 * one);
}

TEST_F(ApiCoverageTest, ALayerWithoutStationsIsEmptyAtOnce) {
  const Response empty = world.get("/v1/coverage/tiles/any/5g/10/803/431.png?at=2022-06-30");
  EXPECT_EQ(empty.status, 202);
  EXPECT_EQ(world.get("/v1/coverage/tiles/unicom/n28/10/803/431.png?at=2020-06-30").status, 200);
}

TEST_F(ApiCoverageTest, TilesThatAreNone) {
  get("/v1/coverage/tiles/nobody/5g/10/803/431.png", 404);
  EXPECT_EQ(get("/v1/coverage/tiles/any/n999/10/803/431.png", 404)["errors"][0]["place"],
            "path:band");
  get("/v1/coverage/tiles/any/5g/99/0/0.png", 400);
  get("/v1/coverage/tiles/any/5g/3/8/0.png", 400);
  get("/v1/coverage/tiles/any/5g/10/803/431.png?overlay=nothing", 404);
  get("/v1/coverage/tiles/any/5g/10/803/431.png?dark=maybe", 400);
}

TEST_F(ApiCoverageTest, APlaceIsServedOrSaysWhyNot) {
  const Json near = get("/v1/coverage/at?lon=102.41&lat=27.0&operator=mobile&band=n28");
  EXPECT_EQ(near["covered"], true);
  EXPECT_EQ(near["best"]["id"], "b1");
  EXPECT_EQ(near["best"]["line_of_sight"], true);
  EXPECT_EQ(near["class"], "strong");
  EXPECT_TRUE(near["reason"].is_null());
  const Json shadow = get("/v1/coverage/at?lon=102.53&lat=27.0");
  EXPECT_EQ(shadow["covered"], false);
  EXPECT_EQ(shadow["best"]["line_of_sight"], false);
  EXPECT_EQ(shadow["reason"]["en"], "a ridge is in the way");
  EXPECT_NEAR(shadow["ridge"]["position"]["lon"].get<double>(), 102.5, 0.01);
  EXPECT_GT(shadow["ridge"]["over_m"].get<double>(), 500);
  const Json with = get("/v1/coverage/at?lon=102.53&lat=27.0&overlay=more");
  EXPECT_EQ(with["covered"], true);
  EXPECT_EQ(with["best"]["id"], "n1");
  EXPECT_EQ(with["overlay"], "more");
}

TEST_F(ApiCoverageTest, MistakesOfAPlace) {
  const Json swapped = get("/v1/coverage/at?lon=27.0&lat=102.41", 400);
  EXPECT_EQ(swapped["errors"][0]["place"], "query:lat");
  EXPECT_NE(swapped["detail"].get<std::string>().find("swapped"), std::string::npos);
  get("/v1/coverage/at?lon=110&lat=27", 400);
  get("/v1/coverage/at?lat=27", 400);
  get("/v1/coverage/at?lon=102.41&lat=27&band=n999", 404);
  get("/v1/coverage/at?lon=102.41&lat=27&operator=nobody", 404);
  get("/v1/coverage/at?lon=102.41&lat=27&more=1", 400);
}

TEST_F(ApiCoverageTest, ASiteIsTriedOut) {
  const Json site{
      {"lon", 102.58}, {"lat", 27.0}, {"mast_m", 30}, {"band", "n28"}, {"operator", "mobile"}};
  const Json answer = post(site);
  EXPECT_EQ(answer["village_count"], 1);
  EXPECT_EQ(answer["villages"][0]["code"], "513402100001");
  EXPECT_EQ(answer["villages"][0]["label"]["zh"], "东村");
  EXPECT_EQ(answer["villages"][0]["county"], "513402");
  EXPECT_EQ(answer["village_people"], 400);
  EXPECT_GT(answer["gained_km2"].get<double>(), 50);
  EXPECT_TRUE(answer["images"]["difference"].get<std::string>().starts_with("data:image/png;"));
  EXPECT_EQ(answer["estimated"], true);
  // With the proposal it comes too late.
  Json later = site;
  later["overlay"] = "more";
  EXPECT_EQ(post(later)["village_count"], 0);
}

TEST_F(ApiCoverageTest, MistakesOfASiteHavePointers) {
  const Json site{
      {"lon", 102.58}, {"lat", 27.0}, {"mast_m", 30}, {"band", "n28"}, {"operator", "mobile"}};
  const auto place = [&](const char* name, Json value) {
    Json wrong = site;
    wrong[name] = std::move(value);
    return post(wrong, 400)["errors"][0]["place"];
  };
  EXPECT_EQ(place("mast_m", "tall"), "/mast_m");
  EXPECT_EQ(place("mast_m", 1), "/mast_m");
  EXPECT_EQ(place("lon", 27), "/lon");
  EXPECT_EQ(place("band", 5), "/band");
  EXPECT_EQ(place("azimuth_deg", 720), "/azimuth_deg");
  EXPECT_EQ(place("colour", "red"), "/colour");
  EXPECT_EQ(place("at", "yesterday"), "/at");
  Json short_of = site;
  short_of.erase("operator");
  EXPECT_EQ(post(short_of, 400)["errors"][0]["place"], "/operator");
  const Response text =
      world.ask({.method = "POST", .path = "/v1/coverage/what-if", .headers = {}, .body = "{}"});
  EXPECT_EQ(text.status, 415);
  EXPECT_EQ(world.post("/v1/coverage/what-if", Json::array()).status, 400);
  Json unknown = site;
  unknown["overlay"] = "nothing";
  post(unknown, 404);
}

// While the thread for questions is busy, dates that nobody asked for are refused, not piled up on
// the threads that answer everything else; what is known is answered as ever.
TEST_F(ApiCoverageTest, UnknownDatesWaitForTheDesk) {
  get("/v1/coverage/layers");
  std::promise<void> gate;
  const std::shared_future<void> open(gate.get_future());
  const auto answers = std::make_shared<detail::Answers>();  // shared: as replies hold it
  std::promise<void> begun;
  world.desk->answer(Reply(answers, 0), [open, &begun] {
    begun.set_value();
    open.wait();
    return Response{.status = 200};
  });
  begun.get_future().wait();  // it leaves the queue: from now on nothing does
  for (std::uint64_t i = 1; i < 20; ++i) {
    world.desk->answer(Reply(answers, i), [] { return Response{.status = 200}; });
  }
  get("/v1/coverage/layers?at=2021-03-04", 429);
  get(std::string(tile) + "?at=2021-03-05", 429);
  get("/v1/coverage/at?lon=102.41&lat=27.0&at=2021-03-06", 429);
  get("/v1/coverage/layers?at=2021-03-04&dark=true", 400);
  get("/v1/coverage/layers");
  EXPECT_EQ(world.get(tile).status, 202);
  gate.set_value();
  for (int i = 0; i < 500 && !answers->of(0); ++i) ::usleep(10'000);
  EXPECT_EQ(get("/v1/coverage/layers?at=2021-03-04")["at"], "2021-03-04");
}

TEST_F(ApiCoverageTest, WithoutReliefItSaysWhy) {
  CoverageService without(false);
  const Json layers = Json::parse(without.get("/v1/coverage/layers").body);
  EXPECT_TRUE(layers["terrain"].is_null());
  EXPECT_FALSE(layers["reason"].is_null());
  EXPECT_EQ(without.get(tile).status, 404);
  EXPECT_EQ(without.get("/v1/coverage/at?lon=102.41&lat=27").status, 404);
}

}  // namespace
}  // namespace cairn::server
