// SPDX-License-Identifier: Apache-2.0
// The geometry of every receiver along radials of one site, each in O(log n) of the points before
// it. Sixteen radials go side by side, whatever the width of the processor's registers: every
// lane computes by itself, so the bits do not depend on the machine, the neighbours or the threads.
//
//   extract_radials(terrain, fan, block);      // heights, 16 radials at once
//   walk_radials(fan, block);                  // horizons, Bullington points, smooth surface …
//   p1812_loss_lanes(block, radio, losses);    // radio/p1812_lanes.hpp, as often as there are
//   bands
//
// Over land only (no sea zones); a path with sea takes the reference (path_geometry.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "geo/terrain.hpp"
#include "radio/path_geometry.hpp"

namespace cairn::radio {

inline constexpr std::size_t radial_lanes = 16;
// A radial is known no farther than that (7,800 km in steps of 30 m).
inline constexpr std::size_t most_radial_samples = 262'143;

// Sixteen radials that start at one site. Sample k of every radial lies at k * step_m; receivers
// stand on samples 2 .. samples - 1 (fewer than three points make no profile).
struct RadialFan {
  geo::PlanePoint site;
  double tx_mast_m = 0;
  double rx_mast_m = 0;
  double step_m = 0;
  std::size_t samples = 0;
  std::size_t first_receiver = 2;  // receivers before it are not wanted
  EarthRadii radii;
  std::array<double, radial_lanes> azimuth_rad{};  // clockwise from the plane's north
};

// What p1812_loss wants to know of a path (the names are those of PathGeometry); a value each of
// radial `lane` and sample `k` stands at [k * radial_lanes + lane].
struct RadialBlock {
  std::size_t samples = 0;
  double tx_amsl_m = 0;
  EarthRadii radii;
  double step_m = 0;

  std::vector<float> terrain_m;                   // NaN: no height
  std::vector<float> clutter_m;                   // empty: none
  std::array<std::size_t, radial_lanes> known{};  // samples before the first without a height

  std::vector<double> rx_amsl_m;
  std::vector<double> actual_median_nu;  // BullingtonPath::nu_scale_m_per_km
  std::vector<double> actual_beta_nu;
  std::vector<double> smooth_median_nu;
  std::vector<double> smooth_beta_nu;
  std::vector<double> tx_horizon_mrad;
  std::vector<double> rx_horizon_mrad;
  std::vector<double> angular_distance_mrad;
  std::vector<double> tx_horizon_km;
  std::vector<double> rx_horizon_km;
  std::vector<double> tx_over_smooth_m;
  std::vector<double> rx_over_smooth_m;
  std::vector<double> tx_effective_m;
  std::vector<double> rx_effective_m;
  std::vector<double> roughness_m;
  std::vector<std::uint8_t> line_of_sight;  // over terrain and clutter, median radius

  std::vector<double> walk_values;  // room of walk_radials
  std::vector<std::int64_t> walk_links;

  std::size_t count() const { return samples * radial_lanes; }
  void resize(std::size_t sample_count, bool with_clutter);
};

void extract_radials(const geo::TerrainGrid& terrain, const RadialFan& fan, RadialBlock& block);
// Values of samples 0 and 1, of those before first_receiver and of those without a height on the
// way mean nothing.
void walk_radials(const RadialFan& fan, RadialBlock& block);

}  // namespace cairn::radio
