// SPDX-License-Identifier: Apache-2.0
#include "radio/p2109.hpp"

#include <gtest/gtest.h>

#include "radio/testing.hpp"

namespace cairn::radio {
namespace {

TEST(P2109, TablesOfTheItu) {
  auto rows = testing::rows_of(CAIRN_SOURCE_DIR "/src/radio/testdata/p2109/entry_loss.csv");
  ASSERT_EQ(rows.size(), 144U);
  for (const std::vector<double>& r : rows) {
    BuildingEntry entry{
        .frequency_ghz = r[0],
        .probability = r[1] / 100,
        .elevation_deg = r[3],
        .building = r[2] == 1 ? Building::traditional : Building::thermally_efficient};
    Result<double> loss = p2109_entry_loss_db(entry);
    ASSERT_TRUE(loss);
    EXPECT_NEAR(*loss, r[4], 0.0006) << r[1] << " % building " << r[2] << " at " << r[3];
  }
}

TEST(P2109, ChangesAsBuildingsDo) {
  auto at = [](BuildingEntry entry) { return *p2109_entry_loss_db(entry); };
  BuildingEntry entry{.frequency_ghz = 0.7};
  double last = -100;
  for (double p = 0.01; p < 1; p += 0.01) {
    entry.probability = p;
    EXPECT_GT(at(entry), last);
    last = at(entry);
  }
  entry.probability = 0.5;
  double flat = at(entry);
  entry.elevation_deg = -40;
  double down = at(entry);
  entry.elevation_deg = 40;
  EXPECT_DOUBLE_EQ(at(entry), down);
  EXPECT_GT(down, flat + 5);
  entry.elevation_deg = 0;
  entry.building = Building::thermally_efficient;
  EXPECT_GT(at(entry), flat + 10);
}

TEST(P2109, RefusesWhatItDoesNotKnow) {
  EXPECT_FALSE(p2109_entry_loss_db({.frequency_ghz = 0.07}));
  EXPECT_FALSE(p2109_entry_loss_db({.frequency_ghz = 101}));
  EXPECT_FALSE(p2109_entry_loss_db({.frequency_ghz = 1, .probability = 1}));
  EXPECT_FALSE(p2109_entry_loss_db({.frequency_ghz = 1, .elevation_deg = 91}));
  EXPECT_FALSE(p2109_entry_loss_db({.frequency_ghz = std::nan("")}));
}

}  // namespace
}  // namespace cairn::radio
