// SPDX-License-Identifier: Apache-2.0
// The walk of path_geometry.cpp against a second one, written from the recommendation's
// sentences point by point with no thought of speed, and properties that any path has.
#include "radio/path_geometry.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "radio/testing.hpp"

namespace cairn::radio {
namespace {

using testing::Generator;
using testing::OwnedProfile;
using testing::random_profile;
using testing::uniform;

// Bullington by brute force: every slope divided out, every nu computed.
struct PlainBullington {
  bool line_of_sight = false;
  double nu_scale = 0;  // nu over sqrt(0.002 d / lambda)
};

PlainBullington plain_bullington(const std::vector<double>& d, const std::vector<double>& top,
                                 double tx, double rx, double radius_km) {
  double length = d.back();
  double bulge = 500 / radius_km;
  double slope = (rx - tx) / length;
  double tx_slope = -INFINITY;
  double rx_slope = -INFINITY;
  double nu = -INFINITY;
  for (std::size_t i = 1; i + 1 < d.size(); ++i) {
    double h = top[i] + bulge * d[i] * (length - d[i]);
    tx_slope = std::max(tx_slope, (h - tx) / d[i]);
    rx_slope = std::max(rx_slope, (h - rx) / (length - d[i]));
    double line = (tx * (length - d[i]) + rx * d[i]) / length;
    nu = std::max(nu, (h - line) / std::sqrt(d[i] * (length - d[i])));
  }
  if (tx_slope < slope) return {true, nu};
  double edge = (rx - tx + rx_slope * length) / (tx_slope + rx_slope);
  double line = (tx * (length - edge) + rx * edge) / length;
  double height = tx + tx_slope * edge;
  return {false, (height - line) / std::sqrt(edge * (length - edge))};
}

struct PlainHorizons {
  double tx_mrad = -INFINITY, rx_mrad = -INFINITY;
  double tx_km = 0, rx_km = 0;
  bool line_of_sight = false;
};

PlainHorizons plain_horizons(const OwnedProfile& p, double tx, double rx, double radius_km) {
  const std::vector<double>& d = p.distance_km;
  double length = d.back();
  PlainHorizons out;
  double direct = (rx - tx) / (1000 * length);
  double bend = length / (2 * radius_km);
  double nearest = -INFINITY;
  double nearest_km = 0;
  for (std::size_t i = 1; i + 1 < d.size(); ++i) {
    double rest = length - d[i];
    double from_tx =
        1000 * std::atan((p.terrain_m[i] - tx) / (1000 * d[i]) - d[i] / (2 * radius_km));
    double from_rx =
        1000 * std::atan((p.terrain_m[i] - rx) / (1000 * rest) - rest / (2 * radius_km));
    if (from_tx > out.tx_mrad) {
      out.tx_mrad = from_tx;
      out.tx_km = d[i];
    }
    if (from_rx >= out.rx_mrad) {
      out.rx_mrad = from_rx;
      out.rx_km = rest;
    }
    double line = (tx * rest + rx * d[i]) / length;
    double bulge = 500 / radius_km * d[i] * rest;
    double nu = (p.terrain_m[i] + bulge - line) / std::sqrt(d[i] * rest);
    if (nu >= nearest) {
      nearest = nu;
      nearest_km = d[i];
    }
  }
  if (out.tx_mrad > 1000 * std::atan(direct - bend)) return out;
  return {1000 * std::atan(direct - bend), 1000 * std::atan(-direct - bend), nearest_km,
          length - nearest_km, true};
}

void expect_bullington(const BullingtonPath& path, const PlainBullington& plain, double grazing) {
  if (path.line_of_sight != plain.line_of_sight) {  // only where the path is just touched
    EXPECT_NEAR(path.nu_scale_m_per_km, 0, grazing);
    EXPECT_NEAR(plain.nu_scale, 0, grazing);
    return;
  }
  EXPECT_NEAR(path.nu_scale_m_per_km, plain.nu_scale, 1e-9 * (1 + std::abs(plain.nu_scale)));
}

void compare(const OwnedProfile& p, const Terminals& masts, const EarthRadii& radii) {
  PathGeometry g = path_geometry(p.view(), masts, radii);
  std::vector<double> top = p.terrain_m;
  for (std::size_t i = 1; i + 1 < top.size() && !p.clutter_m.empty(); ++i) top[i] += p.clutter_m[i];
  double tx = p.terrain_m.front() + masts.tx_mast_m;
  double rx = p.terrain_m.back() + masts.rx_mast_m;
  const std::vector<double>& d = p.distance_km;
  expect_bullington(g.actual_median, plain_bullington(d, top, tx, rx, radii.median_km), 1e-9);
  expect_bullington(g.actual_beta, plain_bullington(d, top, tx, rx, radii.beta_km), 1e-9);
  std::vector<double> none(d.size(), 0.0);
  double tx_over = g.tx_over_smooth_m;
  double rx_over = g.rx_over_smooth_m;
  expect_bullington(g.smooth_median, plain_bullington(d, none, tx_over, rx_over, radii.median_km),
                    1e-9);
  expect_bullington(g.smooth_beta, plain_bullington(d, none, tx_over, rx_over, radii.beta_km),
                    1e-9);

  PlainHorizons plain = plain_horizons(p, tx, rx, radii.median_km);
  EXPECT_EQ(g.line_of_sight, plain.line_of_sight);
  EXPECT_NEAR(g.tx_horizon_mrad, plain.tx_mrad, 1e-9 * (1 + std::abs(plain.tx_mrad)));
  EXPECT_NEAR(g.rx_horizon_mrad, plain.rx_mrad, 1e-9 * (1 + std::abs(plain.rx_mrad)));
  EXPECT_NEAR(g.tx_horizon_km, plain.tx_km, 1e-9);
  EXPECT_NEAR(g.rx_horizon_km, plain.rx_km, 1e-9);

  double rough = -INFINITY;
  double obstruction = -INFINITY;
  double surface = (g.rx_smooth_m - g.tx_smooth_m) / d.back();
  for (std::size_t i = 1; i + 1 < d.size(); ++i) {
    double line = (tx * (d.back() - d[i]) + rx * d[i]) / d.back();
    obstruction = std::max(obstruction, p.terrain_m[i] - line);
    if (d[i] < plain.tx_km - 1e-9 || d[i] > d.back() - plain.rx_km + 1e-9) continue;
    rough = std::max(rough, p.terrain_m[i] - (g.tx_smooth_m + surface * d[i]));
  }
  EXPECT_NEAR(g.obstruction_m, obstruction, 1e-8);
  EXPECT_NEAR(g.roughness_m, rough, 1e-8);
}

TEST(PathGeometry, ThousandsOfRandomPathsByBruteForce) {
  Generator generator(20261121);
  int sight = 0;
  int smooth_sight = 0;
  for (int round = 0; round < 4000; ++round) {
    SCOPED_TRACE(round);
    std::size_t points = 3 + generator() % (round % 10 == 0 ? 1500 : 150);
    double length = std::exp(uniform(generator, std::log(0.05), std::log(600)));
    double swing = std::exp(uniform(generator, 0, std::log(2500)));
    OwnedProfile p = random_profile(generator, points, length, swing,
                                    {.clutter = round % 2 == 0, .uneven = round % 3 == 0});
    Terminals masts{.tx_mast_m = std::exp(uniform(generator, 0, 6)),
                    .rx_mast_m = std::exp(uniform(generator, 0, 5))};
    EarthRadii radii = earth_radii(uniform(generator, 20, 90));
    compare(p, masts, radii);
    PathGeometry g = path_geometry(p.view(), masts, radii);
    sight += g.line_of_sight ? 1 : 0;
    smooth_sight += g.smooth_beta.line_of_sight ? 1 : 0;
    if (::testing::Test::HasFailure()) break;
  }
  EXPECT_GT(sight, 200);  // both kinds of path are there
  EXPECT_LT(sight, 3800);
  EXPECT_GT(smooth_sight, 1000);
  EXPECT_LT(smooth_sight, 3990);
}

// Seen from the other end a path has the same edge and the same horizons.
TEST(PathGeometry, IsTheSameFromTheOtherEnd) {
  Generator generator(7);
  for (int round = 0; round < 500; ++round) {
    SCOPED_TRACE(round);
    OwnedProfile p = random_profile(generator, 3 + generator() % 300, uniform(generator, 1, 90),
                                    uniform(generator, 1, 900), {.clutter = true, .uneven = true});
    OwnedProfile back;
    for (std::size_t i = p.terrain_m.size(); i-- > 0;) {
      back.distance_km.push_back(p.distance_km.back() - p.distance_km[i]);
      back.terrain_m.push_back(p.terrain_m[i]);
      back.clutter_m.push_back(p.clutter_m[i]);
    }
    EarthRadii radii = earth_radii(45);
    PathGeometry a = path_geometry(p.view(), {.tx_mast_m = 30, .rx_mast_m = 2}, radii);
    PathGeometry b = path_geometry(back.view(), {.tx_mast_m = 2, .rx_mast_m = 30}, radii);
    EXPECT_NEAR(a.actual_median.nu_scale_m_per_km, b.actual_median.nu_scale_m_per_km, 1e-7);
    EXPECT_NEAR(a.smooth_beta.nu_scale_m_per_km, b.smooth_beta.nu_scale_m_per_km, 1e-7);
    EXPECT_NEAR(a.tx_horizon_mrad, b.rx_horizon_mrad, 1e-7);
    EXPECT_NEAR(a.rx_horizon_km, b.tx_horizon_km, 1e-7);
    EXPECT_NEAR(a.tx_smooth_diffraction_m, b.rx_smooth_diffraction_m, 1e-6);
    EXPECT_NEAR(a.roughness_m, b.roughness_m, 1e-6);
  }
}

// A straight terrain is its own smooth surface, to the fit's last digits.
TEST(PathGeometry, StraightTerrainIsItsOwnSurface) {
  OwnedProfile p;
  for (int i = 0; i <= 100; ++i) {
    p.distance_km.push_back(0.3 * i);
    p.terrain_m.push_back(200 + 1.5 * i);
  }
  PathGeometry g = path_geometry(p.view(), {.tx_mast_m = 20, .rx_mast_m = 10}, earth_radii(45));
  EXPECT_NEAR(g.tx_smooth_fit_m, 200, 1e-9);
  EXPECT_NEAR(g.rx_smooth_fit_m, 350, 1e-9);
  EXPECT_NEAR(g.tx_over_smooth_m, 20, 1e-9);
  EXPECT_NEAR(g.roughness_m, 0, 1e-9);
  EXPECT_TRUE(g.line_of_sight);
}

// A path that is touched in one point only has nu 0 from either side, and no NaN.
TEST(PathGeometry, GrazingPath) {
  OwnedProfile p;
  EarthRadii radii{8500, 8500};
  for (int i = 0; i <= 4; ++i) p.distance_km.push_back(5.0 * i);
  double bulge = 500 / radii.median_km * 10 * 10;
  for (double lift : {-1e-9, -1e-13, 0.0, 1e-13, 1e-9}) {
    p.terrain_m = {0, 0, 50 - bulge + lift, 0, 0};
    PathGeometry g = path_geometry(p.view(), {.tx_mast_m = 50, .rx_mast_m = 50}, radii);
    EXPECT_NEAR(g.actual_median.nu_scale_m_per_km, 0, 1e-8);
    EXPECT_NEAR(g.actual_median.edge_km, 10, 5);
  }
}

TEST(PathGeometry, EarthRadii) {
  EXPECT_NEAR(earth_radii(45).median_km, 8930.776786, 1e-6);
  EXPECT_NEAR(earth_radii(0).median_km, 6371, 1e-9);
  EXPECT_EQ(earth_radii(45).beta_km, 19113);
}

}  // namespace
}  // namespace cairn::radio
