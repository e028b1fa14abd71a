// SPDX-License-Identifier: Apache-2.0
// Any bytes as CQL2 JSON: a tree or an error with its place, never a crash; a tree can be printed.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "formula/cql2_json.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto tree = cairn::formula::parse_cql2_json(text);
  if (tree ? cairn::formula::print(**tree).empty()
           : tree.error().message.empty() || tree.error().place.empty()) {
    std::abort();
  }
  return 0;
}
