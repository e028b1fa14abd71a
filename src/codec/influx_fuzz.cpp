// SPDX-License-Identifier: Apache-2.0
// Any text is readings of Influx lines, or refused.
#include <cstdint>
#include <string_view>

#include "codec/fuzz_decode.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cairn::codec;
  fuzz_decoder(Format::influx, {reinterpret_cast<const char*>(data), size});
  return 0;
}
