// SPDX-License-Identifier: Apache-2.0
// What an import changes in the world: over a small workspace in memory.
#include "watch/world.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "model/memory_files.hpp"

namespace cairn::watch {
namespace {

using model::Life;
using model::Records;
using model::Table;
using model::Thing;

// Two counties with an estimated village and two estimated sites each.
model::FileMap small_workspace() {
  return {
      {"w/regions/r/region.yaml",
       "id: r\nlabel: {zh: 区, en: Region}\nmembers: ['5134']\nrequires: []\n"
       "time_zone: '+08:00'\ndivisions: divisions.csv\nboundaries: boundaries.geojson\n"
       "statistics: [statistics.csv]\nthings: [things.csv]\nsources: SOURCES.md\n"},
      {"w/regions/r/divisions.csv",
       "code,name_zh,name_en,level,parent,valid_from,valid_to,successor,aliases,lon,lat,"
       "estimated,source\n"
       "51,四川省,Sichuan,province,,,,,,,,,s\n"
       "5134,凉山州,Liangshan,prefecture,51,,,,,,,,s\n"
       "513401,西昌市,Xichang,county,5134,,,,,102.5,27.5,false,s\n"
       "513402,会理市,Huili,county,5134,,,,513425,102.5,26.5,false,s\n"
       "513401001,北城,Beicheng,town,513401,,,,,,,,s\n"
       "513401001001,一村,First,village,513401001,,,,,102.4,27.4,true,s\n"},
      {"w/regions/r/boundaries.geojson",
       R"({"type":"FeatureCollection","features":[
       {"type":"Feature","properties":{"code":"513401"},"geometry":{"type":"Polygon",
        "coordinates":[[[102,27],[103,27],[103,28],[102,28],[102,27]]]}},
       {"type":"Feature","properties":{"code":"513402"},"geometry":{"type":"Polygon",
        "coordinates":[[[102,26],[103,26],[103,27],[102,27],[102,26]]]}}]})"},
      {"w/regions/r/statistics.csv",
       "region,property,period,value,unit,source,estimated\n"
       "513401,population,2020,955000,{person},s,false\n"},
      {"w/regions/r/things.csv",
       "id,type,region,name_zh,name_en,lon,lat,status,valid_from,valid_to,estimated,source,"
       "height_m,population\n"
       "e1,site,513401001001,,,102.4,27.4,live,,,true,s,30,\n"
       "e2,site,513401,,,102.6,27.6,live,,,true,s,30,\n"
       "real,site,513401,,,102.7,27.7,live,,,false,s,40,\n"
       "f1,site,513402,,,102.5,26.5,live,,,true,s,30,\n"
       "513401001001,village,,,,,,live,,,true,s,,900\n"},
      {"w/regions/r/SOURCES.md",
       "# Sources\n\n| key | files | origin | licence |\n|---|---|---|---|\n"
       "| `s` | all | made for this test | Apache-2.0 |\n"},
      {"w/packs/p/pack.yaml",
       "pack: p\nversion: 1\nlabel: {zh: 包, en: Pack}\nsummary: {zh: 包, en: Pack}\ntypes:\n"
       "  county:\n    label: {zh: 县, en: County}\n    properties:\n"
       "      population: {label: {zh: 人口, en: People}, unit: '{person}', kind: integer, "
       "period: year}\n"
       "  village:\n    label: {zh: 村, en: Village}\n    properties:\n"
       "      population: {label: {zh: 人口, en: People}, unit: '{person}', kind: integer}\n"
       "  site:\n    label: {zh: 站, en: Site}\n    properties:\n"
       "      height_m: {label: {zh: 高, en: Height}, unit: m, kind: number}\n"},
  };
}

std::shared_ptr<const World> world_with(const Records& imported) {
  const model::MemoryFiles files(small_workspace());
  const auto world = load_world(files, {.root = "w", .home = "r"}, imported);
  EXPECT_TRUE(world) << to_string(world.error());
  return world ? *world : nullptr;
}

Thing site(std::string id, std::string region) {
  Thing out;
  out.id = std::move(id);
  out.type = "site";
  out.region = std::move(region);
  out.properties = {{"height_m", model::Value{50.0}}};
  return out;
}

std::vector<std::string> ids(const World& world, std::string_view type) {
  std::vector<std::string> out = world.snapshot.table(type)->ids;
  std::sort(out.begin(), out.end());
  return out;
}
using Strings = std::vector<std::string>;

TEST(World, LoadsWithoutAMistake) {
  const auto world = world_with({});
  ASSERT_NE(world, nullptr);
  for (const Error& error : world->problems.errors) ADD_FAILURE() << to_string(error);
  EXPECT_EQ(ids(*world, "site"), (Strings{"e1", "e2", "f1", "real"}));
}

TEST(World, OwnSitesTakeThePlaceOfTheEstimatedOnesOfTheirCounty) {
  // The region is named more exactly than the estimates', the county is the same.
  const auto world = world_with({{site("own", "513401001")}, {}, {}});
  EXPECT_EQ(ids(*world, "site"), (Strings{"f1", "own", "real"}));
  EXPECT_TRUE(world->problems.ok());
}

TEST(World, AnAliasNamesTheSameCounty) {
  const auto world = world_with({{site("own", "513425")}, {}, {}});
  EXPECT_EQ(ids(*world, "site"), (Strings{"e1", "e2", "own", "real"}));
}

TEST(World, EstimatedAddedAndPlannedSitesReplaceNothing) {
  Thing estimated = site("guess", "513401");
  estimated.estimated = true;
  Thing beside = site("more", "513402");
  beside.beside_estimated = true;
  Thing planned = site("plan", "513402");
  planned.status = Life::planned;
  const auto world = world_with({{estimated, beside, planned}, {}, {}});
  EXPECT_EQ(ids(*world, "site"), (Strings{"e1", "e2", "f1", "guess", "more", "plan", "real"}));
}

TEST(World, ASiteOfTheSameIdIsReplacedAlsoWhenItWasReal) {
  Thing again = site("real", "513401");
  again.beside_estimated = true;
  const auto world = world_with({{again}, {}, {}});
  EXPECT_EQ(ids(*world, "site"), (Strings{"e1", "e2", "f1", "real"}));
  const Table& table = *world->snapshot.table("site");
  const std::uint32_t row = table.rows_by_id.find("real")->second;
  EXPECT_EQ(table.columns[0].numbers[row], 50);
  EXPECT_TRUE(world->problems.ok());
}

TEST(World, AVillageGetsItsSurveyedPositionAndFigures) {
  const auto before = world_with({});
  const Table& old = *before->snapshot.table("village");
  ASSERT_EQ(old.size(), 1u);
  EXPECT_EQ(old.position_estimated[0], 1);
  EXPECT_EQ(old.columns[0].numbers[0], 900);
  ASSERT_FALSE(old.columns[0].estimated.empty());
  EXPECT_EQ(old.columns[0].estimated[0], 1);
  Thing village;
  village.id = "513401001001";
  village.type = "village";
  village.region = village.id;
  village.position = geo::Point{102.41, 27.43};
  village.properties = {{"population", model::Value{1234.0}}};
  const auto world = world_with({{village}, {}, {}});
  const Table& table = *world->snapshot.table("village");
  ASSERT_EQ(table.size(), 1u);
  EXPECT_EQ(table.position[0], (geo::Point{102.41, 27.43}));
  EXPECT_EQ(table.position_estimated[0], 0);
  EXPECT_EQ(table.columns[0].numbers[0], 1234);
  EXPECT_TRUE(table.columns[0].estimated.empty() || table.columns[0].estimated[0] == 0);
  // Sites are another type: the village replaces none.
  EXPECT_EQ(ids(*world, "site").size(), 4u);
}

TEST(World, AnImportedStatisticOfTheSamePeriodCounts) {
  model::Statistic own;
  own.region = "513401";
  own.property = "population";
  own.period = *parse_period("2020", Zone{8 * 3600});
  own.value = 96;
  own.unit = "万人";
  const auto world = world_with({{}, {}, {own}});
  const Table& table = *world->snapshot.table("county");
  const std::uint32_t row = table.rows_by_id.find("513401")->second;
  const auto sample = world->snapshot.history->last(table.columns[0].series[row], Instant::max());
  ASSERT_TRUE(sample);
  EXPECT_EQ(sample->value, 960000);
}

TEST(World, ABadRecordIsAProblemAndTheRestStands) {
  const auto world = world_with({{site("own", "9999"), site("good", "513402")}, {}, {}});
  EXPECT_EQ(ids(*world, "site"), (Strings{"e1", "e2", "good", "real"}));
  ASSERT_EQ(world->problems.errors.size(), 1u);
  EXPECT_NE(world->problems.errors[0].message.find("'9999'"), std::string::npos);
}

TEST(World, AnUnknownProposalSuggestsANearOne) {
  const auto world = world_with({});
  EXPECT_TRUE(world->with_proposal(""));
  EXPECT_EQ(world->with_proposal("none").error().code, Code::not_found);
}

}  // namespace
}  // namespace cairn::watch
