// SPDX-License-Identifier: Apache-2.0
#include "plan/radio_bands.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "core/seams.hpp"
#include "model/pack_load.hpp"

namespace cairn::plan {
namespace {

const model::Catalog& shipped() {
  static const model::Catalog catalog = [] {
    const auto files = system_files();
    model::Catalog out;
    model::Records records;
    Problems problems;
    model::load_pack(*files, std::string(CAIRN_SOURCE_DIR) + "/packs/radio-coverage", out, records,
                     problems);
    for (const Error& error : problems.errors) ADD_FAILURE() << to_string(error);
    return out;
  }();
  return catalog;
}

const model::BandDef& band(std::string_view name) {
  const model::BandDef* found = shipped().band(name);
  EXPECT_NE(found, nullptr) << name;
  static const model::BandDef none;
  return found == nullptr ? none : *found;
}

// Each number of a band must change something: a key that is not carried over fails here.
TEST(RadioBands, EveryKeyReachesTheBudgetOrTheAntenna) {
  const auto print = [](const model::BandDef& b) {
    const radio::LinkBudget budget = budget_of(b);
    const radio::AntennaPattern antenna = antenna_of(b);
    std::string bytes(sizeof(double) * 40, '\0');
    const double numbers[] = {budget.downlink_mhz,
                              budget.uplink_mhz,
                              budget.bandwidth_mhz,
                              double(budget.resource_blocks),
                              budget.subcarrier_khz,
                              budget.downlink_share,
                              budget.uplink_share,
                              double(budget.downlink_layers),
                              budget.power_dbm,
                              budget.antenna_gain_dbi,
                              budget.feeder_loss_db,
                              budget.ue_power_dbm,
                              budget.ue_gain_dbi,
                              budget.ue_noise_figure_db,
                              budget.station_noise_figure_db,
                              budget.body_loss_db,
                              budget.penetration_loss_db,
                              budget.interference_margin_db,
                              budget.shadow_margin_db,
                              budget.rsrp_threshold_dbm,
                              double(budget.uplink_blocks),
                              budget.uplink_block_khz,
                              budget.required_uplink_kbps,
                              budget.required_downlink_kbps,
                              budget.downlink_efficiency,
                              budget.uplink_efficiency,
                              budget.least_downlink_snr_db,
                              budget.least_uplink_snr_db,
                              budget.most_downlink_bps_per_hz,
                              budget.most_uplink_bps_per_hz,
                              budget.mcl_normal_db,
                              budget.mcl_robust_db,
                              budget.mcl_extreme_db,
                              antenna.loss_db(20, 0),
                              antenna.loss_db(0, 9)};
    static_assert(sizeof numbers <= sizeof(double) * 40);
    std::memcpy(bytes.data(), numbers, sizeof numbers);
    return bytes;
  };
  const model::BandDef base = band("n28");
  for (const model::BandKey& key : model::band_keys()) {
    model::BandDef changed = base;
    std::erase_if(changed.numbers, [&](const auto& number) { return number.key == key.key; });
    const double value = base.value(key.key) == key.highest ? key.lowest : key.highest;
    changed.numbers.push_back({.key = std::string(key.key), .value = value, .source = "test"});
    EXPECT_NE(print(changed), print(base)) << key.key;
  }
}

TEST(RadioBands, ShippedBandsMakeSoundBudgets) {
  ASSERT_GE(shipped().bands.size(), 13u);
  for (const model::BandDef& b : shipped().bands) {
    const Status status = check_budget(budget_of(b));
    EXPECT_TRUE(status) << b.id << ": " << (status ? "" : to_string(status.error()));
    const double greatest_db = greatest_loss_db(budget_of(b));
    EXPECT_GT(greatest_db, 120) << b.id;
    EXPECT_LT(greatest_db, 175) << b.id;
    const radio::AntennaPattern antenna = antenna_of(b);
    EXPECT_EQ(antenna.gain_dbi, b.value("antenna_gain_dbi"));
    EXPECT_NEAR(antenna.loss_db(0, b.value("electrical_tilt_deg")), 0, 1e-9);
    for (const model::BandNumber& number : b.numbers) EXPECT_FALSE(number.source.empty());
  }
}

// The 5G rows of a table that was worked out by other means: radiated power of a resource element,
// and the path loss at -110 dBm.
TEST(RadioBands, ShippedBandsGiveTheTable) {
  struct Row {
    const char* band;
    double eirp_dbm, at_110_db;
  };
  for (const Row& row : {Row{"n28", 35.5, 145.5}, Row{"n1", 39.8, 149.8}, Row{"n41", 43.1, 153.1},
                         Row{"n78", 42.4, 152.4}}) {
    const radio::LinkBudget budget = budget_of(band(row.band));
    EXPECT_NEAR(eirp_per_re_dbm(budget), row.eirp_dbm, 0.06) << row.band;
    EXPECT_NEAR(greatest_losses(budget).signal_db, row.at_110_db, 0.06) << row.band;
  }
}

TEST(RadioBands, NamesOfTheRegistersAreKnown) {
  for (const char* name :
       {"n28", "n1", "n41", "n78", "B1", "B3", "B5", "B8", "B39", "B40", "B41"}) {
    EXPECT_NE(shipped().band(name), nullptr) << name;
  }
  EXPECT_EQ(band("LTE1800").id, "b3");
  EXPECT_EQ(band("NB-IoT-B8").technology, "nb-iot");
  EXPECT_EQ(shipped().band("GSM900"), nullptr);  // 2G has no reference signal of this kind
}

TEST(RadioBands, AStationMeansABandOfItsTechnology) {
  const std::vector<StudyBand> bands = study_bands(shipped());
  const StudyBand* b3 = band_of(bands, "LTE1800", "4g");
  ASSERT_NE(b3, nullptr);
  EXPECT_EQ(b3->def->id, "b3");
  EXPECT_EQ(b3->budget.technology, "4g");
  EXPECT_EQ(band_of(bands, "LTE1800", ""), b3);
  EXPECT_EQ(band_of(bands, "LTE1800", "5g"), nullptr) << "a mistake is no 5G station";
  EXPECT_EQ(band_of(bands, "GSM900", "2g"), nullptr);
  EXPECT_EQ(band_of(bands, "", "4g"), nullptr);
}

TEST(RadioBands, NbIotReachesWhatItsClassesSay) {
  const radio::LinkBudget budget = budget_of(band("nb_b8"));
  const radio::LinkQuality edge = link_quality(budget, greatest_loss_db(budget) - 0.01, 0);
  EXPECT_TRUE(edge.covered);
  EXPECT_GE(edge.mcl_class, 0);
  EXPECT_GE(edge.uplink_kbps, 0.16);
}

}  // namespace
}  // namespace cairn::plan
