// SPDX-License-Identifier: Apache-2.0
// Any bytes are samples of a remote write, or refused: as they come, which seldom are a snappy
// block, and packed, so that damage reaches the protobuf reader.
#include <snappy.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "codec/fuzz_decode.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cairn::codec;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  fuzz_decoder(Format::remote_write, bytes);
  std::string packed;
  snappy::Compress(bytes.data(), bytes.size(), &packed);
  fuzz_decoder(Format::remote_write, packed);
  return 0;
}
