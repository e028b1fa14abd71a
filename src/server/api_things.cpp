// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "core/text.hpp"
#include "server/api.hpp"
#include "server/detail/render.hpp"
#include "server/inquiry.hpp"
#include "server/series_csv.hpp"
#include "watch/regions.hpp"

namespace cairn::server {
namespace {

constexpr std::size_t page_standard = 500;
constexpr std::size_t page_most = 5000;
constexpr std::int64_t points_standard = 1000;
constexpr std::int64_t points_most = 10'000;

// "west,south,east,north".
std::optional<geo::Box> read_box(Inquiry& in) {
  const auto text = in.params.text("bbox");
  if (!text) return std::nullopt;
  std::vector<double> numbers;
  for (const std::string_view part : split(*text, ',')) {
    const auto number = parse_number(trim(part));
    if (number) numbers.push_back(*number);
  }
  if (numbers.size() != 4 || std::count(text->begin(), text->end(), ',') != 3) {
    in.params.complain("bbox", "a box is four numbers: west,south,east,north in degrees");
    return std::nullopt;
  }
  if (numbers[1] > numbers[3]) {
    in.params.complain("bbox", "the south of the box is north of its north");
  }
  return geo::Box{numbers[0], numbers[1], numbers[2], numbers[3]};
}

Response list_things(const Call& call) {
  Inquiry in(call);
  in.read_at();
  in.read_overlay();
  watch::ThingFilter filter;
  filter.type = in.params.text_or("type", "");
  filter.region = in.region_or_none("region");
  filter.text = in.params.text_or("q", "");
  filter.box = read_box(in);
  if (const auto status = in.params.word("status", {"planned", "building", "live", "retired"})) {
    filter.status = model::parse_life(*status);
  }
  const Page page = in.page(page_standard, page_most);
  if (!in.ready()) return in.refusal();
  const auto found = watch::find_things(in.view(), filter);
  if (!found) return problem(found.error());
  Json list = Json::array();
  const std::size_t end = std::min(found->size(), page.offset + page.limit);
  for (std::size_t i = page.offset; i < end; ++i) {
    list.push_back(thing_summary(in.view(), (*found)[i]));
  }
  return json_response(
      {{"things", std::move(list)},
       {"total", found->size()},
       {"next_cursor", end < found->size() ? Json(std::to_string(end)) : Json(nullptr)}});
}

Json property_json(const watch::View& view, const watch::PropertyValue& value) {
  const Zone zone = view.snapshot.zone;
  const model::PropertyDef& def = *value.def;
  Json out{{"id", def.name},
           {"label", json_label(def.label)},
           {"unit", def.unit.text},
           {"kind", model::to_string(def.kind)},
           {"value", json_number(value.value)},
           {"text", json_text_or_null(value.text)},
           {"time", value.time ? Json(to_string(*value.time, zone)) : Json(nullptr)},
           {"stale", value.stale},
           {"estimated", value.estimated},
           {"series", value.has_series},
           {"formula", json_text_or_null(def.formula)}};
  out["reason"] = value.reason.empty() ? Json(nullptr) : Json(std::string(value.reason));
  // Of what an engine computed; everything else has the thing's own source.
  out["source"] = value.source == 0 ? Json(nullptr) : Json(view.snapshot.sources[value.source]);
  return out;
}

// Origins of the series of one thing; with a property only of that.
std::vector<const model::SeriesFile*> series_files(const watch::View& view, std::string_view thing,
                                                   std::string_view property) {
  std::vector<const model::SeriesFile*> out;
  for (const model::PackDef& pack : view.catalog().packs) {
    for (const model::SeriesFile& file : pack.series) {
      if (file.thing != thing) continue;
      const bool has = std::any_of(
          file.columns.begin(), file.columns.end(),
          [&](const model::SeriesColumn& c) { return property.empty() || c.property == property; });
      if (has) out.push_back(&file);
    }
  }
  return out;
}

Response get_thing(const Call& call) {
  Inquiry in(call);
  in.read_at();
  in.read_overlay();
  if (!in.ready()) return in.refusal();
  const watch::View& view = in.view();
  const auto thing = watch::find_thing(view, call.path("id"));
  if (!thing) return problem(thing.error());
  const model::Table& table = *view.snapshot.tables[thing->type];
  Json out = thing_summary(view, *thing);
  out["type_label"] = json_label(table.type->label);
  out["pack"] = json_text_or_null(table.type->pack);
  Json path = Json::array();
  if (const auto region = table.region[thing->row]; region != model::no_region) {
    for (const auto i : watch::path_to(view.regions(), region)) {
      path.push_back(region_ref(view.regions(), i));
    }
    path.push_back(region_ref(view.regions(), region));
  }
  out["region_path"] = std::move(path);
  out["at"] = in.at_text();
  Json properties = Json::array();
  for (const watch::PropertyValue& value : watch::property_values(view, *thing)) {
    properties.push_back(property_json(view, value));
  }
  out["properties"] = std::move(properties);
  Json origins = Json::array();
  for (const model::SeriesFile* file : series_files(view, call.path("id"), "")) {
    origins.push_back(series_origin(view, *file));
  }
  out["origins"] = std::move(origins);
  Json studies = Json::array();
  for (const model::SourceDef& study : view.snapshot.derived) {
    const bool used = std::any_of(table.columns.begin(), table.columns.end(), [&](const auto& c) {
      return c.source != 0 && view.snapshot.sources[c.source] == study.key;
    });
    if (used) studies.push_back(source_by_key(view.snapshot, study.key));
  }
  out["studies"] = std::move(studies);
  const std::uint16_t source = table.source[thing->row];
  out["source_detail"] =
      source == 0 ? Json(nullptr) : source_by_key(view.snapshot, view.snapshot.sources[source]);
  return json_response(out);
}

Json points_json(const watch::ThingSeries& series, Zone zone) {
  Json points = Json::array();
  for (const watch::ThingPoint& point : series.points) {
    Json item{{"at", to_string(point.at, zone)}, {"value", json_number(point.value)}};
    if (series.aggregated) {
      item["min"] = json_number(point.least);
      item["max"] = json_number(point.greatest);
    }
    points.push_back(std::move(item));
  }
  return points;
}

// All observations of a span, as they are read.
Response series_csv(const Call& call, const model::Snapshot& snapshot, watch::ThingRef thing,
                    std::size_t property, const watch::ThingSeries& series) {
  Response out;
  out.type = "text/csv; charset=utf-8";
  const model::Table& table = *snapshot.tables[thing.type];
  const std::string& unit = table.type->properties[property].unit.text;
  if (!series.first || !series.last) {
    out.body = "time,value,unit\r\n";
    return out;
  }
  out.stream = std::make_shared<SeriesCsv>(call.state, *snapshot.history,
                                           table.columns[property].series[thing.row],
                                           *series.first - 1, *series.last, unit);
  return out;
}

Response get_thing_series(const Call& call) {
  Inquiry in(call);
  const std::string name = in.params.required("property");
  const auto from = in.moment("from", false);
  const auto to = in.moment("to", true);
  const auto most = in.params.integer("max_points", 10, points_most);
  const bool csv = in.params.word("format", {"json", "csv"}).value_or("json") == "csv";
  if (!in.ready()) return in.refusal();
  const watch::View& view = in.view();
  const auto thing = watch::find_thing(view, call.path("id"));
  if (!thing) return problem(thing.error());
  const model::TypeDef& type = *view.snapshot.tables[thing->type]->type;
  const int property = type.property_index(name);
  if (property < 0) {
    return problem({Code::not_found, format("the type '{}' has no property '{}'", type.name, name),
                    "query:property"});
  }
  const model::PropertyDef& def = type.properties[static_cast<std::size_t>(property)];
  // The beginning of the span counts: an observation at that very instant is in it.
  const Instant after = from ? *from - 1 : Instant::min();
  const auto points = static_cast<std::size_t>(most.value_or(points_standard));
  const auto series = watch::thing_series(view, *thing, static_cast<std::size_t>(property), after,
                                          to.value_or(Instant::max()), points);
  if (csv) {
    return series_csv(call, view.snapshot, *thing, static_cast<std::size_t>(property), series);
  }
  const auto files = series_files(view, call.path("id"), name);
  const auto edge = [&](const std::optional<Instant>& t) {
    return t ? Json(to_string(*t, in.zone())) : Json(nullptr);
  };
  return json_response(
      {{"thing", call.path("id")},
       {"property", name},
       {"label", json_label(def.label)},
       {"unit", def.unit.text},
       {"from", edge(series.first)},
       {"to", edge(series.last)},
       {"count", series.count},
       {"aggregated", series.aggregated},
       {"points", points_json(series, in.zone())},
       {"origin", files.empty() ? Json(nullptr) : series_origin(view, *files.front())}});
}

}  // namespace

void add_thing_routes(Router& router) {
  router.add({"GET", "/v1/things", Access::read, 0, list_things});
  router.add({"GET", "/v1/things/{id}", Access::read, 0, get_thing});
  router.add({"GET", "/v1/things/{id}/series", Access::read, 0, get_thing_series});
}

}  // namespace cairn::server
