// SPDX-License-Identifier: Apache-2.0
// An instance as text for a journal: states by id, so that a later version of the chart can read it
// as long as it still has them.
//
//   cairn-instance 1
//   chart grid-event 3
//   running yes
//   sends 2
//   active dispatched handling
//   remembered back handling
//   variable unit "water office"
#pragma once

#include <string>
#include <string_view>

#include "flow/statechart.hpp"

namespace cairn::flow {

std::string to_text(const Chart& chart, const Instance& instance);

// Error: another version of the form, another chart, a state that the chart has not (any more), or
// states that cannot be active together; place "line N".
Result<Instance> parse_instance(std::string_view text, const Chart& chart);

// Whether exactly the states of one configuration are active: the chart, of each compound one
// child, of each parallel all, with their ancestors.
bool is_configuration(const Chart& chart, const std::vector<StateIndex>& active);

}  // namespace cairn::flow
