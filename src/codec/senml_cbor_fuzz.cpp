// SPDX-License-Identifier: Apache-2.0
// Any bytes are readings of a SenML pack in CBOR, or refused; and any CBOR item is stepped over.
#include <cstdint>
#include <string_view>

#include "codec/cbor.hpp"
#include "codec/fuzz_decode.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cairn::codec;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  CborReader reader(bytes);
  while (reader.skip()) {
    fuzz_expect(reader.offset() <= size);
    if (reader.at_end()) break;
  }
  fuzz_expect(reader.failed() ? !reader.error().message.empty() : reader.at_end());
  fuzz_decoder(Format::senml_cbor, bytes);
  return 0;
}
