// SPDX-License-Identifier: Apache-2.0
// Appends things to a table, value by value. Used by build_snapshot and by overlays.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.hpp"
#include "model/snapshot.hpp"

namespace cairn::model {

class TableBuilder {
 public:
  // `zone` is the civil time of texts that give a time without an offset.
  explicit TableBuilder(Table& table, Zone zone = {});

  // Appends a row without property values and returns it.
  std::uint32_t append(const Thing& thing, RegionIndex region, std::uint16_t source);
  // Appends a copy of a row (a further version of the same thing).
  std::uint32_t duplicate(std::uint32_t row);
  // Sets a property of a row; a text (as files give it) is read as the property's kind. The error
  // says why the value does not fit.
  Status set(std::uint32_t row, std::size_t property, const Value& value);
  void mark_estimated(std::uint32_t row, std::size_t property, bool estimated);

 private:
  Table& table_;
  Zone zone_;
  // Per text column: word -> dictionary index.
  std::vector<std::unordered_map<std::string, std::uint32_t>> words_;
};

// Reads a text as a value of the property's kind ("true", "3.5", "2020-12-31"…); an empty text is
// a missing value.
Result<Value> parse_value(std::string_view text, PropertyKind kind, Zone zone);

}  // namespace cairn::model
