// SPDX-License-Identifier: Apache-2.0
#include "formula/row_function.hpp"

#include "core/text.hpp"

namespace cairn::formula {
namespace {

using Table = std::span<const RowFunction> (*)();
constexpr Table tables[] = {text_functions, spatial_functions, temporal_functions, array_functions};

}  // namespace

const RowFunction* find_row_function(std::string_view name) {
  for (const Table table : tables) {
    for (const RowFunction& function : table()) {
      if (iequals_ascii(function.name, name)) return &function;
    }
  }
  return nullptr;
}

std::vector<std::string> row_function_names() {
  std::vector<std::string> names;
  for (const Table table : tables) {
    for (const RowFunction& function : table()) names.emplace_back(function.name);
  }
  return names;
}

}  // namespace cairn::formula
