// SPDX-License-Identifier: Apache-2.0
#include "formula/tree.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>

namespace cairn::formula {

Tree make_leaf(Kind kind, Extent at) {
  Tree tree{std::make_unique<Node>(), 1};
  tree.node->kind = kind;
  tree.node->at = at;
  return tree;
}

Tree make_literal(model::Value value, Extent at) {
  Tree tree = make_leaf(Kind::literal, at);
  tree.node->literal = std::move(value);
  return tree;
}

Tree make_tree(Kind kind, Extent at, std::vector<Tree> args) {
  Tree tree = make_leaf(kind, at);
  tree.node->args.reserve(args.size());
  for (Tree& arg : args) {
    tree.height = std::max(tree.height, arg.height + 1);
    tree.node->args.push_back(std::move(arg.node));
  }
  return tree;
}

Tree make_binary(Op op, Extent at, Tree left, Tree right) {
  std::vector<Tree> args;
  args.push_back(std::move(left));
  args.push_back(std::move(right));
  Tree tree = make_tree(Kind::binary, at, std::move(args));
  tree.node->op = op;
  return tree;
}

Tree make_not(Extent at, Tree operand) {
  const Kind kind = operand.node->kind;
  const bool negatable =
      kind == Kind::like || kind == Kind::between || kind == Kind::in || kind == Kind::is_null;
  if (negatable && !operand.node->negated) {
    operand.node->negated = true;
    operand.node->at = at;
    return operand;
  }
  std::vector<Tree> args;
  args.push_back(std::move(operand));
  Tree tree = make_tree(Kind::unary, at, std::move(args));
  tree.node->op = Op::not_;
  return tree;
}

Tree make_junction(Op op, std::vector<Tree> operands) {
  if (operands.size() == 1) return std::move(operands.front());
  const auto middle = operands.begin() + static_cast<std::ptrdiff_t>((operands.size() + 1) / 2);
  Tree left = make_junction(
      op, {std::make_move_iterator(operands.begin()), std::make_move_iterator(middle)});
  Tree right =
      make_junction(op, {std::make_move_iterator(middle), std::make_move_iterator(operands.end())});
  const Extent at{left.node->at.begin, right.node->at.end};
  return make_binary(op, at, std::move(left), std::move(right));
}

}  // namespace cairn::formula
