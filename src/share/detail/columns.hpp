// SPDX-License-Identifier: Apache-2.0
// What the columns of a file mean: header words in Chinese and English, labels of properties, units
// in brackets.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/result.hpp"
#include "core/unit.hpp"
#include "model/catalog.hpp"
#include "share/import.hpp"

namespace cairn::share::detail {

enum class Field : std::uint8_t {
  none,
  id,
  type,
  region,
  name_zh,
  name_en,
  lon,
  lat,
  status,
  valid_from,
  valid_to,
  estimated,
  source,
  thing,
  property,
  time,  // `period` of statistics
  value,
  unit
};
// The canonical header: "id", "name_zh" …; time is "period" in statistics.
std::string_view name_of(Field field, ImportKind kind);

// Names and labels of the properties and indicators that a file may give.
class MeasureNames {
 public:
  void add(const std::string& name, const Label& label, const Unit& unit);
  // The canonical name of a name, a label or a label without its bracket.
  std::optional<std::string> find(std::string_view text) const;
  std::optional<std::string> near(std::string_view text) const;

 private:
  void key(std::string_view text, const std::string& name);
  std::unordered_map<std::string, std::string> names_;  // folded -> canonical; "" when ambiguous
  std::vector<std::string> all_;
};

struct Column {
  std::size_t at = 0;  // index in the record
  std::string header;
  Field field = Field::none;
  std::string measure;       // property or indicator; empty for fields and columns left out
  std::optional<Unit> unit;  // from the header: height(ft)
};

struct Columns {
  std::vector<Column> used;  // in order of the file
  std::vector<std::string> notes;

  const Column* find(Field field) const;
  std::vector<const Column*> measures() const;
};

// Reads a header. Errors: a column that stands twice, two columns for one field, a likely slip of
// the pen, a unit that is not understood, positions in another datum than WGS 84.
Result<Columns> match_columns(const std::vector<std::string>& header, const ImportRequest& request,
                              const MeasureNames& measures);

// An error that says what is missing, unless one of the fields is there.
Status need_column(const Columns& columns, ImportKind kind, Field field, std::string_view hint);

}  // namespace cairn::share::detail
