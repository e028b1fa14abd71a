// SPDX-License-Identifier: Apache-2.0
// What a careful clerk finds when reading plans with a pencil: numbers that contradict each other.
// The rules are general; everything about a particular plan is in its claims and relations.
//
//   for (const Finding& finding : check(workspace.plans, *workspace.regions)) …
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/label.hpp"
#include "model/plan.hpp"
#include "model/region.hpp"

namespace cairn::plan {

// error: no reading makes it right. warning: it is hardly what was meant. note: worth a look, an
// innocent reading exists.
enum class Severity : std::uint8_t { error, warning, note };
const char* to_string(Severity severity);

struct ClaimRef {
  std::string plan;
  std::string claim;
  bool operator==(const ClaimRef&) const = default;
};

struct Finding {
  Severity severity = Severity::error;
  std::string rule;  // "change-does-not-follow"
  Label title;       // what kind of finding
  Label text;        // what is wrong here
  std::vector<ClaimRef> claims;
  std::vector<model::Quote> quotes;
  std::string arithmetic;  // without words: "19.6 − 18.3 = 1.3 ≠ 1.6"
  Label suggestion;        // what would make it consistent
};

// One line that names a finding: "error change-does-not-follow guizhou/bs4g".
std::string finding_id(const Finding& finding);

// All findings over the plans, of one cause one: errors first, then warnings, then notes; inside
// these in the order of plans and lines.
std::vector<Finding> check(std::span<const model::Plan> plans, const model::RegionTree& regions);

// Those that name a claim of the plan.
std::vector<Finding> concerning(std::span<const Finding> findings, std::string_view plan);

}  // namespace cairn::plan
