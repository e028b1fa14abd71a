// SPDX-License-Identifier: Apache-2.0
// A small world of two stations and a county, asked as clients ask. sta_conformance_test.cpp walks
// the conformance classes over the repository's own data.
#include "server/sta.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "model/snapshot.hpp"
#include "server/query.hpp"

namespace cairn::server::sta {
namespace {

using nlohmann::json;

constexpr int huairou_hours = 1'000;

model::PropertyDef series(const char* name, const char* unit, model::PropertyKind kind) {
  model::PropertyDef out;
  out.name = name;
  out.label = {name, name};
  out.unit = parse_unit(unit).value();
  out.kind = kind;
  out.series = true;
  return out;
}

Instant at(const char* text) {
  return parse_instant(text).value();
}

std::shared_ptr<model::Catalog> catalog() {
  auto out = std::make_shared<model::Catalog>();
  model::TypeDef station;
  station.name = "station";
  station.label = {"站", "station"};
  station.properties = {series("pm25", "ug/m3", model::PropertyKind::number),
                        series("raining", "1", model::PropertyKind::boolean)};
  model::PropertyDef owner;
  owner.name = "owner";
  owner.kind = model::PropertyKind::text;
  station.properties.push_back(owner);
  model::TypeDef county;
  county.name = "county";
  county.label = {"县", "county"};
  county.properties = {series("population", "{person}", model::PropertyKind::integer)};
  county.properties[0].period = PeriodKind::year;
  out->types = {station, county};
  return out;
}

model::Records records() {
  model::Records out;
  model::Thing huairou;
  huairou.id = "air:huairou";
  huairou.type = "station";
  huairou.region = "513401";
  huairou.name = {"怀柔", "Huairou"};
  huairou.position = geo::Point{102.5, 27.5};
  huairou.properties = {{"owner", model::Value{std::string("the city's")}}};
  model::Thing dingling = huairou;
  dingling.id = "air:dingling";
  dingling.name = {"定陵", "Dingling"};
  dingling.position = geo::Point{102.0, 27.0};
  dingling.properties.clear();
  model::Thing silent = huairou;  // never observed
  silent.id = "air:aotizhongxin";
  silent.name = {"奥体", "Aoti"};
  out.things = {silent, huairou, dingling};
  for (int h = 0; h < huairou_hours; ++h) {
    const Instant t = at("2017-01-01T00:00:00Z") + h * 3600 * ns_per_second;
    out.observations.push_back({"air:huairou", "pm25", {t, t}, double(h), false, {}});
  }
  const Instant t = at("2017-01-01T00:00:00.5Z");
  out.observations.push_back({"air:huairou", "raining", {t, t}, 1, false, {}});
  out.observations.push_back({"air:dingling",
                              "pm25",
                              {at("2016-12-31T23:00:00Z"), at("2017-01-01T00:00:00Z")},
                              7.5,
                              true,
                              {}});
  model::Statistic population;
  population.region = "513401";
  population.property = "population";
  population.period = {at("2020-01-01T00:00:00Z"), at("2021-01-01T00:00:00Z")};
  population.value = 955'000;
  population.unit = "{person}";
  out.statistics = {population};
  return out;
}

class Sta : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto regions = std::make_shared<model::RegionTree>();
    model::Region county;
    county.code = "513401";
    county.name = {"西昌市", "Xichang"};
    county.position = geo::Point{102.26, 27.9};
    ASSERT_TRUE(regions->add(county, ""));
    Problems problems;
    snapshot_ = std::make_unique<model::Snapshot>(
        model::build_snapshot({catalog(), regions, {}}, records(), problems));
    for (const Error& e : problems.errors) ADD_FAILURE() << to_string(e);
    service_ = std::make_unique<Service>(*snapshot_, at("2024-01-01"));
  }
  static void TearDownTestSuite() {
    service_.reset();
    snapshot_.reset();
  }

  static Response ask(const std::string& target, const std::string& method = "GET") {
    Request request;
    request.method = method;
    const std::size_t mark = target.find('?');
    request.path = "/sta/v1.1" + target.substr(0, mark);
    if (mark != std::string::npos) request.query = target.substr(mark + 1);
    return service_->answer(request, "/sta/v1.1", "http://h", at("2024-01-01T12:00:00Z"));
  }
  static json get(const std::string& target) {
    const Response response = ask(target);
    EXPECT_EQ(response.status, 200) << target << ": " << response.body;
    return json::parse(response.body, nullptr, false);
  }
  static json filtered(const std::string& set, const std::string& filter,
                       const std::string& more = {}) {
    return get("/" + set + "?$filter=" + percent_encode(filter) + more)["value"];
  }
  static std::string message(const std::string& target, int status = 400) {
    const Response response = ask(target);
    EXPECT_EQ(response.status, status) << target << ": " << response.body;
    const json body = json::parse(response.body, nullptr, false);
    EXPECT_EQ(body["code"], status);
    EXPECT_EQ(body["type"], "error");
    return body["message"];
  }

  static std::unique_ptr<model::Snapshot> snapshot_;
  static std::unique_ptr<Service> service_;
};
std::unique_ptr<model::Snapshot> Sta::snapshot_;
std::unique_ptr<Service> Sta::service_;

TEST_F(Sta, RootNamesTheEightSets) {
  const json root = get("");
  ASSERT_EQ(root["value"].size(), 8U);
  EXPECT_EQ(root["value"][0]["name"], "Things");
  EXPECT_EQ(root["value"][0]["url"], "http://h/sta/v1.1/Things");
  EXPECT_GT(root["serverSettings"]["conformance"].size(), 15U);
}

TEST_F(Sta, EntitiesCarryWhatTheStandardAsks) {
  const json things = get("/Things?$count=true");
  EXPECT_EQ(things["@iot.count"], 4);
  // The observed ones first, divisions after the packs' own things.
  EXPECT_EQ(things["value"][0]["properties"]["id"], "air:dingling");
  EXPECT_EQ(things["value"][1]["name"], "怀柔");
  EXPECT_EQ(things["value"][1]["properties"]["owner"], "the city's");
  EXPECT_EQ(things["value"][1]["properties"]["name_en"], "Huairou");
  EXPECT_EQ(things["value"][2]["properties"]["id"], "513401");
  EXPECT_EQ(things["value"][3]["properties"]["id"], "air:aotizhongxin");
  const json stream = get("/Datastreams('air:huairou:pm25')");
  EXPECT_EQ(stream["phenomenonTime"], "2017-01-01T00:00:00Z/2017-02-11T15:00:00Z");
  EXPECT_EQ(stream["unitOfMeasurement"]["symbol"], "ug/m3");
  EXPECT_EQ(stream["unitOfMeasurement"]["definition"],
            "http://www.opengis.net/def/uom/UCUM/0/ug%2Fm3");
  EXPECT_EQ(stream["observedArea"]["coordinates"], json::parse("[102.5,27.5]"));
  EXPECT_EQ(stream["properties"]["observations"], huairou_hours);
  EXPECT_TRUE(stream.contains("Observations@iot.navigationLink"));
  EXPECT_EQ(get("/Datastreams('513401:population')")["observationType"],
            "http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_CountObservation");
  EXPECT_EQ(get("/Datastreams('air:huairou:raining')/Observations")["value"][0]["result"], true);
}

TEST_F(Sta, IdentifiersStayAndLeadBack) {
  for (const char* set : {"Things", "Locations", "HistoricalLocations", "Datastreams", "Sensors",
                          "ObservedProperties", "Observations", "FeaturesOfInterest"}) {
    const json list = get(std::string("/") + set);
    for (const json& entity : list["value"]) {
      const std::string link = entity["@iot.selfLink"];
      const json again = get(link.substr(std::string("http://h/sta/v1.1").size()));
      EXPECT_EQ(again, entity) << link;
    }
  }
  // A second build gives the same numbers.
  const Service other(*snapshot_, at("2024-01-01"));
  EXPECT_EQ(other.entities().thing(0).number, service_->entities().thing(0).number);
  // Half a second does not fit a number.
  const json rain = get("/Datastreams('air:huairou:raining')/Observations")["value"][0];
  EXPECT_EQ(rain["@iot.id"], "air:huairou:raining|2017-01-01T00:00:00.5Z");
  const json hour = get("/Datastreams('air:dingling:pm25')/Observations")["value"][0];
  EXPECT_TRUE(hour["@iot.id"].is_number_unsigned());
  EXPECT_LT(hour["@iot.id"].get<std::int64_t>(), std::int64_t{1} << 53);
  EXPECT_EQ(hour["phenomenonTime"], "2016-12-31T23:00:00Z/2017-01-01T00:00:00Z");
  EXPECT_EQ(hour["resultTime"], "2017-01-01T00:00:00Z");
}

TEST_F(Sta, PathsLeadThroughRelations) {
  EXPECT_EQ(get("/Things('air:huairou')/Datastreams")["value"].size(), 2U);
  EXPECT_EQ(
      get("/Things('air:huairou')/Datastreams('air:huairou:pm25')/Thing/Locations")["value"][0]
                                                                                   ["location"]
                                                                                   ["coordinates"],
      json::parse("[102.5,27.5]"));
  EXPECT_EQ(get("/Sensors('station.pm25')/Datastreams?$count=true")["@iot.count"], 2);
  EXPECT_EQ(get("/FeaturesOfInterest('air:huairou')/Observations?$count=true")["@iot.count"],
            huairou_hours + 1);
  EXPECT_EQ(get("/Things('air:huairou')/HistoricalLocations")["value"][0]["time"],
            "2017-01-01T00:00:00Z");
  EXPECT_EQ(get("/Things('air:huairou')/name"), json::parse(R"({"name":"怀柔"})"));
  EXPECT_EQ(ask("/Things('air:huairou')/name/$value").body, "怀柔");
  EXPECT_EQ(json::parse(ask("/Locations('air:huairou')/location/$value").body)["type"], "Point");
  const json refs = get("/Things('air:huairou')/Datastreams/$ref");
  EXPECT_EQ(refs["value"].size(), 2U);
  EXPECT_EQ(refs["value"][0].size(), 1U);
  EXPECT_TRUE(get("/Datastreams('air:huairou:pm25')/Thing/$ref").contains("@iot.selfLink"));
  message("/Things('air:dingling')/Datastreams('air:huairou:pm25')", 404);
  message("/Things('nobody')", 404);
  message("/Things(9223372036854775807)", 404);
  message("/Things('air:huairou')/nonsense", 404);
  message("/Nonsense", 404);
  message("/Things(abc)");
  message("/Things('air:huairou')/Datastreams?$filter=" + percent_encode("nam eq 'x'"));
}

TEST_F(Sta, FiltersCompareComputeAndNavigate) {
  const std::string stream = "Datastreams('air:huairou:pm25')/Observations";
  EXPECT_EQ(filtered(stream, "result ge 997").size(), 3U);
  EXPECT_EQ(filtered(stream, "result add 1 mul 2 eq 12").size(), 1U);  // 10
  EXPECT_EQ(filtered(stream, "(result add 1) mul 2 eq 12").at(0)["result"], 5);
  EXPECT_EQ(filtered(stream, "result mod 500 eq 0 and not (result eq 0)").at(0)["result"], 500);
  EXPECT_EQ(filtered(stream, "result div 2 eq 1.5").size(), 1U);
  EXPECT_EQ(filtered(stream, "result eq '3'").size(), 1U);
  EXPECT_EQ(filtered(stream, "-result eq -3").size(), 1U);
  EXPECT_EQ(filtered(stream, "result lt 2 or result gt 998").size(), 3U);
  EXPECT_EQ(filtered("Things", "startswith(properties/name_en,'Hua')").size(), 1U);
  EXPECT_EQ(filtered("Things", "substringof('ling',properties/id)").size(), 1U);
  EXPECT_EQ(filtered("Things", "properties/owner eq 'the city''s'").size(), 2U);
  EXPECT_EQ(filtered("Things", "length(name) eq 2 and endswith(name,'柔')").size(), 1U);
  EXPECT_EQ(filtered("Things", "indexof(name,'柔') eq 1").size(), 1U);
  EXPECT_EQ(filtered("Things", "substring(properties/id,4) eq 'huairou'").size(), 1U);
  EXPECT_EQ(filtered("Things", "toupper(substring(properties/id,0,3)) eq 'AIR'").size(), 3U);
  EXPECT_EQ(filtered("Things", "concat(concat(name,'/'),trim(' x ')) eq '怀柔/x'").size(), 1U);
  EXPECT_EQ(filtered("Things", "id eq 'air:huairou'").size(), 1U);
  EXPECT_EQ(filtered("Datastreams", "ObservedProperty/name eq 'pm25'").size(), 2U);
  EXPECT_EQ(filtered("Datastreams", "unitOfMeasurement/symbol eq '{person}'").size(), 1U);
  EXPECT_EQ(filtered("Things", "Datastreams/ObservedProperty/name eq 'raining'").size(), 1U);
  EXPECT_EQ(filtered("Things", "Datastreams/Observations/result gt 998").size(), 2U);
  EXPECT_EQ(filtered("Things",
                     "Datastreams/Observations/result gt 998 and "
                     "Datastreams/ObservedProperty/name eq 'raining'")
                .size(),
            1U);
  EXPECT_EQ(filtered("Observations", "Datastream/Thing/properties/id eq 'air:dingling'").size(),
            1U);
  EXPECT_EQ(filtered("Observations", "result gt 996 and Datastream/name eq '怀柔 pm25'").size(),
            3U);
  EXPECT_EQ(filtered("Observations", "result eq true").size(), 1U);
}

TEST_F(Sta, FiltersKnowTimeAndSpace) {
  const std::string stream = "Datastreams('air:huairou:pm25')/Observations";
  const auto count = [&](const std::string& filter) {
    return get("/" + stream + "?$count=true&$top=0&$filter=" + percent_encode(filter))["@iot.count"]
        .get<int>();
  };
  EXPECT_EQ(count("phenomenonTime lt 2017-01-01T02:00:00Z"), 2);
  EXPECT_EQ(count("phenomenonTime le 2017-01-01T02:00:00Z"), 3);
  EXPECT_EQ(count("phenomenonTime gt 2017-02-11T13:00:00Z"), 2);
  EXPECT_EQ(count("2017-02-11T13:00:00Z le phenomenonTime"), 3);
  EXPECT_EQ(count("phenomenonTime eq 2017-01-01T10:00:00+08:00"), 1);
  EXPECT_EQ(count("phenomenonTime eq '2017-01-01T02:00:00Z'"), 1);
  EXPECT_EQ(count("phenomenonTime ne 2017-01-01T02:00:00Z"), huairou_hours - 1);
  EXPECT_EQ(count("resultTime ge 2017-01-01T02:00:00Z and resultTime lt 2017-01-01T04:00:00Z"), 2);
  EXPECT_EQ(count("day(phenomenonTime) eq 2 and month(phenomenonTime) eq 1"), 24);
  EXPECT_EQ(count("hour(phenomenonTime) eq 5 and year(phenomenonTime) eq 2017"), 42);
  EXPECT_EQ(count("date(phenomenonTime) eq '2017-01-03'"), 24);
  EXPECT_EQ(count("phenomenonTime add duration'PT2H' le 2017-01-01T02:00:00Z"), 1);
  EXPECT_EQ(count("phenomenonTime lt now()"), huairou_hours);
  EXPECT_EQ(count("phenomenonTime gt 2017-01-02T00:00:00Z/2017-02-11T12:00:00Z"), 4);
  // A plus sign that nobody escaped.
  EXPECT_EQ(get("/" + stream + "?$filter=phenomenonTime%20eq%202017-01-01T10:00:00+08:00")["value"]
                .size(),
            1U);
  EXPECT_EQ(filtered("Observations", "phenomenonTime lt 2017-01-01T00:00:00Z").size(), 1U);
  EXPECT_EQ(filtered("Locations",
                     "st_within(location,geography'POLYGON((102.2 27.2,103 27.2,103 "
                     "28,102.2 28,102.2 27.2))')")
                .size(),
            3U);
  EXPECT_EQ(filtered("Locations", "geo.distance(location,geography'POINT(102 27)') lt 0.5").size(),
            1U);
  EXPECT_EQ(
      filtered("FeaturesOfInterest", "geo.intersects(feature,geography'LINESTRING(101 26,103 28)')")
          .size(),
      2U);
  EXPECT_EQ(filtered("Locations", "st_relate(location,geometry'POINT(102 27)','T********')").size(),
            1U);
  EXPECT_EQ(filtered("Locations", "geo.length(geography'LINESTRING(0 0,3 4)') eq 5").size(), 4U);
}

TEST_F(Sta, OrderPagesAndLinks) {
  const std::string stream = "/Datastreams('air:huairou:pm25')/Observations";
  const json newest = get(stream + "?$orderby=phenomenonTime%20desc&$top=2&$skip=1");
  EXPECT_EQ(newest["value"][0]["result"], 998);
  EXPECT_EQ(newest["value"][1]["result"], 997);
  // Walking the links meets every observation once.
  std::string next = stream + "?$top=300&$orderby=result%20desc&$select=result";
  int seen = 0;
  for (int page = 0; page < 5 && !next.empty(); ++page) {
    const json list = get(next);
    for (const json& o : list["value"]) EXPECT_EQ(o["result"], huairou_hours - 1 - seen++);
    next = list.contains("@iot.nextLink") ? list["@iot.nextLink"].get<std::string>().substr(
                                                std::string("http://h/sta/v1.1").size())
                                          : "";
  }
  EXPECT_EQ(seen, huairou_hours);
  EXPECT_EQ(get(stream)["value"].size(), 100U);
  EXPECT_EQ(get(stream + "?$top=999999")["value"].size(), std::size_t{huairou_hours});
  EXPECT_FALSE(get(stream + "?$skip=950").contains("@iot.nextLink"));
  EXPECT_EQ(get("/Observations?$top=0&$count=true")["@iot.count"], huairou_hours + 3);
  // Over all datastreams, in order of time, oldest and newest.
  EXPECT_EQ(get("/Observations?$orderby=phenomenonTime&$top=1")["value"][0]["result"], 7.5);
  EXPECT_EQ(get("/Observations?$orderby=resultTime%20desc&$top=1")["value"][0]["result"], 955'000);
  const json things =
      get("/Things?$orderby=properties/type%20desc,properties/id&$select=properties");
  EXPECT_EQ(things["value"][0]["properties"]["id"], "air:aotizhongxin");
  EXPECT_EQ(things["value"][3]["properties"]["id"], "513401");
}

TEST_F(Sta, ExpandSelectAndDataArray) {
  const json thing =
      get("/Things('air:huairou')?$select=name&$expand=Datastreams($select=name;$expand="
          "Observations($top=1;$orderby=phenomenonTime%20desc;$select=result),ObservedProperty),"
          "Locations");
  EXPECT_EQ(thing.size(), 3U);
  ASSERT_EQ(thing["Datastreams"].size(), 2U);
  EXPECT_EQ(thing["Datastreams"][0]["Observations"], json::parse(R"([{"result":999}])"));
  EXPECT_EQ(thing["Datastreams"][0]["ObservedProperty"]["name"], "pm25");
  const std::string next = thing["Datastreams"][0]["Observations@iot.nextLink"];
  const json more = get(next.substr(std::string("http://h/sta/v1.1").size()));
  EXPECT_EQ(more["value"], json::parse(R"([{"result":998}])"));
  const json path =
      get("/Things('air:huairou')?$expand=Datastreams/ObservedProperty,"
          "Datastreams/Sensor");
  EXPECT_EQ(path["Datastreams"][1]["ObservedProperty"]["name"], "raining");
  EXPECT_TRUE(path["Datastreams"][1].contains("Sensor"));
  EXPECT_FALSE(path.contains("Datastreams@iot.navigationLink"));
  EXPECT_TRUE(path.contains("Locations@iot.navigationLink"));
  const json array =
      get("/Datastreams('air:huairou:pm25')/Observations?$resultFormat=dataArray"
          "&$top=2&$select=id,phenomenonTime,result&$count=true");
  EXPECT_EQ(array["@iot.count"], huairou_hours);
  EXPECT_EQ(array["value"][0]["components"], json::parse(R"(["id","phenomenonTime","result"])"));
  EXPECT_EQ(array["value"][0]["dataArray@iot.count"], 2);
  EXPECT_EQ(array["value"][0]["dataArray"][1][1], "2017-01-01T01:00:00Z");
}

TEST_F(Sta, SaysWhatIsWrongAndWhere) {
  EXPECT_NE(message("/Things?$filter=" + percent_encode("nmae eq 'x'")).find("'name'"),
            std::string::npos);
  EXPECT_NE(message("/Things?$filter=" + percent_encode("startwith(name,'x')")).find("startswith"),
            std::string::npos);
  EXPECT_NE(message("/Things?$filter=" + percent_encode("length(name,'x') eq 1")).find("1 arg"),
            std::string::npos);
  EXPECT_NE(message("/Things?$filter=" + percent_encode("name eq 5")).find("single quotes"),
            std::string::npos);
  EXPECT_NE(message("/Observations?$filter=" + percent_encode("phenomenonTime gt 5")).find("time"),
            std::string::npos);
  EXPECT_NE(message("/Things?$filter=" + percent_encode("name eq 'x")).find("closing quote"),
            std::string::npos);
  EXPECT_NE(message("/Things?$top=-1").find("query:$top"), std::string::npos);
  EXPECT_NE(message("/Things?$filter=" + percent_encode("Datastreams/Observations/result add "
                                                        "Datastreams/Observations/result eq 5"))
                .find("one operand"),
            std::string::npos);
  message("/Things?$top=x");
  message("/Things?$count=maybe");
  message("/Things?$nonsense=1");
  message("/Things?$select=nonsense");
  message("/Things?$expand=Nonsense");
  message("/Things?$expand=Datastreams($top=1");
  message("/Things?$resultFormat=dataArray");
  message("/Things?$orderby=nonsense");
  message("/Things?$top=1&$top=2");
  message("/Things('air:huairou')?$top=1");
  message("/Things?$filter=" + percent_encode(std::string(5'000, '(') + "1"));
  const Response post = ask("/Things", "POST");
  EXPECT_EQ(post.status, 405);
  EXPECT_EQ(post.headers.at(0).value, "GET, HEAD");
}

}  // namespace
}  // namespace cairn::server::sta
