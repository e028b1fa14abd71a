// SPDX-License-Identifier: Apache-2.0
// From a path loss to what a phone gets: received power per resource element, whether that is
// enough, the edge rates of both directions and the worse of the two. All defaults come from packs.
#pragma once

#include <string>

#include "core/result.hpp"
#include "radio/p2109.hpp"

namespace cairn::radio {

// One band of one technology. Powers in dBm, gains in dBi, losses and margins in dB.
struct LinkBudget {
  std::string band;        // "n28", "b3", "nb-iot"
  std::string technology;  // "5g", "4g", "nb-iot"
  double downlink_mhz = 0;
  double uplink_mhz = 0;
  double bandwidth_mhz = 0;
  int resource_blocks = 0;
  double subcarrier_khz = 15;
  double downlink_share = 1;  // part of the time, TDD
  double uplink_share = 1;
  int downlink_layers = 1;  // at the edge of a cell

  double power_dbm = 0;         // of all of the bandwidth
  double antenna_gain_dbi = 0;  // of the beam that carries the reference signal
  double feeder_loss_db = 0;

  double ue_power_dbm = 23;
  double ue_gain_dbi = 0;
  double ue_noise_figure_db = 7;
  double station_noise_figure_db = 3;
  double body_loss_db = 0;
  double penetration_loss_db = 0;  // into a building or vehicle, where indoors is asked for
  double interference_margin_db = 0;
  double shadow_margin_db = 0;       // 0: the model's location percentage carries it
  double rsrp_threshold_dbm = -110;  // outdoors, below which a place is not covered
  int uplink_blocks = 4;             // resource blocks that a phone at the edge gets
  double uplink_block_khz = 0;       // 0: twelve subcarriers; NB-IoT sends on 15 or 3.75 kHz
  double required_uplink_kbps = 100;
  double required_downlink_kbps = 1000;
  // Rate = share * layers * bandwidth * efficiency * log2(1 + SNR), nothing below the least SNR, at
  // most so much a hertz: the attenuated and truncated Shannon bound of 3GPP TR 36.942, Annex A.
  double downlink_efficiency = 0.6;
  double uplink_efficiency = 0.4;
  double least_downlink_snr_db = -10;
  double least_uplink_snr_db = -10;
  double most_downlink_bps_per_hz = 4.4;
  double most_uplink_bps_per_hz = 2.0;
  // NB-IoT: greatest coupling loss of the three classes (TR 45.820), 0 where there are none.
  double mcl_normal_db = 0;
  double mcl_robust_db = 0;
  double mcl_extreme_db = 0;

  double reference_mhz() const { return downlink_mhz; }
};

// Radiated power of one resource element in the main lobe.
double eirp_per_re_dbm(const LinkBudget& budget);

struct LinkQuality {
  double rsrp_dbm = 0;   // or NRSRP
  double margin_db = 0;  // over the threshold: below 0 is not covered
  double downlink_snr_db = 0;
  double uplink_snr_db = 0;
  double downlink_kbps = 0;  // at the edge, for one user alone in the cell
  double uplink_kbps = 0;
  bool uplink_is_worse = false;  // against what each direction requires
  bool signal_suffices = false;
  bool downlink_suffices = false;
  bool uplink_suffices = false;
  bool covered = false;  // signal and both rates suffice
  int mcl_class = -1;    // NB-IoT: 0, 1, 2; -1: none
};
// `antenna_loss_db`: below the maximum gain, in the direction of the receiver.
LinkQuality link_quality(const LinkBudget& budget, double path_loss_db, double antenna_loss_db);

// The greatest path loss (main lobe) at which a place is covered, and what each of the three
// conditions bears; -infinity where a required rate cannot be had at any loss. link_quality covers
// a place exactly where path and antenna loss together are not above it (but for rounding).
struct GreatestLoss {
  double signal_db = 0;
  double downlink_db = 0;
  double uplink_db = 0;
  double least() const;
};
GreatestLoss greatest_losses(const LinkBudget& budget);
double greatest_loss_db(const LinkBudget& budget);

// One direction's truncated Shannon bound, in bit/s per hertz, and the SNR that a rate takes
// (infinity: more than there is).
struct RateCurve {
  double efficiency = 0.6;
  double least_snr_db = -10;
  double most_bps_per_hz = 4.4;
  double bps_per_hz(double snr_db) const;
  double snr_db(double bps_per_hz) const;
};

// The same band for who is inside a building: in place of the penetration loss the building entry
// loss of P.2109 on a level path, not exceeded with that probability, at whichever of the band's
// two frequencies loses more. Errors: those of P.2109 (below 80 MHz, a probability of 0 or 1).
Result<LinkBudget> indoors(const LinkBudget& budget, Building building, double probability);

// Errors name the member: a negative power is fine in dBm, but not finite, no bandwidth, a share
// above 1 … is not.
Status check_budget(const LinkBudget& budget);

}  // namespace cairn::radio
