// SPDX-License-Identifier: Apache-2.0
#include "model/band.hpp"

#include <gtest/gtest.h>

#include <set>

#include "model/catalog.hpp"

namespace cairn::model {
namespace {

TEST(Band, GivenValuesComeBeforeDefaults) {
  BandDef band;
  band.numbers.push_back({.key = "ue_power_dbm", .value = 26, .source = "x"});
  EXPECT_EQ(band.value("ue_power_dbm"), 26);
  EXPECT_EQ(band.value("ue_noise_figure_db"), 7);  // the default of its key
  EXPECT_EQ(band.value("no such key"), 0);
  ASSERT_NE(band.number("ue_power_dbm"), nullptr);
  EXPECT_EQ(band.number("ue_power_dbm")->source, "x");
  EXPECT_EQ(band.number("ue_noise_figure_db"), nullptr);
}

TEST(Band, KeysAreUniqueAndDefaultsWithinTheirRange) {
  std::set<std::string_view> seen;
  for (const BandKey& key : band_keys()) {
    EXPECT_TRUE(seen.insert(key.key).second) << key.key;
    EXPECT_LT(key.lowest, key.highest) << key.key;
    const bool off = key.otherwise == 0;  // 0 switches an optional number off
    if (!key.required && !off) {
      EXPECT_GE(key.otherwise, key.lowest) << key.key;
      EXPECT_LE(key.otherwise, key.highest) << key.key;
    }
    EXPECT_EQ(band_key(key.key), &key);
  }
  EXPECT_EQ(band_key("power"), nullptr);
}

TEST(Band, IsFoundByIdThenByAliasWhateverTheCase) {
  Catalog catalog;
  catalog.bands.push_back({.id = "b41", .aliases = {"LTE2600"}});
  catalog.bands.push_back({.id = "n41", .aliases = {"NR2600"}});
  EXPECT_EQ(catalog.band("B41"), &catalog.bands[0]);
  EXPECT_EQ(catalog.band("nr2600"), &catalog.bands[1]);
  EXPECT_EQ(catalog.band("n41"), &catalog.bands[1]);
  EXPECT_EQ(catalog.band("GSM900"), nullptr);
  EXPECT_EQ(catalog.band(""), nullptr);
}

}  // namespace
}  // namespace cairn::model
