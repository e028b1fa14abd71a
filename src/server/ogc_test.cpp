// SPDX-License-Identifier: Apache-2.0
// OGC API Features over the repository's own regions and packs, as clients ask.
#include "server/ogc.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "core/text.hpp"
#include "server/detail/ogc_items.hpp"
#include "server/query.hpp"
#include "server/test_world.hpp"

namespace cairn::server::ogc {
namespace {

using nlohmann::json;

const std::string root = "http://here:8080/ogc";

class Ogc : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    evaluator_ = std::make_unique<formula::Evaluator>(test_world().library, test_world().snapshot);
  }
  static void TearDownTestSuite() { evaluator_.reset(); }

  static Response ask(const std::string& url, const std::string& method = "GET") {
    const watch::World& world = test_world();
    Request request;
    request.method = method;
    const std::string target = url.starts_with(root) ? url.substr(root.size()) : url;
    const std::size_t mark = target.find('?');
    request.path = "/ogc" + target.substr(0, mark);
    if (mark != std::string::npos) request.query = target.substr(mark + 1);
    return answer({world.workspace, world.library, world.snapshot, *evaluator_, test_date()},
                  request, "/ogc", "http://here:8080",
                  parse_instant("2026-01-02T03:04:05Z").value());
  }
  static json get(const std::string& url) {
    const Response response = ask(url);
    EXPECT_EQ(response.status, 200) << url << ": " << response.body.substr(0, 300);
    return json::parse(response.body, nullptr, false);
  }
  static std::size_t matched(const std::string& url) { return get(url)["numberMatched"]; }
  static std::size_t filtered(const std::string& collection, const std::string& filter) {
    return matched("/collections/" + collection +
                   "/items?limit=1&filter=" + percent_encode(filter));
  }
  static std::string detail(const std::string& url, int status = 400) {
    const Response response = ask(url);
    EXPECT_EQ(response.status, status) << url << ": " << response.body.substr(0, 300);
    EXPECT_EQ(response.type, "application/problem+json") << url;
    return json::parse(response.body, nullptr, false).value("detail", "");
  }
  static std::string link_of(const json& body, const std::string& relation) {
    for (const json& link : body["links"]) {
      if (link["rel"] == relation) return link["href"];
    }
    return {};
  }

  static std::unique_ptr<formula::Evaluator> evaluator_;
};
std::unique_ptr<formula::Evaluator> Ogc::evaluator_;

TEST_F(Ogc, LandingPageLeadsEverywhere) {
  const json landing = get("");
  for (const char* relation : {"self", "service-desc", "conformance", "data"}) {
    const std::string href = link_of(landing, relation);
    ASSERT_FALSE(href.empty()) << relation;
    get(href);
  }
  const json classes = get("/conformance")["conformsTo"];
  for (const char* name : {"core", "geojson", "oas30"}) {
    const std::string uri =
        std::string("http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/") + name;
    EXPECT_NE(std::find(classes.begin(), classes.end(), uri), classes.end()) << name;
  }
}

TEST_F(Ogc, CollectionsDescribeThemselves) {
  const json list = get("/collections")["collections"];
  std::set<std::string> ids;
  for (const json& collection : list) {
    const std::string id = collection["id"];
    ids.insert(id);
    EXPECT_EQ(get("/collections/" + id), collection);
    EXPECT_EQ(collection["crs"][0], crs84);
    EXPECT_FALSE(link_of(collection, "items").empty());
    const json page = get(link_of(collection, "items"));
    EXPECT_GT(page["numberMatched"], 0) << id;
    // Units and the watch over a rule are nowhere: a region names them.
    if (id == "response_unit" || id == "rule_watch") {
      EXPECT_FALSE(collection["extent"].contains("spatial")) << id;
      continue;
    }
    ASSERT_TRUE(collection["extent"].contains("spatial")) << id;
    const json& box = collection["extent"]["spatial"]["bbox"][0];
    const std::string around = format("/collections/{}/items?limit=1&bbox={},{},{},{}", id,
                                      box[0].dump(), box[1].dump(), box[2].dump(), box[3].dump());
    EXPECT_LE(matched(around), page["numberMatched"]) << id;
    EXPECT_GT(matched(around), 0U) << id;
  }
  for (const char* id : {"province", "prefecture", "county", "town", "village", "zone"}) {
    EXPECT_TRUE(ids.contains(id)) << id;
  }
}

TEST_F(Ogc, DescriptionNamesEveryPathAndParameter) {
  const Response response = ask("/api");
  EXPECT_EQ(response.type, "application/vnd.oai.openapi+json;version=3.0");
  const json api = json::parse(response.body);
  EXPECT_EQ(api["openapi"], "3.0.3");
  EXPECT_EQ(api["servers"][0]["url"], root);
  EXPECT_TRUE(api["paths"].contains("/collections/county/items/{featureId}"));
  EXPECT_EQ(api["components"]["parameters"]["limit"]["schema"]["maximum"], limit_max);
  // Every reference leads to something.
  std::function<void(const json&)> walk = [&](const json& at) {
    if (at.is_object() && at.contains("$ref")) {
      const std::string reference = at["$ref"];
      ASSERT_TRUE(reference.starts_with("#"));
      EXPECT_TRUE(api.contains(json::json_pointer(reference.substr(1)))) << reference;
    }
    if (at.is_structured()) {
      for (const json& inner : at) walk(inner);
    }
  };
  walk(api);
}

TEST_F(Ogc, FeaturesArePagedWithLinks) {
  const json first = get("/collections/village/items");
  EXPECT_EQ(first["type"], "FeatureCollection");
  EXPECT_EQ(first["numberReturned"], limit_default);
  EXPECT_EQ(first["features"].size(), limit_default);
  EXPECT_EQ(first["timeStamp"], "2026-01-02T03:04:05Z");
  EXPECT_TRUE(link_of(first, "prev").empty());
  std::set<std::string> ids;
  std::string next = root + "/collections/village/items?limit=1000";
  int pages = 0;
  for (; !next.empty() && pages < 10; ++pages) {
    const json page = get(next);
    for (const json& feature : page["features"]) ids.insert(feature["id"].get<std::string>());
    if (pages > 0) EXPECT_FALSE(link_of(page, "prev").empty());
    next = link_of(page, "next");
  }
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(ids.size(), first["numberMatched"].get<std::size_t>());
  EXPECT_EQ(ids.size(), 2713U);
  const Response limited = ask("/collections/base_station/items?limit=99999999");
  EXPECT_EQ(json::parse(limited.body)["numberReturned"], limit_max);
  EXPECT_EQ(limited.type, "application/geo+json");
  EXPECT_EQ(limited.headers.at(0).name, "Content-Crs");
}

TEST_F(Ogc, OneFeatureIsTheOneOfTheList) {
  const json list = get("/collections/county/items?limit=3");
  for (const json& feature : list["features"]) {
    json one = get("/collections/county/items/" + feature["id"].get<std::string>());
    EXPECT_EQ(one["properties"], feature["properties"]);
    EXPECT_EQ(one["geometry"], feature["geometry"]);
  }
  const json xichang = get("/collections/county/items/513401");
  EXPECT_EQ(xichang["properties"]["name"], "西昌市");
  EXPECT_TRUE(xichang["geometry"]["type"] == "Polygon" ||
              xichang["geometry"]["type"] == "MultiPolygon");
  EXPECT_GT(xichang["properties"]["population"], 900'000);
  // A prefecture has the area of its counties, a zone that of its members.
  EXPECT_EQ(get("/collections/prefecture/items/5134")["geometry"]["type"], "MultiPolygon");
  const json zone = get("/collections/zone/items/panxi");
  EXPECT_GE(zone["geometry"]["coordinates"].size(), 22U);
  EXPECT_EQ(zone["properties"]["members"], json::parse(R"(["5104","5134"])"));
  detail("/collections/county/items/999999", 404);
  detail("/collections/cuonty/items", 404);
  detail("/nonsense", 404);
}

TEST_F(Ogc, BoxesSelectWhatTheyTouch) {
  const std::string items = "/collections/county/items?limit=1&bbox=";
  EXPECT_EQ(matched(items + "-180,-90,180,90"), matched("/collections/county/items"));
  EXPECT_EQ(matched(items + "102.26,27.89,102.261,27.891"), 1U);
  EXPECT_EQ(matched(items + "102.26,27.89,0,102.261,27.891,5000"), 1U);
  EXPECT_EQ(matched(items + "0,0,1,1"), 0U);
  // Over the antimeridian: everything but what lies between; then nothing of China.
  EXPECT_EQ(matched(items + "102,20,100,40"),
            matched(items + "102,20,180,40") + matched(items + "-180,20,100,40"));
  EXPECT_EQ(matched(items + "170,-90,-170,90"), 0U);
  for (const char* bad :
       {"1,2,3", "1,2,3,4,5", "a,b,c,d", "102,28,103,27", "1,2,3,95", "1,2,3,nan"}) {
    detail(items + bad);
  }
  detail("/collections/county/items?bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4326");
}

TEST_F(Ogc, DatetimesSelectByValidity) {
  EXPECT_TRUE(read_datetime("2018-02-12T23:20:50Z"));
  EXPECT_EQ(
      read_datetime("2018-02-12").value().end.ns - read_datetime("2018-02-12").value().begin.ns,
      ns_per_day - 1);
  EXPECT_EQ(read_datetime("../2018-02-12").value().begin, Instant::min());
  EXPECT_EQ(read_datetime("2018-02-12T00:00:00Z/").value().end, Instant::max());
  EXPECT_EQ(read_datetime("2018-02-12T00:00:00 08:00").value().begin,
            parse_instant("2018-02-12T00:00:00+08:00").value());
  for (const char* bad : {"2018", "x", "2018-02-12/2017-01-01", "2018-13-01", ""}) {
    EXPECT_FALSE(read_datetime(bad)) << bad;
  }
  const std::string items = "/collections/county/items?limit=1&datetime=";
  EXPECT_GE(matched(items + "2020-06-01T00:00:00Z"), 22U);
  EXPECT_EQ(matched(items + "../.."), matched("/collections/county/items"));
  detail(items + "yesterday");
}

TEST_F(Ogc, FiltersAreCql2) {
  EXPECT_EQ(filtered("county", "id LIKE '5104%' OR id LIKE '5134%'"), 22U);
  EXPECT_EQ(filtered("county", "name = '西昌市'"), 1U);
  EXPECT_EQ(filtered("county", "S_INTERSECTS(geometry, POINT(102.26 27.89))"), 1U);
  EXPECT_EQ(filtered("village", "has_fibre OR NOT has_fibre OR has_fibre IS NULL"),
            matched("/collections/village/items"));
  const std::size_t all = matched("/collections/base_station/items");
  // Planned stations are features too, although formulas count live ones.
  EXPECT_EQ(filtered("base_station", "id IS NOT NULL"), all);
  EXPECT_EQ(filtered("base_station", "tech = '5g'") + filtered("base_station", "tech <> '5g'"),
            all);
  EXPECT_EQ(matched("/collections/base_station/items?tech=5g"),
            filtered("base_station", "tech = '5g'"));
  EXPECT_EQ(matched("/collections/base_station/items?tech=5g&status=live"),
            filtered("base_station", "tech = '5g' AND status = 'live'"));
  EXPECT_EQ(matched("/collections/county/items?name=%E8%A5%BF%E6%98%8C%E5%B8%82"), 1U);
  EXPECT_EQ(matched("/collections/county/items?name=x'%20OR%20'1'='1"), 0U);
  EXPECT_NE(detail("/collections/county/items?filter=nmae%3D'x'").find("name"), std::string::npos);
  detail("/collections/county/items?filter=name%20%3D");
  detail("/collections/county/items?filter=1%2B1");
  detail("/collections/county/items?filter=name%3D'x')%20OR%20(true");
  detail("/collections/county/items?filter=true&filter-lang=cql2-json");
  detail("/collections/village/items?has_fibre=perhaps");
  detail("/collections/zone/items?filter=true");
  detail("/collections/county/items?limit=0");
  detail("/collections/county/items?offset=-1");
  detail("/collections/county/items?nonsense=1");
  detail("/collections/county/items?limit=1&limit=2");
  detail("/collections?nonsense=1");
}

TEST_F(Ogc, QueryablesNameWhatFiltersTake) {
  for (const char* id : {"county", "village", "base_station", "air_station"}) {
    const std::string collection = std::string("/collections/") + id;
    const json schema = get(collection + "/queryables");
    EXPECT_EQ(schema["$id"], root + collection + "/queryables");
    for (const auto& [name, property] : schema["properties"].items()) {
      EXPECT_LE(filtered(id, name + " IS NULL"), matched(collection + "/items"))
          << id << ' ' << name;
    }
  }
}

TEST_F(Ogc, OnlyReads) {
  const Response post = ask("/collections/county/items", "POST");
  EXPECT_EQ(post.status, 405);
  EXPECT_EQ(post.headers.at(0).value, "GET, HEAD");
}

}  // namespace
}  // namespace cairn::server::ogc
