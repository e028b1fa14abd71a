// SPDX-License-Identifier: Apache-2.0
#include "radio/radial.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "radio/radial.cpp"
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "radio/detail/terrain_sampler.hpp"

HWY_BEFORE_NAMESPACE();
namespace cairn::radio::HWY_NAMESPACE {

void ExtractRadials(const geo::TerrainGrid& terrain, const RadialFan& fan, RadialBlock& block) {
  constexpr hn::Rebind<float, Lanes> floats{};
  Sampler sampler(terrain);
  bool with_clutter = !block.clutter_m.empty();
  for (std::size_t first = 0; first < radial_lanes; first += width) {
    double east[width];
    double north[width];
    for (std::size_t i = 0; i < width; ++i) {
      east[i] = std::sin(fan.azimuth_rad[first + i]) * (fan.step_m / terrain.cell_m);
      north[i] = std::cos(fan.azimuth_rad[first + i]) * (fan.step_m / terrain.cell_m);
    }
    V columns_per_step = load(east);
    V rows_per_step = load(north);
    V column0 = same((fan.site.x_m - terrain.west_m) / terrain.cell_m);
    V row0 = same((terrain.north_m - fan.site.y_m) / terrain.cell_m);
    V known = hn::Zero(lanes);
    M complete = everywhere();
    for (std::size_t k = 0; k < fan.samples; ++k) {
      V steps = same(static_cast<double>(k));
      V column = hn::Add(column0, hn::Mul(steps, columns_per_step));
      V row = hn::Sub(row0, hn::Mul(steps, rows_per_step));
      V height = sampler.height_m(column, row);
      std::size_t at = k * radial_lanes + first;
      hn::StoreU(hn::DemoteTo(floats, height), floats, block.terrain_m.data() + at);
      if (with_clutter) {
        hn::StoreU(hn::DemoteTo(floats, sampler.clutter_m(column, row)), floats,
                   block.clutter_m.data() + at);
      }
      complete = hn::And(complete, hn::Eq(height, height));
      known = pick(complete, hn::Add(steps, same(1)), known);
    }
    double counts[width];
    store(known, counts);
    for (std::size_t i = 0; i < width; ++i) {
      block.known[first + i] = static_cast<std::size_t>(counts[i]);
    }
  }
}

}  // namespace cairn::radio::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace cairn::radio {
namespace {

// Offsets into the grid are 32 bits wide, in bytes.
constexpr std::size_t most_posts = std::size_t{1} << 30;

void extract_one_by_one(const geo::TerrainGrid& terrain, const RadialFan& fan, RadialBlock& block) {
  for (std::size_t lane = 0; lane < radial_lanes; ++lane) {
    double east_m = std::sin(fan.azimuth_rad[lane]) * fan.step_m;
    double north_m = std::cos(fan.azimuth_rad[lane]) * fan.step_m;
    bool complete = true;
    block.known[lane] = 0;
    for (std::size_t k = 0; k < fan.samples; ++k) {
      double steps = static_cast<double>(k);
      geo::PlanePoint at{fan.site.x_m + steps * east_m, fan.site.y_m + steps * north_m};
      std::size_t index = k * radial_lanes + lane;
      std::optional<double> height = terrain.height_m(at);
      block.terrain_m[index] =
          height ? static_cast<float>(*height) : std::numeric_limits<float>::quiet_NaN();
      if (!block.clutter_m.empty()) {
        block.clutter_m[index] = static_cast<float>(terrain.clutter_m(at));
      }
      complete = complete && height;
      if (complete) block.known[lane] = k + 1;
    }
  }
}

}  // namespace

HWY_EXPORT(ExtractRadials);

void RadialBlock::resize(std::size_t sample_count, bool with_clutter) {
  samples = sample_count;
  terrain_m.resize(count());
  clutter_m.resize(with_clutter ? count() : 0);
  for (auto* values :
       {&rx_amsl_m, &actual_median_nu, &actual_beta_nu, &smooth_median_nu, &smooth_beta_nu,
        &tx_horizon_mrad, &rx_horizon_mrad, &angular_distance_mrad, &tx_horizon_km, &rx_horizon_km,
        &tx_over_smooth_m, &rx_over_smooth_m, &tx_effective_m, &rx_effective_m, &roughness_m}) {
    values->resize(count());
  }
  line_of_sight.resize(count());
}

void extract_radials(const geo::TerrainGrid& terrain, const RadialFan& fan, RadialBlock& block) {
  block.resize(fan.samples, !terrain.clutter_half_metres.empty());
  std::size_t size = std::size_t{terrain.columns} * terrain.rows;
  if (terrain.columns < 2 || terrain.rows < 2) {
    std::fill(block.terrain_m.begin(), block.terrain_m.end(),
              std::numeric_limits<float>::quiet_NaN());
    block.known.fill(0);
  } else if (size > most_posts) {
    extract_one_by_one(terrain, fan, block);
  } else {
    HWY_DYNAMIC_DISPATCH(ExtractRadials)(terrain, fan, block);
  }
}

}  // namespace cairn::radio
#endif
