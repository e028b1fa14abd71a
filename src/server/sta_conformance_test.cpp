// SPDX-License-Identifier: Apache-2.0
// Walks the conformance classes of OGC 18-088 over the repository's own regions and packs: A.1
// (reading entities, properties and resource paths) and A.2 (query options on every set).
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "core/text.hpp"
#include "server/query.hpp"
#include "server/sta.hpp"
#include "server/test_world.hpp"

namespace cairn::server::sta {
namespace {

using nlohmann::json;

const std::string root = "http://here:8080/sta/v1.1";

struct SetFacts {
  std::vector<std::string> properties;  // mandatory by the standard
  std::vector<std::string> relations;   // navigation links
};
const std::map<std::string, SetFacts> facts{
    {"Things", {{"name", "description"}, {"Locations", "HistoricalLocations", "Datastreams"}}},
    {"Locations",
     {{"name", "description", "encodingType", "location"}, {"Things", "HistoricalLocations"}}},
    {"HistoricalLocations", {{"time"}, {"Thing", "Locations"}}},
    {"Datastreams",
     {{"name", "description", "unitOfMeasurement", "observationType"},
      {"Thing", "Sensor", "ObservedProperty", "Observations"}}},
    {"Sensors", {{"name", "description", "encodingType", "metadata"}, {"Datastreams"}}},
    {"ObservedProperties", {{"name", "definition", "description"}, {"Datastreams"}}},
    {"Observations",
     {{"phenomenonTime", "result", "resultTime"}, {"Datastream", "FeatureOfInterest"}}},
    {"FeaturesOfInterest", {{"name", "description", "encodingType", "feature"}, {"Observations"}}}};
const std::map<std::string, std::string> set_of_relation{
    {"Thing", "Things"},
    {"Sensor", "Sensors"},
    {"ObservedProperty", "ObservedProperties"},
    {"Datastream", "Datastreams"},
    {"FeatureOfInterest", "FeaturesOfInterest"}};

class StaConformance : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    service_ = std::make_unique<Service>(test_world().snapshot, test_date());
  }
  static void TearDownTestSuite() { service_.reset(); }

  static Response ask(const std::string& url) {
    Request request;
    const std::string target = url.starts_with(root) ? url.substr(root.size()) : url;
    const std::size_t mark = target.find('?');
    request.path = "/sta/v1.1" + target.substr(0, mark);
    if (mark != std::string::npos) request.query = target.substr(mark + 1);
    return service_->answer(request, "/sta/v1.1", "http://here:8080", test_date());
  }
  static json get(const std::string& url) {
    const Response response = ask(url);
    EXPECT_EQ(response.status, 200) << url << ": " << response.body.substr(0, 300);
    return json::parse(response.body, nullptr, false);
  }

  static void check_entity(const std::string& set, const json& entity) {
    EXPECT_TRUE(entity.contains("@iot.id")) << set;
    EXPECT_TRUE(entity.contains("@iot.selfLink")) << set;
    for (const std::string& name : facts.at(set).properties) {
      EXPECT_TRUE(entity.contains(name) && !entity[name].is_null()) << set << ' ' << name;
    }
    for (const std::string& name : facts.at(set).relations) {
      EXPECT_TRUE(entity.contains(name + "@iot.navigationLink")) << set << ' ' << name;
    }
  }

  // Every relation of the first entity of a list, four levels deep.
  static void walk(const std::string& path, const std::string& set, int level) {
    const json list = get(path);
    ASSERT_FALSE(list["value"].empty()) << path;
    const json refs = get(path + "/$ref?$top=2");
    for (const json& ref : refs["value"]) {
      EXPECT_TRUE(ref.contains("@iot.selfLink") && ref.size() == 1) << path;
    }
    if (level == 4) return;
    const json& id = list["value"][0]["@iot.id"];
    ASSERT_TRUE(id.is_number_integer()) << path;
    const std::string entity = path + "(" + id.dump() + ")";
    for (const std::string& relation : facts.at(set).relations) {
      if (set_of_relation.contains(relation)) {
        check_entity(set_of_relation.at(relation), get(entity + "/" + relation));
        get(entity + "/" + relation + "/$ref");
      } else {
        walk(entity + "/" + relation, relation, level + 1);
      }
    }
  }

  static std::unique_ptr<Service> service_;
};
std::unique_ptr<Service> StaConformance::service_;

TEST_F(StaConformance, RootLeadsToEverySet) {
  const json list = get("")["value"];
  ASSERT_EQ(list.size(), facts.size());
  for (const json& set : list) {
    EXPECT_TRUE(facts.contains(set["name"]));
    EXPECT_EQ(set["url"], root + "/" + set["name"].get<std::string>());
  }
}

TEST_F(StaConformance, EntitiesAndTheirProperties) {
  for (const auto& [set, fact] : facts) {
    const json list = get("/" + set);
    ASSERT_GE(list["value"].size(), 2U) << set;
    for (const json& entity : list["value"]) check_entity(set, entity);
    const json& first = list["value"][0];
    const std::string one = "/" + set + "(" + first["@iot.id"].dump() + ")";
    EXPECT_EQ(get(one), first);
    for (const std::string& name : fact.properties) {
      const json property = get(one + "/" + name);
      EXPECT_EQ(property.size(), 1U) << set << ' ' << name;
      EXPECT_EQ(property[name], first[name]) << set << ' ' << name;
      const Response raw = ask(one + "/" + name + "/$value");
      EXPECT_EQ(raw.status, 200) << set << ' ' << name;
      EXPECT_EQ(raw.body.starts_with("{"), first[name].is_object()) << set << ' ' << name;
    }
    EXPECT_EQ(ask("/" + set + "(9223372036854775807)").status, 404) << set;
    EXPECT_EQ(ask(one + "/nonsense").status, 404) << set;
  }
}

TEST_F(StaConformance, ResourcePathsFourLevelsDeep) {
  for (const auto& [set, fact] : facts) walk("/" + set, set, 1);
}

TEST_F(StaConformance, SelectAndExpand) {
  for (const auto& [set, fact] : facts) {
    for (const std::string& name : fact.properties) {
      for (const json& entity : get("/" + set + "?$top=3&$select=" + name)["value"]) {
        EXPECT_EQ(entity.size(), 1U) << set;
        EXPECT_TRUE(entity.contains(name)) << set;
      }
    }
    const std::string all = join(fact.relations, ",");
    for (const json& entity : get("/" + set + "?$top=3&$expand=" + all)["value"]) {
      for (const std::string& relation : fact.relations) {
        EXPECT_TRUE(entity.contains(relation)) << set << ' ' << relation;
        EXPECT_FALSE(entity.contains(relation + "@iot.navigationLink")) << set << ' ' << relation;
      }
    }
    for (const std::string& relation : fact.relations) {
      const std::string next =
          set_of_relation.contains(relation) ? set_of_relation.at(relation) : relation;
      const std::string second = facts.at(next).relations[0];
      const json deep = get("/" + set + "?$top=1&$expand=" + relation + "/" + second)["value"][0];
      const json& inner = deep[relation].is_array() ? deep[relation][0] : deep[relation];
      EXPECT_TRUE(inner.contains(second)) << set << ' ' << relation << ' ' << second;
    }
  }
}

TEST_F(StaConformance, OrderByEveryProperty) {
  for (const auto& [set, fact] : facts) {
    for (const std::string& name : fact.properties) {
      if (name == "unitOfMeasurement") continue;
      for (const char* direction : {"", "%20asc", "%20desc"}) {
        const std::string url = "/" + set + "?$top=50&$orderby=" + name + direction;
        const json list = get(url)["value"];
        for (std::size_t i = 1; i < list.size(); ++i) {
          const bool down = std::string(direction) == "%20desc";
          const json& a = list[down ? i : i - 1][name];
          const json& b = list[down ? i - 1 : i][name];
          if (name == "result" && a.type() != b.type()) continue;
          EXPECT_FALSE(b.is_object() ? b.dump() < a.dump() : b < a) << url << ' ' << a << ' ' << b;
        }
      }
    }
  }
}

TEST_F(StaConformance, TopSkipCountMeet) {
  for (const auto& [set, fact] : facts) {
    const json all = get("/" + set + "?$count=true&$top=0");
    const std::size_t count = all["@iot.count"];
    EXPECT_TRUE(all["value"].empty());
    const json list = get("/" + set + "?$top=4");
    const json rest = get("/" + set + "?$top=2&$skip=2");
    ASSERT_GE(count, 4U) << set;
    EXPECT_EQ(list["value"][2], rest["value"][0]) << set;
    EXPECT_EQ(list["value"][3], rest["value"][1]) << set;
    EXPECT_EQ(list.contains("@iot.nextLink"), count > 4) << set;
    EXPECT_EQ(get(format("/{}?$skip={}", set, count - 1))["value"].size(), 1U) << set;
    EXPECT_TRUE(get(format("/{}?$skip={}", set, count))["value"].empty()) << set;
    if (list.contains("@iot.nextLink")) {
      EXPECT_EQ(get(list["@iot.nextLink"])["value"].size(), std::min<std::size_t>(4, count - 4));
    }
  }
}

// lt, le, eq, ne, ge and gt of a property divide every set as its values do.
TEST_F(StaConformance, ComparisonsDivideEverySet) {
  const auto count = [](const std::string& set, const std::string& filter) -> std::size_t {
    return get("/" + set + "?$count=true&$top=0&$filter=" + percent_encode(filter))["@iot.count"];
  };
  for (const auto& [set, fact] : facts) {
    const std::size_t total = get("/" + set + "?$count=true&$top=0")["@iot.count"];
    const json first = get("/" + set + "?$top=1&$skip=1")["value"][0];
    for (const std::string& name : fact.properties) {
      if (first[name].is_object()) continue;
      std::string value = first[name].dump();
      if (first[name].is_string()) {
        value.clear();
        for (const char c : first[name].get<std::string>())
          value += c == '\'' ? "''" : std::string(1, c);
        const bool time = name == "time" || name.ends_with("Time");
        value = time ? value : "'" + value + "'";
      }
      const std::size_t equal = count(set, name + " eq " + value);
      EXPECT_GE(equal, 1U) << set << ' ' << name << ' ' << value;
      EXPECT_EQ(count(set, name + " ne " + value), total - equal) << set << ' ' << name;
      EXPECT_EQ(count(set, "not (" + name + " eq " + value + ")"), total - equal) << set << name;
      if (name == "phenomenonTime" || name == "result") continue;  // intervals may overlap; kinds
      const std::size_t less = count(set, name + " lt " + value);
      const std::size_t greater = count(set, name + " gt " + value);
      EXPECT_EQ(less + equal + greater, total) << set << ' ' << name << ' ' << value;
      EXPECT_EQ(count(set, name + " le " + value), less + equal) << set << ' ' << name;
      EXPECT_EQ(count(set, name + " ge " + value), greater + equal) << set << ' ' << name;
    }
  }
}

TEST_F(StaConformance, EveryObservationIsFoundByItsNumber) {
  const json list = get("/Observations?$top=10000&$skip=20000&$select=id,result,phenomenonTime");
  for (std::size_t i = 0; i < list["value"].size(); i += 97) {
    const json& o = list["value"][i];
    ASSERT_TRUE(o["@iot.id"].is_number_integer());
    EXPECT_EQ(get("/Observations(" + o["@iot.id"].dump() + ")?$select=id,result,phenomenonTime"),
              o);
  }
}

}  // namespace
}  // namespace cairn::server::sta
