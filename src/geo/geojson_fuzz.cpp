// SPDX-License-Identifier: Apache-2.0
// Any bytes are either GeoJSON or an error with a place.
#include <cstdint>
#include <cstdlib>

#include "geo/geojson.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto read = cairn::geo::read_geojson(text, "fuzz");
  if (!read) {
    if (read.error().message.empty() || read.error().place.empty()) std::abort();
    return 0;
  }
  for (const auto& feature : *read) {
    const cairn::geo::Box box = cairn::geo::bounds(feature.geometry);
    // Positions were checked on the way in.
    if (!box.empty() &&
        (box.min_x < -180 || box.max_x > 180 || box.min_y < -90 || box.max_y > 90)) {
      std::abort();
    }
  }
  return 0;
}
