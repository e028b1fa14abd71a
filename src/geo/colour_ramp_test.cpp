// SPDX-License-Identifier: Apache-2.0
#include "geo/colour_ramp.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

namespace cairn::geo {
namespace {

TEST(ColourRamp, StepsAndSlopes) {
  ColourRamp ramp{{{-110, {10, 20, 30, 255}}, {-100, {20, 40, 130, 255}}}, false, ""};
  EXPECT_EQ(ramp.colour(-110.01), Rgba{});
  EXPECT_EQ(ramp.colour(std::nan("")), Rgba{});
  EXPECT_EQ(ramp.colour(-110), (Rgba{10, 20, 30, 255}));
  EXPECT_EQ(ramp.colour(-100.01), (Rgba{10, 20, 30, 255}));
  EXPECT_EQ(ramp.colour(0), (Rgba{20, 40, 130, 255}));
  ramp.smooth = true;
  EXPECT_EQ(ramp.colour(-105), (Rgba{15, 30, 80, 255}));
  EXPECT_EQ(ColourRamp{}.colour(1), Rgba{});
}

TEST(ColourRamp, ShippedOnesRise) {
  for (const ColourRamp& ramp : {rsrp_ramp(), loss_ramp(), index_ramp(100, "server")}) {
    for (std::size_t i = 1; i < ramp.stops.size(); ++i) {
      EXPECT_LT(ramp.stops[i - 1].value, ramp.stops[i].value);
    }
  }
  const ColourRamp servers = index_ramp(50, "server");
  for (std::size_t i = 1; i < servers.stops.size(); ++i) {
    const Rgba a = servers.stops[i - 1].colour;
    const Rgba b = servers.stops[i].colour;
    EXPECT_GT(std::abs(a.red - b.red) + std::abs(a.green - b.green) + std::abs(a.blue - b.blue),
              60);
    EXPECT_EQ(a.alpha, 255);
  }
}

}  // namespace
}  // namespace cairn::geo
