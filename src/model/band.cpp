// SPDX-License-Identifier: Apache-2.0
#include "model/band.hpp"

#include <algorithm>

#include "core/text.hpp"

namespace cairn::model {
namespace {

// Ranges say what can be meant at all (a power in watts given as dBm is caught), not what is wise.
constexpr BandKey keys[] = {
    {"downlink_mhz", 30, 6'000, true, 0, false, "MHz"},  // P.1812 goes no further
    {"uplink_mhz", 30, 6'000, true, 0, false, "MHz"},
    {"bandwidth_mhz", 0.015, 400, true, 0, false, "MHz"},
    {"resource_blocks", 1, 275, true, 0, true, ""},
    {"subcarrier_khz", 3.75, 120, false, 15, false, "kHz"},
    {"downlink_share", 0.01, 1, false, 1, false, ""},
    {"uplink_share", 0.01, 1, false, 1, false, ""},
    {"downlink_layers", 1, 8, false, 1, true, ""},
    {"power_dbm", 0, 70, true, 0, false, "dBm"},
    {"antenna_gain_dbi", -5, 40, true, 0, false, "dBi"},
    {"feeder_loss_db", 0, 20, false, 0, false, "dB"},
    {"ue_power_dbm", 0, 40, false, 23, false, "dBm"},
    {"ue_gain_dbi", -20, 30, false, 0, false, "dBi"},
    {"ue_noise_figure_db", 0, 20, false, 7, false, "dB"},
    {"station_noise_figure_db", 0, 20, false, 3, false, "dB"},
    {"body_loss_db", 0, 20, false, 0, false, "dB"},
    {"penetration_loss_db", 0, 60, false, 0, false, "dB"},
    {"interference_margin_db", 0, 20, false, 0, false, "dB"},
    {"shadow_margin_db", 0, 30, false, 0, false, "dB"},
    {"rsrp_threshold_dbm", -150, -40, true, 0, false, "dBm"},
    {"uplink_blocks", 1, 275, false, 4, true, ""},
    {"uplink_block_khz", 3.75, 1'440, false, 0, false, "kHz"},
    {"required_uplink_kbps", 0, 1e6, false, 100, false, "kbit/s"},
    {"required_downlink_kbps", 0, 1e7, false, 1'000, false, "kbit/s"},
    {"downlink_efficiency", 0.05, 1, false, 0.6, false, ""},
    {"uplink_efficiency", 0.05, 1, false, 0.4, false, ""},
    {"least_downlink_snr_db", -40, 30, false, -10, false, "dB"},
    {"least_uplink_snr_db", -40, 30, false, -10, false, "dB"},
    {"most_downlink_bps_per_hz", 0.01, 10, false, 4.4, false, "bit/s/Hz"},
    {"most_uplink_bps_per_hz", 0.01, 10, false, 2.0, false, "bit/s/Hz"},
    {"mcl_normal_db", 0, 200, false, 0, false, "dB"},
    {"mcl_robust_db", 0, 200, false, 0, false, "dB"},
    {"mcl_extreme_db", 0, 200, false, 0, false, "dB"},
    {"horizontal_width_deg", 0, 360, false, 0, false, "deg"},  // 0: omnidirectional
    {"vertical_width_deg", 0, 180, false, 0, false, "deg"},
    {"electrical_tilt_deg", -20, 30, false, 0, false, "deg"},
};

}  // namespace

std::span<const BandKey> band_keys() {
  return keys;
}

const BandKey* band_key(std::string_view key) {
  const auto found = std::ranges::find(keys, key, &BandKey::key);
  return found == std::end(keys) ? nullptr : found;
}

const BandNumber* BandDef::number(std::string_view key) const {
  const auto found = std::ranges::find(numbers, key, &BandNumber::key);
  return found == numbers.end() ? nullptr : &*found;
}

double BandDef::value(std::string_view key) const {
  if (const BandNumber* given = number(key)) return given->value;
  const BandKey* known = band_key(key);
  return known == nullptr ? 0 : known->otherwise;
}

bool BandDef::called(std::string_view name) const {
  if (iequals_ascii(id, name)) return true;
  return std::ranges::any_of(aliases,
                             [&](const auto& alias) { return iequals_ascii(alias, name); });
}

}  // namespace cairn::model
