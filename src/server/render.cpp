// SPDX-License-Identifier: Apache-2.0
#include "server/detail/render.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "model/simulated.hpp"
#include "server/inquiry.hpp"
#include "server/map_data.hpp"

namespace cairn::server {

using model::no_region;
using model::Region;
using model::RegionIndex;
using model::RegionTree;

Json region_ref(const RegionTree& regions, RegionIndex index) {
  if (index == no_region) return nullptr;
  const Region& region = regions[index];
  return {{"code", region.code},
          {"label", json_label(region.name)},
          {"level", model::to_string(region.level)}};
}

Json region_json(const RegionTree& regions, RegionIndex index, Instant as_of) {
  const Region& region = regions[index];
  Json out = region_ref(regions, index);
  out["parent"] = region.parent == no_region ? Json(nullptr) : Json(regions[region.parent].code);
  out["position"] = position_json(region.position);
  out["estimated"] = region.estimated;
  const auto children = regions.children(index);
  out["child_count"] = std::count_if(children.begin(), children.end(), [&](RegionIndex child) {
    return regions[child].valid_at(as_of - 1);
  });
  return out;
}

Json position_json(const std::optional<geo::Point>& position) {
  if (!position || std::isnan(position->x) || std::isnan(position->y)) return nullptr;
  return {{"lon", position->x}, {"lat", position->y}};
}

Json box_json(const std::optional<geo::Box>& box) {
  if (!box) return nullptr;
  return Json::array({box->min_x, box->min_y, box->max_x, box->max_y});
}

Json valid_from_json(Interval valid, Zone zone) {
  if (valid.begin == Instant::min()) return nullptr;
  return to_string(date_of(valid.begin, zone));
}

Json valid_to_json(Interval valid, Zone zone) {
  if (valid.end == Instant::max()) return nullptr;
  return date_text(valid.end, zone);
}

Json overlay_json(const std::string& overlay) {
  return json_text_or_null(overlay);
}

Json measure_json(const formula::Cell& cell, const Unit& unit, Zone zone) {
  Json out{{"value", json_number(cell.value)},
           {"unit", unit.text},
           {"reported", cell.reported},
           {"expected", cell.expected},
           {"estimated", cell.estimated},
           {"data_date", cell.data_time ? Json(date_text(*cell.data_time, zone)) : Json(nullptr)}};
  const std::string_view reason = watch::reason_word(cell);
  out["reason"] = reason.empty() ? Json(nullptr) : Json(std::string(reason));
  if (!reason.empty() && cell.reason != reason && !cell.reason.empty()) {
    out["reason_detail"] = cell.reason;
  }
  return out;
}

Json digits_json(int digits) {
  return digits < 0 ? Json(nullptr) : Json(digits);
}

std::string_view better_word(model::Better better) {
  switch (better) {
    case model::Better::higher:
      return "higher";
    case model::Better::lower:
      return "lower";
    case model::Better::neither:
      return "neither";
  }
  return "neither";
}

Json indicator_json(const model::IndicatorDef& indicator) {
  return {{"id", indicator.id},
          {"pack", indicator.pack},
          {"label", json_label(indicator.label)},
          {"formula", json_text_or_null(indicator.formula)},
          {"given", indicator.given},
          {"unit", indicator.unit.text},
          {"better", better_word(indicator.better)},
          {"digits", digits_json(indicator.digits)},
          {"levels", indicator.levels},
          {"note", json_label_or_null(indicator.note)}};
}

Json quote_json(const model::Quote& quote) {
  return {{"plan", quote.plan}, {"line", quote.line}, {"text", quote.text}};
}

Json source_json(const model::SourceDef& source) {
  // "regions/panxi/census2020" belongs to "region/panxi".
  std::string of = source.key.substr(0, source.key.rfind('/'));
  if (of.starts_with("regions/")) of = "region/" + of.substr(8);
  if (of.starts_with("packs/")) of = "pack/" + of.substr(6, of.find('/', 6) - 6);
  return {{"key", source.key},         {"of", of},
          {"files", source.files},     {"origin", source.origin},
          {"licence", source.licence}, {"simulated", model::is_simulated_source(source.key)}};
}

Json source_by_key(const model::Snapshot& snapshot, std::string_view key) {
  for (const auto* sources : {&snapshot.derived, &snapshot.catalog->sources}) {
    for (const model::SourceDef& source : *sources) {
      if (source.key == key) return source_json(source);
    }
  }
  return nullptr;
}

Json row_json(const watch::RegionCell& row, const Unit& unit, const watch::View& view) {
  const Region& region = view.regions()[row.region];
  Json out = measure_json(row.cell, unit, view.snapshot.zone);
  out["region"] = region.code;
  out["label"] = json_label(region.name);
  out["level"] = model::to_string(region.level);
  out["position"] = position_json(region.position);
  out["target"] = nullptr;
  out["gap"] = nullptr;
  out["status"] = nullptr;
  return out;
}

Json thing_summary(const watch::View& view, watch::ThingRef thing) {
  const model::Table& table = *view.snapshot.tables[thing.type];
  const std::uint32_t row = thing.row;
  const RegionIndex region = table.region[row];
  const std::uint16_t source = table.source[row];
  return {{"id", table.ids[row]},
          {"type", table.type->name},
          {"label", json_label(table.names[row])},
          {"region", region == no_region ? std::string() : view.regions()[region].code},
          {"position", position_json(table.position[row])},
          {"status", model::to_string(table.status[row])},
          {"valid_from", valid_from_json(table.valid[row], view.snapshot.zone)},
          {"valid_to", valid_to_json(table.valid[row], view.snapshot.zone)},
          {"estimated", table.estimated[row] != 0 || table.position_estimated[row] != 0},
          {"simulated", model::is_simulated_thing(view.catalog(), table.ids[row],
                                                  view.snapshot.sources[source])},
          {"source", source == 0 ? Json(nullptr) : Json(view.snapshot.sources[source])}};
}

Json series_origin(const watch::View& view, const model::SeriesFile& file) {
  Json columns = Json::array();
  for (const model::SeriesColumn& column : file.columns) columns.push_back(column.property);
  Json out{{"thing", file.thing},
           {"thing_label", json_label({file.thing, file.thing})},
           {"columns", std::move(columns)},
           {"origin", json_label(file.origin)},
           {"elsewhere", file.elsewhere},
           {"simulated", file.simulated.has_value()},
           {"from", nullptr},
           {"to", nullptr},
           {"count", 0}};
  const auto thing = watch::find_thing(view, file.thing);
  if (!thing) return out;
  const model::Table& table = *view.snapshot.tables[thing->type];
  if (!table.names[thing->row].empty()) out["thing_label"] = json_label(table.names[thing->row]);
  std::optional<Instant> first, last;
  std::size_t count = 0;
  for (const model::SeriesColumn& column : file.columns) {
    const int property = table.type->property_index(column.property);
    if (property < 0) continue;
    const auto series = watch::thing_series(view, *thing, static_cast<std::size_t>(property),
                                            Instant::min(), Instant::max(), 1);
    count += series.count;
    if (series.first && (!first || *series.first < *first)) first = series.first;
    if (series.last && (!last || *series.last > *last)) last = series.last;
  }
  out["count"] = count;
  if (first) out["from"] = date_text(*first, view.snapshot.zone);
  if (last) out["to"] = date_text(*last, view.snapshot.zone);
  return out;
}

Json layer_json(const watch::View& view, const State& state, const model::LayerDef& layer,
                const std::string& state_key) {
  const auto set = state.map->recent(view, layer.type, state_key);
  const model::TypeDef* type = view.catalog().type(layer.type);
  const model::PropertyDef* colour =
      type == nullptr || layer.colour_by.empty() ? nullptr : type->property(layer.colour_by);
  Json out{{"id", "things/" + layer.type},
           {"pack", json_text_or_null(layer.pack)},
           {"label", json_label(layer.label)},
           {"tiles", format("/v1/tiles/things/{}/{{z}}/{{x}}/{{y}}.mvt", layer.type)},
           {"source_layers", Json::array({layer.type})},
           {"geometry", "point"},
           {"type", layer.type},
           {"min_zoom", 0},
           {"max_zoom", codec::tile_max_zoom},
           {"count", set ? set->things.size() : 0},
           {"estimated_count", set ? set->estimated : 0},
           {"symbol", layer.symbol}};
  out["colour_by"] = colour == nullptr ? Json(nullptr) : Json(colour->name);
  out["colour_by_label"] = colour == nullptr ? Json(nullptr) : json_label(colour->label);
  out["unit"] = colour == nullptr ? Json(nullptr) : Json(colour->unit.text);
  out["domain"] = nullptr;
  if (set && set->domain) {
    out["domain"] =
        Json::array({json_number(set->domain->first), json_number(set->domain->second)});
  }
  return out;
}

}  // namespace cairn::server
