// SPDX-License-Identifier: Apache-2.0
// From who serves the points of a village to the village's properties: the rules of packs over
// states in time. No terrain and no radio here: see coverage_study.hpp.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/coverage_rule.hpp"
#include "model/derived.hpp"
#include "plan/coverage_study.hpp"
#include "radio/served.hpp"

namespace cairn::plan {

// A word as names of properties have it: "NB-IoT" is "nbiot".
std::string in_name(std::string_view word);

// The cells of one operator in one band. A server is named by its station.
struct StudyGroup {
  std::string operator_id;
  std::size_t band = 0;               // index into the bands
  std::vector<std::string> stations;  // ids, by number of the cell
};

// A place of the village where somebody wants a signal.
struct StudyPoint {
  std::string kind;  // "committee", "school" …
  std::optional<double> households;
};

struct NearStation {
  std::string_view technology;
  std::string_view operator_id;  // in_name
  double distance_m = 0;         // from the committee
  radio::CellLife life;
};

struct VillageFacts {
  std::int64_t begin = radio::CellLife::always;  // before, nothing is registered around here
  bool committee_registered = false;             // otherwise points[0] is the village's position
  std::vector<StudyPoint> points;                // the first is the committee
  // [point][group]; null: no cell of the group within reach.
  std::vector<std::vector<const radio::ServedPoint*>> served;
  std::vector<NearStation> near;  // by distance
};

class CoverageJudge {
 public:
  // Nothing of it is copied: all must outlive the judge.
  CoverageJudge(const model::CoverageDef& def, const model::TypeDef& type,
                std::span<const StudyBand> bands, std::span<const StudyGroup> groups);

  // Of the type, as the versions number them.
  const std::vector<std::string>& properties() const { return properties_; }
  std::vector<model::DerivedVersion> judge(const VillageFacts& facts) const;

 private:
  static constexpr int none = -1;
  struct OfBand {
    std::size_t band = 0;
    int rsrp = none;
  };
  struct OfTechnology {
    std::string technology;
    int rsrp = none, margin = none, band = none, server = none, operator_id = none;
    int downlink = none, uplink = none, line_of_sight = none, reason = none, nearest = none;
  };
  struct OfRule {
    const model::CoverageRule* rule = nullptr;
    std::string operator_id;  // in_name; empty: all of them
    int property = none;
  };
  class Moment;

  int slot(const model::TypeDef& type, const std::string& name);

  std::span<const StudyBand> bands_;
  std::span<const StudyGroup> groups_;
  std::vector<std::string> properties_;
  std::vector<std::string> operators_;            // of the groups, in_name
  std::vector<std::string> different_operators_;  // each once
  std::vector<OfBand> of_band_;
  std::vector<OfTechnology> of_technology_;
  std::vector<OfRule> of_rule_;
  int basis_ = none;
};

// The distance of the nearest station on the air, from each instant on; infinity: none.
struct NearestStep {
  std::int64_t from = 0;
  double distance_m = 0;
  bool operator==(const NearestStep&) const = default;
};
// `near` by distance; of a technology, and of one operator unless that is empty.
std::vector<NearestStep> nearest_steps(std::span<const NearStation> near,
                                       std::string_view technology, std::string_view operator_id,
                                       std::int64_t begin);

}  // namespace cairn::plan
