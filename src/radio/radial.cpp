// SPDX-License-Identifier: Apache-2.0
#include "radio/radial.hpp"

#include <cmath>
#include <limits>

namespace cairn::radio {

void RadialBlock::resize(std::size_t sample_count, bool with_clutter) {
  samples = sample_count;
  terrain_m.resize(count());
  clutter_m.resize(with_clutter ? count() : 0);
  for (std::vector<double>* values :
       {&rx_amsl_m, &actual_median_nu, &actual_beta_nu, &smooth_median_nu, &smooth_beta_nu,
        &tx_horizon_mrad, &rx_horizon_mrad, &angular_distance_mrad, &tx_horizon_km, &rx_horizon_km,
        &tx_over_smooth_m, &rx_over_smooth_m, &tx_effective_m, &rx_effective_m, &roughness_m}) {
    values->resize(count());
  }
  line_of_sight.resize(count());
}

void extract_radials(const geo::TerrainGrid& terrain, const RadialFan& fan, RadialBlock& block) {
  bool with_clutter = !terrain.clutter_half_metres.empty();
  block.resize(fan.samples, with_clutter);
  for (std::size_t lane = 0; lane < radial_lanes; ++lane) {
    double east = std::sin(fan.azimuth_rad[lane]);
    double north = std::cos(fan.azimuth_rad[lane]);
    bool complete = true;
    block.known[lane] = 0;
    for (std::size_t k = 0; k < fan.samples; ++k) {
      double along_m = static_cast<double>(k) * fan.step_m;
      geo::PlanePoint at{fan.site.x_m + along_m * east, fan.site.y_m + along_m * north};
      std::size_t index = k * radial_lanes + lane;
      std::optional<double> height = terrain.height_m(at);
      block.terrain_m[index] =
          height ? static_cast<float>(*height) : std::numeric_limits<float>::quiet_NaN();
      if (with_clutter) block.clutter_m[index] = static_cast<float>(terrain.clutter_m(at));
      complete = complete && height;
      if (complete) block.known[lane] = k + 1;
    }
  }
}

namespace {

void store(const PathGeometry& path, std::size_t at, RadialBlock& block) {
  block.rx_amsl_m[at] = path.rx_amsl_m;
  block.actual_median_nu[at] = path.actual_median.nu_scale_m_per_km;
  block.actual_beta_nu[at] = path.actual_beta.nu_scale_m_per_km;
  block.smooth_median_nu[at] = path.smooth_median.nu_scale_m_per_km;
  block.smooth_beta_nu[at] = path.smooth_beta.nu_scale_m_per_km;
  block.tx_horizon_mrad[at] = path.tx_horizon_mrad;
  block.rx_horizon_mrad[at] = path.rx_horizon_mrad;
  block.angular_distance_mrad[at] = path.angular_distance_mrad;
  block.tx_horizon_km[at] = path.tx_horizon_km;
  block.rx_horizon_km[at] = path.rx_horizon_km;
  block.tx_over_smooth_m[at] = path.tx_over_smooth_m;
  block.rx_over_smooth_m[at] = path.rx_over_smooth_m;
  block.tx_effective_m[at] = path.tx_effective_m;
  block.rx_effective_m[at] = path.rx_effective_m;
  block.roughness_m[at] = path.roughness_m;
  block.line_of_sight[at] = path.actual_median.line_of_sight;
}

}  // namespace

void walk_radials(const RadialFan& fan, RadialBlock& block) {
  block.radii = fan.radii;
  block.step_m = fan.step_m;
  std::vector<double> distance_km(block.samples);
  std::vector<double> terrain_m(block.samples);
  std::vector<double> clutter_m(block.clutter_m.empty() ? 0 : block.samples);
  for (std::size_t lane = 0; lane < radial_lanes; ++lane) {
    std::size_t known = block.known[lane];
    for (std::size_t k = 0; k < known; ++k) {
      std::size_t at = k * radial_lanes + lane;
      distance_km[k] = static_cast<double>(k) * (fan.step_m / 1000);
      terrain_m[k] = static_cast<double>(block.terrain_m[at]);
      if (!clutter_m.empty()) clutter_m[k] = static_cast<double>(block.clutter_m[at]);
    }
    if (known > 0) block.tx_amsl_m = terrain_m[0] + fan.tx_mast_m;
    for (std::size_t k = std::max<std::size_t>(2, fan.first_receiver); k < known; ++k) {
      PathProfile prefix{
          std::span(distance_km).first(k + 1),
          std::span(terrain_m).first(k + 1),
          clutter_m.empty() ? std::span<double>{} : std::span(clutter_m).first(k + 1),
          {}};
      Terminals terminals{.tx_mast_m = fan.tx_mast_m, .rx_mast_m = fan.rx_mast_m};
      store(path_geometry(prefix, terminals, fan.radii), k * radial_lanes + lane, block);
    }
  }
}

}  // namespace cairn::radio
