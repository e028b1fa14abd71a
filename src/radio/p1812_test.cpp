// SPDX-License-Identifier: Apache-2.0
// Properties of P.1812 that hold on any path; the published values are in p1812_reference_test.
#include "radio/p1812.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "radio/p525.hpp"
#include "radio/testing.hpp"

namespace cairn::radio {
namespace {

using testing::Generator;
using testing::OwnedProfile;
using testing::random_profile;
using testing::uniform;

const Terminals masts{.tx_mast_m = 30, .rx_mast_m = 1.5};

double loss_db(const OwnedProfile& p, const P1812Input& input, const Terminals& terminals = masts,
               const Atmosphere& air = {}) {
  Result<P1812> link = p1812(p.view(), terminals, air, input);
  EXPECT_TRUE(link) << (link ? "" : link.error().message);
  return link ? link->loss.basic_loss_db : NAN;
}

OwnedProfile flat(double length_km, std::size_t points, double height_m = 0) {
  OwnedProfile p;
  for (std::size_t i = 0; i < points; ++i) {
    p.distance_km.push_back(length_km * static_cast<double>(i) / static_cast<double>(points - 1));
    p.terrain_m.push_back(height_m);
  }
  return p;
}

TEST(P1812, ThousandsOfRandomPathsAreFinite) {
  Generator generator(1812);
  for (int round = 0; round < 5000; ++round) {
    SCOPED_TRACE(round);
    double length = std::exp(uniform(generator, std::log(0.01), std::log(3000)));
    OwnedProfile p = random_profile(
        generator, 3 + generator() % 200, length, std::exp(uniform(generator, 0, 8)),
        {.clutter = round % 2 == 0, .zones = round % 3 == 0, .uneven = round % 5 == 0});
    Terminals terminals{.tx_mast_m = std::exp(uniform(generator, 0, 8)),
                        .rx_mast_m = std::exp(uniform(generator, 0, 8)),
                        .tx_coast_km = uniform(generator, 0, 20),
                        .rx_coast_km = uniform(generator, 0, 20)};
    Atmosphere air{.delta_n_per_km = uniform(generator, 0, 150),
                   .sea_level_n0 = uniform(generator, 200, 500),
                   .latitude_deg = uniform(generator, -90, 90)};
    P1812Input input{.frequency_ghz = std::exp(uniform(generator, std::log(0.03), std::log(6))),
                     .polarisation = static_cast<Polarisation>(round % 2),
                     .time_percent = uniform(generator, 1, 50),
                     .location_percent = uniform(generator, 1, 99),
                     .location_sigma_db = uniform(generator, 0, 10)};
    Result<P1812> link = p1812(p.view(), terminals, air, input);
    ASSERT_TRUE(link) << link.error().message;
    ASSERT_TRUE(std::isfinite(link->loss.basic_loss_db));
    EXPECT_GE(link->loss.basic_loss_db, link->loss.line_of_sight_p_db);
    EXPECT_LT(link->loss.basic_loss_db, 700);
    EXPECT_EQ(link->loss.outside_range, length < 0.25);
    EXPECT_GE(link->loss.diffraction_median.total_db, 0);
    if (::testing::Test::HasFailure()) break;
  }
}

TEST(P1812, ShortClearPathsAreFreeSpace) {
  // Documented for receivers nearer than the recommendation's 250 m: the same formulas, marked.
  for (double length : {0.03, 0.1, 0.2, 0.249, 0.25, 1.0}) {
    OwnedProfile p = flat(length, 12);
    Terminals high{.tx_mast_m = 60, .rx_mast_m = 30};
    Result<P1812> link = p1812(p.view(), high, {}, {.frequency_ghz = 3.5});
    ASSERT_TRUE(link);
    EXPECT_EQ(link->loss.outside_range, length < 0.25);
    double slant = slant_distance_km(length, 60, 30);
    EXPECT_NEAR(link->loss.basic_loss_db, free_space_loss_db(3.5, slant), 0.06) << length;
  }
}

TEST(P1812, ContinuousInEveryHeight) {
  Generator generator(3);
  for (int round = 0; round < 300; ++round) {
    OwnedProfile p = random_profile(generator, 80, uniform(generator, 2, 60), 500);
    P1812Input input{.frequency_ghz = 0.7, .time_percent = 50};
    double before = loss_db(p, input);
    std::size_t i = 1 + generator() % 78;
    p.terrain_m[i] += 1e-6;
    EXPECT_NEAR(loss_db(p, input), before, 0.01) << round;
  }
}

// Where nothing decides between two cases, a millionth of a metre must not matter: the edge
// rises through the line of sight.
TEST(P1812, ContinuousThroughGrazing) {
  P1812Input input{.frequency_ghz = 0.7};
  OwnedProfile p = flat(20, 41);
  double last = NAN;
  for (double top = 0; top < 60; top += 0.01) {
    p.terrain_m[20] = top;
    double value = loss_db(p, input, {.tx_mast_m = 30, .rx_mast_m = 10});
    if (top > 0) {
      EXPECT_NEAR(value, last, 0.05) << top;
    }
    last = value;
  }
}

TEST(P1812, HigherFrequencyLosesMoreBehindARidge) {
  OwnedProfile p = flat(20, 201);
  p.terrain_m[90] = 400;
  double last = 0;
  for (double f = 0.03; f <= 6; f *= 1.1) {
    double value = loss_db(p, {.frequency_ghz = f});
    EXPECT_GT(value, last);
    last = value;
  }
}

TEST(P1812, MoreTimeMoreLoss) {
  Generator generator(11);
  for (int round = 0; round < 200; ++round) {
    OwnedProfile p = random_profile(generator, 100, uniform(generator, 5, 200), 600);
    double last = 0;
    for (double time = 1; time <= 50; time += 7) {
      double value = loss_db(p, {.frequency_ghz = 0.7, .time_percent = time});
      EXPECT_GE(value, last - 0.02) << round << ' ' << time;
      last = value;
    }
  }
}

TEST(P1812, MoreLocationsMoreLoss) {
  OwnedProfile p = flat(20, 201);
  p.terrain_m[90] = 200;
  P1812Input input{.frequency_ghz = 0.7, .location_percent = 50, .location_sigma_db = 5.5};
  double median = loss_db(p, input);
  input.location_percent = 95;
  EXPECT_NEAR(loss_db(p, input), median + 5.5 * 1.6452, 0.005);
  input.location_percent = 5;
  EXPECT_NEAR(loss_db(p, input), median - 5.5 * 1.6452, 0.005);
}

TEST(P1812, ReciprocalWithinItsCoastTerms) {
  Generator generator(12);
  for (int round = 0; round < 300; ++round) {
    OwnedProfile p = random_profile(generator, 120, uniform(generator, 1, 100), 700);
    OwnedProfile back = p;
    std::reverse(back.terrain_m.begin(), back.terrain_m.end());
    P1812Input input{.frequency_ghz = 0.7, .time_percent = 10};
    double there = loss_db(p, input, {.tx_mast_m = 40, .rx_mast_m = 2});
    double again = loss_db(back, input, {.tx_mast_m = 2, .rx_mast_m = 40});
    EXPECT_NEAR(there, again, 1e-6) << round;
  }
}

TEST(P1812, SeaCarriesDucts) {
  OwnedProfile p = flat(200, 201);
  P1812Input input{.frequency_ghz = 0.6, .time_percent = 1};
  Terminals low{.tx_mast_m = 30, .rx_mast_m = 10, .tx_coast_km = 0, .rx_coast_km = 0};
  p.zones.assign(201, Zone::inland);
  double land = loss_db(p, input, low);
  p.zones.assign(201, Zone::sea);
  Result<P1812> sea = p1812(p.view(), low, {}, input);
  ASSERT_TRUE(sea);
  EXPECT_EQ(sea->geometry.zones.sea_fraction, 1);
  EXPECT_EQ(sea->geometry.tx_coast_km, 0);
  EXPECT_LT(sea->loss.basic_loss_db, land - 5);
}

TEST(P1812, TerminalsInHolesAndWalls) {
  OwnedProfile p = flat(10, 101, 1000);
  double open = loss_db(p, {.frequency_ghz = 0.7});
  p.terrain_m[1] = 1400;  // a wall 100 m before the transmitter, far above its antenna
  p.terrain_m[99] = 1200;
  double walled = loss_db(p, {.frequency_ghz = 0.7});
  EXPECT_TRUE(std::isfinite(walled));
  EXPECT_GT(walled, open + 30);
}

TEST(P1812, ClutterRaisesTheLossButNotAtTheTerminals) {
  OwnedProfile p = flat(10, 101);
  double open = loss_db(p, {.frequency_ghz = 0.7});
  p.clutter_m.assign(101, 0);
  EXPECT_EQ(loss_db(p, {.frequency_ghz = 0.7}), open);
  p.clutter_m.front() = p.clutter_m.back() = 50;
  EXPECT_EQ(loss_db(p, {.frequency_ghz = 0.7}), open);
  p.clutter_m[50] = 40;
  EXPECT_GT(loss_db(p, {.frequency_ghz = 0.7}), open + 5);
}

TEST(P1812, OneGeometryServesAllBands) {
  Generator generator(5);
  OwnedProfile p = random_profile(generator, 300, 30, 800);
  Result<PathGeometry> path = p1812_geometry(p.view(), masts, {});
  ASSERT_TRUE(path);
  for (double f : {0.7, 0.9, 1.8, 2.1, 2.6, 3.5}) {
    Result<P1812Radio> radio = p1812_radio({.frequency_ghz = f}, {});
    ASSERT_TRUE(radio);
    EXPECT_EQ(p1812_loss(*path, *radio).basic_loss_db, loss_db(p, {.frequency_ghz = f}));
  }
}

TEST(P1812, LocationSpread) {
  EXPECT_NEAR(p1812_location_sigma_db(0.6, 1.5, 10, 500), (0.52 + 0.0144) * std::pow(500, 0.28),
              1e-12);
  EXPECT_NEAR(p1812_location_sigma_db(0.6, 15, 10, 500),
              0.5 * p1812_location_sigma_db(0.6, 1.5, 10, 500), 1e-12);
  EXPECT_EQ(p1812_location_sigma_db(0.6, 20, 10, 500), 0);
}

TEST(P1812, RefusesBadInput) {
  OwnedProfile p = flat(10, 101);
  auto refused = [&](const Terminals& t, const Atmosphere& a, const P1812Input& i,
                     const std::string& what) {
    Result<P1812> link = p1812(p.view(), t, a, i);
    ASSERT_FALSE(link) << what;
    EXPECT_NE(link.error().message.find(what), std::string::npos) << link.error().message;
  };
  P1812Input good{.frequency_ghz = 0.7};
  refused({.tx_mast_m = 0.01, .rx_mast_m = 1.5}, {}, good, "transmitter mast 0.01 m");
  refused({.tx_mast_m = 30, .rx_mast_m = NAN}, {}, good, "receiver mast nan m");
  refused({.tx_mast_m = 30, .rx_mast_m = 1.5, .tx_coast_km = -1}, {}, good, "from the sea -1");
  refused(masts, {.delta_n_per_km = 157}, good, "refractivity lapse 157");
  refused(masts, {.sea_level_n0 = NAN}, good, "surface refractivity nan");
  refused(masts, {.latitude_deg = 91}, good, "latitude 91");
  refused(masts, {}, {.frequency_ghz = 7}, "frequency 7 GHz");
  refused(masts, {}, {.frequency_ghz = 0.7, .time_percent = 51}, "time 51 %");
  refused(masts, {}, {.frequency_ghz = 0.7, .location_percent = 0}, "locations 0 %");
  refused(masts, {}, {.frequency_ghz = 0.7, .location_sigma_db = -1}, "-1 dB");
  p.terrain_m[3] = NAN;
  refused(masts, {}, good, "terrain height nan");
}

}  // namespace
}  // namespace cairn::radio
