// SPDX-License-Identifier: Apache-2.0
// Any bytes are a list of sites: rows that make sense, and mistakes with their place.
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "app/coverage_sites.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto list = cairn::app::read_sites(text, "fuzz.csv", {});
  for (const auto& row : list.rows) {
    if (!(std::abs(row.position.x) <= 180 && std::abs(row.position.y) <= 90)) std::abort();
    if (!std::isfinite(row.mast_m) || !(std::abs(row.mechanical_tilt_deg) <= 90)) std::abort();
    if (row.azimuth_deg && !(*row.azimuth_deg >= 0 && *row.azimuth_deg <= 360)) std::abort();
    if (row.id.empty() || !row.place.starts_with("fuzz.csv:")) std::abort();
  }
  for (const auto& error : list.problems.errors) {
    if (error.message.empty() || !error.place.starts_with("fuzz.csv")) std::abort();
  }
  return 0;
}
