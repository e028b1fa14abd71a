// SPDX-License-Identifier: Apache-2.0
#include "radio/link_budget.hpp"

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <limits>

#include "core/text.hpp"

namespace cairn::radio {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double subcarriers_per_block = 12;

double decibels(double ratio) {
  return 10 * std::log10(ratio);
}

// Thermal noise, -174 dBm/Hz as 3GPP's and the ITU's link budgets have it (290 K: -173.98).
double noise_dbm(double bandwidth_khz, double noise_figure_db) {
  return -174 + decibels(bandwidth_khz * 1000) + noise_figure_db;
}

double downlink_khz(const LinkBudget& b) {
  return b.resource_blocks * subcarriers_per_block * b.subcarrier_khz;
}

double uplink_khz(const LinkBudget& b) {
  double block_khz =
      b.uplink_block_khz > 0 ? b.uplink_block_khz : subcarriers_per_block * b.subcarrier_khz;
  return b.uplink_blocks * block_khz;
}

RateCurve downlink_curve(const LinkBudget& b) {
  return {b.downlink_efficiency, b.least_downlink_snr_db, b.most_downlink_bps_per_hz};
}
RateCurve uplink_curve(const LinkBudget& b) {
  return {b.uplink_efficiency, b.least_uplink_snr_db, b.most_uplink_bps_per_hz};
}

// SNRs at a loss of 0 dB between antennas with their gains: what is left is SNR - loss.
double downlink_reach_db(const LinkBudget& b) {
  return eirp_per_re_dbm(b) + b.ue_gain_dbi - b.body_loss_db - b.penetration_loss_db -
         b.shadow_margin_db - b.interference_margin_db -
         noise_dbm(b.subcarrier_khz, b.ue_noise_figure_db);
}
double uplink_reach_db(const LinkBudget& b) {
  return b.ue_power_dbm + b.ue_gain_dbi - b.body_loss_db - b.penetration_loss_db -
         b.shadow_margin_db - b.interference_margin_db + b.antenna_gain_dbi - b.feeder_loss_db -
         noise_dbm(uplink_khz(b), b.station_noise_figure_db);
}

// From the path's loss to the loss between the two connectors (the coupling loss of TR 45.820).
double coupling_extra_db(const LinkBudget& b) {
  return b.feeder_loss_db + b.body_loss_db + b.penetration_loss_db + b.shadow_margin_db -
         b.antenna_gain_dbi - b.ue_gain_dbi;
}

// The layers share the power.
double downlink_kbps(const LinkBudget& b, double snr_db) {
  double layer_db = snr_db - decibels(b.downlink_layers);
  return b.downlink_share * b.downlink_layers * downlink_khz(b) *
         downlink_curve(b).bps_per_hz(layer_db);
}
double uplink_kbps(const LinkBudget& b, double snr_db) {
  return b.uplink_share * uplink_khz(b) * uplink_curve(b).bps_per_hz(snr_db);
}

}  // namespace

double RateCurve::bps_per_hz(double snr_db) const {
  if (!(snr_db >= least_snr_db)) return 0;
  return std::min(most_bps_per_hz, efficiency * std::log2(1 + std::pow(10, snr_db / 10)));
}

double RateCurve::snr_db(double bps_per_hz) const {
  if (bps_per_hz <= 0) return -infinity;
  if (bps_per_hz > most_bps_per_hz) return infinity;
  return std::max(least_snr_db, decibels(std::exp2(bps_per_hz / efficiency) - 1));
}

double eirp_per_re_dbm(const LinkBudget& budget) {
  return budget.power_dbm - decibels(budget.resource_blocks * subcarriers_per_block) +
         budget.antenna_gain_dbi - budget.feeder_loss_db;
}

double GreatestLoss::least() const {
  return std::min({signal_db, downlink_db, uplink_db});
}

GreatestLoss greatest_losses(const LinkBudget& b) {
  GreatestLoss out;
  out.signal_db =
      eirp_per_re_dbm(b) - b.rsrp_threshold_dbm - b.penetration_loss_db - b.shadow_margin_db;
  double coupling_db = std::max({b.mcl_normal_db, b.mcl_robust_db, b.mcl_extreme_db});
  if (coupling_db > 0) {
    out.signal_db = std::min(out.signal_db, coupling_db - coupling_extra_db(b));
  }
  double down = b.required_downlink_kbps / (b.downlink_share * b.downlink_layers * downlink_khz(b));
  out.downlink_db =
      downlink_reach_db(b) - decibels(b.downlink_layers) - downlink_curve(b).snr_db(down);
  double up = b.required_uplink_kbps / (b.uplink_share * uplink_khz(b));
  out.uplink_db = uplink_reach_db(b) - uplink_curve(b).snr_db(up);
  return out;
}

double greatest_loss_db(const LinkBudget& budget) {
  return greatest_losses(budget).least();
}

LinkQuality link_quality(const LinkBudget& b, double path_loss_db, double antenna_loss_db) {
  LinkQuality out;
  double loss_db = path_loss_db + antenna_loss_db;
  out.rsrp_dbm = eirp_per_re_dbm(b) - loss_db - b.penetration_loss_db;
  out.margin_db = out.rsrp_dbm - b.shadow_margin_db - b.rsrp_threshold_dbm;
  out.downlink_snr_db = downlink_reach_db(b) - loss_db;
  out.uplink_snr_db = uplink_reach_db(b) - loss_db;
  out.downlink_kbps = downlink_kbps(b, out.downlink_snr_db);
  out.uplink_kbps = uplink_kbps(b, out.uplink_snr_db);
  const double coupling_db = loss_db + coupling_extra_db(b);
  int mcl_class = 0;
  for (double greatest_db : {b.mcl_normal_db, b.mcl_robust_db, b.mcl_extreme_db}) {
    if (out.mcl_class < 0 && greatest_db > 0 && coupling_db <= greatest_db) {
      out.mcl_class = mcl_class;
    }
    ++mcl_class;
  }
  const GreatestLoss bears = greatest_losses(b);
  out.uplink_is_worse = bears.uplink_db < bears.downlink_db;
  out.signal_suffices = loss_db <= bears.signal_db;
  out.downlink_suffices = loss_db <= bears.downlink_db;
  out.uplink_suffices = loss_db <= bears.uplink_db;
  out.covered = loss_db <= bears.least();
  return out;
}

Result<LinkBudget> indoors(const LinkBudget& budget, Building building, double probability) {
  LinkBudget out = budget;
  out.penetration_loss_db = 0;
  for (double mhz : {budget.downlink_mhz, budget.uplink_mhz}) {
    const Result<double> loss_db = p2109_entry_loss_db(
        {.frequency_ghz = mhz / 1000, .probability = probability, .building = building});
    if (!loss_db) return fail(loss_db.error());
    out.penetration_loss_db = std::max(out.penetration_loss_db, *loss_db);
  }
  return out;
}

Status check_budget(const LinkBudget& b) {
  struct Bound {
    const char* name;
    double value;
    double lowest;
    double highest;
  };
  const Bound bounds[] = {
      {"downlink_mhz", b.downlink_mhz, 20, 100'000},
      {"uplink_mhz", b.uplink_mhz, 20, 100'000},
      {"bandwidth_mhz", b.bandwidth_mhz, 0.003, 2'000},
      {"resource_blocks", double(b.resource_blocks), 1, 10'000},
      {"subcarrier_khz", b.subcarrier_khz, 1, 1'000},
      {"downlink_share", b.downlink_share, 0.001, 1},
      {"uplink_share", b.uplink_share, 0.001, 1},
      {"downlink_layers", double(b.downlink_layers), 1, 16},
      {"power_dbm", b.power_dbm, -100, 100},
      {"antenna_gain_dbi", b.antenna_gain_dbi, -40, 80},
      {"feeder_loss_db", b.feeder_loss_db, 0, 60},
      {"ue_power_dbm", b.ue_power_dbm, -60, 60},
      {"ue_gain_dbi", b.ue_gain_dbi, -40, 60},
      {"ue_noise_figure_db", b.ue_noise_figure_db, 0, 40},
      {"station_noise_figure_db", b.station_noise_figure_db, 0, 40},
      {"body_loss_db", b.body_loss_db, 0, 60},
      {"penetration_loss_db", b.penetration_loss_db, 0, 100},
      {"interference_margin_db", b.interference_margin_db, 0, 60},
      {"shadow_margin_db", b.shadow_margin_db, 0, 60},
      {"rsrp_threshold_dbm", b.rsrp_threshold_dbm, -200, 50},
      {"uplink_blocks", double(b.uplink_blocks), 1, 10'000},
      {"uplink_block_khz", b.uplink_block_khz, 0, 100'000},
      {"required_uplink_kbps", b.required_uplink_kbps, 0, 1e9},
      {"required_downlink_kbps", b.required_downlink_kbps, 0, 1e9},
      {"downlink_efficiency", b.downlink_efficiency, 0.001, 1},
      {"uplink_efficiency", b.uplink_efficiency, 0.001, 1},
      {"least_downlink_snr_db", b.least_downlink_snr_db, -60, 60},
      {"least_uplink_snr_db", b.least_uplink_snr_db, -60, 60},
      {"most_downlink_bps_per_hz", b.most_downlink_bps_per_hz, 0.001, 100},
      {"most_uplink_bps_per_hz", b.most_uplink_bps_per_hz, 0.001, 100},
      {"mcl_normal_db", b.mcl_normal_db, 0, 300},
      {"mcl_robust_db", b.mcl_robust_db, 0, 300},
      {"mcl_extreme_db", b.mcl_extreme_db, 0, 300},
  };
  for (const Bound& bound : bounds) {
    if (bound.value >= bound.lowest && bound.value <= bound.highest) continue;  // false for NaN
    return fail(Code::invalid, format("{} {} of band '{}' is not within {} to {}", bound.name,
                                      bound.value, b.band, bound.lowest, bound.highest));
  }
  const double occupied_khz = downlink_khz(b);
  if (occupied_khz > b.bandwidth_mhz * 1000 * (1 + 1e-9)) {
    return fail(Code::invalid,
                format("{} resource blocks of band '{}' take {} kHz, more than its {} MHz",
                       b.resource_blocks, b.band, occupied_khz, b.bandwidth_mhz));
  }
  return {};
}

}  // namespace cairn::radio
