// SPDX-License-Identifier: Apache-2.0
// A list of sites as planners keep them: one row a sector, columns by many names, rows with
// mistakes left out with their place. A region's own file of things is such a list, too.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/time.hpp"
#include "geo/geometry.hpp"
#include "model/csv_rows.hpp"

namespace cairn::app {

struct SiteRow {
  std::string id;
  std::string site;  // rows of one site stand at one place
  std::string operator_id;
  std::string band;        // as the file calls it; may be empty
  std::string technology;  // likewise
  std::string antenna;     // name of a pattern file; empty: none
  geo::Point position;
  double mast_m = 0;
  std::optional<double> azimuth_deg;  // nothing: radiates alike in all directions
  double mechanical_tilt_deg = 0;
  std::optional<double> electrical_tilt_deg;
  std::optional<double> power_dbm;  // of all of the bandwidth; nothing: the band's
  double power_offset_db = 0;
  bool estimated = false;
  std::string place;  // file:line

  bool operator==(const SiteRow&) const = default;
};

struct SiteList {
  std::vector<SiteRow> rows;
  Problems problems;         // of rows that were left out, with their place
  std::size_t left_out = 0;  // with mistakes
  std::size_t others = 0;    // other things than stations, not on the air at that time
  bool usable() const { return !rows.empty(); }
};

struct SiteReading {
  std::optional<double> mast_m;  // where a row says nothing
  std::optional<Instant> at;     // on the air then: valid_from, valid_to; nothing: all
  bool planned = false;          // rows whose status is planned or building count, too
  Zone zone;
};

SiteList read_sites(std::string_view text, std::string_view name, const SiteReading& how);

// The column that has one of these names: letters in any case, blanks for "_", a unit in brackets
// behind it ("Height (m)").
std::size_t find_column(const model::CsvRows& rows, std::initializer_list<std::string_view> names);

// A position out of two fields; the message says what is wrong, also when they look swapped.
Result<geo::Point> parse_position(std::string_view lon, std::string_view lat);

}  // namespace cairn::app
