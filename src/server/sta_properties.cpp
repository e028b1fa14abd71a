// SPDX-License-Identifier: Apache-2.0
// What the entities say of themselves.
#include <algorithm>
#include <array>
#include <cmath>

#include "core/text.hpp"
#include "model/simulated.hpp"
#include "server/detail/geojson.hpp"
#include "server/detail/sta_json.hpp"
#include "server/query.hpp"

namespace cairn::server::sta {
namespace {

using enum Kind;

constexpr std::array<PropDef, 5> thing_props{{{Prop::id, "@iot.id", any},
                                              {Prop::self_link, "@iot.selfLink", text},
                                              {Prop::name, "name", text},
                                              {Prop::description, "description", text},
                                              {Prop::properties, "properties", object}}};
constexpr std::array<PropDef, 7> location_props{{{Prop::id, "@iot.id", any},
                                                 {Prop::self_link, "@iot.selfLink", text},
                                                 {Prop::name, "name", text},
                                                 {Prop::description, "description", text},
                                                 {Prop::encoding_type, "encodingType", text},
                                                 {Prop::location, "location", geometry},
                                                 {Prop::properties, "properties", object}}};
constexpr std::array<PropDef, 3> historical_props{{{Prop::id, "@iot.id", any},
                                                   {Prop::self_link, "@iot.selfLink", text},
                                                   {Prop::time, "time", Kind::time}}};
constexpr std::array<PropDef, 10> datastream_props{
    {{Prop::id, "@iot.id", any},
     {Prop::self_link, "@iot.selfLink", text},
     {Prop::name, "name", text},
     {Prop::description, "description", text},
     {Prop::observation_type, "observationType", text},
     {Prop::unit_of_measurement, "unitOfMeasurement", object},
     {Prop::observed_area, "observedArea", geometry},
     {Prop::phenomenon_time, "phenomenonTime", Kind::time},
     {Prop::result_time, "resultTime", Kind::time},
     {Prop::properties, "properties", object}}};
constexpr std::array<PropDef, 7> sensor_props{{{Prop::id, "@iot.id", any},
                                               {Prop::self_link, "@iot.selfLink", text},
                                               {Prop::name, "name", text},
                                               {Prop::description, "description", text},
                                               {Prop::encoding_type, "encodingType", text},
                                               {Prop::metadata, "metadata", text},
                                               {Prop::properties, "properties", object}}};
constexpr std::array<PropDef, 6> observed_props{{{Prop::id, "@iot.id", any},
                                                 {Prop::self_link, "@iot.selfLink", text},
                                                 {Prop::name, "name", text},
                                                 {Prop::definition, "definition", text},
                                                 {Prop::description, "description", text},
                                                 {Prop::properties, "properties", object}}};
constexpr std::array<PropDef, 6> observation_props{
    {{Prop::id, "@iot.id", any},
     {Prop::self_link, "@iot.selfLink", text},
     {Prop::phenomenon_time, "phenomenonTime", Kind::time},
     {Prop::result_time, "resultTime", Kind::time},
     {Prop::result, "result", any},
     {Prop::parameters, "parameters", object}}};
constexpr std::array<PropDef, 7> feature_props{{{Prop::id, "@iot.id", any},
                                                {Prop::self_link, "@iot.selfLink", text},
                                                {Prop::name, "name", text},
                                                {Prop::description, "description", text},
                                                {Prop::encoding_type, "encodingType", text},
                                                {Prop::feature, "feature", geometry},
                                                {Prop::properties, "properties", object}}};

constexpr std::array<NavDef, 3> thing_navs{
    {{"Locations", Set::locations, true},
     {"HistoricalLocations", Set::historical_locations, true},
     {"Datastreams", Set::datastreams, true}}};
constexpr std::array<NavDef, 2> location_navs{
    {{"Things", Set::things, true}, {"HistoricalLocations", Set::historical_locations, true}}};
constexpr std::array<NavDef, 2> historical_navs{
    {{"Thing", Set::things, false}, {"Locations", Set::locations, true}}};
constexpr std::array<NavDef, 4> datastream_navs{
    {{"Thing", Set::things, false},
     {"Sensor", Set::sensors, false},
     {"ObservedProperty", Set::observed_properties, false},
     {"Observations", Set::observations, true}}};
constexpr std::array<NavDef, 1> procedure_navs{{{"Datastreams", Set::datastreams, true}}};
constexpr std::array<NavDef, 2> observation_navs{
    {{"Datastream", Set::datastreams, false},
     {"FeatureOfInterest", Set::features_of_interest, false}}};
constexpr std::array<NavDef, 1> feature_navs{{{"Observations", Set::observations, true}}};

constexpr std::array<std::string_view, set_count> names{
    "Things",  "Locations",          "HistoricalLocations", "Datastreams",
    "Sensors", "ObservedProperties", "Observations",        "FeaturesOfInterest"};

struct Named {
  std::string_view code;
  std::string_view name;
};
// Units of the packs; everything else is shown by its code.
constexpr std::array<Named, 25> unit_names{{{"1", "one"},
                                            {"%", "percent"},
                                            {"Cel", "degree Celsius"},
                                            {"K", "kelvin"},
                                            {"m", "metre"},
                                            {"mm", "millimetre"},
                                            {"km", "kilometre"},
                                            {"km2", "square kilometre"},
                                            {"m/s", "metre per second"},
                                            {"m3/s", "cubic metre per second"},
                                            {"mm/h", "millimetre per hour"},
                                            {"mm/d", "millimetre per day"},
                                            {"ug/m3", "microgram per cubic metre"},
                                            {"mg/m3", "milligram per cubic metre"},
                                            {"hPa", "hectopascal"},
                                            {"kPa", "kilopascal"},
                                            {"W", "watt"},
                                            {"kW", "kilowatt"},
                                            {"MW", "megawatt"},
                                            {"kW.h", "kilowatt hour"},
                                            {"V", "volt"},
                                            {"deg", "degree"},
                                            {"a", "year"},
                                            {"{person}", "person"},
                                            {"dBm", "decibel milliwatt"}}};

std::string unit_name(const Unit& unit) {
  const auto* known = std::find_if(unit_names.begin(), unit_names.end(),
                                   [&](const Named& n) { return n.code == unit.text; });
  return std::string(known == unit_names.end() ? std::string_view(unit.text) : known->name);
}

// UCUM codes are ASCII; units printed in Chinese have no definition elsewhere.
std::string unit_definition(const Unit& unit) {
  const bool ascii = std::all_of(unit.text.begin(), unit.text.end(),
                                 [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  return (ascii ? "http://www.opengis.net/def/uom/UCUM/0/" : "urn:x-cairn:unit:") +
         percent_encode(unit.text);
}

// What is known of one entity's thing.
struct About {
  About(const Entities& e, std::uint32_t index)
      : thing(e.thing(index)),
        table(*e.snapshot().tables[thing.type]),
        type(e.snapshot().catalog->types[thing.type]) {}

  const Entities::Thing& thing;
  const model::Table& table;
  const model::TypeDef& type;

  std::string name(Language language) const {
    const std::string& label = table.names[thing.row].in(language);
    return label.empty() ? thing.id : label;
  }
};

const model::SeriesFile* series_file(const model::Catalog& catalog, std::string_view thing,
                                     std::string_view property) {
  for (const model::PackDef& pack : catalog.packs) {
    for (const model::SeriesFile& file : pack.series) {
      if (!thing.empty() && file.thing != thing) continue;
      for (const model::SeriesColumn& column : file.columns) {
        if (column.property == property) return &file;
      }
    }
  }
  return nullptr;
}

std::string observation_type(const model::PropertyDef& def) {
  const char* kind = def.kind == model::PropertyKind::boolean   ? "OM_TruthObservation"
                     : def.kind == model::PropertyKind::integer ? "OM_CountObservation"
                                                                : "OM_Measurement";
  return format("http://www.opengis.net/def/observationType/OGC-OM/2.0/{}", kind);
}

std::string procedure_text(const Entities& e, const Entities::Procedure& p) {
  const model::PropertyDef& def = e.property_def(p);
  const std::string& thing = e.thing(e.datastream(p.datastreams.front()).thing).id;
  if (const auto* file = series_file(*e.snapshot().catalog, thing, def.name)) {
    if (!file->origin.empty()) {
      return file->origin.in(Language::zh) + " / " + file->origin.in(Language::en);
    }
  }
  if (def.period) return format("官方统计 / official statistics, per {}", to_string(*def.period));
  if (!def.note.empty()) return def.note.in(Language::zh) + " / " + def.note.in(Language::en);
  return format("{} / {}", def.label.in(Language::zh), def.label.in(Language::en));
}

std::string name_of(const Entities& e, const Ref& ref, Language language) {
  switch (ref.set) {
    case Set::things:
    case Set::features_of_interest:
    case Set::locations:
      return About(e, e.thing_of(ref)).name(language);
    case Set::datastreams: {
      const auto& d = e.datastream(ref.index);
      return format("{} {}", About(e, d.thing).name(language),
                    e.property_def(e.procedure(d.procedure)).label.in(language));
    }
    case Set::sensors: {
      const auto& p = e.procedure(ref.index);
      return format("{} {}", e.snapshot().catalog->types[p.type].label.in(language),
                    e.property_def(p).label.in(language));
    }
    case Set::observed_properties:
      return e.property_def(e.procedure(ref.index)).label.in(language);
    default:
      return {};
  }
}

std::string description_of(const Entities& e, const Ref& ref) {
  switch (ref.set) {
    case Set::things:
    case Set::features_of_interest: {
      const About about(e, ref.index);
      return format("{} ({})", about.type.label.in(Language::zh), name_of(e, ref, Language::en));
    }
    case Set::locations: {
      const auto& l = e.location(ref.index);
      return l.estimated ? "位置为估计 / estimated position" : "位置 / position";
    }
    case Set::sensors:
      return procedure_text(e, e.procedure(ref.index));
    case Set::observed_properties: {
      const auto& def = e.property_def(e.procedure(ref.index));
      return def.note.empty() ? def.label.in(Language::en) : def.note.in(Language::en);
    }
    default:
      return name_of(e, ref, Language::en);
  }
}

Json cell_json(const Entities& e, const model::PropertyDef& def, const model::Column& column,
               std::uint32_t row) {
  if (row >= column.present.size() || column.present[row] == 0) return nullptr;
  switch (def.kind) {
    case model::PropertyKind::text:
      return column.dictionary[column.texts[row]];
    case model::PropertyKind::boolean:
      return column.numbers[row] != 0;
    case model::PropertyKind::number:
    case model::PropertyKind::integer:
      return json_number(column.numbers[row]);
    case model::PropertyKind::date:
      return to_string(date_of({column.times[row]}, {}));
    case model::PropertyKind::time:
      return to_string(Instant{column.times[row]}, e.snapshot().zone);
    default:
      return nullptr;
  }
}

Json thing_properties(const Entities& e, std::uint32_t index) {
  const About about(e, index);
  const std::uint32_t row = about.thing.row;
  const auto& regions = *e.snapshot().regions;
  const model::RegionIndex region = about.table.region[row];
  Json out{{"id", about.thing.id},
           {"type", about.type.name},
           {"name_en", about.name(Language::en)},
           {"region", region == model::no_region ? Json(nullptr) : Json(regions[region].code)},
           {"status", model::to_string(about.table.status[row])},
           {"estimated", about.table.estimated[row] != 0},
           {"simulated", model::is_simulated_thing(*e.snapshot().catalog, about.thing.id,
                                                   e.snapshot().sources[about.table.source[row]])},
           {"source", e.snapshot().sources[about.table.source[row]]}};
  for (std::size_t p = 0; p < about.type.properties.size(); ++p) {
    const model::PropertyDef& def = about.type.properties[p];
    Json cell = cell_json(e, def, about.table.columns[p], row);
    if (!cell.is_null() && !out.contains(def.name)) out[def.name] = std::move(cell);
  }
  return out;
}

Json datastream_properties(const Entities& e, const Entities::Datastream& d) {
  const model::PropertyDef& def = e.property_def(e.procedure(d.procedure));
  Json out{{"id", d.id},
           {"name_en", name_of(e, {Set::datastreams, 0, {}}, Language::en)},
           {"property", def.name},
           {"observations", d.count}};
  const About about(e, d.thing);
  out["name_en"] = format("{} {}", about.name(Language::en), def.label.in(Language::en));
  const auto* file = series_file(*e.snapshot().catalog, about.thing.id, def.name);
  if (file != nullptr && !file->origin.empty()) out["origin"] = json_label(file->origin);
  if (file != nullptr && file->elsewhere) out["elsewhere"] = true;
  if (file != nullptr && file->simulated) out["simulated"] = true;
  return out;
}

Json properties_json(const Entities& e, const Ref& ref) {
  switch (ref.set) {
    case Set::things:
    case Set::features_of_interest:
      return thing_properties(e, ref.index);
    case Set::locations: {
      const auto& l = e.location(ref.index);
      return {{"id", l.id}, {"estimated", l.estimated}};
    }
    case Set::datastreams:
      return datastream_properties(e, e.datastream(ref.index));
    case Set::sensors:
    case Set::observed_properties: {
      const auto& p = e.procedure(ref.index);
      return {{"id", p.id},
              {"type", e.snapshot().catalog->types[p.type].name},
              {"property", e.property_def(p).name},
              {"name_en", name_of(e, ref, Language::en)}};
    }
    default:
      return nullptr;
  }
}

GeometryValue point_of(const Entities& e, std::uint32_t thing) {
  for (const std::uint32_t l : e.thing(thing).locations) {
    if (e.location(l).present)
      return std::make_shared<geo::Geometry>(geo::Geometry{e.location(l).at});
  }
  return nullptr;
}

Value geometry_value(GeometryValue geometry) {
  if (!geometry) return {};
  return {std::move(geometry)};
}

Value interval_value(Interval time) {
  if (time.begin == time.end) return {time.begin};
  return {time};
}

Value result_value(const Entities& e, const Ref& ref) {
  const auto& def = e.property_def(e.procedure(e.datastream(ref.index).procedure));
  if (def.kind == model::PropertyKind::boolean) return {ref.sample.value != 0};
  return {ref.sample.value};
}

}  // namespace

std::string_view set_name(Set set) {
  return names[static_cast<std::size_t>(set)];
}

std::optional<Set> find_set(std::string_view name) {
  const auto* at = std::find(names.begin(), names.end(), name);
  if (at == names.end()) return std::nullopt;
  return static_cast<Set>(at - names.begin());
}

std::span<const PropDef> properties_of(Set set) {
  switch (set) {
    case Set::things:
      return thing_props;
    case Set::locations:
      return location_props;
    case Set::historical_locations:
      return historical_props;
    case Set::datastreams:
      return datastream_props;
    case Set::sensors:
      return sensor_props;
    case Set::observed_properties:
      return observed_props;
    case Set::observations:
      return observation_props;
    case Set::features_of_interest:
      return feature_props;
  }
  return {};
}

std::span<const NavDef> navigation_of(Set set) {
  switch (set) {
    case Set::things:
      return thing_navs;
    case Set::locations:
      return location_navs;
    case Set::historical_locations:
      return historical_navs;
    case Set::datastreams:
      return datastream_navs;
    case Set::sensors:
    case Set::observed_properties:
      return procedure_navs;
    case Set::observations:
      return observation_navs;
    case Set::features_of_interest:
      return feature_navs;
  }
  return {};
}

const PropDef* find_property(Set set, std::string_view name) {
  if (name == "id") name = "@iot.id";
  if (name == "selfLink") name = "@iot.selfLink";
  for (const PropDef& def : properties_of(set)) {
    if (def.name == name) return &def;
  }
  return nullptr;
}

const NavDef* find_navigation(Set set, std::string_view name) {
  for (const NavDef& def : navigation_of(set)) {
    if (def.name == name) return &def;
  }
  return nullptr;
}

Value value_of(const Entities& e, const Ref& ref, Prop prop) {
  switch (prop) {
    case Prop::id: {
      const Id id = e.id(ref);
      if (const auto* number = std::get_if<std::int64_t>(&id)) {
        return {static_cast<double>(*number)};
      }
      return {std::get<std::string>(id)};
    }
    case Prop::name:
      return {name_of(e, ref, Language::zh)};
    case Prop::description:
      return {description_of(e, ref)};
    case Prop::encoding_type:
      return {std::string(ref.set == Set::sensors ? "text/plain" : "application/geo+json")};
    case Prop::location:
      return geometry_value(
          std::make_shared<geo::Geometry>(geo::Geometry{e.location(ref.index).at}));
    case Prop::feature:
    case Prop::observed_area:
      return geometry_value(point_of(e, e.thing_of(ref)));
    case Prop::time:
      return {e.location(ref.index).since};
    case Prop::observation_type:
      return {observation_type(e.property_def(e.procedure(e.datastream(ref.index).procedure)))};
    case Prop::phenomenon_time:
      if (ref.set == Set::observations) return interval_value(ref.sample.time);
      return {e.datastream(ref.index).extent};
    case Prop::result_time:
      if (ref.set == Set::observations) return {ref.sample.time.end};
      return {Interval{e.datastream(ref.index).first_end, e.datastream(ref.index).last_end}};
    case Prop::metadata:
      return {procedure_text(e, e.procedure(ref.index))};
    case Prop::definition:
      return {format("urn:x-cairn:property:{}", e.procedure(ref.index).id)};
    case Prop::result:
      return result_value(e, ref);
    case Prop::self_link:
    case Prop::properties:
    case Prop::unit_of_measurement:
    case Prop::parameters:
      return {};
  }
  return {};
}

std::string time_text(Interval time) {
  if (time.begin == time.end) return to_string(time.begin);
  return to_string(time.begin) + "/" + to_string(time.end);
}

Json value_json(const Value& value) {
  struct Writer {
    Json operator()(std::monostate) const { return nullptr; }
    Json operator()(bool b) const { return b; }
    Json operator()(double d) const { return json_number(d); }
    Json operator()(const std::string& s) const { return s; }
    Json operator()(Instant t) const { return to_string(t); }
    // The extent of one observation is still an interval.
    Json operator()(Interval i) const { return to_string(i.begin) + "/" + to_string(i.end); }
    Json operator()(Duration d) const { return json_number(static_cast<double>(d.ns) / 1e9); }
    Json operator()(const GeometryValue& g) const { return geometry_json(*g); }
  };
  return std::visit(Writer{}, value.data);
}

Json id_json(const Id& id) {
  return std::visit([](const auto& value) { return Json(value); }, id);
}

Json property_json(const Entities& e, const Ref& ref, Prop prop) {
  switch (prop) {
    case Prop::id:
      return id_json(e.id(ref));
    case Prop::properties:
      return properties_json(e, ref);
    case Prop::unit_of_measurement: {
      const Unit& unit = e.property_def(e.procedure(e.datastream(ref.index).procedure)).unit;
      return {
          {"name", unit_name(unit)}, {"symbol", unit.text}, {"definition", unit_definition(unit)}};
    }
    case Prop::parameters:
      return {{"estimated", ref.sample.estimated},
              {"source", e.snapshot().sources[ref.sample.source]}};
    default:
      return value_json(value_of(e, ref, prop));
  }
}

std::string self_link(const Entities& e, const Ref& ref, const std::string& base) {
  const Id id = e.id(ref);
  const auto* number = std::get_if<std::int64_t>(&id);
  std::string key;
  if (number != nullptr) {
    key = std::to_string(*number);
  } else {
    for (const char c : std::get<std::string>(id)) key += c == '\'' ? "''" : std::string(1, c);
    key = "'" + percent_encode(key) + "'";
  }
  return format("{}/{}({})", base, set_name(ref.set), key);
}

}  // namespace cairn::server::sta
