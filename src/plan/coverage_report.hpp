// SPDX-License-Identifier: Apache-2.0
// What a coverage study says of a region at a date: counted by county, by rule and by band, and
// where the gaps are. Reads the derived values of a snapshot, computes nothing anew.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "plan/coverage_study.hpp"

namespace cairn::plan {

// Villages by what a rule says of them.
struct RuleTally {
  std::size_t covered = 0;
  std::size_t uncovered = 0;
  std::size_t unknown = 0;
  bool operator==(const RuleTally&) const = default;
};

struct CoveragePart {
  model::RegionIndex region = model::no_region;
  std::size_t villages = 0;
  std::vector<RuleTally> by_rule;    // as CoverageSummary::rules
  std::vector<std::size_t> by_band;  // villages at or above the band's threshold
  bool operator==(const CoveragePart&) const = default;
};

struct CoverageGap {
  std::uint32_t row = 0;  // of the village's table
  std::optional<double> people;
  std::optional<double> rsrp_dbm;
  std::optional<double> nearest_m;
  std::string reason;  // radio::Why as text
};

struct CoverageSummary {
  std::vector<const model::CoverageRule*> rules;  // those that decide a declared property
  std::vector<const StudyBand*> bands;            // those with a declared property
  CoveragePart total;
  std::vector<CoveragePart> counties;  // in order of their codes
  std::vector<CoverageGap> gaps;       // of the rule asked for: the most people first
};

struct CoverageQuestion {
  model::RegionIndex region = model::no_region;
  Instant as_of;
  std::string gaps_of;  // a rule's property; empty: none
  std::size_t gaps_most = 10;
};

// Administrative villages only, where the type says which these are.
CoverageSummary coverage_summary(const model::Snapshot& snapshot, const model::CoverageDef& def,
                                 std::span<const StudyBand> bands,
                                 const CoverageQuestion& question);

// Rows of the table in force at the date that lie in the region, in order of their ids.
std::vector<std::uint32_t> villages_at(const model::Snapshot& snapshot, const model::Table& table,
                                       model::RegionIndex region, Instant as_of);

}  // namespace cairn::plan
