// SPDX-License-Identifier: Apache-2.0
#include "plan/radio_bands.hpp"

#include <cmath>

namespace cairn::plan {

radio::LinkBudget budget_of(const model::BandDef& band) {
  const auto whole = [&](std::string_view key) {
    return static_cast<int>(std::lround(band.value(key)));
  };
  radio::LinkBudget out;
  out.band = band.id;
  out.technology = band.technology;
  out.downlink_mhz = band.value("downlink_mhz");
  out.uplink_mhz = band.value("uplink_mhz");
  out.bandwidth_mhz = band.value("bandwidth_mhz");
  out.resource_blocks = whole("resource_blocks");
  out.subcarrier_khz = band.value("subcarrier_khz");
  out.downlink_share = band.value("downlink_share");
  out.uplink_share = band.value("uplink_share");
  out.downlink_layers = whole("downlink_layers");
  out.power_dbm = band.value("power_dbm");
  out.antenna_gain_dbi = band.value("antenna_gain_dbi");
  out.feeder_loss_db = band.value("feeder_loss_db");
  out.ue_power_dbm = band.value("ue_power_dbm");
  out.ue_gain_dbi = band.value("ue_gain_dbi");
  out.ue_noise_figure_db = band.value("ue_noise_figure_db");
  out.station_noise_figure_db = band.value("station_noise_figure_db");
  out.body_loss_db = band.value("body_loss_db");
  out.penetration_loss_db = band.value("penetration_loss_db");
  out.interference_margin_db = band.value("interference_margin_db");
  out.shadow_margin_db = band.value("shadow_margin_db");
  out.rsrp_threshold_dbm = band.value("rsrp_threshold_dbm");
  out.uplink_blocks = whole("uplink_blocks");
  out.uplink_block_khz = band.value("uplink_block_khz");
  out.required_uplink_kbps = band.value("required_uplink_kbps");
  out.required_downlink_kbps = band.value("required_downlink_kbps");
  out.downlink_efficiency = band.value("downlink_efficiency");
  out.uplink_efficiency = band.value("uplink_efficiency");
  out.least_downlink_snr_db = band.value("least_downlink_snr_db");
  out.least_uplink_snr_db = band.value("least_uplink_snr_db");
  out.most_downlink_bps_per_hz = band.value("most_downlink_bps_per_hz");
  out.most_uplink_bps_per_hz = band.value("most_uplink_bps_per_hz");
  out.mcl_normal_db = band.value("mcl_normal_db");
  out.mcl_robust_db = band.value("mcl_robust_db");
  out.mcl_extreme_db = band.value("mcl_extreme_db");
  return out;
}

radio::AntennaPattern antenna_of(const model::BandDef& band) {
  const double gain_dbi = band.value("antenna_gain_dbi");
  const double horizontal_deg = band.value("horizontal_width_deg");
  const double vertical_deg = band.value("vertical_width_deg");
  if (horizontal_deg <= 0 || vertical_deg <= 0) return radio::omnidirectional(gain_dbi);
  return radio::standard_sector(gain_dbi, horizontal_deg, vertical_deg,
                                band.value("electrical_tilt_deg"));
}

std::vector<StudyBand> study_bands(const model::Catalog& catalog) {
  std::vector<StudyBand> out;
  for (const model::BandDef& band : catalog.bands) out.push_back({&band, budget_of(band)});
  return out;
}

const StudyBand* band_of(std::span<const StudyBand> bands, std::string_view name,
                         std::string_view technology) {
  if (name.empty()) return nullptr;
  for (const StudyBand& band : bands) {
    if (!technology.empty() && band.budget.technology != technology) continue;
    if (band.def->called(name)) return &band;
  }
  return nullptr;
}

}  // namespace cairn::plan
