// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "core/text.hpp"
#include "server/api.hpp"
#include "server/detail/render.hpp"
#include "server/inquiry.hpp"
#include "server/map_data.hpp"
#include "watch/regions.hpp"

namespace cairn::server {
namespace {

constexpr const char* tile_type = "application/vnd.mapbox-vector-tile";

Json background_json(const BackgroundLayer& layer) {
  static const std::pair<std::string_view, Label> labels[] = {
      {"boundaries", {"行政区界", "Boundaries"}},
      {"rivers", {"河流", "Rivers"}},
      {"places", {"地名", "Places"}}};
  Label label{layer.id, layer.id};
  for (const auto& [id, text] : labels) {
    if (id == layer.id) label = text;
  }
  return {{"id", layer.id},
          {"pack", nullptr},
          {"label", json_label(label)},
          {"tiles", format("/v1/tiles/{}/{{z}}/{{x}}/{{y}}.mvt", layer.id)},
          {"source_layers", layer.source_layers},
          {"geometry", layer.geometry},
          {"type", nullptr},
          {"min_zoom", 0},
          {"max_zoom", codec::tile_max_zoom},
          {"count", layer.count},
          {"estimated_count", layer.estimated},
          {"symbol", nullptr},
          {"colour_by", nullptr},
          {"colour_by_label", nullptr},
          {"unit", nullptr},
          {"domain", nullptr}};
}

Response list_layers(const Call& call) {
  Inquiry in(call);
  if (!in.ready()) return in.refusal();
  const watch::View& view = in.view();
  Json layers = Json::array();
  for (const BackgroundLayer& layer : in.state().map->background()) {
    layers.push_back(background_json(layer));
  }
  // One a type: the first that colours by something, else the first.
  std::set<std::string> done;
  for (const bool coloured : {true, false}) {
    for (const model::LayerDef& layer : view.catalog().layers) {
      if (layer.colour_by.empty() == coloured || !done.insert(layer.type).second) continue;
      layers.push_back(layer_json(view, in.state(), layer, in.map_key()));
    }
  }
  const auto box = watch::region_box(view.workspace, view.regions().find(view.workspace.home));
  return json_response({{"bbox", box_json(box ? *box : geo::Box{-180, -85, 180, 85})},
                        {"layers", std::move(layers)}});
}

std::optional<codec::TileId> read_tile(const Call& call) {
  const auto z = parse_integer(call.path("z"));
  const auto x = parse_integer(call.path("x"));
  const auto y = parse_integer(call.path("y"));
  if (!z || !x || !y || *z < 0 || *z > codec::tile_max_zoom) return std::nullopt;
  if (*x < 0 || *y < 0 || *x > UINT32_MAX || *y > UINT32_MAX) return std::nullopt;
  const codec::TileId id{static_cast<int>(*z), static_cast<std::uint32_t>(*x),
                         static_cast<std::uint32_t>(*y)};
  return codec::is_valid(id) ? std::optional(id) : std::nullopt;
}

Response no_tile() {
  return problem(400, format("there is no such tile: z is 0 to {}, x and y are 0 to 2^z − 1",
                             codec::tile_max_zoom));
}

Response tile_response(std::shared_ptr<const std::string> tile) {
  Response out;
  if (tile->empty()) {
    out.status = 204;
    out.headers.push_back({"Cache-Control", "no-cache"});
    return out;
  }
  out.type = tile_type;
  out.shared_body = std::move(tile);
  return out;
}

Response get_tile(const Call& call) {
  Inquiry in(call);
  if (!in.ready()) return in.refusal();
  const auto id = read_tile(call);
  if (!id) return no_tile();
  auto tile = in.state().map->background_tile(call.path("layer"), *id);
  if (!tile) {
    return problem({Code::not_found,
                    format("there is no layer '{}'; there are boundaries, rivers, places and "
                           "things/<type>",
                           call.path("layer")),
                    "path:layer"});
  }
  return tile_response(std::move(tile));
}

Response get_thing_tile(const Call& call) {
  Inquiry in(call);
  in.read_at();
  in.read_overlay();
  if (!in.ready()) return in.refusal();
  const auto id = read_tile(call);
  if (!id) return no_tile();
  auto tile = in.state().map->thing_tile(in.view(), call.path("type"), in.map_key(), *id);
  if (!tile) {
    return problem({Code::not_found, format("no pack declares the type '{}'", call.path("type")),
                    "path:type"});
  }
  return tile_response(std::move(tile));
}

}  // namespace

void add_map_routes(Router& router) {
  router.add({"GET", "/v1/layers", Access::read, 0, list_layers});
  router.add({"GET", "/v1/tiles/{layer}/{z}/{x}/{y}.mvt", Access::read, 0, get_tile});
  router.add({"GET", "/v1/tiles/things/{type}/{z}/{x}/{y}.mvt", Access::read, 0, get_thing_tile});
}

}  // namespace cairn::server
