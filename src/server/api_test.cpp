// SPDX-License-Identifier: Apache-2.0
// The operations of docs/api/openapi.yaml over a small workspace.
#include "server/api.hpp"

#include <gtest/gtest.h>

#include "server/detail/test_service.hpp"

namespace cairn::server {
namespace {

using detail::TestService;

class ApiTest : public ::testing::Test {
 protected:
  Json get(const std::string& path, int status = 200) {
    const Response response = service.get(path);
    EXPECT_EQ(response.status, status) << path << ' ' << response.body;
    return Json::parse(response.body, nullptr, false);
  }
  // The only indicator with this id in a list.
  static Json with_id(const Json& list, const std::string& id) {
    for (const Json& item : list) {
      if (item["id"] == id) return item;
    }
    ADD_FAILURE() << "nothing has the id " << id;
    return {};
  }
  TestService service;
};

TEST_F(ApiTest, StatusCountsWhatIsServed) {
  const Json status = get("/v1/status");
  EXPECT_EQ(status["home"]["code"], "r");
  EXPECT_EQ(status["as_of"], "2022-06-30");
  EXPECT_EQ(status["data_from"], "2020-01-01");
  EXPECT_EQ(status["counts"]["things"], 3);
  EXPECT_EQ(status["counts"]["observations"], 48);
  EXPECT_EQ(status["counts"]["claims"], 1);
  EXPECT_EQ(status["writable"], true);
  EXPECT_FALSE(status["demonstration"].is_null());  // a site is estimated
}

TEST_F(ApiTest, RegionsByLevelParentAndName) {
  EXPECT_EQ(get("/v1/regions?level=county")["total"], 2);
  const Json members = get("/v1/regions?parent=r");
  ASSERT_EQ(members["regions"].size(), 1u);
  EXPECT_EQ(members["regions"][0]["child_count"], 2);
  EXPECT_EQ(get("/v1/regions?parent=r&level=county&q=huili")["regions"][0]["code"], "513402");
  EXPECT_EQ(get("/v1/regions?q=%E8%A5%BF%E6%98%8C")["regions"][0]["code"], "513401");
  const Json first = get("/v1/regions?limit=2");
  EXPECT_EQ(first["next_cursor"], "2");
  EXPECT_EQ(get("/v1/regions?limit=2&cursor=2")["regions"][0]["code"], "513401");
  get("/v1/regions?parent=nowhere", 404);
  get("/v1/regions?level=galaxy", 400);
}

TEST_F(ApiTest, ARegionAnswersUnderItsAlias) {
  const Json region = get("/v1/regions/513425");
  EXPECT_EQ(region["code"], "513402");
  EXPECT_EQ(region["aliases"][0], "513425");
  EXPECT_EQ(region["bbox"], (Json{102, 26, 103, 27}));
  EXPECT_EQ(region["ancestors"][0]["code"], "r");
  EXPECT_EQ(region["ancestors"].back()["code"], "5134");
  EXPECT_EQ(get("/v1/regions/r")["plan"], "r");
}

TEST_F(ApiTest, IndicatorsStandAgainstTheirTarget) {
  const Json list = get("/v1/regions/r/indicators")["indicators"];
  const Json sites = with_id(list, "sites");
  EXPECT_EQ(sites["value"], 2);
  EXPECT_EQ(sites["estimated"], true);
  EXPECT_EQ(sites["target"]["value"], 4);
  EXPECT_EQ(sites["target"]["op"], "=");
  EXPECT_EQ(sites["target"]["claim"], "sites");
  EXPECT_EQ(sites["gap"], 2);
  EXPECT_TRUE(with_id(list, "people")["target"].is_null());
  // A county has no claim of its own.
  EXPECT_TRUE(
      with_id(get("/v1/regions/513401/indicators")["indicators"], "sites")["target"].is_null());
}

TEST_F(ApiTest, ValuesByLevelDateAndOverlay) {
  const auto counts = [&](const std::string& query) {
    Json out = Json::array();
    const Json answer = get("/v1/indicators/sites/values?by=county" + query);
    for (const Json& row : answer["rows"]) out.push_back(row["value"]);
    return out;
  };
  EXPECT_EQ(counts(""), (Json{2, 0}));
  EXPECT_EQ(counts("&at=2018"), (Json{1, 0}));  // s2 stands since 2019
  EXPECT_EQ(counts("&overlay=more"), (Json{2, 1}));
  EXPECT_EQ(counts("&overlay=more&at=2020"), (Json{2, 0}));
  const Json people = get("/v1/indicators/people/values");
  EXPECT_EQ(people["rows"][0]["value"], 1'345'000);
  EXPECT_EQ(people["rows"][0]["unit"], "{person}");
  EXPECT_EQ(people["rows"][0]["data_date"], "2020-12-31");
  EXPECT_EQ(people["at"], "2022-06-30");
  get("/v1/indicators/nothing/values", 404);
  get("/v1/indicators/sites/values?overlay=nothing", 404);
  get("/v1/indicators/sites/values?by=galaxy", 400);
}

TEST_F(ApiTest, ASeriesTakesTheStepAtWhichItChanges) {
  const Json series = get("/v1/indicators/sites/series?from=2017&to=2021");
  EXPECT_EQ(series["step"], "year");
  ASSERT_EQ(series["points"].size(), 5u);
  EXPECT_EQ(series["points"][0]["at"], "2017-12-31");
  EXPECT_EQ(series["points"][1]["value"], 1);
  EXPECT_EQ(series["points"][2]["value"], 2);
  ASSERT_EQ(series["trajectory"].size(), 6u);
  EXPECT_EQ(series["trajectory"][0], (Json{{"year", 2020}, {"value", 1}}));
  EXPECT_EQ(series["trajectory"][5]["value"], 4);
  EXPECT_EQ(get("/v1/indicators/sites/series?from=2020&to=2021&step=month")["points"].size(), 24u);
  get("/v1/indicators/sites/series?from=2000&to=2021&step=day", 400);
  get("/v1/indicators/sites/series?from=2021&to=2019", 400);
}

TEST_F(ApiTest, FormulasAreEvaluatedAndConverted) {
  const Json answer = get("/v1/evaluate?formula=max(height_m%20of%20site)&unit=cm");
  EXPECT_EQ(answer["rows"][0]["value"], 4000);
  EXPECT_EQ(answer["unit"], "cm");
  EXPECT_EQ(answer["type"], "number");
  EXPECT_EQ(get("/v1/evaluate?formula=count(site)%20%3E%201")["type"], "boolean");
  get("/v1/evaluate?formula=count(site)&unit=kW", 400);
  get("/v1/evaluate", 400);
}

TEST_F(ApiTest, AFormulasMistakeHasItsPlaceInCodePoints) {
  const Json problem = get("/v1/evaluate?formula=count(sit)", 400);
  EXPECT_EQ(problem["errors"][0]["place"], "formula:1:7");
  EXPECT_EQ(problem["errors"][0]["offset"], 6);
  EXPECT_NE(problem["detail"].get<std::string>().find("site"), std::string::npos);
}

Response post(TestService& service, std::string body, std::string type = "application/json") {
  return service.ask({.method = "POST",
                      .path = "/v1/evaluate",
                      .headers = {{"content-type", std::move(type)}},
                      .body = std::move(body)});
}

TEST_F(ApiTest, LongFormulasComeByPost) {
  const std::string term = "count(site where kind = 'macro' or kind = 'micro')";
  std::string formula = term;
  for (int i = 1; i < 100; ++i) formula += " + " + term;
  ASSERT_GT(formula.size(), 4096u);
  const Response sum = post(service, Json{{"formula", formula}, {"region", "513401"}}.dump());
  ASSERT_EQ(sum.status, 200) << sum.body;
  EXPECT_EQ(Json::parse(sum.body)["rows"][0]["value"], 200);
  EXPECT_EQ(post(service, "{}").status, 400);
  EXPECT_EQ(post(service, "[1").status, 400);
  EXPECT_EQ(post(service, "{\"formula\":1}").status, 400);
  EXPECT_EQ(post(service, "{\"formula\":\"count(site)\",\"colour\":\"red\"}").status, 400);
  EXPECT_EQ(post(service, "count(site)", "text/plain").status, 415);
  // 100 kB and 10,000 parentheses are refused with a reason, not a crash.
  const Response large = post(service, Json{{"formula", std::string(100'000, '1')}}.dump());
  EXPECT_TRUE(large.status == 400 || large.status == 413) << large.status;
  const Response deep = post(service, Json{{"formula", std::string(10'000, '(')}}.dump());
  EXPECT_EQ(deep.status, 400);
  EXPECT_FALSE(Json::parse(deep.body)["detail"].get<std::string>().empty());
}

TEST_F(ApiTest, AnExplanationLeadsToTheThings) {
  const Json answer = get("/v1/explain?formula=count(site)");
  const auto find = [](const Json& node, const auto& self) -> Json {
    if (!node["contributions"].is_null()) return node;
    for (const Json& child : node["children"]) {
      if (Json found = self(child, self); !found.is_null()) return found;
    }
    return nullptr;
  };
  const Json aggregate = find(answer["root"], find);
  ASSERT_FALSE(aggregate.is_null()) << answer.dump(1);
  EXPECT_EQ(aggregate["contributions"]["total"], 2);
  EXPECT_EQ(aggregate["contributions"]["items"][0]["id"], "s/1");
  EXPECT_EQ(aggregate["sources"][0]["key"], "regions/r/s");
  EXPECT_EQ(aggregate["sources"][0]["of"], "region/r");
}

TEST_F(ApiTest, EveryNumberOfAClaimIsExplained) {
  const auto root = [&](const std::string& part) {
    return get("/v1/explain?plan=r&claim=sites&part=" + part)["root"];
  };
  EXPECT_EQ(root("baseline")["value"], 1);
  EXPECT_EQ(root("target")["quotes"][0]["text"], "站点数 1 4");
  EXPECT_EQ(root("required")["children"].size(), 2u);
  EXPECT_EQ(root("actual")["value"], 2);
  EXPECT_EQ(root("gap")["value"], 2);
  EXPECT_EQ(root("gap")["text"], "4 − 2");
  get("/v1/explain?plan=r&claim=nothing", 404);
  get("/v1/explain?plan=r", 400);
  get("/v1/explain?indicator=sites&formula=count(site)", 400);
  get("/v1/explain", 400);
}

TEST_F(ApiTest, PlansWithClaimsFindingsAndReport) {
  const Json plans = get("/v1/plans")["plans"];
  ASSERT_EQ(plans.size(), 1u);
  EXPECT_EQ(plans[0]["claim_count"], 1);
  const Json claim = get("/v1/plans/r")["claims"][0];
  EXPECT_EQ(claim["actual"]["value"], 2);
  EXPECT_EQ(claim["actual"]["origin"], "computed");
  EXPECT_EQ(claim["gap"], 2);
  EXPECT_EQ(claim["trajectory"].size(), 6u);
  EXPECT_EQ(get("/v1/plans/r/findings")["plan"], "r");
  get("/v1/plans/nothing", 404);
  const Response report = service.get("/v1/plans/r/report?lang=en");
  EXPECT_EQ(report.type, "text/html; charset=utf-8");
  EXPECT_NE(report.body.find("Sites"), std::string::npos);
  EXPECT_EQ(report.body.find("<script"), std::string::npos);
}

TEST_F(ApiTest, ThingsByTypePlaceAndStatus) {
  const auto ids = [&](const std::string& query) {
    std::string out;
    const Json answer = get("/v1/things" + query);
    for (const Json& thing : answer["things"]) {
      out += thing["id"].get<std::string>() + ' ';
    }
    return out;
  };
  EXPECT_EQ(ids(""), "s/1 s2 s3 ");
  EXPECT_EQ(ids("?status=planned"), "s3 ");
  EXPECT_EQ(ids("?region=513401"), "s/1 s2 ");
  EXPECT_EQ(ids("?bbox=102.5,27,103,28"), "s2 ");
  EXPECT_EQ(ids("?q=three"), "s3 ");
  EXPECT_EQ(ids("?at=2018&type=site"), "s/1 s3 ");
  EXPECT_EQ(ids("?overlay=more&region=513402"), "n1 s3 ");
  get("/v1/things?bbox=1,2,3", 400);
  get("/v1/things?type=sit", 404);
}

TEST_F(ApiTest, AThingWithItsPropertiesAndSeries) {
  EXPECT_EQ(get("/v1/things/s%2F1")["label"]["en"], "One");
  const Json thing = get("/v1/things/s2");
  EXPECT_EQ(thing["region_path"].back()["code"], "513401");
  EXPECT_EQ(with_id(thing["properties"], "kind")["text"], "micro");
  EXPECT_EQ(with_id(thing["properties"], "tall")["value"], 80);
  const Json load = with_id(thing["properties"], "load");
  EXPECT_EQ(load["value"], 48);
  EXPECT_EQ(load["time"], "2022-06-29T23:00:00+08:00");
  EXPECT_EQ(load["stale"], true);  // a day old; max_age is 3 h
  EXPECT_EQ(load["series"], true);
  EXPECT_EQ(with_id(get("/v1/things/s2?at=2022-06-28")["properties"], "load")["value"], 25);
  EXPECT_EQ(with_id(get("/v1/things/s3")["properties"], "height_m")["reason"], "no_data");
  get("/v1/things/nothing", 404);
}

TEST_F(ApiTest, ASeriesIsThinnedWithItsExtremes) {
  const Json all = get("/v1/things/s2/series?property=load");
  EXPECT_EQ(all["count"], 48);
  EXPECT_EQ(all["aggregated"], false);
  EXPECT_EQ(all["points"].size(), 48u);
  const Json thin = get("/v1/things/s2/series?property=load&max_points=10");
  EXPECT_EQ(thin["aggregated"], true);
  EXPECT_LE(thin["points"].size(), 10u);
  EXPECT_EQ(thin["points"][0]["min"], 1);
  EXPECT_EQ(thin["points"].back()["max"], 48);
  EXPECT_EQ(get("/v1/things/s2/series?property=load&from=2022-06-29&to=2022-06-29")["count"], 24);
  get("/v1/things/s2/series?property=nothing", 404);
  get("/v1/things/s2/series", 400);
}

TEST_F(ApiTest, PacksProposalsAndSources) {
  EXPECT_EQ(get("/v1/packs")["packs"][0]["indicator_count"], 2);
  const Json pack = get("/v1/packs/p");
  EXPECT_EQ(pack["types"].size(), 2u);
  EXPECT_EQ(pack["layers"][0]["domain"], (Json{60, 80}));
  get("/v1/packs/q", 404);
  const Json proposal = get("/v1/proposals")["proposals"][0];
  EXPECT_EQ(proposal["thing_count"], 1);
  EXPECT_EQ(proposal["valid_from"], "2021-01-01");
  EXPECT_EQ(get("/v1/sources")["sources"][0]["licence"], "Apache-2.0");
  EXPECT_EQ(get("/v1/indicators?pack=p")["indicators"].size(), 2u);
  get("/v1/indicators?pack=q", 404);
}

TEST_F(ApiTest, LayersAndTheirTiles) {
  const Json layers = get("/v1/layers");
  EXPECT_EQ(layers["bbox"], (Json{102, 26, 103, 28}));
  std::string ids;
  for (const Json& layer : layers["layers"]) ids += layer["id"].get<std::string>() + ' ';
  EXPECT_EQ(ids, "boundaries rivers things/site ");
  // 102.5 E, 27.5 N lies in 6/50/26.
  for (const char* layer : {"boundaries", "rivers", "things/site"}) {
    const Response tile = service.get(std::string("/v1/tiles/") + layer + "/6/50/26.mvt");
    EXPECT_EQ(tile.status, 200) << layer;
    EXPECT_EQ(tile.type, "application/vnd.mapbox-vector-tile");
    EXPECT_FALSE(tile.content().empty());
    EXPECT_EQ(service.get(std::string("/v1/tiles/") + layer + "/6/10/10.mvt").status, 204);
  }
  const auto sites = [&](const std::string& query) {
    const Response tile = service.get("/v1/tiles/things/site/5/25/13.mvt" + query);
    return tile.content().find("n1") != std::string::npos;
  };
  EXPECT_FALSE(sites(""));
  EXPECT_TRUE(sites("?overlay=more"));
  EXPECT_EQ(service.get("/v1/tiles/boundaries/3/8/0.mvt").status, 400);
  EXPECT_EQ(service.get("/v1/tiles/boundaries/17/0/0.mvt").status, 400);
  EXPECT_EQ(service.get("/v1/tiles/boundaries/a/0/0.mvt").status, 400);
  EXPECT_EQ(service.get("/v1/tiles/clouds/3/0/0.mvt").status, 404);
  EXPECT_EQ(service.get("/v1/tiles/things/clouds/3/0/0.mvt").status, 404);
}

}  // namespace
}  // namespace cairn::server
