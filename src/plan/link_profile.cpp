// SPDX-License-Identifier: Apache-2.0
#include "plan/link_profile.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/text.hpp"
#include "radio/explain.hpp"
#include "radio/p525.hpp"

namespace cairn::plan {
namespace {

using radio::Quantity;

constexpr double degrees = 180 / std::numbers::pi;

using radio::PreparedModel;

// The quantities of a path of three points or more. radio::path_loss has checked it already, so
// that the models take it; the loss among them is the one that it gave.
Result<std::vector<Quantity>> quantities_of(const PreparedModel& model,
                                            const radio::TerrainPath& path, double tx_mast_m,
                                            double free_space_db) {
  const radio::Propagation& p = model.propagation;
  const radio::PathProfile profile = path.profile();
  const radio::Terminals terminals = {.tx_mast_m = tx_mast_m, .rx_mast_m = p.rx_mast_m};
  const double ghz = model.frequency_mhz / 1000;
  if (p.model == radio::Model::p1812) {
    const auto geometry = radio::p1812_geometry(profile, terminals, p.air);
    if (!geometry) return fail(geometry.error());
    radio::P1812Radio radio = *model.p1812;
    radio.location_db =
        radio::location_loss_db(model, path.clutter_m.empty() ? 0 : path.clutter_m.back());
    return radio::quantities(*geometry, radio::p1812_loss(*geometry, radio));
  }
  if (p.model == radio::Model::itm) {
    const auto even = radio::even_profile(profile);
    if (!even) return fail(even.error());
    const auto geometry = radio::itm_geometry(*even, terminals, p.air);
    if (!geometry) return fail(geometry.error());
    return radio::quantities(*geometry, radio::itm_loss(*geometry, *model.itm));
  }
  if (p.model == radio::Model::delta_bullington) {
    const auto link =
        radio::p526_loss(profile, terminals,
                         {.frequency_ghz = ghz,
                          .radius_km = radio::earth_radii(p.air.delta_n_per_km).median_km,
                          .polarisation = p.polarisation,
                          .speed_of_light_m_per_ns = radio::speed_of_light_m_per_ns});
    if (!link) return fail(link.error());
    return radio::quantities(*link, free_space_db);
  }
  const double ground_m = 1000 * profile.length_km();
  const auto loss = radio::rural_macro_loss(
      {.frequency_ghz = ghz, .base_m = tx_mast_m, .terminal_m = p.rx_mast_m}, ground_m);
  if (!loss) return fail(loss.error());
  return radio::quantities(*loss, ground_m);
}

std::vector<Quantity> free_space_quantities(double distance_km, double loss_db) {
  return {{"d", "length of the path", "input", distance_km, "km"},
          {"L_b", "basic transmission loss", "P.525", loss_db, "dB"}};
}

double top_m(const LinkProfile& link, std::size_t i) {
  return link.terrain_m[i] + (link.clutter_m.empty() ? 0 : link.clutter_m[i]);
}

// Curves of the drawing: the Earth's bulge, the straight ray, the first Fresnel zone.
void draw_curves(LinkProfile& link, double wavelength_m) {
  const std::size_t points = link.point_km.size();
  const double d = link.distance_km;
  link.bulge_m.resize(points);
  link.ray_m.resize(points);
  link.fresnel_m.resize(points);
  for (std::size_t i = 0; i < points; ++i) {
    const double x = link.point_km[i];
    const double rest = d - x;
    link.bulge_m[i] = 500 * x * rest / link.earth_radius_km;
    link.ray_m[i] = (link.tx_amsl_m * rest + link.rx_amsl_m * x) / d;
    link.fresnel_m[i] = std::sqrt(std::max(0.0, 1000 * wavelength_m * x * rest / d));
  }
}

void find_clearance(LinkProfile& link) {
  for (std::size_t i = 1; i + 1 < link.point_km.size(); ++i) {
    const LinkClearance here = {link.point_km[i], link.ray_m[i] - top_m(link, i) - link.bulge_m[i],
                                link.fresnel_m[i]};
    if (!link.clearance || here.part() < link.clearance->part()) link.clearance = here;
  }
}

// The highest point seen from an end: slopes in the bulged plane, Eqs (13) and (17) of P.1812.
struct Steepest {
  std::size_t index = 0;
  double slope_m_per_km = -std::numeric_limits<double>::infinity();
};
Steepest steepest(const LinkProfile& link, bool from_receiver) {
  const double eye_m = from_receiver ? link.rx_amsl_m : link.tx_amsl_m;
  Steepest best;
  for (std::size_t i = 1; i + 1 < link.point_km.size(); ++i) {
    const double x = from_receiver ? link.distance_km - link.point_km[i] : link.point_km[i];
    const double slope = (top_m(link, i) + link.bulge_m[i] - eye_m) / x;
    if (slope > best.slope_m_per_km) best = {i, slope};
  }
  return best;
}

struct Ends {
  const geo::LocalPlane& plane;
  geo::PlanePoint from;
  geo::PlanePoint to;

  geo::Point position(double part) const {
    return plane.inverse(
        {from.x_m + part * (to.x_m - from.x_m), from.y_m + part * (to.y_m - from.y_m)});
  }
};

void find_horizons(LinkProfile& link, const Ends& ends) {
  if (link.point_km.size() < 3) {
    link.line_of_sight = true;
    return;
  }
  const Steepest tx = steepest(link, false);
  const Steepest rx = steepest(link, true);
  const double direct = (link.rx_amsl_m - link.tx_amsl_m) / link.distance_km;
  link.line_of_sight = tx.slope_m_per_km < direct;
  if (link.line_of_sight) return;
  const auto horizon = [&](const Steepest& s, double eye_m, double from_km) {
    const double x_km = std::abs(link.point_km[s.index] - from_km);
    // Above the horizontal of this end, the Earth falling away below it: Eqs (76), (80).
    const double rise = (top_m(link, s.index) - eye_m) / (1000 * x_km);
    return LinkHorizon{link.point_km[s.index], top_m(link, s.index),
                       1000 * std::atan(rise - x_km / (2 * link.earth_radius_km)),
                       ends.position(link.point_km[s.index] / link.distance_km)};
  };
  link.tx_horizon = horizon(tx, link.tx_amsl_m, 0);
  link.rx_horizon = horizon(rx, link.rx_amsl_m, link.distance_km);
  const radio::BullingtonPath edge = radio::bullington_from_slopes(
      tx.slope_m_per_km, rx.slope_m_per_km, link.tx_amsl_m, link.rx_amsl_m, link.point_km);
  link.edge = LinkHorizon{edge.edge_km, link.tx_amsl_m + tx.slope_m_per_km * edge.edge_km,
                          tx.slope_m_per_km - 500 * link.distance_km / link.earth_radius_km,
                          ends.position(edge.edge_km / link.distance_km)};
}

// From the end's own north: in a plane around it directions from the origin are exact.
double azimuth_deg(geo::Point from, geo::Point to) {
  const auto there = geo::LocalPlane(from).forward(to);
  if (!there) return 0;
  const double angle = std::atan2(there->x_m, there->y_m) * degrees;
  return angle < 0 ? angle + 360 : angle;
}

std::string place_text(geo::Point p) {
  return format("{},{}", number_text(p.x), number_text(p.y));
}

Result<geo::PlanePoint> locate(const geo::TerrainGrid& terrain, const LinkEnd& end,
                               const char* which) {
  const auto inside = [&terrain](geo::Point p) {
    const auto at = terrain.plane.forward(p);
    return at && terrain.nearest(*at);
  };
  if (!std::isfinite(end.position.x) || !(std::abs(end.position.y) <= 90)) {
    return fail(Code::invalid,
                format("{} is no longitude and latitude{}", place_text(end.position),
                       inside({end.position.y, end.position.x})
                           ? "; longitude comes first, they look swapped"
                           : ""),
                which);
  }
  if (inside(end.position)) return *terrain.plane.forward(end.position);
  const bool swapped = inside({end.position.y, end.position.x});
  return fail(Code::invalid,
              format("{} is outside the terrain{}", place_text(end.position),
                     swapped ? "; longitude comes first, they look swapped" : ""),
              which);
}

void copy_quantities(const std::vector<Quantity>& from, LinkProfile& link) {
  link.quantities.reserve(from.size());
  for (const Quantity& q : from) {
    link.quantities.push_back({std::string(q.symbol),
                               {std::string(radio::chinese(q.meaning)), std::string(q.meaning)},
                               std::string(q.equation),
                               q.value,
                               std::string(q.unit)});
  }
}

// Loss, quantities and level; `path` has been sampled.
Status compute(const PreparedModel& model, const radio::TerrainPath& path, LinkProfile& link) {
  const LinkQuestion& q = link.question;
  const auto loss = radio::path_loss(model, path, q.from.mast_m);
  if (!loss) return fail(loss.error());
  link.loss_db = loss->loss_db;
  link.outside_range = loss->outside_range;
  const double slant_km =
      std::max(0.001, radio::slant_distance_km(link.distance_km, link.tx_amsl_m, link.rx_amsl_m));
  link.free_space_db = radio::free_space_loss_db(q.frequency_mhz / 1000, slant_km);
  if (path.distance_km.size() < 3 || q.propagation.model == radio::Model::free_space) {
    copy_quantities(free_space_quantities(link.distance_km, link.loss_db), link);
  } else {
    const auto all = quantities_of(model, path, q.from.mast_m, link.free_space_db);
    if (!all) return fail(all.error());
    copy_quantities(*all, link);
  }
  if (q.budget) {
    link.quality = radio::link_quality(*q.budget, link.loss_db, q.antenna_loss_db);
  }
  return {};
}

void describe_terrain(const geo::TerrainGrid& terrain, const geo::TerrainInfo& info,
                      LinkProfile& link) {
  link.terrain_label = info.label;
  link.terrain_estimated = info.estimated;
  link.terrain_source_m = info.source_cell_m;
  link.terrain_is_surface = terrain.surface;
}

}  // namespace

Result<LinkProfile> link_profile(const geo::TerrainGrid& terrain, const geo::TerrainInfo& info,
                                 const LinkQuestion& question) {
  LinkProfile link;
  link.question = question;
  link.question.propagation.rx_mast_m = question.to.mast_m;
  if (question.budget) {
    if (Status ok = radio::check_budget(*question.budget); !ok) return fail(ok.error());
  }
  const auto from = locate(terrain, question.from, "from");
  if (!from) return fail(from.error());
  const auto to = locate(terrain, question.to, "to");
  if (!to) return fail(to.error());
  link.question.propagation.air.latitude_deg =
      (question.from.position.y + question.to.position.y) / 2;
  const auto model = radio::prepare_model(link.question.propagation, question.frequency_mhz);
  if (!model) return fail(model.error());
  const double length_m = std::hypot(to->x_m - from->x_m, to->y_m - from->y_m);
  if (length_m < 1) {
    return fail(Code::invalid, "both ends of the link are at one place: less than 1 m apart");
  }
  radio::TerrainPath path;
  double step_m = question.step_m > 0 ? question.step_m : terrain.cell_m;
  // As radio::path_loss reads paths: three points at least from 250 m on.
  if (length_m >= 1000 * radio::shortest_valid_path_km) step_m = std::min(step_m, length_m / 2);
  if (Status ok = radio::sample_path(terrain, *from, *to, step_m, path); !ok) {
    return fail(ok.error());
  }
  link.distance_km = path.distance_km.back();
  link.azimuth_deg = azimuth_deg(question.from.position, question.to.position);
  link.back_azimuth_deg = azimuth_deg(question.to.position, question.from.position);
  link.tx_amsl_m = path.terrain_m.front() + question.from.mast_m;
  link.rx_amsl_m = path.terrain_m.back() + question.to.mast_m;
  link.earth_radius_km = radio::earth_radii(question.propagation.air.delta_n_per_km).median_km;
  if (Status ok = compute(*model, path, link); !ok) return fail(ok.error());

  link.step_m = 1000 * path.distance_km[1];
  link.point_km = std::move(path.distance_km);
  link.terrain_m = std::move(path.terrain_m);
  link.clutter_m = std::move(path.clutter_m);
  // The terminals stand above their clutter: P.1812 leaves it out there.
  if (!link.clutter_m.empty()) link.clutter_m.front() = link.clutter_m.back() = 0;
  draw_curves(link, 1000 * radio::speed_of_light_m_per_ns / question.frequency_mhz);
  find_clearance(link);
  find_horizons(link, {terrain.plane, *from, *to});
  describe_terrain(terrain, info, link);
  return link;
}

}  // namespace cairn::plan
