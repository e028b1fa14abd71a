// SPDX-License-Identifier: Apache-2.0
#include "geo/plane.hpp"

#include <gtest/gtest.h>
#include <proj.h>

#include <cmath>
#include <limits>
#include <random>

#include "core/text.hpp"

namespace cairn::geo {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

// Another program's azimuthal equidistant projection around the same origin.
class Proj {
 public:
  explicit Proj(Point origin)
      : context_(proj_context_create()),
        projection_(proj_create(context_, format("+proj=aeqd +lon_0={} +lat_0={} +ellps=WGS84",
                                                 number_text(origin.x), number_text(origin.y))
                                              .c_str())) {}
  ~Proj() {
    proj_destroy(projection_);
    proj_context_destroy(context_);
  }
  PlanePoint forward(Point p) const {
    const double rad_per_deg = std::acos(-1.0) / 180;
    const PJ_COORD out =
        proj_trans(projection_, PJ_FWD, proj_coord(p.x * rad_per_deg, p.y * rad_per_deg, 0, 0));
    return {out.xy.x, out.xy.y};
  }

 private:
  PJ_CONTEXT* context_;
  PJ* projection_;
};

TEST(LocalPlane, AgreesWithProj) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> spread(-4, 4);
  for (const Point origin : {Point{102.2, 27.9}, Point{0, 0}, Point{-70, -45}, Point{10.5, 50.5},
                             Point{179.9, 12}, Point{30, 84}}) {
    const LocalPlane plane(origin);
    const Proj proj(origin);
    for (int i = 0; i < 500; ++i) {
      const Point p{origin.x + spread(random), origin.y + spread(random)};
      const auto at = plane.forward(p);
      ASSERT_TRUE(at);
      const PlanePoint theirs = proj.forward(p);
      EXPECT_NEAR(at->x_m, theirs.x_m, 1e-6);
      EXPECT_NEAR(at->y_m, theirs.y_m, 1e-6);
    }
  }
}

TEST(LocalPlane, GoesThereAndBack) {
  std::mt19937_64 random(8);
  std::uniform_real_distribution<double> spread(-400'000, 400'000);
  for (const Point origin : {Point{102.2, 27.9}, Point{180, 0}, Point{-179.99, 65}, Point{0, 90},
                             Point{40, -90}, Point{12, 89.5}}) {
    const LocalPlane plane(origin);
    for (int i = 0; i < 500; ++i) {
      const PlanePoint p{spread(random), spread(random)};
      const Point place = plane.inverse(p);
      EXPECT_GE(place.x, -180);
      EXPECT_LT(place.x, 180);
      const auto back = plane.forward(place);
      ASSERT_TRUE(back);
      EXPECT_NEAR(back->x_m, p.x_m, 1e-6);
      EXPECT_NEAR(back->y_m, p.y_m, 1e-6);
    }
  }
}

TEST(LocalPlane, CrossesTheAntimeridian) {
  const LocalPlane plane({179.9, 10});
  const auto east = plane.forward({-179.9, 10});
  const auto same = plane.forward({180.1, 10});
  ASSERT_TRUE(east);
  ASSERT_TRUE(same);
  EXPECT_NEAR(east->x_m, 21'926, 20);  // 0.2 degrees of longitude at 10 N
  EXPECT_DOUBLE_EQ(east->x_m, same->x_m);
  EXPECT_NEAR(plane.inverse(*east).x, -179.9, 1e-9);
}

TEST(LocalPlane, ThePoleIsAPlace) {
  const LocalPlane plane({0, 89.9});
  const auto pole = plane.forward({123, 90});
  const auto beyond = plane.forward({180, 89.9});
  ASSERT_TRUE(pole);
  ASSERT_TRUE(beyond);
  EXPECT_NEAR(pole->x_m, 0, 1e-6);
  EXPECT_NEAR(beyond->y_m, 2 * pole->y_m, 1e-6);
}

TEST(LocalPlane, WhatIsNoPlaceHasNone) {
  const LocalPlane plane({102.2, 27.9});
  EXPECT_FALSE(plane.forward({nan, 28}));
  EXPECT_FALSE(plane.forward({102, nan}));
  EXPECT_FALSE(plane.forward({std::numeric_limits<double>::infinity(), 28}));
  EXPECT_FALSE(plane.forward({27.9, 102.2}));  // swapped: no latitude
  EXPECT_FALSE(plane.forward({27.9, 80}));     // out of reach
  EXPECT_FALSE(LocalPlane({nan, 0}).forward({0, 0}));
  EXPECT_FALSE(LocalPlane({0, 91}).forward({0, 0}));
  EXPECT_TRUE(std::isnan(plane.inverse({nan, 0}).x) || std::isnan(plane.inverse({nan, 0}).y));
  const auto origin = plane.forward({102.2, 27.9});
  ASSERT_TRUE(origin);
  EXPECT_EQ(origin->x_m, 0);
  EXPECT_EQ(origin->y_m, 0);
}

}  // namespace
}  // namespace cairn::geo
