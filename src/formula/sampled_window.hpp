// SPDX-License-Identifier: Apache-2.0
// Windows over a row expression: max(ozone_8h, 24h), count(flow > high_flow, 365d). The expression
// is evaluated as of the time of each sample, in the window, of the series it reads.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "formula/eval_row.hpp"
#include "formula/program.hpp"
#include "model/catalog.hpp"

namespace cairn::formula {

// Appends the series properties that `e` reads, derived properties seen through. False when a
// window over an expression is among them: nested ones would cost samples times samples.
bool sampled_columns(const Expr& e, const model::TypeDef& type,
                     std::vector<std::uint32_t>& columns);

// Evaluates a window whose args[0] is a row expression.
void sampled_window(const Expr& e, const RowScope& scope, std::span<const std::uint32_t> rows,
                    RowNotes& notes, Vec& out);

}  // namespace cairn::formula
