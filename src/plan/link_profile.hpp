// SPDX-License-Identifier: Apache-2.0
// One link over terrain with everything on the way to its loss: the profile that a drawing shows,
// horizons, Fresnel zone and clearance, and each quantity by the recommendation's own symbol and
// equation number. The loss is that of radio::path_loss for the same question.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/label.hpp"
#include "core/result.hpp"
#include "geo/terrain.hpp"
#include "radio/link_budget.hpp"
#include "radio/propagation.hpp"

namespace cairn::plan {

struct LinkEnd {
  geo::Point position;  // WGS 84, degrees
  double mast_m = 0;    // above ground
  Label name;           // may be empty
};

struct LinkQuestion {
  LinkEnd from;
  LinkEnd to;
  // Its receiver height and latitude are not used: the ends have masts and a middle.
  radio::Propagation propagation;
  double frequency_mhz = 0;
  double step_m = 0;                        // 0: the terrain's cell
  std::optional<radio::LinkBudget> budget;  // for the received level, in the main lobe
  double antenna_loss_db = 0;               // below the maximum gain, for that level
};

struct LinkQuantity {
  std::string symbol;  // as printed, "_" before a subscript: "d_lt"
  Label meaning;
  std::string equation;  // "Eq. (78)"
  double value = 0;
  std::string unit;  // "" where there is none
};

// What hides one end from the other.
struct LinkHorizon {
  double distance_km = 0;  // from the transmitter, for both horizons
  double height_m = 0;     // of the ground there, above sea level
  double angle_mrad = 0;   // above the horizontal of the end that sees it
  geo::Point position;
};

// Where the path comes nearest to the line of sight, or is deepest below the ground, in Fresnel
// radii.
struct LinkClearance {
  double distance_km = 0;
  double clearance_m = 0;  // below 0: the line is blocked
  double fresnel_m = 0;    // radius of the first zone there
  double part() const { return fresnel_m > 0 ? clearance_m / fresnel_m : 0; }
};

struct LinkProfile {
  LinkQuestion question;
  double distance_km = 0;
  double azimuth_deg = 0;       // of the receiver, from the transmitter's north
  double back_azimuth_deg = 0;  // of the transmitter, from the receiver
  double tx_amsl_m = 0;         // antennas above sea level
  double rx_amsl_m = 0;
  double earth_radius_km = 0;  // effective, median

  // One value a point, transmitter first. In the drawing's plane the Earth is bulged: ground is
  // terrain + bulge, and rays are straight.
  std::vector<double> point_km;
  std::vector<double> terrain_m;
  std::vector<double> clutter_m;  // empty when the terrain has none
  std::vector<double> bulge_m;
  std::vector<double> ray_m;
  std::vector<double> fresnel_m;  // radius of the first zone; 0 at the ends

  std::optional<LinkHorizon> tx_horizon;  // where the line of sight is blocked
  std::optional<LinkHorizon> rx_horizon;
  // Bullington's point, where the rays over both horizons meet, in the bulged plane.
  std::optional<LinkHorizon> edge;
  bool line_of_sight = false;  // over terrain and clutter, median radius
  std::optional<LinkClearance> clearance;

  double loss_db = 0;
  double free_space_db = 0;
  bool outside_range = false;
  std::vector<LinkQuantity> quantities;
  std::optional<radio::LinkQuality> quality;

  double step_m = 0;  // between points
  std::string terrain_label;
  bool terrain_estimated = false;
  double terrain_source_m = 0;  // cell of the coarsest source
  bool terrain_is_surface = false;
};

// Errors: an end off the terrain (with a hint when longitude and latitude look swapped), both ends
// at one place, a hole on the way, a mast or a frequency that the model does not take.
Result<LinkProfile> link_profile(const geo::TerrainGrid& terrain, const geo::TerrainInfo& info,
                                 const LinkQuestion& question);

}  // namespace cairn::plan
