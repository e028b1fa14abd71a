// SPDX-License-Identifier: Apache-2.0
// Whatever the bytes, the text is UTF-8 or there is an error that says something.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/encoding.hpp"
#include "core/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto decoded = cairn::decode_text(bytes);
  if (!decoded) {
    if (decoded.error().message.empty()) std::abort();
    return 0;
  }
  if (!cairn::is_valid_utf8(decoded->text) || decoded->encoding.empty()) std::abort();
  // UTF-8 comes back as it was.
  if (decoded->encoding == "UTF-8" && decoded->text != bytes) std::abort();
  return 0;
}
