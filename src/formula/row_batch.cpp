// SPDX-License-Identifier: Apache-2.0
#include "formula/row_batch.hpp"

#include <algorithm>

#include "formula/eval_ops.hpp"

namespace cairn::formula {
namespace {

// Reads the same: two formulas that name a column, or the same window over it.
bool same_leaf(const Expr& a, const Expr& b) {
  if (&a == &b) return true;
  if (a.kind != b.kind || a.type != b.type || a.index != b.index) return false;
  if (!a.args.empty() || !b.args.empty()) return false;
  switch (a.kind) {
    case ExprKind::column:
      return true;
    case ExprKind::builtin:
      return a.builtin == b.builtin;
    case ExprKind::window:
      return a.window == b.window;
    case ExprKind::period:
      return a.over == b.over && a.window.function == b.window.function;
    default:
      return false;
  }
}

void merge(const RowNotes& from, std::size_t lanes, RowNotes& into) {
  for (std::size_t lane = 0; lane < lanes; ++lane) {
    into.estimated[lane] |= from.estimated[lane];
    into.newest[lane] = std::max(into.newest[lane], from.newest[lane]);
  }
  for (std::size_t lane = 0; lane < from.due.size(); ++lane) {
    into.due[lane] = std::min(into.due[lane], from.due[lane]);
  }
  // Of several calendar periods in one expression the last one counts.
  if (from.periods_expected.empty()) return;
  into.periods_expected = from.periods_expected;
  into.periods_reported = from.periods_reported;
}

}  // namespace

void RowBatch::begin(std::uint32_t type, std::span<const std::uint32_t> rows,
                     std::span<const Instant> as_of) {
  begin(type, rows, as_of, false);
}

void RowBatch::begin(std::uint32_t type, std::span<const std::uint32_t> rows,
                     std::span<const Instant> as_of, bool due) {
  type_ = type;
  rows_ = rows;
  as_of_ = as_of;
  due_ = due;
  used_ = 0;
  visited_.clear();
}

const Vec& RowBatch::evaluate(const Compiled& row_formula) {
  if (row_formula.program->row_type == static_cast<std::int32_t>(type_)) {
    return evaluate(row_formula.program->root);
  }
  visited_.clear();
  nothing_.reset(row_formula.type, rows_.size());
  return nothing_;
}

const Vec& RowBatch::evaluate(const Expr& e) {
  visited_.clear();
  scratch_used_ = 0;
  args_.clear();
  nothing_.reset(e.type, 0);
  return rows_.empty() ? nothing_ : visit(e);
}

const Vec& RowBatch::visit(const Expr& e) {
  if (e.kind == ExprKind::constant) return e.constant;
  if (e.kind == ExprKind::derived) return visit(e.inner->root);
  if (is_leaf(e)) {
    const Leaf& known = leaf(e);
    visited_.push_back(&known);
    return known.vec;
  }
  // The result stands below its arguments, so that theirs is free again afterwards.
  Vec& out = scratch();
  const std::size_t kept = scratch_used_;
  const std::size_t first = args_.size();
  for (const Expr& arg : e.args) {
    const Vec& value = visit(arg);
    args_.push_back(&value);
  }
  apply(e, Args(std::span(args_).subspan(first)), rows_.size(), out);
  args_.resize(first);
  scratch_used_ = kept;
  return out;
}

const RowBatch::Leaf& RowBatch::leaf(const Expr& e) {
  for (std::size_t i = 0; i < used_; ++i) {
    if (same_leaf(*leaves_[i].expr, e)) return leaves_[i];
  }
  if (used_ == leaves_.size()) leaves_.emplace_back();
  Leaf& fresh = leaves_[used_++];
  fresh.expr = &e;
  fresh.notes.reset(rows_.size());
  if (due_) fresh.notes.want_due(rows_.size());
  const RowScope scope{snapshot_, *snapshot_.tables[type_], as_of_[0], cache_, as_of_};
  evaluate_leaf(e, scope, rows_, fresh.notes, fresh.vec);
  return fresh;
}

Vec& RowBatch::scratch() {
  if (scratch_used_ == scratch_.size()) scratch_.emplace_back();
  return scratch_[scratch_used_++];
}

const RowNotes& RowBatch::notes() {
  notes_.reset(rows_.size());
  if (due_) notes_.want_due(rows_.size());
  for (const Leaf* leaf : visited_) merge(leaf->notes, rows_.size(), notes_);
  return notes_;
}

}  // namespace cairn::formula
