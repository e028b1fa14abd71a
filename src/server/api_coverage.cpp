// SPDX-License-Identifier: Apache-2.0
// Layers of coverage, their tiles, who serves a place, and what one more site would add.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>

#include "codec/mvt.hpp"
#include "core/text.hpp"
#include "server/api.hpp"
#include "server/coverage_desk.hpp"
#include "server/coverage_paint.hpp"
#include "server/coverage_what_if.hpp"
#include "server/detail/coverage_json.hpp"
#include "server/detail/render.hpp"
#include "server/inquiry.hpp"

namespace cairn::server {
namespace {

constexpr int tile_most_zoom = 16;
constexpr std::uint32_t tile_pixels = 256;
constexpr int tile_retry_seconds = 2;
constexpr std::size_t what_if_body_bytes = 4096;
constexpr std::size_t shown_villages = 200;
// Below what is heard at all; see radio::CoverageOptions::heard_dbm.
constexpr double unheard_dbm = -145;

using Scene = std::shared_ptr<const CoverageScene>;

// A question whose request has gone.
struct KeptCall {
  explicit KeptCall(const Call& call)
      : request(call.request), call{request, call.captures, call.query, call.state, call.today} {}
  KeptCall(const KeptCall&) = delete;
  KeptCall& operator=(const KeptCall&) = delete;
  Request request;
  Call call;
};

using Answer = Response (*)(const Call&, CoverageDesk&);

void keep_for(CoverageDesk& desk, const Call& call, Reply reply, Answer answer) {
  desk.answer(std::move(reply), [kept = std::make_shared<KeptCall>(call), &desk, answer] {
    return answer(kept->call, desk);
  });
}

// Now where the stations of that day and proposal are known; otherwise by the desk, which reads
// them for a few askers at a time: who asks for a thousand dates must not keep others out.
void when_known(const Call& call, Reply reply, CoverageDesk& desk, Answer answer, bool is_tile) {
  Inquiry in(call);
  in.read_at();
  in.read_overlay();
  if (is_tile) (void)in.params.boolean("dark", false);
  if (!in.ready()) return reply.send(in.refusal());
  if (desk.knows(call.state, in.view(), in.overlay())) return reply.send(answer(call, desk));
  keep_for(desk, call, std::move(reply), answer);
}

Label operator_label(const std::string& id) {
  static const std::pair<std::string_view, Label> known[] = {
      {"mobile", {"中国移动", "China Mobile"}},
      {"telecom", {"中国电信", "China Telecom"}},
      {"unicom", {"中国联通", "China Unicom"}},
      {"broadnet", {"中国广电", "China Broadnet"}}};
  for (const auto& [name, label] : known) {
    if (name == id) return label;
  }
  return {id, id};
}

Json classes_json(double threshold_dbm) {
  Json out = Json::array();
  for (const LevelClass& c : level_classes()) {
    const bool last = c.id == "none";
    out.push_back(
        {{"id", c.id},
         {"label", json_label(c.label)},
         {"least_dbm", last ? Json(nullptr) : json_number(threshold_dbm + c.over_threshold_db)},
         {"colour", last ? Json(nullptr) : Json(hex_colour(c.light))},
         {"colour_dark", last ? Json(nullptr) : Json(hex_colour(c.dark))}});
  }
  return out;
}

Json layer_json(const CoverageScene& scene, std::size_t index, const CoverageDesk& desk) {
  const CoverageLayerDef& layer = scene.set->layers[index];
  const CoverageDesk::Progress progress = desk.progress(scene, index);
  const bool ready = progress.phase == CoverageDesk::Phase::ready;
  return {{"operator", layer.operator_id},
          {"band", layer.band},
          {"kind", layer.whole_technology ? "technology" : "band"},
          {"technology", layer.technology},
          {"label", json_label(layer.label)},
          {"stations", layer.cells.size()},
          {"sites", layer.sites},
          {"unlocated", layer.unlocated},
          {"estimated", layer.estimated},
          {"state", to_string(progress.phase)},
          {"progress", json_rounded(progress.part, 1000)},
          {"error", json_text_or_null(progress.error)},
          {"tiles",
           format("/v1/coverage/tiles/{}/{}/{{z}}/{{x}}/{{y}}.png", layer.operator_id, layer.band)},
          {"threshold_dbm", json_number(layer.threshold_dbm)},
          {"classes", classes_json(layer.threshold_dbm)},
          {"covered_km2", ready ? json_rounded(progress.covered_km2) : Json(nullptr)},
          {"area_km2", ready ? json_rounded(progress.area_km2) : Json(nullptr)}};
}

Response list_layers(const Call& call, CoverageDesk& desk) {
  Inquiry in(call);
  in.read_at();
  in.read_overlay();
  if (!in.ready()) return in.refusal();
  const auto scene = desk.scene(call.state, in.view(), in.overlay());
  Json out{{"at", in.at_text()}, {"overlay", overlay_json(in.overlay())}};
  if (!scene) {
    out.update({{"terrain", nullptr},
                {"reason", scene.error().message},
                {"estimated", false},
                {"model", "p1812"},
                {"pixel_m", nullptr},
                {"radius_km", 0},
                {"operators", Json::array()},
                {"layers", Json::array()}});
    return json_response(out);
  }
  const CellSet& set = *(*scene)->set;
  Json layers = Json::array();
  bool estimated = set.terrain->info.estimated;
  for (std::size_t i = 0; i < set.layers.size(); ++i) {
    layers.push_back(layer_json(**scene, i, desk));
    estimated |= set.layers[i].estimated;
  }
  Json operators = Json::array();
  for (const std::string& id : set.operators) {
    operators.push_back({{"id", id}, {"label", json_label(operator_label(id))}});
  }
  out.update({{"terrain", terrain_json(*set.terrain)},
              {"reason", nullptr},
              {"estimated", estimated},
              {"model", radio::to_string(set.propagation.model)},
              {"pixel_m", json_rounded((*scene)->frame.cell_m)},
              {"radius_km", json_rounded(set.radius_m / 1000)},
              {"operators", std::move(operators)},
              {"layers", std::move(layers)}});
  return json_response(out);
}

std::optional<codec::TileId> read_tile(const Call& call) {
  const auto z = parse_integer(call.path("z"));
  const auto x = parse_integer(call.path("x"));
  const auto y = parse_integer(call.path("y"));
  if (!z || !x || !y || *z < 0 || *z > tile_most_zoom) return std::nullopt;
  if (*x < 0 || *y < 0 || *x > UINT32_MAX || *y > UINT32_MAX) return std::nullopt;
  const codec::TileId id{static_cast<int>(*z), static_cast<std::uint32_t>(*x),
                         static_cast<std::uint32_t>(*y)};
  return codec::is_valid(id) ? std::optional(id) : std::nullopt;
}

// The number of a layer; a complaint that says which there are.
Result<std::size_t> find_layer(const CellSet& set, const std::string& operator_id,
                               const std::string& band, std::string_view where) {
  if (const CoverageLayerDef* found = set.layer(operator_id, band)) {
    return static_cast<std::size_t>(found - set.layers.data());
  }
  std::set<std::string> names;
  if (operator_id != any_operator && !set.has_operator(operator_id)) {
    names.insert(set.operators.begin(), set.operators.end());
    names.insert(std::string(any_operator));
    const std::vector<std::string> list(names.begin(), names.end());
    return fail(Code::not_found,
                format("there is no operator '{}'; there are {}", operator_id, join(list, ", ")),
                format("{}:operator", where));
  }
  for (const CoverageLayerDef& layer : set.layers) names.insert(layer.band);
  const std::vector<std::string> list(names.begin(), names.end());
  return fail(Code::not_found,
              format("there is no band or technology '{}'; there are {}", band, join(list, ", ")),
              format("{}:band", where));
}

Result<std::string> paint_layer(const CoverageScene& scene, const LayerRaster& raster,
                                codec::TileId id, bool dark) {
  const auto& classes = level_classes();
  return paint(scene.set->terrain->grid.plane, codec::tile_square(id), tile_pixels, tile_pixels,
               [&](geo::PlanePoint at) {
                 const double dbm = sample_frame(raster.frame, at, unheard_dbm, [&](std::size_t i) {
                   return double{level_dbm(raster.level[i])};
                 });
                 const LevelClass& c = classes[level_class(dbm, raster.threshold_dbm)];
                 return dark ? c.dark : c.light;
               });
}

Response get_tile(const Call& call, CoverageDesk& desk) {
  Inquiry in(call);
  in.read_at();
  in.read_overlay();
  const bool dark = in.params.boolean("dark", false);
  if (!in.ready()) return in.refusal();
  const auto id = read_tile(call);
  if (!id) {
    return problem(400, format("there is no such tile: z is 0 to {}, x and y are 0 to 2^z − 1",
                               tile_most_zoom));
  }
  const auto scene = desk.scene(call.state, in.view(), in.overlay());
  if (!scene) return problem(scene.error());
  const auto layer = find_layer(*(*scene)->set, call.path("operator"), call.path("band"), "path");
  if (!layer) return problem(layer.error());
  Response out;
  out.type = "image/png";
  LayerRaster nothing;
  const bool empty = (*scene)->set->layers[*layer].cells.empty();
  const auto raster = empty ? nullptr : desk.raster(*scene, *layer);
  if (!raster && !empty) {
    const CoverageDesk::Progress progress = desk.progress(**scene, *layer);
    if (progress.phase == CoverageDesk::Phase::failed) return problem(409, progress.error);
    out.status = 202;
    out.headers.push_back({"Retry-After", std::to_string(tile_retry_seconds)});
    out.headers.push_back({"Cache-Control", "no-store"});
  }
  const std::string key = format("{}/{}/{}/{}/{}", (*scene)->digests[*layer], id->z, id->x, id->y,
                                 dark ? "dark" : "light");
  if (const auto painted = raster ? desk.tiles().find(key) : nullptr) {
    out.body = *painted;
    return out;
  }
  auto picture = paint_layer(**scene, raster ? *raster : nothing, *id, dark);
  if (!picture) return problem(picture.error());
  if (raster) desk.tiles().put(key, *picture);
  out.body = std::move(*picture);
  return out;
}

// Longitude and latitude of a query.
geo::Point read_position(Inquiry& in) {
  const auto read = [&](std::string_view name, double most) {
    if (!in.params.number(name)) {
      (void)in.params.required(name);
      return 0.0;
    }
    const double value = *in.params.number(name);
    if (!(std::fabs(value) <= most)) {
      in.params.complain(name, format("this has at most {} degrees{}", most,
                                      most == 90 ? "; longitude and latitude may be swapped" : ""));
    }
    return value;
  };
  const double lon = read("lon", 180);
  return {lon, read("lat", 90)};
}

Json ridge_json(const std::optional<radio::Ridge>& ridge) {
  if (!ridge) return nullptr;
  return {{"position", position_json(ridge->position)},
          {"distance_km", json_rounded(ridge->from_cell_m / 1000, 1e3)},
          {"over_m", json_rounded(ridge->above_line_m)}};
}

// What a question of a place needs when its request has gone.
struct PlaceQuestion {
  Scene scene;
  std::size_t layer = 0;
  geo::Point position;
  std::string at;
  std::string overlay;
};

Response answer_place(const PlaceQuestion& q) {
  const CellSet& set = *q.scene->set;
  const CoverageLayerDef& layer = set.layers[q.layer];
  const std::vector<radio::Cell> cells = set.cells_of(layer);
  radio::ServeOptions options;
  options.propagation = set.propagation;
  options.radius_m = set.radius_m;
  options.second_elsewhere = true;
  const radio::ServePoint point{"here", q.position};
  const auto served =
      radio::serve_points(set.terrain->grid, cells, {&point, 1}, options, *serial_workers());
  if (!served) return problem(served.error());
  const radio::ServedPoint& here = served->points.front();
  if (!here.error.empty()) {
    return problem({Code::invalid, here.error, "query:lon"});
  }
  const radio::ServedState& now = here.now();
  const auto render = [&](const std::optional<radio::Serving>& serving) {
    return serving ? server_json(*serving, cells[serving->cell]) : Json(nullptr);
  };
  const auto plane = set.terrain->grid.plane.forward(q.position);
  const auto ground = plane ? set.terrain->grid.height_m(*plane) : std::nullopt;
  const double rsrp = now.best ? now.best->quality.rsrp_dbm : unheard_dbm;
  return json_response(
      {{"position", position_json(q.position)},
       {"ground_m", ground ? json_rounded(*ground) : Json(nullptr)},
       {"at", q.at},
       {"overlay", overlay_json(q.overlay)},
       {"operator", layer.operator_id},
       {"band", layer.band},
       {"covered", now.covered()},
       {"class", level_classes()[level_class(rsrp, layer.threshold_dbm)].id},
       {"best", render(now.best)},
       {"second", render(now.second)},
       {"reason", now.covered() ? Json(nullptr) : json_label(why_label(to_string(now.why)))},
       {"ridge", ridge_json(now.ridge)},
       {"terrain_label", set.terrain->info.label},
       {"estimated", layer.estimated}});
}

Response place_at(const Call& call, CoverageDesk& desk) {
  Inquiry in(call);
  PlaceQuestion question;
  question.position = read_position(in);
  const std::string operator_id = in.params.text_or("operator", any_operator);
  const std::string band = in.params.text_or("band", "5g");
  in.read_at();
  in.read_overlay();
  if (!in.ready()) return in.refusal();
  auto scene = desk.scene(call.state, in.view(), in.overlay());
  if (!scene) return problem(scene.error());
  const auto layer = find_layer(*(*scene)->set, operator_id, band, "query");
  if (!layer) return problem(layer.error());
  const CoverageTerrain& terrain = *(*scene)->set->terrain;
  const auto at = terrain.grid.plane.forward(question.position);
  if (!at || !terrain.grid.height_m(*at)) {
    return problem({Code::invalid, off_relief(terrain, question.position), "query:lon"});
  }
  question.scene = std::move(*scene);
  question.layer = *layer;
  question.at = in.at_text();
  question.overlay = in.overlay();
  return answer_place(question);
}

// Mistakes are answered at once, the rest when its turn comes.
void get_at(const Call& call, Reply reply, CoverageDesk& desk) {
  Inquiry in(call);
  (void)read_position(in);
  for (const char* name : {"operator", "band"}) (void)in.params.text_or(name, {});
  in.read_at();
  in.read_overlay();
  if (!in.ready()) return reply.send(in.refusal());
  keep_for(desk, call, std::move(reply), place_at);
}

// The body of a what-if; complaints carry JSON pointers.
class SiteReader {
 public:
  SiteReader(Inquiry& in, const Request& request) : in_(in) {
    if (!request.header("content-type").starts_with("application/json")) {
      in.refuse(problem(415, "the body must be application/json"));
      return;
    }
    body_ = Json::parse(request.body, nullptr, false);
    if (!body_.is_object()) {
      in.refuse(problem(400, "the body is no JSON object",
                        {{"", "the body is no JSON object", std::nullopt, 1, {}}}));
      body_ = Json::object();
      return;
    }
    static const std::set<std::string> known{
        "lon",     "lat", "mast_m", "band", "operator", "azimuth_deg", "power_offset_db",
        "overlay", "at"};
    for (const auto& [name, value] : body_.items()) {
      if (!known.contains(name)) complain(name, format("there is no member '{}' here", name));
    }
  }

  double number(const char* name) {
    const auto value = optional_number(name);
    if (!value && !body_.contains(name)) complain(name, format("'{}' is required", name));
    return value.value_or(0);
  }
  std::optional<double> optional_number(const char* name) {
    const auto at = body_.find(name);
    if (at == body_.end() || at->is_null()) return std::nullopt;
    if (at->is_number() && std::isfinite(at->get<double>())) return at->get<double>();
    complain(name, format("'{}' must be a number", name));
    return std::nullopt;
  }
  std::string text(const char* name, bool required) {
    const auto at = body_.find(name);
    if (at != body_.end() && at->is_string()) return at->get<std::string>();
    if (at != body_.end() || required) complain(name, format("'{}' must be a text", name));
    return {};
  }
  void finish() {
    if (!complaints_.empty()) in_.refuse(problem(std::move(complaints_)));
  }

 private:
  void complain(const std::string& name, std::string message) {
    complaints_.push_back({"/" + name, std::move(message), std::nullopt, 1, {}});
  }

  Inquiry& in_;
  Json body_ = Json::object();
  std::vector<Complaint> complaints_;
};

// The villages within reach, as the view has them.
std::vector<WhatIfVillage> villages_around(const watch::View& view, geo::Point centre,
                                           double radius_m) {
  std::vector<WhatIfVillage> out;
  const model::Table* table = view.snapshot.table(view.catalog().coverage->type);
  if (table == nullptr) return out;
  const int people = table->type->property_index("population");
  for (std::uint32_t row = 0; row < table->size(); ++row) {
    const Interval valid = table->valid[row];
    const geo::Point position = table->position[row];
    if (!(valid.begin < view.as_of && view.as_of <= valid.end)) continue;
    if (!std::isfinite(position.x) || geo::distance_m(position, centre) > radius_m) continue;
    WhatIfVillage village{table->ids[row], table->names[row], {}, position, {}, false};
    village.estimated = table->estimated[row] != 0 || table->position_estimated[row] != 0;
    if (table->region[row] != model::no_region) {
      village.county = view.regions()[view.regions().county_of(table->region[row])].code;
    }
    if (people >= 0) {
      const model::Column& column = table->columns[static_cast<std::size_t>(people)];
      if (column.present[row] != 0) village.population = column.numbers[row];
    }
    out.push_back(std::move(village));
  }
  return out;
}

struct WhatIfQuestion {
  Scene scene;
  WhatIfSite site;
  std::shared_ptr<const LayerRaster> known = nullptr;  // shared: as the desk keeps it
  std::vector<WhatIfVillage> villages;
  std::string at;
  std::string overlay;
};

Json gains_json(const WhatIfQuestion& q, const WhatIfAnswer& answer) {
  Json out = Json::array();
  for (const WhatIfGain& gain : answer.gains) {
    if (out.size() >= shown_villages) break;
    const WhatIfVillage& village = q.villages[gain.village];
    out.push_back({{"code", village.code},
                   {"label", json_label(village.label)},
                   {"county", village.county},
                   {"position", position_json(village.position)},
                   {"before_dbm", gain.before_dbm ? json_rounded(*gain.before_dbm) : Json(nullptr)},
                   {"after_dbm", json_rounded(gain.after_dbm)},
                   {"population", json_number(village.population)},
                   {"estimated", village.estimated}});
  }
  return out;
}

Response answer_what_if(const WhatIfQuestion& q) {
  const auto begin = std::chrono::steady_clock::now();
  const auto answer = what_if(*q.scene->set, q.site, q.villages, *serial_workers(), q.known.get());
  if (!answer) return problem(answer.error());
  Json classes = Json::array();
  for (const ChangeClass& c : change_classes()) {
    classes.push_back(
        {{"id", c.id}, {"label", json_label(c.label)}, {"colour", hex_colour(c.colour)}});
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  return json_response({{"position", position_json(q.site.position)},
                        {"ground_m", json_rounded(answer->ground_m)},
                        {"mast_m", json_number(q.site.mast_m)},
                        {"band", q.site.band},
                        {"operator", q.site.operator_id},
                        {"azimuth_deg", json_number(q.site.azimuth_deg)},
                        {"at", q.at},
                        {"overlay", overlay_json(q.overlay)},
                        {"technology", answer->technology},
                        {"threshold_dbm", json_number(answer->threshold_dbm)},
                        {"pixel_m", json_rounded(answer->pixel_m)},
                        {"radius_km", json_rounded(q.scene->set->radius_m / 1000)},
                        {"covered_km2", json_rounded(answer->covered_km2, 100)},
                        {"gained_km2", json_rounded(answer->gained_km2, 100)},
                        {"already_km2", json_rounded(answer->already_km2, 100)},
                        {"villages", gains_json(q, *answer)},
                        {"village_count", answer->gains.size()},
                        {"village_people", json_number(answer->people)},
                        {"better_count", answer->better},
                        {"images",
                         {{"bbox", box_json(answer->box)},
                          {"level", png_address(answer->level)},
                          {"difference", png_address(answer->difference)}}},
                        {"level_classes", classes_json(answer->threshold_dbm)},
                        {"classes", std::move(classes)},
                        {"terrain_label", q.scene->set->terrain->info.label},
                        {"estimated", answer->estimated},
                        {"seconds", json_rounded(took.count(), 100)}});
}

void read_site(Inquiry& in, const Call& call, WhatIfSite& site) {
  SiteReader body(in, call.request);
  site.position = {body.number("lon"), body.number("lat")};
  site.mast_m = body.number("mast_m");
  site.band = body.text("band", true);
  site.operator_id = body.text("operator", true);
  site.azimuth_deg = body.optional_number("azimuth_deg");
  site.power_offset_db = body.optional_number("power_offset_db").value_or(0);
  in.set_overlay(body.text("overlay", false));
  if (const std::string at = body.text("at", false); !at.empty()) in.set_at(at, "/at");
  body.finish();
}

Response site_added(const Call& call, CoverageDesk& desk) {
  Inquiry in(call);
  WhatIfQuestion question;
  read_site(in, call, question.site);
  if (!in.ready()) return in.refusal();
  auto scene = desk.scene(call.state, in.view(), in.overlay());
  if (!scene) return problem(scene.error());
  question.scene = std::move(*scene);
  if (auto good = check_site(*question.scene->set, question.site); !good) {
    return problem(good.error());
  }
  question.villages =
      villages_around(in.view(), question.site.position, question.scene->set->radius_m);
  // Where that layer is not there yet it is begun: the next move of the site is quicker.
  const CellSet& set = *question.scene->set;
  const std::string& technology = set.band(question.site.band)->def->technology;
  const auto layer = find_layer(set, question.site.operator_id, technology, "");
  if (layer && !set.layers[*layer].cells.empty()) {
    question.known = desk.raster(question.scene, *layer);
  }
  question.at = in.at_text();
  question.overlay = in.overlay();
  return answer_what_if(question);
}

void post_what_if(const Call& call, Reply reply, CoverageDesk& desk) {
  Inquiry in(call);
  WhatIfSite site;
  read_site(in, call, site);
  if (!in.ready()) return reply.send(in.refusal());
  keep_for(desk, call, std::move(reply), site_added);
}

}  // namespace

void add_coverage_routes(Router& router, CoverageDesk& desk) {
  router.add(
      {"GET", "/v1/coverage/layers", Access::read, 0, {}, [&desk](const Call& call, Reply reply) {
         when_known(call, std::move(reply), desk, list_layers, false);
       }});
  router.add({"GET",
              "/v1/coverage/tiles/{operator}/{band}/{z}/{x}/{y}.png",
              Access::read,
              0,
              {},
              [&desk](const Call& call, Reply reply) {
                when_known(call, std::move(reply), desk, get_tile, true);
              }});
  router.add(
      {"GET", "/v1/coverage/at", Access::read, 0, {}, [&desk](const Call& call, Reply reply) {
         get_at(call, std::move(reply), desk);
       }});
  router.add(
      {"POST",
       "/v1/coverage/what-if",
       Access::read,
       what_if_body_bytes,
       {},
       [&desk](const Call& call, Reply reply) { post_what_if(call, std::move(reply), desk); }});
}

}  // namespace cairn::server
