// SPDX-License-Identifier: Apache-2.0
// Text to program: parse, check, and for declared formulas convert to the declared unit.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "formula/program.hpp"
#include "formula/typecheck.hpp"

namespace cairn::formula {

// What a declaration demands of its formula.
struct Declared {
  Type type = Type::number;
  Unit unit;
};

// `row_type` is null in region context; `declared` may be null.
Result<std::shared_ptr<const Program>> compile_program(const Environment& environment,
                                                       std::string_view text,
                                                       const model::TypeDef* row_type,
                                                       const Declared* declared);

// Names of indicators and properties that the tree uses, wherever they stand.
std::vector<std::string> names_in(const Node& node);

}  // namespace cairn::formula
