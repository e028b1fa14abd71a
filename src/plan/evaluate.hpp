// SPDX-License-Identifier: Apache-2.0
// A plan against what is: per claim the path it requires, the actual value, the gap, the status.
//
//   Actuals actuals = formula_actuals({evaluator, library, regions, as_of});
//   PlanResult result = evaluate(plan, as_of, zone, actuals);
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/label.hpp"
#include "core/time.hpp"
#include "formula/formula.hpp"
#include "model/plan.hpp"
#include "model/region.hpp"

namespace cairn::plan {

// reached: the target is met. on_track, behind: of the required path at the as-of date.
// no_data: nothing known that would be newer than the baseline, or nothing to compare with.
enum class Status : std::uint8_t { reached, on_track, behind, no_data };
const char* to_string(Status status);
const Label& label_of(Status status);

struct YearValue {
  int year = 0;
  double value = 0;  // at the end of the year, in the claim's unit
  bool operator==(const YearValue&) const = default;
};

// A value of the claim's indicator for its region, in the claim's unit.
struct Actual {
  double value = 0;
  bool given = false;  // somebody's statistic; otherwise computed from the registry
  std::size_t reported = 0;
  std::size_t expected = 0;
  bool estimated = false;
  bool proposed = false;             // what would be: the overlay changes it
  std::optional<Instant> data_time;  // newest observation or statistic it rests on
};
// Nothing when no indicator of that id answers for the region, or its unit does not convert.
using Actuals = std::function<std::optional<Actual>(const model::Claim&)>;

struct ClaimResult {
  bool has_target = false;            // words count
  std::vector<YearValue> trajectory;  // from the baseline's year to the target's; empty without
  std::optional<double> required;     // of the trajectory at the as-of date
  std::optional<Actual> actual;       // also when it is too old for a status
  std::optional<double> gap;          // what is missing to the target; 0 or less when reached
  Status status = Status::no_data;
  Label reason;  // one sentence
};

struct StatusCounts {
  std::size_t reached = 0, on_track = 0, behind = 0, no_data = 0;
  std::size_t total() const { return reached + on_track + behind + no_data; }
  bool operator==(const StatusCounts&) const = default;
};

struct PlanResult {
  Instant as_of;
  Zone zone;
  std::vector<ClaimResult> claims;  // as Plan::claims
  StatusCounts counts;              // of claims with a target
  StatusCounts binding, expected;   // of those the plan calls so
};

// Linear from baseline to target; geometric where the plan states a yearly growth.
PlanResult evaluate(const model::Plan& plan, Instant as_of, Zone zone, const Actuals& actuals);

// Actual values by the indicators of a library. What it refers to must outlive the result.
struct FormulaActuals {
  formula::Evaluator& evaluator;
  const formula::Library& library;
  const model::RegionTree& regions;
  Instant as_of;
  bool overlay = false;  // the evaluator's snapshot has a proposal's things in it
  // Evaluates without the proposal: tells what it changes. Without it only what is counted from
  // the registry alone passes for changed.
  formula::Evaluator* base = nullptr;
};
Actuals formula_actuals(FormulaActuals inputs);

}  // namespace cairn::plan
