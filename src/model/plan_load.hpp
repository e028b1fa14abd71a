// SPDX-License-Identifier: Apache-2.0
// Reads a plan's claims (docs/formats/plan.md) and checks each quote against the plan's text.
#pragma once

#include <string>

#include "core/seams.hpp"
#include "model/plan.hpp"

namespace cairn::model {

// A claim that does not read, or whose quote is not in the text at its line, is a problem with
// file:line; the other claims are kept.
Result<Plan> load_plan(const Files& files, const std::string& path, Problems& problems);

}  // namespace cairn::model
