// SPDX-License-Identifier: Apache-2.0
// A stored layer of any bytes: read or refused, and what was read writes the same again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "server/coverage_layer.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cairn::server;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto raster = read_layer(bytes, "d");
  if (!raster) {
    if (raster.error().message.empty()) std::abort();
    return 0;
  }
  if (raster->level.size() != raster->frame.size()) std::abort();
  const auto again = read_layer(layer_bytes(*raster), "d");
  if (!again || again->level != raster->level || !(again->frame == raster->frame)) std::abort();
  return 0;
}
