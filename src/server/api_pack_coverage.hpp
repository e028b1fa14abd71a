// SPDX-License-Identifier: Apache-2.0
// GET /v1/packs/coverage: which pack answers which passage of the plans.
#pragma once

#include <string>
#include <vector>

#include "core/seams.hpp"
#include "model/pack_coverage.hpp"
#include "server/router.hpp"

namespace cairn::server {

// `files` outlives the router; packs/left-out.yaml is read with them. What was worked out is kept
// until the packs are loaded anew.
void add_pack_coverage_routes(Router& router, const Files& files);

// The answer as text; what `cairn pack coverage --json` prints too.
std::string pack_coverage_json(const std::vector<model::PlanCoverage>& coverages);

}  // namespace cairn::server
