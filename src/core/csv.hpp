// SPDX-License-Identifier: Apache-2.0
// CSV (RFC 4180 and what people really send): quoted fields with line breaks, CRLF or LF or CR,
// a BOM, the separators , ; and tab. Records are numbered as a person counts them: the header is
// record 1, and `line` is the physical line on which a record begins.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace cairn {

struct CsvRecord {
  std::size_t number = 0;  // 1 = header
  std::size_t line = 0;    // 1-based physical line
  std::vector<std::string> fields;
  bool broken_quote = false;  // text stands between a closing quote and the next separator
};

// Pulls one record at a time; the text must outlive the reader and be UTF-8 without BOM.
class CsvReader {
 public:
  explicit CsvReader(std::string_view text, char separator = ',')
      : text_(text), separator_(separator) {}

  // The next record that is not blank; nothing at the end. A record with an unclosed quote or a
  // field over the limit is an error with its line, after which the reader is at the end.
  Result<std::optional<CsvRecord>> next();

 private:
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t records_ = 0;
  char separator_;
};

// The separator that the header line uses: the most frequent of , ; tab outside quotes.
char detect_separator(std::string_view text);

// A table read whole, its columns found by name.
struct CsvTable {
  std::vector<std::string> header;
  std::vector<CsvRecord> records;

  // Index of a column, matching exactly.
  std::optional<std::size_t> column(std::string_view name) const;
};

// Reads a table; a record whose number of fields differs from the header's is an error
// "file:line". `name` is used in error places.
Result<CsvTable> read_csv(std::string_view text, std::string_view name);

// Quotes a field when it needs it.
std::string csv_field(std::string_view text);

}  // namespace cairn
