// SPDX-License-Identifier: Apache-2.0
// The words of the language: names of functions, in their canonical lower-case spelling.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cairn::formula {

// The lower-case name of a function that the language has ("S_Intersects" -> "s_intersects"), or
// nothing. Other call names keep their spelling.
std::optional<std::string> canonical_function(std::string_view name);

// sum, avg, min, max, stddev, median, quantile: f(… of T …). count and share have their own form.
bool is_aggregate_of(std::string_view canonical);

// All names of functions and aggregates, for suggestions.
std::span<const std::string_view> function_names();

}  // namespace cairn::formula
