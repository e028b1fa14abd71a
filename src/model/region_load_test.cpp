// SPDX-License-Identifier: Apache-2.0
#include "model/region_load.hpp"

#include <gtest/gtest.h>

#include "model/memory_files.hpp"

namespace cairn::model {
namespace {

constexpr const char* yaml = R"(id: demo
label: {zh: 示范区, en: Demo}
members: ['5134']
time_zone: '+08:00'
divisions: divisions.csv
boundaries: boundaries.geojson
statistics: [statistics.csv]
things: [things.csv]
layers: {rivers: rivers.geojson}
plan: plan.yaml
sources: SOURCES.md
)";

constexpr const char* divisions =
    "code,name_zh,name_en,level,parent,valid_from,valid_to,successor,aliases,lon,lat,estimated,"
    "source\n"
    "513402,会理市,Huili City,county,5134,,,,513425;513499,102.2,26.6,false,nbs\n"
    "5134,凉山州,Liangshan,prefecture,,,,,,,,false,nbs\n"
    "513402003,古城街道,,town,513402,2019-12-01,,,,102.24,26.66,true,nbs\n";

constexpr const char* boundaries = R"({"type":"FeatureCollection","features":[
  {"type":"Feature","properties":{"code":"513402"},"geometry":{"type":"Polygon",
   "coordinates":[[[102,26],[103,26],[103,27],[102,27],[102,26]]]}}]})";

constexpr const char* sources =
    "# Sources\n\n| key | files | origin | licence |\n|---|---|---|---|\n"
    "| `nbs` | divisions.csv | a \\| b | CC0 |\n"
    "| `ne` | rivers.geojson | Natural Earth | public domain |\n";

std::map<std::string, std::string> folder() {
  return {
      {"r/demo/region.yaml", yaml},
      {"r/demo/divisions.csv", divisions},
      {"r/demo/boundaries.geojson", boundaries},
      {"r/demo/statistics.csv",
       "region,property,period,value,unit,source,estimated\n"
       "513402,population,2020,390531,{person},nbs,false\n"},
      {"r/demo/things.csv", "id,type,region,source\na,mast,513402,nbs\n"},
      {"r/demo/rivers.geojson",
       R"({"type":"Feature","properties":{"name_zh":"金沙江","rank":2},"geometry":
          {"type":"LineString","coordinates":[[102,26],[102.5,26.5]]}})"},
      {"r/demo/plan.yaml", "plan: demo\n"},
      {"r/demo/SOURCES.md", sources},
  };
}

Problems problems_with(const std::string& file, const std::string& content) {
  auto files = folder();
  files["r/demo/" + file] = content;
  Problems problems;
  const auto read = load_region_folder(MemoryFiles(files), "r/demo", problems);
  if (!read) problems.errors.push_back(read.error());
  return problems;
}

TEST(RegionLoad, ReadsAWholeFolder) {
  Problems problems;
  const auto read = load_region_folder(MemoryFiles(folder()), "r/demo", problems);
  ASSERT_TRUE(read) << to_string(read.error());
  ASSERT_TRUE(problems.ok()) << to_string(problems.errors[0]);
  EXPECT_EQ(read->id, "demo");
  EXPECT_EQ(read->label.zh, "示范区");
  EXPECT_EQ(read->members, std::vector<std::string>{"5134"});
  EXPECT_EQ(read->zone.offset_s, 8 * 3600);
  ASSERT_EQ(read->divisions.size(), 3u);
  EXPECT_EQ(read->divisions[0].first.code, "5134") << "parents stand first";
  const Region& county = read->divisions[1].first;
  EXPECT_EQ(county.aliases, (std::vector<std::string>{"513425", "513499"}));
  EXPECT_EQ(county.position, (geo::Point{102.2, 26.6}));
  EXPECT_EQ(county.source, "regions/demo/nbs");
  EXPECT_EQ(county.place, "r/demo/divisions.csv:2");
  EXPECT_EQ(read->divisions[1].second, "5134");
  const Region& town = read->divisions[2].first;
  EXPECT_TRUE(town.estimated);
  EXPECT_EQ(to_string(town.valid.begin, read->zone), "2019-12-01T00:00:00+08:00");
  ASSERT_EQ(read->boundaries.size(), 1u);
  EXPECT_EQ(read->boundaries[0].first, "513402");
  ASSERT_EQ(read->records.statistics.size(), 1u);
  EXPECT_EQ(read->records.statistics[0].source, "regions/demo/nbs");
  ASSERT_EQ(read->records.things.size(), 1u);
  EXPECT_EQ(read->records.things[0].source, "regions/demo/nbs");
  ASSERT_EQ(read->layers.size(), 1u);
  EXPECT_EQ(read->layers[0].id, "rivers");
  EXPECT_EQ(read->layers[0].region, "demo");
  EXPECT_EQ(read->layers[0].source, "regions/demo/ne");
  ASSERT_EQ(read->layers[0].features.size(), 1u);
  EXPECT_EQ(read->layers[0].features[0].properties[0].second, Value{std::string("金沙江")});
  EXPECT_EQ(read->plan_file, "r/demo/plan.yaml");
}

TEST(RegionLoad, ReliefIsNamedByFolderAndFile) {
  auto files = folder();
  files["r/demo/fine.tif"] = "x";
  files["r/demo/region.yaml"] =
      std::string(yaml) + "terrain: {dem: [fine.tif, none], cell_m: 90}\n";
  Problems problems;
  const auto loaded = load_region_folder(MemoryFiles(files), "r/demo", problems);
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(loaded->terrain, (RegionTerrain{{"r/demo/fine.tif"}, 90}));
  ASSERT_EQ(problems.errors.size(), 1u);
  EXPECT_EQ(problems.errors[0].place, "r/demo/region.yaml:12:10");
  EXPECT_NE(problems.errors[0].message.find("r/demo/none"), std::string::npos);
  files["r/demo/region.yaml"] = std::string(yaml) + "terrain: {dem: [fine.tif], cell_m: 0.1}\n";
  problems = {};
  EXPECT_EQ(load_region_folder(MemoryFiles(files), "r/demo", problems)->terrain.cell_m, 30);
  ASSERT_EQ(problems.errors.size(), 1u);
  EXPECT_NE(problems.errors[0].message.find("'cell_m' must be"), std::string::npos);
}

TEST(RegionLoad, ParsesTablesOfSources) {
  const auto read = parse_sources(sources, "regions/demo");
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0], (SourceDef{"regions/demo/nbs", "divisions.csv", "a | b", "CC0"}));
}

TEST(RegionLoad, ReportsMissingFilesAndGoesOn) {
  auto files = folder();
  files.erase("r/demo/rivers.geojson");
  files.erase("r/demo/plan.yaml");
  Problems problems;
  const auto read = load_region_folder(MemoryFiles(files), "r/demo", problems);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->divisions.size(), 3u);
  EXPECT_TRUE(read->plan_file.empty());
  ASSERT_EQ(problems.errors.size(), 2u);
  EXPECT_EQ(problems.errors[0].place, "r/demo/rivers.geojson");
  EXPECT_EQ(problems.errors[1].message, "there is no file r/demo/plan.yaml");
}

TEST(RegionLoad, AFolderWithoutAnIdCannotBeUsed) {
  const auto problems = problems_with("region.yaml", "id: '1 2'\nlabel: x\n");
  EXPECT_NE(problems.errors.back().message.find("a region needs an `id`"), std::string::npos);
}

TEST(RegionLoad, SuggestsForUnknownKeys) {
  const auto problems = problems_with("region.yaml", std::string(yaml) + "boundary: x\n");
  ASSERT_EQ(problems.errors.size(), 1u);
  EXPECT_TRUE(problems.errors[0].place.starts_with("r/demo/region.yaml:12:"));
  EXPECT_NE(problems.errors[0].message.find("boundar"), std::string::npos);
}

TEST(RegionLoad, ReportsDivisionsThatDoNotRead) {
  const auto problems = problems_with("divisions.csv",
                                      "code,name_zh,level,parent\n"
                                      "5134,凉山州,prefecture,\n"
                                      "51342,会理,county,5134\n"
                                      "513403,会理,hamlet,5134\n");
  ASSERT_EQ(problems.errors.size(), 2u);
  EXPECT_EQ(to_string(problems.errors[0]),
            "r/demo/divisions.csv:3: the code of a county has 6 digits, not '51342'");
  EXPECT_EQ(problems.errors[1].place, "r/demo/divisions.csv:4");
}

TEST(RegionLoad, ReportsRegionsThatAreTheirOwnAncestors) {
  const auto problems = problems_with("divisions.csv",
                                      "code,name_zh,level,parent\n"
                                      "5134,甲,prefecture,513401\n"
                                      "513401,乙,county,5134\n"
                                      "513401001,丙,town,513401\n");
  ASSERT_EQ(problems.errors.size(), 2u);
  EXPECT_EQ(to_string(problems.errors[0]),
            "r/demo/divisions.csv:2: region 5134 is its own ancestor by way of its parent 513401");
  EXPECT_EQ(problems.errors[1].place, "r/demo/divisions.csv:3");
}

TEST(RegionLoad, ReportsSourcesThatNobodyExplains) {
  const auto problems = problems_with("things.csv",
                                      "id,type,source\na,mast,nbs\nb,mast,hearsay\n"
                                      "c,mast,hearsay\n");
  ASSERT_EQ(problems.errors.size(), 1u) << "once a file";
  EXPECT_EQ(to_string(problems.errors[0]),
            "r/demo/things.csv:3: the source 'hearsay' is not in the SOURCES.md of r/demo");
}

TEST(RegionLoad, ReportsBoundariesWithoutCodeOrArea) {
  const auto problems = problems_with("boundaries.geojson", R"({"type":"FeatureCollection",
    "features":[{"type":"Feature","properties":{"code":"513402"},
                 "geometry":{"type":"Point","coordinates":[102,26]}}]})");
  ASSERT_EQ(problems.errors.size(), 1u);
  EXPECT_EQ(problems.errors[0].place, "r/demo/boundaries.geojson#/features/0");
}

}  // namespace
}  // namespace cairn::model
