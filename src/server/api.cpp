// SPDX-License-Identifier: Apache-2.0
// What the server says of itself, and the list of all chapters.
#include "server/api.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "model/simulated.hpp"
#include "server/detail/render.hpp"
#include "server/inquiry.hpp"
#include "server/ogc_routes.hpp"
#include "server/service.hpp"

namespace cairn::server {
namespace {

constexpr const char* version = "0.1.0";

Json demonstration(const State& state) {
  bool elsewhere = false;
  const auto& sources = state.base->snapshot().sources;
  bool simulated = std::any_of(sources.begin(), sources.end(), model::is_simulated_source);
  for (const model::PackDef& pack : state.workspace->catalog->packs) {
    for (const model::SeriesFile& file : pack.series) {
      elsewhere |= file.elsewhere;
      simulated |= file.simulated.has_value();
    }
  }
  Label text;
  if (state.counts.estimated) {
    text.zh = "部分村点、站址等为估计值，均已逐项标注。";
    text.en = "Some positions (villages, sites) are estimates and marked as such.";
  }
  if (elsewhere) {
    text.zh += "部分监测数据为其他地区的公开实测序列回放。";
    text.en += text.en.empty() ? "" : " ";
    text.en += "Some series are replays of public measurements made elsewhere.";
  }
  if (simulated) {
    text.zh += "部分监测数据由模拟设备生成，均已标注。";
    text.en += text.en.empty() ? "" : " ";
    text.en += "Some series come from simulated devices and are marked as such.";
  }
  return json_label_or_null(text);
}

Response get_status(const Call& call, const Service& service) {
  Inquiry in(call);
  if (!in.ready()) return in.refusal();
  const State& state = *call.state;
  const model::Workspace& workspace = *state.workspace;
  const model::RegionTree& regions = *workspace.regions;
  Json zones = Json::array();
  for (model::RegionIndex i = 0; i < regions.size(); ++i) {
    if (regions[i].level == model::Level::zone) zones.push_back(region_ref(regions, i));
  }
  const Zone zone = workspace.zone;
  return json_response(
      {{"name", "Cairn"},
       {"version", version},
       {"home", region_ref(regions, regions.find(workspace.home))},
       {"regions", std::move(zones)},
       {"as_of", in.at_text()},
       {"data_from",
        state.data_from ? Json(to_string(date_of(*state.data_from, zone))) : Json(nullptr)},
       {"data_to", state.data_to ? Json(date_text(*state.data_to, zone)) : Json(nullptr)},
       {"languages", Json::array({"zh", "en"})},
       {"writable", service.writable()},
       {"counts",
        {{"regions", regions.size()},
         {"things", state.counts.things},
         {"observations", state.counts.observations},
         {"statistics", state.counts.statistics},
         {"indicators", workspace.catalog->indicators.size()},
         {"claims", state.counts.claims},
         {"packs", workspace.catalog->packs.size()},
         {"plans", workspace.plans.size()}}},
       {"demonstration", demonstration(state)},
       {"started_at", to_string(service.started_at(), zone)}});
}

}  // namespace

void add_status_routes(Router& router, Service& service) {
  router.add({"GET", "/healthz", Access::open, 0, [](const Call&) {
                return json_response({{"status", "ok"}});
              }});
  router.add({"GET", "/v1/status", Access::read, 0,
              [&service](const Call& call) { return get_status(call, service); }});
}

void add_api_routes(Router& router, Service& service) {
  add_status_routes(router, service);
  add_region_routes(router);
  add_indicator_routes(router);
  add_formula_routes(router);
  add_pack_routes(router);
  add_plan_routes(router);
  add_thing_routes(router);
  add_map_routes(router);
  add_radio_routes(router);
  add_coverage_village_routes(router);
  add_live_routes(router, service);
  add_alert_routes(router, service);
  add_standard_routes(router, service.clock());
}

}  // namespace cairn::server
