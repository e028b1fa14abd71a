// SPDX-License-Identifier: Apache-2.0
// The small language of guards and assigned values in workflows.
//
//   event.unit is not null and event.unit <> unit      in('checking') or returns >= 2
//   returns + 1                                        'water office'
//
// Operands: numbers, 'texts', true, false, variables by name, fields of the event as event.name
// (event.event is its name), in('state'). Operators by rank: or, and, not, comparisons
// (= <> < <= > >=, is null, is not null), + and -, *. Null is a variable or field that is missing
// or empty; a comparison with it is false. Two numbers compare as numbers, anything else as text.
#pragma once

#include <string>
#include <string_view>

#include "flow/statechart.hpp"

namespace cairn::flow {

// The names that an expression uses, for checks at load.
struct ExpressionNames {
  std::vector<std::string> states;     // in in('…')
  std::vector<std::string> variables;  // without the event's fields
  std::vector<std::string> fields;     // of the event
};

// Error: what is wrong, with the column.
Result<ExpressionNames> check_expression(std::string_view text);

class Expressions final : public GuardEvaluator {
 public:
  Result<bool> holds(const std::string& guard, const GuardContext& context) override;
  Result<std::string> value(const std::string& expression, const GuardContext& context) override;
};

}  // namespace cairn::flow
