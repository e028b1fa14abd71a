// SPDX-License-Identifier: Apache-2.0
#include "radio/propagation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "radio/normal.hpp"
#include "radio/p525.hpp"
#include "radio/tr38901.hpp"

namespace cairn::radio {
namespace {

constexpr double nearest_m = 1;  // receivers at the mast's foot are taken to be so far away
constexpr double degrees_per_mrad = 180 / std::numbers::pi / 1000;

constexpr std::pair<Model, const char*> names[] = {{Model::p1812, "p1812"},
                                                   {Model::itm, "itm"},
                                                   {Model::delta_bullington, "p526"},
                                                   {Model::rma, "rma"},
                                                   {Model::free_space, "free"}};

Status within(double value, double low, double high, const char* what, const char* unit) {
  if (value >= low && value <= high) return {};
  return fail(Code::invalid,
              fmt::format("{} {}{} is not within {} to {}{}", what, value, unit, low, high, unit));
}

Terminals terminals_of(const PreparedModel& model, double tx_mast_m) {
  return {.tx_mast_m = tx_mast_m, .rx_mast_m = model.propagation.rx_mast_m};
}

double slant_of_km(const TerrainPath& path, double tx_mast_m, double rx_mast_m) {
  return std::max(nearest_m / 1000,
                  slant_distance_km(path.distance_km.back(), path.terrain_m.front() + tx_mast_m,
                                    path.terrain_m.back() + rx_mast_m));
}

PathLoss sight_of(const PathGeometry& path) {
  return {.line_of_sight = path.actual_median.line_of_sight,
          .depression_deg = -path.tx_horizon_mrad * degrees_per_mrad};
}

// Fewer than three points: nothing stands between.
PathLoss short_path(const PreparedModel& model, const TerrainPath& path, double tx_mast_m) {
  double rx_mast_m = model.propagation.rx_mast_m;
  double down_m = path.terrain_m.front() + tx_mast_m - path.terrain_m.back() - rx_mast_m;
  double along_m = path.distance_km.back() * 1000;
  double slant_km = slant_of_km(path, tx_mast_m, rx_mast_m);
  return {.loss_db = free_space_loss_db(model.frequency_mhz / 1000, slant_km),
          .line_of_sight = true,
          .outside_range = model.propagation.model != Model::free_space,
          .depression_deg = std::atan2(down_m, along_m) * 180 / std::numbers::pi};
}

// One walk over the profile for all frequencies.
Status by_p1812(std::span<const PreparedModel> models, const TerrainPath& path, double tx_mast_m,
                std::span<PathLoss> losses) {
  Result<PathGeometry> geometry =
      p1812_geometry(path.profile(), terminals_of(models[0], tx_mast_m), models[0].propagation.air);
  if (!geometry) return fail(geometry.error());
  p1812_losses(models, *geometry, path.clutter_m.empty() ? 0 : path.clutter_m.back(), losses);
  return {};
}

Result<PathLoss> by_p526(const PreparedModel& model, const TerrainPath& path, double tx_mast_m) {
  double frequency_ghz = model.frequency_mhz / 1000;
  EarthRadii radii = earth_radii(model.propagation.air.delta_n_per_km);
  P526Input input{.frequency_ghz = frequency_ghz,
                  .radius_km = radii.median_km,
                  .polarisation = model.propagation.polarisation,
                  .speed_of_light_m_per_ns = speed_of_light_m_per_ns};
  Result<P526Loss> loss = p526_loss(path.profile(), terminals_of(model, tx_mast_m), input);
  if (!loss) return fail(loss.error());
  PathLoss out = sight_of(loss->geometry);
  double slant_km = slant_of_km(path, tx_mast_m, model.propagation.rx_mast_m);
  out.loss_db = free_space_loss_db(frequency_ghz, slant_km) + loss->loss.total_db;
  return out;
}

// The models that do not ask for a geometry: what is in sight comes from one all the same.
Result<PathLoss> sight_over(const PreparedModel& model, const TerrainPath& path, double tx_mast_m) {
  if (Status status = check_profile(path.profile()); !status) return fail(status.error());
  EarthRadii radii = earth_radii(model.propagation.air.delta_n_per_km);
  return sight_of(path_geometry(path.profile(), terminals_of(model, tx_mast_m), radii));
}

Status by_itm(std::span<const PreparedModel> models, const TerrainPath& path, double tx_mast_m,
              std::span<PathLoss> losses) {
  Result<EvenProfile> profile = even_profile(path.profile());
  if (!profile) return fail(profile.error());
  EarthRadii radii = earth_radii(models[0].propagation.air.delta_n_per_km);
  PathGeometry sight = path_geometry(path.profile(), terminals_of(models[0], tx_mast_m), radii);
  return itm_losses(models, *profile, sight, tx_mast_m, losses);
}

Result<PathLoss> by_rma(const PreparedModel& model, const TerrainPath& path, double tx_mast_m) {
  Result<PathLoss> out = sight_over(model, path, tx_mast_m);
  if (!out) return out;
  RuralMacro cell{.frequency_ghz = model.frequency_mhz / 1000,
                  .base_m = tx_mast_m,
                  .terminal_m = model.propagation.rx_mast_m};
  double along_m = path.distance_km.back() * 1000;
  Result<RuralMacroLoss> loss = rural_macro_loss(cell, along_m);
  if (!loss) return fail(loss.error());
  out->loss_db = loss->mean_db;
  out->outside_range = loss->outside_range || along_m < 10;
  return out;
}

Result<PathLoss> by_free_space(const PreparedModel& model, const TerrainPath& path,
                               double tx_mast_m) {
  Result<PathLoss> out = sight_over(model, path, tx_mast_m);
  if (!out) return out;
  out->loss_db = free_space_loss_db(model.frequency_mhz / 1000,
                                    slant_of_km(path, tx_mast_m, model.propagation.rx_mast_m));
  return out;
}

}  // namespace

const char* to_string(Model model) {
  for (auto [value, name] : names) {
    if (value == model) return name;
  }
  return "unknown";
}

std::optional<Model> parse_model(std::string_view text) {
  for (auto [value, name] : names) {
    if (text == name) return value;
  }
  return {};
}

MastBounds mast_bounds(Model model) {
  switch (model) {
    case Model::p1812:
      return {p1812_lowest_mast_m, p1812_highest_mast_m, p1812_lowest_mast_m, p1812_highest_mast_m};
    case Model::rma:
      return {10, 150, 1, 10};
    case Model::itm:
    case Model::delta_bullington:
    case Model::free_space:
      break;
  }
  return {};
}

Status check_tx_mast(Model model, double mast_m) {
  MastBounds bounds = mast_bounds(model);
  return check_mast(mast_m, bounds.tx_lowest_m, bounds.tx_highest_m, "transmitter");
}

Status check_propagation(const Propagation& propagation) {
  MastBounds bounds = mast_bounds(propagation.model);
  bool itu = propagation.model == Model::p1812;
  double highest_time = itu ? 50 : 99;  // P.1812: the loss not exceeded in 1 to 50 % of time
  for (const Status& status :
       {check_mast(propagation.rx_mast_m, bounds.rx_lowest_m, bounds.rx_highest_m, "receiver"),
        within(propagation.time_percent, 1, highest_time, "time", " %"),
        within(propagation.location_percent, 1, 99, "locations", " %"),
        within(propagation.location_square_m, 1, 10'000, "square of locations", " m"),
        within(propagation.air.delta_n_per_km, 0, 150, "refractivity lapse", " N-units/km"),
        within(propagation.air.sea_level_n0, 250, 400, "surface refractivity", " N-units"),
        within(propagation.air.latitude_deg, -90, 90, "latitude", " degrees")}) {
    if (!status) return status;
  }
  return {};
}

Result<PreparedModel> prepare_model(const Propagation& propagation, double frequency_mhz) {
  if (Status status = check_propagation(propagation); !status) return fail(status.error());
  if (Status status = within(frequency_mhz, 20, 100'000, "frequency", " MHz"); !status) {
    return fail(status.error());
  }
  PreparedModel model{propagation, frequency_mhz, {}, {}};
  if (propagation.model == Model::p1812) {
    P1812Input input{.frequency_ghz = frequency_mhz / 1000,
                     .polarisation = propagation.polarisation,
                     .time_percent = propagation.time_percent,
                     .location_percent = propagation.location_percent};
    Result<P1812Radio> radio = p1812_radio(input, propagation.air);
    if (!radio) return fail(radio.error());
    model.p1812 = *radio;
  } else if (propagation.model == Model::itm) {
    ItmInput input{.frequency_mhz = frequency_mhz, .polarisation = propagation.polarisation};
    ItmStatistics statistics{.time_percent = propagation.time_percent};
    if (propagation.location_variability) {
      statistics.location_percent = propagation.location_percent;
    }
    Result<ItmRadio> radio = itm_radio(input, statistics);
    if (!radio) return fail(radio.error());
    model.itm = *radio;
  } else if (propagation.model == Model::rma) {
    Status status = within(frequency_mhz, 500, 30'000, "frequency", " MHz");
    if (!status) return fail(status.error());
  }
  return model;
}

double location_loss_db(const PreparedModel& model, double receiver_clutter_m) {
  const Propagation& propagation = model.propagation;
  if (!propagation.location_variability || propagation.model != Model::p1812) return 0;
  double sigma_db = p1812_location_sigma_db(model.frequency_mhz / 1000, propagation.rx_mast_m,
                                            receiver_clutter_m, propagation.location_square_m);
  return -normal_exceeded_p1812(propagation.location_percent / 100) * sigma_db;  // Eq. (67)
}

Result<PathLoss> path_loss(const PreparedModel& model, const TerrainPath& path, double tx_mast_m) {
  if (path.distance_km.empty()) return fail(Code::invalid, "the path has no points");
  if (Status status = check_tx_mast(model.propagation.model, tx_mast_m); !status) {
    return fail(status.error());
  }
  if (path.distance_km.size() < 3) return short_path(model, path, tx_mast_m);
  switch (model.propagation.model) {
    case Model::p1812:
    case Model::itm: {
      PathLoss loss;
      Status status = path_losses({&model, 1}, path, tx_mast_m, {&loss, 1});
      if (!status) return fail(status.error());
      return loss;
    }
    case Model::delta_bullington:
      return by_p526(model, path, tx_mast_m);
    case Model::rma:
      return by_rma(model, path, tx_mast_m);
    case Model::free_space:
      return by_free_space(model, path, tx_mast_m);
  }
  return fail(Code::internal, "a model without a formula");
}

Status path_losses(std::span<const PreparedModel> models, const TerrainPath& path, double tx_mast_m,
                   std::span<PathLoss> losses) {
  if (!models.empty() && path.distance_km.size() >= 3) {
    Model model = models[0].propagation.model;
    if (model == Model::p1812) return by_p1812(models, path, tx_mast_m, losses);
    if (model == Model::itm) return by_itm(models, path, tx_mast_m, losses);
  }
  for (std::size_t i = 0; i < models.size(); ++i) {
    Result<PathLoss> loss = path_loss(models[i], path, tx_mast_m);
    if (!loss) return fail(loss.error());
    losses[i] = *loss;
  }
  return {};
}

void p1812_losses(std::span<const PreparedModel> models, const PathGeometry& geometry,
                  double receiver_clutter_m, std::span<PathLoss> losses) {
  for (std::size_t i = 0; i < models.size(); ++i) {
    P1812Radio radio = *models[i].p1812;
    radio.location_db = location_loss_db(models[i], receiver_clutter_m);
    P1812Loss loss = p1812_loss(geometry, radio);
    losses[i] = sight_of(geometry);
    losses[i].loss_db = loss.basic_loss_db;
    losses[i].outside_range = loss.outside_range;
  }
}

Status itm_losses(std::span<const PreparedModel> models, const EvenProfile& profile,
                  const PathGeometry& sight, double tx_mast_m, std::span<PathLoss> losses) {
  Result<ItmGeometry> geometry =
      itm_geometry(profile, terminals_of(models[0], tx_mast_m), models[0].propagation.air);
  if (!geometry) return fail(geometry.error());
  for (std::size_t i = 0; i < models.size(); ++i) {
    losses[i] = sight_of(sight);
    losses[i].loss_db = itm_loss(*geometry, *models[i].itm).basic_loss_db;
    losses[i].outside_range = geometry->distance_m < 1000 || geometry->distance_m > 1'000'000;
  }
  return {};
}

double path_step_m(double step_m, double length_m) {
  return length_m >= 1000 * shortest_valid_path_km ? std::min(step_m, length_m / 2) : step_m;
}

Result<PathLoss> path_loss(const PreparedModel& model, const geo::TerrainGrid& terrain,
                           geo::PlanePoint tx, double tx_mast_m, geo::PlanePoint rx, double step_m,
                           TerrainPath& path) {
  step_m = path_step_m(step_m, std::hypot(rx.x_m - tx.x_m, rx.y_m - tx.y_m));
  if (Status status = sample_path(terrain, tx, rx, step_m, path); !status) {
    return fail(status.error());
  }
  return path_loss(model, path, tx_mast_m);
}

Result<PathLoss> path_loss(const geo::TerrainGrid& terrain, geo::PlanePoint tx, double tx_mast_m,
                           geo::PlanePoint rx, const Propagation& propagation, double frequency_mhz,
                           double step_m, TerrainPath& path) {
  Result<PreparedModel> model = prepare_model(propagation, frequency_mhz);
  if (!model) return fail(model.error());
  return path_loss(*model, terrain, tx, tx_mast_m, rx, step_m, path);
}

}  // namespace cairn::radio
