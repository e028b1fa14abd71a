// SPDX-License-Identifier: Apache-2.0
// What a formula about one thing rests on: which series it reads, how far back, and whether time
// alone changes it. When it changes for one thing is in RowBatch::notes().
#pragma once

#include <cstdint>
#include <vector>

#include "formula/formula.hpp"
#include "formula/program.hpp"
#include "model/catalog.hpp"

namespace cairn::formula {

inline constexpr std::int64_t unlimited_ns = INT64_MAX;

struct Reach {
  std::uint32_t column = 0;  // index into the type's properties; a series
  std::int64_t back_ns = 0;  // samples this long before the date are read; 0: the last one alone
  bool and_before = false;   // and the last one before these: at(level, -1h)
  bool operator==(const Reach&) const = default;
};

struct Depends {
  std::vector<Reach> reaches;  // by column, once each
  bool by_time = false;        // windows, ages, shifts: it may change while nothing is observed

  // Null when the column is not read.
  const Reach* find(std::uint32_t column) const;
  void merge(const Depends& other);
};

Depends depends(const Expr& e, const model::TypeDef& type);
// Of a formula compiled with Library::compile_row for `type`.
Depends depends(const Compiled& row_formula, const model::TypeDef& type);
// Of what an aggregate selects and adds up.
Depends depends(const Aggregate& aggregate, const model::TypeDef& type);

}  // namespace cairn::formula
