// SPDX-License-Identifier: Apache-2.0
#include "radio/link_budget.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "radio/testing.hpp"

namespace cairn::radio {
namespace {

// The bands of a table that was worked out by other means (a Python script over 4 x 60 W or
// 200 to 240 W radios, 0.5 dB of cable).
LinkBudget fdd(double gain_dbi, int blocks, double mhz) {
  LinkBudget b;
  b.band = "fdd";
  b.downlink_mhz = b.uplink_mhz = mhz;
  b.bandwidth_mhz = 30;
  b.resource_blocks = blocks;
  b.power_dbm = 53.8;
  b.antenna_gain_dbi = gain_dbi;
  b.feeder_loss_db = 0.5;
  b.body_loss_db = 3;
  return b;
}
LinkBudget tdd(double gain_dbi, double power_dbm) {
  LinkBudget b = fdd(gain_dbi, 273, 2565);
  b.bandwidth_mhz = 100;
  b.subcarrier_khz = 30;
  b.power_dbm = power_dbm;
  b.ue_power_dbm = 26;
  b.downlink_share = 0.75;
  b.uplink_share = 0.25;
  return b;
}

double loss_at_rsrp(LinkBudget b, double rsrp_dbm) {
  b.rsrp_threshold_dbm = rsrp_dbm;
  return greatest_losses(b).signal_db;
}

TEST(LinkBudget, RadiatedPowerAndDownlinkLimitsOfTheTable) {
  struct Row {
    LinkBudget budget;
    double eirp_dbm, at_105, at_110, at_115;
  };
  for (const Row& row : {Row{fdd(15, 160, 773), 35.5, 140.5, 145.5, 150.5},
                         Row{fdd(17.5, 106, 2120), 39.8, 144.8, 149.8, 154.8},
                         Row{tdd(25, 53.8), 43.1, 148.1, 153.1, 158.1},
                         Row{tdd(17.5, 53.8), 35.6, 140.6, 145.6, 150.6},
                         Row{tdd(25, 53.0), 42.4, 147.4, 152.4, 157.4}}) {
    EXPECT_NEAR(eirp_per_re_dbm(row.budget), row.eirp_dbm, 0.06);
    EXPECT_NEAR(loss_at_rsrp(row.budget, -105), row.at_105, 0.06);
    EXPECT_NEAR(loss_at_rsrp(row.budget, -110), row.at_110, 0.06);
    EXPECT_NEAR(loss_at_rsrp(row.budget, -115), row.at_115, 0.06);
  }
}

// The table's uplink asks for an SNR of -3 dB whatever the rate, in 4 and 20 blocks of 180 kHz or 8
// and 40 of 360 kHz. Ours asks for the rate; see the next test.
TEST(LinkBudget, UplinkLimitsOfTheTable) {
  struct Row {
    LinkBudget budget;
    int few, many;
    double at_100_kbps, at_1_mbps;
  };
  for (const Row& row :
       {Row{fdd(15, 160, 773), 4, 20, 149.9, 142.9}, Row{fdd(17.5, 106, 2120), 4, 20, 152.4, 145.4},
        Row{tdd(25, 53.8), 8, 40, 156.9, 149.9}}) {
    LinkBudget b = row.budget;
    b.uplink_blocks = row.few;
    EXPECT_NEAR(link_quality(b, row.at_100_kbps, 0).uplink_snr_db, -3, 0.06);
    b.uplink_blocks = row.many;
    EXPECT_NEAR(link_quality(b, row.at_1_mbps, 0).uplink_snr_db, -3, 0.06);
  }
}

// 0.4 log2(1 + SNR) needs -5.65 dB for 100 kbit/s in 720 kHz and -2.1 dB for 1 Mbit/s in 3.6 MHz:
// 2.6 dB more reach than at -3 dB, and 0.9 less. So 1 Mbit/s is what limits n28, by 3.5 dB.
TEST(LinkBudget, UplinkLimitByRate) {
  LinkBudget b = fdd(15, 160, 773);
  EXPECT_NEAR(greatest_losses(b).uplink_db, 149.93 + 2.65, 0.06);
  b.uplink_blocks = 20;
  b.required_uplink_kbps = 1000;
  EXPECT_NEAR(greatest_losses(b).uplink_db, 142.94 - 0.91, 0.06);
  EXPECT_LT(greatest_loss_db(b), loss_at_rsrp(b, -110));
  EXPECT_EQ(greatest_loss_db(b), greatest_losses(b).uplink_db);
}

TEST(LinkBudget, RateCurveIsTruncatedShannon) {
  RateCurve down{0.6, -10, 4.4};
  EXPECT_EQ(down.bps_per_hz(-10.01), 0);
  EXPECT_NEAR(down.bps_per_hz(-10), 0.6 * std::log2(1.1), 1e-12);
  EXPECT_NEAR(down.bps_per_hz(0), 0.6, 1e-12);
  EXPECT_NEAR(down.bps_per_hz(10), 0.6 * std::log2(11), 1e-12);
  EXPECT_EQ(down.bps_per_hz(40), 4.4);
  EXPECT_EQ(down.bps_per_hz(NAN), 0);
  for (double snr : {-9.5, -3.0, 0.0, 12.0, 21.0}) {
    EXPECT_NEAR(down.snr_db(down.bps_per_hz(snr)), snr, 1e-9);
  }
  EXPECT_EQ(down.snr_db(1e-6), -10);  // nothing works below
  EXPECT_EQ(down.snr_db(4.5), std::numeric_limits<double>::infinity());
  EXPECT_EQ(down.snr_db(0), -std::numeric_limits<double>::infinity());
}

TEST(LinkBudget, RatesOfOneLinkWorkedOutByHand) {
  LinkBudget b = tdd(25, 53.8);
  LinkQuality q = link_quality(b, 130, 4);
  // 53.8 - 10 log 3276 + 25 - 0.5 = 43.147 dBm; minus 134.
  EXPECT_NEAR(q.rsrp_dbm, -90.853, 0.001);
  EXPECT_NEAR(q.margin_db, 19.147, 0.001);
  // Noise in 30 kHz with 7 dB: -174 + 44.771 + 7 = -122.229; the body takes 3.
  EXPECT_NEAR(q.downlink_snr_db, -90.853 - 3 + 122.229, 0.001);
  EXPECT_NEAR(q.downlink_kbps, 0.75 * 98'280 * 4.4, 1);  // 28.4 dB: at the top of the curve
  // 26 + 25 - 0.5 - 3 - 134 = -86.5 dBm in 1.44 MHz; noise -174 + 61.584 + 3.
  EXPECT_NEAR(q.uplink_snr_db, -86.5 + 109.416, 0.001);
  EXPECT_NEAR(q.uplink_kbps, 0.25 * 1'440 * 2.0, 1e-6);
  EXPECT_TRUE(q.covered && q.signal_suffices && q.downlink_suffices && q.uplink_suffices);
  EXPECT_EQ(q.mcl_class, -1);
}

TEST(LinkBudget, LayersShareThePower) {
  LinkBudget b = fdd(15, 160, 773);
  LinkQuality one = link_quality(b, 140, 0);
  b.downlink_layers = 2;
  LinkQuality two = link_quality(b, 140, 0);
  RateCurve curve{0.6, -10, 4.4};
  EXPECT_NEAR(two.downlink_kbps,
              2 * 28'800 * curve.bps_per_hz(one.downlink_snr_db - 10 * std::log10(2)), 1e-6);
}

TEST(LinkBudget, TheWorseDirectionDecides) {
  LinkBudget b = fdd(15, 160, 773);
  b.uplink_blocks = 20;
  b.required_uplink_kbps = 1000;
  LinkQuality q = link_quality(b, 144, 0);  // below the signal's 145.5, above the uplink's 142.0
  EXPECT_TRUE(q.signal_suffices);
  EXPECT_TRUE(q.downlink_suffices);
  EXPECT_FALSE(q.uplink_suffices);
  EXPECT_TRUE(q.uplink_is_worse);
  EXPECT_FALSE(q.covered);
  b.required_uplink_kbps = 0;  // nobody asks for one
  EXPECT_TRUE(link_quality(b, 144, 0).covered);
  b.required_downlink_kbps = 1e8;  // nobody can
  EXPECT_EQ(greatest_loss_db(b), -std::numeric_limits<double>::infinity());
  EXPECT_FALSE(link_quality(b, 60, 0).covered);
}

TEST(LinkBudget, MarginsAndLossesGoWhereTheyBelong) {
  const LinkBudget plain = fdd(15, 160, 773);
  auto with = [&](auto change) {
    LinkBudget b = plain;
    change(b);
    return link_quality(b, 140, 0);
  };
  const LinkQuality base = link_quality(plain, 140, 0);
  LinkQuality inside = with([](LinkBudget& b) { b.penetration_loss_db = 12; });
  EXPECT_NEAR(inside.rsrp_dbm, base.rsrp_dbm - 12, 1e-9);
  EXPECT_NEAR(inside.uplink_snr_db, base.uplink_snr_db - 12, 1e-9);
  LinkQuality shadow = with([](LinkBudget& b) { b.shadow_margin_db = 8; });
  EXPECT_NEAR(shadow.rsrp_dbm, base.rsrp_dbm, 1e-9);  // a margin, nothing that is measured
  EXPECT_NEAR(shadow.margin_db, base.margin_db - 8, 1e-9);
  EXPECT_NEAR(shadow.downlink_snr_db, base.downlink_snr_db - 8, 1e-9);
  LinkQuality noisy = with([](LinkBudget& b) { b.interference_margin_db = 3; });
  EXPECT_NEAR(noisy.margin_db, base.margin_db, 1e-9);
  EXPECT_NEAR(noisy.downlink_snr_db, base.downlink_snr_db - 3, 1e-9);
  EXPECT_NEAR(noisy.uplink_snr_db, base.uplink_snr_db - 3, 1e-9);
  LinkQuality body = with([](LinkBudget& b) { b.body_loss_db = 8; });
  EXPECT_NEAR(body.rsrp_dbm, base.rsrp_dbm, 1e-9);  // drive tests have no body
  EXPECT_NEAR(body.uplink_snr_db, base.uplink_snr_db - 5, 1e-9);
}

LinkBudget nb_iot() {
  LinkBudget b;
  b.band = "nb";
  b.downlink_mhz = 950;
  b.uplink_mhz = 905;
  b.bandwidth_mhz = 0.2;
  b.resource_blocks = 1;
  b.power_dbm = 43;
  b.antenna_gain_dbi = 15;
  b.feeder_loss_db = 0.5;
  b.ue_noise_figure_db = 5;
  b.rsrp_threshold_dbm = -140;
  b.uplink_blocks = 1;
  b.uplink_block_khz = 15;
  b.required_downlink_kbps = b.required_uplink_kbps = 0.16;
  b.least_downlink_snr_db = b.least_uplink_snr_db = -13;
  b.mcl_normal_db = 144;
  b.mcl_robust_db = 154;
  b.mcl_extreme_db = 164;
  return b;
}

TEST(LinkBudget, CouplingLossClassesOfNbIot) {
  LinkBudget b = nb_iot();
  // The coupling loss is less than the path's by the gains: 15 - 0.5 dB.
  for (auto [path_db, expected] :
       {std::pair{158.4, 0}, {158.6, 1}, {168.4, 1}, {168.6, 2}, {178.4, 2}, {178.6, -1}}) {
    LinkQuality q = link_quality(b, path_db, 0);
    EXPECT_EQ(q.mcl_class, expected) << path_db;
    EXPECT_EQ(q.signal_suffices, expected >= 0) << path_db;
  }
  EXPECT_NEAR(greatest_losses(b).signal_db, 178.5, 1e-9);
  // TR 45.820: at 164 dB the uplink of 23 dBm in 15 kHz stands at -11.8 dB and still gives 160
  // bit/s; the downlink of 43 dBm in 180 kHz at -4.6 dB.
  LinkQuality edge = link_quality(b, 178.5, 0);
  EXPECT_NEAR(edge.uplink_snr_db, -11.8, 0.05);
  EXPECT_NEAR(edge.downlink_snr_db, -4.6, 0.05);
  EXPECT_TRUE(edge.covered);
  EXPECT_GE(edge.uplink_kbps, 0.16);
  b.mcl_extreme_db = 0;  // a network without the last class
  EXPECT_EQ(link_quality(b, 170, 0).mcl_class, -1);
  EXPECT_FALSE(link_quality(b, 170, 0).covered);
}

TEST(LinkBudget, CoveredExactlyUpToTheGreatestLoss) {
  testing::Generator random(7);
  for (int i = 0; i < 3'000; ++i) {
    LinkBudget b = i % 3 == 0 ? nb_iot() : i % 3 == 1 ? fdd(15, 160, 773) : tdd(25, 53);
    b.power_dbm += testing::uniform(random, -20, 5);
    b.penetration_loss_db = testing::uniform(random, 0, 20);
    b.shadow_margin_db = testing::uniform(random, 0, 10);
    b.required_uplink_kbps *= testing::uniform(random, 0, 20);
    b.required_downlink_kbps *= testing::uniform(random, 0, 40);
    b.downlink_layers = 1 + i % 2;
    const double greatest_db = greatest_loss_db(b);
    if (!std::isfinite(greatest_db)) continue;
    EXPECT_TRUE(link_quality(b, greatest_db - 7, 7 - 1e-6).covered);
    EXPECT_FALSE(link_quality(b, greatest_db - 7, 7 + 1e-6).covered);
    // And the rates say the same.
    for (double off : {-0.01, 0.01}) {
      LinkQuality q = link_quality(b, greatest_db + off, 0);
      bool rates =
          q.downlink_kbps >= b.required_downlink_kbps && q.uplink_kbps >= b.required_uplink_kbps;
      bool coupled = b.mcl_normal_db == 0 || q.mcl_class >= 0;
      EXPECT_EQ(q.covered, rates && q.margin_db >= 0 && coupled) << i << ' ' << off;
    }
  }
}

TEST(LinkBudget, IndoorsTakesTheEntryLossOfTheWorseFrequency) {
  LinkBudget b = fdd(15, 160, 773);
  b.uplink_mhz = 718;
  b.penetration_loss_db = 99;  // replaced
  Result<LinkBudget> inside = indoors(b, Building::traditional, 0.5);
  ASSERT_TRUE(inside);
  double at_773 = *p2109_entry_loss_db({.frequency_ghz = 0.773});
  double at_718 = *p2109_entry_loss_db({.frequency_ghz = 0.718});
  EXPECT_EQ(inside->penetration_loss_db, std::max(at_773, at_718));
  EXPECT_NEAR(inside->penetration_loss_db, 13, 2);  // a brick house below 1 GHz
  Result<LinkBudget> foil = indoors(b, Building::thermally_efficient, 0.5);
  EXPECT_GT(foil->penetration_loss_db, inside->penetration_loss_db + 10);
  EXPECT_LT(greatest_loss_db(*foil), greatest_loss_db(*inside));
  EXPECT_FALSE(indoors(b, Building::traditional, 1.0));
}

TEST(LinkBudget, ChecksItsMembers) {
  auto complaint = [](auto change) {
    LinkBudget b = fdd(15, 160, 773);
    change(b);
    Status status = check_budget(b);
    return status ? "" : status.error().message;
  };
  EXPECT_EQ(complaint([](LinkBudget&) {}), "");
  EXPECT_EQ(complaint([](LinkBudget& b) { b.power_dbm = -10; }), "");  // dBm may be negative
  EXPECT_EQ(complaint([](LinkBudget& b) { b.power_dbm = NAN; }),
            "power_dbm nan of band 'fdd' is not within -100 to 100");
  EXPECT_EQ(complaint([](LinkBudget& b) { b.bandwidth_mhz = 0; }),
            "bandwidth_mhz 0 of band 'fdd' is not within 0.003 to 2000");
  EXPECT_EQ(complaint([](LinkBudget& b) { b.uplink_share = 1.1; }),
            "uplink_share 1.1 of band 'fdd' is not within 0.001 to 1");
  EXPECT_EQ(complaint([](LinkBudget& b) { b.downlink_mhz = 0; }),
            "downlink_mhz 0 of band 'fdd' is not within 20 to 100000");
  EXPECT_EQ(complaint([](LinkBudget& b) { b.feeder_loss_db = -1; }),
            "feeder_loss_db -1 of band 'fdd' is not within 0 to 60");
  EXPECT_EQ(complaint([](LinkBudget& b) { b.resource_blocks = 273; }),
            "273 resource blocks of band 'fdd' take 49140 kHz, more than its 30 MHz");
}

}  // namespace
}  // namespace cairn::radio
