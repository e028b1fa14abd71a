// SPDX-License-Identifier: Apache-2.0
// Plans as JSON, and the targets that plans set for indicators.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/detail/json.hpp"
#include "server/inquiry.hpp"

namespace cairn::server {

using PlanResults = std::shared_ptr<const std::vector<plan::PlanResult>>;

// A claim that sets a target for an indicator of a region, with what was found about it. Pointers
// into the workspace and the results.
struct IndicatorTarget {
  const model::Plan* plan = nullptr;
  const model::Claim* claim = nullptr;
  const plan::ClaimResult* result = nullptr;
  double factor = 1;  // unit of the claim -> unit of the indicator
};
std::optional<IndicatorTarget> target_of(const watch::View& view, const PlanResults& results,
                                         const model::IndicatorDef& indicator,
                                         model::RegionIndex region);

// Fills target, gap and status of a row.
void add_target(Json& row, const std::optional<IndicatorTarget>& target, const Unit& unit);
Json trajectory_json(const std::vector<plan::YearValue>& trajectory, double factor);

// "=", ">", …
std::string_view op_word(model::Bound bound);
Json quotes_json(const std::vector<model::Quote>& quotes);

// The explanation of one number of a claim, as /v1/explain answers it.
Response explain_claim(Inquiry& in, const std::string& plan, const std::string& claim,
                       const std::string& part);
// One step of an explanation (api_formulas.cpp).
Json explain_node(const formula::Explanation& node, const watch::View& view);

}  // namespace cairn::server
