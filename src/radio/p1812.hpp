// SPDX-License-Identifier: Apache-2.0
// Point-to-area prediction, Recommendation ITU-R P.1812: 30 MHz to 6 GHz, 0.25 to 3,000 km.
//
// Equation numbers and reference results are those of edition 6 (09/2021). Editions 7 (08/2023)
// and 8 (09/2025) keep this method; the reference results published with software for them are
// the same numbers for the profiles that both have. Building entry loss is P.2109.
//
//   Result<P1812> link = p1812(profile, terminals, air, {.frequency_ghz = 0.7});
//
// or in two steps, where one geometry serves all bands of a site (see radio/profile.hpp).
#pragma once

#include "radio/p526.hpp"
#include "radio/path_geometry.hpp"

namespace cairn::radio {

inline constexpr double p1812_lowest_mast_m = 1;
inline constexpr double p1812_highest_mast_m = 3'000;

struct P1812Input {
  double frequency_ghz = 0;                            // 0.03 .. 6
  Polarisation polarisation = Polarisation::vertical;  // mobile networks: slanted, nearer to this
  double time_percent = 50;                            // 1 .. 50: loss not exceeded
  double location_percent = 50;                        // 1 .. 99
  double location_sigma_db = 0;                        // see p1812_location_sigma_db
};

// Everything of the prediction that one band fixes, computed once.
struct P1812Radio {
  P1812Input input;
  double wavelength_m = 0;  // with c = 2.998e8 m/s, as the reference results
  double sea_level_n0 = 0;
  SphericalEarth earth;
  double log_ghz = 0;  // log10
  double cube_root_ghz = 0;
  double time_deviation = 0;    // I(p / 100), Attachment 2
  double log_time = 0;          // log10(p)
  double scatter_fixed_db = 0;  // Eq. (44) without distance and angle
  double duct_fixed_db = 0;     // Eq. (47) without distances and angles
  double location_db = 0;       // Eq. (67) for a receiver on land
  double beta_log_scale = 0;    // Eqs (4), (5): log10(beta_0) = scale + power * log10(mu_1)
  double beta_log_power = 0;
};
Result<P1812Radio> p1812_radio(const P1812Input& input, const Atmosphere& air);

// The loss and everything on the way to it, in the order of the recommendation. dB unless named.
struct P1812Loss {
  bool outside_range = false;             // the path is shorter than 0.25 km: computed all the same
  double ducting_percent = 0;             // beta_0, Eq. (5)
  double free_space_db = 0;               // L_bfs, Eq. (8)
  double line_of_sight_p_db = 0;          // L_b0p, Eq. (10)
  double line_of_sight_beta_db = 0;       // L_b0beta, Eq. (11)
  DeltaBullington diffraction_median;     // L_bulla, L_bulls, L_dsph, L_d50, Eqs (21), (27), (39)
  DeltaBullington diffraction_beta;       // the same for beta_0 % of time; total is L_dbeta
  double time_interpolation = 1;          // F_i, Eq. (40)
  double diffraction_p_db = 0;            // L_dp, Eq. (41)
  double with_diffraction_median_db = 0;  // L_bd50, Eq. (42)
  double with_diffraction_p_db = 0;       // L_bd, Eq. (43)
  double troposcatter_db = 0;             // L_bs, Eq. (44)
  double ducting_db = 0;                  // L_ba, Eq. (46)
  double angle_interpolation = 0;         // F_j, Eq. (57)
  double distance_interpolation = 0;      // F_k, Eq. (58)
  double least_sight_db = 0;              // L_minb0p, Eq. (59)
  double least_ducting_db = 0;            // L_minbap, Eq. (60)
  double with_ducting_db = 0;             // L_bda, Eq. (61)
  double modified_db = 0;                 // L_bam, Eq. (62)
  double median_location_db = 0;          // L_bc, Eq. (63)
  double location_db = 0;                 // L_loc, Eq. (67)
  double basic_loss_db = 0;               // L_b, Eq. (69): the answer
  double field_strength_dbuv_per_m = 0;   // E_p for 1 kW e.r.p., Eq. (70)
};

// Step one: walks the profile. Errors say what is wrong with profile, masts or air.
Result<PathGeometry> p1812_geometry(const PathProfile& profile, const Terminals& terminals,
                                    const Atmosphere& air);
// Step two: no profile, no allocation, cannot fail.
P1812Loss p1812_loss(const PathGeometry& path, const P1812Radio& radio);

struct P1812 {
  PathGeometry geometry;
  P1812Loss loss;
};
Result<P1812> p1812(const PathProfile& profile, const Terminals& terminals, const Atmosphere& air,
                    const P1812Input& input);

// Standard deviation of the loss over locations within a square of `square_m` (section 4.7):
// full below the clutter around the receiver, falling to 0 at 10 m above it.
double p1812_location_sigma_db(double frequency_ghz, double rx_mast_m, double clutter_m,
                               double square_m);

}  // namespace cairn::radio
