// SPDX-License-Identifier: Apache-2.0
#include "radio/p526.hpp"

#include <gtest/gtest.h>

#include <array>

#include "radio/testing.hpp"

namespace cairn::radio {
namespace {

using testing::rows_of;

const std::string data = CAIRN_SOURCE_DIR "/src/radio/testdata/p526/";

testing::OwnedProfile read_profile(int path) {
  testing::OwnedProfile p;
  for (const auto& row : rows_of(data + "dbull_path" + std::to_string(path) + ".csv")) {
    p.distance_km.push_back(row[0]);
    p.terrain_m.push_back(row[1]);
  }
  return p;
}

TEST(P526, ValidationExamplesOfTheItu) {
  std::array<testing::OwnedProfile, 4> profiles;
  for (int k = 0; k < 4; ++k) profiles[static_cast<std::size_t>(k)] = read_profile(k + 1);
  auto rows = rows_of(data + "expected.csv");
  ASSERT_EQ(rows.size(), 20U);
  double worst = 0;
  for (const std::vector<double>& r : rows) {
    SCOPED_TRACE("path " + std::to_string(r[0]) + " at " + std::to_string(r[1]) + " MHz");
    auto result = p526_loss(profiles[static_cast<std::size_t>(r[0]) - 1].view(),
                            {.tx_mast_m = r[2], .rx_mast_m = r[3]}, {.frequency_ghz = r[1] / 1000});
    ASSERT_TRUE(result) << result.error().message;
    const double values[] = {result->geometry.tx_over_smooth_m,
                             result->geometry.rx_over_smooth_m,
                             result->loss.actual_db,
                             result->loss.smooth_db,
                             result->loss.spherical_db,
                             result->loss.total_db};
    for (std::size_t k = 0; k < 6; ++k) {
      EXPECT_NEAR(values[k], r[4 + k], 1e-6) << "column " << k;
      worst = std::max(worst, std::abs(values[k] - r[4 + k]));
    }
  }
  std::printf("greatest difference %.2g (printed to ten digits)\n", worst);
}

TEST(P526, KnifeEdge) {
  EXPECT_EQ(knife_edge_loss_db(-0.78), 0);
  EXPECT_EQ(knife_edge_loss_db(-5), 0);
  EXPECT_NEAR(knife_edge_loss_db(0), 6.03, 0.01);  // grazing: half the field
  EXPECT_NEAR(knife_edge_loss_db(1), 13.93, 0.05);
  EXPECT_NEAR(knife_edge_loss_db(10), 12.953 + 20, 0.1);  // 13 + 20 log10(nu) for high edges
  EXPECT_NEAR(knife_edge_nu(100, 10, 10, 0.3), 100 * std::sqrt(2 / 0.3 * 2e-4), 1e-9);
}

// One wall on an Earth that is nearly flat: Bullington is then the knife edge, with the
// correction of Eq. (21), and the smooth Earth adds nothing to high antennas.
TEST(P526, SingleEdge) {
  testing::OwnedProfile p;
  for (int i = 0; i <= 200; ++i) {
    p.distance_km.push_back(0.1 * i);
    p.terrain_m.push_back(i == 80 ? 150 : 0);
  }
  P526Input input{.frequency_ghz = 0.6, .radius_km = 1e7};
  auto result = p526_loss(p.view(), {.tx_mast_m = 50, .rx_mast_m = 50}, input);
  ASSERT_TRUE(result);
  const BullingtonPath& edge = result->geometry.actual_median;
  EXPECT_FALSE(edge.line_of_sight);
  EXPECT_NEAR(edge.edge_km, 8, 1e-2);
  double nu = knife_edge_nu(100, 8, 12, 0.5);
  double wall_db = knife_edge_loss_db(nu);
  EXPECT_NEAR(result->loss.actual_db, wall_db + (1 - std::exp(-wall_db / 6)) * 10.4, 0.05);
}

// Two walls: the edge stands where the two tangents meet, higher than either.
TEST(P526, TwoEdges) {
  testing::OwnedProfile p;
  for (int i = 0; i <= 200; ++i) {
    p.distance_km.push_back(0.1 * i);
    p.terrain_m.push_back(i == 50 || i == 150 ? 150 : 0);
  }
  P526Input input{.frequency_ghz = 0.6, .radius_km = 1e7};
  auto both = p526_loss(p.view(), {.tx_mast_m = 50, .rx_mast_m = 50}, input);
  ASSERT_TRUE(both);
  EXPECT_NEAR(both->geometry.actual_median.edge_km, 10, 1e-2);
  EXPECT_NEAR(both->geometry.actual_median.slope_tx_m_per_km, 20, 0.1);
  EXPECT_EQ(both->geometry.tx_horizon_index, 50U);
  EXPECT_EQ(both->geometry.rx_horizon_index, 150U);
  p.terrain_m[150] = 0;
  auto one = p526_loss(p.view(), {.tx_mast_m = 50, .rx_mast_m = 50}, input);
  EXPECT_GT(both->loss.actual_db, one->loss.actual_db + 3);
}

TEST(P526, SphericalEarth) {
  SphericalEarth earth(0.7, 0.3 / 0.7, Polarisation::horizontal);
  // High over the sphere nothing is lost; beyond the horizon the loss grows by the kilometre.
  EXPECT_EQ(earth.loss_db(10, 100, 100, 8500, 0), 0);
  double last = earth.loss_db(19, 30, 10, 8500, 0);
  for (double d = 20; d < 400; d += 1) {
    double loss = earth.loss_db(d, 30, 10, 8500, 0);
    EXPECT_GE(loss, last - 1e-9) << d;
    EXPECT_LT(loss, last + 5) << d;
    last = loss;
  }
  EXPECT_GT(last, 100);
  EXPECT_NEAR(earth.loss_db(90, 30, 10, 8500, 0.3),
              0.7 * earth.loss_db(90, 30, 10, 8500, 0) + 0.3 * earth.loss_db(90, 30, 10, 8500, 1),
              1e-9);
  // Sea carries vertically polarised waves at low frequencies better than land.
  SphericalEarth low(0.03, 10, Polarisation::vertical);
  EXPECT_LT(low.loss_db(150, 10, 10, 8500, 1) + 5, low.loss_db(150, 10, 10, 8500, 0));
}

TEST(P526, RefusesBadInput) {
  testing::OwnedProfile p = read_profile(3);
  Terminals masts{.tx_mast_m = 30, .rx_mast_m = 10};
  EXPECT_FALSE(p526_loss(p.view(), masts, {.frequency_ghz = 0}));
  EXPECT_FALSE(p526_loss(p.view(), masts, {.frequency_ghz = std::nan("")}));
  EXPECT_FALSE(p526_loss(p.view(), masts, {.frequency_ghz = 1, .radius_km = 0}));
  EXPECT_FALSE(p526_loss(p.view(), {.tx_mast_m = 0, .rx_mast_m = 10}, {.frequency_ghz = 1}));
  p.terrain_m[7] = std::nan("");
  auto result = p526_loss(p.view(), masts, {.frequency_ghz = 1});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().place, "point 7");
}

}  // namespace
}  // namespace cairn::radio
