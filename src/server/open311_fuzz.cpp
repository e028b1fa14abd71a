// SPDX-License-Identifier: Apache-2.0
// Forms and answers of any bytes: read or refused, and what was read can be written as XML again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/text.hpp"
#include "server/open311.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cairn;
  using namespace cairn::server;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto post = parse_geo_post(text)) {
    GeoRequest request;
    for (const auto& [name, value] : post->fields) request.description += name + value;
    for (const auto& [code, value] : post->attributes) {
      if (code.empty() || !is_valid_utf8(value)) std::abort();
      request.address += code + value;
    }
    const Response xml = render_requests({request}, GeoFormat::xml);
    if (!is_valid_utf8(xml.body)) std::abort();
    for (const char c : xml.body) {
      if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') std::abort();
    }
  } else if (post.error().message.empty()) {
    std::abort();
  }
  (void)parse_geo_remote(text);
  return 0;
}
