// SPDX-License-Identifier: Apache-2.0
#include "app/simulate_deploy.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "core/csv.hpp"
#include "core/text.hpp"
#include "model/memory_files.hpp"
#include "model/simulated.hpp"

namespace cairn::app {
namespace {

model::FileMap folders() {
  return {
      {"w/regions/r/region.yaml",
       "id: r\nlabel: {zh: 区, en: Zone}\nmembers: ['5134']\nrequires: []\n"
       "time_zone: '+08:00'\ndivisions: divisions.csv\nthings: [villages.csv]\n"
       "sources: SOURCES.md\n"},
      {"w/regions/r/SOURCES.md",
       "| key | files | origin | licence |\n|---|---|---|---|\n| `s` | all | made up | ours |\n"},
      {"w/regions/r/divisions.csv",
       "code,name_zh,name_en,level,parent,valid_from,valid_to,successor,aliases,lon,lat,"
       "estimated,source\n51,四川省,Sichuan,province,,,,,,,,,s\n"
       "5134,凉山州,Liangshan,prefecture,51,,,,,102.5,27,false,s\n"
       "513401,西昌市,Xichang,county,5134,,,,,102.5,27.5,false,s\n"
       "513401001,镇,Town,town,513401,,,,,,,false,s\n"
       "513401001001,甲村,A,village,513401001,,,,,,,false,s\n"
       "513401001002,乙村,B,village,513401001,,,,,,,false,s\n"},
      {"w/regions/r/villages.csv",
       "id,type,region,name_zh,lon,lat\n513401001002,village,513401001002,乙村,102.6,27.6\n"
       "513401001001,village,513401001001,甲村,102.4,27.4\n"},
      {"w/packs/p/pack.yaml",
       "pack: p\nlabel: {zh: 包, en: Pack}\ntypes:\n"
       "  village:\n    label: {zh: 村, en: Village}\n"
       "  gauge:\n    label: {zh: 站, en: Gauge}\n    properties:\n"
       "      rain: {label: {zh: 雨, en: Rain}, unit: mm, series: true}\n"
       "      wet: {label: {zh: 湿, en: Wet}, unit: '%', series: true}\n"
       "      kind: {label: {zh: 类, en: Kind}, kind: text}\n"
       "      high: {label: {zh: 高, en: High}, unit: m}\n"
       "  tower:\n    label: {zh: 塔, en: Tower}\n    properties:\n"
       "      wind: {label: {zh: 风, en: Wind}, unit: m/s, series: true}\n"
       "  office:\n    label: {zh: 局, en: Office}\n    properties:\n"
       "      revenue: {label: {zh: 收, en: Revenue}, unit: 亿元, period: year}\n"
       "things: [things.csv]\nseries:\n"
       "  - simulate: slope_water\n    thing: g\n    from: 2024-07-01\n    to: 2024-07-02\n"
       "    every: 1h\n    with: {rain_rate: 4}\n    columns: {rain: rain, soil_water: wet}\n"},
      {"w/packs/p/things.csv", "id,type,region,kind,high\ng,gauge,513401,\"a, b\",3.5\n"},
  };
}

model::Workspace workspace() {
  Problems problems;
  auto out = model::load_workspace(model::MemoryFiles(folders()), {"w", "r"}, problems);
  for (const Error& error : problems.errors) ADD_FAILURE() << to_string(error);
  EXPECT_TRUE(out.has_value());
  return std::move(*out);
}

std::vector<std::vector<std::string>> cells(const std::string& csv) {
  std::vector<std::vector<std::string>> out;
  CsvReader reader(csv);
  for (;;) {
    auto record = reader.next();
    if (!record || !*record) return out;
    out.push_back((*record)->fields);
  }
}

TEST(SimulateDeploy, SpreadsObservedTypesOverVillages) {
  const auto deployment = make_deployment(workspace(), 1001);
  ASSERT_TRUE(deployment.has_value());
  EXPECT_EQ(deployment->types,
            (std::vector<std::pair<std::string, std::size_t>>{{"gauge", 501}, {"tower", 500}}))
      << "an office's statistic is not observed";
  EXPECT_EQ(deployment->villages, 2u);
  const auto rows = cells(deployment->things_csv);
  ASSERT_EQ(rows.size(), 1002u);
  EXPECT_EQ(join(rows[0], ","),
            "id,type,region,name_zh,name_en,lon,lat,status,estimated,source,high,kind");
  EXPECT_EQ(rows[1],
            (std::vector<std::string>{"sim:gauge:1", "gauge", "513401001001", "甲村站（模拟）1",
                                      "Gauge 1 (simulated)", "102.400000", "27.400000", "live",
                                      "true", "simulated/deployment", "3.5", "a, b"}));
  const auto devices = cells(deployment->devices_csv);
  ASSERT_EQ(devices.size(), 1002u);
  EXPECT_EQ(join(devices[502], ","), "http,sim-tower-1,sim:tower:1,simulated,1min,true");
  std::set<std::string> places;
  std::map<std::string, int> villages;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    EXPECT_TRUE(places.insert(rows[i][5] + " " + rows[i][6]).second || i > 512) << i;
    ++villages[rows[i][2]];
    const double lat = rows[i][2] == "513401001001" ? 27.4 : 27.6;
    const double lon = rows[i][2] == "513401001001" ? 102.4 : 102.6;
    const double north_m = (*parse_number(rows[i][6]) - lat) * 111320;
    const double east_m = (*parse_number(rows[i][5]) - lon) * 111320 * std::cos(lat / 57.29578);
    EXPECT_LT(std::hypot(north_m, east_m), 961) << "within a kilometre of its village";
    EXPECT_TRUE(model::is_simulated_source(rows[i][9]));
  }
  EXPECT_EQ(villages["513401001001"], 501);
  EXPECT_EQ(villages["513401001002"], 500);
}

TEST(SimulateDeploy, FeedsWhatThePacksSeriesSay) {
  const auto scripts = make_scripts(workspace());
  ASSERT_EQ(scripts.size(), 1u) << "nobody knows what a tower says";
  EXPECT_EQ(scripts[0].type, "gauge");
  EXPECT_EQ(scripts[0].rows.properties, (std::vector<std::string>{"rain", "wet"}));
  ASSERT_EQ(scripts[0].rows.rows.size(), 24u);
  const auto deployment = make_deployment(workspace(), 8);
  const auto things = fed_things(deployment->things_csv, scripts);
  ASSERT_TRUE(things.has_value());
  ASSERT_EQ(things->size(), 4u);
  EXPECT_EQ((*things)[0].begin, 0u);
  EXPECT_EQ((*things)[3].id, "sim:gauge:4");
  EXPECT_EQ((*things)[3].begin, 18u);
  const auto said = [&](std::size_t row) {
    const auto& values = scripts[0].rows.rows[row].values;
    return format(R"({{"n":"sim:gauge:4/rain","v":{}}},{{"n":"sim:gauge:4/wet","v":{}}})",
                  number_text(*values[0]), number_text(*values[1]));
  };
  std::string out = "[";
  append_senml(out, (*things)[3], scripts[0], 2);
  EXPECT_EQ(out, "[" + said(20));
  append_senml(out, (*things)[3], scripts[0], 7);
  EXPECT_EQ(out, "[" + said(20) + "," + said(1)) << "it begins again";
}

TEST(SimulateDeploy, SaysWhatIsMissing) {
  model::FileMap bare = folders();
  bare["w/regions/r/villages.csv"] = "id,type,region\n";
  Problems problems;
  const auto loaded = model::load_workspace(model::MemoryFiles(bare), {"w", "r"}, problems);
  ASSERT_TRUE(loaded.has_value());
  EXPECT_EQ(make_deployment(*loaded, 10).error().message,
            "the region has no village with a position");
  EXPECT_FALSE(fed_things("", {}).has_value());
  EXPECT_FALSE(fed_things("a,b\n1,2\n", {}).has_value());
}

}  // namespace
}  // namespace cairn::app
