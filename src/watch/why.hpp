// SPDX-License-Identifier: Apache-2.0
// Why a rule fired over a thing, or did not: its condition taken apart at a time.
#pragma once

#include <string_view>
#include <vector>

#include "formula/formula.hpp"
#include "model/snapshot.hpp"
#include "watch/live.hpp"

namespace cairn::watch {

// Condition, inputs and rule as of `at`; state and sentence are not filled.
Result<Why> explain_rule(const formula::Library& library, const model::Snapshot& snapshot,
                         std::string_view rule, std::string_view thing, Instant at);

// The rule's state at `at` from its alerts over the thing, and all of it as a sentence.
void tell_state(const std::vector<Alert>& alerts, Instant at, const model::Catalog& catalog,
                Zone zone, Why& why);

}  // namespace cairn::watch
