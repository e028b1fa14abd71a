// SPDX-License-Identifier: Apache-2.0
// A file as a header and rows of texts, whether it is CSV or GeoJSON.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "share/import.hpp"

namespace cairn::share::detail {

struct Row {
  std::size_t record = 0;  // from 1, without the header
  std::size_t line = 0;    // 0 in GeoJSON
  std::vector<std::string> cells;
  std::string mistake;  // why the row cannot be read at all
};

class Table {
 public:
  virtual ~Table() = default;
  virtual const std::vector<std::string>& header() const = 0;
  // Moves to the next row, good or bad; false at the end. An error when nothing can be read any
  // more.
  virtual Result<bool> next(Row& row) = 0;
  virtual char separator() const = 0;  // 0 in GeoJSON
};

// `text` is UTF-8 without BOM and must outlive the table.
Result<std::unique_ptr<Table>> open_table(std::string_view text, ImportFormat format,
                                          const std::string& name);

}  // namespace cairn::share::detail
