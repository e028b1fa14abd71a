// SPDX-License-Identifier: Apache-2.0
// A view on a small world: a prefecture of two counties, four sites, one of them with a series.
#pragma once

#include <memory>
#include <string>

#include "model/memory_files.hpp"
#include "watch/view.hpp"
#include "watch/world.hpp"

namespace cairn::watch {

inline model::FileMap view_workspace() {
  return {
      {"w/regions/r/region.yaml",
       "id: r\nlabel: {zh: 区, en: Region}\nmembers: ['5134']\nrequires: []\n"
       "time_zone: '+08:00'\ndivisions: divisions.csv\nboundaries: boundaries.geojson\n"
       "things: [things.csv]\nsources: SOURCES.md\n"},
      {"w/regions/r/divisions.csv",
       "code,name_zh,name_en,level,parent,valid_from,valid_to,successor,aliases,lon,lat,"
       "estimated,source\n"
       "51,四川省,Sichuan,province,,,,,,,,,s\n"
       "5134,凉山州,Liangshan,prefecture,51,,,,,,,,s\n"
       "513401,西昌市,Xichang,county,5134,,,,,102.5,27.5,false,s\n"
       "513402,会理市,Huili,county,5134,2021-01-01,,,513425,102.5,26.5,false,s\n"},
      {"w/regions/r/boundaries.geojson",
       R"({"type":"FeatureCollection","features":[
       {"type":"Feature","properties":{"code":"513401"},"geometry":{"type":"Polygon",
        "coordinates":[[[102,27],[103,27],[103,28],[102,28],[102,27]]]}},
       {"type":"Feature","properties":{"code":"513402"},"geometry":{"type":"Polygon",
        "coordinates":[[[102,26],[103,26],[103,27],[102,27],[102,26]]]}}]})"},
      {"w/regions/r/things.csv",
       "id,type,region,name_zh,name_en,lon,lat,status,valid_from,valid_to,estimated,source,"
       "height_m\n"
       "a,site,513401,甲,North Mast,102.4,27.4,live,,,true,s,30\n"
       "b,site,513401,,,102.6,27.6,live,2019-01-01,2022-01-01,false,s,40\n"
       "c,site,513402,,,102.5,26.5,planned,,,false,s,\n"
       "d,site,513402,,,102.5,26.6,retired,,,false,s,20\n"},
      {"w/regions/r/SOURCES.md",
       "# Sources\n\n| key | files | origin | licence |\n|---|---|---|---|\n"
       "| `s` | all | made for this test | Apache-2.0 |\n"},
      {"w/packs/p/pack.yaml",
       "pack: p\nversion: 1\nlabel: {zh: 包, en: Pack}\nsummary: {zh: 包, en: Pack}\ntypes:\n"
       "  site:\n    label: {zh: 站, en: Site}\n    properties:\n"
       "      height_m: {label: {zh: 高, en: Height}, unit: m}\n"
       "      load: {label: {zh: 荷, en: Load}, unit: kW, series: true, max_age: 3h}\n"
       "      double: {label: {zh: 倍, en: Double}, unit: cm, formula: height_m * 2}\n"
       "indicators:\n"
       "  sites: {label: {zh: 站, en: Sites}, formula: count(site), unit: '1'}\n"
       "  mean_height: {label: {zh: 高, en: Height}, formula: avg(height_m of site), unit: m, "
       "levels: [county]}\n"},
  };
}

// Six hourly loads of site a on the first of June 2021: 1 to 6 kW.
inline model::Records view_observations() {
  model::Records out;
  for (int hour = 1; hour <= 6; ++hour) {
    const Instant t = *parse_instant("2021-06-01T00:00:00+08:00") + hour * 3600 * ns_per_second;
    out.observations.push_back({"a", "load", {t, t}, double(hour), false, ""});
  }
  return out;
}

// With a sum over its sites and a rule.
inline model::FileMap overload_workspace() {
  auto files = view_workspace();
  files["w/packs/p/pack.yaml"] +=
      "  load_sum: {label: {zh: 荷, en: Load}, formula: sum(load of site), unit: kW}\n"
      "rules:\n"
      "  overload:\n"
      "    label: {zh: 过荷, en: Overload}\n"
      "    type: site\n"
      "    when: load > 10 kW\n"
      "    clear: load < 8 kW\n"
      "    severity: Severe\n"
      "    urgency: Immediate\n"
      "    certainty: Observed\n"
      "    text: {zh: 查, en: Look}\n";
  return files;
}

class TestView {
 public:
  TestView()
      : world_(*load_world(model::MemoryFiles(view_workspace()), {.root = "w", .home = "r"},
                           view_observations())),
        evaluator_(world_->library, world_->snapshot) {}

  View at(std::string_view date) {
    return {world_->workspace, world_->library, world_->snapshot, evaluator_,
            *parse_as_of(date, world_->workspace.zone)};
  }
  const model::RegionTree& regions() const { return *world_->snapshot.regions; }
  model::RegionIndex region(std::string_view code) const { return regions().find(code); }
  const Problems& problems() const { return world_->problems; }

 private:
  std::shared_ptr<const World> world_;  // shared: as load_world gives it
  formula::Evaluator evaluator_;
};

}  // namespace cairn::watch
