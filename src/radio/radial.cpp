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

}  // namespace cairn::radio
