// SPDX-License-Identifier: Apache-2.0
// Row formulas of many things at once, each as of its own time: what rules and the incremental
// evaluator run on every observation. Equal to Evaluator::row_value, lane by lane, to the bit.
//
//   RowBatch batch(live);                       // one a thread
//   batch.begin(type, rows, as_of);             // at most chunk_rows lanes
//   const Vec& hot = batch.evaluate(formula);   // columns and windows are read once for all
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <vector>

#include "formula/eval_row.hpp"
#include "formula/formula.hpp"

namespace cairn::formula {

class RowBatch {
 public:
  // The snapshot must stay; its history may grow between one begin() and the next.
  explicit RowBatch(const model::Snapshot& live) : snapshot_(live) {}

  // `type` is an index into the catalog's types. The spans must stay until the next begin(), and
  // so must the formulas that are evaluated before it.
  void begin(std::uint32_t type, std::span<const std::uint32_t> rows,
             std::span<const Instant> as_of);
  // With `due`, notes() also say when each lane's value changes by itself.
  void begin(std::uint32_t type, std::span<const std::uint32_t> rows,
             std::span<const Instant> as_of, bool due);

  // One value a lane; good until the next call. A formula that is not about the type has none.
  const Vec& evaluate(const Compiled& row_formula);
  const Vec& evaluate(const Expr& e);
  // What the result of the last evaluate() rests on (`time` and `source` are not filled); `due` has
  // the next date at which a lane may change without a new observation.
  const RowNotes& notes();

 private:
  struct Leaf {
    const Expr* expr = nullptr;
    Vec vec;
    RowNotes notes;
  };
  const Vec& visit(const Expr& e);
  const Leaf& leaf(const Expr& e);
  Vec& scratch();

  const model::Snapshot& snapshot_;
  LastCache cache_;  // never filled: lanes have their own times
  std::uint32_t type_ = 0;
  std::span<const std::uint32_t> rows_;
  std::span<const Instant> as_of_;
  bool due_ = false;
  std::deque<Leaf> leaves_;  // a deque keeps addresses; the first `used_` are of this begin()
  std::size_t used_ = 0;
  std::deque<Vec> scratch_;
  std::size_t scratch_used_ = 0;
  std::vector<const Vec*> args_;      // a stack
  std::vector<const Leaf*> visited_;  // of the last evaluate(), in order
  RowNotes notes_;
  Vec nothing_;
};

}  // namespace cairn::formula
