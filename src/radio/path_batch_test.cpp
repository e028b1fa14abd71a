// SPDX-License-Identifier: Apache-2.0
#include "radio/path_batch.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "radio/p1812.hpp"
#include "radio/terrain_path.hpp"
#include "radio/testing.hpp"
#include "radio/testing_terrain.hpp"

namespace cairn::radio {
namespace {

using testing::hills;
using testing::OwnedTerrain;

struct Both {
  std::vector<BatchGeometry> batch;
  std::vector<Result<PathGeometry>> one_by_one;
};

Both both(const geo::TerrainGrid& terrain, const PathBatch& batch,
          const std::vector<geo::PlanePoint>& receivers) {
  Both out;
  out.batch.resize(receivers.size());
  PathRoom room;
  for (std::size_t i = 0; i < receivers.size(); i += batch_paths) {
    std::size_t count = std::min(batch_paths, receivers.size() - i);
    batch_geometry(terrain, batch, std::span(receivers).subspan(i, count), room,
                   std::span(out.batch).subspan(i, count));
  }
  TerrainPath path;
  for (geo::PlanePoint to : receivers) {
    if (Status status = sample_path(terrain, batch.site, to, batch.step_m, path); !status) {
      out.one_by_one.push_back(fail(status.error()));
      continue;
    }
    out.one_by_one.push_back(path_geometry(
        path.profile(), {.tx_mast_m = batch.tx_mast_m, .rx_mast_m = batch.rx_mast_m}, batch.radii));
  }
  return out;
}

std::vector<geo::PlanePoint> somewhere(std::size_t count, double reach_m) {
  testing::Generator generator(11);
  std::vector<geo::PlanePoint> points;
  while (points.size() < count) {
    geo::PlanePoint p{testing::uniform(generator, -reach_m, reach_m),
                      testing::uniform(generator, -reach_m, reach_m)};
    if (std::hypot(p.x_m - 120, p.y_m + 75) > 100) points.push_back(p);
  }
  return points;
}

void expect_same(const Both& found) {
  Result<P1812Radio> radio = p1812_radio({.frequency_ghz = 0.768}, {});
  ASSERT_TRUE(radio);
  std::size_t known = 0;
  for (std::size_t i = 0; i < found.batch.size(); ++i) {
    ASSERT_EQ(found.batch[i].known, found.one_by_one[i].has_value()) << i;
    if (!found.batch[i].known) continue;
    ++known;
    const PathGeometry& a = found.batch[i].path;
    const PathGeometry& b = *found.one_by_one[i];
    auto near = [i](double x, double y, const char* what) {
      EXPECT_NEAR(x, y, 1e-8 * (1 + std::abs(y))) << what << " of path " << i;
    };
    near(a.distance_km, b.distance_km, "distance");
    near(a.actual_median.nu_scale_m_per_km, b.actual_median.nu_scale_m_per_km, "median nu");
    near(a.actual_beta.nu_scale_m_per_km, b.actual_beta.nu_scale_m_per_km, "beta nu");
    near(a.smooth_median.nu_scale_m_per_km, b.smooth_median.nu_scale_m_per_km, "smooth nu");
    near(a.tx_horizon_mrad, b.tx_horizon_mrad, "theta_t");
    near(a.rx_horizon_mrad, b.rx_horizon_mrad, "theta_r");
    near(a.tx_horizon_km, b.tx_horizon_km, "d_lt");
    near(a.rx_horizon_km, b.rx_horizon_km, "d_lr");
    near(a.obstruction_m, b.obstruction_m, "H_obs");
    near(a.tx_effective_m, b.tx_effective_m, "h_te");
    near(a.rx_effective_m, b.rx_effective_m, "h_re");
    near(a.roughness_m, b.roughness_m, "h_m");
    EXPECT_EQ(a.actual_median.line_of_sight, b.actual_median.line_of_sight);
    EXPECT_EQ(a.tx_horizon_index, b.tx_horizon_index);
    EXPECT_EQ(a.rx_horizon_index, b.rx_horizon_index);
    near(p1812_loss(a, *radio).basic_loss_db, p1812_loss(b, *radio).basic_loss_db, "loss");
  }
  EXPECT_GT(known, found.batch.size() / 2);
}

TEST(PathBatch, IsThePathOneByOne) {
  OwnedTerrain terrain = hills(700, 30, 900);
  PathBatch batch{{120, -75}, 30, 1.5, 30, earth_radii(45)};
  expect_same(both(terrain.grid, batch, somewhere(803, 9'900)));  // 3 in the last batch
  batch.step_m = 47.3;
  batch.tx_mast_m = 180;
  expect_same(both(terrain.grid, batch, somewhere(100, 9'900)));
}

TEST(PathBatch, WithClutter) {
  OwnedTerrain terrain = hills(400, 30, 700);
  terrain.add_clutter();
  for (std::size_t i = 0; i < terrain.clutter.size(); ++i) {
    terrain.clutter[i] = static_cast<std::uint8_t>(i * 2'654'435'761U >> 27 & 31);
  }
  PathBatch batch{{120, -75}, 30, 1.5, 30, earth_radii(45)};
  expect_same(both(terrain.grid, batch, somewhere(400, 5'500)));
}

TEST(PathBatch, HolesHideWhatIsBehindThem) {
  OwnedTerrain terrain = hills(400, 30, 700);
  for (std::uint32_t row = 180; row < 230; ++row) {
    terrain.samples[row * 400 + 260] = geo::TerrainGrid::missing;
  }
  PathBatch batch{{120, -75}, 30, 1.5, 30, earth_radii(45)};
  std::vector<geo::PlanePoint> receivers;
  for (geo::PlanePoint p : somewhere(400, 5'500)) {
    if (terrain.grid.height_m(p)) receivers.push_back(p);
  }
  Both found = both(terrain.grid, batch, receivers);
  expect_same(found);
  std::size_t hidden = 0;
  for (const BatchGeometry& each : found.batch) hidden += !each.known;
  EXPECT_GT(hidden, 20U);
}

TEST(PathBatch, ThreePointsAndTheEdgeOfTheTerrain) {
  OwnedTerrain terrain = hills(400, 30, 700);
  PathBatch batch{{-6'000, -75}, 30, 1.5, 30, earth_radii(45)};  // at its western edge
  geo::PlanePoint corner{399 * 30 - 6'000, 6'000};
  expect_same(both(terrain.grid, batch, {{-5'960, -75}, corner, {-6'000, 200}, {-5'950, -60}}));
}

TEST(PathBatch, TerrainThatDoesNotFit) {
  OwnedTerrain terrain = hills(100, 30, 700);
  EXPECT_TRUE(batches_fit(terrain.grid));
  terrain.grid.scale_m = 1;
  EXPECT_FALSE(batches_fit(terrain.grid));  // 65,534 m
  terrain.grid.scale_m = 0.125;
  terrain.grid.columns = terrain.grid.rows = 40'000;
  EXPECT_FALSE(batches_fit(terrain.grid));
}

}  // namespace
}  // namespace cairn::radio
