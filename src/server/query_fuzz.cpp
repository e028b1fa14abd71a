// SPDX-License-Identifier: Apache-2.0
// Queries and paths of any bytes: decoded or refused, and what was decoded is UTF-8 and encodes
// back to itself.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/text.hpp"
#include "server/compress.hpp"
#include "server/query.hpp"
#include "server/router.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cairn;
  using namespace cairn::server;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto items = parse_query(text)) {
    std::string again;
    for (const auto& [name, value] : *items) {
      if (!is_valid_utf8(name) || !is_valid_utf8(value)) std::abort();
      again += (again.empty() ? "" : "&") + percent_encode(name) + "=" + percent_encode(value);
    }
    const auto second = parse_query(again);
    if (!second || *second != *items) std::abort();
    Parameters parameters(*items);
    parameters.integer("limit", 1, 10);
    parameters.word("by", {"county", "town"});
    (void)parameters.done();
  } else if (items.error().message.empty() || !items.error().place.starts_with("query")) {
    std::abort();
  }
  Router router;
  router.add({"GET", "/v1/tiles/{layer}/{z}.mvt", Access::read, 0, {}});
  router.add({"GET", "/sta/*", Access::read, 0, {}});
  const Match match = router.find("GET", text);
  for (const auto& [name, value] : match.captures) {
    if (name != "*" && !is_valid_utf8(value)) std::abort();
  }
  (void)accepts_gzip(text);
  (void)matches_tag(text, "\"a\"");
  return 0;
}
