// SPDX-License-Identifier: Apache-2.0
// The mid-term evaluation of a plan as one page of HTML to print: no script, nothing from outside.
#pragma once

#include <span>
#include <string>

#include "core/label.hpp"
#include "model/plan.hpp"
#include "model/region.hpp"
#include "plan/check.hpp"
#include "plan/evaluate.hpp"

namespace cairn::plan {

struct ReportInputs {
  const model::Plan& plan;
  const PlanResult& result;
  std::span<const Finding> findings;  // those that concern the plan
  const model::RegionTree& regions;
  Language language = Language::zh;
  Label proposal;  // label of the overlay; empty without
};

std::string report_html(const ReportInputs& inputs);

}  // namespace cairn::plan
