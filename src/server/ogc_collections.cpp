// SPDX-License-Identifier: Apache-2.0
#include "server/detail/ogc_collections.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "core/text.hpp"
#include "model/simulated.hpp"
#include "server/detail/geojson.hpp"
#include "server/query.hpp"
#include "watch/things.hpp"

namespace cairn::server::ogc {
namespace {

using model::PropertyKind;

const model::Table& table_of(const watch::View& view, const Collection& collection) {
  return *view.snapshot.tables[*collection.type];
}
const model::TypeDef& type_of(const watch::View& view, const Collection& collection) {
  return view.catalog().types[*collection.type];
}

// The areas of the counties inside, as one.
geo::Geometry area_of(const watch::View& view, model::RegionIndex region) {
  std::vector<model::RegionIndex> inside;
  for (const auto& [index, area] : view.workspace.boundaries) {
    if (view.regions().within(index, region)) inside.push_back(index);
  }
  std::sort(inside.begin(), inside.end());
  geo::MultiPolygon out;
  for (const model::RegionIndex index : inside) {
    const auto& shape = view.workspace.boundaries.at(index).shape;
    if (const auto* one = std::get_if<geo::Polygon>(&shape)) out.polygons.push_back(*one);
    if (const auto* many = std::get_if<geo::MultiPolygon>(&shape)) {
      out.polygons.insert(out.polygons.end(), many->polygons.begin(), many->polygons.end());
    }
  }
  if (out.polygons.empty()) return {};
  return {std::move(out)};
}

// Types whose things are the union of their counties.
bool is_whole_area(const std::string& type) {
  return type == "province" || type == "prefecture" || type == "county";
}

Json time_or_null(Instant t, Zone zone) {
  if (t == Instant::min() || t == Instant::max()) return nullptr;
  return to_string(t, zone);
}

Json value_json(const watch::PropertyValue& value) {
  const PropertyKind kind = value.def->kind;
  if (value.value) {
    return kind == PropertyKind::boolean ? Json(*value.value != 0) : json_number(*value.value);
  }
  if (!value.text.empty()) return value.text;
  return nullptr;
}

Json thing_json(const watch::View& view, const Collection& collection, Row row) {
  const model::Table& table = table_of(view, collection);
  const Zone zone = view.snapshot.zone;
  const model::RegionIndex region = table.region[row];
  const bool placed = region != model::no_region;
  const auto& regions = view.regions();
  Json out{{"name", table.names[row].in(Language::zh)},
           {"name_en", table.names[row].in(Language::en)},
           {"region", placed ? Json(regions[region].code) : Json(nullptr)},
           {"region_name", placed ? Json(regions[region].name.in(Language::zh)) : Json(nullptr)},
           {"status", model::to_string(table.status[row])},
           {"valid_from", time_or_null(table.valid[row].begin, zone)},
           {"valid_to", time_or_null(table.valid[row].end, zone)},
           {"estimated", table.estimated[row] != 0},
           {"position_estimated", table.position_estimated[row] != 0},
           {"simulated", model::is_simulated_thing(view.catalog(), table.ids[row],
                                                   view.snapshot.sources[table.source[row]])},
           {"source", view.snapshot.sources[table.source[row]]}};
  for (const watch::PropertyValue& value : watch::property_values(view, {*collection.type, row})) {
    const std::string& name = value.def->name;
    if (!out.contains(name)) out[name] = value_json(value);
    if (value.def->series)
      out[name + "_time"] = value.time ? Json(to_string(*value.time, zone)) : Json(nullptr);
  }
  return out;
}

Json zone_json(const watch::View& view, Row row) {
  const model::Region& zone = view.regions()[row];
  Json members = Json::array();
  for (const model::RegionIndex m : zone.members) members.push_back(view.regions()[m].code);
  return {{"name", zone.name.in(Language::zh)},
          {"name_en", zone.name.in(Language::en)},
          {"members", std::move(members)}};
}

geo::Box extent_of(const watch::View& view, const Collection& collection) {
  geo::Box out;
  for (const Row row : rows_of(view, collection, std::nullopt)) {
    if (!collection.type || is_whole_area(collection.id)) {
      out.add(geo::bounds(geometry_of(view, collection, row)));
      continue;
    }
    const model::Table& table = table_of(view, collection);
    const auto shape = table.shapes.find(row);
    if (shape != table.shapes.end()) {
      if (const auto* area = shape->second.get<geo::Geometry>()) out.add(geo::bounds(*area));
    } else if (std::isfinite(table.position[row].x)) {
      out.add(table.position[row]);
    }
  }
  return out;
}

Json property_schema(const Queryable& q) {
  Json out{{"title", q.label.in(Language::zh) + " / " + q.label.in(Language::en)}};
  switch (q.kind) {
    case PropertyKind::number:
      out["type"] = "number";
      break;
    case PropertyKind::integer:
      out["type"] = "integer";
      break;
    case PropertyKind::boolean:
      out["type"] = "boolean";
      break;
    case PropertyKind::geometry:
      out = {{"$ref", "https://geojson.org/schema/Geometry.json"}};
      break;
    case PropertyKind::date:
      out["type"] = "string";
      out["format"] = "date";
      break;
    case PropertyKind::time:
      out["type"] = "string";
      out["format"] = "date-time";
      break;
    default:
      out["type"] = "string";
  }
  return out;
}

}  // namespace

Json link(std::string href, const char* relation, const char* type, std::string title) {
  return {
      {"href", std::move(href)}, {"rel", relation}, {"type", type}, {"title", std::move(title)}};
}

std::vector<Collection> collections(const watch::View& view) {
  std::vector<Collection> out;
  const auto& types = view.catalog().types;
  for (std::size_t t = 0; t < types.size(); ++t) {
    if (view.snapshot.tables[t]->size() > 0) out.push_back({types[t].name, types[t].label, t});
  }
  const auto all = view.regions().all();
  const bool zones = std::any_of(
      all.begin(), all.end(), [](const model::Region& r) { return r.level == model::Level::zone; });
  if (zones) out.push_back({"zone", {"规划区域", "Region of a plan"}, std::nullopt});
  return out;
}

std::optional<Collection> find_collection(const watch::View& view, std::string_view id) {
  for (Collection& collection : collections(view)) {
    if (collection.id == id) return std::move(collection);
  }
  return std::nullopt;
}

std::vector<Row> rows_of(const watch::View& view, const Collection& collection,
                         const std::optional<Interval>& during) {
  std::vector<Row> out;
  if (!collection.type) {
    for (model::RegionIndex i = 0; i < view.regions().size(); ++i) {
      if (view.regions()[i].level == model::Level::zone) out.push_back(i);
    }
  } else {
    const model::Table& table = table_of(view, collection);
    std::unordered_map<std::string_view, Row> chosen;
    const auto now = [&](Row row) {
      return table.valid[row].begin <= view.as_of && view.as_of < table.valid[row].end;
    };
    for (Row row = 0; row < table.size(); ++row) {
      const Interval valid = table.valid[row];
      // Half-open validity against a closed interval.
      if (during && !(valid.begin <= during->end && during->begin < valid.end)) continue;
      const auto [at, added] = chosen.emplace(table.ids[row], row);
      if (added) continue;
      const bool newer = valid.begin > table.valid[at->second].begin;
      const bool better = during ? newer : now(row) || (newer && !now(at->second));
      if (better) at->second = row;
    }
    out.reserve(chosen.size());
    for (const auto& [id, row] : chosen) out.push_back(row);
    std::sort(out.begin(), out.end(), [&](Row a, Row b) { return table.ids[a] < table.ids[b]; });
  }
  return out;
}

std::string id_of(const watch::View& view, const Collection& collection, Row row) {
  return collection.type ? table_of(view, collection).ids[row] : view.regions()[row].code;
}

geo::Geometry geometry_of(const watch::View& view, const Collection& collection, Row row) {
  if (!collection.type) return area_of(view, row);
  const model::Table& table = table_of(view, collection);
  if (const auto shape = table.shapes.find(row); shape != table.shapes.end()) {
    if (const auto* geometry = shape->second.get<geo::Geometry>()) return *geometry;
  }
  if (is_whole_area(collection.id) && table.region[row] != model::no_region) {
    geo::Geometry area = area_of(view, table.region[row]);
    if (!area.empty()) return area;
  }
  if (!std::isfinite(table.position[row].x)) return {};
  return {table.position[row]};
}

Json feature_json(const watch::View& view, const Collection& collection, Row row,
                  const std::string& self) {
  const std::string id = id_of(view, collection, row);
  return {
      {"type", "Feature"},
      {"id", id},
      {"geometry", geometry_json(geometry_of(view, collection, row))},
      {"properties", collection.type ? thing_json(view, collection, row) : zone_json(view, row)},
      {"links", Json::array({link(self + "/items/" + percent_encode(id), "self",
                                  "application/geo+json", id)})}};
}

Json collection_json(const watch::View& view, const Collection& collection,
                     const std::string& service) {
  const std::string self = service + "/collections/" + collection.id;
  Json out{{"id", collection.id},
           {"title", collection.label.in(Language::zh) + " / " + collection.label.in(Language::en)},
           {"itemType", "feature"},
           {"crs", Json::array({crs84})},
           {"storageCrs", crs84}};
  if (collection.type) {
    const auto* pack = view.catalog().pack(type_of(view, collection).pack);
    if (pack != nullptr) out["description"] = pack->summary.in(Language::en);
  } else {
    out["description"] = "The regions that plans speak of: unions of divisions.";
  }
  const geo::Box box = extent_of(view, collection);
  Json extent = Json::object();
  if (!box.empty()) {
    extent["spatial"] = {
        {"bbox", Json::array({Json::array({box.min_x, box.min_y, box.max_x, box.max_y})})},
        {"crs", crs84}};
  }
  extent["temporal"] = {{"interval", Json::array({Json::array({nullptr, nullptr})})},
                        {"trs", "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"}};
  out["extent"] = std::move(extent);
  out["links"] =
      Json::array({link(self, "self", "application/json", "this collection"),
                   link(self + "/items", "items", "application/geo+json", "its features"),
                   link(self + "/queryables", "http://www.opengis.net/def/rel/ogc/1.0/queryables",
                        "application/schema+json", "what filters may name")});
  return out;
}

std::vector<Queryable> queryables(const watch::View& view, const Collection& collection) {
  if (!collection.type) return {};  // few, and found by id
  std::vector<Queryable> out{
      {"id", {"标识", "Identifier"}, PropertyKind::text, true},
      {"name", {"名称", "Name"}, PropertyKind::text, true},
      {"name_en", {"英文名称", "English name"}, PropertyKind::text, true},
      {"region", {"区划代码", "Code of the region"}, PropertyKind::text, true},
      {"status", {"状态", "Status"}, PropertyKind::text, true},
      {"estimated", {"估计", "Estimated"}, PropertyKind::boolean, true},
      {"geometry", {"几何", "Geometry"}, PropertyKind::geometry, false},
      {"valid_from", {"起始", "Valid from"}, PropertyKind::time, false},
      {"valid_to", {"终止", "Valid to"}, PropertyKind::time, false}};
  for (const model::PropertyDef& def : type_of(view, collection).properties) {
    const bool known =
        std::any_of(out.begin(), out.end(), [&](const Queryable& q) { return q.name == def.name; });
    if (known) continue;
    const bool scalar = def.kind == PropertyKind::text || def.kind == PropertyKind::boolean ||
                        def.kind == PropertyKind::number || def.kind == PropertyKind::integer;
    out.push_back({def.name, def.label, def.kind, scalar});
  }
  return out;
}

Json queryables_json(const watch::View& view, const Collection& collection,
                     const std::string& self) {
  Json properties = Json::object();
  for (const Queryable& q : queryables(view, collection)) properties[q.name] = property_schema(q);
  return {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
          {"$id", self + "/queryables"},
          {"type", "object"},
          {"title", collection.label.in(Language::zh) + " / " + collection.label.in(Language::en)},
          {"properties", std::move(properties)},
          {"additionalProperties", false}};
}

}  // namespace cairn::server::ogc
