// SPDX-License-Identifier: Apache-2.0
#include "radio/polar_lattice.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace cairn::radio {
namespace {

// A lattice that holds `value(radial, sample)` of every receiver, filled as a map fills it.
template <class F>
std::vector<float> filled(const PolarShape& shape, F value) {
  std::vector<float> lattice(shape.values(), std::nanf(""));
  std::vector<float> block(shape.samples() * radial_lanes, std::nanf(""));
  for (std::size_t number = 0; number < shape.fans(); ++number) {
    PolarShape::Fan fan = shape.fan(number);
    for (std::size_t lane = 0; lane < radial_lanes; ++lane) {
      for (std::size_t k = fan.first_receiver; k < shape.samples(); ++k) {
        block[k * radial_lanes + lane] = value(fan.radial[lane], k);
      }
    }
    shape.scatter<float, float>(fan, shape.samples(), block, lattice);
  }
  return lattice;
}

const std::pair<double, double> sizes[] = {{31, 30},     {100, 30},     {480, 30},    {1'500, 30},
                                           {15'000, 30}, {20'000, 500}, {9'999, 10.5}};

TEST(PolarLattice, EveryReceiverIsFilledAndFound) {
  for (auto [radius_m, step_m] : sizes) {
    PolarShape shape(radius_m, step_m);
    ASSERT_GE((shape.samples() - 1) * step_m, radius_m);
    auto number = [&](std::size_t radial, std::size_t k) {
      return static_cast<float>(radial * shape.samples() + k);
    };
    if (shape.radials() * shape.samples() > (1U << 24)) continue;  // no exact float
    std::vector<float> lattice = filled(shape, number);
    for (float value : lattice) ASSERT_FALSE(std::isnan(value));
    for (std::size_t radial = 0; radial < shape.radials(); radial += 1 + radial / 40) {
      for (std::size_t k = 2; k + 1 < shape.samples(); k += 1 + k / 20) {
        // Just behind the receiver, where it is the left and near one of the four or the ring has
        // fewer radials and it is between two of them.
        double turn = (static_cast<double>(radial) + 0.01) / static_cast<double>(shape.radials());
        PolarShape::Place at = shape.locate(static_cast<double>(k) + 0.25, turn);
        auto left = static_cast<std::size_t>(lattice[at.near_left]) / shape.samples();
        auto right = static_cast<std::size_t>(lattice[at.near_right]) / shape.samples();
        ASSERT_EQ(static_cast<std::size_t>(lattice[at.near_left]) % shape.samples(), k);
        ASSERT_EQ(static_cast<std::size_t>(lattice[at.near_right]) % shape.samples(), k);
        ASSERT_EQ(lattice[at.near_left + 1], lattice[at.near_left] + 1);
        ASSERT_EQ(lattice[at.near_right + 1], lattice[at.near_right] + 1);
        std::size_t apart = (right + shape.radials() - left) % shape.radials();
        ASSERT_LE(left, radial);
        ASSERT_LT(radial - left, apart);
        ASSERT_NEAR(at.outwards, 0.25, 1e-9);
        ASSERT_NEAR(at.clockwise,
                    (static_cast<double>(radial - left) + 0.01) / static_cast<double>(apart), 1e-6);
        // Neighbours are at most a step apart.
        double along = 2 * std::numbers::pi * static_cast<double>(k * apart) /
                       static_cast<double>(shape.radials());
        ASSERT_LE(along, 1 + 1e-9);
      }
    }
  }
}

TEST(PolarLattice, InnerRingsAreThinned) {
  PolarShape shape(50'000, 30);
  auto last = static_cast<double>(shape.samples() - 1);
  double all = 2 * std::numbers::pi * last * last;
  EXPECT_LT(static_cast<double>(shape.values()), 0.70 * all);
  EXPECT_GT(static_cast<double>(shape.values()), 0.66 * all);
  // Half of the fans are asked for the outer half only, and none that fills no receiver.
  std::size_t outer = 0;
  for (std::size_t i = 0; i < shape.fans(); ++i) outer += shape.fan(i).level == 0;
  EXPECT_EQ(2 * outer, shape.fans());
  EXPECT_EQ(shape.fan(0).first_receiver, 2);
  EXPECT_EQ(shape.fan(shape.fans() - 1).first_receiver, (shape.samples() - 1) / 2);
}

TEST(PolarLattice, PartsOfRadialsLeaveTheRestAlone) {
  PolarShape shape(1'500, 30);
  std::vector<float> lattice(shape.values(), -1);
  std::vector<float> block(shape.samples() * radial_lanes, 7);
  for (std::size_t number = 0; number < shape.fans(); ++number) {
    shape.scatter<float, float>(shape.fan(number), 20, block, lattice);
  }
  for (double turn : {0.0, 0.123, 0.999}) {
    EXPECT_EQ(lattice[shape.locate(18.5, turn).near_left + 1], 7);
    EXPECT_EQ(lattice[shape.locate(19.5, turn).near_left + 1], -1);
    EXPECT_EQ(lattice[shape.locate(45, turn).near_right], -1);
  }
}

TEST(PolarLattice, TurnsWrapAtNorth) {
  PolarShape shape(1'500, 30);
  std::vector<float> lattice =
      filled(shape, [](std::size_t radial, std::size_t) { return static_cast<float>(radial); });
  double part = 1 / static_cast<double>(shape.radials());
  PolarShape::Place last = shape.locate(45, 1 - part / 2);
  EXPECT_EQ(lattice[last.near_left], static_cast<float>(shape.radials() - 1));
  EXPECT_EQ(lattice[last.near_right], 0);
  EXPECT_NEAR(last.clockwise, 0.5, 1e-6);
  PolarShape::Place whole = shape.locate(45, 1);  // by rounding
  EXPECT_EQ(lattice[whole.near_left], 0);
  EXPECT_EQ(lattice[whole.near_right], 1);
}

}  // namespace
}  // namespace cairn::radio
