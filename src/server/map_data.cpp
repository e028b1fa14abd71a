// SPDX-License-Identifier: Apache-2.0
#include "server/map_data.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

#include "codec/simplify.hpp"
#include "core/text.hpp"
#include "model/simulated.hpp"
#include "watch/regions.hpp"

namespace cairn::server {
namespace {

using codec::TileId;
using codec::TileProperties;
using model::Level;
using model::RegionIndex;

constexpr std::size_t kept_tile_bytes = std::size_t{64} << 20;
constexpr std::size_t kept_sets = 12;
// What takes no longer is computed whenever somebody asks.
constexpr auto moment = std::chrono::milliseconds(5);
// Older presents are shown to nobody, those that nobody asked for that long are kept no more.
constexpr auto too_old = std::chrono::minutes(1);
constexpr auto just_now = std::chrono::seconds(10);
constexpr auto forgotten = std::chrono::minutes(5);
// A tile of 512 pixels: half a pixel is not seen.
constexpr double tolerance_pixels = 0.5;
constexpr double tile_pixels = 512;
// More points than this in one tile are drawn in groups.
constexpr std::size_t points_a_tile = 4096;

void add_names(TileProperties& out, const Label& name) {
  out.emplace_back("name_zh", name.in(Language::zh));
  out.emplace_back("name_en", name.in(Language::en));
}

// The property `name` of a map layer's feature; nothing when absent.
const model::Value* property(const model::MapLayer::Feature& feature, std::string_view name) {
  for (const auto& [key, value] : feature.properties) {
    if (key == name && !value.missing()) return &value;
  }
  return nullptr;
}

std::string text_property(const model::MapLayer::Feature& feature, std::string_view name) {
  const model::Value* value = property(feature, name);
  if (value == nullptr) return {};
  if (const auto* text = value->get<std::string>()) return *text;
  if (const auto* number = value->get<double>()) return number_text(*number);
  return {};
}

TileProperties feature_properties(const model::MapLayer::Feature& feature, bool is_place) {
  TileProperties out;
  Label name{text_property(feature, "name_zh"), text_property(feature, "name_en")};
  if (name.en.empty()) name.en = text_property(feature, "name");
  add_names(out, name);
  if (const auto* value = property(feature, "rank")) {
    if (const auto* rank = value->get<double>()) {
      out.emplace_back("rank", static_cast<std::int64_t>(*rank));
    }
  }
  if (!is_place) return out;
  out.emplace_back("code", text_property(feature, "code"));
  const auto* estimated = property(feature, "estimated");
  const bool* flag = estimated == nullptr ? nullptr : estimated->get<bool>();
  out.emplace_back("estimated", flag != nullptr && *flag);
  return out;
}

const char* shape_word(const geo::Geometry& g) {
  if (std::holds_alternative<geo::Point>(g.shape) ||
      std::holds_alternative<geo::MultiPoint>(g.shape)) {
    return "point";
  }
  const bool line =
      std::holds_alternative<geo::Line>(g.shape) || std::holds_alternative<geo::MultiLine>(g.shape);
  return line ? "line" : "polygon";
}

}  // namespace

MapData::MapData(const model::Workspace& workspace, std::function<std::uint64_t()> generation)
    : generation_(std::move(generation)) {
  add_areas(workspace);
  add_features(workspace);
}

void MapData::add_areas(const model::Workspace& workspace) {
  const model::RegionTree& regions = *workspace.regions;
  std::vector<RegionIndex> order;
  for (const auto& [index, geometry] : workspace.boundaries) {
    if (regions[index].level == Level::county) order.push_back(index);
  }
  std::sort(order.begin(), order.end(),
            [&](RegionIndex a, RegionIndex b) { return regions[a].code < regions[b].code; });
  std::map<std::string, Area> prefectures;
  for (const RegionIndex index : order) {
    const model::Region& region = regions[index];
    Area area{region.code, {}, region.name};
    if (region.parent != model::no_region) {
      const model::Region& parent = regions[region.parent];
      area.prefecture = parent.code;
      prefectures.emplace(parent.code, Area{parent.code, parent.code, parent.name});
    }
    areas_.push_back(std::move(area));
    polygons_.push_back(codec::to_multipolygon(codec::to_mercator(workspace.boundaries.at(index))));
  }
  for (auto& [code, area] : prefectures) prefectures_.push_back(std::move(area));
  if (areas_.empty()) return;
  background_.push_back({"boundaries", {"county", "prefecture"}, "polygon", areas_.size(), 0});
}

void MapData::add_features(const model::Workspace& workspace) {
  for (const std::string_view wanted : {"rivers", "places"}) {
    BackgroundLayer layer{std::string(wanted), {std::string(wanted)}, "", 0, 0};
    for (const model::MapLayer& source : workspace.map_layers) {
      if (source.id != wanted) continue;
      for (const model::MapLayer::Feature& f : source.features) {
        Feature feature{
            codec::to_mercator(f.geometry), {}, feature_properties(f, wanted == "places")};
        feature.box = geo::bounds(feature.mercator);
        if (layer.geometry.empty()) layer.geometry = shape_word(f.geometry);
        for (const auto& [name, value] : feature.properties) {
          if (name == "estimated" && value == codec::TileValue(true)) ++layer.estimated;
        }
        ++layer.count;
        features_[layer.id].push_back(std::move(feature));
      }
    }
    if (layer.count > 0) background_.push_back(std::move(layer));
  }
}

std::shared_ptr<const MapData::Zoomed> MapData::zoomed(int z) const {
  auto& slot = zoomed_[static_cast<std::size_t>(z)];
  {
    const std::lock_guard lock(mutex_);
    if (slot) return slot;
  }
  auto made = std::make_shared<Zoomed>();
  const double tolerance = tolerance_pixels / tile_pixels * std::ldexp(1.0, -z);
  const auto simple = codec::simplify_areas(polygons_, tolerance);
  for (std::size_t p = 0; p < prefectures_.size(); ++p) {
    std::vector<geo::MultiPolygon> parts;
    for (std::size_t i = 0; i < areas_.size(); ++i) {
      if (areas_[i].prefecture == prefectures_[p].code) parts.push_back(simple[i]);
    }
    made->prefectures.emplace_back(p, geo::Geometry{codec::outline(parts)});
  }
  for (const geo::MultiPolygon& area : simple) made->counties.push_back({area});
  const std::lock_guard lock(mutex_);
  slot = made;
  return made;
}

std::string MapData::boundary_tile(TileId id) const {
  const auto shapes = zoomed(id.z);
  codec::TileLayer counties("county", id);
  codec::TileLayer prefectures("prefecture", id);
  for (std::size_t i = 0; i < areas_.size(); ++i) {
    TileProperties properties{{"code", areas_[i].code}, {"prefecture", areas_[i].prefecture}};
    add_names(properties, areas_[i].name);
    counties.add(shapes->counties[i], properties);
  }
  for (const auto& [p, geometry] : shapes->prefectures) {
    TileProperties properties{{"code", prefectures_[p].code}};
    add_names(properties, prefectures_[p].name);
    prefectures.add(geometry, properties);
  }
  return counties.bytes() + prefectures.bytes();
}

std::string MapData::feature_tile(const std::string& layer, TileId id) const {
  codec::TileLayer out(layer, id);
  const geo::Box square = codec::tile_square(id);
  const double margin = (square.max_x - square.min_x) / 16;
  const geo::Box near{square.min_x - margin, square.min_y - margin, square.max_x + margin,
                      square.max_y + margin};
  const double tolerance = tolerance_pixels / tile_pixels * std::ldexp(1.0, -id.z);
  const auto at = features_.find(layer);
  if (at == features_.end()) return {};
  for (const Feature& f : at->second) {
    if (!f.box.intersects(near)) continue;
    if (const auto* line = std::get_if<geo::Line>(&f.mercator.shape)) {
      out.add({codec::simplify(*line, tolerance)}, f.properties);
    } else if (const auto* lines = std::get_if<geo::MultiLine>(&f.mercator.shape)) {
      out.add({codec::simplify(*lines, tolerance)}, f.properties);
    } else {
      out.add(f.mercator, f.properties);
    }
  }
  return out.bytes();
}

std::shared_ptr<const std::string> MapData::background_tile(std::string_view layer,
                                                            TileId id) const {
  const bool known = std::any_of(background_.begin(), background_.end(),
                                 [&](const BackgroundLayer& l) { return l.id == layer; }) ||
                     layer == "boundaries" || layer == "rivers" || layer == "places";
  if (!known) return nullptr;
  const std::string key = format("{}/{}/{}/{}", layer, id.z, id.x, id.y);
  if (auto tile = kept(key)) return tile;
  return keep(key,
              layer == "boundaries" ? boundary_tile(id) : feature_tile(std::string(layer), id));
}

std::shared_ptr<const ThingSet> MapData::things(const watch::View& view, const std::string& type,
                                                const std::string& key) const {
  if (key == present_key) return present(view, type).first;
  const std::string name = type + '\n' + key;
  {
    const std::lock_guard lock(mutex_);
    for (auto at = sets_.begin(); at != sets_.end(); ++at) {
      if (at->first != name) continue;
      sets_.splice(sets_.begin(), sets_, at);
      return at->second;
    }
  }
  auto set = compute(view, type);
  if (!set) return nullptr;
  const std::lock_guard lock(mutex_);
  sets_.emplace_front(name, set);
  if (sets_.size() > kept_sets) sets_.pop_back();
  return set;
}

std::shared_ptr<const ThingSet> MapData::recent(const watch::View& view, const std::string& type,
                                                const std::string& key) const {
  if (key == present_key) {
    const std::lock_guard lock(mutex_);
    const auto at = present_.find(type);
    if (at != present_.end()) {
      Present& known = at->second;
      known.asked = Steady::now();
      if (known.asked - known.made < just_now) return known.set;
    }
  }
  return things(view, type, key);
}

std::shared_ptr<const ThingSet> MapData::compute(const watch::View& view,
                                                 const std::string& type) const {
  watch::ThingFilter filter;
  filter.type = type;
  auto found = watch::find_things(view, filter);
  if (!found) return nullptr;
  const model::Table& table = *view.snapshot.table(type);
  std::vector<geo::Point> points;
  std::size_t estimated = 0;
  for (const watch::ThingRef ref : *found) {
    points.push_back(table.position[ref.row]);
    estimated += table.estimated[ref.row] || table.position_estimated[ref.row] ? 1 : 0;
  }
  auto set = std::make_shared<ThingSet>(
      ThingSet{std::move(*found), {}, codec::PointIndex(points), estimated, {}});
  for (const model::LayerDef& layer : view.catalog().layers) {
    if (layer.type != type || layer.colour_by.empty() || !set->values.empty()) continue;
    const int index = table.type->property_index(layer.colour_by);
    if (index < 0) continue;
    set->values = watch::property_numbers(view, set->things, static_cast<std::size_t>(index));
  }
  for (const std::optional<double>& v : set->values) {
    if (!v) continue;
    if (!set->domain) set->domain.emplace(*v, *v);
    set->domain->first = std::min(set->domain->first, *v);
    set->domain->second = std::max(set->domain->second, *v);
  }
  return set;
}

std::pair<std::shared_ptr<const ThingSet>, std::uint64_t> MapData::present(
    const watch::View& view, const std::string& type) const {
  const std::uint64_t generation = generation_ ? generation_() : 0;
  {
    const std::lock_guard lock(mutex_);
    const auto at = present_.find(type);
    if (at != present_.end()) {
      Present& known = at->second;
      known.asked = Steady::now();
      const bool keep = known.generation == generation ||
                        (known.took > moment && known.asked - known.made < too_old);
      if (keep) return {known.set, known.serial};
    }
  }
  return renew(view, type);
}

std::pair<std::shared_ptr<const ThingSet>, std::uint64_t> MapData::renew(
    const watch::View& view, const std::string& type) const {
  const auto began = Steady::now();
  const std::uint64_t generation = generation_ ? generation_() : 0;
  auto set = compute(view, type);
  if (!set) return {nullptr, 0};
  const std::lock_guard lock(mutex_);
  Present& known = present_[type];
  if (known.asked == Steady::time_point{}) known.asked = began;
  known.set = set;
  known.generation = generation;
  known.made = Steady::now();
  known.took = known.made - began;
  return {std::move(set), ++known.serial};
}

void MapData::refresh(const watch::View& view, const std::string& type) const {
  (void)renew(view, type);
}

std::vector<std::string> MapData::wanted(const model::Catalog& catalog) const {
  const std::uint64_t generation = generation_ ? generation_() : 0;
  const auto now = Steady::now();
  std::vector<std::string> fresh, changed;
  const std::lock_guard lock(mutex_);
  for (const model::LayerDef& layer : catalog.layers) {
    if (catalog.type(layer.type) == nullptr) continue;
    const auto at = present_.find(layer.type);
    if (at == present_.end()) {
      if (std::ranges::find(fresh, layer.type) == fresh.end()) fresh.push_back(layer.type);
    } else if (at->second.generation != generation && now - at->second.asked < forgotten &&
               std::ranges::find(changed, layer.type) == changed.end()) {
      changed.push_back(layer.type);
    }
  }
  fresh.insert(fresh.end(), changed.begin(), changed.end());
  return fresh;
}

std::shared_ptr<const std::string> MapData::thing_tile(const watch::View& view,
                                                       const std::string& type,
                                                       const std::string& key, TileId id) const {
  std::string name = format("things/{}/{}/{}/{}\n{}", type, id.z, id.x, id.y, key);
  std::shared_ptr<const ThingSet> set;
  if (key == present_key) {
    std::uint64_t serial = 0;
    std::tie(set, serial) = present(view, type);
    name += std::to_string(serial);
  }
  if (auto tile = kept(name)) return tile;
  if (!set) set = things(view, type, key);
  if (!set) return nullptr;
  const model::Table& table = *view.snapshot.table(type);
  codec::TileLayer layer(type, id);
  for (const auto group : set->index.groups(id, points_a_tile)) {
    const std::uint32_t row = set->things[group.front()].row;
    TileProperties properties{{"id", table.ids[row]}};
    add_names(properties, table.names[row]);
    const RegionIndex region = table.region[row];
    properties.emplace_back("region",
                            region == model::no_region ? "" : view.regions()[region].code);
    properties.emplace_back("status", std::string(model::to_string(table.status[row])));
    properties.emplace_back("estimated",
                            table.estimated[row] != 0 || table.position_estimated[row] != 0);
    if (model::is_simulated_thing(view.catalog(), table.ids[row],
                                  view.snapshot.sources[table.source[row]])) {
      properties.emplace_back("simulated", true);
    }
    if (!set->values.empty() && set->values[group.front()]) {
      properties.emplace_back("value", *set->values[group.front()]);
    }
    if (group.size() > 1) {
      properties.emplace_back("count", static_cast<std::int64_t>(group.size()));
    }
    layer.add({codec::to_mercator(table.position[row])}, properties);
  }
  return keep(name, layer.bytes());
}

std::shared_ptr<const std::string> MapData::kept(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto at = tile_index_.find(key);
  if (at == tile_index_.end()) return nullptr;
  tiles_.splice(tiles_.begin(), tiles_, at->second);
  return at->second->second;
}

std::shared_ptr<const std::string> MapData::keep(const std::string& key, std::string tile) const {
  auto shared = std::make_shared<const std::string>(std::move(tile));
  const std::lock_guard lock(mutex_);
  if (tile_index_.contains(key)) return shared;
  tiles_.emplace_front(key, shared);
  tile_index_[key] = tiles_.begin();
  tile_bytes_ += shared->size() + key.size();
  while (tile_bytes_ > kept_tile_bytes && tiles_.size() > 1) {
    tile_bytes_ -= tiles_.back().second->size() + tiles_.back().first.size();
    tile_index_.erase(tiles_.back().first);
    tiles_.pop_back();
  }
  return shared;
}

}  // namespace cairn::server
