// SPDX-License-Identifier: Apache-2.0
// Workflows as pack authors write them: statecharts in YAML, one to one onto SCXML, with deadlines.
// docs/formats/workflow.md tells the form.
#pragma once

#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "flow/sla.hpp"
#include "flow/statechart.hpp"

namespace cairn::flow {

// More states or transitions are not one workflow that people can follow.
inline constexpr std::size_t max_states = 1'000;
inline constexpr std::size_t max_transitions = 10'000;

struct Workflow {
  Chart chart;
  std::vector<DeadlineRule> deadlines;  // at most one a state, in document order
  std::vector<std::string> origins;     // of cases that take it whatever their kind says
  std::string calendar;                 // whose hours its deadlines keep; empty: the host's
  std::string urgent_calendar;          // of what cannot wait for the office; empty: the same
};

// Errors (unknown key, target or state, a compound without children, targets that cannot be active
// together, a guard that cannot be read, …) forbid its use; warnings (a state that is never
// reached, no way to an end, no initial named) do not. All name file:line:column.
Result<Workflow> read_workflow(std::string_view yaml, std::string_view file, Problems& problems);

}  // namespace cairn::flow
