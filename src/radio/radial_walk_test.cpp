// SPDX-License-Identifier: Apache-2.0
// The walk along radials against path_geometry on the profile of samples 0 .. k, for every k.
#include <gtest/gtest.h>
#include <hwy/highway.h>
#include <hwy/targets.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <string>

#include "core/seams.hpp"
#include "radio/radial.hpp"
#include "radio/testing.hpp"

namespace cairn::radio {
namespace {

using testing::Generator;
using testing::uniform;

struct Scene {
  RadialFan fan;
  RadialBlock block;
};

// Height and clutter of a sample; both are rounded to float like those of a terrain.
using Height = std::function<double(std::size_t lane, std::size_t sample)>;

Scene scene(std::size_t samples, double step_m, double tx_mast_m, double rx_mast_m,
            const Height& height, const Height& clutter = {}) {
  Scene s;
  s.fan.tx_mast_m = tx_mast_m;
  s.fan.rx_mast_m = rx_mast_m;
  s.fan.step_m = step_m;
  s.fan.samples = samples;
  s.block.resize(samples, static_cast<bool>(clutter));
  s.block.known.fill(samples);
  for (std::size_t k = 0; k < samples; ++k) {
    for (std::size_t lane = 0; lane < radial_lanes; ++lane) {
      std::size_t at = k * radial_lanes + lane;
      s.block.terrain_m[at] = static_cast<float>(height(k == 0 ? 0 : lane, k));
      if (clutter) s.block.clutter_m[at] = static_cast<float>(clutter(lane, k));
    }
  }
  return s;
}

struct Comparison {
  const PathGeometry& want;
  const RadialBlock& got;
  std::size_t at;
  std::string where;

  void near(const char* name, const std::vector<double>& values, double expected,
            double tolerance) const {
    EXPECT_NEAR(values[at], expected, tolerance) << name << " " << where;
  }
};

// Two points may be the horizon to within rounding; then distances and roughness may be those of
// either, and whichever it is, it must be one.
bool same_horizons(const Comparison& c) {
  return std::abs(c.got.tx_horizon_km[c.at] - c.want.tx_horizon_km) < 1e-9 &&
         std::abs(c.got.rx_horizon_km[c.at] - c.want.rx_horizon_km) < 1e-9;
}

void compare(const Comparison& c, std::size_t* ties) {
  const PathGeometry& w = c.want;
  auto scaled = [](double value) { return 1e-9 * std::max(1.0, std::abs(value)); };
  auto near = [&](const char* name, const std::vector<double>& values, double expected) {
    c.near(name, values, expected, scaled(expected));
  };
  near("rx_amsl", c.got.rx_amsl_m, w.rx_amsl_m);
  near("actual_median", c.got.actual_median_nu, w.actual_median.nu_scale_m_per_km);
  near("actual_beta", c.got.actual_beta_nu, w.actual_beta.nu_scale_m_per_km);
  // Slopes of the smooth path carry the rounding of heights times d / step.
  near("smooth_median", c.got.smooth_median_nu, w.smooth_median.nu_scale_m_per_km);
  near("smooth_beta", c.got.smooth_beta_nu, w.smooth_beta.nu_scale_m_per_km);
  near("tx_mrad", c.got.tx_horizon_mrad, w.tx_horizon_mrad);
  near("rx_mrad", c.got.rx_horizon_mrad, w.rx_horizon_mrad);
  near("theta", c.got.angular_distance_mrad, w.angular_distance_mrad);
  near("tx_over", c.got.tx_over_smooth_m, w.tx_over_smooth_m);
  near("rx_over", c.got.rx_over_smooth_m, w.rx_over_smooth_m);
  near("tx_effective", c.got.tx_effective_m, w.tx_effective_m);
  near("rx_effective", c.got.rx_effective_m, w.rx_effective_m);
  if (same_horizons(c)) {
    near("roughness", c.got.roughness_m, w.roughness_m);
  } else {
    ++*ties;
  }
  EXPECT_EQ(c.got.line_of_sight[c.at] != 0, w.actual_median.line_of_sight) << c.where;
}

// Compares receivers k = first, first + every, ...; returns how many had tied horizons.
std::size_t compare_all(Scene& s, const std::string& name, std::size_t every = 1) {
  walk_radials(s.fan, s.block);
  std::size_t ties = 0;
  for (std::size_t lane = 0; lane < radial_lanes; ++lane) {
    testing::OwnedProfile p;
    for (std::size_t k = 0; k < s.block.known[lane]; ++k) {
      std::size_t at = k * radial_lanes + lane;
      p.distance_km.push_back(static_cast<double>(k) * (s.fan.step_m / 1000));
      p.terrain_m.push_back(static_cast<double>(s.block.terrain_m[at]));
      if (!s.block.clutter_m.empty()) {
        p.clutter_m.push_back(static_cast<double>(s.block.clutter_m[at]));
      }
      if (k < s.fan.first_receiver || k % every != 0) continue;
      PathGeometry want = path_geometry(p.view(), {s.fan.tx_mast_m, s.fan.rx_mast_m}, s.fan.radii);
      compare({want, s.block, at,
               name + " lane " + std::to_string(lane) + " sample " + std::to_string(k)},
              &ties);
      if (::testing::Test::HasFailure()) return ties;
    }
  }
  return ties;
}

// All values of all receivers.
bool same_bits(const RadialBlock& a, const RadialBlock& b) {
  if (a.known != b.known || a.samples != b.samples) return false;
  auto same = [](const auto& x, const auto& y) {
    std::size_t from = std::min(x.size(), 2 * radial_lanes);
    return x.size() == y.size() && (x.empty() || std::memcmp(x.data() + from, y.data() + from,
                                                             (x.size() - from) * sizeof x[0]) == 0);
  };
  return same(a.terrain_m, b.terrain_m) && same(a.clutter_m, b.clutter_m) &&
         same(a.rx_amsl_m, b.rx_amsl_m) && same(a.actual_median_nu, b.actual_median_nu) &&
         same(a.actual_beta_nu, b.actual_beta_nu) && same(a.smooth_median_nu, b.smooth_median_nu) &&
         same(a.smooth_beta_nu, b.smooth_beta_nu) && same(a.tx_horizon_mrad, b.tx_horizon_mrad) &&
         same(a.rx_horizon_mrad, b.rx_horizon_mrad) &&
         same(a.angular_distance_mrad, b.angular_distance_mrad) &&
         same(a.tx_horizon_km, b.tx_horizon_km) && same(a.rx_horizon_km, b.rx_horizon_km) &&
         same(a.tx_over_smooth_m, b.tx_over_smooth_m) &&
         same(a.rx_over_smooth_m, b.rx_over_smooth_m) && same(a.tx_effective_m, b.tx_effective_m) &&
         same(a.rx_effective_m, b.rx_effective_m) && same(a.roughness_m, b.roughness_m) &&
         same(a.line_of_sight, b.line_of_sight);
}

using Relief = std::vector<std::vector<double>>;

Relief relief(Generator& generator, std::size_t samples, double swing_m) {
  Relief h;
  for (std::size_t lane = 0; lane < radial_lanes; ++lane) {
    h.push_back(testing::relief(generator, samples, swing_m));
  }
  return h;
}

// Masts from 1 m to 3,000 m, most of them of everyday heights.
double random_mast(Generator& generator) {
  return generator() % 4 != 0 ? uniform(generator, 1, 60)
                              : std::pow(10, uniform(generator, 0, 3.477));
}

Scene random_scene(Generator& generator, std::size_t samples, const Height& height,
                   bool with_clutter) {
  auto clutter = [&](std::size_t, std::size_t) {
    return generator() % 3 == 0 ? static_cast<double>(generator() % 50) / 2 : 0.0;
  };
  Scene s = scene(samples, std::pow(10, uniform(generator, 0.5, 2.7)), random_mast(generator),
                  random_mast(generator), height, with_clutter ? Height(clutter) : Height());
  s.fan.radii = earth_radii(uniform(generator, 20, 100));
  return s;
}

TEST(RadialWalk, ReliefIsWalkedAsTheReferenceDoes) {
  Generator generator(7);
  std::size_t ties = 0;
  for (int round = 0; round < 150; ++round) {
    std::size_t samples = 3 + generator() % 400;
    Relief h = relief(generator, samples, std::pow(10, uniform(generator, 0, 3.7)));
    auto height = [&](std::size_t lane, std::size_t k) { return h[lane][k]; };
    Scene s = random_scene(generator, samples, height, round % 2 == 1);
    ties += compare_all(s, "relief " + std::to_string(round));
    if (HasFailure()) return;
  }
  EXPECT_EQ(ties, 0U);
}

// Whole metres, as radar relief has them: plateaus, steps and many equal heights.
TEST(RadialWalk, WholeMetresAndPlateaus) {
  Generator generator(8);
  std::size_t ties = 0;
  for (int round = 0; round < 100; ++round) {
    std::size_t samples = 50 + generator() % 300;
    double unit = round % 3 == 0 ? 1 : round % 3 == 1 ? 25 : 400;
    Relief h = relief(generator, samples, std::pow(10, uniform(generator, 0, 3.3)));
    auto height = [&](std::size_t lane, std::size_t k) {
      return unit * std::floor(h[lane][k] / unit);
    };
    Scene s = random_scene(generator, samples, height, round % 2 == 1);
    ties += compare_all(s, "metres " + std::to_string(round));
    if (HasFailure()) return;
  }
  EXPECT_EQ(ties, 0U);
}

// Shapes on which a hull has very many points, very few, or points in line.
TEST(RadialWalk, ShapesOfGeometry) {
  Generator generator(9);
  std::size_t ties = 0;
  const double bulge = 500 / EarthRadii{}.median_km;
  std::vector<std::pair<std::string, Height>> shapes = {
      {"sea", [](std::size_t, std::size_t) { return 0.0; }},
      {"plain", [](std::size_t lane, std::size_t) { return 300.0 + static_cast<double>(lane); }},
      {"ramp up",
       [](std::size_t lane, std::size_t k) { return static_cast<double>(lane * k) / 8; }},
      {"ramp down",
       [](std::size_t lane, std::size_t k) { return 5000 - static_cast<double>(lane * k) / 8; }},
      {"needle", [](std::size_t lane, std::size_t k) { return k == 10 + 7 * lane ? 900.0 : 5.0; }},
      {"comb", [](std::size_t lane, std::size_t k) { return k % (lane + 2) == 0 ? 60.0 : 0.0; }},
      {"bowl", [](std::size_t lane,
                  std::size_t k) { return 1e-3 * static_cast<double>((lane + 1) * k * k) / 8; }},
      {"dome",
       [](std::size_t lane, std::size_t k) {
         return 4000 - 1e-3 * static_cast<double>((lane + 1) * k * k) / 8;
       }},
      {"flat when bulged",
       [bulge](std::size_t, std::size_t k) {
         return 100 + bulge * 0.0009 * static_cast<double>(k * k);
       }},
      {"cliffs",
       [](std::size_t lane, std::size_t k) { return (k / (5 + lane)) % 2 ? 2000.0 : 0.0; }},
      {"one ridge",
       [](std::size_t lane, std::size_t k) {
         return std::max(0.0, 800 - 20 * std::abs(static_cast<double>(k) - 20.0 * lane));
       }},
  };
  for (const auto& [name, height] : shapes) {
    for (double tx_mast : {1.0, 30.0, 3000.0}) {
      for (double rx_mast : {1.0, 3000.0}) {
        Scene s = scene(400, 30, tx_mast, rx_mast, height);
        ties += compare_all(s, name, 7);
        if (HasFailure()) return;
      }
    }
    Scene clutter = scene(300, 90, 40, 2, height, [&](std::size_t, std::size_t k) {
      return k % 9 == 0 ? uniform(generator, 0, 20) : 3.0;
    });
    ties += compare_all(clutter, name + " and clutter", 5);
    if (HasFailure()) return;
  }
  EXPECT_LT(ties, 60U);  // symmetry: of some 13,000
}

TEST(RadialWalk, LongRadialsOverLand) {
  Generator generator(10);
  for (double swing : {3.0, 300.0, 3000.0}) {
    Relief h = relief(generator, 1667, swing);
    auto height = [&](std::size_t lane, std::size_t k) { return h[lane][k]; };
    Scene s = scene(1667, 30, 30, 1.5, height);
    EXPECT_EQ(compare_all(s, "long " + std::to_string(swing), 61), 0U);
    Scene sea = scene(1667, 30, 300, 1.5, [](std::size_t, std::size_t) { return 0.0; });
    compare_all(sea, "sea", 97);
    if (HasFailure()) return;
  }
}

// SRTM over the Thuringian Forest: its posts are taken as 90 m apart. Every receiver of fans from
// sites on ridges, slopes and in valleys.
TEST(RadialWalk, RealRelief) {
  constexpr std::size_t side = 1201;
  auto bytes = system_files()->read(CAIRN_SOURCE_DIR "/src/geo/testdata/N50E010_usgs_srtm3.hgt.gz");
  ASSERT_TRUE(bytes) << bytes.error().message;
  ASSERT_EQ(bytes->size(), side * side * 2);
  std::vector<std::uint16_t> posts(side * side);
  for (std::size_t i = 0; i < posts.size(); ++i) {
    auto high = static_cast<std::uint8_t>((*bytes)[2 * i]);
    auto low = static_cast<std::uint8_t>((*bytes)[2 * i + 1]);
    posts[i] = static_cast<std::uint16_t>(8 * (high * 256 + low));
  }
  geo::TerrainGrid grid;
  grid.columns = grid.rows = side;
  grid.cell_m = 90;
  grid.west_m = -54'000;
  grid.north_m = 54'000;
  grid.heights = posts;
  Generator generator(13);
  std::size_t ties = 0;
  for (int round = 0; round < 8; ++round) {
    Scene s;
    s.fan.site = {uniform(generator, -40'000, 40'000), uniform(generator, -40'000, 40'000)};
    s.fan.tx_mast_m = uniform(generator, 5, 60);
    s.fan.rx_mast_m = 1.5;
    s.fan.step_m = round % 2 == 0 ? 30 : 90;
    s.fan.samples = 400;
    double toward = uniform(generator, 0, 6);
    for (std::size_t lane = 0; lane < radial_lanes; ++lane) {
      s.fan.azimuth_rad[lane] = toward + (round % 4 < 2 ? 0.001 : 0.4) * static_cast<double>(lane);
    }
    extract_radials(grid, s.fan, s.block);
    ties += compare_all(s, "real " + std::to_string(round));
    if (HasFailure()) return;
  }
  EXPECT_EQ(ties, 0U);
}

// A hole ends its radial and disturbs no other; receivers before first_receiver cost nothing.
TEST(RadialWalk, HolesAndFirstReceiver) {
  Generator generator(11);
  Relief h = relief(generator, 300, 500);
  auto height = [&](std::size_t lane, std::size_t k) { return h[lane][k]; };
  Scene whole = scene(300, 30, 30, 1.5, height);
  walk_radials(whole.fan, whole.block);
  Scene holes = scene(300, 30, 30, 1.5, height);
  for (std::size_t lane = 0; lane < radial_lanes; lane += 3) {
    std::size_t at = lane * 19;
    holes.block.known[lane] = at;
    holes.block.terrain_m[at * radial_lanes + lane] = NAN;
  }
  holes.fan.first_receiver = 40;
  walk_radials(holes.fan, holes.block);
  for (std::size_t lane = 0; lane < radial_lanes; ++lane) {
    for (std::size_t k = 40; k < holes.block.known[lane]; ++k) {
      std::size_t at = k * radial_lanes + lane;
      ASSERT_EQ(holes.block.actual_median_nu[at], whole.block.actual_median_nu[at]);
      ASSERT_EQ(holes.block.smooth_beta_nu[at], whole.block.smooth_beta_nu[at]);
      ASSERT_EQ(holes.block.rx_horizon_mrad[at], whole.block.rx_horizon_mrad[at]);
      ASSERT_EQ(holes.block.roughness_m[at], whole.block.roughness_m[at]);
    }
  }
  Scene nothing = scene(300, 30, 30, 1.5, height);
  nothing.block.known.fill(0);
  walk_radials(nothing.fan, nothing.block);
}

// The same bits whatever the processor: one instruction set after the other.
TEST(RadialWalk, EveryInstructionSetGivesTheSameBits) {
  Generator generator(12);
  Relief h = relief(generator, 400, 800);
  std::vector<std::uint16_t> posts(300 * 300);
  for (std::size_t i = 0; i < posts.size(); ++i) {
    posts[i] = static_cast<std::uint16_t>(8 * h[i / 300 % radial_lanes][i % 300 + i / 900 % 100]);
  }
  std::vector<std::uint8_t> clutter(posts.size());
  for (std::uint8_t& c : clutter) c = generator() % 4 == 0 ? 30 : 0;
  geo::TerrainGrid grid;
  grid.columns = grid.rows = 300;
  grid.cell_m = 30;
  grid.north_m = 9000;
  grid.heights = posts;
  RadialFan fan;
  fan.site = {4400, 4500};
  fan.tx_mast_m = 30;
  fan.rx_mast_m = 1.5;
  fan.step_m = 30;
  fan.samples = 145;
  for (std::size_t lane = 0; lane < radial_lanes; ++lane) {
    fan.azimuth_rad[lane] = 0.39 * static_cast<double>(lane);
  }
  std::vector<std::int64_t> targets = hwy::SupportedAndGeneratedTargets();
  targets.push_back(HWY_STATIC_TARGET);
  for (bool with_clutter : {false, true}) {
    if (with_clutter) grid.clutter_half_metres = clutter;
    RadialBlock first;
    for (std::int64_t target : targets) {
      hwy::GetChosenTarget().Update(target);
      RadialBlock block;
      extract_radials(grid, fan, block);
      walk_radials(fan, block);
      if (first.samples == 0) first = block;
      EXPECT_TRUE(same_bits(first, block)) << hwy::TargetName(target);
      // Nothing of a walk before stays in the block.
      fan.site.x_m += 100;
      extract_radials(grid, fan, block);
      walk_radials(fan, block);
      EXPECT_FALSE(same_bits(first, block));
      fan.site.x_m -= 100;
      extract_radials(grid, fan, block);
      walk_radials(fan, block);
      EXPECT_TRUE(same_bits(first, block)) << hwy::TargetName(target) << " again";
    }
  }
  hwy::GetChosenTarget().DeInit();
}

}  // namespace
}  // namespace cairn::radio
