// SPDX-License-Identifier: Apache-2.0
// Any text is an address that reads back as itself, or is refused; a token is said only by a line
// of its own.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "probe/target.hpp"

namespace {

using namespace cairn::probe;

void expect(bool good) {
  if (!good) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  if (const auto target = parse_target(text)) {
    const auto again = parse_target(target->url());
    if (target->url().size() <= 2'000) expect(again && *again == *target);
    expect(target->host.find_first_of("/@:[]?# ") == std::string::npos);
    (void)resolve(*target, text);
  }
  expect(!says_token(text, ""));
  expect(says_token(text + "\ncairn-probe=q7\n" + text, "q7"));
  if (says_token(text, "q7")) expect(text.find("cairn-probe=q7") != std::string::npos);
  return 0;
}
