// SPDX-License-Identifier: Apache-2.0
// A CSV file row by row: columns by name, each mistake a problem with file:line, the rest read on.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/csv.hpp"
#include "core/result.hpp"
#include "core/time.hpp"
#include "geo/geometry.hpp"

namespace cairn::model {

class CsvRows {
 public:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  // The text must outlive the rows. `name` stands in places.
  CsvRows(std::string_view text, std::string_view name, Problems& problems);

  // Reads the header. False, with a problem, when there is none or a needed column is missing.
  bool begin(std::initializer_list<std::string_view> needed);
  const std::vector<std::string>& header() const { return header_; }
  std::size_t column(std::string_view name) const;  // none when absent

  // Moves to the next record that has as many fields as the header.
  bool next();
  std::string_view at(std::size_t column) const;     // trimmed; empty for none
  std::string_view at(std::string_view name) const;  // likewise
  std::string place() const;
  // Reports a mistake of this row. After limits::reported_errors of a file they are only counted.
  void error(std::string message, Code code = Code::invalid);
  void warning(std::string message);
  std::size_t mistakes() const { return mistakes_; }  // so far, also those only counted

  // Fields that many files share. Each reports its mistake and then gives nothing.
  std::optional<bool> flag(std::string_view name, bool otherwise);
  // lon, lat in degrees: both or neither. The outer optional is empty after a mistake.
  std::optional<std::optional<geo::Point>> position();
  // valid_from, valid_to: a date, a year or an instant; valid_to is the first moment that no longer
  // counts. Empty means without end.
  std::optional<Interval> validity(Zone zone);
  // Reports how many mistakes were not shown one by one; call after the last row.
  void finish();

 private:
  std::string_view text_;
  std::string name_;
  Problems& problems_;
  CsvReader reader_;
  std::vector<std::string> header_;
  CsvRecord record_;
  std::size_t mistakes_ = 0;
};

// The beginning of a period ("2013", "2020-Q1", "2020-03-01") or an instant.
Result<Instant> parse_beginning(std::string_view text, Zone zone);

}  // namespace cairn::model
