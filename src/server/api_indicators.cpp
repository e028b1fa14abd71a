// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/text.hpp"
#include "server/api.hpp"
#include "server/detail/plan_json.hpp"
#include "server/detail/render.hpp"

namespace cairn::server {
namespace {

using model::RegionIndex;

// Series without a span begin here at the earliest: plans look back one period.
constexpr int default_years_back = 12;

Response list_indicators(const Call& call) {
  Inquiry in(call);
  const auto pack = in.params.text("pack");
  if (!in.ready()) return in.refusal();
  const model::Catalog& catalog = in.view().catalog();
  if (pack && catalog.pack(*pack) == nullptr) {
    return problem({Code::not_found, format("there is no pack '{}'", *pack), "query:pack"});
  }
  Json list = Json::array();
  for (const model::IndicatorDef& def : catalog.indicators) {
    if (!pack || def.pack == *pack) list.push_back(indicator_json(def));
  }
  return json_response({{"indicators", std::move(list)}});
}

// The indicator of the path, or the refusal: 404 with a suggestion, 422 when it did not compile.
const model::IndicatorDef* require_indicator(Inquiry& in, const Call& call) {
  const std::string& id = call.path("id");
  const model::Catalog& catalog = *call.state->workspace->catalog;
  const model::IndicatorDef* def = catalog.indicator(id);
  if (def == nullptr) {
    std::vector<std::string> ids;
    for (const model::IndicatorDef& d : catalog.indicators) ids.push_back(d.id);
    const auto near = nearest(id, ids);
    in.refuse(Error{Code::not_found,
                    format("there is no indicator '{}'{}", id,
                           near ? format("; did you mean '{}'?", *near) : ""),
                    "path:id"});
  } else if (!def->given && call.state->library->indicator(id) == nullptr) {
    in.refuse(Error{Code::unsupported,
                    format("the indicator '{}' has a mistake in its formula; cairn check says "
                           "which",
                           id),
                    "path:id"});
  }
  return def;
}

Response get_values(const Call& call) {
  Inquiry in(call);
  in.read_at();
  in.read_overlay();
  const RegionIndex region = in.region("region");
  const auto by = in.level("by");
  const model::IndicatorDef* def = require_indicator(in, call);
  if (!in.ready()) return in.refusal();
  const watch::View& view = in.view();
  const auto rows = watch::values(view, def->id, region, by);
  if (!rows) return problem(rows.error());
  const auto results = in.state().plan_results(view, in.overlay(), in.state_key());
  Json list = Json::array();
  std::size_t reported = 0;
  for (const watch::RegionCell& row : rows->rows) {
    reported += row.cell.value ? 1 : 0;
    list.push_back(row_json(row, rows->unit, view));
    add_target(list.back(), target_of(view, results, *def, row.region), rows->unit);
  }
  return json_response({{"indicator", indicator_json(*def)},
                        {"region", region_ref(view.regions(), region)},
                        {"by", by ? Json(model::to_string(*by)) : Json(nullptr)},
                        {"at", in.at_text()},
                        {"overlay", overlay_json(in.overlay())},
                        {"reported", reported},
                        {"expected", rows->rows.size()},
                        {"rows", std::move(list)}});
}

Json points_json(const watch::Series& series, Zone zone, bool trim) {
  Json points = Json::array();
  for (const watch::SeriesPoint& point : series.points) {
    if (trim && points.empty() && !point.cell.value) continue;
    points.push_back({{"at", date_text(point.end, zone)},
                      {"value", json_number(point.cell.value)},
                      {"reported", point.cell.reported},
                      {"expected", point.cell.expected},
                      {"estimated", point.cell.estimated}});
  }
  return points;
}

Response get_series(const Call& call) {
  Inquiry in(call);
  in.read_overlay();
  const RegionIndex region = in.region("region");
  const auto from = in.moment("from", false);
  const auto to = in.moment("to", true);
  const auto step = in.params.word("step", {"auto", "year", "quarter", "month", "day"});
  const model::IndicatorDef* def = require_indicator(in, call);
  if (!in.ready()) return in.refusal();
  watch::SeriesRequest request;
  request.to = to.value_or(std::min(in.as_of(), in.state().data_to.value_or(in.as_of())));
  const Instant earliest = minus(request.to, Span{0, 12 * default_years_back}, in.zone());
  request.from =
      from.value_or(period_containing(std::max(earliest, in.state().data_from.value_or(earliest)),
                                      PeriodKind::year, in.zone())
                        .begin);
  if (request.from >= request.to) {
    return problem({Code::invalid, "the series ends before it begins", "query:from"});
  }
  if (step && *step != "auto") request.step = *parse_period_kind(*step);
  const auto series = watch::series(in.view(), def->id, region, request);
  if (!series) return problem(series.error());
  const auto results = in.state().plan_results(in.view(), in.overlay(), in.state_key());
  const auto target = target_of(in.view(), results, *def, region);
  return json_response(
      {{"indicator", def->id},
       {"region", region_ref(in.view().regions(), region)},
       {"unit", series->unit.text},
       {"step", to_string(series->step)},
       {"from", to_string(date_of(request.from, in.zone()))},
       {"to", date_text(request.to, in.zone())},
       {"points", points_json(*series, in.zone(), !from)},
       {"trajectory",
        target ? trajectory_json(target->result->trajectory, target->factor) : Json::array()}});
}

}  // namespace

void add_indicator_routes(Router& router) {
  router.add({"GET", "/v1/indicators", Access::read, 0, list_indicators});
  router.add({"GET", "/v1/indicators/{id}/values", Access::read, 0, get_values});
  router.add({"GET", "/v1/indicators/{id}/series", Access::read, 0, get_series});
}

}  // namespace cairn::server
