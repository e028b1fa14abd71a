// SPDX-License-Identifier: Apache-2.0
// Any bytes are either an antenna whose every direction has a loss, or an error with its file.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/text.hpp"
#include "radio/antenna.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto antenna = cairn::radio::parse_antenna(text, "fuzz");
  if (!antenna) {
    if (antenna.error().message.empty() || antenna.error().place.rfind("fuzz", 0) != 0)
      std::abort();
    return 0;
  }
  if (!std::isfinite(antenna->gain_dbi) || !std::isfinite(antenna->frequency_mhz)) std::abort();
  if (!cairn::is_valid_utf8(antenna->name)) std::abort();
  for (int azimuth = -180; azimuth <= 180; azimuth += 45) {
    for (int depression = -90; depression <= 90; depression += 15) {
      const double loss_db = antenna->loss_db(azimuth, depression);
      if (!(loss_db >= 0 && loss_db <= antenna->most_loss_db)) std::abort();
    }
  }
  return 0;
}
