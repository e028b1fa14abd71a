// SPDX-License-Identifier: Apache-2.0
// Reads a plan's claims (docs/formats/plan.md) and checks each quote against the plan's text.
#pragma once

#include <string>
#include <string_view>

#include "core/seams.hpp"
#include "model/plan.hpp"
#include "model/region.hpp"

namespace cairn::model {

// A claim that does not read, or whose quote is not in the text at its line, is a problem with
// file:line; the other claims are kept.
Result<Plan> load_plan(const Files& files, const std::string& path, Problems& problems);

// The same from content: `yaml` is the claims file (called `name` in places), `text` the plan's.
Result<Plan> read_plan(std::string_view yaml, std::string_view name, std::string_view text,
                       Problems& problems);

// Regions that the plan or a claim names but the tree does not know.
void check_plan_regions(const Plan& plan, const RegionTree& regions, Problems& problems);

}  // namespace cairn::model
