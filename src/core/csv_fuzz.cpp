// SPDX-License-Identifier: Apache-2.0
// Any text is records or an error with its line; what was read survives being written and read.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "core/csv.hpp"

namespace {

using Rows = std::vector<std::vector<std::string>>;

Rows read(std::string_view text, char separator) {
  cairn::CsvReader reader(text, separator);
  Rows rows;
  std::size_t line = 0;
  for (;;) {
    auto record = reader.next();
    if (!record) {
      if (record.error().place.empty()) std::abort();
      // After an error there is nothing more.
      const auto after = reader.next();
      if (!after || *after) std::abort();
      return rows;
    }
    if (!*record) return rows;
    if ((*record)->line <= line || (*record)->fields.empty()) std::abort();
    line = (*record)->line;
    rows.push_back(std::move((*record)->fields));
    if ((*record)->number != rows.size()) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const char separator = cairn::detect_separator(text);
  const Rows rows = read(text, separator);
  std::string written;
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) written += separator;
      written += cairn::csv_field(row[i]);
    }
    written += '\n';
  }
  // A record of one blank field is a blank line, which is no record: such texts are left out.
  bool plain = true;
  for (const auto& row : rows) plain &= row.size() > 1;
  if (plain && read(written, separator) != rows) std::abort();
  return 0;
}
