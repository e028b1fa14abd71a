// SPDX-License-Identifier: Apache-2.0
// Horizons, fits and irregularity of ITM against plain second implementations.
#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <cmath>

#include "radio/detail/itm_kernels.hpp"
#include "radio/itm.hpp"
#include "radio/testing.hpp"

namespace cairn::radio {
namespace {

using testing::Generator;
using testing::uniform;

const Terminals masts{.tx_mast_m = 30, .rx_mast_m = 1.5};

ItmGeometry geometry(const std::vector<double>& h, double step_m, const Terminals& t = masts) {
  Result<ItmGeometry> path = itm_geometry({step_m, h}, t, {});
  EXPECT_TRUE(path) << (path ? "" : path.error().message);
  return path ? *path : ItmGeometry{};
}

struct PlainHorizon {
  double rad, metres;
};

// Of the terminal before the first height.
PlainHorizon plain_horizon(const std::vector<double>& h, double step_m, double own_m,
                           double other_m, double curvature) {
  std::size_t steps = h.size() - 1;
  double d = step_m * static_cast<double>(steps);
  PlainHorizon best{(h[steps] + other_m - h[0] - own_m) / d - d * curvature / 2, d};
  for (std::size_t i = 1; i < steps; ++i) {
    double x = step_m * static_cast<double>(i);
    double angle = (h[i] - h[0] - own_m) / x - x * curvature / 2;
    if (angle > best.rad + 1e-15) best = {angle, x};
  }
  return best;
}

// Interdecile range of the samples about their regression line, the way it is defined: all of
// them sorted.
double plain_irregularity(const std::vector<double>& h, double step_m, double from_m, double to_m) {
  double begin = from_m / step_m;
  double end = to_m / step_m;
  if (end - begin < 2) return 0;
  int tenth = std::clamp(static_cast<int>(0.1 * (end - begin + 8)), 4, 25);
  int n = 10 * tenth - 5;
  std::vector<double> y;
  for (int j = 0; j < n; ++j) {
    double x = begin + (end - begin) * j / (n - 1);
    double floor = std::min(std::floor(x), static_cast<double>(h.size()) - 2);
    std::size_t i = static_cast<std::size_t>(floor);
    y.push_back(h[i] * (1 - (x - floor)) + h[i + 1] * (x - floor));
  }
  double count = n - 1;
  double sum = 0;
  double moment = 0;
  for (int j = 0; j < n; ++j) {
    double weight = j == 0 || j == n - 1 ? 0.5 : 1;
    sum += weight * y[static_cast<std::size_t>(j)];
    moment += weight * y[static_cast<std::size_t>(j)] * (j - count / 2);
  }
  double slope = moment * 12 / ((count * count + 2) * count);
  for (int j = 0; j < n; ++j) {
    y[static_cast<std::size_t>(j)] -= sum / count + slope * (j - count / 2);
  }
  std::sort(y.begin(), y.end());
  double range = y[static_cast<std::size_t>(n - tenth)] - y[static_cast<std::size_t>(tenth - 1)];
  return range / (1 - 0.8 * std::exp(-(to_m - from_m) / 50e3));
}

TEST(ItmGeometry, RandomPathsByBruteForce) {
  Generator generator(1982);
  int hidden = 0;
  for (int round = 0; round < 3000; ++round) {
    SCOPED_TRACE(round);
    std::size_t points = 3 + generator() % (round % 10 == 0 ? 2000 : 200);
    double step = std::exp(uniform(generator, std::log(5), std::log(800)));
    std::vector<double> h =
        testing::relief(generator, points, std::exp(uniform(generator, 0, 7.5)));
    Terminals t{.tx_mast_m = std::exp(uniform(generator, -0.6, 6)),
                .rx_mast_m = std::exp(uniform(generator, -0.6, 6))};
    if (step * static_cast<double>(points) > 1e6) continue;
    ItmGeometry g = geometry(h, step, t);
    std::vector<double> back(h.rbegin(), h.rend());
    PlainHorizon tx = plain_horizon(h, step, t.tx_mast_m, t.rx_mast_m, g.curvature_per_m);
    PlainHorizon rx = plain_horizon(back, step, t.rx_mast_m, t.tx_mast_m, g.curvature_per_m);
    double d = g.distance_m;
    double from = std::min(15 * t.tx_mast_m, 0.1 * tx.metres);
    double to = d - std::min(15 * t.rx_mast_m, 0.1 * rx.metres);
    double expected = plain_irregularity(h, step, from, to);
    EXPECT_NEAR(g.irregularity_m, expected, 1e-6 * (1 + expected));
    if (tx.metres + rx.metres <= 1.5 * d) {  // the found horizons are kept
      EXPECT_NEAR(g.horizon_rad[0], tx.rad, 1e-12);
      EXPECT_NEAR(g.horizon_rad[1], rx.rad, 1e-12);
      EXPECT_NEAR(g.horizon_m[0], tx.metres, 1e-6 * d);
      EXPECT_NEAR(g.horizon_m[1], rx.metres, 1e-6 * d);
      ++hidden;
    }
    EXPECT_GE(g.effective_m[0], t.tx_mast_m);
    EXPECT_GE(g.effective_m[1], t.rx_mast_m);
    if (::testing::Test::HasFailure()) break;
  }
  EXPECT_GT(hidden, 500);
  EXPECT_LT(hidden, 2900);
}

TEST(ItmGeometry, RidgeIsBothHorizons) {
  std::vector<double> h(101, 100.0);
  h[40] = 600;
  ItmGeometry g = geometry(h, 100);
  EXPECT_NEAR(g.horizon_m[0], 4000, 1e-6);
  EXPECT_NEAR(g.horizon_m[1], 6000, 1e-6);
  EXPECT_NEAR(g.horizon_rad[0], 470.0 / 4000 - 4000 * g.curvature_per_m / 2, 1e-12);
}

TEST(ItmGeometry, FlatGroundHasNoIrregularity) {
  ItmGeometry g = geometry(std::vector<double>(200, 50.0), 50);
  EXPECT_NEAR(g.irregularity_m, 0, 1e-9);
  EXPECT_NEAR(g.effective_m[0], 30, 1e-9);
}

TEST(ItmGeometry, ThinAirOfHighCountry) {
  std::vector<double> low(50, 0.0);
  std::vector<double> high(50, 4500.0);
  EXPECT_NEAR(geometry(low, 100).surface_refractivity, 325, 1e-9);
  EXPECT_NEAR(geometry(high, 100).surface_refractivity, 325 * std::exp(-4500.0 / 9460), 1e-9);
  // Everest: the model's air ends before.
  std::vector<double> top(50, 8800.0);
  Result<ItmGeometry> none = itm_geometry({100, top}, masts, {});
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message.find("does not know such air"), std::string::npos);
}

TEST(ItmGeometry, AreaSiting) {
  auto effective = [](Siting siting, double mast, double rough) {
    return itm_area_geometry({.distance_km = 20, .irregularity_m = rough, .tx_siting = siting},
                             {.tx_mast_m = mast, .rx_mast_m = 2}, {})
        ->effective_m[0];
  };
  EXPECT_EQ(effective(Siting::random, 10, 90), 10);
  EXPECT_NEAR(effective(Siting::careful, 10, 90), 10 + 5 * std::exp(-20.0 / 90), 1e-12);
  EXPECT_NEAR(effective(Siting::very_careful, 10, 90), 10 + 10 * std::exp(-20.0 / 90), 1e-12);
  EXPECT_LT(effective(Siting::careful, 3, 90), effective(Siting::careful, 10, 90));
}

TEST(ItmGeometry, EvenProfile) {
  testing::OwnedProfile p;
  p.distance_km = {0, 0.1, 0.2, 0.3};
  p.terrain_m = {1, 2, 3, 4};
  Result<EvenProfile> even = even_profile(p.view());
  ASSERT_TRUE(even);
  EXPECT_NEAR(even->step_m, 100, 1e-9);
  EXPECT_EQ(even->terrain_m.size(), 4U);
  p.distance_km[2] = 0.21;
  even = even_profile(p.view());
  ASSERT_FALSE(even);
  EXPECT_EQ(even.error().place, "point 2");
}

TEST(ItmGeometry, RefusesBadInput) {
  std::vector<double> h(50, 100.0);
  auto refused = [&](double step, const Terminals& t, const Atmosphere& air,
                     const std::string& what) {
    Result<ItmGeometry> path = itm_geometry({step, h}, t, air);
    ASSERT_FALSE(path) << what;
    EXPECT_NE(path.error().message.find(what), std::string::npos) << path.error().message;
  };
  refused(100, {.tx_mast_m = 0.01, .rx_mast_m = 2}, {}, "transmitter mast 0.01 m");
  refused(100, {.tx_mast_m = 10, .rx_mast_m = NAN}, {}, "receiver mast nan");
  refused(0, masts, {}, "steps of 0 m");
  refused(NAN, masts, {}, "steps of nan m");
  refused(1e6, masts, {}, "49000 km");
  refused(100, masts, {.sea_level_n0 = 200}, "refractivity 200");
  h[7] = NAN;
  refused(100, masts, {}, "terrain height nan");
  h.resize(2);
  refused(100, masts, {}, "at least 3 points");
  EXPECT_FALSE(itm_area_geometry({.distance_km = 0}, masts, {}));
  EXPECT_FALSE(itm_area_geometry({.distance_km = NAN}, masts, {}));
  EXPECT_FALSE(itm_area_geometry({.distance_km = 5, .irregularity_m = -1}, masts, {}));
}

TEST(ItmKernels, ManyStepsAreALoopOfSteps) {
  Generator generator(3);
  std::vector<double> steps = {30, 90, 0.1, 1.0 / 3, 0x1p-3, 25, 1000, 0x1.8p-1, 4.5};
  for (int i = 0; i < 400; ++i) steps.push_back(std::exp(uniform(generator, -7, 8)));
  // Just between two last places of some sums.
  for (double k : {1.0, 3.0, 5.0}) steps.push_back(64 + k * 0x1p-46);
  for (double step : steps) {
    for (std::size_t count : {1, 2, 3, 7, 100, 1667, 3000}) {
      double up = 0;
      double length = step * 3000;
      double down = length;
      for (std::size_t i = 0; i < count && i < 3000; ++i) {
        up += step;
        down -= step;
      }
      ASSERT_EQ(after_steps(0, step, count), up) << step << ' ' << count;
      if (count < 3000) {
        ASSERT_EQ(after_steps(length, -step, count), down) << step << ' ' << count;
      }
    }
  }
}

// Every instruction set: the same bits, and what a loop over the points finds.
TEST(ItmKernels, SameOnEveryInstructionSet) {
  Generator generator(4);
  for (int round = 0; round < 300; ++round) {
    std::size_t points = 3 + generator() % (round % 2 == 0 ? 40 : 900);
    std::vector<double> h = testing::relief(generator, points, round % 5 == 0 ? 0 : 700);
    ItmSight path{.h = h.data(),
                  .steps = points - 1,
                  .step_m = 90,
                  .length_m = 90 * static_cast<double>(points - 1),
                  .tx_m = h.front() + 30,
                  .rx_m = h.back() + 2,
                  .half_bend = 6e-8};
    ItmResampling terrain{
        .h = h.data(), .steps = points - 1, .begin = 0.25, .stride = 0, .tenth = 0};
    terrain.tenth = std::clamp<std::size_t>(points / 10, 4, 25);
    terrain.stride =
        (static_cast<double>(points) - 1.5) / static_cast<double>(10 * terrain.tenth - 6);
    ItmElevations first;
    double range = 0;
    bool begun = false;
    for (std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
      hwy::SetSupportedTargetsForTest(target);
      hwy::GetChosenTarget().Update(hwy::SupportedTargets());
      ItmElevations found = greatest_elevations(path);
      double found_range = decile_range_m(terrain);
      if (!begun) {
        first = found;
        range = found_range;
        begun = true;
      }
      for (int side : {0, 1}) {
        ASSERT_EQ(found.angle_rad[side], first.angle_rad[side]) << hwy::TargetName(target);
        ASSERT_EQ(found.index[side], first.index[side]) << hwy::TargetName(target);
      }
      ASSERT_EQ(found_range, range) << hwy::TargetName(target) << ' ' << points;
      hwy::SetSupportedTargetsForTest(0);
    }
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    EXPECT_GE(range, 0);
  }
}

}  // namespace
}  // namespace cairn::radio
