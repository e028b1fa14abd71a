// SPDX-License-Identifier: Apache-2.0
// What can be said about a chart without running it.
#pragma once

#include "core/result.hpp"
#include "flow/statechart.hpp"

namespace cairn::flow {

// Errors: an initial or a history's default that is not inside, targets that cannot be active
// together. Warnings: a state that is never reached, one from which no end is reached, no end.
void check_chart(const Chart& chart, Problems& problems);

}  // namespace cairn::flow
