// SPDX-License-Identifier: Apache-2.0
// Any text is SensorThings observations or data arrays, or refused; plain objects likewise.
#include <cstdint>
#include <string_view>

#include "codec/fuzz_decode.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cairn::codec;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  fuzz_decoder(Format::sta, bytes);
  fuzz_decoder(Format::plain, bytes);
  return 0;
}
