// SPDX-License-Identifier: Apache-2.0
// Where a number comes from: the same evaluation, taken apart.
#pragma once

#include <memory>

#include "formula/eval_region.hpp"
#include "formula/formula.hpp"

namespace cairn::formula {

Cell make_cell(const RegionColumn& column, std::size_t lane);

Explanation explain_program(RegionEvaluator& evaluator,
                            const std::shared_ptr<const Program>& program,
                            model::RegionIndex region, Instant as_of, std::size_t max_inputs);

}  // namespace cairn::formula
