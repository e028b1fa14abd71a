// SPDX-License-Identifier: Apache-2.0
// Longley-Rice, the Irregular Terrain Model of NTIA/ITS (version 1.2.2): 20 MHz to 20 GHz.
//
// After G. A. Hufford, "The ITS Irregular Terrain Model, version 1.2.2: the algorithm"; numbers
// in brackets, as in [4.12], are its equations. Point-to-point mode takes an evenly spaced
// profile, area mode an irregularity of terrain. Both make an ItmGeometry, which one band turns
// into a loss:
//
//   auto path = itm_geometry({.step_m = 30, .terrain_m = heights}, terminals, {});
//   auto radio = itm_radio({.frequency_mhz = 768}, {.time_percent = 90});
//   double loss_db = itm_loss(*path, *radio).basic_loss_db;
#pragma once

#include <complex>

#include "radio/profile.hpp"

namespace cairn::radio {

inline constexpr double itm_lowest_mast_m = 0.5;
inline constexpr double itm_highest_mast_m = 3'000;

// Heights at equal steps, both terminals included.
struct EvenProfile {
  double step_m = 0;
  std::span<const double> terrain_m;
};
// The profile as ITM wants it: an error when its steps differ by more than a thousandth.
Result<EvenProfile> even_profile(const PathProfile& profile);

// Where terminals are put, in area mode.
enum class Siting : std::uint8_t { random, careful, very_careful };

struct ItmArea {
  double distance_km = 0;
  double irregularity_m = 90;  // delta h: 0 water, 30 plains, 90 hills, 200 mountains, 500 rugged
  Siting tx_siting = Siting::random;
  Siting rx_siting = Siting::random;
};

// A path without its frequency; index 0 is the transmitter, 1 the receiver.
struct ItmGeometry {
  bool point_to_point = true;
  double distance_m = 0;
  double mast_m[2] = {};
  double effective_m[2] = {};       // h_e
  double horizon_m[2] = {};         // d_L
  double horizon_rad[2] = {};       // theta_e
  double irregularity_m = 0;        // delta h
  double surface_refractivity = 0;  // N_s, N-units
  double curvature_per_m = 0;       // gamma_e, of the effective Earth
};

// How the three kinds of variability are joined. Two or all three of the percentages can
// be one chance: then the later ones are ignored.
enum class ItmMode : std::uint8_t {
  single_message,  // situation stands for time and location
  individual,      // situation stands for location; "accidental" in newer texts
  mobile,          // time stands for location
  broadcast,       // all three apart
};

enum class ItmClimate : std::uint8_t {
  equatorial = 1,
  continental_subtropical,
  maritime_subtropical,
  desert,
  continental_temperate,
  maritime_temperate_land,
  maritime_temperate_sea,
};

struct ItmInput {
  double frequency_mhz = 0;
  Polarisation polarisation = Polarisation::vertical;
  double permittivity = 15;  // average ground
  double conductivity_s_per_m = 0.005;
};

// Percentages for which the loss is not exceeded, within 0 and 100.
struct ItmStatistics {
  ItmMode mode = ItmMode::broadcast;
  bool location_varies = true;
  bool situation_varies = true;
  ItmClimate climate = ItmClimate::continental_temperate;
  double time_percent = 50;
  double location_percent = 50;
  double situation_percent = 50;
};

// What one band and one choice of percentages fix.
struct ItmRadio {
  double frequency_mhz = 0;
  double cube_root_mhz = 0;
  double wave_number_per_m = 0;  // f / 47.7
  std::complex<double> ground_impedance;
  ItmStatistics statistics;
  double time_deviate = 0;
  double location_deviate = 0;
  double situation_deviate = 0;
  double below_median_factor = 1;  // g_- of the climate at this frequency
  double above_median_factor = 1;  // g_+
};

enum class ItmRegion : std::uint8_t { line_of_sight, diffraction, troposcatter };

// Signs that a result is to be taken with care; flags of ItmLoss::warnings.
namespace itm_warning {
inline constexpr std::uint32_t mast = 1;              // outside 1 to 1,000 m
inline constexpr std::uint32_t frequency = 2;         // outside 40 to 10,000 MHz
inline constexpr std::uint32_t horizon_angle = 4;     // steeper than 0.2 rad
inline constexpr std::uint32_t horizon_distance = 8;  // beyond a tenth to thrice smooth Earth's
inline constexpr std::uint32_t refractivity = 16;     // surface value below 250
inline constexpr std::uint32_t short_path = 32;       // below 1 km, or steep between the masts
inline constexpr std::uint32_t long_path = 64;        // above 1,000 km
inline constexpr std::uint32_t extreme_chance = 128;  // a percentage beyond 3.1 deviations
}  // namespace itm_warning

struct ItmLoss {
  ItmRegion region = ItmRegion::line_of_sight;
  double free_space_db = 0;
  double reference_db = 0;                // A_ref [4.1]: median attenuation below free space
  double diffraction_slope_db_per_m = 0;  // m_d [4.7]
  double diffraction_start_db = 0;        // A_ed [4.8]
  double climate_median_db = 0;           // V_med [5.5]
  double attenuation_db = 0;              // with variability [5.1], [5.2]
  double basic_loss_db = 0;               // the answer: free space and attenuation
  std::uint32_t warnings = 0;             // itm_warning flags
};

Result<ItmGeometry> itm_geometry(const EvenProfile& profile, const Terminals& terminals,
                                 const Atmosphere& air);
Result<ItmGeometry> itm_area_geometry(const ItmArea& area, const Terminals& terminals,
                                      const Atmosphere& air);
Result<ItmRadio> itm_radio(const ItmInput& input, const ItmStatistics& statistics);
ItmLoss itm_loss(const ItmGeometry& path, const ItmRadio& radio);

// A_ref alone, with its region and slopes; itm_loss adds free space and variability.
ItmLoss itm_reference(const ItmGeometry& path, const ItmRadio& radio);
// Variability of `loss.reference_db` [5.1] to [5.11]; fills climate_median and attenuation.
void itm_vary(const ItmGeometry& path, const ItmRadio& radio, ItmLoss& loss);
// Sets the deviates and frequency factors of a radio from its statistics.
void itm_set_statistics(const ItmStatistics& statistics, ItmRadio& radio);
// Irregularity felt over a distance [3.9].
double itm_irregularity_at_m(double distance_m, double irregularity_m);

}  // namespace cairn::radio
