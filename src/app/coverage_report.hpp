// SPDX-License-Identifier: Apache-2.0
// Who serves the places that were asked about: as a table, as CSV, as JSON.
#pragma once

#include <span>
#include <string>

#include "app/coverage_points.hpp"
#include "app/terminal.hpp"
#include "core/label.hpp"
#include "radio/served.hpp"

namespace cairn::app {

struct CoverageReport {
  const PointList& points;
  const radio::ServedPoints& served;  // a point each, in their order
  std::span<const radio::Cell> cells;
  std::string model;  // "p1812"
  std::string terrain_label;
  bool estimated = false;  // terrain, or positions of sites or points
  Language language = Language::zh;
};

// How much of what is asked about is covered; roads by length.
struct CoverageShare {
  std::string kind;  // "village"; of roads the road's name
  std::size_t points = 0;
  std::size_t covered = 0;
  std::size_t unknown = 0;  // off the terrain, in a hole of it
  double metres = 0;        // of road
  double covered_metres = 0;
  double unknown_metres = 0;
  // Of what is known; negative: of nothing is anything known.
  double share() const;
};
// Kinds in the order of their first point; roads behind them, one each, in their order.
std::vector<CoverageShare> coverage_shares(const CoverageReport& report);

// Why a place is not covered, in one sentence; empty when it is.
std::string reason_text(const radio::ServedState& state, std::span<const radio::Cell> cells,
                        Language language);

// The shares, a line each, and what the heights are worth.
std::string share_text(const CoverageReport& report);
// At most `most` rows of places (0: all), and share_text.
std::string report_table(const CoverageReport& report, const Style& style, std::size_t most);
std::string report_csv(const CoverageReport& report);
std::string report_json(const CoverageReport& report);

}  // namespace cairn::app
