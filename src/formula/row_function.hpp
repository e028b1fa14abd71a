// SPDX-License-Identifier: Apache-2.0
// Functions of the language that work lane by lane and know no units: CASEI, S_INTERSECTS,
// T_AFTER, A_CONTAINS, LIKE … A file of kernels defines one table of them; row_function.cpp lists
// the tables. To add a function: write the kernel, add a row to its table, document it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "formula/vec.hpp"

namespace cairn::formula {

struct RowFunction {
  std::string_view name;  // lower case; formulas may write it in any case
  int least_args = 0;
  int most_args = 0;  // -1: any number
  Type result = Type::boolean;
  // Says what is wrong with the argument types ("needs a geometry, got a number"), or nothing.
  // `place` receives the index of the argument that is meant. A number argument is whatever the
  // checker found to be one; its unit is ignored.
  std::optional<std::string> (*check)(std::span<const Type> args, std::size_t& place);
  // Fills `out`, which is reset to `result` and to `lanes` lanes, all missing. Arguments may be
  // constant: use Vec::at. When all of them are, `lanes` is 1 and the result is made constant. A
  // lane with a missing argument stays missing (unknown, in CQL2's three-valued logic) unless the
  // function says otherwise. Must not throw.
  void (*run)(std::span<const Vec* const> args, std::size_t lanes, Vec& out);
};

// Tables by file of kernels.
std::span<const RowFunction> text_functions();      // like, casei, accenti
std::span<const RowFunction> spatial_functions();   // s_*
std::span<const RowFunction> temporal_functions();  // t_*
std::span<const RowFunction> array_functions();     // a_*

// The function called `name` in any case, or nothing.
const RowFunction* find_row_function(std::string_view name);
// All names, for suggestions.
std::vector<std::string> row_function_names();

}  // namespace cairn::formula
