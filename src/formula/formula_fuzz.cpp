// SPDX-License-Identifier: Apache-2.0
// Any bytes: the parser answers with a tree or an error, never with a crash, and a printed tree is
// read as the same tree.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "core/limits.hpp"
#include "formula/ast.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cairn::formula;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto tree = parse(text);
  if (!tree) {
    if (tree.error().message.empty() || tree.error().place.empty()) std::abort();
    return 0;
  }
  const std::string printed = print(**tree);
  if (printed.size() > cairn::limits::formula_bytes) return 0;
  const auto again = parse(printed);
  if (!again || !same(**tree, **again)) {
    std::fprintf(stderr, "round trip fails: %s\n%s\n", printed.c_str(),
                 again ? print(**again).c_str() : cairn::to_string(again.error()).c_str());
    std::abort();
  }
  caret(text, (*tree)->at);
  return 0;
}
