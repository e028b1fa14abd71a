// SPDX-License-Identifier: Apache-2.0
// The operators and functions of expressions over vectors: batch in, batch out. Rows and regions
// use the same ones. No operator yields NaN or infinity: the lane then lacks a value and says why.
#pragma once

#include <span>

#include "formula/program.hpp"

namespace cairn::formula {

// Computes `e` (an operator, no leaf) from its evaluated arguments.
Vec apply(const Expr& e, std::span<const Vec> args, std::size_t lanes);

}  // namespace cairn::formula
