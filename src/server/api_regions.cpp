// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "server/api.hpp"
#include "server/detail/plan_json.hpp"
#include "server/detail/render.hpp"
#include "server/inquiry.hpp"
#include "server/map_data.hpp"
#include "watch/regions.hpp"

namespace cairn::server {
namespace {

using model::RegionIndex;

constexpr std::size_t page_standard = 500;
constexpr std::size_t page_most = 5000;

Response list_regions(const Call& call) {
  Inquiry in(call);
  in.read_at();
  watch::RegionFilter filter;
  filter.level = in.level("level");
  filter.parent = in.region_or_none("parent");
  filter.text = in.params.text_or("q", "");
  const Page page = in.page(page_standard, page_most);
  if (!in.ready()) return in.refusal();
  const model::RegionTree& regions = in.view().regions();
  const auto found = watch::find_regions(regions, filter, in.as_of());
  Json list = Json::array();
  const std::size_t end = std::min(found.size(), page.offset + page.limit);
  for (std::size_t i = page.offset; i < end; ++i) {
    list.push_back(region_json(regions, found[i], in.as_of()));
  }
  return json_response(
      {{"regions", std::move(list)},
       {"total", found.size()},
       {"next_cursor", end < found.size() ? Json(std::to_string(end)) : Json(nullptr)}});
}

Response get_region(const Call& call) {
  Inquiry in(call);
  in.read_at();
  const RegionIndex index = in.region_of(call.path("code"), "path:code");
  if (!in.ready()) return in.refusal();
  const model::RegionTree& regions = in.view().regions();
  const model::Region& region = regions[index];
  Json out = region_json(regions, index, in.as_of());
  out["aliases"] = region.aliases;
  out["valid_from"] = valid_from_json(region.valid, in.zone());
  out["valid_to"] = valid_to_json(region.valid, in.zone());
  out["bbox"] = box_json(watch::region_box(in.view().workspace, index));
  Json ancestors = Json::array();
  for (const RegionIndex i : watch::path_to(regions, index)) {
    ancestors.push_back(region_ref(regions, i));
  }
  out["ancestors"] = std::move(ancestors);
  Json children = Json::array();
  for (const RegionIndex i : watch::find_regions(regions, {{}, index, {}}, in.as_of())) {
    children.push_back(region_json(regions, i, in.as_of()));
  }
  out["children"] = std::move(children);
  out["plan"] = nullptr;
  for (const model::Plan& plan : in.view().workspace.plans) {
    if (regions.find(plan.region) == index) out["plan"] = plan.id;
  }
  out["source"] = json_text_or_null(region.source);
  return json_response(out);
}

Response indicators_of_region(const Call& call) {
  Inquiry in(call);
  in.read_at();
  in.read_overlay();
  const RegionIndex index = in.region_of(call.path("code"), "path:code");
  if (!in.ready()) return in.refusal();
  const watch::View& view = in.view();
  const auto results = in.state().plan_results(view, in.overlay(), in.state_key());
  Json list = Json::array();
  for (const model::IndicatorDef& def : view.catalog().indicators) {
    if (!watch::makes_sense(def, view.regions()[index].level)) continue;
    const auto rows = watch::values(view, def.id, index, std::nullopt);
    if (!rows) continue;  // it did not compile: reported when the pack was loaded
    Json item = row_json(rows->rows.front(), rows->unit, view);
    add_target(item, target_of(view, results, def, index), rows->unit);
    for (const char* member : {"region", "level", "position"}) item.erase(member);
    item["id"] = def.id;
    item["pack"] = def.pack;
    item["label"] = json_label(def.label);
    item["better"] = better_word(def.better);
    item["digits"] = digits_json(def.digits);
    list.push_back(std::move(item));
  }
  return json_response({{"region", region_ref(view.regions(), index)},
                        {"at", in.at_text()},
                        {"overlay", overlay_json(in.overlay())},
                        {"indicators", std::move(list)}});
}

// Of the present, with many things, from the shelf.
Response get_region_indicators(const Call& call) {
  if (!call.state->generation || !call.query.empty()) return indicators_of_region(call);
  AnswerShelf& shelf = call.state->map->answers();
  const std::string& code = call.path("code");
  const std::int64_t began = steady_ms();
  if (auto kept = shelf.find(code, began)) {
    Response out;
    out.type = "application/json";
    out.body = std::move(*kept);
    return out;
  }
  Response out = indicators_of_region(call);
  if (out.status == 200) shelf.put(code, out.body, steady_ms() - began, steady_ms());
  return out;
}

}  // namespace

std::string region_indicators(std::shared_ptr<const State> state, Instant now,
                              const std::string& code) {
  const Request request;
  Call call{.request = request,
            .captures = {{"code", code}},
            .query = {},
            .state = std::move(state),
            .today = now};
  return indicators_of_region(call).body;
}

void add_region_routes(Router& router) {
  router.add({"GET", "/v1/regions", Access::read, 0, list_regions});
  router.add({"GET", "/v1/regions/{code}", Access::read, 0, get_region});
  router.add({"GET", "/v1/regions/{code}/indicators", Access::read, 0, get_region_indicators});
}

}  // namespace cairn::server
