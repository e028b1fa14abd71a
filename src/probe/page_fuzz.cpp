// SPDX-License-Identifier: Apache-2.0
// Any bytes are a page: its text is UTF-8 that reads as itself, its links are plain paths that
// resolve to themselves, and nothing is similar by more than one.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "core/text.hpp"
#include "probe/page.hpp"

namespace {

using namespace cairn;
using namespace cairn::probe;

void expect(bool good) {
  if (!good) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view html(reinterpret_cast<const char*>(data), size);
  const std::string text = visible_text(html);
  expect(is_valid_utf8(text));
  expect(similarity(text, text) == 1);
  const double half = similarity(text, visible_text(html.substr(0, size / 2)));
  expect(half >= 0 && half <= 1);
  const Target page{true, "portal.example", 443, "/a/b"};
  const Links links = links_of(html, page, 20);
  expect(links.inside.size() <= 20);
  for (const std::string& path : links.inside) {
    expect(path.starts_with('/') && path != page.path);
    for (const char c : path) expect(c > 0x20 && c < 0x7F);
    const auto again = resolve({true, "portal.example", 443, "/"}, "https://portal.example" + path);
    if (path.size() < 1'900) expect(again && again->same_origin && again->path == path);
  }
  return 0;
}
