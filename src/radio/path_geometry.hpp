// SPDX-License-Identifier: Apache-2.0
// What diffraction needs to know of a path, without any frequency: the Bullington points over
// the real and over the smooth Earth for two effective Earth radii, the horizons of both
// terminals, the smooth-earth surface and the roughness. Equation numbers are those of
// Recommendation ITU-R P.1812-6 (sections 3.7, 4.3.1 and Attachment 1).
#pragma once

#include "radio/profile.hpp"

namespace cairn::radio {

inline constexpr double earth_radius_km = 6371;

// Effective Earth radii: exceeded for 50 % of time, and for beta_0 % of time.
struct EarthRadii {
  double median_km = earth_radius_km * 4 / 3;
  double beta_km = earth_radius_km * 3;  // Eq. (7b)
};
EarthRadii earth_radii(double delta_n_per_km);  // Eqs (6), (7)

// The one edge that stands for all obstacles of a path. Its diffraction parameter is
// nu = nu_scale_m_per_km * sqrt(0.002 * distance_km / wavelength_m): nothing else depends on
// frequency. Slopes are those of Eqs (13) and (17), in the plane in which the Earth is bulged.
struct BullingtonPath {
  bool line_of_sight = false;
  double slope_tx_m_per_km = 0;  // S_tim
  double slope_rx_m_per_km = 0;  // S_rim; 0 with line of sight
  double edge_km = 0;            // d_b of Eq. (18), or the point of greatest nu of Eq. (15)
  double nu_scale_m_per_km = 0;
};

struct PathGeometry {
  double distance_km = 0;
  double tx_ground_m = 0;  // h_1, above sea level
  double rx_ground_m = 0;  // h_n
  double tx_mast_m = 0;
  double rx_mast_m = 0;
  double tx_amsl_m = 0;  // h_ts
  double rx_amsl_m = 0;  // h_rs
  double tx_coast_km = 500;
  double rx_coast_km = 500;
  EarthRadii radii;
  ZoneLengths zones;

  BullingtonPath actual_median;  // over terrain and clutter
  BullingtonPath actual_beta;
  BullingtonPath smooth_median;  // over the smooth surface, masts h'_tc and h'_rc
  BullingtonPath smooth_beta;

  // Horizons over bare terrain for the median radius.
  bool line_of_sight = false;
  double tx_horizon_mrad = 0;        // theta_t, Eqs (74) to (77)
  double rx_horizon_mrad = 0;        // theta_r, Eqs (79), (80)
  double angular_distance_mrad = 0;  // theta, Eq. (82)
  double tx_horizon_km = 0;          // d_lt, Eq. (78)
  double rx_horizon_km = 0;          // d_lr, Eq. (81a)
  std::size_t tx_horizon_index = 0;
  std::size_t rx_horizon_index = 0;

  double tx_smooth_fit_m = 0;          // h_st of Eq. (85): least squares, may lie above ground
  double rx_smooth_fit_m = 0;          // h_sr of Eq. (86)
  double obstruction_m = 0;            // H_obs, Eq. (87a)
  double tx_smooth_diffraction_m = 0;  // h_std, Eq. (89)
  double rx_smooth_diffraction_m = 0;  // h_srd
  double tx_over_smooth_m = 0;         // h'_tc, Eq. (37a): also the h_te of section 4.3.2
  double rx_over_smooth_m = 0;         // h'_rc, Eq. (37b)
  double tx_smooth_m = 0;              // h_st, Eq. (90a): the fit, not above ground
  double rx_smooth_m = 0;              // h_sr, Eq. (90b)
  double tx_effective_m = 0;           // h_te, Eq. (92a)
  double rx_effective_m = 0;           // h_re, Eq. (92b)
  double roughness_m = 0;              // h_m, Eq. (93)
};

// What one walk over the inner points finds; slopes in m per km, those called bulged contain
// the Earth's curvature. A faster walk (along a radial, where all of these are running maxima,
// hull tangents and prefix sums) has to deliver nothing else.
struct PathMaxima {
  double tx_median = 0;  // S_tim, Eq. (13): terrain and clutter, bulged by the median radius
  double rx_median = 0;  // S_rim, Eq. (17)
  double tx_beta = 0;    // the same, bulged by the radius of beta_0
  double rx_beta = 0;
  double tx_terrain = 0;  // bare terrain, bulged by the median radius
  double rx_terrain = 0;
  double tx_flat = 0;  // bare terrain, not bulged
  double rx_flat = 0;
  double obstruction_m = 0;  // H_obs, Eq. (87a)
  std::size_t tx_index = 0;  // the first point of tx_terrain
  std::size_t rx_index = 0;  // the last point of rx_terrain
  double area = 0;           // v_1, Eq. (83)
  double moment = 0;         // v_2, Eq. (84)
};
PathMaxima path_maxima(const PathProfile& profile, const Terminals& terminals,
                       const EarthRadii& radii);
// The geometry of a path whose maxima are known. The profile is walked again only within line
// of sight (for the nearest point) and between the horizons (for the roughness).
PathGeometry geometry_from(const PathMaxima& maxima, const PathProfile& profile,
                           const Terminals& terminals, const EarthRadii& radii);

// Both steps. The profile must have passed check_profile; masts are finite and above 0.
PathGeometry path_geometry(const PathProfile& profile, const Terminals& terminals,
                           const EarthRadii& radii);

// Bullington over a bare sphere of `radius_km`, seen only at the given points: masts
// `tx_m`, `rx_m` above it. O(log n).
BullingtonPath smooth_bullington(std::span<const double> distance_km, double tx_m, double rx_m,
                                 double radius_km);

// The edge of Eqs (18), (19) from the two slopes of a path without line of sight.
BullingtonPath bullington_from_slopes(double slope_tx_m_per_km, double slope_rx_m_per_km,
                                      double tx_m, double rx_m,
                                      std::span<const double> distance_km);

}  // namespace cairn::radio
