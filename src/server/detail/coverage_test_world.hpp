// SPDX-License-Identifier: Apache-2.0
// A small mountain country for tests: two counties, a ridge from north to south between them at
// 102.5 degrees, stations west of it, villages on both sides.
#pragma once

#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "core/text.hpp"
#include "geo/terrain_prepare.hpp"
#include "model/memory_files.hpp"
#include "server/api.hpp"
#include "server/coverage_desk.hpp"
#include "server/detail/test_service.hpp"

namespace cairn::server::detail {

class TestFolder {
 public:
  TestFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "cairn-cover-XXXXXX").string();
    path_ = mkdtemp(name.data());
  }
  ~TestFolder() { std::filesystem::remove_all(path_); }
  TestFolder(const TestFolder&) = delete;
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// 1,000 m, and a ridge that is 900 m higher and 2 km wide; 300 m between heights.
inline Result<geo::PreparedTerrain> ridge_terrain(const TestFolder& folder) {
  constexpr int columns = 240;
  constexpr int rows = 240;
  constexpr double cell_deg = 0.0025;
  std::string asc = format("ncols {}\nnrows {}\nxllcorner 102.2\nyllcorner 26.7\ncellsize {}\n",
                           columns, rows, cell_deg);
  asc += "NODATA_value -9999\n";
  for (int row = 0; row < rows; ++row) {
    for (int column = 0; column < columns; ++column) {
      const double off_deg = 102.2 + (column + 0.5) * cell_deg - 102.5;
      const double height_m = 1000 + 900 * std::max(0.0, 1 - std::fabs(off_deg) / 0.01);
      asc += format("{} ", std::lround(height_m));
    }
    asc += '\n';
  }
  std::ofstream(folder / "ridge.asc") << asc;
  geo::TerrainRequest wish;
  wish.sources = {{folder / "ridge.asc", true, "made up"}};
  wish.area = {102.25, 26.75, 102.75, 27.25};
  wish.cell_m = 300;
  wish.label = "a ridge made up for tests";
  const std::string path = folder / "ridge.terrain";
  if (auto made = geo::prepare_terrain(wish, *serial_workers(), path); !made) {
    return fail(made.error());
  }
  return geo::PreparedTerrain::open(*system_files(), path);
}

// Hands out the relief and derives nothing: what villages have stands in their file.
class RidgeStudy final : public watch::Study {
 public:
  explicit RidgeStudy(geo::PreparedTerrain terrain) : terrain_(std::move(terrain)) {}
  model::Snapshot derive(const model::Workspace&, model::Snapshot registered, bool,
                         Problems&) const override {
    return registered;
  }
  const geo::PreparedTerrain* terrain() const override { return &terrain_; }

 private:
  geo::PreparedTerrain terrain_;
};

inline std::string test_band(const char* id, const char* technology, int mhz, const char* alias) {
  std::string out = format("  {}:\n    label: {{zh: 频段, en: Band {}}}\n    technology: {}\n", id,
                           id, technology);
  out += format("    aliases: [{}]\n    numbers:\n", alias);
  const std::pair<const char*, double> numbers[] = {{"downlink_mhz", mhz},
                                                    {"uplink_mhz", mhz - 55},
                                                    {"bandwidth_mhz", 20},
                                                    {"resource_blocks", 100},
                                                    {"power_dbm", 49},
                                                    {"antenna_gain_dbi", 15},
                                                    {"rsrp_threshold_dbm", -110},
                                                    {"horizontal_width_deg", 65},
                                                    {"vertical_width_deg", 10}};
  for (const auto& [name, value] : numbers) {
    out += format("      {}: {{value: {}, source: made for this test}}\n", name, value);
  }
  return out;
}

inline std::string coverage_pack() {
  return "pack: p\nversion: 1\nlabel: {zh: 包, en: Pack}\nsummary: {zh: 包, en: Pack}\nbands:\n" +
         test_band("n28", "5g", 700, "NR700") + test_band("b3", "4g", 1800, "LTE1800") +
         "types:\n"
         "  base_station:\n    label: {zh: 基站, en: Base station}\n    properties:\n"
         "      tech: {label: {zh: 制式, en: Technology}, kind: text}\n"
         "      band: {label: {zh: 频段, en: Band}, kind: text}\n"
         "      operator: {label: {zh: 运营商, en: Operator}, kind: text}\n"
         "      site: {label: {zh: 塔, en: Mast}, kind: text}\n"
         "      height_m: {label: {zh: 高, en: Height}, unit: m}\n"
         "  public_place:\n    label: {zh: 场所, en: Place}\n    properties:\n"
         "      kind: {label: {zh: 类, en: Kind}, kind: text}\n"
         "      households: {label: {zh: 户, en: Households}, unit: '{household}', kind: integer}\n"
         "  village:\n    label: {zh: 村, en: Village}\n    properties:\n"
         "      population: {label: {zh: 人口, en: People}, unit: '{person}', kind: integer}\n"
         "      has_5g: {label: {zh: 通, en: Has}, kind: boolean}\n"
         "      coverage_5g: {label: {zh: 覆盖, en: Covered}, kind: boolean}\n"
         "      rsrp_5g: {label: {zh: 功率, en: Level}, unit: dBm}\n"
         "      band_5g: {label: {zh: 频段, en: Band}, kind: text}\n"
         "      server_5g: {label: {zh: 站, en: Server}, kind: text}\n"
         "      reason_5g: {label: {zh: 原因, en: Reason}, kind: text}\n"
         "coverage:\n  of: village\n  stations: base_station\n  points: public_place\n"
         "  model: p1812\n  radius_km: 15\n  rules:\n    coverage_5g:\n"
         "      label: {zh: 通达, en: Reached}\n      technology: 5g\n"
         "      signal_at: [committee]\n      operators: any\n"
         "      quote: made for this test\n      source: s\n";
}

// Over the small workspace of the other tests: a pack with two bands, base stations and villages.
inline model::FileMap coverage_workspace() {
  model::FileMap files = small_workspace();
  files["w/regions/r/divisions.csv"] =
      "code,name_zh,name_en,level,parent,valid_from,valid_to,successor,aliases,lon,lat,"
      "estimated,source\n"
      "51,四川省,Sichuan,province,,,,,,,,,s\n"
      "5134,凉山州,Liangshan,prefecture,51,,,,,102.5,27,false,s\n"
      "513401,西昌市,Xichang,county,5134,,,,,102.4,27,false,s\n"
      "513402,会理市,Huili,county,5134,,,,,102.6,27,false,s\n"
      "513401100,一镇,One town,town,513401,,,,,102.4,27,true,s\n"
      "513402100,二镇,Two town,town,513402,,,,,102.6,27,true,s\n"
      "513401100001,西村,West,village,513401100,,,,,102.41,27.0,true,s\n"
      "513402100001,东村,East,village,513402100,,,,,102.56,27.0,true,s\n"
      "513402100002,远村,Far,village,513402100,,,,,102.69,26.81,true,s\n";
  files["w/regions/r/boundaries.geojson"] =
      R"({"type":"FeatureCollection","features":[
       {"type":"Feature","properties":{"code":"513401"},"geometry":{"type":"Polygon",
        "coordinates":[[[102.3,26.8],[102.5,26.8],[102.5,27.2],[102.3,27.2],[102.3,26.8]]]}},
       {"type":"Feature","properties":{"code":"513402"},"geometry":{"type":"Polygon",
        "coordinates":[[[102.5,26.8],[102.7,26.8],[102.7,27.2],[102.5,27.2],[102.5,26.8]]]}}]})";
  files["w/regions/r/statistics.csv"] = "region,property,period,value,unit,source,estimated\n";
  files["w/regions/r/things.csv"] =
      "id,type,region,name_zh,name_en,lon,lat,status,valid_from,valid_to,estimated,source,tech,"
      "band,operator,site,height_m\n"
      "b1,base_station,513401,,,102.4,27.0,live,,,true,s,5g,N28,mobile,west,30\n"
      "b2,base_station,513401,,,102.4,27.0,live,2020-01-01,,true,s,4g,B3,mobile,west,30\n"
      "b3,base_station,513401,,,102.42,27.1,live,,2021-01-01,true,s,4g,B3,unicom,north,\n"
      "b4,base_station,513402,,,110.0,27.0,live,,,true,s,5g,N28,mobile,away,30\n"
      "b5,base_station,513402,,,102.6,27.0,planned,,,true,s,5g,N28,mobile,east,30\n"
      "b6,base_station,513402,,,102.6,27.0,live,,,true,s,2g,GSM900,mobile,old,30\n";
  files["w/regions/r/villages.csv"] =
      "id,type,region,name_zh,name_en,lon,lat,status,valid_from,valid_to,estimated,source,"
      "population,has_5g,coverage_5g,rsrp_5g,band_5g,server_5g,reason_5g\n"
      "513401100001,village,513401100001,,,102.41,27.0,live,,,true,s,900,true,true,-70,n28,b1,\n"
      "513402100001,village,513402100001,,,102.56,27.0,live,,,true,s,400,true,false,-131,n28,b1,"
      "ridge\n"
      "513402100002,village,513402100002,,,102.69,26.81,live,,,true,s,60,false,,,,,\n";
  auto& region = files["w/regions/r/region.yaml"];
  region.replace(region.find("things.csv"), 10, "things.csv, villages.csv");
  region.erase(region.find("plan: plan.yaml\n"), 16);
  files.erase("w/regions/r/plan.yaml");
  files["w/packs/p/pack.yaml"] = coverage_pack();
  files["w/packs/p/SOURCES.md"] = files["w/regions/r/SOURCES.md"];
  files["w/proposals/more.csv"] =
      "id,type,region,name_zh,name_en,lon,lat,status,valid_from,valid_to,estimated,source,tech,"
      "band,operator,site,height_m\n"
      "n1,base_station,513402,,,102.58,27.0,planned,2021-01-01,,true,s,5g,N28,mobile,new,40\n";
  return files;
}

// A service over it, with the routes of radio and coverage.
class CoverageService {
 public:
  explicit CoverageService(bool with_terrain = true)
      : files_(coverage_workspace()),
        disk_(system_files()),
        clock_(*parse_instant("2022-06-30T10:00:00+08:00")) {
    std::shared_ptr<const watch::Study> study;
    if (with_terrain) {
      auto terrain = ridge_terrain(folder);
      if (!terrain) {
        failure = to_string(terrain.error());
        return;
      }
      study = std::make_shared<RidgeStudy>(std::move(*terrain));
    }
    auto world = watch::load_world(files_, {"w", "r"}, {}, study);
    if (!world) {
      failure = to_string(world.error());
      return;
    }
    for (const Error& error : (*world)->problems.errors) failure += to_string(error) + '\n';
    state = build_state(*world, {}, clock_.now());
    service_ = std::make_unique<Service>(ServiceOptions{}, clock_, files_, state);
    restart_desk();
  }
  ~CoverageService() {
    if (desk) desk->stop();
  }

  // As a new process over the same data directory.
  void restart_desk() {
    desk = std::make_unique<CoverageDesk>(*disk_, folder / "coverage");
    service_ = std::make_unique<Service>(ServiceOptions{}, clock_, files_, state);
    add_coverage_routes(service_->router(), *desk);
  }

  // Waits for answers that come late.
  Response ask(Request request) {
    if (const std::size_t mark = request.path.find('?'); mark != std::string::npos) {
      request.query = request.path.substr(mark + 1);
      request.path.resize(mark);
    }
    const Admission admission = service_->admit(request);
    if (const auto* refusal = std::get_if<Response>(&admission)) return *refusal;
    const auto answers = std::make_shared<Answers>();  // shared: as replies hold it
    service_->handle(std::move(request), Reply(answers, 1));
    for (int i = 0; i < 3000 && !answers->of(1); ++i) ::usleep(10'000);
    return answers->of(1).value_or(Response{.status = 0});
  }
  Response get(std::string path) { return ask({.method = "GET", .path = std::move(path)}); }
  Response post(std::string path, const Json& body) {
    return ask({.method = "POST",
                .path = std::move(path),
                .headers = {{"content-type", "application/json"}},
                .body = json_text(body)});
  }
  // The stations of a date under a proposal.
  Result<std::shared_ptr<const CoverageScene>> scene(const std::string& overlay = "",
                                                     const char* at = "2022-06-30") {
    auto overlaid = state->overlaid(overlay);
    if (!overlaid) return fail(overlaid.error());
    const Reading reading(state, *overlaid, *parse_as_of(at, state->workspace->zone));
    return desk->scene(state, reading.view(), overlay);
  }

  TestFolder folder;
  std::string failure;  // what of the workspace did not load
  std::shared_ptr<const State> state;
  std::unique_ptr<CoverageDesk> desk;

 private:
  model::MemoryFiles files_;
  std::unique_ptr<Files> disk_;
  FixedClock clock_;
  std::unique_ptr<Service> service_;
};

}  // namespace cairn::server::detail
