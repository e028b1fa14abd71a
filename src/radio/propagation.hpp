// SPDX-License-Identifier: Apache-2.0
// One question to any model: the loss between two points of a terrain.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/result.hpp"
#include "radio/itm.hpp"
#include "radio/p1812.hpp"
#include "radio/terrain_path.hpp"

namespace cairn::radio {

// p1812 and itm know terrain; delta_bullington is P.526 over free space; rma (3GPP) and free_space
// know only distance and heights: for flat land and for sanity.
enum class Model : std::uint8_t { p1812, itm, delta_bullington, rma, free_space };
const char* to_string(Model model);
std::optional<Model> parse_model(std::string_view text);  // "p1812", "itm", "p526", "rma", "free"

struct Propagation {
  Model model = Model::p1812;
  double time_percent = 50;
  double location_percent = 50;
  bool location_variability = false;  // sigma of P.1812 section 4.7 at location_percent
  Polarisation polarisation = Polarisation::vertical;
  double rx_mast_m = 1.5;
  Atmosphere air = {};
  double location_square_m = 100;  // side of the square that the locations lie in
};

struct PathLoss {
  double loss_db = 0;
  bool line_of_sight = false;
  bool outside_range = false;  // shorter or longer than the model was made for
  double depression_deg = 0;   // at the transmitter: of the receiver, or of the horizon
                               // towards it; positive is down
};

// Reads the path out of the terrain and asks the model; whatever the model, the terrain says
// whether there is line of sight (over clutter, too, at the median effective Earth radius). Paths
// from 250 m on have three points at least: they are read in halves where `step_m` is longer.
// Shorter ones of fewer points, the receiver at the site itself included, take free space over the
// straight distance, at least 1 m, and count as outside_range. `path` is room.
Result<PathLoss> path_loss(const geo::TerrainGrid& terrain, geo::PlanePoint tx, double tx_mast_m,
                           geo::PlanePoint rx, const Propagation& propagation, double frequency_mhz,
                           double step_m, TerrainPath& path);

// Everything but the path: percentages, air, the receiver's mast against the model's bounds.
Status check_propagation(const Propagation& propagation);

// Masts above ground that a model takes: transmitter, receiver.
struct MastBounds {
  double tx_lowest_m = 0.5;
  double tx_highest_m = 3'000;
  double rx_lowest_m = 0.5;
  double rx_highest_m = 3'000;
};
MastBounds mast_bounds(Model model);
Status check_tx_mast(Model model, double mast_m);

// A model at one frequency, with all that does not depend on the path: made once, asked often.
struct PreparedModel {
  Propagation propagation;
  double frequency_mhz = 0;
  std::optional<P1812Radio> p1812;  // of Model::p1812, without spread over locations
  std::optional<ItmRadio> itm;      // of Model::itm
};
// Errors: what check_propagation finds, a frequency that the model does not know.
Result<PreparedModel> prepare_model(const Propagation& propagation, double frequency_mhz);
// Of a sampled path of any number of points; its mast must suit the model.
Result<PathLoss> path_loss(const PreparedModel& model, const TerrainPath& path, double tx_mast_m);
// The same from the terrain: path_loss above without preparing each time.
Result<PathLoss> path_loss(const PreparedModel& model, const geo::TerrainGrid& terrain,
                           geo::PlanePoint tx, double tx_mast_m, geo::PlanePoint rx, double step_m,
                           TerrainPath& path);

// Several frequencies over one path, one loss for each: P.1812 shares the walk over the profile.
// The models differ in frequency only.
Status path_losses(std::span<const PreparedModel> models, const TerrainPath& path, double tx_mast_m,
                   std::span<PathLoss> losses);

// Longley-Rice over heights that are there already; `sight` is the geometry of the same path and
// says what is seen. Errors: air that the model does not know.
Status itm_losses(std::span<const PreparedModel> models, const EvenProfile& profile,
                  const PathGeometry& sight, double tx_mast_m, std::span<PathLoss> losses);

// The same from a geometry that is there already: models of P.1812, cannot fail.
void p1812_losses(std::span<const PreparedModel> models, const PathGeometry& geometry,
                  double receiver_clutter_m, std::span<PathLoss> losses);

// The step that path_loss reads a path of that length in.
double path_step_m(double step_m, double length_m);

// L_loc of P.1812 for a receiver in clutter of that height: 0 without location_variability.
double location_loss_db(const PreparedModel& model, double receiver_clutter_m);

}  // namespace cairn::radio
