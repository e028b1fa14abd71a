// SPDX-License-Identifier: Apache-2.0
// The rule families behind check(): one function and one file each. A rule appends its findings;
// it needs not care for order.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "plan/check.hpp"
#include "plan/quantity.hpp"

namespace cairn::plan::detail {

struct Context {
  std::span<const model::Plan> plans;
  const model::RegionTree& regions;
  std::span<const Quantity> quantities;
};

using Findings = std::vector<Finding>;

void check_change(const Context& context, Findings& findings);     // stated change, price bases
void check_units(const Context& context, Findings& findings);      // one quantity, other units
void check_cross(const Context& context, Findings& findings);      // other values, nested regions
void check_relations(const Context& context, Findings& findings);  // ratio, sum, part, implied
void check_bounds(const Context& context, Findings& findings);     // direction, 100 %, baseline
void check_deadlines(const Context& context, Findings& findings);  // years that contradict

// Two numbers of one quantity and year in comparable units that are a power of ten apart: a slip
// of the unit. Returns the factor, or 0.
double unit_slip(const Point& a, const Point& b);
// True when some numbers of the quantity differ by such a slip: comparing across claims would
// only repeat that finding.
bool has_unit_slip(const Quantity& quantity);
// One of both says another price base than the other.
bool price_bases_differ(const Point& a, const Point& b);

// A finding with the title of its rule.
Finding start(Severity severity, std::string_view rule);
// Adds the claim and its quotes, each once.
void cite(Finding& finding, const model::Plan& plan, const model::Claim& claim);
void cite(Finding& finding, const Point& point);
void cite(Finding& finding, const model::Relation& relation);
// 「5G基站数」 / ‘5G base stations’: labels have “ ” of their own.
std::string name(const model::Claim& claim, Language language);
// "2020: 0.16 万" with the plan's id in front when `with_plan`.
std::string dated(const Point& point, bool with_plan = false);
// Weakened by one step, for scopes that may differ.
Severity weaker(Severity severity);

}  // namespace cairn::plan::detail
