// SPDX-License-Identifier: Apache-2.0
#include "model/response_load.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "model/memory_files.hpp"
#include "model/pack_load.hpp"
#include "model/workspace.hpp"

namespace cairn::model {
namespace {

const std::string pack_text = R"(pack: p
version: 1
label: {zh: 包, en: Pack}
types:
  gauge:
    label: {zh: 站, en: Gauge}
    properties:
      level: {label: {zh: 水位, en: Level}, unit: m, series: true}
      feed: {label: {zh: 电源, en: Feed}, kind: text}
rules:
  flood:
    label: {zh: 洪水, en: Flood}
    type: gauge
    when: 'level > 3 m'
    severity: Severe
    hazard: river
    incident: flood
    caused_by: [{rule: dam, same: county}]
    cap:
      category: Met
      event: {zh: 洪水, en: Flood}
      event_code: 11A01
      responses: [Avoid, Evacuate]
      instruction: {zh: 离开河道, en: Leave the river bed}
  dam:
    label: {zh: 坝, en: Dam}
    type: gauge
    when: 'level > 9 m'
response:
  workflows: [w.yaml]
  kinds:
    flood:
      label: {zh: 洪水, en: Flood}
      to: [water, emergency]
      category: Met
      citizens: true
)";
const std::string units_text =
    "id,region,kind,label_zh,label_en,desk,sample,contact\n"
    "a-water,5101,water,甲水利局,A Water,false,true,\n"
    "a1-desk,510101,desk,甲一指挥中心,A1 Desk,true,true,\n"
    "a-desk,5101,desk,甲指挥中心,A Desk,true,true,duty@a.example\n"
    "a1-fire,510101,fire,甲一消防,A1 Fire,false,true,\n";

FileMap workspace_files(const std::string& pack, const std::string& units) {
  return {{"r/regions/a/region.yaml",
           "id: a\nlabel: {zh: 甲, en: A}\nmembers: ['5101']\nrequires: []\n"
           "time_zone: '+08:00'\ndivisions: d.csv\nsources: S.md\nunits: [units.csv]\n"},
          {"r/regions/a/S.md",
           "| key | files | origin | licence |\n|---|---|---|---|\n"
           "| `s` | d.csv | own | Apache-2.0 |\n"},
          {"r/regions/a/d.csv",
           "code,name_zh,name_en,level,parent,valid_from,valid_to,successor,aliases,lon,lat,"
           "estimated,source\n51,省,P,province,,,,,,103,30,false,s\n"
           "5101,甲,A,prefecture,51,,,,,103,30,false,s\n"
           "510101,甲一,A1,county,5101,,,,,103,30,false,s\n"
           "510102,甲二,A2,county,5101,,,,,103,31,false,s\n"},
          {"r/regions/a/units.csv", units},
          {"r/packs/p/pack.yaml", pack},
          {"r/packs/p/w.yaml", "workflow: grid-event\n"}};
}

struct Loaded {
  Workspace workspace;
  Problems problems;
  bool complains(std::string_view place, std::string_view message) const {
    return std::any_of(problems.errors.begin(), problems.errors.end(), [&](const Error& e) {
      return e.place.find(place) != std::string::npos &&
             e.message.find(message) != std::string::npos;
    });
  }
};
Loaded load(const std::string& pack = pack_text, const std::string& units = units_text) {
  Loaded out;
  const MemoryFiles files(workspace_files(pack, units));
  auto workspace = load_workspace(files, {"r", "a"}, out.problems);
  EXPECT_TRUE(workspace);
  if (workspace) out.workspace = std::move(*workspace);
  return out;
}
std::string with(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(ResponseLoad, ReadsKindsUnitsAndWhatARuleSays) {
  const Loaded loaded = load();
  EXPECT_TRUE(loaded.problems.errors.empty())
      << (loaded.problems.errors.empty() ? "" : to_string(loaded.problems.errors[0]));
  const ResponseDef& response = loaded.workspace.response;
  ASSERT_EQ(response.kinds.size(), 1u);
  EXPECT_TRUE(response.kinds[0].citizens);
  ASSERT_EQ(response.units.size(), 4u);
  EXPECT_EQ(response.unit("a-desk")->contact, "duty@a.example");
  ASSERT_EQ(response.workflows.size(), 1u);
  EXPECT_EQ(response.workflows[0].path, "r/packs/p/w.yaml");
  const RuleResponse& rule = loaded.workspace.catalog->rules[0].response;
  EXPECT_EQ(rule.hazard, "river");
  EXPECT_EQ(rule.incident, "flood");
  EXPECT_EQ(rule.caused_by, (std::vector<CauseRef>{{"dam", "county"}}));
  EXPECT_EQ(rule.responses, (std::vector<std::string>{"Avoid", "Evacuate"}));
  EXPECT_EQ(rule.instruction.en, "Leave the river bed");
  EXPECT_TRUE(loaded.workspace.catalog->response.kinds.empty()) << "moved to the workspace";
}

TEST(ResponseLoad, TheUnitNearestAboveThePlaceAnswers) {
  const Loaded loaded = load();
  const ResponseDef& response = loaded.workspace.response;
  const RegionTree& regions = *loaded.workspace.regions;
  const auto water = route(response, regions, "flood", "510101");
  ASSERT_TRUE(water);
  EXPECT_EQ(water->unit, "a-water");
  EXPECT_FALSE(water->fallback);
  // Nobody is known for this kind: the nearest desk has it, and that is said.
  const auto desk = route(response, regions, "meteorite", "510101");
  ASSERT_TRUE(desk);
  EXPECT_EQ(desk->unit, "a1-desk");
  EXPECT_TRUE(desk->fallback);
  EXPECT_NE(desk->reason.zh.find("兜底"), std::string::npos);
  EXPECT_EQ(route(response, regions, "meteorite", "510102")->unit, "a-desk");
  EXPECT_EQ(route(response, regions, "meteorite", "no such place")->unit, "a1-desk");
  EXPECT_EQ(route({}, regions, "flood", "510101").error().code, Code::not_found);
}

TEST(ResponseLoad, MistakesHaveTheirPlace) {
  struct Broken {
    std::string_view from, to, place, message;
  };
  for (const Broken& broken : {
           Broken{"incident: flood", "incident: flod", "pack.yaml:12", "did you mean 'flood'"},
           Broken{"rule: dam", "rule: damn", "pack.yaml:12", "did you mean 'dam'"},
           Broken{"rule: dam", "rule: flood", "pack.yaml:12", "not its own cause"},
           Broken{"same: county", "same: colour", "pack.yaml:12", "a property of gauge"},
           Broken{"[Avoid, Evacuate]", "[Avoid, Run]", "pack.yaml:20", "must be one of"},
           Broken{"category: Met\n      event", "category: Wet\n      event", "pack.yaml:20",
                  "must be one of"},
           Broken{"to: [water, emergency]", "to: []", "pack.yaml:33", "needs `to`"},
           Broken{"[w.yaml]", "[v.yaml]", "v.yaml", "no such file"},
       }) {
    const Loaded loaded = load(with(pack_text, broken.from, broken.to));
    EXPECT_TRUE(loaded.complains(broken.place, broken.message))
        << broken.to << ": "
        << (loaded.problems.errors.empty() ? "no error" : to_string(loaded.problems.errors[0]));
  }
}

TEST(ResponseLoad, EveryCountyHasADeskAndEveryUnitARegion) {
  const Loaded none = load(pack_text, with(units_text, "A Desk,true", "A Desk,false"));
  EXPECT_TRUE(none.complains("d.csv:5", "no desk covers 甲二"));
  const Loaded lost = load(pack_text, with(units_text, "a-water,5101", "a-water,5109"));
  EXPECT_TRUE(lost.complains("units.csv:2", "a-water"));
  EXPECT_EQ(lost.workspace.response.unit("a-water"), nullptr);
  const Loaded twice = load(pack_text, with(units_text, "a1-fire", "a-desk"));
  EXPECT_TRUE(twice.complains("units.csv:5", "a-desk"));
}

// The shipped folders: whatever happens in the home region, a named unit has it.
TEST(ResponseLoad, PanxiAnswersForEveryKindEverywhere) {
  const auto files = system_files();
  Problems problems;
  const auto workspace = load_workspace(*files, {CAIRN_SOURCE_DIR, "panxi"}, problems);
  ASSERT_TRUE(workspace);
  const RegionTree& regions = *workspace->regions;
  const auto counties = regions.at_level(regions.find("panxi"), Level::county,
                                         Instant{1'800'000'000 * ns_per_second});
  EXPECT_EQ(counties.size(), 22u);
  ASSERT_FALSE(workspace->response.kinds.empty());
  for (const RegionIndex county : counties) {
    for (const IncidentKind& kind : workspace->response.kinds) {
      const auto way = route(workspace->response, regions, kind.id, regions[county].code);
      ASSERT_TRUE(way);
      const UnitDef* unit = workspace->response.unit(way->unit);
      ASSERT_NE(unit, nullptr);
      EXPECT_EQ(unit->region, regions[county].code) << kind.id;
      EXPECT_FALSE(way->fallback);
      EXPECT_TRUE(unit->sample);
    }
  }
}

}  // namespace
}  // namespace cairn::model
