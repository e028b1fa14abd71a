// SPDX-License-Identifier: Apache-2.0
// Building entry loss, Recommendation ITU-R P.2109-2: 80 MHz to 100 GHz.
#pragma once

#include <cstdint>

#include "core/result.hpp"

namespace cairn::radio {

enum class Building : std::uint8_t {
  traditional,          // brick, stone, wood; single glass
  thermally_efficient,  // metallised glass, foil-backed panels
};

struct BuildingEntry {
  double frequency_ghz = 0;
  double probability = 0.5;  // that the loss is not exceeded, 0 .. 1
  double elevation_deg = 0;  // of the path at the facade, -90 .. 90
  Building building = Building::traditional;
};
Result<double> p2109_entry_loss_db(const BuildingEntry& entry);

}  // namespace cairn::radio
