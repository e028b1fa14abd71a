// SPDX-License-Identifier: Apache-2.0
// Reference attenuation of the Longley-Rice model: line of sight, diffraction, forward scatter.
#include "radio/itm.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace cairn::radio {
namespace {

double square(double x) {
  return x * x;
}
double ten_log(double x) {
  return 10 * std::log10(x);
}

// [6.1]: loss of a knife edge by the square of its parameter.
double edge_db(double nu_squared) {
  if (nu_squared < 5.76) return 6.02 + 9.11 * std::sqrt(nu_squared) - 1.27 * nu_squared;
  return 12.953 + ten_log(nu_squared);
}

// [6.3] to [6.7]: gain of a terminal's height over a smooth Earth; x is a normalised distance in
// km, k the normalised admittance of the surface.
double height_gain_db(double x, double k) {
  double high = 17.372 * std::log(x) - 117;
  if (x < 200) {
    double depth = -std::log(k);
    if (k < 1e-5 || x * depth * depth * depth > 5495) return x > 1 ? high : -117;
    return 2.5e-5 * x * x / k - 8.686 * depth - 15;
  }
  double low = 0.05751 * x - 4.343 * std::log(x);
  if (x >= 2000) return low;
  double weight = 0.0134 * x * std::exp(-0.005 * x);
  return (1 - weight) * low + weight * high;
}

// sigma_h of [3.10]: roughness that a wave of the first Fresnel zone feels.
double roughness_m(double irregularity_m) {
  return 0.78 * irregularity_m * std::exp(-0.5 * std::sqrt(std::sqrt(irregularity_m)));
}

// Diffraction beyond the horizons, [4.9] to [4.20]; what does not depend on distance is made
// once. Smooth Earth after Vogler: three spheres, one behind each terminal and one between.
class Diffraction {
 public:
  Diffraction(const ItmGeometry& path, const ItmRadio& radio, double smooth_sight_m,
              double horizons_m, double sight_angle_rad)
      : path_(path),
        radio_(radio),
        radius_m_(1 / path.curvature_per_m),
        horizons_m_(horizons_m),
        sight_angle_rad_(sight_angle_rad),
        over_impedance_(0.017778 / radio.cube_root_mhz / std::abs(radio.ground_impedance)) {
    for (int side : {0, 1}) {
      double horizon = path.horizon_m[side];
      Sphere sphere = sphere_of(0.5 * horizon * horizon / path.effective_m[side]);
      double x = sphere.per_km * horizon / 1000;
      terminals_x_ += x;
      terminals_gain_db_ += height_gain_db(x, sphere.admittance);
    }
    double masts = path.mast_m[0] * path.mast_m[1];
    double effective = path.effective_m[0] * path.effective_m[1];
    double rough_m = roughness_m(itm_irregularity_at_m(smooth_sight_m, path.irregularity_m));
    clutter_db_ = std::min(15.0, 0.5 * ten_log(1 + 1e-5 * masts * radio.frequency_mhz * rough_m));
    // Low antennas on a known path: ten square metres more [4.9].
    double known = path.point_to_point ? masts + 10 : masts;
    height_ratio_ = std::sqrt(1 + (effective - masts) / known);
  }

  double loss_db(double distance_m) const {
    double angle = distance_m / radius_m_ - sight_angle_rad_;  // [4.12]
    double beyond = distance_m - horizons_m_;
    double fresnel = 0.0795775 * radio_.wave_number_per_m * angle * angle * beyond;
    double edges_db = 0;  // [4.14], one edge at each horizon
    for (double horizon : path_.horizon_m) {
      edges_db += edge_db(fresnel * horizon / (beyond + horizon));
    }
    Sphere between = sphere_of(beyond / angle);
    double x = between.per_km * beyond / 1000 + terminals_x_;
    double sphere_db = 0.05751 * x - ten_log(x) - terminals_gain_db_ - 20;  // [4.20]

    double rough =
        itm_irregularity_at_m(distance_m, path_.irregularity_m) * radio_.wave_number_per_m;
    double bent = (horizons_m_ - sight_angle_rad_ * radius_m_) / distance_m;
    double mix = (height_ratio_ + bent) * std::min(rough, 6283.2);
    double smooth_part = 25.1 / (25.1 + std::sqrt(mix));  // [4.9]
    return smooth_part * sphere_db + (1 - smooth_part) * edges_db + clutter_db_;
  }

 private:
  struct Sphere {
    double admittance;  // K
    double per_km;      // normalised distance of one km
  };
  Sphere sphere_of(double radius_m) const {
    double ratio = std::cbrt(4.0 / 3.0 * 6'370e3 / radius_m);
    double k = over_impedance_ * ratio;
    return {k, (1.607 - k) * ratio * ratio * radio_.cube_root_mhz};
  }

  const ItmGeometry& path_;
  const ItmRadio& radio_;
  double radius_m_;
  double horizons_m_;
  double sight_angle_rad_;
  double over_impedance_;
  double terminals_x_ = 0;
  double terminals_gain_db_ = 0;
  double clutter_db_ = 0;
  double height_ratio_ = 1;
};

struct Slope {  // attenuation as start + per_m * distance
  double start_db;
  double per_m;
  double at(double distance_m) const { return start_db + per_m * distance_m; }
};

// Two rays within sight, weighed with the diffraction line [4.43] to [4.51].
double sight_loss_db(const ItmGeometry& path, const ItmRadio& radio, const Slope& diffraction,
                     double smooth_sight_m, double distance_m) {
  double k = radio.wave_number_per_m;
  double rough_m = roughness_m(itm_irregularity_at_m(distance_m, path.irregularity_m));
  double heights = path.effective_m[0] + path.effective_m[1];
  double grazing = heights / std::sqrt(distance_m * distance_m + heights * heights);
  const std::complex<double>& z = radio.ground_impedance;
  std::complex<double> reflection = (grazing - z) / (grazing + z);
  reflection *= std::exp(-std::min(10.0, k * rough_m * grazing));
  double power = std::norm(reflection);
  if (power < 0.25 || power < grazing) reflection *= std::sqrt(grazing / power);
  double phase = 2 * k * path.effective_m[0] * path.effective_m[1] / distance_m;
  constexpr double quarter = std::numbers::pi / 2;
  if (phase > quarter) phase = std::numbers::pi - quarter * quarter / phase;
  std::complex<double> field = std::complex(std::cos(phase), -std::sin(phase)) + reflection;
  double rays_db = -ten_log(std::norm(field));
  double weight =
      1 / (1 + radio.frequency_mhz * path.irregularity_m / std::max(10e3, smooth_sight_m));
  return weight * rays_db + (1 - weight) * diffraction.at(distance_m);
}

// Three distances of the line-of-sight curve give a straight line and a logarithm through
// them [4.28] to [4.42].
double sight_reference_db(const ItmGeometry& path, const ItmRadio& radio, const Slope& diffraction,
                          double smooth_sight_m, double horizons_m) {
  auto loss = [&](double distance_m) {
    return sight_loss_db(path, radio, diffraction, smooth_sight_m, distance_m);
  };
  double d2 = smooth_sight_m;
  double a2 = diffraction.at(d2);
  double d0 = 0.04 * radio.frequency_mhz * path.effective_m[0] * path.effective_m[1];
  double d1 = 0;
  if (diffraction.start_db >= 0) {
    d0 = std::min(d0, 0.5 * horizons_m);
    d1 = d0 + 0.25 * (horizons_m - d0);
  } else {
    d1 = std::max(-diffraction.start_db / diffraction.per_m, 0.25 * horizons_m);
  }
  double a1 = loss(d1);
  double linear = 0;
  double logarithmic = 0;
  bool fitted = false;
  if (d0 < d1) {
    double a0 = loss(d0);
    double span = std::log(d2 / d0);
    double bend = ((d2 - d0) * (a1 - a0) - (d1 - d0) * (a2 - a0)) /
                  ((d2 - d0) * std::log(d1 / d0) - (d1 - d0) * span);
    logarithmic = std::max(0.0, bend);
    fitted = diffraction.start_db > 0 || logarithmic > 0;
    if (fitted) {
      linear = (a2 - a0 - logarithmic * span) / (d2 - d0);
      if (linear < 0) {
        linear = 0;
        logarithmic = std::max(0.0, a2 - a0) / span;
        if (logarithmic == 0) linear = diffraction.per_m;
      }
    }
  }
  if (!fitted) {
    logarithmic = 0;
    linear = std::max(0.0, a2 - a1) / (d2 - d1);
    if (linear == 0) linear = diffraction.per_m;
  }
  return a2 + linear * (path.distance_m - d2) + logarithmic * std::log(path.distance_m / d2);
}

// Curves of [6.13] for the efficiency of scatter, by whole eta.
constexpr double efficiency_fourth[] = {25, 80, 177, 395, 705};
constexpr double efficiency_second[] = {24, 45, 68, 80, 105};

// H_01, between two curves [6.10] to [6.13].
double efficiency_db(double r, double eta) {
  double limited = std::clamp(eta, 1.0, 5.0);
  int below = static_cast<int>(limited);
  double part = limited - below;
  double x = 1 / (r * r);
  auto curve = [x](int j) {
    return ten_log(1 + x * (efficiency_second[j] + x * efficiency_fourth[j]));
  };
  double value = curve(below - 1);
  return part == 0 ? value : (1 - part) * value + part * curve(below);
}

// F(theta d) of [6.9].
double scatter_curve_db(double angle_times_distance_m) {
  double td = angle_times_distance_m;
  if (td <= 10e3) return 133.4 + 0.332e-3 * td - ten_log(td);
  if (td <= 70e3) return 104.6 + 0.212e-3 * td - 0.25 * ten_log(td);
  return 71.8 + 0.157e-3 * td + 0.5 * ten_log(td);
}

// Forward scatter [4.60] to [4.67] at two distances, the farther one first: where the frequency
// gain passes 15 dB at the nearer, it keeps the value of the farther.
class Scatter {
 public:
  Scatter(const ItmGeometry& path, const ItmRadio& radio, double sight_angle_rad)
      : path_(path), radio_(radio), sight_angle_rad_(sight_angle_rad) {
    double n = path.surface_refractivity;
    lapse_ = 0.031 - n * 2.32e-3 + n * n * 5.67e-6;
  }

  // False when the scattering volume is too low to be defined.
  bool loss_db(double distance_m, double& loss) {
    if (!(gain_db_ > 15) && !frequency_gain(distance_m)) return false;
    double angle = distance_m * path_.curvature_per_m - sight_angle_rad_;
    double td = angle * distance_m;
    loss = scatter_curve_db(td) + ten_log(radio_.frequency_mhz * square(square(angle))) -
           0.1 * (path_.surface_refractivity - 301) * std::exp(-td / 40e3) + gain_db_;
    return true;
  }

 private:
  bool frequency_gain(double d) {
    double uneven = path_.horizon_m[0] - path_.horizon_m[1];
    double ratio = path_.effective_m[1] / path_.effective_m[0];
    if (uneven < 0) {
      uneven = -uneven;
      ratio = 1 / ratio;
    }
    double angle = path_.horizon_rad[0] + path_.horizon_rad[1] + d * path_.curvature_per_m;
    double r1 = 2 * radio_.wave_number_per_m * angle * path_.effective_m[0];
    double r2 = 2 * radio_.wave_number_per_m * angle * path_.effective_m[1];
    if (r1 < 0.2 && r2 < 0.2) return false;
    double s = (d - uneven) / (d + uneven);
    double q = std::clamp(ratio / s, 0.1, 10.0);
    s = std::max(0.1, s);
    double crossing_m = (d - uneven) * (d + uneven) * angle * 0.25 / d;  // [4.66]
    double low = std::min(1.7, crossing_m / 8e3);
    double eta = crossing_m / 1.7556e3 * (1 + lapse_ * std::exp(-square(low * low * low)));
    double both = (efficiency_db(r1, eta) + efficiency_db(r2, eta)) / 2;
    double correction = 6 * (0.6 - std::log10(std::max(eta, 1.0))) * std::log10(s) * std::log10(q);
    double gain = std::max(0.0, both + std::min(both, correction));
    if (eta < 1) {
      constexpr double root = std::numbers::sqrt2;
      double near = square((1 + root / r1) * (1 + root / r2)) * (r1 + r2) / (r1 + r2 + 2 * root);
      gain = eta * gain + (1 - eta) * ten_log(near);
    }
    if (!(gain > 15 && gain_db_ >= 0)) gain_db_ = gain;
    return true;
  }

  const ItmGeometry& path_;
  const ItmRadio& radio_;
  double sight_angle_rad_;
  double lapse_ = 0;
  double gain_db_ = -1;  // H_0 of the distance before
};

std::uint32_t geometry_warnings(const ItmGeometry& path, const double (&smooth_m)[2]) {
  std::uint32_t flags = 0;
  for (int side : {0, 1}) {
    double mast = path.mast_m[side];
    if (mast < 1 || mast > 1000) flags |= itm_warning::mast;
    if (std::abs(path.horizon_rad[side]) > 0.2) flags |= itm_warning::horizon_angle;
    double part = path.horizon_m[side] / smooth_m[side];
    if (part < 0.1 || part > 3) flags |= itm_warning::horizon_distance;
  }
  if (path.surface_refractivity < 250) flags |= itm_warning::refractivity;
  double steep_m = std::abs(path.effective_m[0] - path.effective_m[1]) / 0.2;
  if (path.distance_m < std::max(1e3, steep_m)) flags |= itm_warning::short_path;
  if (path.distance_m > 1000e3) flags |= itm_warning::long_path;
  return flags;
}

Status check_percent(double percent, const char* what) {
  if (percent > 0 && percent < 100) return {};
  return fail(Code::invalid, fmt::format("{} {} % is not between 0 and 100 %", what, percent));
}

}  // namespace

Result<ItmRadio> itm_radio(const ItmInput& input, const ItmStatistics& statistics) {
  double f = input.frequency_mhz;
  if (!(f >= 20 && f <= 20'000)) {
    return fail(Code::invalid, fmt::format("frequency {} MHz is not within 20 to 20000 MHz", f));
  }
  if (!(input.permittivity >= 1 && input.permittivity <= 200)) {
    return fail(Code::invalid,
                fmt::format("relative permittivity {} is not within 1 to 200", input.permittivity));
  }
  if (!(input.conductivity_s_per_m > 0 && input.conductivity_s_per_m <= 1e8)) {
    return fail(Code::invalid,
                fmt::format("conductivity {} S/m is not above 0", input.conductivity_s_per_m));
  }
  for (const Status& status : {check_percent(statistics.time_percent, "time"),
                               check_percent(statistics.location_percent, "location"),
                               check_percent(statistics.situation_percent, "situation")}) {
    if (!status) return fail(status.error());
  }
  int climate = static_cast<int>(statistics.climate);
  if (climate < 1 || climate > 7) {
    return fail(Code::invalid, fmt::format("climate {} is not within 1 to 7", climate));
  }
  ItmRadio radio;
  radio.frequency_mhz = f;
  radio.cube_root_mhz = std::cbrt(f);
  radio.wave_number_per_m = f / 47.7;
  std::complex<double> permittivity(input.permittivity, 18'000 * input.conductivity_s_per_m / f);
  radio.ground_impedance = std::sqrt(permittivity - 1.0);
  if (input.polarisation == Polarisation::vertical) radio.ground_impedance /= permittivity;
  if (radio.ground_impedance.real() <= std::abs(radio.ground_impedance.imag())) {
    return fail(Code::invalid,
                "such ground has an impedance outside the model; permittivity and "
                "conductivity do not fit together");
  }
  itm_set_statistics(statistics, radio);
  return radio;
}

ItmLoss itm_reference(const ItmGeometry& path, const ItmRadio& radio) {
  double radius_m = 1 / path.curvature_per_m;
  double smooth_m[2];
  for (int side : {0, 1}) smooth_m[side] = std::sqrt(2 * path.effective_m[side] * radius_m);
  double smooth_sight_m = smooth_m[0] + smooth_m[1];          // d_Ls
  double horizons_m = path.horizon_m[0] + path.horizon_m[1];  // d_L
  double sight_angle_rad =
      -std::max(path.horizon_rad[0] + path.horizon_rad[1], -horizons_m * path.curvature_per_m);
  ItmLoss loss;
  loss.warnings = geometry_warnings(path, smooth_m);
  if (radio.frequency_mhz < 40 || radio.frequency_mhz > 10'000) {
    loss.warnings |= itm_warning::frequency;
  }
  // [4.2] to [4.8]: a straight line through diffraction at two far distances.
  Diffraction diffraction(path, radio, smooth_sight_m, horizons_m, sight_angle_rad);
  double unit_m = std::cbrt(radius_m * radius_m) / radio.cube_root_mhz;
  double d3 = std::max(smooth_sight_m, horizons_m + 5 * unit_m);
  double d4 = d3 + 10 * unit_m;
  double a3 = diffraction.loss_db(d3);
  double a4 = diffraction.loss_db(d4);
  Slope line{.start_db = 0, .per_m = (a4 - a3) / (d4 - d3)};
  line.start_db = a3 - line.per_m * d3;
  loss.diffraction_slope_db_per_m = line.per_m;
  loss.diffraction_start_db = line.start_db;

  if (path.distance_m < smooth_sight_m) {
    // Between the horizons and the smooth Earth's sight the path is cut, though the curve is
    // still that of line of sight.
    loss.region = path.distance_m <= horizons_m ? ItmRegion::line_of_sight : ItmRegion::diffraction;
    loss.reference_db =
        std::max(0.0, sight_reference_db(path, radio, line, smooth_sight_m, horizons_m));
    return loss;
  }
  loss.region = ItmRegion::diffraction;
  loss.reference_db = line.at(path.distance_m);
  Scatter scatter(path, radio, sight_angle_rad);
  double a5 = 0;
  double a6 = 0;
  double d5 = horizons_m + 200e3;
  if (scatter.loss_db(d5 + 200e3, a6) && scatter.loss_db(d5, a5) && a5 < 1000) {
    double slope = (a6 - a5) / 200e3;  // [4.57]
    double crossing = (a5 - line.start_db - slope * d5) / (line.per_m - slope);
    double least = horizons_m + 1.088 * unit_m * std::log(radio.frequency_mhz);
    double from_m = std::max({smooth_sight_m, least, crossing});  // d_x [4.58]
    if (path.distance_m > from_m) {
      loss.region = ItmRegion::troposcatter;
      loss.reference_db = line.at(from_m) + slope * (path.distance_m - from_m);
    }
  }
  loss.reference_db = std::max(0.0, loss.reference_db);
  return loss;
}

ItmLoss itm_loss(const ItmGeometry& path, const ItmRadio& radio) {
  ItmLoss loss = itm_reference(path, radio);
  loss.free_space_db = 32.45 + 20 * std::log10(radio.frequency_mhz * path.distance_m / 1000);
  itm_vary(path, radio, loss);
  loss.basic_loss_db = loss.free_space_db + loss.attenuation_db;
  return loss;
}

}  // namespace cairn::radio
