// SPDX-License-Identifier: Apache-2.0
// The lanes against p1812_loss on the same geometry, and against themselves on every instruction
// set that this machine has and the build contains.
#include "radio/p1812_lanes.hpp"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <cmath>
#include <cstring>

#include "radio/testing.hpp"

namespace cairn::radio {
namespace {

using testing::Generator;
using testing::OwnedProfile;
using testing::random_profile;
using testing::uniform;

struct Case {
  RadialBlock block;
  std::vector<PathGeometry> paths;  // of [k * radial_lanes + lane]; those of k < 2 are empty
};

void put(const PathGeometry& path, std::size_t at, RadialBlock& block) {
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
}

void make_room(RadialBlock& block, std::size_t samples) {
  block.samples = samples;
  block.known.fill(samples);
  for (std::vector<double>* values :
       {&block.rx_amsl_m, &block.actual_median_nu, &block.actual_beta_nu, &block.smooth_median_nu,
        &block.smooth_beta_nu, &block.tx_horizon_mrad, &block.rx_horizon_mrad,
        &block.angular_distance_mrad, &block.tx_horizon_km, &block.rx_horizon_km,
        &block.tx_over_smooth_m, &block.rx_over_smooth_m, &block.tx_effective_m,
        &block.rx_effective_m, &block.roughness_m}) {
    values->assign(samples * radial_lanes, NAN);
  }
}

// Sixteen radials from one mast; the geometry of every prefix is that of the reference.
Case random_case(Generator& generator, std::size_t samples, double step_m, double swing_m) {
  Case out;
  make_room(out.block, samples);
  Terminals masts{.tx_mast_m = std::exp(uniform(generator, 0, std::log(3000))),
                  .rx_mast_m = std::exp(uniform(generator, 0, std::log(3000)))};
  if (generator() % 2 == 0) masts = {.tx_mast_m = 30, .rx_mast_m = 1.5};
  out.block.radii = earth_radii(generator() % 2 == 0 ? 45 : uniform(generator, 0, 150));
  out.block.step_m = step_m;
  out.paths.resize(samples * radial_lanes);
  double ground_m = uniform(generator, -400, 6000);
  out.block.tx_amsl_m = ground_m + masts.tx_mast_m;
  for (std::size_t lane = 0; lane < radial_lanes; ++lane) {
    OwnedProfile p = random_profile(generator, samples, 1, swing_m, {.clutter = lane % 3 == 0});
    p.terrain_m[0] = ground_m;
    for (std::size_t k = 0; k < samples; ++k) {
      p.distance_km[k] = static_cast<double>(k) * (step_m / 1000);
    }
    for (std::size_t k = 2; k < samples; ++k) {
      PathProfile whole = p.view();
      PathProfile path{whole.distance_km.first(k + 1),
                       whole.terrain_m.first(k + 1),
                       p.clutter_m.empty() ? whole.clutter_m : whole.clutter_m.first(k + 1),
                       {}};
      std::size_t at = k * radial_lanes + lane;
      out.paths[at] = path_geometry(path, masts, out.block.radii);
      put(out.paths[at], at, out.block);
    }
  }
  return out;
}

P1812Radio random_radio(Generator& generator) {
  P1812Input input{.frequency_ghz = std::exp(uniform(generator, std::log(0.03), std::log(6))),
                   .polarisation = static_cast<Polarisation>(generator() % 2),
                   .time_percent = std::exp(uniform(generator, 0, std::log(50))),
                   .location_percent = uniform(generator, 1, 99),
                   .location_sigma_db = uniform(generator, 0, 10)};
  if (generator() % 3 == 0) input.time_percent = 50;
  if (generator() % 5 == 0) input.time_percent = 1;
  Atmosphere air{.sea_level_n0 = uniform(generator, 200, 500),
                 .latitude_deg = uniform(generator, -90, 90)};
  return *p1812_radio(input, air);
}

std::vector<float> lanes_of(const Case& c, const P1812Radio& radio) {
  std::vector<float> loss(c.block.count());
  p1812_loss_lanes(c.block, radio, 0, c.block.samples, loss);
  return loss;
}

// The result is a float: half a unit of its last place below 512 dB is 1.6e-5 dB. The second
// height gain, Eq. (35), jumps by 0.018 dB where B is 2; nothing here stands on that spot.
constexpr double tolerance_db = 2.5e-5;

TEST(P1812Lanes, WithinRoundingOfTheReferenceOnRandomRelief) {
  Generator generator(16);
  double worst = 0;
  for (int round = 0; round < 250 && !HasFailure(); ++round) {
    double step_m = std::exp(uniform(generator, std::log(0.5), std::log(60'000)));
    if (round % 3 == 0) step_m = 30;
    double swing_m = std::exp(uniform(generator, -2, 8));
    Case c = random_case(generator, 3 + generator() % 45, step_m, swing_m);
    P1812Radio radio = random_radio(generator);
    std::vector<float> loss = lanes_of(c, radio);
    for (std::size_t at = 2 * radial_lanes; at < loss.size(); ++at) {
      double reference = p1812_loss(c.paths[at], radio).basic_loss_db;
      worst = std::max(worst, std::abs(loss[at] - reference));
      ASSERT_NEAR(loss[at], reference, tolerance_db)
          << "round " << round << " sample " << at / radial_lanes << " lane " << at % radial_lanes
          << " step " << step_m << " GHz " << radio.input.frequency_ghz;
    }
  }
  RecordProperty("worst_db", std::to_string(worst));
}

// Long enough for the first term, the region between sight and clearance, and every radius.
TEST(P1812Lanes, OverSmoothAndGentleGround) {
  Generator generator(17);
  std::size_t cleared = 0, reduced = 0, beyond = 0;
  for (int round = 0; round < 60 && !HasFailure(); ++round) {
    Case c = random_case(generator, 60, uniform(generator, 200, 4000), round % 4 * 5);
    P1812Radio radio = random_radio(generator);
    std::vector<float> loss = lanes_of(c, radio);
    for (std::size_t at = 2 * radial_lanes; at < loss.size(); ++at) {
      P1812Loss reference = p1812_loss(c.paths[at], radio);
      const PathGeometry& path = c.paths[at];
      double sight_km = std::sqrt(0.002 * path.radii.median_km) *
                        (std::sqrt(path.tx_over_smooth_m) + std::sqrt(path.rx_over_smooth_m));
      double sphere = reference.diffraction_median.spherical_db;
      ++(path.distance_km >= sight_km ? beyond : sphere > 0 ? reduced : cleared);
      ASSERT_NEAR(loss[at], reference.basic_loss_db, tolerance_db) << round << ' ' << at;
    }
  }
  EXPECT_GT(cleared, 1000u);
  EXPECT_GT(reduced, 1000u);
  EXPECT_GT(beyond, 1000u);
}

TEST(P1812Lanes, SameBitsOnEveryInstructionSet) {
  Generator generator(18);
  Case c = random_case(generator, 150, 400, 900);
  std::vector<P1812Radio> radios;
  for (int i = 0; i < 6; ++i) radios.push_back(random_radio(generator));
  std::vector<std::vector<float>> expected;
  for (const P1812Radio& radio : radios) expected.push_back(lanes_of(c, radio));
  int targets = 0;
  for (std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    for (std::size_t i = 0; i < radios.size(); ++i) {
      std::vector<float> loss = lanes_of(c, radios[i]);
      EXPECT_EQ(0, std::memcmp(loss.data(), expected[i].data(), loss.size() * sizeof(float)));
    }
    ++targets;
  }
  hwy::SetSupportedTargetsForTest(0);
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
  EXPECT_GE(targets, 1);
}

TEST(P1812Lanes, NothingWithoutAPathOrAHeight) {
  Generator generator(19);
  Case c = random_case(generator, 40, 100, 300);
  P1812Radio radio = *p1812_radio({.frequency_ghz = 0.7}, {});
  std::vector<float> whole = lanes_of(c, radio);
  c.block.known = {40, 0, 1, 2, 3, 39, 40, 20, 21, 22, 23, 24, 25, 26, 27, 28};
  std::vector<float> loss(c.block.count(), -1);
  p1812_loss_lanes(c.block, radio, 0, 40, loss);
  for (std::size_t at = 0; at < loss.size(); ++at) {
    std::size_t k = at / radial_lanes;
    if (k < 2 || k >= c.block.known[at % radial_lanes]) {
      EXPECT_TRUE(std::isnan(loss[at])) << at;
    } else {
      EXPECT_EQ(loss[at], whole[at]) << at;
    }
  }
  c.block.known.fill(1);
  p1812_loss_lanes(c.block, radio, 0, 40, loss);
  for (float value : loss) EXPECT_TRUE(std::isnan(value));
}

TEST(P1812Lanes, APartIsThatPartOfTheWhole) {
  Generator generator(20);
  Case c = random_case(generator, 140, 90, 500);
  P1812Radio radio = *p1812_radio({.frequency_ghz = 2.6, .time_percent = 10}, {});
  std::vector<float> whole = lanes_of(c, radio);
  for (auto [first, last] : {std::pair{1, 2}, {1, 3}, {2, 2}, {5, 6}, {3, 70}, {64, 140}}) {
    std::vector<float> part(c.block.count(), -1);
    p1812_loss_lanes(c.block, radio, first, last, part);
    for (std::size_t at = 0; at < part.size(); ++at) {
      int k = static_cast<int>(at / radial_lanes);
      bool inside = k >= first && k < last;
      float expected = inside ? whole[at] : -1;
      EXPECT_EQ(0, std::memcmp(&part[at], &expected, sizeof(float))) << first << ' ' << at;
    }
  }
}

}  // namespace
}  // namespace cairn::radio
