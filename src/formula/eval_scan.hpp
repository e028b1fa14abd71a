// SPDX-License-Identifier: Apache-2.0
// What one thing contributes to an aggregate, from its lanes of the predicate and of the value:
// the batch evaluator adds it to a partial, an incremental one keeps it.
#pragma once

#include <cstddef>

#include "formula/eval_partial.hpp"
#include "formula/eval_row.hpp"
#include "formula/program.hpp"

namespace cairn::formula {

// What a predicate says of a thing.
struct Choice {
  bool known = true;
  bool selected = true;
};
Choice choice_of(const Vec& where, std::size_t lane);

// A thing by its predicate alone; complete for count(), and for things that are not selected.
// `notes` are the predicate's; null where there is none. `estimated`: the thing itself is.
Contribution by_predicate(AggregateKind kind, Choice choice, const RowNotes* notes,
                          std::size_t lane, bool estimated);

// Completes a selected thing by its value; all kinds but count() have one.
void add_value(AggregateKind kind, const Vec& values, const RowNotes& notes, std::size_t lane,
               bool estimated, Contribution& contribution);

}  // namespace cairn::formula
