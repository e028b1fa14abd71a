// SPDX-License-Identifier: Apache-2.0
#include "app/coverage_report.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/csv.hpp"
#include "core/text.hpp"

namespace cairn::app {
namespace {

using Json = nlohmann::ordered_json;
using radio::ServedPoint;
using radio::ServedState;
using radio::Serving;
using radio::Why;

const char* say(Language language, const char* zh, const char* en) {
  return language == Language::zh ? zh : en;
}

// The same with values in it.
template <class... Args>
std::string say_with(Language language, fmt::format_string<Args...> zh,
                     fmt::format_string<Args...> en, Args&&... args) {
  return language == Language::zh ? format(zh, std::forward<Args>(args)...)
                                  : format(en, std::forward<Args>(args)...);
}

std::string fixed(double value, int digits) {
  return std::isfinite(value) ? format("{:.{}f}", value, digits) : std::string();
}

const char* worse_of(const Serving& s) {
  return s.quality.uplink_is_worse ? "uplink" : "downlink";
}

// What a row says of a place, once for all formats. Empty texts are missing values.
struct Cells {
  const CoverageReport& report;
  const PointRow& row;
  const ServedPoint& point;

  const ServedState* state() const { return point.error.empty() ? &point.now() : nullptr; }
  const Serving* best() const {
    return state() != nullptr && state()->best ? &*state()->best : nullptr;
  }
  const Serving* second() const {
    return state() != nullptr && state()->second ? &*state()->second : nullptr;
  }
  const radio::Cell& cell(const Serving& s) const { return report.cells[s.cell]; }
};

const char* const columns[] = {"id",
                               "name",
                               "kind",
                               "lon",
                               "lat",
                               "covered",
                               "server",
                               "operator",
                               "band",
                               "technology",
                               "rsrp_dbm",
                               "margin_db",
                               "headroom_db",
                               "downlink_kbps",
                               "uplink_kbps",
                               "worse",
                               "loss_db",
                               "line_of_sight",
                               "distance_km",
                               "bearing_deg",
                               "mcl_class",
                               "second_server",
                               "second_operator",
                               "second_rsrp_dbm",
                               "why",
                               "reason",
                               "ridge_lon",
                               "ridge_lat",
                               "ridge_height_m",
                               "ridge_km",
                               "ridge_above_line_m",
                               "ridge_costs_db",
                               "outside_range",
                               "note",
                               "road_m",
                               "estimated",
                               "place"};

// The values of one row, in the order of `columns`.
std::vector<Json> values_of(const Cells& c) {
  const Json none = nullptr;
  const auto text = [&](const std::string& value) { return value.empty() ? none : Json(value); };
  const auto number = [&](double value, double scale) {
    return std::isfinite(value) ? Json(std::round(value * scale) / scale) : none;
  };
  const ServedState* state = c.state();
  std::vector<Json> out = {c.row.id,         text(c.row.name.in(c.report.language)),
                           text(c.row.kind), c.row.position.x,
                           c.row.position.y, state == nullptr ? none : Json(state->covered())};
  if (const Serving* s = c.best()) {
    const radio::Cell& cell = c.cell(*s);
    const std::array<Json, 15> values = {
        cell.id,
        text(cell.operator_id),
        cell.budget->band,
        cell.budget->technology,
        number(s->quality.rsrp_dbm, 100),
        number(s->quality.margin_db, 100),
        number(s->headroom_db, 100),
        number(s->quality.downlink_kbps, 10),
        number(s->quality.uplink_kbps, 10),
        worse_of(*s),
        number(s->loss_db, 100),
        s->line_of_sight,
        number(s->distance_m / 1000, 1000),
        number(s->bearing_deg, 10),
        s->quality.mcl_class < 0 ? none : Json(s->quality.mcl_class)};
    out.insert(out.end(), values.begin(), values.end());
  } else {
    out.insert(out.end(), 15, none);
  }
  if (const Serving* s = c.second()) {
    out.insert(out.end(), {Json(c.cell(*s).id), text(c.cell(*s).operator_id),
                           number(s->quality.rsrp_dbm, 100)});
  } else {
    out.insert(out.end(), 3, none);
  }
  out.push_back(state == nullptr ? none : Json(radio::to_string(state->why)));
  out.push_back(state == nullptr ? Json(c.point.error)
                                 : text(reason_text(*state, c.report.cells, c.report.language)));
  if (state != nullptr && state->ridge) {
    const radio::Ridge& r = *state->ridge;
    out.insert(
        out.end(),
        {number(r.position.x, 1e6), number(r.position.y, 1e6), number(r.ground_m + r.clutter_m, 10),
         number(r.from_point_m / 1000, 1000), number(r.above_line_m, 10), number(r.costs_db, 100)});
  } else {
    out.insert(out.end(), 6, none);
  }
  out.push_back(c.best() == nullptr ? none : Json(c.best()->outside_range));
  out.push_back(text(c.point.note));
  out.insert(out.end(), {c.row.length_m > 0 ? number(c.row.length_m, 100) : none,
                         Json(c.report.estimated || c.row.estimated), Json(c.row.place)});
  return out;
}

std::string csv_text(const Json& value) {
  if (value.is_null()) return "";
  if (value.is_string()) return csv_field(value.get<std::string>());
  if (value.is_number()) return number_text(value.get<double>());
  return value.dump();
}

void count(CoverageShare& share, const PointRow& row, const ServedPoint& point) {
  const bool known = point.error.empty();
  const bool covered = known && point.now().covered();
  ++share.points;
  share.covered += covered ? 1 : 0;
  share.unknown += known ? 0 : 1;
  share.metres += row.length_m;
  share.covered_metres += covered ? row.length_m : 0;
  share.unknown_metres += known ? 0 : row.length_m;
}

std::string share_line(const CoverageShare& share, Language language) {
  const bool road = share.metres > 0;
  const std::string part = share.share() < 0 ? say(language, "未知", "unknown")
                                             : format("{:.1f} %", 100 * share.share());
  std::string amount =
      road ? format("{:.1f} / {:.1f} km", share.covered_metres / 1000, share.metres / 1000)
           : format("{} / {}", share.covered, share.points);
  if (share.unknown > 0) {
    amount += road ? say_with(language, "，未知 {:.1f} km", ", {:.1f} km unknown",
                              share.unknown_metres / 1000)
                   : say_with(language, "，未知 {}", ", {} unknown", share.unknown);
  }
  return format("{}: {} ({})\n", share.kind.empty() ? say(language, "地点", "places") : share.kind,
                part, amount);
}

std::vector<std::string> table_row(const Cells& c) {
  const Language language = c.report.language;
  const ServedState* state = c.state();
  std::vector<std::string> out = {c.row.id, c.row.name.in(language)};
  if (state == nullptr) {
    out.insert(out.end(), {"?", "", "", "", "", "", "", "", c.point.error});
    return out;
  }
  out.push_back(state->covered() ? say(language, "是", "yes") : say(language, "否", "no"));
  if (const Serving* s = c.best()) {
    out.insert(out.end(),
               {c.cell(*s).id, fixed(s->quality.rsrp_dbm, 1), fixed(s->quality.margin_db, 1),
                fixed(s->quality.downlink_kbps / 1000, 2), fixed(s->quality.uplink_kbps / 1000, 2),
                s->line_of_sight ? say(language, "视距", "yes") : say(language, "遮挡", "no")});
  } else {
    out.insert(out.end(), 6, "");
  }
  out.push_back(c.second() != nullptr ? c.cell(*c.second()).id : "");
  out.push_back(reason_text(*state, c.report.cells, language));
  return out;
}

std::string ridge_text(const radio::Ridge& r, Language language) {
  return say_with(language,
                  "被山脊遮挡：距此地 {:.2f} km（{:.5f}, {:.5f}），海拔 {:.0f} m，"
                  "高出视线 {:.0f} m，比自由空间多损耗 {:.1f} dB",
                  "behind a ridge {:.2f} km away ({:.5f}, {:.5f}), {:.0f} m above sea level, "
                  "{:.0f} m over the line of sight, {:.1f} dB more than free space",
                  r.from_point_m / 1000, r.position.x, r.position.y, r.ground_m + r.clutter_m,
                  r.above_line_m, r.costs_db);
}

}  // namespace

double CoverageShare::share() const {
  if (metres > 0) {
    const double known = metres - unknown_metres;
    return known > 0 ? covered_metres / known : -1;
  }
  const std::size_t known = points - unknown;
  return known > 0 ? static_cast<double>(covered) / static_cast<double>(known) : -1;
}

std::vector<CoverageShare> coverage_shares(const CoverageReport& report) {
  std::vector<CoverageShare> kinds;
  std::vector<CoverageShare> roads(report.points.roads.size());
  for (std::size_t i = 0; i < roads.size(); ++i) {
    roads[i].kind = report.points.roads[i].in(report.language);
  }
  for (std::size_t i = 0; i < report.points.rows.size(); ++i) {
    const PointRow& row = report.points.rows[i];
    const ServedPoint& point = report.served.points[i];
    if (row.length_m > 0) {
      count(roads[row.road], row, point);
      continue;
    }
    auto at = std::find_if(kinds.begin(), kinds.end(),
                           [&](const CoverageShare& each) { return each.kind == row.kind; });
    if (at == kinds.end()) {
      at = kinds.insert(kinds.end(), CoverageShare{});
      at->kind = row.kind;
    }
    count(*at, row, point);
  }
  kinds.insert(kinds.end(), roads.begin(), roads.end());
  return kinds;
}

std::string reason_text(const ServedState& state, std::span<const radio::Cell> cells,
                        Language language) {
  const auto short_by = [&] {
    return state.best
               ? say_with(language, "；差 {:.1f} dB", "; {:.1f} dB short", -state.best->headroom_db)
               : std::string();
  };
  const auto from = [&] {
    return state.best ? say_with(language, "（{}）", " ({})", cells[state.best->cell].id)
                      : std::string();
  };
  switch (state.why) {
    case Why::covered:
      return "";
    case Why::no_cell:
      return say(language, "半径内没有基站", "no station within the radius");
    case Why::ridge:
      return (state.ridge ? ridge_text(*state.ridge, language)
                          : say(language, "被地形遮挡", "behind terrain")) +
             short_by();
    case Why::antenna:
      return say(language, "天线主瓣不朝向此地", "the antenna points elsewhere") + from() +
             short_by();
    case Why::too_far:
      return say(language, "距离过远，自由空间损耗已超限",
                 "too far: free space alone costs too much") +
             from() + short_by();
    case Why::uplink:
      return say(language, "信号足够，上行速率不足", "the signal suffices, the uplink does not") +
             from() + short_by();
    case Why::downlink:
      return say(language, "信号足够，下行速率不足",
                 "the signal suffices, the downlink rate does not") +
             from() + short_by();
    case Why::unknown:
      return say(language, "各路径均穿过地形缺失处", "every path crosses a hole of the terrain");
  }
  return "";
}

std::string share_text(const CoverageReport& report) {
  const Language language = report.language;
  std::string out;
  for (const CoverageShare& share : coverage_shares(report)) out += share_line(share, language);
  return out +
         format("{}{}{}\n", say(language, "地形：", "terrain: "), report.terrain_label,
                report.estimated ? say(language, "（含估计数据）", " (with estimated data)") : "");
}

std::string report_table(const CoverageReport& report, const Style& style, std::size_t most) {
  const Language language = report.language;
  std::string out;
  TextTable table({"id", say(language, "名称", "name"), say(language, "覆盖", "covered"),
                   say(language, "服务小区", "server"), ">RSRP dBm",
                   say(language, ">余量 dB", ">margin dB"),
                   say(language, ">下行 Mb/s", ">down Mb/s"),
                   say(language, ">上行 Mb/s", ">up Mb/s"), say(language, "视距", "sight"),
                   say(language, "第二小区", "second"), say(language, "原因", "reason")});
  std::size_t shown = 0;
  std::size_t places = 0;
  for (std::size_t i = 0; i < report.points.rows.size(); ++i) {
    const PointRow& row = report.points.rows[i];
    if (row.length_m > 0) continue;
    ++places;
    if (most > 0 && shown == most) continue;
    ++shown;
    table.add(table_row({report, row, report.served.points[i]}));
  }
  if (shown > 0) out += table.text(style);
  if (shown < places) {
    out += say_with(language, "…… 共 {} 处，余下见 --points-out\n",
                    "… of {} places; --points-out writes all\n", places);
  }
  return out + share_text(report);
}

std::string report_csv(const CoverageReport& report) {
  std::string out;
  for (const char* column : columns) out += format("{}{}", out.empty() ? "" : ",", column);
  out += "\r\n";
  for (std::size_t i = 0; i < report.points.rows.size(); ++i) {
    bool first = true;
    for (const Json& value : values_of({report, report.points.rows[i], report.served.points[i]})) {
      if (!first) out += ',';
      first = false;
      out += csv_text(value);
    }
    out += "\r\n";
  }
  return out;
}

std::string report_json(const CoverageReport& report) {
  Json points = Json::array();
  for (std::size_t i = 0; i < report.points.rows.size(); ++i) {
    Json point = Json::object();
    const auto values = values_of({report, report.points.rows[i], report.served.points[i]});
    for (std::size_t k = 0; k < values.size(); ++k) point[columns[k]] = values[k];
    points.push_back(std::move(point));
  }
  Json shares = Json::array();
  for (const CoverageShare& share : coverage_shares(report)) {
    Json each = {{"kind", share.kind},
                 {"points", share.points},
                 {"covered", share.covered},
                 {"unknown", share.unknown},
                 {"share", share.share() < 0 ? Json(nullptr) : Json(share.share())}};
    if (share.metres > 0) {
      each["km"] = share.metres / 1000;
      each["covered_km"] = share.covered_metres / 1000;
    }
    shares.push_back(std::move(each));
  }
  const Json out = {{"model", report.model},
                    {"terrain", {{"label", report.terrain_label}}},
                    {"estimated", report.estimated},
                    {"shares", std::move(shares)},
                    {"points", std::move(points)}};
  return out.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cairn::app
