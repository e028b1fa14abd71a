// SPDX-License-Identifier: Apache-2.0
// Reading a column of a table by name, row by row. What the type does not have, a row without a
// value and a property of another kind (a series among them) read alike: there is nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "model/snapshot.hpp"

namespace cairn::model {

// Null where the type has no such property.
inline const Column* column_of(const Table& table, std::string_view property) {
  const int index = table.type->property_index(property);
  return index < 0 ? nullptr : &table.columns[static_cast<std::size_t>(index)];
}

inline bool has_at(const Column* column, std::uint32_t row) {
  return column != nullptr && row < column->present.size() && column->present[row] != 0;
}

// Of a number, integer or boolean.
inline std::optional<double> number_at(const Column* column, std::uint32_t row) {
  if (!has_at(column, row) || row >= column->numbers.size()) return std::nullopt;
  return column->numbers[row];
}

// Of a text; empty where there is none. Lives as long as the column.
inline std::string_view text_at(const Column* column, std::uint32_t row) {
  if (!has_at(column, row) || row >= column->texts.size()) return {};
  return column->dictionary[column->texts[row]];
}

}  // namespace cairn::model
