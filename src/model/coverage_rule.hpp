// SPDX-License-Identifier: Apache-2.0
// When a village counts as covered, as packs say it: which points need a signal, from whom, and
// which nearness of a station stands for one (docs/packs.md, `coverage`).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/label.hpp"

namespace cairn::model {

// One alternative suffices: a station near enough, or a signal at all points of the named kinds
// that the village has. The committee is at the village's own position where none is registered.
struct CoverageRule {
  std::string property;  // of the village: the truth value that the rule decides, "coverage_5g"
  Label label;
  std::string technology;                  // "4g", "5g", "nb-iot": of stations and bands
  double station_within_m = 0;             // of the committee; 0: nearness does not suffice
  std::vector<std::string> signal_at;      // kinds of points; empty: a signal does not suffice
  std::optional<double> least_households;  // points with fewer of them need no signal
  bool one_operator = true;             // the same one at all points; otherwise any at each of them
  std::optional<double> threshold_dbm;  // of RSRP, in place of the band's own
  std::string quote;                    // what the rule is taken from
  std::string source;                   // key of the pack's SOURCES.md, with its scope
  std::string place;                    // file:line
  bool operator==(const CoverageRule&) const = default;
};

// How the study of a snapshot is made, and what it decides.
struct CoverageDef {
  std::string pack;
  std::string type = "village";           // gets the derived properties
  std::string stations = "base_station";  // with tech, band, operator and height_m
  std::string points = "public_place";    // with kind and households; may be a type without things
  std::string model = "p1812";            // radio::parse_model
  double radius_m = 15'000;               // farther stations are not heard
  double rx_mast_m = 1.5;
  double station_mast_m = 30;  // where a station does not say its own
  double time_percent = 50;
  double location_percent = 50;
  std::vector<CoverageRule> rules;
  std::string place;
  bool operator==(const CoverageDef&) const = default;
};

}  // namespace cairn::model
