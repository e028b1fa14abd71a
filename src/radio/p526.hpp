// SPDX-License-Identifier: Apache-2.0
// Diffraction, Recommendation ITU-R P.526: knife edge, the Bullington edge of a path, the
// spherical Earth, and the three together ("delta-Bullington"). P.1812 and P.452 contain the
// same method; the equation numbers beside it are those of P.1812-6, section 4.3.
#pragma once

#include "radio/path_geometry.hpp"

namespace cairn::radio {

// J(nu), Eq. (12): loss of a knife edge; 0 for nu <= -0.78.
double knife_edge_loss_db(double nu);

// nu of a single edge: `excess_m` above (or below, negative) the line between the antennas.
double knife_edge_nu(double excess_m, double tx_to_edge_km, double edge_to_rx_km,
                     double wavelength_m);

// Loss of the Bullington edge, Eqs (15) to (21).
double bullington_loss_db(const BullingtonPath& path, double distance_km, double wavelength_m);

// Electrical constants of the ground; 22 and 0.003 S/m on land, 80 and 5 S/m at sea.
struct Ground {
  double permittivity = 22;
  double conductivity_s_per_m = 0.003;
};

// Factors of the normalised admittance, distance and height for GHz, km, m. P.1812 prints them
// rounded; P.526 also gives the formulas they come from, in self-consistent units.
struct SphericalFactors {
  double admittance = 0.036;  // Eq. (29a)
  double distance = 21.88;    // Eq. (31)
  double height = 0.9575;     // Eq. (32)
  double clearance = 17.456;  // Eq. (26)
  // P.526 takes beta, Eq. (30), as 1 for horizontal polarisation, and for vertical above 20 MHz
  // over land and 300 MHz over sea; P.1812 always computes it.
  bool beta_is_one = false;
};
SphericalFactors self_consistent_factors(double speed_of_light_m_per_ns);

// The part of the spherical-Earth formulas that depends on frequency and ground alone.
class SphericalEarth {
 public:
  SphericalEarth(double frequency_ghz, double wavelength_m, Polarisation polarisation,
                 const SphericalFactors& factors = {});

  // Section 4.3.2. Antenna heights above the smooth sphere in m, greater than 0.
  double loss_db(double distance_km, double tx_height_m, double rx_height_m, double radius_km,
                 double sea_fraction) const;

  // The factors of the formulas over land, for those who compute many paths at once.
  struct Land {
    double distance_factor = 0;   // Eq. (31) without beta, radius and distance
    double height_factor = 0;     // Eq. (32) without beta, radius and height
    double clearance_factor = 0;  // Eq. (26)
    double admittance = 0;        // K of Eq. (29) times the cube root of the radius
  };
  Land over_land() const {
    return {distance_factor_, height_factor_, clearance_factor_, land_admittance_};
  }

 private:
  double first_term_db(double distance_km, double tx_height_m, double rx_height_m, double radius_km,
                       double sea_fraction) const;

  double wavelength_m_;
  double distance_factor_;  // Eq. (31) without beta, radius and distance
  double height_factor_;    // Eq. (32) without beta, radius and height
  double clearance_factor_;
  bool land_beta_is_one_;
  bool sea_beta_is_one_;
  double land_admittance_;  // K of Eq. (29) times the cube root of the radius
  double sea_admittance_;
};

// The parts of a delta-Bullington loss, Eq. (39).
struct DeltaBullington {
  double actual_db = 0;     // L_bulla, Eq. (21)
  double smooth_db = 0;     // L_bulls
  double spherical_db = 0;  // L_dsph, Eq. (27)
  double total_db = 0;      // L_d
};
DeltaBullington delta_bullington(const BullingtonPath& actual, const BullingtonPath& smooth,
                                 const PathGeometry& path, double radius_km,
                                 const SphericalEarth& earth, double wavelength_m);

// The whole of P.526 section 4.5 for one effective Earth radius over land, horizontally
// polarised unless said otherwise.
struct P526Input {
  double frequency_ghz = 0;
  double radius_km = 8500;
  Polarisation polarisation = Polarisation::horizontal;
  double speed_of_light_m_per_ns = 0.3;  // the ITU's examples round it so
};
struct P526Loss {
  PathGeometry geometry;
  DeltaBullington loss;
};
Result<P526Loss> p526_loss(const PathProfile& profile, const Terminals& terminals,
                           const P526Input& input);

}  // namespace cairn::radio
