// SPDX-License-Identifier: Apache-2.0
#include "formula/words.hpp"

#include <algorithm>
#include <iterator>

#include "core/text.hpp"

namespace cairn::formula {
namespace {

constexpr std::string_view functions[] = {
    // aggregates and windows
    "count", "share", "sum", "avg", "min", "max", "stddev", "median", "quantile", "last", "first",
    "rate", "delta", "at",
    // scalar functions
    "if", "coalesce", "abs", "sqrt", "exp", "ln", "log10", "floor", "ceil", "round", "least",
    "greatest", "interp", "linear", "decibel",
    // text
    "casei", "accenti", "lower", "upper", "length", "concat", "starts_with", "ends_with",
    "contains", "trim",
    // CQL2 comparison functions
    "s_intersects", "s_equals", "s_disjoint", "s_touches", "s_within", "s_overlaps", "s_crosses",
    "s_contains", "t_after", "t_before", "t_contains", "t_disjoint", "t_during", "t_equals",
    "t_finishedby", "t_finishes", "t_intersects", "t_meets", "t_metby", "t_overlappedby",
    "t_overlaps", "t_startedby", "t_starts", "a_equals", "a_contains", "a_containedby",
    "a_overlaps"};

constexpr std::string_view aggregates_of[] = {"sum",    "avg",    "min",     "max",
                                              "stddev", "median", "quantile"};

}  // namespace

std::optional<std::string> canonical_function(std::string_view name) {
  const std::string lower = lower_ascii(name);
  if (std::find(std::begin(functions), std::end(functions), lower) == std::end(functions)) {
    return std::nullopt;
  }
  return lower;
}

bool is_aggregate_of(std::string_view canonical) {
  return std::find(std::begin(aggregates_of), std::end(aggregates_of), canonical) !=
         std::end(aggregates_of);
}

std::span<const std::string_view> function_names() {
  return functions;
}

}  // namespace cairn::formula
