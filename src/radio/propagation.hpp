// SPDX-License-Identifier: Apache-2.0
// One question to any model: the loss between two points of a terrain.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/result.hpp"
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
  Atmosphere air;
};

struct PathLoss {
  double loss_db = 0;
  bool line_of_sight = false;
  bool outside_range = false;  // shorter or longer than the model was made for
  double depression_deg = 0;   // at the transmitter: of the receiver, or of the horizon
                               // towards it; positive is down
};

// Reads the path out of the terrain and asks the model. Fewer than three points, the receiver at
// the site itself included: free space over the straight distance, at least 1 m. `path` is room.
Result<PathLoss> path_loss(const geo::TerrainGrid& terrain, geo::PlanePoint tx, double tx_mast_m,
                           geo::PlanePoint rx, const Propagation& propagation, double frequency_mhz,
                           double step_m, TerrainPath& path);

Status check_propagation(const Propagation& propagation);

}  // namespace cairn::radio
