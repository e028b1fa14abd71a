// SPDX-License-Identifier: Apache-2.0
// A service over a small workspace in memory: two counties, three sites, a sensor, a plan, a
// proposal.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/memory_files.hpp"
#include "server/detail/json.hpp"
#include "server/reply.hpp"
#include "server/service.hpp"

namespace cairn::server::detail {

inline model::FileMap small_workspace() {
  return {
      {"w/regions/r/region.yaml",
       "id: r\nlabel: {zh: 示范区, en: Demo zone}\nmembers: ['5134']\nrequires: []\n"
       "time_zone: '+08:00'\ndivisions: divisions.csv\nboundaries: boundaries.geojson\n"
       "statistics: [statistics.csv]\nthings: [things.csv]\nplan: plan.yaml\n"
       "layers: {rivers: rivers.geojson}\nsources: SOURCES.md\n"},
      {"w/regions/r/divisions.csv",
       "code,name_zh,name_en,level,parent,valid_from,valid_to,successor,aliases,lon,lat,"
       "estimated,source\n"
       "51,四川省,Sichuan,province,,,,,,,,,s\n"
       "5134,凉山州,Liangshan,prefecture,51,,,,,102.5,27,false,s\n513401,西昌市,Xichang,"
       "county,5134,,,,,102.5,27.5,false,s\n"
       "513402,会理市,Huili,county,5134,,,,513425,102.5,26.5,false,s\n"},
      {"w/regions/r/boundaries.geojson",
       R"({"type":"FeatureCollection","features":[
       {"type":"Feature","properties":{"code":"513401"},"geometry":{"type":"Polygon",
        "coordinates":[[[102,27],[103,27],[103,28],[102,28],[102,27]]]}},
       {"type":"Feature","properties":{"code":"513402"},"geometry":{"type":"Polygon",
        "coordinates":[[[102,26],[103,26],[103,27],[102,27],[102,26]]]}}]})"},
      {"w/regions/r/rivers.geojson",
       R"({"type":"FeatureCollection","features":[{"type":"Feature",
       "properties":{"name_zh":"安宁河","name_en":"Anning","rank":2},
       "geometry":{"type":"LineString","coordinates":[[102.2,26.2],[102.6,27.6]]}}]})"},
      {"w/regions/r/statistics.csv",
       "region,property,period,value,unit,source,estimated\n513401,population,2020,955000,{person},"
       "s,false\n513402,population,2020,390000,{person},s,false\n"},
      {"w/regions/r/things.csv",
       "id,type,region,name_zh,name_en,lon,lat,status,valid_from,valid_to,estimated,source,"
       "height_m,kind\n"
       "s/1,site,513401,一号站,One,102.4,27.4,live,,,true,s,30,macro\n"
       "s2,site,513401,二号站,Two,102.6,27.6,live,2019-01-01,,false,s,40,micro\n"
       "s3,site,513402,三号站,Three,102.5,26.5,planned,,,false,s,,\n"},
      {"w/regions/r/SOURCES.md",
       "# Sources\n\n| key | files | origin | licence |\n|---|---|---|---|\n"
       "| `s` | all | made for this test | Apache-2.0 |\n"},
      {"w/regions/r/plan.txt", "站点数 1 4\n"},
      {"w/regions/r/plan.yaml",
       "plan: r\ntitle: {zh: 规划, en: Plan}\nissuer: {zh: 局, en: Bureau}\n"
       "period: [2021, 2025]\nregion: r\ntext: plan.txt\nclaims:\n"
       "  - id: sites\n    indicator: sites\n    region: r\n"
       "    label: {zh: 站点数, en: Sites}\n    unit: 个\n    place: table\n"
       "    baseline: {year: 2020, value: 1}\n    target: {year: 2025, value: 4}\n"
       "    better: higher\n    quotes: [{line: 1, text: 站点数 1 4}]\n"},
      {"w/packs/p/pack.yaml",
       "pack: p\nversion: 1\nlabel: {zh: 包, en: Pack}\nsummary: {zh: 包, en: Pack}\ntypes:\n"
       "  county:\n    label: {zh: 县, en: County}\n    properties:\n"
       "      population: {label: {zh: 人口, en: People}, unit: '{person}', kind: integer, "
       "period: year}\n"
       "  site:\n    label: {zh: 站, en: Site}\n    properties:\n"
       "      height_m: {label: {zh: 高, en: Height}, unit: m}\n"
       "      kind: {label: {zh: 类, en: Kind}, kind: text}\n"
       "      load: {label: {zh: 荷, en: Load}, unit: kW, series: true, max_age: 3h}\n"
       "      tall: {label: {zh: 倍, en: Double}, unit: m, formula: height_m * 2}\n"
       "indicators:\n"
       "  sites: {label: {zh: 站数, en: Sites}, formula: count(site), unit: '1', better: higher, "
       "digits: 0}\n"
       "  people: {label: {zh: 人口, en: People}, formula: sum(population of county), "
       "unit: '{person}', levels: [prefecture, county]}\n"
       "rules:\n"
       "  hot: {label: {zh: 热, en: Hot}, type: site, when: load > 1000 kW, for: 10m, severity: "
       "Severe, urgency: Immediate, certainty: Observed, text: {zh: 过载, en: Too much load}}\n"
       "layers:\n  - {type: site, label: {zh: 站, en: Sites}, colour_by: tall, symbol: square}\n"},
      {"w/proposals/more.yaml",
       "proposal: more\nlabel: {zh: 增, en: More}\nregion: r\nthings: [more.csv]\n"},
      {"w/proposals/more.csv",
       "id,type,region,name_zh,name_en,lon,lat,status,valid_from,valid_to,estimated,source\n"
       "n1,site,513402,,,102.5,26.6,planned,2021-01-01,,true,s\n"},
      {"web/index.html", "<!doctype html><title>console</title>"},
      {"web/assets/app-1a2b.js", std::string(2000, ';')},
  };
}

// Keeps what is answered.
class Answers final : public ReplySink {
 public:
  void answer(std::uint64_t ticket, Response response) override {
    const std::lock_guard lock(mutex_);
    given_[ticket] = std::move(response);
  }
  void abandon(std::uint64_t ticket) override { answer(ticket, {.status = 500}); }
  std::optional<Response> of(std::uint64_t ticket) const {
    const std::lock_guard lock(mutex_);
    const auto at = given_.find(ticket);
    return at == given_.end() ? std::nullopt : std::optional(at->second);
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::uint64_t, Response> given_;
};

class TestService {
 public:
  // `more`: further files, or others in the place of those of the small workspace.
  explicit TestService(ServiceOptions options = {"secret", false, "web"}, model::FileMap more = {})
      : files_(with_small_workspace(std::move(more))),
        clock_(*parse_instant("2022-06-30T10:00:00+08:00")) {
    auto world = watch::load_world(files_, {"w", "r"}, imported());
    if (!world) {
      failure = to_string(world.error());
      return;
    }
    for (const Error& error : (*world)->problems.errors) failure += to_string(error) + '\n';
    service_ = std::make_unique<Service>(std::move(options), clock_, files_,
                                         build_state(*world, imported(), clock_.now()));
  }

  Response ask(Request request) {
    if (const std::size_t mark = request.path.find('?'); mark != std::string::npos) {
      request.query = request.path.substr(mark + 1);
      request.path.resize(mark);
    }
    const Admission admission = service_->admit(request);
    if (const auto* refusal = std::get_if<Response>(&admission)) return *refusal;
    const auto answers = std::make_shared<Answers>();  // shared: as replies hold it
    service_->handle(std::move(request), Reply(answers, 1));
    return answers->of(1).value_or(Response{.status = 0});
  }
  Response get(std::string path, std::vector<Header> headers = {}) {
    return ask({.method = "GET", .path = std::move(path), .headers = std::move(headers)});
  }
  Json json(std::string path) { return Json::parse(get(std::move(path)).body); }

  Service& service() { return *service_; }
  FixedClock& clock() { return clock_; }

  std::string failure;  // what of the workspace did not load

 private:
  static model::FileMap with_small_workspace(model::FileMap more) {
    more.merge(small_workspace());
    return more;
  }
  // Two days of hourly load of one site.
  static model::Records imported() {
    model::Records out;
    const Instant first = *parse_instant("2022-06-28T00:00:00+08:00");
    for (int hour = 0; hour < 48; ++hour) {
      const Instant t = first + hour * 3600 * ns_per_second;
      out.observations.push_back({"s2", "load", {t, t}, 1.0 + hour, false, ""});
    }
    return out;
  }

  model::MemoryFiles files_;
  FixedClock clock_;
  std::unique_ptr<Service> service_;
};

}  // namespace cairn::server::detail
