// SPDX-License-Identifier: Apache-2.0
// Building blocks of syntax trees, shared by the text and the JSON reader.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "formula/ast.hpp"

namespace cairn::formula {

using NodePtr = std::unique_ptr<Node>;

// A node with the height of its tree. Every walk over a tree recurses, so height is limited while
// the tree grows: limits::formula_depth.
struct Tree {
  NodePtr node;
  int height = 0;
  explicit operator bool() const { return node != nullptr; }
};

Tree make_leaf(Kind kind, Extent at);
Tree make_literal(model::Value value, Extent at);
// A node over `args`.
Tree make_tree(Kind kind, Extent at, std::vector<Tree> args);
Tree make_binary(Op op, Extent at, Tree left, Tree right);
// NOT x; directly before LIKE, BETWEEN, IN and IS NULL it becomes their `negated`.
Tree make_not(Extent at, Tree operand);
// Operands joined by AND or OR as a balanced tree, so that a list of thousands stays flat.
Tree make_junction(Op op, std::vector<Tree> operands);

}  // namespace cairn::formula
